//! What the rooms of one meeting tell each other, each on its own server.
//!
//! What was committed is in Postgres before it is told here, and may be lost on the way: whoever misses
//! it finds the gap in its numbers and reads the log. So nothing here is the only word on anything that
//! matters, and whatever needs a person’s authority is read from the database again.

use shared::{ParticipantId, Section, event::ServerEvent};

use super::numbers::Committed;

/// One running server. Drawn anew at each start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u64);

#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// This is in the log.
    Committed { section: Section, committed: Committed },
    /// A change to who is writing where: an awareness message, with that server’s stamps.
    Presence { section: Section, entries: Vec<u8> },
    /// “I have this meeting open”: said when anything of it changes, and every other moment.
    Beat(Beat),
    /// Nobody of this server’s is here any more.
    Gone,
    /// The stage or the list of people was changed: ask the database.
    Authority,
    /// To be said to everybody.
    Event(ServerEvent),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beat {
    /// How far the sender has come in each section.
    pub heads: Vec<(Section, u64)>,
    /// Who is connected there.
    pub here: Vec<ParticipantId>,
    /// All it shows of who is writing where; anything else it said before is over.
    pub presence: Vec<(Section, Vec<u8>)>,
    /// “Tell me the same of yourself”: it has just come.
    pub asks: bool,
}
