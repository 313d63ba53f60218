//! The room’s mind: what arrives goes in, what is to be done comes out.
//!
//! ```text
//! mailbox ─ Input ─▶ RoomState::handle ─ Effect ─▶ task: append, send, close
//!                           ▲                        │
//!                           └── Committed, Tick ─────┘
//! ```
//!
//! Nothing here waits, knows the time or draws a random number, so that every order of events can be
//! tried in a test. It begins with a loaded document, so that none can be sent that is not.
//!
//! To add something a client may ask for: add its match arm in `frame`, and say what happens when the
//! person may no longer read the section.
//!
//! What must stay true: what is sent about a document was committed before ([`Held`] sees to it);
//! rights are asked of the policy table at every update; a connection that is closed is forgotten in
//! the same step.

mod authority;
mod elsewhere;
mod held;
mod hiding;
mod missed;
mod opening;
mod writing;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use shared::{
    Access, MeetingId, ParticipantId, PersonId, Role, Section, Stage,
    event::ServerEvent,
    policy::Scribe,
    protocol::{CloseCode, Message, encode},
};

pub use self::elsewhere::{BEAT, SILENCE};
use self::{
    elsewhere::Elsewhere,
    held::{Held, To},
    missed::Unsure,
};
pub(crate) use self::{
    elsewhere::NODE_LIMIT,
    held::HELD_LIMIT,
    missed::UNSURE_LIMIT,
    writing::{QUIET_LIMIT, REFUSAL_LIMIT},
};
pub use super::section::{Broken, LoadedSection};
use super::{
    SectionCopy,
    hide::Hiding,
    notice::{NodeId, Notice},
    numbers::Since,
    presence::SectionPresence,
    section::SectionState,
};
use crate::limits::Limit;

/// How long an empty room stays, for the person whose train goes through a tunnel.
pub const GRACE: Duration = Duration::from_secs(30);

/// Connections one room takes. A meeting has a dozen people, some of them with two devices.
pub const CONNECTION_LIMIT: usize = 100;

/// Of one person. A telephone that comes back again and again may leave some behind for a minute.
pub const CONNECTIONS_EACH: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// Somebody invited to this meeting and not removed from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    pub id: ParticipantId,
    pub person: PersonId,
    pub role: Role,
    pub scribe: Scribe,
    pub name: String,
    pub colour: u8,
}

/// A meeting as it comes from the database.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub meeting: MeetingId,
    pub stage: Stage,
    pub pupil: PersonId,
    pub participants: Vec<Participant>,
    pub sections: Vec<LoadedSection>,
}

#[derive(Clone, Debug)]
pub enum Input {
    Connect {
        conn: ConnectionId,
        person: PersonId,
    },
    Frame {
        conn: ConnectionId,
        section: Section,
        message: Message,
    },
    Disconnect {
        conn: ConnectionId,
    },
    /// The log holds everything up to this position, and numbered the updates so.
    Committed {
        through: u64,
        landed: Vec<(Section, u64)>,
    },
    /// The log did not let something in: what is here is not the truth.
    LogLost,
    /// Another server says this of the same meeting.
    Notice {
        node: NodeId,
        notice: Notice,
    },
    /// Whether other servers can be heard.
    Linked(bool),
    /// The answer to [`Effect::ReadHeads`].
    Heads(Vec<(Section, u64)>),
    /// The answer to [`Effect::ReadLog`]; nothing if there is none just now.
    LogRead {
        section: Section,
        since: Option<Since>,
    },
    StageChanged(Stage),
    ParticipantsChanged(Vec<Participant>),
    Announce(ServerEvent),
    /// Asks for every section, as far as it is committed.
    Read {
        question: u64,
    },
    /// Holds back updates until [`Input::Resume`], and is answered, with nothing, when all before are
    /// committed.
    Quiesce {
        question: u64,
    },
    Resume,
    /// Takes a passage out, and is answered, with nothing, when that is committed.
    Hide {
        question: u64,
        hiding: Box<Hiding>,
    },
    /// The server is going away.
    Shutdown,
    Tick,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send {
        conn: ConnectionId,
        frame: Arc<[u8]>,
    },
    Close {
        conn: ConnectionId,
        code: CloseCode,
    },
    /// Positions count up by one over all of a room’s appends and checkpoints.
    Append {
        position: u64,
        section: Section,
        person: PersonId,
        update: Arc<[u8]>,
        claims: Vec<u64>,
    },
    /// All up to `seq` is in it, and all that was given to the log before it.
    Checkpoint {
        position: u64,
        section: Section,
        seq: u64,
        state: Arc<[u8]>,
    },
    /// To the other servers that have this meeting open.
    Tell(Notice),
    /// What does the log hold of this section after this update?
    ReadLog {
        section: Section,
        after: u64,
    },
    /// How far is the log with each section?
    ReadHeads,
    /// What do the database’s stage and list of people say?
    ReadRights,
    Answer {
        question: u64,
        sections: Vec<SectionCopy>,
    },
    /// Nobody needs this room any more.
    Unload,
}

