//! The same meeting on other servers: what they committed, who is there, and noticing what was missed.
//!
//! A room that serves the meeting alone has no [`Elsewhere`], and nothing here happens.
//!
//! What must stay true: what is missing is read from the log and from nowhere else; a write that can
//! only be judged by somebody who knows it all waits until the log was read, and no longer.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use shared::{
    ParticipantId, Section,
    protocol::{CloseCode, Message, awareness},
};

use super::{ConnectionId, Effect, RoomState, held::Release};
use crate::room::{
    notice::{Beat, NodeId, Notice},
    numbers::Since,
};

/// How often the others hear that we are here, though nothing changed.
pub const BEAT: Duration = Duration::from_secs(2);

/// A server that says nothing for so long is gone, and its people with it.
pub const SILENCE: Duration = Duration::from_secs(6);

/// Servers that may share one meeting. Nobody has so many.
const NODE_LIMIT: usize = 32;

/// Writes of one connection that may wait for the log to be read.
const UNSURE_LIMIT: usize = 256;

pub(super) struct Elsewhere {
    nodes: BTreeMap<NodeId, Node>,
    reading: BTreeMap<Section, Reading>,
    /// Others hear us, as far as we know.
    linked: bool,
    beat_at: Option<Instant>,
}

struct Node {
    heard_at: Instant,
    here: BTreeSet<ParticipantId>,
}

/// The questions put to the log about one section, counted.
#[derive(Default)]
struct Reading {
    asked: u64,
    answered: u64,
    /// Somebody wants what the question on its way may not tell any more.
    again: bool,
    /// The last answer was none.
    failed: bool,
}

/// Writes that wait until a question is answered.
#[derive(Clone)]
pub(super) struct Unsure {
    question: u64,
    messages: VecDeque<Message>,
}

impl RoomState {
    /// The same room, where other servers may have the meeting open too.
    pub fn among_others(mut self) -> Self {
        let (nodes, reading) = (BTreeMap::new(), BTreeMap::new());
        self.elsewhere = Some(Elsewhere { nodes, reading, linked: false, beat_at: None });
        self
    }

    pub(super) fn is_alone(&self) -> bool {
        self.elsewhere.is_none()
    }

    pub(super) fn tell_others(&mut self, notice: impl FnOnce() -> Notice) {
        if self.elsewhere.is_some() {
            self.effects.push(Effect::Tell(notice()));
        }
    }

    pub(super) fn here_elsewhere(&self) -> impl Iterator<Item = ParticipantId> {
        self.elsewhere.iter().flat_map(|elsewhere| elsewhere.nodes.values().flat_map(|node| node.here.iter().copied()))
    }

