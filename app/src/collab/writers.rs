//! Who writes where, from what each connection says.
//!
//! A person may have the page open twice; they are shown once, where they were last heard of.

use std::collections::HashMap;

use shared::{ParticipantId, Section, presence::Presence, protocol::awareness};

#[derive(Debug, Default)]
pub(super) struct Writers {
    heard: u64,
    /// By section and Yjs client id, with when it was heard.
    states: HashMap<(Section, u64), (u64, Presence)>,
}

impl Writers {
    /// Takes in an awareness message. What is not a presence of ours means nobody is there.
    pub(super) fn hear(&mut self, section: Section, body: &[u8]) {
        for entry in awareness::decode(body).unwrap_or_default() {
            self.heard += 1;
            let key = (section, entry.client_id);
            match shared::json::read::<Presence>(entry.state.as_bytes()) {
                Ok(presence) if presence.writing.field.is_some() => {
                    self.states.insert(key, (self.heard, presence));
                }
                _ => {
                    self.states.remove(&key);
                }
            }
        }
    }

    /// Nobody is known of any more: the line broke.
    pub(super) fn clear(&mut self) {
        self.states.clear();
    }

    /// Everybody once, without me, in an order that stays.
    pub(super) fn others(&self, me: ParticipantId) -> Vec<Presence> {
        let mut latest: HashMap<ParticipantId, (u64, &Presence)> = HashMap::new();
        for (heard, presence) in self.states.values() {
            let known = latest.entry(presence.participant).or_insert((*heard, presence));
            if known.0 < *heard {
                *known = (*heard, presence);
            }
        }
        let mut others: Vec<Presence> = latest
            .into_values()
            .map(|(_, presence)| presence.clone())
            .filter(|other| other.participant != me)
            .collect();
        others.sort_by_key(|other| other.participant);
        others
    }
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, doc::FieldAddress, presence::Writing, schema::plan::TARGETS};
    use uuid::Uuid;

    use super::*;
    use crate::collab::samples;

    fn says(client_id: u64, name: &str, field: Option<usize>) -> Vec<u8> {
        let field =
            field.map(|n| FieldAddress::new(Section::Plan, &TARGETS, ItemId(Uuid::from_u128(1)), &TARGETS.fields[n]));
        let presence = Presence { writing: Writing { field, ..Writing::default() }, ..samples::presence(name) };
        let state = serde_json::to_string(&presence).unwrap();
        awareness::encode(&[awareness::Entry { client_id, clock: 1, state }])
    }

    #[test]
    fn a_person_with_two_pages_is_shown_once_where_they_were_last() {
        let mut writers = Writers::default();
        let me = samples::presence("Me").participant;
        writers.hear(Section::Plan, &says(1, "Ruth", Some(0)));
        writers.hear(Section::Plan, &says(2, "Ruth", Some(1)));
        writers.hear(Section::Plan, &says(3, "Me", Some(0)));
        let others = writers.others(me);
        assert_eq!(others.len(), 1);
        assert_eq!(others[0].writing.field.as_ref().map(|field| field.field), Some(TARGETS.fields[1].key));
    }

    #[test]
    fn somebody_who_left_the_field_is_not_shown() {
        let mut writers = Writers::default();
        writers.hear(Section::Plan, &says(1, "Ruth", Some(0)));
        let gone = awareness::Entry { client_id: 1, clock: 2, state: "null".to_owned() };
        writers.hear(Section::Plan, &awareness::encode(&[gone]));
        assert_eq!(writers.others(samples::presence("Me").participant), []);
    }
}