pub struct RoomState {
    meeting: MeetingId,
    stage: Stage,
    participants: Vec<Participant>,
    sections: BTreeMap<Section, SectionState>,
    presence: BTreeMap<Section, SectionPresence>,
    connections: BTreeMap<ConnectionId, Connection>,
    held: Held,
    /// Updates kept back while the room is quiet.
    quiet: Option<VecDeque<(To, Message)>>,
    openings: u64,
    /// As last told to everybody.
    here: BTreeSet<ParticipantId>,
    /// Somebody may have come or gone since.
    stirred: bool,
    scribe: Option<ParticipantId>,
    /// Those of them on this server.
    here_on_this_server: BTreeSet<ParticipantId>,
    /// When each was here last, to the second.
    seen: BTreeMap<ParticipantId, Instant>,
    opened: Instant,
    /// None where nobody else may have the meeting open.
    elsewhere: Option<Elsewhere>,
    empty_since: Option<Instant>,
    /// What is here is not the truth any more.
    over: bool,
    /// How long it stays empty.
    stay: Duration,
    effects: Vec<Effect>,
}

struct Connection {
    participant: Participant,
    /// What it may read, as far as it knows.
    readable: BTreeSet<Section>,
    open: BTreeMap<Section, Open>,
    /// Has been told who is here.
    told: bool,
    refusals: u32,
}

/// A section that a connection has open.
#[derive(Clone)]
struct Open {
    /// Counts up when a refused client begins again: what was held for the one before is not for it.
    opening: u64,
    access: Access,
    /// Nothing more is taken until the client begins again.
    refused: bool,
    /// When its last SyncStep1 was answered, as a ticket. What comes after it is sent as it comes.
    caught_up: Option<u64>,
    /// Writes that wait until we know what it may have seen elsewhere. Seldom any, so boxed.
    unsure: Option<Box<Unsure>>,
}

impl RoomState {
    pub fn new(loaded: Loaded, now: Instant) -> Result<Self, Broken> {
        let mut sections = BTreeMap::new();
        for section in loaded.sections {
            sections.insert(section.section, SectionState::load(section, loaded.pupil)?);
        }
        Ok(Self {
            meeting: loaded.meeting,
            stage: loaded.stage,
            participants: loaded.participants,
            presence: BTreeMap::new(),
            sections,
            connections: BTreeMap::new(),
            held: Held::default(),
            quiet: None,
            openings: 0,
            here: BTreeSet::new(),
            stirred: false,
            scribe: None,
            here_on_this_server: BTreeSet::new(),
            seen: BTreeMap::new(),
            opened: now,
            elsewhere: None,
            over: false,
            empty_since: Some(now),
            stay: GRACE,
            effects: vec![],
        })
    }

    /// Stays for so long after the last person has left, in place of [`GRACE`].
    pub fn stay_for(&mut self, stay: Duration) {
        self.stay = stay;
    }

    pub fn handle(&mut self, input: Input, now: Instant) -> Vec<Effect> {
        // What is said inside a section brings nobody in; opening and leaving one say so themselves.
        self.stirred |= !matches!(input, Input::Frame { .. } | Input::Committed { .. });
        match input {
            Input::Connect { conn, person } => self.connect(conn, person),
            Input::Frame { conn, section, message } => self.frame(conn, section, message),
            Input::Disconnect { conn } => self.forget(conn),
            Input::Committed { through, landed } => self.committed(through, &landed),
            Input::LogLost => self.begin_again(),
            Input::Notice { node, notice } => self.notice(node, notice, now),
            Input::Linked(linked) => self.linked(linked),
            Input::Heads(heads) => self.heads(&heads),
            Input::LogRead { section, since } => self.log_read(section, since),
            Input::StageChanged(stage) => self.stage_changed(stage),
            Input::ParticipantsChanged(participants) => self.participants_changed(participants),
            Input::Announce(event) => self.announce(&event),
            Input::Read { question } => self.read(question),
            Input::Quiesce { question } => self.quiesce(question),
            Input::Resume => self.resume(),
            Input::Hide { question, hiding } => self.hide(question, &hiding),
            Input::Shutdown => self.close_everybody(CloseCode::TryAgain),
            Input::Tick => self.tick(now),
        }
        self.release();
        if std::mem::take(&mut self.stirred) {
            self.tell_who_is_here();
        }
        let empty_since = self.empty_since.unwrap_or(now);
        self.empty_since = self.connections.is_empty().then_some(empty_since);
        std::mem::take(&mut self.effects)
    }

    /// Whether this person may come in, as far as the room knows.
    pub fn knows(&self, person: PersonId) -> bool {
        self.participants.iter().any(|participant| participant.person == person)
    }

    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether it is of no more use, and whoever comes next must load the meeting again.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether all that was accepted is in the log.
    pub fn is_settled(&self) -> bool {
        self.held.is_settled()
    }

