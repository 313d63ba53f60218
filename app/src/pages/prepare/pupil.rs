//! The child’s own questions: a picture and words for each answer, one question at a time. Tapped by the child, or by
//! whoever was named to write for them, who is named on the page.
//!
//! Each tapped answer is an entry of its own, so that it can be taken back by the same tap, and stands in the meeting
//! as what the child said.

use leptos::prelude::*;
use shared::{Section, Stage, doc::NewItem, policy::Scribe};

use super::{
    also_on_this_device,
    answers::{LIST, OwnWords, TAPPED, Whose},
    frame::{CannotSave, News, WholeMeeting, readers, together},
};
use crate::{
    collab::{SectionStore, use_meeting},
    components::{
        address::Address,
        also_here::AlsoHere,
        finish::Finish,
        focus,
        icon::{Icon, Picture},
        my_view::MyViewButton,
        notices::Notice,
        people::{People, Portrait, TokenOf},
    },
    pages::{
        SkipLink,
        meeting::{NeedsScripts, SaveStateLine},
    },
};

struct Question {
    /// In the row of steps.
    short: &'static str,
    asks: &'static str,
    /// A picture, and its words.
    answers: [(&'static str, &'static str); 3],
}

const QUESTIONS: [Question; 5] = [
    Question {
        short: "Good",
        asks: "What is going well?",
        answers: [("book", "My lessons"), ("friends", "My friends"), ("game", "Playtime")],
    },
    Question {
        short: "Hard",
        asks: "What is still hard?",
        answers: [("loud", "When it is loud"), ("change", "When things change"), ("friends", "Joining in")],
    },
    Question {
        short: "People",
        asks: "Who helps me?",
        answers: [("home", "My family"), ("friends", "My friends"), ("adult", "A grown-up at school")],
    },
    Question {
        short: "Help",
        asks: "What helps me?",
        answers: [("quiet", "A quiet place"), ("picture", "Pictures and lists"), ("pause", "A break")],
    },
    Question {
        short: "My hopes",
        asks: "What do I want next?",
        answers: [("game", "More time to play"), ("friends", "To be with friends"), ("star", "To learn something new")],
    },
];

/// As good as any other answer.
const ALWAYS: [&str; 2] = ["I don’t know", "Ask me later"];

const LAST: usize = QUESTIONS.len() + 1;

#[component]
pub(super) fn PupilsQuestions() -> impl IntoView {
    let address = Address::here();
    let now = Memo::new(move |_| {
        let asked = address.get("q").and_then(|number| number.parse::<usize>().ok());
        asked.filter(|number| (1..=LAST).contains(number)).unwrap_or(1)
    });
    Effect::watch(move || now.get(), |now, _, _| focus::go_to(format!("h-q{now}")), false);
    let store = use_meeting().section_now(Section::PupilViews)?;
    Some(view! {
        <div class="pupil-page prepare-pupil">
            <SkipLink to="#question" words="Skip to the question" />
            <Bar />
            <NeedsScripts />
            <CannotSave />
            <div class="table is-plain">
                <main class="pupil-main" id="question" tabindex="-1">
                    <Steps now />
                    <Begun />
                    {QUESTIONS
                        .iter()
                        .zip(1..)
                        .map(|(question, number)| view! { <Asked store question number now /> })
                        .collect_view()}
                    <TheEnd now />
                    <WhoSees />
                </main>
            </div>
            <News />
            <Tray now />
        </div>
    })
}

#[component]
fn Bar() -> impl IntoView {
    let people = People::here();
    let helper = move || {
        let who = people.scribe_now()?;
        let words = if who.id == people.me {
            format!("You write down what {} says.", people.pupil_name())
        } else {
            format!("{} is helping.", who.name)
        };
        Some(view! {
            <p class="helper">
                <TokenOf person=who pupil=people.pupil() class="small" />
                <span>{words}</span>
            </p>
        })
    };
    view! {
        <header class="pupil-bar">
            <p class="pupil-name">
                <Portrait pupil=people.pupil() />
                <span>{people.pupil_name()}</span>
            </p>
            <MyViewButton />
            {helper}
            <AlsoHere also_here=also_on_this_device() meeting=use_meeting().id />
            <Finish />
            <SaveStateLine />
        </header>
    }
}

