//! Coming into a section, catching up, and being seen there.

use shared::{
    Section,
    event::ServerEvent,
    protocol::{CloseCode, Message, awareness},
};

use super::{
    ConnectionId, Open, RoomState,
    held::{Release, To},
};
use crate::{metrics::METRICS, room::notice::Notice};

/// One sentence for a section that does not exist and for one that is not theirs, so that asking
/// tells nobody which it is.
const DENIED: &str = "This part of the meeting does not exist, or it is not for you to read.";

impl RoomState {
    pub(super) fn open(&mut self, conn: ConnectionId, section: Section) {
        let access = self.access(conn, section);
        let Some(state) = self.sections.get(&section).filter(|_| access.can_read()) else {
            return self.deny(conn, section);
        };
        let opened = ServerEvent::Opened { section, epoch: state.epoch, schema: state.schema, access };
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        let open = connection.open.get(&section).filter(|open| !open.refused);
        let open = open.cloned().unwrap_or_else(|| {
            self.openings += 1;
            Open { opening: self.openings, access, refused: false, caught_up: None, unsure: None }
        });
        connection.open.insert(section, Open { access, ..open });
        self.stirred = true;
        self.send(conn, section, &Message::Authenticated { read_only: !access.can_write() });
        self.send_event(conn, section, &opened);
        self.tell_presence(conn, section);
    }

    /// “This is not for you”, for this section alone.
    pub(super) fn deny(&mut self, conn: ConnectionId, section: Section) {
        self.leave(conn, section);
        self.send(conn, section, &Message::PermissionDenied(DENIED.to_owned()));
    }

    pub(super) fn leave(&mut self, conn: ConnectionId, section: Section) {
        let Some(connection) = self.connections.get_mut(&conn) else { return };
        if connection.open.remove(&section).is_some() {
            self.stirred = true;
            self.presence_gone(conn, section);
        }
    }

    /// Answers with what the client lacks, and asks for what we lack. What others write from here on
    /// is sent as it is committed.
    pub(super) fn sync(&mut self, conn: ConnectionId, section: Section, state_vector: &[u8]) {
        let ticket = self.held.ticket();
        let connection = self.connections.get_mut(&conn);
        let Some(open) = connection.and_then(|connection| connection.open.get_mut(&section)) else { return };
        let Some(state) = self.sections.get(&section) else { return };
        let Some(missing) = state.diff(state_vector) else { return self.close(conn, CloseCode::Malformed) };
        open.caught_up = Some(ticket);
        METRICS.sync_answers.one();
        let to = To { conn, section, opening: open.opening };
        let ours = Message::SyncStep1(state.state_vector());
        let authors = state.authors();
        self.send(conn, section, &ours);
        // Before the words, so that these have names when they come.
        if let Some(Ok(json)) = authors.map(|authors| serde_json::to_string(&authors)) {
            self.held.hold(Release::Send(to, Message::Stateless(json)));
        }
        self.held.hold(Release::Send(to, Message::SyncStep2(missing)));
    }

    pub(super) fn say(&mut self, conn: ConnectionId, section: Section, body: &[u8]) {
        let Some(connection) = self.connections.get(&conn) else { return };
        if !connection.open.contains_key(&section) {
            return;
        }
        let Ok(entries) = awareness::decode(body) else { return self.close(conn, CloseCode::Malformed) };
        let who = &connection.participant;
        let Some(state) = self.sections.get_mut(&section) else { return };
        let presence = self.presence.entry(section).or_default();
        let heard = presence.say(conn, who, entries, |client| state.may_show(client, who.person));
        if let Some(client) = presence.at(conn) {
            state.show(client, who.person);
        }
        self.tell_everybody(section, heard);
    }

    /// Everybody’s presence, to somebody who has just come or asks.
    pub(super) fn tell_presence(&mut self, conn: ConnectionId, section: Section) {
        let open = self.connections.get(&conn).is_some_and(|connection| connection.open.contains_key(&section));
        if let Some(all) = self.presence.get(&section).filter(|_| open).and_then(|presence| presence.all()) {
            self.send(conn, section, &Message::Awareness(all));
        }
    }

    pub(super) fn presence_gone(&mut self, conn: ConnectionId, section: Section) {
        let heard = self.presence.get_mut(&section).and_then(|presence| presence.leave(conn));
        self.tell_everybody(section, heard);
    }

    /// Everybody, on whichever server they are.
    fn tell_everybody(&mut self, section: Section, heard: Option<Vec<u8>>) {
        if let Some(heard) = heard {
            self.tell_others(|| Notice::Presence { section, entries: heard.clone() });
            self.tell_everybody_here(section, heard);
        }
    }

    pub(super) fn tell_everybody_here(&mut self, section: Section, heard: Vec<u8>) {
        let message = Message::Awareness(heard);
        let open = self.connections.iter().filter(|(_, connection)| connection.open.contains_key(&section));
        for conn in open.map(|(conn, _)| *conn).collect::<Vec<_>>() {
            // Rights may be changing for several at once, and not all of them have been denied yet.
            if self.access(conn, section).can_read() {
                self.send(conn, section, &message);
            }
        }
    }
}
