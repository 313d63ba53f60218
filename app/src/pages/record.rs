//! The family’s copy.
use leptos::prelude::*;

#[component]
pub fn RecordPage() -> impl IntoView {
    view! { <p>"…"</p> }
}
