//! A parent’s or carer’s two minutes: one question at a time, on a phone. Each may be left out, and all of it can be
//! looked over and changed until the meeting is agreed.

use leptos::prelude::*;
use shared::{Role, Section, schema::review};

use super::{
    answers::{LIST, OwnWords, Whose, written},
    frame::{DraftMark, Frame, KeptDraft, WholeMeeting, together},
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        address::Address, field::Field, focus, frame::HelpLine, icon::Icon, item::Item, list::each, people::People,
    },
};

struct Question {
    asks: &'static str,
    hint: &'static str,
}

const QUESTIONS: [Question; 4] = [
    Question { asks: "What is going well?", hint: "At home or at school. A few words are enough." },
    Question { asks: "What has changed at home?", hint: "Good or hard. A few words are enough." },
    Question { asks: "What worries you most?", hint: "One thing is enough. You may leave this one." },
    Question { asks: "What do you hope for next?", hint: "Small or big. We talk about it when we meet." },
];

/// After the last question: all of it once more.
const LAST: usize = QUESTIONS.len() + 1;

const ELSE: &str = "Anything else?";

#[component]
pub(super) fn ParentsQuestions() -> impl IntoView {
    let address = Address::here();
    let now = Memo::new(move |_| {
        let asked = address.get("q").and_then(|number| number.parse::<usize>().ok());
        asked.filter(|number| (1..=LAST).contains(number)).unwrap_or(1)
    });
    // Whoever hears the page hears the next question.
    Effect::watch(move || now.get(), |now, _, _| focus::go_to(format!("h-q{now}")), false);
    let store = use_meeting().section_now(Section::FamilyViews)?;
    let whose = Whose::mine();
    Some(view! {
        <Frame skip_to="#question">
            <DraftMark section=Section::FamilyViews />
            <div class="questions" id="question" tabindex="-1">
                {QUESTIONS
                    .iter()
                    .zip(1..)
                    .map(|(question, number)| view! { <Asked store whose question number now /> })
                    .collect_view()}
                <LookOver store whose now />
            </div>
            <LastTime />
        </Frame>
    })
}

#[component]
fn Asked(
    store: SectionStore,
    whose: Whose,
    question: &'static Question,
    number: usize,
    now: Memo<usize>,
) -> impl IntoView {
    let heading = format!("h-q{number}");
    let next = if number + 1 == LAST { "Look it over" } else { "Next question" };
    view! {
        // Hidden rather than gone: what somebody has begun stays where it is.
        <section class="sheet one-question" aria-labelledby=heading.clone() hidden=move || now.get() != number>
            <Dots number />
            <p class="kicker">{format!("Question {number} of {}", QUESTIONS.len())}</p>
            <h1 id=heading.clone() tabindex="-1">
                {question.asks}
            </h1>
            <p class="hint">{question.hint}</p>
            <OwnWords store whose question=question.asks label=question.asks />
            <KeptDraft />
            <a class="button primary is-big" href=format!("?q={}", number + 1) data-turn="top">
                {next}
                <Icon name="right" />
            </a>
            {(number > 1)
                .then(|| {
                    view! {
                        <a class="button quiet" href=format!("?q={}", number - 1) data-turn="top">
                            <Icon name="left" />
                            "Back"
                        </a>
                    }
                })}
        </section>
    }
}

/// How far through, beside the words that say it.
#[component]
fn Dots(number: usize) -> impl IntoView {
    let dot = |at: usize| {
        let class = match at.cmp(&number) {
            std::cmp::Ordering::Less => "is-done",
            std::cmp::Ordering::Equal => "is-now",
            std::cmp::Ordering::Greater => "",
        };
        view! { <li class=class></li> }
    };
    view! {
        <ol class="dots" aria-hidden="true">
            {(1..LAST).map(dot).collect_view()}
        </ol>
    }
}