    /// Who is connected now.
    pub fn here(&self) -> Vec<ParticipantId> {
        self.here.iter().copied().collect()
    }

    /// For how long somebody has not been here. Of those who were not seen since the room was opened
    /// nothing is known from before, so it is counted from then.
    pub fn away_for(&self, participant: ParticipantId, now: Instant) -> Duration {
        if self.here.contains(&participant) {
            return Duration::ZERO;
        }
        now.saturating_duration_since(self.seen.get(&participant).copied().unwrap_or(self.opened))
    }

    fn connect(&mut self, conn: ConnectionId, person: PersonId) {
        let participant = self.participants.iter().find(|participant| participant.person == person);
        let code = match participant {
            None => CloseCode::Unauthorized,
            Some(participant) => match self.crowded_by(person) {
                Some(limit) => limit.reached(),
                None => {
                    let participant = participant.clone();
                    let readable = self.readable(&participant);
                    let connection =
                        Connection { participant, readable, open: BTreeMap::new(), told: false, refusals: 0 };
                    self.connections.insert(conn, connection);
                    return;
                }
            },
        };
        self.effects.push(Effect::Close { conn, code });
    }

    fn crowded_by(&self, person: PersonId) -> Option<Limit> {
        let theirs = self.connections.values().filter(|connection| connection.participant.person == person);
        if theirs.count() >= CONNECTIONS_EACH {
            return Some(Limit::ConnectionsOfPerson);
        }
        (self.connections.len() >= CONNECTION_LIMIT).then_some(Limit::ConnectionsOfRoom)
    }

    fn frame(&mut self, conn: ConnectionId, section: Section, message: Message) {
        if !self.connections.contains_key(&conn) {
            return;
        }
        match message {
            Message::AuthToken(_) => self.open(conn, section),
            Message::SyncStep1(state_vector) => self.sync(conn, section, &state_vector),
            Message::SyncStep2(_) | Message::Update(_) => self.write(conn, section, message),
            Message::Awareness(body) => self.say(conn, section, &body),
            Message::QueryAwareness => self.tell_presence(conn, section),
            Message::Close(_) => self.leave(conn, section),
            Message::Ping => self.send(conn, section, &Message::Pong),
            // What only a server says. A client of ours says nothing by Stateless either: whatever
            // needs a person’s authority is a command of its own.
            Message::PermissionDenied(_)
            | Message::Authenticated { .. }
            | Message::Stateless(_)
            | Message::SyncStatus(_)
            | Message::Pong => {}
        }
    }

    fn committed(&mut self, through: u64, landed: &[(Section, u64)]) {
        self.held.committed(through);
        for (section, seq) in landed {
            if let Some(state) = self.sections.get_mut(section) {
                state.numbers.landed(*seq);
            }
        }
        if !self.is_alone() {
            // Something of others’ may have waited for it; if it does not fit in, the next tick asks the log.
            for section in landed.iter().map(|(section, _)| *section).collect::<BTreeSet<_>>() {
                self.take_in(section);
            }
        }
    }

    fn begin_again(&mut self) {
        self.over = true;
        self.close_everybody(CloseCode::TryAgain);
        self.effects.push(Effect::Unload);
    }

    /// Checkpoints, and then leaves, a room that has been empty for a while.
    fn tick(&mut self, now: Instant) {
        self.look_after_others(now);
        self.seen.extend(self.here.iter().map(|participant| (*participant, now)));
        self.sections.values_mut().for_each(SectionState::rest);
        let empty = self.empty_since.is_some_and(|since| now.duration_since(since) >= self.stay);
        if !empty || self.quiet.is_some() || !self.held.is_settled() {
            return;
        }
        for section in self.sections.keys().copied().collect::<Vec<_>>() {
            self.checkpoint(section, true);
        }
        if self.held.is_settled() {
            self.effects.push(Effect::Unload);
        }
    }

    fn send(&mut self, conn: ConnectionId, section: Section, message: &Message) {
        let frame = encode(&section.document_name(self.meeting), message).into();
        self.effects.push(Effect::Send { conn, frame });
    }

    /// Ends a connection and forgets it. Whatever it still sends is ignored.
    fn close(&mut self, conn: ConnectionId, code: CloseCode) {
        self.effects.push(Effect::Close { conn, code });
        self.forget(conn);
    }

    fn close_everybody(&mut self, code: CloseCode) {
        self.stirred = true;
        for conn in std::mem::take(&mut self.connections).into_keys() {
            self.effects.push(Effect::Close { conn, code });
        }
        self.presence.clear();
        self.quiet = None;
    }

    fn forget(&mut self, conn: ConnectionId) {
        let Some(connection) = self.connections.remove(&conn) else { return };
        self.stirred = true;
        for section in connection.open.into_keys() {
            self.presence_gone(conn, section);
        }
    }
}