#[component]
fn Steps(now: Memo<usize>) -> impl IntoView {
    let step = move |(question, number): (&'static Question, usize)| {
        let class = move || match number.cmp(&now.get()) {
            std::cmp::Ordering::Less => "is-done",
            std::cmp::Ordering::Equal => "is-now",
            std::cmp::Ordering::Greater => "",
        };
        view! {
            <li class=class>
                <a href=format!("?q={number}") data-turn="top" aria-current=move || (now.get() == number).then_some("step")>
                    <span>{question.short}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav aria-label="Questions">
            <ol class="steps">{QUESTIONS.iter().zip(1..).map(step).collect_view()}</ol>
        </nav>
    }
}

#[component]
fn Begun() -> impl IntoView {
    let meeting = use_meeting();
    let stage = meeting.stage();
    move || {
        (stage.get() != Stage::Preparing).then(|| {
            view! {
                <Notice icon="people" title="The meeting has begun">
                    <a class="button primary" href=format!("/meetings/{}", meeting.id) rel="external">
                        "Go to the table"
                        <Icon name="right" />
                    </a>
                </Notice>
            }
        })
    }
}

#[component]
fn Asked(store: SectionStore, question: &'static Question, number: usize, now: Memo<usize>) -> impl IntoView {
    let heading = format!("h-q{number}");
    let asks = question.asks;
    view! {
        <section class="sheet ask" aria-labelledby=heading.clone() hidden=move || now.get() != number>
            <h1 id=heading.clone() tabindex="-1">
                {asks}
            </h1>
            <p class="one-line">"Tap one, or two, or none."</p>
            <fieldset class="answers-to-tap">
                <legend class="visually-hidden">{asks}</legend>
                <div class="faces is-pictures">
                    {question
                        .answers
                        .map(|(picture, words)| {
                            view! {
                                <label class="face">
                                    <Tick store asks words />
                                    <Picture name=picture />
                                    <span>{words}</span>
                                </label>
                            }
                        })
                        .collect_view()}
                </div>
                <div class="other-answers">
                    {ALWAYS
                        .map(|words| {
                            view! {
                                <label class="choice">
                                    <Tick store asks words />
                                    <span>{words}</span>
                                </label>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
            <div class="ask-more">
                <h2>"Something else, in my words"</h2>
                <OwnWords store whose=Whose::pupils() question=asks label="In my words" />
            </div>
            <NotShared asks />
        </section>
    }
}

/// A box of its own, because what is in it is never sent to the others.
#[component]
fn NotShared(asks: &'static str) -> impl IntoView {
    let meeting = use_meeting();
    let people = People::here();
    let store = meeting.section_now(Section::PupilPrivate)?;
    if untrack(|| people.am_scribe() && people.myself().is_some_and(|me| me.scribe == Scribe::Later)) {
        // It was begun before they were named: for the pupil alone, or with somebody else.
        return None;
    }
    let who = move || match people.scribe_now() {
        Some(helper) if helper.scribe == Scribe::Later => {
            format!("Only you see this, and not {}. It is not in the plan.", helper.name)
        }
        Some(helper) if helper.id != people.me => format!(
            "Only you and {0} see this, and it is not in the plan. If {0} is worried about you, they tell you first who they will ask.",
            helper.name
        ),
        Some(_) => format!("Only {} and you see this, and it is not in the plan.", people.pupil_name()),
        None => "Only you see this. It is not in the plan.".to_owned(),
    };
    Some(view! {
        <div class="ask-more is-private">
            <h2>
                <Icon name="lock" />
                "Please don’t share this"
            </h2>
            <p class="hint">{who}</p>
            <OwnWords
                store
                whose=Whose::pupils()
                question=asks
                label="Please don’t share this"
                begin="Write it here"
            />
        </div>
    })
}

/// One answer: there or not. Whoever may not change it sees which it is.
#[component]
fn Tick(store: SectionStore, asks: &'static str, words: &'static str) -> impl IntoView {
    let people = People::here();
    let access = store.access();
    let entries = store.all_items(LIST);
    // One of them is enough, should it have been tapped on two devices at once.
    let pupil = people.pupil().person;
    let there = Memo::new(move |_| {
        let tapped = entries.get().into_iter().filter(|meta| meta.captured == TAPPED && meta.said_by == Some(pupil));
        tapped
            .filter(|meta| {
                store.words(LIST, meta.id, "question").get() == asks
                    && store.words(LIST, meta.id, "answer").get() == words
            })
            .map(|meta| (meta.id, meta.removed_by.is_none()))
            .collect::<Vec<_>>()
    });
    let is_on = Memo::new(move |_| there.with(|there| there.iter().any(|(_, on)| *on)));
    let me = use_meeting().my_person;
    let tap = move |_| {
        let there = there.get_untracked();
        if is_on.get_untracked() {
            for (id, _) in there.into_iter().filter(|(_, on)| *on) {
                if let Some(me) = me {
                    store.remove(LIST, id, me);
                }
            }
        } else if let Some((id, _)) = there.first() {
            store.put_back(LIST, *id);
        } else {
            let new = NewItem { captured: TAPPED.to_owned(), ..NewItem::by(pupil) };
            store.add(LIST, new.with("question", asks).with("answer", words));
        }
    };
    view! {
        <input
            type="checkbox"
            checked=is_on.get_untracked()
            prop:checked=move || is_on.get()
            disabled=move || !access.get().can_write()
            on:change=tap
        />
    }
}

#[component]
fn TheEnd(now: Memo<usize>) -> impl IntoView {
    view! {
        <section class="sheet ask" aria-labelledby=format!("h-q{LAST}") hidden=move || now.get() != LAST>
            <h1 id=format!("h-q{LAST}") tabindex="-1">
                "Thank you"
            </h1>
            <p class="one-line">"That is all for now. You can come back and change it."</p>
            <WholeMeeting />
        </section>
    }
}

/// Who reads it now is who may, by the rules the server goes by.
#[component]
fn WhoSees() -> impl IntoView {
    let people = People::here();
    let stage = use_meeting().stage();
    let readers = readers(Section::PupilViews);
    let now = move || {
        let others: Vec<_> = readers.get().into_iter().filter(|name| *name != people.pupil_name()).collect();
        match together(&others) {
            _ if stage.get() != Stage::Preparing => {
                "Everybody at the meeting can see it now, but not what you asked not to share.".to_owned()
            }
            Some(who) => format!("Now: {who}."),
            None => "Now: only me.".to_owned(),
        }
    };
    view! {
        <section class="sheet who-sees" aria-labelledby="h-sees">
            <h2 id="h-sees">"Who will see this?"</h2>
            <p>{now}</p>
            {move || {
                (stage.get() == Stage::Preparing)
                    .then(|| {
                        view! {
                            <p>"When the meeting starts, everybody there:"</p>
                            <ul class="people-row">
                                {move || {
                                    let others = people.all.get().into_iter().filter(|person| !people.is_pupil(person.person));
                                    others
                                        .map(|person| {
                                            let name = person.name.clone();
                                            view! {
                                                <li>
                                                    <TokenOf person pupil=people.pupil() />
                                                    <p>
                                                        <strong>{name}</strong>
                                                    </p>
                                                </li>
                                            }
                                        })
                                        .collect_view()
                                }}
                            </ul>
                            <p>"Is there something not everybody should know? Put it under “Please don’t share this”, or tell a grown-up you trust."</p>
                        }
                    })
            }}
        </section>
    }
}

#[component]
fn Tray(now: Memo<usize>) -> impl IntoView {
    view! {
        <nav class="pupil-tray" aria-label="Back and next">
            {move || match now.get() {
                1 => view! { <span></span> }.into_any(),
                number => {
                    view! {
                        <a class="button is-big" href=format!("?q={}", number - 1) data-turn="top">
                            <Icon name="left" />
                            "Back"
                        </a>
                    }
                        .into_any()
                }
            }}
            {move || {
                if now.get() == LAST {
                    view! { <span></span> }.into_any()
                } else {
                    view! {
                        <a class="button is-big" href=format!("?q={LAST}") data-turn="top">
                            <Icon name="door" />
                            "I’ve had enough"
                        </a>
                    }
                        .into_any()
                }
            }}
            {move || {
                (now.get() < LAST)
                    .then(|| {
                        view! {
                            <a class="button is-big primary" href=format!("?q={}", now.get() + 1) data-turn="top">
                                "Next"
                                <Icon name="right" />
                            </a>
                        }
                    })
            }}
        </nav>
    }
}
