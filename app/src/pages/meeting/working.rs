//! What’s working, what’s not: from each side of the table, side by side, never merged.

use leptos::prelude::*;
use shared::{Section, role::Side, schema::assess};

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
    Some(view! {
        <Sheet part=Part::Working>
            <div class="sides">
                <div class="sides-head" aria-hidden="true">
                    <span></span>
                    <span>{assess::WORKING.label}</span>
                    <span>{assess::NOT_WORKING.label}</span>
                </div>
                {assess::SIDES.iter().map(|side| view! { <SideRow store side=side.code /> }).collect_view()}
            </div>
            {is_adults.then(|| view! { <Differences store /> })}
            <div class="pair-of-lists">
                <Board store list=&assess::IMPORTANT_TO title=format!("Important to {pupil}") />
                <Board store list=&assess::IMPORTANT_FOR title=format!("Important for {pupil}") />
                <Board store list=&assess::QUESTIONS title="Questions to answer" />
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
    let id = format!("h-side-{side}");
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
            <div>
                <h4>{assess::WORKING.label}</h4>
                <Cell store list=&assess::WORKING side label=format!("Working, from {name}") />
            </div>
            <div>
                <h4>{assess::NOT_WORKING.label}</h4>
                <Cell store list=&assess::NOT_WORKING side label=format!("Not working, from {name}") />
            </div>
        </section>
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
    let id = format!("{}-title", item.id);
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
