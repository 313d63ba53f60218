//! What was missed of other servers’ work: read from the log, and what has to wait for that.
//!
//! What must stay true: what is missing is read from the log and from nowhere else; a write that can
//! only be judged by somebody who knows it all waits until the log was read, and no longer.

use std::collections::VecDeque;

use shared::{Section, protocol::Message};

use super::{ConnectionId, Effect, RoomState, held::Release};
use crate::{limits::Limit, room::numbers::Since};

/// Writes of one connection that may wait for the log to be read.
pub(crate) const UNSURE_LIMIT: usize = 256;

/// The questions put to the log about one section, counted.
#[derive(Default)]
pub(super) struct Reading {
    asked: u64,
    answered: u64,
    /// Somebody wants what the question on its way may not tell any more.
    again: bool,
    /// The last answer was none.
    pub(super) failed: bool,
}

impl Reading {
    fn is_on_its_way(&self) -> bool {
        self.asked > self.answered && !self.failed
    }
}

/// Writes that wait until a question is answered.
#[derive(Clone)]
pub(super) struct Unsure {
    question: u64,
    messages: VecDeque<Message>,
}

impl RoomState {
    pub(super) fn heads(&mut self, heads: &[(Section, u64)]) {
        for (section, head) in heads {
            if self.sections.get(section).is_some_and(|state| state.numbers.through() < *head) {
                self.ask_log(*section);
            }
        }
    }

    /// Asks the log what it holds of this section that we have not, unless it is being asked.
    pub(super) fn ask_log(&mut self, section: Section) {
        let Some(elsewhere) = &mut self.elsewhere else { return };
        let Some(state) = self.sections.get(&section) else { return };
        let reading = elsewhere.reading.entry(section).or_default();
        if !reading.is_on_its_way() {
            reading.asked = reading.answered + 1;
            reading.failed = false;
            self.effects.push(Effect::ReadLog { section, after: state.numbers.through() });
        }
    }

    /// The same, for all that was committed up to now, which a question on its way may not tell any more.
    /// Returns the number of the one that will.
    fn ask_log_anew(&mut self, section: Section) -> u64 {
        let Some(elsewhere) = &mut self.elsewhere else { return 0 };
        let reading = elsewhere.reading.entry(section).or_default();
        if reading.is_on_its_way() {
            reading.again = true;
            return reading.asked + 1;
        }
        self.ask_log(section);
        self.elsewhere.as_ref().and_then(|elsewhere| elsewhere.reading.get(&section)).map_or(0, |reading| reading.asked)
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
        let question = self.ask_log_anew(section);
        let open = self.connections.get_mut(&conn).and_then(|connection| connection.open.get_mut(&section));
        if let Some(open) = open {
            let unsure = open.unsure.get_or_insert_with(|| Box::new(Unsure { question, messages: VecDeque::new() }));
            unsure.messages.push_back(message);
        }
    }

    /// Whether this connection has writes waiting, behind which this one now waits too.
    pub(super) fn waits_behind(&mut self, conn: ConnectionId, section: Section, message: &Message) -> bool {
        let open = self.connections.get_mut(&conn).and_then(|connection| connection.open.get_mut(&section));
        let Some(unsure) = open.and_then(|open| open.unsure.as_mut()) else { return false };
        if unsure.messages.len() < UNSURE_LIMIT {
            unsure.messages.push_back(message.clone());
        } else {
            self.close(conn, Limit::UnsureUpdates.reached());
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
