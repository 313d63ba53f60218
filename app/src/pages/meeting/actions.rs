//! Who does what by when.

use leptos::prelude::*;
use shared::{Section, schema::actions};

use super::{
    parts::Part,
    sheet::{Empty, Layout, Sheet},
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
            {(!Layout::here().is_pupils()).then(|| view! { <Add store list /> })}
        </Sheet>
    })
}

#[component]
fn Action(item: Item) -> impl IntoView {
    // For the pupil: who does what by when, to be read.
    let is_pupils = Layout::here().is_pupils();
    let read_only = Signal::stored(is_pupils);
    view! {
        <li class="facts">
            <Field item key="who" read_only />
            <div class="what">
                <Field item key="what" read_only />
            </div>
            <Field item key="by" read_only />
            {(!is_pupils)
                .then(|| {
                    view! {
                        <Field item key="status" />
                        <Tools item what="this promise" />
                    }
                })}
        </li>
    }
}
