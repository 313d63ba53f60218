//! One server process: the real `RoomState` and the real decisions of the update log (`update_log::batch`), and
//! around them what `room/task.rs`, `update_log.rs` and the registry do, with every await turned into an event that
//! the simulator brings about when it likes.
//!
//! Everything that knows the room’s inputs and effects, or how its log is written, is here.
//!
//! What must stay true: a process that has crashed does nothing more; between any two effects, and
//! between any two steps of a commit, it can crash.

mod authority;
mod door;
mod end;
mod log;
mod work;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use server::{
    room::{
        SectionCopy,
        state::{ConnectionId, Effect, Input, Loaded, RoomState},
    },
    update_log::batch::Batch,
};
use shared::{
    PersonId, Section, Stage,
    event::ServerEvent,
    protocol::{CloseCode, Frame, Message, encode},
};

use crate::{
    chance::Chance,
    disk::{Disk, Fate, Numbers, Row, Taken},
    trace::Trace,
    witness::{Rights, Witness},
};

/// As in `room.rs`, `room/task.rs` and `update_log.rs`.
const PATIENCE: u64 = 10_000;
const LOAD_PATIENCE: u64 = 8_000;
const LOAD_PAUSE: u64 = 200;
const TICK: u64 = 1_000;
const COMMIT_PATIENCE: u64 = 20_000;
const GOODBYE: u64 = 10_000;

/// The world a process runs in.
pub(crate) struct Outside<'a> {
    pub(crate) now: u64,
    pub(crate) epoch: Instant,
    pub(crate) chance: &'a mut Chance,
    pub(crate) disk: &'a mut Disk,
    pub(crate) witness: &'a mut Witness,
    pub(crate) trace: &'a mut Trace,
    pub(crate) acts: &'a mut Vec<Act>,
}

impl Outside<'_> {
    fn after(&mut self, wait: u64, timer: Timer) {
        self.acts.push(Act::After(wait, timer));
    }

    fn instant(&self) -> Instant {
        self.epoch + Duration::from_millis(self.now)
    }
}

/// What a process does to the world.
#[derive(Debug)]
pub(crate) enum Act {
    Send {
        conn: ConnectionId,
        frame: Vec<u8>,
    },
    Close {
        conn: ConnectionId,
        code: CloseCode,
    },
    After(u64, Timer),
    /// A transaction is on its way to the disk.
    Commit {
        transaction: Transaction,
        fate: Fate,
        attempt: u64,
    },
    /// A page is rendered from these.
    Page {
        question: u64,
        sections: Vec<SectionCopy>,
    },
    Crashed,
}

/// What a process waits for. Of a process that is gone, nothing more comes.
#[derive(Clone, Debug)]
pub(crate) enum Timer {
    Tick {
        room: u64,
    },
    Load {
        room: u64,
        step: LoadStep,
    },
    /// The one attempt to write a checkpoint is over, one way or the other.
    Compacted {
        attempt: u64,
    },
    /// The writer of the log hears what became of an attempt; nothing, if it waited in vain.
    Answer {
        attempt: u64,
        honest: bool,
    },
    /// The writer of the log goes on with its batch.
    Write,
    Waited,
    /// What the room still waited for, it waits for no more.
    GaveUp,
    Agreed {
        attempt: u64,
        honest: bool,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum LoadStep {
    Begin,
    Documents(Loaded),
}

#[derive(Clone, Debug)]
pub(crate) enum Transaction {
    Append(Vec<Row>),
    Checkpoint { section: Section, seq: u64, state: Arc<[u8]> },
    Agree,
}

#[derive(Debug)]
pub(crate) enum Mail {
    Connect { conn: ConnectionId, person: PersonId },
    Frame { conn: ConnectionId, section: Section, message: Message },
    Disconnect { conn: ConnectionId },
    Page { question: u64 },
    Quiesce,
    StageChanged(Stage),
    ParticipantsChanged,
    Announce(ServerEvent),
}

pub(crate) struct Process {
    pub(crate) number: u64,
    alive: bool,
    /// Steps until it crashes.
    pub(crate) fuse: Option<u32>,
    closing: bool,
    rooms: u64,
    records: u64,
    room: Option<Room>,
    log: Log,
    /// Who speaks at each connection, and which have entered the room.
    connections: BTreeMap<ConnectionId, PersonId>,
    joined: BTreeSet<ConnectionId>,
}

struct Room {
    number: u64,
    state: Option<Box<RoomState>>,
    since: u64,
    mail: VecDeque<Mail>,
    rights: Rights,
    /// Those with a way out.
    outboxes: BTreeSet<ConnectionId>,
    progress: Rc<RefCell<Progress>>,
    term: u64,
    questions: BTreeMap<u64, Question>,
    asked: u64,
    /// Records that are being saved just now.
    quiet: u32,
    stale: bool,
    resume: bool,
    unload: bool,
    gone: bool,
}

#[derive(Default)]
struct Progress {
    through: u64,
    landed: Vec<(Section, u64)>,
    lost: bool,
    news: bool,
}

enum Question {
    Page(u64),
    Quiesce { at: u64 },
}

#[derive(Default)]
struct Log {
    waiting: VecDeque<Entry>,
    batch: Option<Batch<Entry>>,
    attempts: u64,
    /// Asked to end.
    closing: bool,
}

struct Entry {
    room: u64,
    progress: Rc<RefCell<Progress>>,
    position: u64,
    what: What,
}

enum What {
    Update(Row),
    Checkpoint { section: Section, seq: u64, state: Arc<[u8]> },
}

impl Process {
    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            alive: true,
            fuse: None,
            closing: false,
            rooms: 0,
            records: 0,
            room: None,
            log: Log::default(),
            connections: BTreeMap::new(),
            joined: BTreeSet::new(),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive
    }

    pub(crate) fn accepts(&self) -> bool {
        self.alive && !self.closing
    }

    /// Nothing is on its way in here, and nothing out.
    pub(crate) fn is_settled(&self) -> bool {
        let room = |room: &Room| {
            room.mail.is_empty()
                && !room.stale
                && !room.resume
                && room.quiet == 0
                && room.questions.is_empty()
                && room.state.as_ref().is_some_and(|state| state.is_settled())
        };
        self.log.is_idle() && self.room.as_ref().is_none_or(room)
    }
}

impl Progress {
    /// What has happened since the last call, if anything has.
    fn news(&mut self) -> Option<Self> {
        let landed = |all: &mut Self| Self { landed: std::mem::take(&mut all.landed), ..*all };
        std::mem::take(&mut self.news).then(|| landed(self))
    }
}

impl Log {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.batch.is_none()
    }
}

impl Room {
    fn new(number: u64, since: u64, rights: Rights) -> Self {
        Self {
            number,
            state: None,
            since,
            mail: VecDeque::new(),
            rights,
            outboxes: BTreeSet::new(),
            progress: Rc::default(),
            term: 0,
            questions: BTreeMap::new(),
            asked: 0,
            quiet: 0,
            stale: false,
            resume: false,
            unload: false,
            gone: false,
        }
    }

    fn ask(&mut self, question: Question) -> u64 {
        self.asked += 1;
        self.questions.insert(self.asked, question);
        self.asked
    }
}
