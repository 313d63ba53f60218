//! Agree: what is still missing, what each person answers, my answer, and saving the record.
//!
//! Answers are commands the server checks, never part of the document that any client could set.

use std::collections::BTreeMap;

use leptos::{ev::SubmitEvent, prelude::*, web_sys};
use shared::{
    ParticipantId, Role, Section, Stage,
    record::{self, Missing, Response},
};

use super::{parts::Part, sheet::Sheet};
use crate::{
    api::{meetings::Answer, records::agree_and_save},
    collab::use_meeting,
    components::{
        focus,
        icon::{Icon, Picture},
        notices::MissingList,
        people::{People, TokenOf},
    },
    error::AppError,
    view::{self, Participant},
};

/// Where it is asked whether to save.
pub(super) const SAVE: &str = "agree-and-save";

#[component]
pub(super) fn Agree() -> impl IntoView {
    let people = People::here();
    let stage = use_meeting().stage();
    let asked = Memo::new(move |_| {
        people.all.with(|all| all.iter().filter(|p| p.role.can_agree()).map(|p| p.id).collect::<Vec<_>>())
    });
    let me = untrack(|| people.myself());
    let may_answer = me.as_ref().is_some_and(|me| me.role.can_agree());
    let is_pupil = me.as_ref().is_some_and(|me| me.role == Role::Pupil);
    let runs_it = me.is_some_and(|me| me.role.can_facilitate());
    view! {
        <Sheet part=Part::Agree>
            // What the plan still lacks is for the grown-ups to mend.
            {move || (stage.get() != Stage::Agreed && !is_pupil).then(|| view! { <StillMissing /> })}
            // Everybody’s own first: nobody has to read what the others think to say what they think.
            {move || (may_answer && stage.get() == Stage::Meeting).then(|| view! { <MyAnswer /> })}
            <ul class="answers">
                <For each=move || asked.get() key=|id| *id let:id>
                    <AnswerOf id />
                </For>
            </ul>
            {move || (runs_it && stage.get() == Stage::Meeting).then(|| view! { <AgreeAndSave /> })}
        </Sheet>
    }
}

/// What the Code asks for that is not there yet: the same check the server makes.
#[component]
fn StillMissing() -> impl IntoView {
    let store = use_meeting().section_now(Section::Plan)?;
    let missing = store.read(|doc| record::missing(&BTreeMap::from([(Section::Plan, doc.clone())])));
    Some(move || {
        let missing = missing.get();
        (!missing.is_empty()).then(|| view! { <MissingList missing /> })
    })
}

#[component]
fn AnswerOf(id: ParticipantId) -> impl IntoView {
    let people = People::here();
    let person = Memo::new(move |_| people.all.with(|all| all.iter().find(|person| person.id == id).cloned()));
    let class = move || match person.get().and_then(|person| person.answer).map(|answer| answer.response) {
        None => "answer is-waiting",
        Some(Response::Agree | Response::AgreeWithComment) => "answer is-yes",
        Some(Response::PartlyDisagree | Response::Disagree) => "answer is-part",
        Some(Response::ViewsSharedOnly) => "answer is-views",
    };
    view! {
        <li class=class>
            {move || person.get().map(|person| view! { <AnswerWords person /> })}
        </li>
    }
}

