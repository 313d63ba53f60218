//! How last targets went: did it happen, did it help, three voices, what next.
//!
//! “Did not happen” is kept apart from “did not work”: the school learns from the first, the child
//! from neither.

use leptos::prelude::*;
use shared::{
    Section,
    role::Side,
    schema::{actions, plan, review},
};

use super::{
    into_step::IntoNextStep,
    other::PlainRow,
    parts::Part,
    remarks::Remarks,
    sheet::{Empty, Layout, Sheet},
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        field::Field,
        icon::Icon,
        item::{Item, only_item},
        list::{Add, Rows, all_shown, new_item},
        people::{People, SideMark},
        scale::{Scale, TapScale},
        tools::Tools,
    },
};

#[component]
pub(super) fn Last() -> impl IntoView {
    let meeting = use_meeting();
    let store = meeting.section_now(Section::Review)?;
    let list = &review::TARGETS;
    let rows = all_shown(store, list);
    let pupil = People::here().pupil_name();
    let is_adults = !Layout::here().is_pupils();
    let first = format!("This is {pupil}’s first plan, so there is nothing to look back on.");
    Some(view! {
        <Sheet part=Part::Last>
            <Empty when=Signal::derive(move || rows.with(Vec::is_empty)) words=first />
            <ol class="reviews">
                <Rows store list shown=rows row=|item| view! { <Review item /> } />
            </ol>
            {is_adults.then(|| view! { <Add store list /> })}
            <Remarks store target=None />
            {is_adults.then(move || meeting.section_now(Section::Do).map(|store| view! { <Delivery store /> }))}
            {is_adults
                .then(|| {
                    only_item(store, &review::WHOLE)
                        .map(|item| {
                            view! {
                                <div class="sub facts">
                                    <Field item key="impact" rows=2 />
                                </div>
                            }
                        })
                })}
        </Sheet>
    })
}

#[component]
fn Review(item: Item) -> impl IntoView {
    let title_id = item.part_id("head");
    let is_pupils = Layout::here().is_pupils();
    let (words, title) = (item.words("pupil_words"), item.words("title"));
    let heading = move || Some(words.get()).filter(|words| !words.trim().is_empty()).unwrap_or_else(|| title.get());
    view! {
        <li class="review" aria-labelledby=title_id.clone()>
            <div class="review-head">
                // Where it can be written the heading is the box itself: said twice, it would be in the way.
                <h3 id=title_id.clone() class=if is_pupils { "" } else { "visually-hidden" }>
                    {heading}
                </h3>
                {(!is_pupils)
                    .then(|| {
                        view! {
                            <div class="big">
                                <Field item key="pupil_words" />
                            </div>
                        }
                    })}
                <Verdict item />
            </div>
            {(!is_pupils).then(|| view! { <Tools item what="this target" /> })}
            <div class="review-body">
                {if is_pupils {
                    view! { <PupilsScores item /> }.into_any()
                } else {
                    view! {
                        <div class="review-fields facts">
                            <Field item key="title" />
                            <Field item key="baseline" />
                            <Field item key="exit" />
                            <Field item key="delivered" />
                        </div>
                        <div class="review-fields facts">
                            <Scales item />
                            <Field item key="rating" />
                            <Field item key="next_step" />
                        </div>
                    }
                        .into_any()
                }}
            </div>
            {(!is_pupils).then(|| view! { <CarryOn item /> })}
            <Remarks store=item.store target=Some(item.id) />
        </li>
    }
}

