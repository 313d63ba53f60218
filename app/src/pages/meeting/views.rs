//! What was written before the meeting, each by one hand. While preparing, everybody writes their
//! own here; once the meeting is open, all can read them.

use leptos::prelude::*;
use shared::{Section, schema::views};

use super::sheet::Layout;
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        authors::WhoWrote,
        field::Field,
        item::Item,
        list::{Add, Rows, all_shown},
        people::People,
        tools::Tools,
        words::{By, TokenBy},
    },
};

const SECTIONS: [Section; 4] =
    [Section::PupilViews, Section::FamilyViews, Section::SchoolViews, Section::SpecialistViews];

#[component]
pub(super) fn ViewsBefore() -> impl IntoView {
    let meeting = use_meeting();
    let stores = Memo::new(move |_| SECTIONS.map(|section| meeting.section(section).is_some()));
    let is_adults = !Layout::here().is_pupils();
    move || {
        let readable = SECTIONS.into_iter().zip(stores.get()).filter(|(_, may_read)| *may_read);
        let mine: Vec<_> =
            readable.filter_map(|(section, _)| meeting.section(section).map(|store| (section, store))).collect();
        (!mine.is_empty()).then(|| {
            view! {
                <section class="sub" aria-labelledby="h-views">
                    <h3 id="h-views">
                        {if is_adults { "What each of us said before the meeting" } else { "What I said before the meeting" }}
                    </h3>
                    {mine
                        .into_iter()
                        .filter(|(section, _)| is_adults || *section == Section::PupilViews)
                        .map(|(section, store)| view! { <ViewsOf section store /> })
                        .collect_view()}
                </section>
            }
        })
    }
}

#[component]
fn ViewsOf(section: Section, store: SectionStore) -> impl IntoView {
    let list = &views::VIEWS;
    let rows = all_shown(store, list);
    let advice = all_shown(store, &views::ADVICE);
    let has_advice = section == Section::SpecialistViews;
    let access = store.access();
    // Nothing said, and nothing to be said by this person: no heading over an empty space.
    let nothing = move || rows.with(Vec::is_empty) && advice.with(Vec::is_empty) && !access.get().can_write();
    let id = format!("h-{}", section.name());
    let pupils = section == Section::PupilViews;
    let title = if pupils && !Layout::here().is_pupils() {
        format!("{}’s views", People::here().pupil_name())
    } else {
        section.label().to_owned()
    };
    view! {
        <div class="views-of" hidden=nothing>
            <h4 id=id.clone()>{title}</h4>
            <ul class="views" aria-labelledby=id>
                <Rows store list shown=rows row=|item| view! { <View item /> } />
            </ul>
            <Add store list pupils />
            {has_advice
                .then(|| {
                    view! {
                        <ul class="views">
                            <Rows store list=&views::ADVICE shown=advice row=|item| view! { <Advice item /> } />
                        </ul>
                        <Add store list=&views::ADVICE />
                    }
                })}
        </div>
    }
}

#[component]
fn View(item: Item) -> impl IntoView {
    let may_change = item.may_change();
    let mine = Signal::derive(move || !may_change.get());
    let (question, answer, original) = (item.words("question"), item.words("answer"), item.words("original"));
    view! {
        <li>
            <TokenBy item class="small" />
            <div class="lines">
                {move || {
                    if may_change.get() {
                        view! {
                            <Field item key="question" />
                            <Field item key="answer" rows=2 />
                        }
                            .into_any()
                    } else {
                        view! {
                            <p class="question" dir="auto">{move || question.get()}</p>
                            <p dir="auto">{move || answer.get()}</p>
                            <WhoWrote item key="answer" label="The answer" />
                        }
                            .into_any()
                    }
                }}
                {move || {
                    (may_change.get() || !original.get().is_empty())
                        .then(|| view! { <Field item key="original" read_only=mine /> })
                }}
                {move || may_change.get().then(|| view! { <Field item key="scale" /> })}
                <By item />
                <Tools item />
            </div>
        </li>
    }
}

#[component]
fn Advice(item: Item) -> impl IntoView {
    view! {
        <li>
            <TokenBy item class="small" />
            <div class="lines">
                <Field item key="recommendation" rows=2 />
                <Field item key="source" />
                <By item />
                <Tools item />
            </div>
        </li>
    }
}