#[component]
fn AnswerWords(person: Participant) -> impl IntoView {
    let pupil = People::here().pupil();
    let (icon, words, comment) = match &person.answer {
        None => (None, "Not answered yet".to_owned(), String::new()),
        Some(view::Answer { response, comment }) => {
            let icon = match response {
                Response::Agree | Response::AgreeWithComment => "tick",
                Response::PartlyDisagree | Response::Disagree => "differ",
                Response::ViewsSharedOnly => "letter",
            };
            (Some(icon), capitalised(response.verb()), comment.clone())
        }
    };
    let (name, title) = (person.name.clone(), person.title.clone());
    view! {
        <TokenOf person pupil />
        <p class="who">
            <strong>{name}</strong>
            " "
            <span>{title}</span>
        </p>
        <p class="response">{icon.map(|name| view! { <Icon name /> })} {words}</p>
        {(!comment.is_empty()).then(|| view! { <p class="how" dir="auto">"“" {comment} "”"</p> })}
    }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The pupil’s own: three at most, each a picture and words.
const PUPILS: [(Response, &str, &str); 3] = [
    (Response::Agree, "face-good", "Yes, I agree"),
    (Response::PartlyDisagree, "face-ok", "Some of it, not all"),
    (Response::Disagree, "face-hard", "No, I don’t agree"),
];

/// My own answer. A plain form, so that it works before any script has arrived.
#[component]
fn MyAnswer() -> impl IntoView {
    let meeting = use_meeting();
    let me = untrack(|| People::here().myself());
    let is_pupil = me.as_ref().is_some_and(|me| me.role == Role::Pupil);
    let given = me.as_ref().and_then(|me| me.answer.clone());
    let chosen = RwSignal::new(given.as_ref().map(|answer| answer.response));
    let name = me.map(|me| me.name).unwrap_or_default();
    let answer = ServerAction::<Answer>::new();
    let comment = NodeRef::<leptos::html::Textarea>::new();
    // An uncontrolled box: a textarea’s children are never the server’s to write.
    Effect::new(move || {
        if let (Some(box_), Some(given)) = (comment.get(), &given) {
            box_.set_value(&given.comment);
        }
    });
    let first = chosen.get_untracked();
    let radio = move |response: Response| {
        view! {
            <input
                type="radio"
                name="response"
                value=response.name()
                checked=first == Some(response)
                required=true
                on:change=move |_| chosen.set(Some(response))
            />
        }
    };
    let choices = if is_pupil {
        let face = move |(response, picture, words): (Response, &'static str, &'static str)| {
            view! {
                <label class="face">
                    {radio(response)}
                    <Picture name=picture />
                    <span>{words}</span>
                </label>
            }
        };
        view! { <div class="faces">{PUPILS.map(face).into_iter().collect_view()}</div> }.into_any()
    } else {
        let choice = move |response: Response| {
            view! {
                <label class="choice">
                    {radio(response)}
                    <span>{response.label()}</span>
                </label>
            }
        };
        view! { <div class="choices">{Response::ALL.map(choice).into_iter().collect_view()}</div> }.into_any()
    };

    // What the server would refuse is asked for here, in its place, before it is sent.
    let lacks_words = RwSignal::new(false);
    let check = move |event: SubmitEvent| {
        let picked = picked(&event).or(chosen.get_untracked());
        let is_empty = comment.get_untracked().is_some_and(|words| words.value().trim().is_empty());
        let lacks = !is_pupil && is_empty && picked.is_some_and(Response::needs_words);
        lacks_words.set(lacks);
        if lacks {
            event.prevent_default();
            focus::go_to("my-comment".to_owned());
        }
    };
    let lacks_words = Memo::new(move |_| {
        lacks_words.get() || answer.value().with(|value| matches!(value, Some(Err(AppError::WordsMissing))))
    });
    let outcome = move || {
        answer.value().get().and_then(|outcome| match outcome {
            Ok(()) if lacks_words.get() => None,
            Ok(()) => Some(
                view! { <p role="status">"Thank you. Your answer is on the table; you can change it until the plan is saved."</p> }
                    .into_any(),
            ),
            Err(AppError::WordsMissing) => None,
            Err(error) => Some(view! { <Failed error /> }.into_any()),
        })
    };
    let described_by = move || lacks_words.get().then_some("my-comment-error");
    view! {
        <ActionForm action=answer attr:class="my-answer" on:submit:capture=check>
            <input type="hidden" name="meeting" value=meeting.id.to_string() />
            <fieldset>
                <legend>
                    {if is_pupil { "What do you think of the plan?".to_owned() } else { format!("Your answer, {name}") }}
                </legend>
                {choices}
            </fieldset>
            <div class=move || if lacks_words.get() { "field has-error" } else { "field" }>
                <label for="my-comment">
                    {if is_pupil { "Do you want to say more? You don’t have to." } else { "Your comment" }}
                </label>
                {move || {
                    lacks_words
                        .get()
                        .then(|| {
                            view! {
                                <p class="error" id="my-comment-error">
                                    <Icon name="stop" />
                                    {what_is_asked(chosen.get())}
                                </p>
                            }
                        })
                }}
                <textarea
                    id="my-comment"
                    name="comment"
                    rows="2"
                    maxlength="2000"
                    dir="auto"
                    node_ref=comment
                    aria-invalid=move || lacks_words.get().then_some("true")
                    aria-describedby=described_by
                ></textarea>
            </div>
            {outcome}
            <button class="button primary" type="submit">
                <Icon name="tick" />
                "Give my answer"
            </button>
        </ActionForm>
    }
}

/// Chosen in the form that is sent, also if that was before any script could see it.
fn picked(event: &SubmitEvent) -> Option<Response> {
    let form = event_target::<web_sys::Element>(event);
    let radio = form.query_selector("input[name=response]:checked").ok().flatten()?;
    Response::from_name(&radio.get_attribute("value")?)
}

fn what_is_asked(response: Option<Response>) -> &'static str {
    match response {
        Some(Response::PartlyDisagree) => "Say which part you disagree with",
        _ => "Write what you want to add",
    }
}

