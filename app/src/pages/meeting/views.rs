//! What was written before the meeting, each by one hand. While preparing, everybody writes their
//! own here; once the meeting is open, all can read them.

use leptos::prelude::*;
use shared::{Section, schema::views};

use super::{into_step::IntoNextStep, sheet::Layout};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        authors::WhoWrote,
        field::Field,
        item::Item,
        list::{Add, Rows, all_shown, new_item},
        people::People,
        scale::TapScale,
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
    let add = if Layout::here().is_pupils() { "Add something I want to say" } else { list.add };
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
            <Add store list words=add pupils />
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
    let is_pupils = Layout::here().is_pupils();
    let (question, answer, original) = (item.words("question"), item.words("answer"), item.words("original"));
    view! {
        <li>
            <TokenBy item class="small" />
            <div class="lines">
                {move || {
                    if may_change.get() && is_pupils {
                        view! { <PupilsView item /> }.into_any()
                    } else if may_change.get() {
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
                    (may_change.get() && !is_pupils || !original.get().is_empty())
                        .then(|| view! { <Field item key="original" read_only=mine /> })
                }}
                {move || (may_change.get() && !is_pupils).then(|| view! { <Field item key="scale" /> })}
                <By item />
                <Tools item />
            </div>
        </li>
    }
}

/// The pupil’s own: the question is asked, not filled in, and how good it is can be tapped.
#[component]
fn PupilsView(item: Item) -> impl IntoView {
    const ANY: &str = "What I want to say";
    let question = item.words("question");
    let is_asked = Memo::new(move |_| !question.get().trim().is_empty());
    let label = untrack(|| if is_asked.get() { question.get() } else { ANY.to_owned() });
    view! {
        {move || is_asked.get().then(|| view! { <p class="question" dir="auto">{move || question.get()}</p> })}
        <Field item key="answer" label rows=2 hide_label=untrack(|| is_asked.get()) />
        <TapScale item key="scale" label="How good is it? 1 is hard, 5 is very good" />
    }
}

#[component]
fn Advice(item: Item) -> impl IntoView {
    let (people, words) = (People::here(), item.words("recommendation"));
    let is_due = Signal::derive(move || words.with(|words| !words.trim().is_empty()));
    let new = move |()| new_item(people, false).with("title", words.get_untracked()).with("status", "proposed");
    view! {
        <li>
            <TokenBy item class="small" />
            <div class="lines">
                <Field item key="recommendation" rows=2 />
                <Field item key="source" />
                <By item />
                <IntoNextStep label="Make it a next step" is_due new />
                <Tools item />
            </div>
        </li>
    }
}
