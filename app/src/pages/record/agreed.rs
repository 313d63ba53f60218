//! Who came, who agreed, and how. Disagreement is an answer: framed, never red, beside the others.

use leptos::prelude::*;
use shared::{
    Attendance, PersonId,
    record::{AgreedRecord, Agreement, Difference, Response, Statement},
};

use super::steps::Line;
use crate::{
    components::people::TokenOf,
    view::{Participant, Pupil},
};

/// As the record has it.
const CAME: [(Attendance, &str); 6] = [
    (Attendance::InPerson, "In the room"),
    (Attendance::Remote, "From elsewhere"),
    (Attendance::PartOfMeeting, "For a part"),
    (Attendance::SentViews, "Sent their views"),
    (Attendance::Apologies, "Sent apologies"),
    (Attendance::NotNoted, "Invited; not noted whether they came"),
];

#[component]
pub(super) fn Came(record: AgreedRecord) -> impl IntoView {
    let line = |(attendance, label): (Attendance, &'static str)| {
        let came = record.attendance.iter().filter(|person| person.attendance == attendance);
        let names: Vec<_> = came.map(|person| format!("{} ({})", person.name, person.title)).collect();
        view! { <Line label words=names.join(", ") /> }
    };
    view! {
        <section class="came-list" aria-labelledby="came">
            <h2 id="came">"Who came"</h2>
            <dl>{CAME.map(line).into_iter().collect_view()}</dl>
        </section>
    }
}

#[component]
pub(super) fn Agreed(
    record: AgreedRecord,
    /// To versions before this one, by people who did not answer this one.
    earlier: Vec<(u32, Agreement)>,
    people: Vec<Participant>,
    pupil: Pupil,
) -> impl IntoView {
    let silent: Vec<_> = record
        .attendance
        .iter()
        .filter(|person| person.role.can_agree())
        .filter(|person| !record.agreements.iter().any(|agreement| agreement.person == person.person))
        .filter(|person| !earlier.iter().any(|(_, agreement)| agreement.person == person.person))
        .map(|person| person.name.clone())
        .collect();
    let line = move |(version, agreement): (Option<u32>, Agreement)| {
        let class = match agreement.response {
            Response::PartlyDisagree | Response::Disagree => "is-part",
            Response::Agree | Response::AgreeWithComment | Response::ViewsSharedOnly => "",
        };
        let token = token(&people, agreement.person, &pupil);
        let comment = (!agreement.comment.is_empty()).then(|| {
            view! { " " <q class="typed">{agreement.comment}</q> }
        });
        view! {
            <li class=class>
                {token} <p dir="auto">
                    <strong>{agreement.name} ", " {agreement.title} ", " {agreement.response.verb()} "."</strong>
                    {comment}
                    {agreement
                        .before_the_last_words
                        .then(|| view! { <small>"Something was written in the plan after that answer."</small> })}
                    {version
                        .map(|version| {
                            view! { <small>{format!("That was said of version {version}; to this one they gave no answer.")}</small> }
                        })}
                </p>
            </li>
        }
    };
    let answers = record.agreements.into_iter().map(|answer| (None, answer));
    let answers = answers.chain(earlier.into_iter().map(|(version, answer)| (Some(version), answer)));
    view! {
        <section aria-labelledby="agreed">
            <h2 id="agreed">"Who agreed, and how"</h2>
            <ul class="agreed">{answers.map(line).collect_view()}</ul>
            {(!silent.is_empty())
                .then(|| view! { <p class="small">"Did not answer: " {silent.join(", ")} "."</p> })}
        </section>
    }
}

/// Two views that were not made into one.
#[component]
pub(super) fn Differences(differences: Vec<Difference>, people: Vec<Participant>, pupil: Pupil) -> impl IntoView {
    let one = move |view: Statement| {
        let title = people.iter().find(|person| Some(person.person) == view.said_by).map(|person| person.title.clone());
        let token = view.said_by.and_then(|person| token(&people, person, &pupil));
        view! {
            <figure class="view">
                {token} <blockquote>
                    <p class="typed" dir="auto">
                        {view.words}
                    </p>
                </blockquote> <figcaption>
                    <strong>{view.said_by_name}</strong>
                    " "
                    {title}
                </figcaption>
            </figure>
        }
    };
    differences
        .into_iter()
        .map(|difference| {
            let id = format!("differ-{}", difference.id);
            view! {
                <section aria-labelledby=id.clone()>
                    <h2 id=id.clone()>"We see this differently: " {difference.topic}</h2>
                    <div class="differ-pair">{difference.views.into_iter().map(one.clone()).collect_view()}</div>
                </section>
            }
        })
        .collect_view()
}

fn token(people: &[Participant], person: PersonId, pupil: &Pupil) -> Option<impl IntoView + use<>> {
    let person = people.iter().find(|participant| participant.person == person)?.clone();
    let pupil = pupil.clone();
    Some(view! { <TokenOf person pupil /> })
}
