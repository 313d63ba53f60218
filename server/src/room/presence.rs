//! Who is writing where, for one section.
//!
//! What must stay true: one state for each connection, under a Yjs client id that no other connection
//! shows and no other person owns; what others receive carries the server’s stamp, whatever the
//! client said it was called. What other servers show is theirs to stamp and to take back; whoever has
//! come from there to here is shown once.

use std::collections::BTreeMap;

use shared::{
    presence::{Presence, Writing},
    protocol::awareness::{self, Entry},
};

use super::{
    notice::NodeId,
    state::{ConnectionId, Participant},
};

/// A state of ours is a quarter of this. More is not somebody writing.
pub(crate) const STATE_LIMIT: usize = 2_000;

/// What one other server may show in a section.
pub(crate) const ENTRIES_LIMIT: usize = 200;

/// With the stamp.
pub(crate) const STAMPED_LIMIT: usize = 2 * STATE_LIMIT;

const GONE: &str = "null";

#[derive(Debug, Default)]
pub(super) struct SectionPresence {
    shown: BTreeMap<ConnectionId, Entry>,
    elsewhere: BTreeMap<NodeId, BTreeMap<u64, Entry>>,
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
        // It may have come from another server, which has not noticed yet.
        for there in self.elsewhere.values_mut() {
            there.remove(&stamped.client_id);
        }
        let mut heard = vec![stamped.clone()];
        if let Some(before) = self.shown.insert(conn, stamped.clone())
            && before.client_id != stamped.client_id
        {
            heard.push(Entry { state: GONE.to_owned(), ..before });
        }
        Some(awareness::encode(&heard))
    }

    /// The client id that a connection is shown at.
    pub(super) fn at(&self, conn: ConnectionId) -> Option<u64> {
        self.shown.get(&conn).map(|entry| entry.client_id)
    }

    /// What to tell everybody when a connection leaves the section.
    pub(super) fn leave(&mut self, conn: ConnectionId) -> Option<Vec<u8>> {
        let entry = self.shown.remove(&conn)?;
        Some(awareness::encode(&[Entry { state: GONE.to_owned(), ..entry }]))
    }

    /// Takes in what another server says has changed there, and returns what everybody here is to hear.
    pub(super) fn heard(&mut self, node: NodeId, entries: Vec<Entry>) -> Option<Vec<u8>> {
        let mut news = vec![];
        for entry in entries {
            if self.shown.values().any(|shown| shown.client_id == entry.client_id) {
                continue;
            }
            let there = self.elsewhere.entry(node).or_default();
            if entry.state == GONE {
                let gone = there.remove(&entry.client_id).is_some();
                if !gone || self.elsewhere.values().any(|there| there.contains_key(&entry.client_id)) {
                    continue;
                }
            } else if entry.state.len() > STAMPED_LIMIT
                || (there.len() >= ENTRIES_LIMIT && !there.contains_key(&entry.client_id))
                || there.get(&entry.client_id) == Some(&entry)
            {
                continue;
            } else {
                there.insert(entry.client_id, entry.clone());
            }
            news.push(entry);
        }
        (!news.is_empty()).then(|| awareness::encode(&news))
    }

    /// Takes in all that another server shows. What it showed before and does not any more is gone.
    pub(super) fn shown(&mut self, node: NodeId, entries: Vec<Entry>) -> Vec<Vec<u8>> {
        let before = self.elsewhere.get(&node).into_iter().flat_map(BTreeMap::values);
        let over = before.filter(|entry| entries.iter().all(|now| now.client_id != entry.client_id));
        let over: Vec<_> = over.map(|entry| Entry { state: GONE.to_owned(), ..entry.clone() }).collect();
        let heard = [self.heard(node, over), self.heard(node, entries)];
        self.elsewhere.retain(|_, there| !there.is_empty());
        heard.into_iter().flatten().collect()
    }

    /// What this server shows, in messages of a good size.
    pub(super) fn own(&self) -> Vec<Vec<u8>> {
        let entries: Vec<_> = self.shown.values().cloned().collect();
        entries.chunks(awareness::ENTRY_LIMIT as usize).map(awareness::encode).collect()
    }

    /// Everybody’s state, for somebody who has just come.
    pub(super) fn all(&self) -> Option<Vec<u8>> {
        let there = self.elsewhere.values().flat_map(BTreeMap::values);
        let entries: Vec<_> = self.shown.values().chain(there).cloned().collect();
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
