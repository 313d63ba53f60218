//! People on the page: shape says which side of the table, letters say who, colour only helps. All
//! of it is drawn beside a name and hidden from those who hear the page.

use leptos::prelude::*;
use shared::{ParticipantId, PersonId, Role, role::Side};

use crate::view::{MeetingPage, Participant, Pupil, Writer};

/// Who is in this meeting, for every part of its page.
#[derive(Clone, Copy)]
pub struct People {
    /// Read again when somebody answers or arrives.
    pub all: RwSignal<Vec<Participant>>,
    pub me: ParticipantId,
    /// Who writes for the pupil.
    pub scribe: Signal<Option<ParticipantId>>,
    /// Those who are not at the table, though words of theirs are on it.
    pub earlier: RwSignal<Vec<Writer>>,
    pupil: StoredValue<Pupil>,
}

impl People {
    pub fn provide(page: &MeetingPage, scribe: Signal<Option<ParticipantId>>) -> Self {
        let people = Self {
            all: RwSignal::new(page.people.clone()),
            me: page.me,
            scribe,
            earlier: RwSignal::new(page.earlier_writers.clone()),
            pupil: StoredValue::new(page.pupil.clone()),
        };
        provide_context(people);
        people
    }

    pub fn here() -> Self {
        expect_context()
    }

    pub fn pupil(&self) -> Pupil {
        self.pupil.get_value()
    }

    pub fn pupil_name(&self) -> String {
        self.pupil.with_value(|pupil| pupil.name.clone())
    }

    pub fn is_pupil(&self, person: PersonId) -> bool {
        self.pupil.with_value(|pupil| pupil.person == person)
    }

    pub fn myself(&self) -> Option<Participant> {
        self.all.with(|all| all.iter().find(|person| person.id == self.me).cloned())
    }

    pub fn my_role(&self) -> Option<Role> {
        self.all.with_untracked(|all| all.iter().find(|person| person.id == self.me).map(|me| me.role))
    }

    /// Whether what I write down as the pupil’s words is the pupil’s: the pupil, and the named scribe.
    pub fn writes_for_pupil(&self) -> bool {
        self.my_role() == Some(Role::Pupil) || self.am_scribe()
    }

    /// Whether I was named to write for the pupil.
    pub fn am_scribe(&self) -> bool {
        self.scribe.get() == Some(self.me) && self.my_role() != Some(Role::Pupil)
    }

    /// Who writes for the pupil. A pupil needs nobody’s hand but their own.
    pub fn scribe_now(&self) -> Option<Participant> {
        let scribe = self.scribe.get()?;
        self.all.with(|all| all.iter().find(|person| person.id == scribe && person.role != Role::Pupil).cloned())
    }

    pub fn by_person(&self, person: PersonId) -> Option<Participant> {
        self.all.with(|all| all.iter().find(|participant| participant.person == person).cloned())
    }
}

impl People {
    /// By the name everybody here knows, at this table or not.
    pub fn name_of(&self, person: PersonId) -> Option<String> {
        self.by_person(person).map(|person| person.name).or_else(|| self.earlier(person).map(|writer| writer.name))
    }

    pub fn earlier(&self, person: PersonId) -> Option<Writer> {
        self.earlier.with(|all| all.iter().find(|writer| writer.person == person).cloned())
    }
}

/// The place card’s mark: the shape of a side, with initials.
#[component]
pub fn Token(
    role: Role,
    colour: u8,
    #[prop(into)] initials: String,
    #[prop(default = "")] class: &'static str,
) -> impl IntoView {
    let side = role.side();
    view! {
        <svg class=format!("token person-{colour} {class}") viewBox="0 0 48 48" aria-hidden="true">
            <use href=shape(side)></use>
            <text x="24" y=baseline(side)>
                {initials}
            </text>
        </svg>
    }
}

/// The token of somebody in the meeting; the pupil’s is their own picture.
#[component]
pub fn TokenOf(person: Participant, pupil: Pupil, #[prop(default = "")] class: &'static str) -> impl IntoView {
    if person.role == Role::Pupil {
        view! { <Portrait pupil class /> }.into_any()
    } else {
        view! { <Token role=person.role colour=person.colour initials=person.initials class /> }.into_any()
    }
}

/// The pupil’s own picture in a sun; without a picture, the first letter of the name.
#[component]
pub fn Portrait(pupil: Pupil, #[prop(default = "")] class: &'static str) -> impl IntoView {
    view! { <Sun picture=pupil.portrait name=pupil.name class /> }
}

#[component]
pub fn Sun(picture: Option<String>, name: String, #[prop(default = "")] class: &'static str) -> impl IntoView {
    let letter = picture.is_none().then(|| name.chars().next().unwrap_or('·').to_string());
    view! {
        <span class=format!("portrait {class}") aria-hidden="true">
            <svg viewBox="0 0 48 48">
                <use href="#t-pupil"></use>
                {letter
                    .map(|letter| {
                        view! {
                            <text x="24" y="30">
                                {letter}
                            </text>
                        }
                    })}
            </svg>
            {picture.map(|src| view! { <img src=src alt="" width="200" height="200" /> })}
        </span>
    }
}

/// The shape of a side alone, beside its name.
#[component]
pub fn SideMark(side: Side) -> impl IntoView {
    let class = if side == Side::Pupil { "side is-pupil" } else { "side" };
    view! {
        <svg class=class viewBox="0 0 48 48" aria-hidden="true">
            <use href=shape(side)></use>
        </svg>
    }
}

fn shape(side: Side) -> &'static str {
    match side {
        Side::Pupil => "#t-pupil",
        Side::Home => "#t-home",
        Side::School => "#t-school",
        Side::Visitor => "#t-visitor",
        Side::Voice => "#t-voice",
    }
}

/// Where letters look centred in each shape.
fn baseline(side: Side) -> &'static str {
    match side {
        Side::Home => "32",
        Side::Voice => "26.5",
        Side::Pupil | Side::School | Side::Visitor => "29.5",
    }
}