/// What goes on is a next step again, from where the child is now, and with the help that names it. “In my words” is
/// left for the child: what an adult copied would be an adult’s.
#[component]
fn CarryOn(item: Item) -> impl IntoView {
    let people = People::here();
    let (next, title, words) = (item.words("next_step"), item.words("title"), item.words("pupil_words"));
    let (baseline, exit) = (item.words("baseline"), item.words("exit"));
    let or = |first: Memo<String>, second: Memo<String>| {
        Signal::derive(move || {
            Some(first.get()).filter(|words| !words.trim().is_empty()).unwrap_or_else(|| second.get())
        })
    };
    let (success, area) = (item.words("success"), item.words("area"));
    let (called, from) = (or(title, words), or(exit, baseline));
    let steps = use_meeting().section_now(Section::Plan).map(|store| {
        let list = &plan::TARGETS;
        store.read(|doc| doc.items(list).into_iter().map(|step| doc.words(list, step, "title")).collect::<Vec<_>>())
    });
    let all = use_meeting().section_now(Section::Plan).map(|store| store.all_items(&plan::TARGETS));
    // The same as before, unless it was one and was taken off the page.
    let known = Signal::derive(move || {
        let is_taken = all.is_some_and(|all| all.with(|all| all.iter().any(|step| step.id == item.id)));
        (!is_taken).then_some(item.id)
    });
    let is_due = Signal::derive(move || {
        let goes_on = next.with(|next| !next.is_empty() && next != review::CLOSED);
        let called = called.get();
        let is_there = steps.is_some_and(|steps| steps.with(|steps| steps.contains(&called)));
        goes_on && !is_there && !called.trim().is_empty()
    });
    let new = move |()| {
        let mut new = new_item(people, false)
            .with("title", called.get_untracked())
            .with("baseline", from.get_untracked())
            .with("success", success.get_untracked())
            .with("area", area.get_untracked())
            .with("status", "carried_on");
        for (_, before, after) in VOICES {
            let score = item.number(after).get_untracked().or_else(|| item.number(before).get_untracked());
            new = score.into_iter().fold(new, |new, score| new.with_number(before, score));
        }
        new
    };
    view! { <IntoNextStep label="Carry it on: make it a next step" is_due new known /> }
}

/// In the pupil’s words, whoever reads it. The shape says it too.
#[component]
fn Verdict(item: Item) -> impl IntoView {
    let rating = item.words("rating");
    move || {
        let code = rating.get();
        let words = review::RATINGS.iter().find(|rating| rating.code == code)?.plain;
        let (class, icon) = verdict_class(&code);
        Some(view! {
            <p class=format!("verdict {class}")>
                {icon.map(|name| view! { <Icon name /> })}
                {words}
            </p>
        })
    }
}

/// How a verdict is drawn. Not delivered is dashed, never red.
pub(crate) fn verdict_class(rating: &str) -> (&'static str, Option<&'static str>) {
    match rating {
        "EXCEEDED" | "ACHIEVED" => ("is-done", Some("tick")),
        "PARTLY" | "SMALL_STEPS" => ("is-nearly", None),
        "NOT_DELIVERED" => ("is-missed", Some("pause")),
        _ => ("", None),
    }
}

const VOICES: [(Side, &str, &str); 3] = [
    (Side::Pupil, "before_pupil", "after_pupil"),
    (Side::Home, "before_home", "after_home"),
    (Side::School, "before_school", "after_school"),
];

#[component]
fn Scales(item: Item) -> impl IntoView {
    let pupil = People::here().pupil_name();
    let voice = move |(side, before, after): (Side, &'static str, &'static str)| {
        let name = match side {
            Side::Pupil => pupil.clone(),
            Side::Home => "Home".to_owned(),
            Side::School | Side::Visitor | Side::Voice => "School".to_owned(),
        };
        view! {
            <li>
                <span class="voice">
                    <SideMark side />
                    {name.clone()}
                </span>
                <Scale before=item.number(before) now=item.number(after) side />
                <span class="scores">
                    <Field item key=before label=format!("{name}, before, out of ten") hide_label=true />
                    <span>"now"</span>
                    <Field item key=after label=format!("{name}, now, out of ten") hide_label=true />
                </span>
            </li>
        }
    };
    view! { <ul class="scales" aria-label="Scores out of ten">{VOICES.map(voice).into_iter().collect_view()}</ul> }
}

/// Only the pupil’s own two numbers.
#[component]
fn PupilsScores(item: Item) -> impl IntoView {
    let (before, now) = (item.number("before_pupil"), item.number("after_pupil"));
    view! {
        <div class="review-fields">
            <Scale before now side=Side::Pupil />
            <TapScale item key="after_pupil" label="How is it now? 1 is hard, 10 is easy" />
        </div>
    }
}

/// Planned against delivered: “did it happen?” comes before “did it work?”.
#[component]
fn Delivery(store: SectionStore) -> impl IntoView {
    let list = &actions::DELIVERY;
    let rows = all_shown(store, list);
    view! {
        <section class="sub" aria-labelledby="h-delivery">
            <h3 id="h-delivery">{list.label}</h3>
            <ul class="rows">
                <Rows
                    store
                    list
                    shown=rows
                    row=|item| view! { <PlainRow item keys=vec!["name", "planned", "delivered", "why_not"] /> }
                />
            </ul>
            <Add store list />
        </section>
    }
}
