//! Taking updates in, refusing them, and giving the whole document to those who ask.

use std::{collections::VecDeque, sync::Arc};

use shared::{
    Section, Stage,
    event::{Refusal, ServerEvent},
    policy::access_for,
    protocol::{CloseCode, Message},
};

use super::{
    ConnectionId, Effect, RoomState,
    held::{Release, To},
};
use crate::{
    limits::Limit,
    metrics::METRICS,
    room::{
        SectionCopy,
        gate::{Gate, Writer},
        section::Outcome,
    },
};

/// Refusals after which a connection is no person’s who was unlucky.
pub(crate) const REFUSAL_LIMIT: u32 = 50;

/// Updates kept back while the record is saved, which takes a moment. Beyond it whoever writes is
/// sent away to come back.
pub(crate) const QUIET_LIMIT: usize = 5_000;

impl RoomState {
    pub(super) fn write(&mut self, conn: ConnectionId, section: Section, message: Message) {
        let Some(connection) = self.connections.get(&conn) else { return };
        let Some(open) = connection.open.get(&section).filter(|open| !open.refused) else { return };
        let to = To { conn, section, opening: open.opening };
        if let Some(kept) = &mut self.quiet {
            if kept.len() >= QUIET_LIMIT {
                return self.close(conn, Limit::QuietUpdates.reached());
            }
            kept.push_back((to, message));
            return;
        }
        if self.is_alone() {
            self.write_now(conn, section, message, true);
        } else if !self.waits_behind(conn, section, &message) {
            self.write_now(conn, section, message, false);
        }
    }

    /// `sure`: we know all that this client may have seen.
    pub(super) fn write_now(&mut self, conn: ConnectionId, section: Section, message: Message, sure: bool) {
        let (Message::SyncStep2(update) | Message::Update(update)) = message else { return };
        let Some(connection) = self.connections.get(&conn) else { return };
        let Some(open) = connection.open.get(&section).filter(|open| !open.refused) else { return };
        let to = To { conn, section, opening: open.opening };
        let who = &connection.participant;
        let writer = Writer { person: who.person, scribe: who.scribe.writes() };
        if self.held.is_full() {
            return self.close(conn, Limit::HeldReleases.reached());
        }
        let may_write = self.may_write(conn, section);
        let Some(state) = self.sections.get_mut(&section) else { return };
        let update: Arc<[u8]> = update.into();
        match state.take(&update, writer, may_write, sure) {
            // What it repeats may itself still wait for its commit.
            Ok(Outcome::Known) => self.held.hold(Release::Ack(to)),
            Ok(Outcome::Accepted { claims }) => {
                METRICS.accepted(update.len());
                let position = self.held.next_position();
                let person = writer.person;
                if let Some(authors) = Gate::tell(section, claims.iter().map(|client| (*client, person))) {
                    self.held.hold(Release::Authors(section, authors));
                }
                self.effects.push(Effect::Append { position, section, person, update: update.clone(), claims });
                self.held.hold(Release::Update { author: to, update });
                self.checkpoint(section, false);
            }
            Ok(Outcome::Refused(reason)) => self.refuse(to, reason),
            Ok(Outcome::Malformed) => self.close(conn, CloseCode::Malformed),
            Ok(Outcome::Unsure) => self.wait_to_be_sure(conn, section, Message::Update(update.to_vec())),
            Err(_) => self.begin_again(),
        }
    }

    /// Writes the section as one, if it is time to.
    pub(super) fn checkpoint(&mut self, section: Section, at_rest: bool) {
        let Some(section_state) = self.sections.get_mut(&section) else { return };
        if let Some(state) = section_state.checkpoint(at_rest) {
            let (seq, position) = (section_state.numbers.through(), self.held.next_position());
            self.effects.push(Effect::Checkpoint { position, section, seq, state });
        }
    }

    /// Holds updates back, and answers when all before them are committed.
    pub(super) fn quiesce(&mut self, question: u64) {
        self.quiet.get_or_insert_default();
        self.held.hold(Release::Answer { question, sections: vec![] });
    }

    pub(super) fn read(&mut self, question: u64) {
        let copy = |(section, state): (&Section, &crate::room::section::SectionState)| SectionCopy {
            section: *section,
            epoch: state.epoch,
            state: state.state(),
            owners: state.owners(),
        };
        let sections = self.sections.iter().map(copy).collect();
        self.held.hold(Release::Answer { question, sections });
    }

    pub(super) fn resume(&mut self) {
        let kept: VecDeque<_> = self.quiet.take().unwrap_or_default();
        for (to, message) in kept {
            // What a client said before it began again, it does not stand by any more.
            if self.is_open(to) {
                self.write(to.conn, to.section, message);
            }
        }
    }

    fn may_write(&self, conn: ConnectionId, section: Section) -> Result<(), Refusal> {
        let Some(connection) = self.connections.get(&conn) else { return Err(Refusal::NotAllowed) };
        let who = &connection.participant;
        if access_for(section, who.role, who.scribe, self.stage).can_write() {
            Ok(())
        } else if access_for(section, who.role, who.scribe, Stage::Meeting).can_write() && self.stage == Stage::Agreed {
            Err(Refusal::Agreed)
        } else {
            Err(Refusal::NotAllowed)
        }
    }

    /// Says no, and why. Nothing may build on what was refused, so nothing more is taken until the
    /// client begins again under a fresh client id.
    fn refuse(&mut self, to: To, reason: Refusal) {
        let To { conn, section, .. } = to;
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        METRICS.refused(reason);
        connection.refusals += 1;
        let too_many = connection.refusals > REFUSAL_LIMIT;
        if let Some(open) = connection.open.get_mut(&section) {
            open.refused = true;
        }
        self.send(conn, section, &Message::SyncStatus(false));
        self.send_event(
            conn,
            section,
            &ServerEvent::Refused { refused: section, reason, words: reason.sentence().to_owned() },
        );
        if too_many {
            self.close(conn, Limit::Refusals.reached());
        }
    }
}
