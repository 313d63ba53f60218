//! What each voice says about a target, or about all of them. The pupil’s remark is a card of its own.

use leptos::prelude::*;
use shared::{ItemId, doc::NewItem, schema::review};

use crate::{
    collab::SectionStore,
    components::{
        field::Field,
        item::Item,
        list::{Add, AddForPupil, Rows, shown},
        tools::Tools,
        words::{By, PupilWords, SaidBy, TokenBy},
    },
};

/// What each of us says about one target, or about all of them.
#[component]
pub(super) fn Remarks(store: SectionStore, target: Option<ItemId>) -> impl IntoView {
    let list = &review::REMARKS;
    let about = target.map(|id| id.to_string()).unwrap_or_default();
    let rows = {
        let about = about.clone();
        shown(store, list, move |item| item.words("target").get() == about)
    };
    let with = move |new: NewItem| new.with("target", about.clone());
    let words = if target.is_some() { list.add } else { "Add what you think about all of them" };
    view! {
        <ul class="remarks">
            <Rows store list shown=rows row=|item| view! { <Remark item /> } />
        </ul>
        <AddForPupil store list with=with.clone() />
        <Add store list words with=with />
    }
}

#[component]
fn Remark(item: Item) -> impl IntoView {
    let is_pupils = item.is_pupils();
    move || {
        if is_pupils.get() {
            view! {
                <li class="is-pupil">
                    <figure class="said">
                        <PupilWords item key="text" />
                        <SaidBy item />
                    </figure>
                </li>
            }
            .into_any()
        } else {
            let may_change = item.may_change();
            view! {
                <li class="line">
                    <TokenBy item class="small" />
                    <div>
                        <Field
                            item
                            key="text"
                            hide_label=true
                            read_only=Signal::derive(move || !may_change.get())
                        />
                        <By item />
                    </div>
                    <Tools item />
                </li>
            }
            .into_any()
        }
    }
}
