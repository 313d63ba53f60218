//! Who may do what, now: rights follow the stage and the list of participants on open sockets.

use std::collections::BTreeSet;

use shared::{
    Access, Section, Stage,
    event::ServerEvent,
    policy::access_for,
    protocol::{CloseCode, Message},
};

use super::{ConnectionId, Effect, Participant, RoomState};

impl RoomState {
    pub(super) fn access(&self, conn: ConnectionId, section: Section) -> Access {
        self.connections.get(&conn).map_or(Access::None, |connection| {
            access_for(section, connection.participant.role, connection.participant.scribe, self.stage)
        })
    }

    pub(super) fn stage_changed(&mut self, stage: Stage) {
        self.stage = stage;
        self.announce(&ServerEvent::Stage { stage });
        self.re_evaluate();
    }

    pub(super) fn participants_changed(&mut self, participants: Vec<Participant>) {
        let changed = self.participants != participants;
        self.participants = participants;
        let (mut gone, mut moved) = (vec![], vec![]);
        for conn in self.connections.keys().copied().collect::<Vec<_>>() {
            let Some(connection) = self.connections.get_mut(&conn) else { continue };
            let now = self.participants.iter().find(|participant| participant.id == connection.participant.id);
            if let Some(now) = now {
                let before = std::mem::replace(&mut connection.participant, now.clone());
                moved.extend((before.role != now.role).then_some((conn, now.role)));
            } else {
                self.tell(conn, &ServerEvent::Removed);
                self.effects.push(Effect::Close { conn, code: CloseCode::Removed });
                gone.extend(self.connections.remove(&conn).map(|connection| (conn, connection)));
            }
        }
        // Not before all of them are gone: nobody’s other tab is told of the first.
        for (conn, connection) in gone {
            for section in connection.open.into_keys() {
                self.presence_gone(conn, section);
            }
        }
        for (conn, role) in moved {
            self.tell(conn, &ServerEvent::Role { role });
        }
        self.re_evaluate();
        if changed {
            self.announce(&ServerEvent::People);
        }
    }

    /// Sends an event once to every connection; what leads to a section, to those who may read that.
    pub(super) fn announce(&mut self, event: &ServerEvent) {
        let leads_to = match event {
            ServerEvent::Spotlight { part: Some(part), .. } => Section::from_name(part),
            _ => None,
        };
        let stage = self.stage;
        let may_hear = |who: &Participant| {
            leads_to.is_none_or(|section| access_for(section, who.role, who.scribe, stage).can_read())
        };
        let hearing = self.connections.iter().filter(|(_, connection)| may_hear(&connection.participant));
        for conn in hearing.map(|(conn, _)| *conn).collect::<Vec<_>>() {
            self.tell(conn, event);
        }
    }

    pub(super) fn send_event(&mut self, conn: ConnectionId, section: Section, event: &ServerEvent) {
        // Plain structs always have a JSON form.
        if let Ok(json) = serde_json::to_string(event) {
            self.send(conn, section, &Message::Stateless(json));
        }
    }

    pub(super) fn tell_who_is_here(&mut self) {
        let open = self.connections.values().filter(|connection| !connection.open.is_empty());
        let own: BTreeSet<_> = open.map(|connection| connection.participant.id).collect();
        if own != self.here_on_this_server {
            self.here_on_this_server.clone_from(&own);
            self.beat(false);
        }
        let here = own.into_iter().chain(self.here_elsewhere()).collect();
        let scribe =
            self.participants.iter().find(|participant| participant.scribe.writes()).map(|participant| participant.id);
        let changed = here != self.here || scribe != self.scribe;
        (self.here, self.scribe) = (here, scribe);
        let event = ServerEvent::Here { participants: self.here(), scribe };
        let open = self.connections.iter_mut().filter(|(_, connection)| !connection.open.is_empty());
        let untold = open.filter_map(|(conn, connection)| {
            let told = std::mem::replace(&mut connection.told, true);
            (changed || !told).then_some((*conn, told))
        });
        for (conn, told) in untold.collect::<Vec<_>>() {
            // It may have changed between the page and the socket, or while the socket was away.
            if !told {
                self.tell(conn, &ServerEvent::Stage { stage: self.stage });
            }
            self.tell(conn, &event);
        }
    }

    /// The protocol has no message without a document: it goes with the first that is open.
    fn tell(&mut self, conn: ConnectionId, event: &ServerEvent) {
        let first = self.connections.get(&conn).and_then(|connection| connection.open.keys().next().copied());
        if let Some(section) = first {
            self.send_event(conn, section, event);
        }
    }

    /// The sections of this meeting that somebody may read now.
    pub(super) fn readable(&self, who: &Participant) -> BTreeSet<Section> {
        let may_read = |section: &Section| access_for(*section, who.role, who.scribe, self.stage).can_read();
        self.sections.keys().copied().filter(may_read).collect()
    }

    fn re_evaluate(&mut self) {
        let open = self.connections.iter().flat_map(|(conn, connection)| {
            connection.open.iter().map(|(section, open)| (*conn, *section, open.access))
        });
        for (conn, section, before) in open.collect::<Vec<_>>() {
            let access = self.access(conn, section);
            if !access.can_read() {
                self.deny(conn, section);
            } else if access != before {
                let open = self.connections.get_mut(&conn).and_then(|connection| connection.open.get_mut(&section));
                if let Some(open) = open {
                    open.access = access;
                }
                self.send_event(conn, section, &ServerEvent::Access { section, access });
            }
        }
        // Last, by a section that they may read still.
        self.tell_what_opened();
    }

    /// Whoever may read more than before is told, and comes to open it.
    fn tell_what_opened(&mut self) {
        for conn in self.connections.keys().copied().collect::<Vec<_>>() {
            let Some(connection) = self.connections.get(&conn) else { continue };
            let now = self.readable(&connection.participant);
            let opened = now.iter().filter(|section| !connection.readable.contains(section)).copied();
            for section in opened.collect::<Vec<_>>() {
                self.tell(conn, &ServerEvent::Access { section, access: self.access(conn, section) });
            }
            if let Some(connection) = self.connections.get_mut(&conn) {
                connection.readable = now;
            }
        }
    }
}
