//! What arrives in a room’s mailbox.

use std::time::Duration;

use shared::{ParticipantId, PersonId, Section, Stage, event::ServerEvent, protocol::Message};

use super::{Quiesced, Reply, SectionCopy, hide::Hiding, outbox::Outbox, state::ConnectionId};

#[derive(Debug)]
pub(crate) enum Mail {
    Connect {
        conn: ConnectionId,
        person: PersonId,
        outbox: Outbox,
    },
    Frame {
        conn: ConnectionId,
        section: Section,
        message: Message,
    },
    Disconnect {
        conn: ConnectionId,
    },
    Sections(Reply<Vec<SectionCopy>>),
    Quiesce(Reply<Quiesced>),
    /// Boxed, as whatever is seldom: there is room for a mailbox of them in every room.
    Hide(Box<Hiding>, Reply<()>),
    Here(Reply<Vec<ParticipantId>>),
    AwayFor(ParticipantId, Reply<Duration>),
    StageChanged(Stage),
    ParticipantsChanged,
    Announce(ServerEvent),
}
