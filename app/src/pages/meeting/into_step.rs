//! One press, and what was said elsewhere is a next step, for everybody to word together from there.

use leptos::prelude::*;
use shared::{ItemId, Section, Stage, doc::NewItem, schema::plan};

use crate::{
    collab::{SectionStore, use_meeting},
    components::{focus, icon::Icon, item::Item},
};

#[component]
pub(super) fn IntoNextStep(
    label: &'static str,
    #[prop(into)] is_due: Signal<bool>,
    #[prop(into)] new: Callback<(), NewItem>,
    /// What the step is known by already, if it is.
    #[prop(optional, into)]
    known: Option<Signal<Option<ItemId>>>,
) -> impl IntoView {
    let meeting = use_meeting();
    // Not before the meeting: until then what was prepared is its writer’s, and the plan is read by all.
    let plan = move || {
        let store = meeting.section(Section::Plan)?;
        let may = store.access().get().can_write() && meeting.stage().get() == Stage::Meeting;
        (may && is_due.get()).then_some(store)
    };
    let make = move |store: SectionStore| {
        let list = &plan::TARGETS;
        let new = new.run(());
        let id = match known.and_then(|known| known.get_untracked()) {
            Some(id) => store.add_as(list, id, new),
            None => store.add(list, new),
        };
        let item = Item { store, list, id };
        focus::go_to(item.dom_id("title"));
    };
    move || {
        plan().map(|store| {
            view! {
                <button class="button" type="button" on:click=move |_| make(store)>
                    <Icon name="plus" />
                    {label}
                </button>
            }
        })
    }
}
