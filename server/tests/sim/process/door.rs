//! Connections, as `connection.rs` has them, and the registry of rooms.

use super::*;

impl Process {
    pub(crate) fn connect(&mut self, conn: ConnectionId, person: PersonId) {
        self.connections.insert(conn, person);
    }

    pub(crate) fn disconnect(&mut self, conn: ConnectionId, out: &mut Outside) {
        self.connections.remove(&conn);
        if self.joined.remove(&conn) {
            self.put(Mail::Disconnect { conn }, out);
        }
    }

    pub(crate) fn receive(&mut self, conn: ConnectionId, bytes: &[u8], out: &mut Outside) {
        let Some(person) = self.connections.get(&conn).copied().filter(|_| self.alive) else { return };
        let Ok(Frame { document, message }) = Frame::decode(bytes) else {
            return self.hang_up(conn, CloseCode::Malformed, out);
        };
        if message == Message::Ping {
            return out.acts.push(Act::Send { conn, frame: encode(&document, &Message::Pong) });
        }
        let Some((_, section)) = Section::parse_document_name(&document) else { return };
        if !self.joined.contains(&conn) {
            if !matches!(message, Message::AuthToken(_)) {
                return;
            }
            if !out.disk.answers(out.chance) {
                return self.hang_up(conn, CloseCode::TryAgain, out);
            }
            if out.disk.participant(person).is_none() {
                let denied = Message::PermissionDenied(String::new());
                return out.acts.push(Act::Send { conn, frame: encode(&document, &denied) });
            }
            self.joined.insert(conn);
            self.put(Mail::Connect { conn, person }, out);
        }
        self.put(Mail::Frame { conn, section, message }, out);
    }

    pub(super) fn hang_up(&mut self, conn: ConnectionId, code: CloseCode, out: &mut Outside) {
        out.witness.closes(conn);
        out.acts.push(Act::Close { conn, code });
        self.disconnect(conn, out);
    }

    /// Puts a letter into the room’s mailbox; opens the room if it is not there.
    pub(crate) fn put(&mut self, letter: Mail, out: &mut Outside) {
        if !self.alive {
            return;
        }
        if self.room.as_ref().is_none_or(|room| room.gone) {
            // What only a live room has to know, nobody opens one for.
            if matches!(letter, Mail::Disconnect { .. } | Mail::Frame { .. }) {
                return;
            }
            self.open(out);
        }
        if let Some(room) = &mut self.room {
            room.mail.push_back(letter);
        }
        self.work(out);
    }

    pub(super) fn open(&mut self, out: &mut Outside) {
        self.rooms += 1;
        let rights = Rights { stage: out.disk.stage, participants: vec![] };
        self.room = Some(Room::new(self.rooms, out.now, rights));
        let wait = out.chance.between(1, 40);
        out.after(wait, Timer::Load { room: self.rooms, step: LoadStep::Begin });
    }
}
