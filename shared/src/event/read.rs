//! Reading an event.
//!
//! By hand, because what serde makes for tagged enums keeps the whole of a message in a form of its own until it has
//! seen the tag, and the code for that is a sizeable part of what browsers download.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Refusal, ServerEvent};
use crate::{Access, ItemId, ParticipantId, PersonId, Role, Section, Stage};

/// The fields of all events together. Whatever has the same name is the same kind of thing.
#[derive(Deserialize)]
pub(super) struct Fields {
    event: Name,
    section: Option<Section>,
    epoch: Option<u64>,
    schema: Option<u32>,
    access: Option<Access>,
    refused: Option<Section>,
    reason: Option<Refusal>,
    words: Option<String>,
    stage: Option<Stage>,
    participants: Option<Vec<ParticipantId>>,
    scribe: Option<ParticipantId>,
    authors: Option<BTreeMap<PersonId, Vec<u64>>>,
    part: Option<String>,
    by: Option<String>,
    participant: Option<ParticipantId>,
    version: Option<u32>,
    at: Option<String>,
    role: Option<Role>,
    item: Option<ItemId>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Name {
    Opened,
    Refused,
    Stage,
    Here,
    Authors,
    Spotlight,
    Answered,
    Attended,
    Recorded,
    Role,
    People,
    Access,
    Removed,
    Reopened,
}

impl TryFrom<Fields> for ServerEvent {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        event(fields).ok_or("a field of the event is missing")
    }
}

fn event(told: Fields) -> Option<ServerEvent> {
    Some(match told.event {
        Name::Opened => ServerEvent::Opened {
            section: told.section?,
            epoch: told.epoch?,
            schema: told.schema?,
            access: told.access?,
        },
        Name::Refused => ServerEvent::Refused { refused: told.refused?, reason: told.reason?, words: told.words? },
        Name::Stage => ServerEvent::Stage { stage: told.stage? },
        Name::Here => ServerEvent::Here { participants: told.participants?, scribe: told.scribe },
        Name::Authors => ServerEvent::Authors { section: told.section?, authors: told.authors? },
        Name::Spotlight => ServerEvent::Spotlight { part: told.part, by: told.by? },
        Name::Answered => ServerEvent::Answered { participant: told.participant? },
        Name::Attended => ServerEvent::Attended { participants: told.participants? },
        Name::Recorded => ServerEvent::Recorded { version: told.version?, at: told.at? },
        Name::Role => ServerEvent::Role { role: told.role? },
        Name::People => ServerEvent::People,
        Name::Access => ServerEvent::Access { section: told.section?, access: told.access? },
        Name::Removed => ServerEvent::Removed,
        Name::Reopened => ServerEvent::Reopened { item: told.item },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};
    use uuid::Uuid;

    use super::*;

    const SOMEBODY: ParticipantId = ParticipantId(Uuid::from_u128(7));

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let (section, access) = (Section::ALL[0], Access::Write);
        let events = [
            ServerEvent::Opened { section, epoch: 4, schema: 2, access },
            ServerEvent::Refused { refused: section, reason: Refusal::TooLong, words: "All of it".into() },
            ServerEvent::Stage { stage: Stage::ALL[1] },
            ServerEvent::Here { participants: vec![SOMEBODY], scribe: Some(SOMEBODY) },
            ServerEvent::Authors { section, authors: [(PersonId(Uuid::from_u128(8)), vec![1, 1 << 52])].into() },
            ServerEvent::Spotlight { part: Some("views".into()), by: "Marek".into() },
            ServerEvent::Spotlight { part: None, by: "Marek".into() },
            ServerEvent::Answered { participant: SOMEBODY },
            ServerEvent::Attended { participants: vec![] },
            ServerEvent::Recorded { version: 3, at: "today".into() },
            ServerEvent::Role { role: Role::ALL[0] },
            ServerEvent::People,
            ServerEvent::Access { section, access },
            ServerEvent::Removed,
            ServerEvent::Reopened { item: Some(ItemId(Uuid::from_u128(9))) },
        ];
        for event in events {
            assert_eq!(from_value::<ServerEvent>(to_value(&event).unwrap()).unwrap(), event);
        }
    }

    #[test]
    fn what_it_needs_must_be_there_and_what_nobody_knows_is_left_out() {
        let read = from_value::<ServerEvent>;
        assert!(read(json!({ "event": "stage" })).is_err());
        assert!(read(json!({ "event": "unheard-of" })).is_err());
        assert!(read(json!({ "stage": "live" })).is_err());
        let here = read(json!({ "event": "here", "participants": [], "weather": "fine" })).unwrap();
        assert_eq!(here, ServerEvent::Here { participants: vec![], scribe: None });
    }
}
