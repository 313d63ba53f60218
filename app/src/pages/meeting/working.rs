//! What’s working, what’s not: from each side of the table, side by side, never merged.

use leptos::prelude::*;
use shared::{
    Section,
    role::Side,
    schema::{List, assess},
};

use super::{
    other::Folds,
    parts::Part,
    sheet::{Layout, Sheet},
    side_rows::{Board, Cell, side_of},
    views::ViewsBefore,
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        icon::Icon,
        item::Item,
        list::{Add, Rows, all_shown},
        people::{People, Portrait, SideMark, TokenOf},
        tools::Tools,
    },
};

#[component]
pub(super) fn Working() -> impl IntoView {
    let store = use_meeting().section_now(Section::Assess)?;
    let pupil = People::here().pupil_name();
    let is_adults = !Layout::here().is_pupils();
    let pupil = if is_adults { pupil } else { "me".to_owned() };
    let questions = if is_adults { assess::QUESTIONS.label } else { "Questions we have" };
    Some(view! {
        <Sheet part=Part::Working>
            <div class="sides">
                <div class="sides-head" aria-hidden="true">
                    <span></span>
                    <span>{heading(true, is_adults)}</span>
                    <span>{heading(false, is_adults)}</span>
                </div>
                {assess::SIDES.iter().map(|side| view! { <SideRow store side=side.code /> }).collect_view()}
            </div>
            {is_adults.then(|| view! { <Differences store /> })}
            <div class="pair-of-lists">
                <Board
                    store
                    list=&assess::IMPORTANT_TO
                    title=format!("Important to {pupil}")
                    add=format!("Add something important to {pupil}")
                />
                <Board
                    store
                    list=&assess::IMPORTANT_FOR
                    title=format!("Important for {pupil}")
                    add=format!("Add something important for {pupil}")
                />
                <Board store list=&assess::QUESTIONS title=questions add=assess::QUESTIONS.add />
            </div>
            <ViewsBefore />
            {is_adults
                .then(|| {
                    view! {
                        <Folds
                            store
                            lists=&[&assess::STRENGTHS, &assess::NEEDS, &assess::BASELINES, &assess::ADVICE]
                        />
                    }
                })}
        </Sheet>
    })
}

#[component]
fn SideRow(store: SectionStore, side: &'static str) -> impl IntoView {
    let people = People::here();
    let table_side = side_of(side);
    let name = match table_side {
        Side::Pupil => people.pupil_name(),
        Side::Home => "Home".to_owned(),
        Side::School => "School".to_owned(),
        Side::Visitor | Side::Voice => "Visitors".to_owned(),
    };
    let is_adults = !Layout::here().is_pupils();
    let id = format!("h-side-{side}");
    let name = if table_side == Side::Pupil && !is_adults { "Me".to_owned() } else { name };
    let cell = |list: &'static List, works: bool| {
        let add = add(table_side, works, is_adults, &people.pupil_name());
        let heading = heading(works, is_adults);
        view! {
            <div>
                <h4>{heading}</h4>
                <Cell store list side label=format!("{heading}, from {name}") add />
            </div>
        }
    };
    view! {
        <section class="side-row" aria-labelledby=id.clone()>
            <h3 id=id.clone()>
                {if table_side == Side::Pupil {
                    view! { <Portrait pupil=people.pupil() class="small" /> }.into_any()
                } else {
                    view! { <SideMark side=table_side /> }.into_any()
                }}
                {name.clone()}
            </h3>
            {cell(&assess::WORKING, true)}
            {cell(&assess::NOT_WORKING, false)}
        </section>
    }
}

fn heading(works: bool, is_adults: bool) -> &'static str {
    match (works, is_adults) {
        (true, true) => assess::WORKING.label,
        (false, true) => assess::NOT_WORKING.label,
        (true, false) => "Good",
        (false, false) => "Hard",
    }
}

/// On the next empty line: what to do, and from where it is seen.
fn add(side: Side, works: bool, is_adults: bool, pupil: &str) -> String {
    let what = if works { "what works" } else { "what does not work" };
    match (side, works, is_adults) {
        (Side::Pupil, true, false) => "Add something good".to_owned(),
        (Side::Pupil, false, false) => "Add something hard".to_owned(),
        (Side::Pupil, _, true) => format!("Write down {what} for {pupil}"),
        (Side::Home, ..) => format!("Add {what} at home"),
        (Side::School, ..) => format!("Add {what} at school"),
        (Side::Visitor | Side::Voice, ..) => format!("Add {what}, as a visitor"),
    }
}

/// Two views side by side; both stay, and both go into the record.
#[component]
fn Differences(store: SectionStore) -> impl IntoView {
    let list = &assess::DIFFER;
    let rows = all_shown(store, list);
    view! {
        <ul>
            <Rows store list shown=rows row=|item| view! { <Difference item /> } />
        </ul>
        <Add store list />
    }
}

#[component]
fn Difference(item: Item) -> impl IntoView {
    let id = item.part_id("head");
    view! {
        <li class="differ" aria-labelledby=id.clone()>
            <h3 id=id.clone()>
                <Icon name="differ" />
                {item.list.label}
            </h3>
            <Field item key="topic" />
            <div class="differ-pair">
                <OneView item words="one" by="one_by" />
                <OneView item words="other" by="other_by" />
            </div>
            <p class="hint">"Both stay, side by side, and both go into the record."</p>
            <Tools item />
        </li>
    }
}

#[component]
fn OneView(item: Item, words: &'static str, by: &'static str) -> impl IntoView {
    let people = People::here();
    let whose = item.words(by);
    let person = move || whose.get().parse().ok().and_then(|id| people.by_person(id));
    view! {
        <div class="view">
            {move || person().map(|person| view! { <TokenOf person pupil=people.pupil() /> })}
            <Field item key=words rows=2 />
            <Field item key=by />
        </div>
    }
}
