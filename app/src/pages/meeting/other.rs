//! Lists that need no shape of their own: every field in its order. The PEP, the staff’s notes, and
//! what lies in folds.

use leptos::prelude::*;
use shared::{
    Section,
    schema::{List, pep, staff},
};

use super::{parts::Part, sheet::Sheet, side_rows::Line};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        item::Item,
        list::{Add, Rows, all_shown},
        tools::Tools,
        words::By,
    },
};

/// Parts of the Personal Education Plan of a looked-after pupil.
#[component]
pub(super) fn Pep() -> impl IntoView {
    let meeting = use_meeting();
    let store = meeting.section_now(Section::Pep)?;
    Some(view! {
        <Sheet part=Part::Pep>
            {meeting
                .education_plan_of
                .map(|pupil| {
                    view! {
                        <p>
                            <a href=format!("/pupils/{pupil}/pep#so-far") rel="external" target="_blank">
                                "What the plan still lacks (a page of its own)"
                            </a>
                        </p>
                    }
                })}
            {pep::LISTS.iter().map(|list| view! { <Block store list /> }).collect_view()}
            {move || {
                let store = meeting.section(Section::PepRestricted)?;
                Some(view! {
                    <p class="hint">"What follows is sent to whoever runs the meeting and to social care alone."</p>
                    {pep::RESTRICTED.iter().map(|list| view! { <Block store list /> }).collect_view()}
                })
            }}
        </Sheet>
    })
}

/// What staff keep for themselves. What help costs stands beside the help.
#[component]
pub(super) fn Staff() -> impl IntoView {
    let store = use_meeting().section_now(Section::StaffPreparation)?;
    let list = &staff::NOTES;
    let rows = all_shown(store, list);
    Some(view! {
        <Sheet part=Part::Staff>
            <ul class="lines">
                <Rows
                    store
                    list
                    shown=rows
                    row=|item| view! { <Line item label="Staff note".to_owned() show_by=true /> }
                />
            </ul>
            <Add store list />
        </Sheet>
    })
}

/// A list under its own heading.
#[component]
fn Block(store: SectionStore, list: &'static List) -> impl IntoView {
    let id = format!("h-{}-{}", store.section().name(), list.key);
    view! {
        <section class="sub" aria-labelledby=id.clone()>
            <h3 id=id.clone()>{list.label}</h3>
            <AllRows store list />
        </section>
    }
}

/// Lists that are read less often, each folded away with its number of entries.
#[component]
pub(super) fn Folds(store: SectionStore, lists: &'static [&'static List]) -> impl IntoView {
    let fold = move |list: &'static List| {
        let items = store.items(list);
        view! {
            <details>
                <summary>
                    {list.label} " " <span>{move || items.with(Vec::len)}</span>
                </summary>
                <AllRows store list />
            </details>
        }
    };
    view! { <div class="folds">{lists.iter().map(|list| fold(list)).collect_view()}</div> }
}

#[component]
fn AllRows(store: SectionStore, list: &'static List) -> impl IntoView {
    let rows = all_shown(store, list);
    let keys: Vec<_> = list.fields.iter().map(|field| field.key).collect();
    let row = move |item: Item| view! { <PlainRow item keys=keys.clone() /> };
    view! {
        <ul class="rows">
            <Rows store list shown=rows row />
        </ul>
        <Add store list />
    }
}

/// An entry as its fields side by side.
#[component]
pub(super) fn PlainRow(item: Item, keys: Vec<&'static str>) -> impl IntoView {
    let may_change = item.may_change();
    let read_only = Signal::derive(move || !may_change.get());
    let fields = keys.into_iter().map(|key| view! { <Field item key read_only /> }).collect_view();
    view! {
        <li class="plain-row">
            <div class="details-row facts">{fields}</div>
            <By item />
            <Tools item />
        </li>
    }
}
