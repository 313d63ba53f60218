//! What a file of children would change, before it does.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::{
        frame::{At, SchoolFrame},
        preview::WhatItWouldChange,
    },
    view::{Here, file::Preview},
};

#[component]
pub fn Look(here: Here, preview: Preview) -> impl IntoView {
    view! {
        <Title text="Bring in a file" />
        <SchoolFrame here at=At::Pupils>
            <header class="welcome">
                <h1>"Bring in a file"</h1>
                <p class="lead">"Whoever is not in the file stays as they are, and so does what it does not mention."</p>
            </header>
            <WhatItWouldChange
                preview
                action="/register/import"
                back="/register"
                new="New child"
                known="Changed line"
            />
        </SchoolFrame>
    }
}
