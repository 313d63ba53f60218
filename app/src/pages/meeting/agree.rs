//! Agree: what is still missing, what each person answers, my answer, who came, and saving the record.
//!
//! Answers and who came are commands the server checks, never part of the document that any client
//! could set.

mod came;
mod my_answer;
mod save;

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::{
    ParticipantId, Role, Section, Stage,
    doc::SectionDoc,
    record::{self, Missing, Response},
};

pub(super) use self::save::SAVE;
use self::{my_answer::MyAnswer, save::AgreeAndSave};
use super::{parts::Part, sheet::Sheet};
use crate::{
    collab::use_meeting,
    components::{
        icon::Icon,
        list::each,
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
    let is_pupil = me.as_ref().is_some_and(|me| me.role == Role::Pupil);
    let runs_it = use_meeting().runs_it();
    view! {
        <Sheet part=Part::Agree>
            // What the plan still lacks is for the grown-ups to mend.
            {move || (stage.get() != Stage::Agreed && !is_pupil).then(|| view! { <StillMissing /> })}
            // Everybody’s own first: nobody has to read what the others think to say what they think.
            {move || (may_answer && stage.get() == Stage::Meeting).then(|| view! { <MyAnswer /> })}
            <ul class="answers">
                {each(asked, |id| view! { <AnswerOf id /> }.into_any())}
            </ul>
            {move || (runs_it.get() && stage.get() == Stage::Meeting).then(|| view! { <AgreeAndSave /> })}
        </Sheet>
    }
}

/// What the Code asks for that is not there yet: the same check the server makes. And what stands there twice.
#[component]
fn StillMissing() -> impl IntoView {
    let store = use_meeting().section_now(Section::Plan)?;
    let list = move |find: fn(&BTreeMap<Section, SectionDoc>) -> Vec<Missing>, is_advice| {
        let found = store.read(move |doc| find(&BTreeMap::from([(Section::Plan, doc.clone())])));
        move || {
            let missing = found.get();
            (!missing.is_empty()).then(|| view! { <MissingList missing is_advice /> })
        }
    };
    Some((list(record::missing, false), list(record::twice, true)))
}

#[component]
fn AnswerOf(id: ParticipantId) -> impl IntoView {
    let people = People::here();
    let stage = use_meeting().stage();
    let person = Memo::new(move |_| people.all.with(|all| all.iter().find(|person| person.id == id).cloned()));
    let class = move || match person.get().and_then(|person| person.answer).map(|answer| answer.response) {
        None => "answer is-waiting",
        Some(Response::Agree | Response::AgreeWithComment) => "answer is-yes",
        Some(Response::PartlyDisagree | Response::Disagree) => "answer is-part",
        Some(Response::ViewsSharedOnly) => "answer is-views",
    };
    view! {
        <li class=class>
            {move || {
                let is_over = stage.get() == Stage::Agreed;
                person.get().map(|person| view! { <AnswerWords person is_over /> })
            }}
        </li>
    }
}

#[component]
fn AnswerWords(person: Participant, is_over: bool) -> impl IntoView {
    let pupil = People::here().pupil();
    let (icon, words, comment) = match &person.answer {
        None => (None, if is_over { "Gave no answer" } else { "Not answered yet" }.to_owned(), String::new()),
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
