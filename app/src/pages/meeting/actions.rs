//! Who does what by when.

use leptos::prelude::*;
use shared::{Section, schema::actions};

use super::{
    parts::Part,
    sheet::{Empty, Sheet},
};
use crate::{
    collab::use_meeting,
    components::{
        field::Field,
        item::Item,
        list::{Add, Rows, all_shown},
        tools::Tools,
    },
};

#[component]
pub(super) fn Actions() -> impl IntoView {
    let store = use_meeting().section_now(Section::Do)?;
    let list = &actions::ACTIONS;
    let rows = all_shown(store, list);
    Some(view! {
        <Sheet part=Part::Actions>
            <Empty when=Signal::derive(move || rows.with(Vec::is_empty)) words="Nobody has promised anything yet." />
            <ol class="actions">
                <Rows store list shown=rows row=|item| view! { <Action item /> } />
            </ol>
            <Add store list />
        </Sheet>
    })
}

#[component]
fn Action(item: Item) -> impl IntoView {
    view! {
        <li class="facts">
            <Field item key="who" />
            <div class="what">
                <Field item key="what" />
            </div>
            <Field item key="by" />
            <Field item key="status" />
            <Tools item what="this promise" />
        </li>
    }
}
