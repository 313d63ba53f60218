//! One person’s answers to a question: which entries they are, a new one, and the box it is written in.
//!
//! An entry is made when its writer begins it, never by looking at the page: nobody has “said” what they left empty.

use leptos::prelude::*;
use shared::{
    ItemId, PersonId,
    schema::{List, views::VIEWS},
};

use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        focus,
        icon::Icon,
        item::Item,
        list::{each, new_item, shown},
        people::People,
    },
};

pub(super) const LIST: &List = &VIEWS;

/// An answer that was tapped says so, to be told from words of one’s own.
pub(super) const TAPPED: &str = "tapped";

/// Whose answers this page is for: mine, or those of the child I write for.
#[derive(Clone, Copy)]
pub(super) struct Whose {
    pub(super) person: Option<PersonId>,
    /// The child’s, by my hand or their own.
    pub(super) pupils: bool,
}

impl Whose {
    pub(super) fn mine() -> Self {
        Self { person: use_meeting().my_person, pupils: false }
    }

    pub(super) fn pupils() -> Self {
        Self { person: Some(use_meeting().pupil), pupils: true }
    }

    pub(super) fn is(self, item: Item) -> bool {
        item.store.meta(item.list, item.id).get().and_then(|meta| meta.said_by) == self.person
    }
}

/// The answers in words of one’s own that pass `only`, asked of their question.
pub(super) fn written(
    store: SectionStore,
    whose: Whose,
    only: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> Memo<Vec<ItemId>> {
    shown(store, LIST, move |item| {
        let was_tapped = item.store.meta(item.list, item.id).get().is_some_and(|meta| meta.captured == TAPPED);
        whose.is(item) && !was_tapped && only(&item.words("question").get())
    })
}

/// The box for one’s own words: the next empty line until somebody begins it.
#[component]
pub(super) fn OwnWords(
    store: SectionStore,
    whose: Whose,
    question: &'static str,
    /// The label of the box, and of the empty line.
    label: &'static str,
    #[prop(default = "Tap here and write")] begin: &'static str,
) -> impl IntoView {
    let rows = written(store, whose, move |asked| asked == question);
    let people = People::here();
    let access = store.access();
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let add = move |_| {
        let new = new_item(people, whose.pupils).with("question", question);
        let item = Item { store, list: LIST, id: store.add(LIST, new) };
        focus::go_to(item.dom_id("answer"));
    };
    view! {
        {each(
            rows,
            move |id| {
                view! { <Field item=Item { store, list: LIST, id } key="answer" label rows=4 hide_label=true /> }.into_any()
            },
        )}
        {move || {
            (is_empty.get() && access.get().can_write())
                .then(|| {
                    view! {
                        <button class="write-here" type="button" on:click=add>
                            <Icon name="pen" />
                            <span>
                                {begin} <span class="visually-hidden">": " {label}</span>
                            </span>
                        </button>
                    }
                })
        }}
        {move || {
            (is_empty.get() && !access.get().can_write())
                .then(|| view! { <p class="hint">"You left this one."</p> })
        }}
    }
}
