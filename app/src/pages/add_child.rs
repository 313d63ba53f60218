//! One child more on the register, by a plain form.

use leptos::prelude::*;
use leptos_meta::Title;

use super::line::LineBoxes;
use crate::{
    api::reading::read_add_child,
    components::{
        form::{Typed, WhatIsWrong},
        frame::{At, SchoolFrame},
    },
    pages::once_read,
    view::line::{AddPage, Fault},
};

#[component]
pub fn AddChildPage() -> impl IntoView {
    once_read(read_add_child(), |page| view! { <AddChild page /> })
}

#[component]
fn AddChild(page: AddPage) -> impl IntoView {
    let AddPage { here, key_adults, child, faults } = page;
    view! {
        <Title text="Add a child" />
        <SchoolFrame here at=At::Pupils>
            <header class="welcome">
                <h1>"Add a child"</h1>
                <p class="lead">
                    <a href="/register" rel="external">
                        "Back to the register"
                    </a>
                </p>
            </header>
            <WhatIsWrong faults=faults.clone() />
            <section class="sheet" aria-labelledby="h-child">
                <header class="sheet-head">
                    <h2 id="h-child">"Who they are, and what the register says"</h2>
                    <p>"Only the full name and the extra help must be there. Everything can be changed later but the names, which a file changes."</p>
                </header>
                <form class="line-form" method="post" action="/register/add">
                    <Typed
                        id="full_name"
                        label="Full name"
                        value=child.full_name
                        wrong=Fault::with(&faults, "full_name")
                        required=true
                    />
                    <Typed
                        id="called"
                        label="Called"
                        hint="What they like to be called. Nothing for the first of their names."
                        value=child.called
                        wrong=Fault::with(&faults, "called")
                    />
                    <LineBoxes line=child.line adults=key_adults faults />
                    <button class="button primary" type="submit">
                        "Add to the register"
                    </button>
                </form>
            </section>
        </SchoolFrame>
    }
}
