//! The pupil passport: “It would help me if you could…” first and biggest, the rest in folds.

use leptos::prelude::*;
use shared::{
    ItemId, Role, Section,
    doc::NewItem,
    schema::{List, passport},
};

use super::{
    other::Folds,
    parts::Part,
    sheet::{Empty, Layout, Sheet},
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        focus,
        icon::Icon,
        item::Item,
        list::{Add, AddForPupil, Rows, all_shown},
        people::{People, Portrait},
        tools::Tools,
        words::{By, Protected, PupilWords, TokenBy, how_captured},
    },
};

/// The statements beside HELP, in the order schools print them.
const STATEMENTS: [&List; 8] = [
    &passport::KNOW,
    &passport::MEANS,
    &passport::DIFFICULT,
    &passport::MYSELF,
    &passport::IMPORTANT_TO,
    &passport::IMPORTANT_FOR,
    &passport::HOPES,
    &passport::ADMIRE,
];

#[component]
pub(super) fn Passport() -> impl IntoView {
    let store = use_meeting().section_now(Section::Passport)?;
    let list = &passport::HELP;
    let rows = all_shown(store, list);
    let pupil = People::here().pupil_name();
    let empty = format!("These lines are {pupil}’s. They stay empty until {pupil} says something.");
    let is_adults = !Layout::here().is_pupils();
    Some(view! {
        <Sheet part=Part::Passport>
            <Empty when=Signal::derive(move || rows.with(Vec::is_empty)) words=empty is_pupils=true />
            <Statements store list rows />
            <SaidThis store rows />
            <div class="folds">{STATEMENTS.map(|list| view! { <Fold store list /> }).into_iter().collect_view()}</div>
            {is_adults
                .then(|| {
                    view! {
                        <Folds
                            store
                            lists=&[&passport::SUPPORT, &passport::ACCESS, &passport::DATA, &passport::IN_SHORT]
                        />
                    }
                })}
        </Sheet>
    })
}

#[component]
fn Fold(store: SectionStore, list: &'static List) -> impl IntoView {
    let rows = all_shown(store, list);
    let items = store.items(list);
    view! {
        <details>
            <summary>
                {list.label} " " <span>{move || items.with(Vec::len)}</span>
            </summary>
            <Statements store list rows />
        </details>
    }
}

/// The pupil’s cards, and what others added beside them.
#[component]
fn Statements(store: SectionStore, list: &'static List, rows: Memo<Vec<ItemId>>) -> impl IntoView {
    let people = People::here();
    let how = how_of_all(store, list, rows);
    let words = move || {
        let is_pupil = people.my_role() == Some(Role::Pupil);
        if is_pupil { list.add.to_owned() } else { format!("{}, in your own words", list.add) }
    };
    view! {
        <ul class="words-list">
            <Rows store list shown=rows row=move |item| view! { <Statement item how /> } />
        </ul>
        <AddForPupil store list />
        {move || view! { <Add store list words=words() /> }}
    }
}

#[component]
fn Statement(item: Item, how: Memo<Option<How>>) -> impl IntoView {
    let is_pupils = item.is_pupils();
    let meta = item.store.meta(item.list, item.id);
    let this_one = move || {
        let meta = meta.get().filter(|_| how.get() == Some(How::Each))?;
        Some(how_captured(&meta.captured, &meta.said_on)).filter(|how| !how.is_empty())
    };
    let may_change = item.may_change();
    move || {
        if is_pupils.get() {
            view! {
                <li>
                    <PupilWords item key=passport::TEXT />
                    {move || this_one().map(|how| view! { <p class="captured">{how}</p> })}
                    {move || (!may_change.get()).then(|| view! { <AddBeside item /> })}
                </li>
            }
            .into_any()
        } else {
            view! {
                <li class="beside">
                    <TokenBy item class="small" />
                    <div>
                        <Field
                            item
                            key=passport::TEXT
                            label="Added beside"
                            hide_label=true
                            read_only=Signal::derive(move || !may_change.get())
                        />
                        <By item />
                        <Tools item />
                    </div>
                </li>
            }
            .into_any()
        }
    }
}

/// A slip of one’s own, right under the child’s card.
#[component]
fn AddBeside(item: Item) -> impl IntoView {
    let access = item.store.access();
    let me = use_meeting().my_person;
    let add = move |_| {
        let Some(me) = me else { return };
        let id = item.store.add(item.list, NewItem::by(me));
        let order = item.store.items(item.list).get_untracked();
        let below = order.iter().rev().take_while(|other| **other != item.id).count().saturating_sub(1);
        for _ in 0..below {
            item.store.move_by(item.list, id, -1);
        }
        if let Some(first) = (Item { id, ..item }).first_box() {
            focus::go_to(first);
        }
    };
    move || {
        access.get().can_write().then(|| {
            view! {
                <div class="words-tools">
                    <button class="tool" type="button" on:click=add>
                        <Icon name="plus" />
                        "Add beside"
                    </button>
                </div>
            }
        })
    }
}

/// Below the cards: whose they are, and who may change them. How they were captured stands here if it is true
/// of every one of them, and otherwise on each card.
#[component]
fn SaidThis(store: SectionStore, rows: Memo<Vec<ItemId>>) -> impl IntoView {
    let people = People::here();
    let how = how_of_all(store, &passport::HELP, rows);
    move || {
        let how = match how.get()? {
            How::Same(how) => how,
            How::Each => String::new(),
        };
        let name = people.pupil_name();
        Some(view! {
            <p class="said-by">
                <Portrait pupil=people.pupil() />
                <span>
                    <strong>"These are " {name} "’s own words"</strong>
                    <span>{how}</span>
                </span>
                <Protected />
            </p>
        })
    }
}

/// How the pupil’s words in a list were captured.
#[derive(Clone, PartialEq)]
enum How {
    Same(String),
    Each,
}

/// None while there are none of the pupil’s.
fn how_of_all(store: SectionStore, list: &'static List, rows: Memo<Vec<ItemId>>) -> Memo<Option<How>> {
    let people = People::here();
    Memo::new(move |_| {
        let metas = rows.get().into_iter().filter_map(|id| store.meta(list, id).get());
        let mut hows = metas
            .filter(|meta| meta.removed_by.is_none() && meta.said_by.is_some_and(|person| people.is_pupil(person)))
            .map(|meta| how_captured(&meta.captured, &meta.said_on));
        let first = hows.next()?;
        Some(if hows.all(|how| how == first) { How::Same(first) } else { How::Each })
    })
}
