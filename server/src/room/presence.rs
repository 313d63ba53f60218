//! Who is writing where, for one section.
//!
//! What must stay true: one state for each connection, under a Yjs client id that no other connection
//! shows and no other person owns; what others receive carries the server’s stamp, whatever the
//! client said it was called.

use std::collections::BTreeMap;

use shared::{
    presence::{Presence, Writing},
    protocol::awareness::{self, Entry},
};

use super::state::{ConnectionId, Participant};

/// A state of ours is a quarter of this. More is not somebody writing.
const STATE_LIMIT: usize = 2_000;

const GONE: &str = "null";

#[derive(Debug, Default)]
pub(super) struct SectionPresence {
    shown: BTreeMap<ConnectionId, Entry>,
}

impl SectionPresence {
    /// Takes in what a connection says of itself, and returns what everybody is to hear: its state
    /// with the stamp, and that the state it had under another client id is gone.
    pub(super) fn say(
        &mut self,
        conn: ConnectionId,
        who: &Participant,
        entries: Vec<Entry>,
        may_use: impl Fn(u64) -> bool,
    ) -> Option<Vec<u8>> {
        let shown = self.shown.get(&conn).map(|entry| entry.client_id);
        if let Some(gone) = entries.iter().find(|entry| Some(entry.client_id) == shown && entry.state == GONE) {
            self.shown.remove(&conn);
            return Some(awareness::encode(std::slice::from_ref(gone)));
        }
        // Yjs programs pass on what they heard of others as well: of those, nothing is believed.
        let is_free = |client: u64| self.shown.iter().all(|(other, entry)| *other == conn || entry.client_id != client);
        let own = entries.into_iter().filter(|entry| entry.state != GONE && entry.state.len() <= STATE_LIMIT);
        let mut own = own.filter(|entry| is_free(entry.client_id) && may_use(entry.client_id));
        let said = own.next_back()?;
        let writing = serde_json::from_str::<Writing>(&said.state).unwrap_or_default();
        let stamped = Entry { state: stamp(who, writing)?, ..said };
        let mut heard = vec![stamped.clone()];
        if let Some(before) = self.shown.insert(conn, stamped.clone())
            && before.client_id != stamped.client_id
        {
            heard.push(Entry { state: GONE.to_owned(), ..before });
        }
        Some(awareness::encode(&heard))
    }

    /// What to tell everybody when a connection leaves the section.
    pub(super) fn leave(&mut self, conn: ConnectionId) -> Option<Vec<u8>> {
        let entry = self.shown.remove(&conn)?;
        Some(awareness::encode(&[Entry { state: GONE.to_owned(), ..entry }]))
    }

    /// Everybody’s state, for somebody who has just come.
    pub(super) fn all(&self) -> Option<Vec<u8>> {
        let entries: Vec<_> = self.shown.values().cloned().collect();
        (!entries.is_empty()).then(|| awareness::encode(&entries))
    }
}

fn stamp(who: &Participant, writing: Writing) -> Option<String> {
    let presence = Presence {
        participant: who.id,
        person: who.person,
        name: who.name.clone(),
        role: who.role,
        colour: who.colour,
        writing,
    };
    serde_json::to_string(&presence).ok()
}
