//! Small invented pages for the tests of this module.

use base64::{Engine, prelude::BASE64_STANDARD};
use shared::{
    Access, Attendance, ItemId, MeetingId, ParticipantId, PersonId, Role, Section, Stage,
    doc::SectionDoc,
    hand::Owners,
    policy::Scribe,
    presence::{Presence, Writing},
};
use uuid::Uuid;

use crate::view::{MeetingPage, Participant, Pupil, SectionState};

pub(super) fn item(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(n))
}

pub(super) fn presence(name: &str) -> Presence {
    let n = name.bytes().map(u128::from).sum();
    Presence {
        participant: ParticipantId(Uuid::from_u128(n)),
        person: PersonId(Uuid::from_u128(n)),
        name: name.to_owned(),
        role: Role::Teacher,
        colour: 3,
        writing: Writing::default(),
    }
}

/// A meeting of one teacher with one section, filled as the server would.
pub(super) fn page(section: Section, access: Access, stage: Stage, fill: impl FnOnce(&SectionDoc)) -> MeetingPage {
    let doc = SectionDoc::new(section, 99);
    fill(&doc);
    let me = ParticipantId(Uuid::from_u128(1));
    MeetingPage {
        tiers: vec![],
        id: MeetingId(Uuid::from_u128(1)),
        school: "Larkfield Hollow Primary School".to_owned(),
        pupil: Pupil {
            person: PersonId(Uuid::from_u128(100)),
            name: "Tomek".to_owned(),
            portrait: None,
            portrait_alt: String::new(),
            looked_after: false,
        },
        kind: "Review".to_owned(),
        when: String::new(),
        place: String::new(),
        minutes: 45,
        stage,
        ground_rules: vec![],
        me,
        people: vec![Participant {
            id: me,
            person: PersonId(Uuid::from_u128(2)),
            name: "Miss Qureshi".to_owned(),
            full_name: "Miss Qureshi".to_owned(),
            initials: "SQ".to_owned(),
            role: Role::Teacher,
            may_run: false,
            title: "Class teacher".to_owned(),
            colour: 3,
            scribe: Scribe::No,
            attendance: Attendance::InPerson,
            noted: false,
            here: true,
            answer: None,
        }],
        sections: vec![SectionState {
            section,
            epoch: 1,
            access,
            state: BASE64_STANDARD.encode(doc.state()),
            authors: Owners::from([(99, PersonId(Uuid::from_u128(2)))]),
        }],
        earlier_writers: vec![],
        spotlight: None,
        open_for_seconds: None,
        version: None,
        reopened: None,
        passport_of: None,
        education_plan_of: None,
        may_hide: false,
    }
}
