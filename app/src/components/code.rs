//! The census’s codes: never without their plain name in front.

use leptos::prelude::*;
use shared::census;

#[component]
pub fn NeedName(#[prop(into)] code: String) -> impl IntoView {
    view! {
        {census::need(&code).to_owned()}
        " "
        <span class="code">{code.clone()}</span>
    }
}

#[component]
pub fn ProvisionName(#[prop(into)] code: String) -> impl IntoView {
    view! {
        {census::provision(&code).to_owned()}
        " "
        <span class="code">{code.clone()}</span>
    }
}