/// All that this person has said so far, with a way back to each question.
#[component]
fn LookOver(store: SectionStore, whose: Whose, now: Memo<usize>) -> impl IntoView {
    // What was sent before, to questions that were asked in other words.
    let others =
        written(store, whose, |asked| asked != ELSE && QUESTIONS.iter().all(|question| question.asks != asked));
    view! {
        <section class="sheet one-question" aria-labelledby="h-q5" hidden=move || now.get() != LAST>
            <h1 id=format!("h-q{LAST}") tabindex="-1">
                "Thank you"
            </h1>
            <p class="hint">"This is what you have said so far."</p>
            <ul class="looked-over">
                {QUESTIONS
                    .iter()
                    .zip(1..)
                    .map(|(question, number)| view! { <Said store whose question number /> })
                    .collect_view()}
                {each(
                    others,
                    move |id| {
                        let item = Item { store, list: LIST, id };
                        let question = item.words("question");
                        view! {
                            <li>
                                <h2 dir="auto">{move || question.get()}</h2>
                                <Field item key="answer" label=untrack(move || question.get()) rows=2 hide_label=true />
                            </li>
                        }
                            .into_any()
                    },
                )}
                <li>
                    <h2>{ELSE}</h2>
                    <OwnWords store whose question=ELSE label=ELSE begin="Add something else" />
                </li>
            </ul>
            <KeptDraft />
            <p>"You can close this page now. Your own link opens it again."</p>
        </section>
    }
}

#[component]
fn Said(store: SectionStore, whose: Whose, question: &'static Question, number: usize) -> impl IntoView {
    let asks = question.asks;
    let rows = written(store, whose, move |asked| asked == asks);
    let answers = Memo::new(move |_| {
        let words = rows.get().into_iter().map(|id| Item { store, list: LIST, id }.words("answer").get());
        words.filter(|words| !words.trim().is_empty()).collect::<Vec<_>>()
    });
    view! {
        <li>
            <h2>{asks}</h2>
            {move || {
                let answers = answers.get();
                if answers.is_empty() {
                    view! { <p class="hint">"Left out, and that is all right."</p> }.into_any()
                } else {
                    answers
                        .into_iter()
                        .map(|words| {
                            view! {
                                <p class="field-text" dir="auto">
                                    {words}
                                </p>
                            }
                        })
                        .collect_view()
                        .into_any()
                }
            }}
            <a class="change" href=format!("?q={number}") data-turn="top">
                "Change " <span class="visually-hidden">{asks}</span>
            </a>
        </li>
    }
}

/// What was planned last time and whether it happened, as the meeting will look at it; and whom to ask.
#[component]
fn LastTime() -> impl IntoView {
    let people = People::here();
    let store = use_meeting().section_now(Section::Review);
    let rows = store.map(|store| store.items(&review::TARGETS));
    let runs_it = Memo::new(move |_| {
        let names: Vec<_> = people.all.with(|all| {
            all.iter().filter(|person| person.role == Role::Facilitator).map(|person| person.name.clone()).collect()
        });
        together(&names).unwrap_or_else(|| "the person who runs the meeting".to_owned())
    });
    let target = |store: SectionStore, id| {
        let item = Item { store, list: &review::TARGETS, id };
        let (title, delivered) = (item.words("title"), item.words("delivered"));
        view! {
            <li dir="auto">
                {move || title.get()}
                <span>{move || delivered.get()}</span>
            </li>
        }
    };
    view! {
        <section class="sheet letter" aria-labelledby="h-last">
            <h2 id="h-last">"What we said last time"</h2>
            {move || match (store, rows.filter(|rows| rows.with(|rows| !rows.is_empty()))) {
                (Some(store), Some(rows)) => {
                    view! {
                        <ul class="last-time">
                            {each(rows, move |id| target(store, id).into_any())}
                        </ul>
                    }
                        .into_any()
                }
                _ => view! { <p class="hint">"This is the first plan, so there is nothing to look back on."</p> }.into_any(),
            }}
            <HelpLine icon="help">
                "Rather talk? Ring the school office and ask for " {move || runs_it.get()}
                ". Your council’s SENDIASS gives free, independent advice."
            </HelpLine>
            <WholeMeeting />
        </section>
    }
}
