//! What waits for the log before anybody may see it: updates on their way to the others,
//! acknowledgements, and answers that hold what is not committed yet.
//!
//! What must stay true: it is one queue for the whole room, first in, first out. So an answer can never
//! overtake an update it holds, nor an acknowledgement the commit it speaks of.

use std::{collections::VecDeque, sync::Arc};

use shared::{
    Section,
    event::ServerEvent,
    protocol::{Message, encode},
};

use super::{ConnectionId, Effect, RoomState};
use crate::{metrics::METRICS, room::SectionCopy};

/// Releases that may wait. Beyond it whoever writes is sent away to come back: the log is full, or
/// the database has been gone for long.
pub(crate) const HELD_LIMIT: usize = 20_000;

#[derive(Default)]
pub(super) struct Held {
    /// Of the last thing given to the log, and the last thing it holds.
    position: u64,
    through: u64,
    /// Of the last thing held. It tells what came before an answer from what came after.
    ticket: u64,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    position: u64,
    ticket: u64,
    release: Release,
}

/// One opening of a section by a connection: where an acknowledgement or an answer belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct To {
    pub conn: ConnectionId,
    pub section: Section,
    pub opening: u64,
}

pub(super) enum Release {
    /// To everybody who has the section open, and an acknowledgement to its author.
    Update {
        author: To,
        update: Arc<[u8]>,
    },
    /// The same, of somebody on another server.
    Elsewhere {
        section: Section,
        update: Arc<[u8]>,
    },
    /// Whose the ids are that somebody is the first to use: to everybody who has the section open.
    Authors(Section, ServerEvent),
    Ack(To),
    Send(To, Message),
    Answer {
        question: u64,
        sections: Vec<SectionCopy>,
    },
    /// A passage was taken out: its words are still in what the log holds of before.
    Hidden {
        question: u64,
        section: Section,
    },
}

impl Held {
    /// The place of the next thing given to the log.
    pub(super) fn next_position(&mut self) -> u64 {
        self.position += 1;
        self.position
    }

    pub(super) fn ticket(&self) -> u64 {
        self.ticket
    }

    /// Waits for all that has been given to the log so far.
    pub(super) fn hold(&mut self, release: Release) {
        self.ticket += 1;
        self.waiting.push_back(Waiting { position: self.position, ticket: self.ticket, release });
    }

    pub(super) fn committed(&mut self, through: u64) {
        self.through = self.through.max(through);
    }

    pub(super) fn is_settled(&self) -> bool {
        self.through >= self.position
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= HELD_LIMIT
    }

    fn pop(&mut self) -> Option<Waiting> {
        let next = self.waiting.front()?;
        if next.position <= self.through { self.waiting.pop_front() } else { None }
    }
}

impl RoomState {
    pub(super) fn release(&mut self) {
        while let Some(Waiting { ticket, release, .. }) = self.held.pop() {
            match release {
                Release::Update { author, update } => {
                    self.broadcast(ticket, author.section, Some(author), &update);
                    self.send_to(author, &Message::SyncStatus(true));
                }
                Release::Elsewhere { section, update } => self.broadcast(ticket, section, None, &update),
                Release::Authors(section, event) => self.tell_authors(ticket, section, &event),
                Release::Ack(to) => self.send_to(to, &Message::SyncStatus(true)),
                Release::Send(to, message) => self.send_to(to, &message),
                Release::Answer { question, sections } => self.effects.push(Effect::Answer { question, sections }),
                Release::Hidden { question, section } => self.forget_words(question, section),
            }
        }
    }

    fn tell_authors(&mut self, ticket: u64, section: Section, event: &ServerEvent) {
        let open = self.connections.iter().filter_map(|(conn, connection)| {
            let open = connection.open.get(&section)?;
            // Whoever catches up later is told of all authors then.
            open.caught_up.is_some_and(|caught_up| caught_up < ticket).then_some(*conn)
        });
        for conn in open.collect::<Vec<_>>() {
            self.send_event(conn, section, event);
        }
    }

    fn broadcast(&mut self, ticket: u64, section: Section, author: Option<To>, update: &[u8]) {
        let message = Message::Update(update.to_vec());
        let frame: Arc<[u8]> = encode(&section.document_name(self.meeting), &message).into();
        let before = self.effects.len();
        for (conn, connection) in &self.connections {
            let Some(open) = connection.open.get(&section) else { continue };
            let is_author = author.is_some_and(|author| *conn == author.conn && open.opening == author.opening);
            // An answer from after this update already has it.
            if !is_author && open.caught_up.is_some_and(|caught_up| caught_up < ticket) {
                self.effects.push(Effect::Send { conn: *conn, frame: frame.clone() });
            }
        }
        METRICS.updates_delivered.add(self.effects.len() - before);
    }

    /// Sends it unless the client has begun again, or may no longer read the section.
    fn send_to(&mut self, to: To, message: &Message) {
        if self.is_open(to) {
            self.send(to.conn, to.section, message);
        }
    }

    pub(super) fn is_open(&self, to: To) -> bool {
        let open = self.connections.get(&to.conn).and_then(|connection| connection.open.get(&to.section));
        open.is_some_and(|open| open.opening == to.opening)
    }
}
