//! What we like and admire: everyone writes at once, one thing on each note.

use leptos::prelude::*;
use shared::{Section, schema::assess};

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
        people::People,
        tools::Tools,
        words::{By, TokenBy},
    },
};

#[component]
pub(super) fn Admire() -> impl IntoView {
    let store = use_meeting().section_now(Section::Assess)?;
    let list = &assess::ADMIRE;
    let shown = all_shown(store, list);
    let pupil = People::here().pupil_name();
    let add = if Layout::here().is_pupils() {
        "Add something people like about me".to_owned()
    } else {
        format!("Add something you like or admire about {pupil}")
    };
    Some(view! {
        <Sheet part=Part::Admire>
            <Empty when=Signal::derive(move || shown.with(Vec::is_empty)) words="Start with one thing that made you smile." />
            <ul class="notes">
                <Rows store list shown row=|item| view! { <Note item label="What I like and admire" /> } />
            </ul>
            <Add store list words=add />
        </Sheet>
    })
}

/// One slip with its writer’s token.
#[component]
pub(super) fn Note(item: Item, label: &'static str) -> impl IntoView {
    let may_change = item.may_change();
    let said_by = item.said_by();
    let label = untrack(|| said_by.get()).map_or_else(|| label.to_owned(), |by| format!("{label}: {}", by.name));
    view! {
        <li class="note">
            <TokenBy item />
            <Field item key=assess::TEXT label hide_label=true read_only=Signal::derive(move || !may_change.get()) />
            <By item />
            <Tools item />
        </li>
    }
}