    /// The way to the others is open, or shut. Whatever was said meanwhile was missed.
    pub(super) fn linked(&mut self, linked: bool) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        elsewhere.linked = linked;
        if linked {
            self.beat(true);
            self.look_around();
        }
    }

    pub(super) fn notice(&mut self, node: NodeId, notice: Notice, now: Instant) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        if let Some(known) = elsewhere.nodes.get_mut(&node) {
            known.heard_at = now;
        } else if elsewhere.nodes.len() < NODE_LIMIT && notice != Notice::Gone {
            elsewhere.nodes.insert(node, Node { heard_at: now, here: BTreeSet::new() });
        }
        match notice {
            Notice::Committed { section, committed } => {
                let Some(state) = self.sections.get_mut(&section) else { return };
                state.numbers.heard(committed);
                if !self.take_in(section) {
                    self.ask_log(section);
                }
            }
            Notice::Presence { section, entries } => {
                let Ok(entries) = awareness::decode(&entries) else { return };
                let heard = self.presence.entry(section).or_default().heard(node, entries);
                if let Some(heard) = heard {
                    self.tell_everybody_here(section, heard);
                }
            }
            Notice::Beat(beat) => self.heard_beat(node, beat),
            Notice::Gone => self.node_gone(node),
            Notice::Event(event) => self.announce(&event),
            Notice::Authority => self.effects.push(Effect::ReadRights),
        }
    }

    fn heard_beat(&mut self, node: NodeId, beat: Beat) {
        for (section, head) in beat.heads {
            if let Some(state) = self.sections.get_mut(&section) {
                state.numbers.rumoured(head);
            }
        }
        let mut shown: BTreeMap<Section, Vec<_>> = BTreeMap::new();
        for (section, entries) in beat.presence {
            shown.entry(section).or_default().extend(awareness::decode(&entries).unwrap_or_default());
        }
        for section in self.sections.keys().copied().collect::<Vec<_>>() {
            let shown = shown.remove(&section).unwrap_or_default();
            if shown.is_empty() && !self.presence.contains_key(&section) {
                continue;
            }
            for heard in self.presence.entry(section).or_default().shown(node, shown) {
                self.tell_everybody_here(section, heard);
            }
        }
        if let Some(node) = self.elsewhere.as_mut().and_then(|elsewhere| elsewhere.nodes.get_mut(&node)) {
            node.here = beat.here.into_iter().collect();
        }
        if beat.asks {
            self.beat(false);
        }
    }

    fn node_gone(&mut self, node: NodeId) {
        if let Some(elsewhere) = &mut self.elsewhere {
            elsewhere.nodes.remove(&node);
        }
        for section in self.presence.keys().copied().collect::<Vec<_>>() {
            let gone = self.presence.get_mut(&section).map(|presence| presence.shown(node, vec![]));
            for gone in gone.into_iter().flatten() {
                self.tell_everybody_here(section, gone);
            }
        }
    }

    /// Says that we are here, how far we are, and who is with us.
    pub(super) fn beat(&mut self, asks: bool) {
        if self.elsewhere.is_none() {
            return;
        }
        let heads = self.sections.iter().map(|(section, state)| (*section, state.numbers.through())).collect();
        let shown = self.presence.iter().flat_map(|(section, presence)| {
            presence.own().into_iter().map(|entries| (*section, entries)).collect::<Vec<_>>()
        });
        let presence = shown.collect();
        let here = self.here_on_this_server.iter().copied().collect();
        self.effects.push(Effect::Tell(Notice::Beat(Beat { heads, here, presence, asks })));
    }

    /// What time alone brings about.
    pub(super) fn look_after_others(&mut self, now: Instant) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        let silent = elsewhere.nodes.iter().filter(|(_, node)| now.duration_since(node.heard_at) >= SILENCE);
        let silent: Vec<_> = silent.map(|(node, _)| *node).collect();
        let linked = elsewhere.linked;
        let beats = elsewhere.beat_at.is_none_or(|at| now.duration_since(at) >= BEAT);
        if beats {
            elsewhere.beat_at = Some(now);
        }
        let failed: Vec<_> =
            elsewhere.reading.iter().filter(|(_, reading)| reading.failed).map(|(section, _)| *section).collect();
        for section in failed {
            self.ask_log(section);
        }
        for node in &silent {
            self.node_gone(*node);
        }
        // Its last words may have been committed and never told.
        if !silent.is_empty() || !linked {
            self.look_around();
        }
        let stuck =
            self.sections.iter_mut().filter_map(|(section, state)| state.numbers.is_stuck().then_some(*section));
        for section in stuck.collect::<Vec<_>>() {
            self.ask_log(section);
        }
        if beats {
            self.beat(false);
        }
    }

    /// Asks the database what we may have missed.
    fn look_around(&mut self) {
        self.effects.push(Effect::ReadHeads);
        self.effects.push(Effect::ReadRights);
    }

    pub(super) fn heads(&mut self, heads: &[(Section, u64)]) {
        for (section, head) in heads {
            if self.sections.get(section).is_some_and(|state| state.numbers.through() < *head) {
                self.ask_log(*section);
            }
        }
    }

    /// Asks the log what it holds of this section that we have not. Returns the number of the question
    /// whose answer will tell.
    fn ask_log(&mut self, section: Section) -> u64 {
        let Some(elsewhere) = &mut self.elsewhere else { return 0 };
        let Some(state) = self.sections.get(&section) else { return 0 };
        let reading = elsewhere.reading.entry(section).or_default();
        if reading.asked > reading.answered && !reading.failed {
            reading.again = true;
            return reading.asked + 1;
        }
        if !reading.failed {
            reading.asked += 1;
        }
        reading.failed = false;
        self.effects.push(Effect::ReadLog { section, after: state.numbers.through() });
        reading.asked
    }

    /// What the log holds; nothing if it could not be read, and then it is asked again.
    pub(super) fn log_read(&mut self, section: Section, since: Option<Since>) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        let reading = elsewhere.reading.entry(section).or_default();
        let Some(since) = since else {
            reading.failed = true;
            return;
        };
        reading.answered = reading.asked;
        let (answered, again) = (reading.answered, std::mem::take(&mut reading.again));
        if !self.take_in_since(section, since) {
            return self.begin_again();
        }
        if again {
            self.ask_log(section);
        }
        self.judge_unsure(section, answered);
    }

    fn take_in_since(&mut self, section: Section, since: Since) -> bool {
        let Some(state) = self.sections.get_mut(&section) else { return true };
        if let Some(authors) = state.learn_owners(since.owners) {
            self.held.hold(Release::Authors(section, authors));
        }
        if let Some((seq, checkpoint)) = since.checkpoint
            && seq > state.numbers.through()
        {
            let Ok(update) = state.absorb_checkpoint(&checkpoint) else { return false };
            state.numbers.reached(seq);
            self.held.hold(Release::Elsewhere { section, update: update.into() });
        }
        for logged in since.updates {
            let Some(state) = self.sections.get_mut(&section) else { return true };
            state.numbers.heard(logged);
            if !self.take_in(section) {
                return false;
            }
        }
        if let Some(state) = self.sections.get_mut(&section) {
            state.numbers.was_read();
        }
        true
    }

    /// Takes in what others committed, as far as nothing is missing. False if something does not fit in.
    pub(super) fn take_in(&mut self, section: Section) -> bool {
        let Some(state) = self.sections.get_mut(&section) else { return true };
        while let Some(next) = state.numbers.take_next() {
            match state.absorb(&next.update, next.person) {
                Ok(Some(news)) => {
                    state.numbers.reached(next.seq);
                    let owners = next.claims.iter().map(|client| (*client, next.person));
                    if let Some(authors) = state.learn_owners(owners) {
                        self.held.hold(Release::Authors(section, authors));
                    }
                    if news {
                        self.held.hold(Release::Elsewhere { section, update: next.update });
                    }
                }
                Ok(None) => return false,
                Err(_) => {
                    self.begin_again();
                    return true;
                }
            }
        }
        true
    }

    /// Keeps a write back until the log was read. Those after it of the same connection wait as well.
    pub(super) fn wait_to_be_sure(&mut self, conn: ConnectionId, section: Section, message: Message) {
        let question = self.ask_log(section);
        let open = self.connections.get_mut(&conn).and_then(|connection| connection.open.get_mut(&section));
        if let Some(open) = open {
            open.unsure.get_or_insert(Unsure { question, messages: VecDeque::new() }).messages.push_back(message);
        }
    }

    /// Whether this connection has writes waiting, behind which this one now waits too.
    pub(super) fn waits_behind(&mut self, conn: ConnectionId, section: Section, message: &Message) -> bool {
        let open = self.connections.get_mut(&conn).and_then(|connection| connection.open.get_mut(&section));
        let Some(unsure) = open.and_then(|open| open.unsure.as_mut()) else { return false };
        if unsure.messages.len() < UNSURE_LIMIT {
            unsure.messages.push_back(message.clone());
        } else {
            self.close(conn, CloseCode::TryAgain);
        }
        true
    }

    fn judge_unsure(&mut self, section: Section, answered: u64) {
        let mut waiting = vec![];
        for (conn, connection) in &mut self.connections {
            let Some(open) = connection.open.get_mut(&section) else { continue };
            if open.unsure.as_ref().is_some_and(|unsure| unsure.question <= answered) {
                waiting.extend(open.unsure.take().map(|unsure| (*conn, unsure.messages)));
            }
        }
        for (conn, mut messages) in waiting {
            if let Some(first) = messages.pop_front() {
                self.write_now(conn, section, first, true);
            }
            for message in messages {
                self.write(conn, section, message);
            }
        }
    }
}
