//! The round table seen from above: the child at its head, everybody else beside.

use leptos::prelude::*;
use shared::{Attendance, ParticipantId, Role, Stage};

use super::{agree::Failed, parts::Part};
use crate::{
    api::meetings::name_scribe,
    collab::use_meeting,
    components::{
        icon::Icon,
        list::each,
        people::{People, Portrait, Token},
    },
    view::Participant,
};

/// Places drawn in the two bows; whoever comes after them sits in a second row.
const PLACES: usize = 8;

#[component]
pub(super) fn Round(title: String, when: String, place: String) -> impl IntoView {
    let people = People::here();
    let is_cut_off = use_meeting().is_cut_off();
    let seated = Memo::new(move |_| {
        people.all.with(|all| all.iter().filter(|person| person.role != Role::Pupil).map(|p| p.id).collect::<Vec<_>>())
    });
    view! {
        <section class="round" id="who" aria-labelledby="title" tabindex="-1">
            <div class="place-of-honour">
                <Portrait pupil=people.pupil() class="large" />
                <h1 id="title">{title}</h1>
                <p class="lead">{when} <br /> {place}</p>
                {move || {
                    is_cut_off
                        .get()
                        .then(|| view! { <p class="not-known">"No connection: who is here is not known just now."</p> })
                }}
                <NameScribe />
            </div>
            <h2 class="visually-hidden">"Who is here"</h2>
            <ul class="seats">
                {each(seated, move |id| view! { <Seat id seated /> }.into_any())}
            </ul>
        </section>
    }
}

/// For whoever runs the meeting: who types what the pupil says.
#[component]
fn NameScribe() -> impl IntoView {
    let people = People::here();
    let meeting = use_meeting();
    let (scribe, stage) = (meeting.scribe(), meeting.stage());
    let runs_it = meeting.runs_it();
    let pupil = people.pupil_name();
    let name = Action::new(move |scribe: &Option<ParticipantId>| name_scribe(meeting.id, *scribe));
    let failed = move || name.value().get().and_then(Result::err).map(|error| view! { <Failed error /> });
    let option = move |person: Participant| {
        let is_now = move || scribe.get() == Some(person.id);
        view! {
            <option value=person.id.to_string() selected=untrack(is_now) prop:selected=is_now>
                {person.name} ", " {person.title}
            </option>
        }
    };
    move || {
        (runs_it.get() && stage.get() != Stage::Agreed).then(|| {
            view! {
                <div class="field name-scribe">
                    <label for="scribe">"Who types for " {pupil.clone()} "?"</label>
                    <select
                        id="scribe"
                        on:change:target=move |event| {
                            name.dispatch(event.target().value().parse().ok());
                        }
                    >
                        <option value="" prop:selected=move || scribe.get().is_none()>
                            {pupil.clone()}
                            " alone"
                        </option>
                        {move || {
                            let others = people.all.get().into_iter().filter(|person| person.role.may_type());
                            others.map(option).collect_view()
                        }}
                    </select>
                    {failed}
                </div>
            }
        })
    }
}

#[component]
fn Seat(id: ParticipantId, seated: Memo<Vec<ParticipantId>>) -> impl IntoView {
    let people = People::here();
    let meeting = use_meeting();
    let (here, is_cut_off) = (meeting.here(), meeting.is_cut_off());
    let is_here = Memo::new(move |_| id == people.me || (!is_cut_off.get() && here.with(|here| here.contains(&id))));
    let class = move || {
        let at = seated.with(|all| all.iter().position(|other| *other == id).map(|at| place(at, all.len())));
        let (at, second) = at.unwrap_or((1, false));
        format!(
            "seat is-at-{at}{}{}",
            if second { " is-second-row" } else { "" },
            if is_here.get() { "" } else { " is-away" }
        )
    };
    let person = move || people.all.with(|all| all.iter().find(|person| person.id == id).cloned());
    view! {
        <li class=class>
            {move || {
                person()
                    .map(|person| {
                        view! {
                            <Token role=person.role colour=person.colour initials=person.initials.clone() />
                            <p class="place-card">
                                <strong>{person.name.clone()}</strong>
                                " "
                                <span>{title(&person, id == people.me)}</span>
                                <Doing person is_here />
                            </p>
                        }
                    })
            }}
        </li>
    }
}

/// What somebody does now, in words: writing, or not here yet.
#[component]
fn Doing(person: Participant, is_here: Memo<bool>) -> impl IntoView {
    let meeting = use_meeting();
    let (writing, is_cut_off) = (meeting.writing(), meeting.is_cut_off());
    let part = Memo::new(move |_| {
        writing.with(|all| {
            let presence = all.iter().find(|presence| presence.participant == person.id)?;
            presence.writing.field.as_ref().map(Part::of)
        })
    });
    // What was noted is better than what the page can see: several people may share one screen.
    let away = match person.attendance {
        Attendance::InPerson | Attendance::PartOfMeeting if person.noted => ("chair", "In the room"),
        Attendance::SentViews => ("letter", "Sent their views"),
        Attendance::Apologies => ("letter", "Sent apologies"),
        _ => ("door", "Not here yet"),
    };
    move || {
        let (icon, words) = match part.get() {
            Some(part) => ("pen", format!("Writing in {}", part.short())),
            None if is_here.get() => return None,
            // Said once for all of them, above.
            None if is_cut_off.get() => return None,
            None => (away.0, away.1.to_owned()),
        };
        Some(view! {
            <span class=format!("doing person-{}", person.colour)>
                <Icon name=icon />
                {words}
            </span>
        })
    }
}

fn title(person: &Participant, is_me: bool) -> String {
    let scribe = if person.scribe.writes() { ", types for the pupil" } else { "" };
    let me = if is_me { ", that’s you" } else { "" };
    format!("{}{scribe}{me}", person.title)
}

/// Which of the eight places: half the people on each side of the child, nearest first.
fn place(at: usize, people: usize) -> (usize, bool) {
    let (row, at, in_row) = (at / PLACES, at % PLACES, people.saturating_sub(at / PLACES * PLACES).min(PLACES));
    let left = in_row.div_ceil(2);
    let place = if at < left { PLACES / 2 - left + at + 1 } else { PLACES / 2 + 1 + at - left };
    (place, row > 0)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn people_sit_close_to_the_child_on_both_sides() {
        assert_eq!((0..4).map(|at| place(at, 4).0).collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!((0..8).map(|at| place(at, 8).0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(place(8, 9), (4, true));
    }
}
