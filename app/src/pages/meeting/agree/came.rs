//! Who came: what the record will say of each person, for whoever runs the meeting to put right.
//!
//! The server knows who was connected. Who sat in the room, perhaps at somebody else’s screen, only
//! people know: so the facilitator’s word wins, and nobody is recorded as there without either.

use leptos::{prelude::*, web_sys::HtmlSelectElement};
use shared::{Attendance, ParticipantId, record::Missing};

use super::Failed;
use crate::{
    api::meetings::note_attendance,
    collab::use_meeting,
    components::{
        list::each,
        people::{People, TokenOf},
    },
    error::AppError,
    view::Participant,
};

#[component]
pub(super) fn WhoCame() -> impl IntoView {
    let people = People::here();
    let ids = Memo::new(move |_| {
        people.all.with(|all| all.iter().filter(|person| was_asked(person)).map(|person| person.id).collect::<Vec<_>>())
    });
    let failed = RwSignal::new(None::<AppError>);
    view! {
        <section class="came" aria-labelledby="who-came">
            <h4 id="who-came">"Who came"</h4>
            <p class="hint">"The plan will say this. You see the room: if something is not right, choose what is."</p>
            <ul>
                {each(ids, move |id| view! { <Came id failed /> }.into_any())}
            </ul>
            <Others failed />
            {move || failed.get().map(|error| view! { <Failed error /> })}
        </section>
    }
}

/// Who came to correct what was agreed was not at the meeting.
fn was_asked(person: &Participant) -> bool {
    person.attendance != Attendance::NotInvitedOnPurpose
}

/// Whom nobody has seen and nobody has said anything of. It leads to where that can be said.
pub(super) fn not_noted(people: &[Participant]) -> Option<Missing> {
    let open: Vec<_> = people.iter().filter(|person| person.attendance == Attendance::NotNoted).collect();
    let names: Vec<_> = open.iter().map(|person| person.name.as_str()).collect();
    let words = match names.as_slice() {
        [] => return None,
        [one] => format!("Nobody has noted whether {one} came."),
        [rest @ .., last] => format!("Nobody has noted whether {} and {last} came.", rest.join(", ")),
    };
    Some(Missing { words, part: select_id(open.first()?.id) })
}

fn select_id(id: ParticipantId) -> String {
    format!("came-{id}")
}

#[component]
fn Came(id: ParticipantId, failed: RwSignal<Option<AppError>>) -> impl IntoView {
    let people = People::here();
    let person = people.all.with_untracked(|all| all.iter().find(|person| person.id == id).cloned())?;
    let attendance = Memo::new(move |_| {
        let found = people.all.with(|all| all.iter().find(|person| person.id == id).map(|person| person.attendance));
        found.unwrap_or(Attendance::NotNoted)
    });
    let meeting = use_meeting().id;
    let choose = move |select: HtmlSelectElement| {
        let Some(chosen) = Attendance::from_name(&select.value()) else { return };
        leptos::task::spawn_local(async move {
            let outcome = note_attendance(meeting, vec![id], chosen).await;
            if outcome.is_err() {
                // Nothing is shown that is not kept.
                select.set_value(attendance.get_untracked().name());
            }
            failed.set(outcome.err());
        });
    };
    let option = move |option: Attendance| {
        let is_now = move || attendance.get() == option;
        view! {
            <option value=option.name() selected=untrack(is_now) prop:selected=is_now>
                {option.label()}
            </option>
        }
    };
    let is_open = move || attendance.get() == Attendance::NotNoted;
    let (name, title, pupil) = (person.name.clone(), person.title.clone(), people.pupil());
    Some(view! {
        <li>
            <TokenOf person pupil class="small" />
            <label for=select_id(id)>
                <strong>{name}</strong>
                " "
                <span>{title}</span>
            </label>
            <select id=select_id(id) on:change:target=move |event| choose(event.target())>
                // Nobody’s to choose: it is what stands there until somebody has said something.
                <option value=Attendance::NotNoted.name() disabled=true selected=untrack(is_open) prop:selected=is_open>
                    "Not noted yet"
                </option>
                {Attendance::MAY_BE_NOTED.map(option).into_iter().collect_view()}
            </select>
        </li>
    })
}

/// In most meetings people sit in one room and share a screen or two.
#[component]
fn Others(failed: RwSignal<Option<AppError>>) -> impl IntoView {
    let people = People::here();
    let meeting = use_meeting().id;
    let others = Memo::new(move |_| {
        let open = |all: &Vec<Participant>| {
            all.iter().filter(|person| person.attendance == Attendance::NotNoted).map(|person| person.id).collect()
        };
        people.all.with(open)
    });
    let note = Action::new(move |who: &Vec<ParticipantId>| {
        let who = who.clone();
        async move { failed.set(note_attendance(meeting, who, Attendance::InPerson).await.err()) }
    });
    move || {
        let who: Vec<ParticipantId> = others.get();
        (who.len() > 1).then(|| {
            let words = format!("All {} not noted were in the room", who.len());
            view! {
                <button
                    class="button"
                    type="button"
                    disabled=move || note.pending().get()
                    on:click=move |_| {
                        note.dispatch(others.get_untracked());
                    }
                >
                    {words}
                </button>
            }
        })
    }
}
