//! Agree: what is still missing, what each person answers, my answer, and saving the record.
//!
//! Answers are commands the server checks, never part of the document that any client could set.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{
    ParticipantId, Section, Stage,
    record::{self, Response},
};

use super::{parts::Part, sheet::Sheet};
use crate::{
    api::{meetings::Answer, records::agree_and_save},
    collab::use_meeting,
    components::{
        icon::Icon,
        notices::MissingList,
        people::{People, TokenOf},
    },
    error::AppError,
    view::{self, Participant},
};

#[component]
pub(super) fn Agree() -> impl IntoView {
    let people = People::here();
    let stage = use_meeting().stage();
    let asked = Memo::new(move |_| {
        people.all.with(|all| all.iter().filter(|p| p.role.can_agree()).map(|p| p.id).collect::<Vec<_>>())
    });
    let me = untrack(|| people.myself());
    let may_answer = me.as_ref().is_some_and(|me| me.role.can_agree());
    let runs_it = me.is_some_and(|me| me.role.can_facilitate());
    view! {
        <Sheet part=Part::Agree>
            {move || (stage.get() != Stage::Agreed).then(|| view! { <StillMissing /> })}
            <ul class="answers">
                <For each=move || asked.get() key=|id| *id let:id>
                    <AnswerOf id />
                </For>
            </ul>
            {move || (may_answer && stage.get() == Stage::Meeting).then(|| view! { <MyAnswer /> })}
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

/// My own answer. A plain form, so that it works before any script has arrived.
#[component]
fn MyAnswer() -> impl IntoView {
    let meeting = use_meeting();
    let people = People::here();
    let me = untrack(|| people.myself());
    let given = me.as_ref().and_then(|me| me.answer.clone());
    let chosen = given.as_ref().map(|answer| answer.response);
    let name = me.map(|me| me.name).unwrap_or_default();
    let answer = ServerAction::<Answer>::new();
    let comment = NodeRef::<leptos::html::Textarea>::new();
    // An uncontrolled box: a textarea’s children are never the server’s to write.
    Effect::new(move || {
        if let (Some(box_), Some(given)) = (comment.get(), &given) {
            box_.set_value(&given.comment);
        }
    });
    let choice = move |response: Response| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="response"
                    value=response.name()
                    checked=chosen == Some(response)
                    required=true
                />
                <span>{response.label()}</span>
            </label>
        }
    };
    let outcome = move || {
        answer.value().get().map(|outcome| match outcome {
            Ok(()) => view! { <p role="status">"Thank you. Your answer is on the table; you can change it until the plan is saved."</p> }.into_any(),
            Err(error) => view! { <Failed error /> }.into_any(),
        })
    };
    view! {
        <ActionForm action=answer attr:class="my-answer">
            <input type="hidden" name="meeting" value=meeting.id.to_string() />
            <fieldset>
                <legend>"Your answer, " {name}</legend>
                <div class="choices">{Response::ALL.map(choice).into_iter().collect_view()}</div>
            </fieldset>
            <div class="field">
                <label for="my-comment">"Your comment"</label>
                <textarea id="my-comment" name="comment" rows="2" maxlength="2000" dir="auto" node_ref=comment></textarea>
            </div>
            {outcome}
            <button class="button primary" type="submit">
                <Icon name="tick" />
                "Give my answer"
            </button>
        </ActionForm>
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
            {failed}
            {move || {
                if sure.get() {
                    view! {
                        <div class="row">
                            <button
                                class="button primary"
                                type="button"
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
                        <button class="button primary" type="button" on:click=move |_| sure.set(true)>
                            "Agree and save"
                        </button>
                    }
                        .into_any()
                }
            }}
        </div>
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