/// Facilitator: closes the sections and saves the record. Asked twice, because it is for everybody.
#[component]
fn AgreeAndSave() -> impl IntoView {
    let meeting = use_meeting();
    let sure = RwSignal::new(false);
    let save = Action::new(move |(): &()| agree_and_save(meeting.id));
    let failed = move || save.value().get().and_then(Result::err).map(|error| view! { <Failed error /> });
    view! {
        <div class="my-answer">
            <h3>"When everybody is ready"</h3>
            <p>
                "The plan is saved as it stands. Nobody can change this version afterwards, and everybody gets the same copy. People who have not answered block nothing."
            </p>
            <WorthALook />
            {failed}
            {move || {
                if sure.get() {
                    view! {
                        <div class="row">
                            <button
                                class="button primary"
                                type="button"
                                id=SAVE
                                disabled=move || save.pending().get()
                                on:click=move |_| {
                                    save.dispatch(());
                                    sure.set(false);
                                }
                            >
                                <Icon name="tick" />
                                "Yes, agree and save"
                            </button>
                            <button class="button" type="button" on:click=move |_| sure.set(false)>
                                "Not yet"
                            </button>
                        </div>
                    }
                        .into_any()
                } else {
                    view! {
                        <button
                            class="button primary"
                            type="button"
                            id=SAVE
                            on:click=move |_| {
                                sure.set(true);
                                focus::go_to(SAVE.to_owned());
                            }
                        >
                            "Agree and save"
                        </button>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// What may stay as it is, and most would want to mend before it is saved.
#[component]
fn WorthALook() -> impl IntoView {
    let meeting = use_meeting();
    let in_section = |section| {
        let store = meeting.section_now(section)?;
        Some(store.read(move |doc| record::worth_a_look(&BTreeMap::from([(section, doc.clone())]))))
    };
    let found = [Section::Plan, Section::Do].map(in_section);
    move || {
        let missing: Vec<Missing> = found.iter().flatten().flat_map(|found| found.get()).collect();
        (!missing.is_empty()).then(|| view! { <MissingList missing is_advice=true /> })
    }
}

/// What could not be done, in plain words.
#[component]
pub(super) fn Failed(error: AppError) -> impl IntoView {
    match error {
        AppError::Missing(missing) => view! { <MissingList missing is_error=true /> }.into_any(),
        error => view! {
            <p class="error" role="alert">
                <Icon name="stop" />
                {error.to_string()}
            </p>
        }
        .into_any(),
    }
}
