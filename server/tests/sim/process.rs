//! One server process: the real `RoomState`, and around it what `room/task.rs`, `update_log.rs` and the
//! registry do, with every await turned into an event that the simulator brings about when it likes.
//!
//! Everything that knows the room’s inputs and effects, or how its log is written, is here.
//!
//! What must stay true: a process that has crashed does nothing more; between any two effects, and
//! between any two steps of a commit, it can crash.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use server::room::{
    SectionCopy,
    state::{ConnectionId, Effect, Input, Loaded, RoomState},
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
const FIRST_PAUSE: u64 = 50;
const LONGEST_PAUSE: u64 = 2_000;
const BATCH: usize = 1_024;

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
    CommitAgain,
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
    progress: Progress,
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

#[derive(Clone, Default)]
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
    batch: Vec<Entry>,
    attempts: u64,
    pause: u64,
    /// The batch could not be written with the others’; once more by itself, and its room is lost.
    alone: bool,
    busy: bool,
}

#[derive(Clone)]
struct Entry {
    room: u64,
    position: u64,
    what: Entrusted,
}

#[derive(Clone)]
enum Entrusted {
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
        self.log.waiting.is_empty() && !self.log.busy && self.room.as_ref().is_none_or(room)
    }

    // ── connections, as `connection.rs` has them ──

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

    fn hang_up(&mut self, conn: ConnectionId, code: CloseCode, out: &mut Outside) {
        out.witness.closes(conn);
        out.acts.push(Act::Close { conn, code });
        self.disconnect(conn, out);
    }

    // ── the registry ──

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

    fn open(&mut self, out: &mut Outside) {
        self.rooms += 1;
        let rights = Rights { stage: out.disk.stage, participants: vec![] };
        self.room = Some(Room::new(self.rooms, out.now, rights));
        let wait = out.chance.between(1, 40);
        out.after(wait, Timer::Load { room: self.rooms, step: LoadStep::Begin });
    }

    // ── what was waited for ──

    pub(crate) fn timer(&mut self, timer: Timer, landed: Option<Result<Numbers, Taken>>, out: &mut Outside) {
        if !self.alive {
            return;
        }
        match timer {
            Timer::Load { room, step } => self.load(room, step, out),
            Timer::Tick { room } => self.tick(room, out),
            Timer::Answer { attempt, honest } => self.answered(attempt, landed.filter(|_| honest), out),
            Timer::CommitAgain => self.attempt(out),
            Timer::Compacted { attempt } => {
                if attempt == self.log.attempts && !self.burn(out) {
                    self.compacted(out);
                }
            }
            Timer::GaveUp => self.end(out),
            Timer::Agreed { honest, .. } => {
                if landed.filter(|_| honest).is_some_and(|landed| landed.is_ok()) {
                    self.put(Mail::StageChanged(Stage::Agreed), out);
                    let recorded = ServerEvent::Recorded { version: 1, at: String::new() };
                    self.put(Mail::Announce(recorded), out);
                }
                self.released(out);
            }
        }
        self.work(out);
    }

    fn load(&mut self, number: u64, step: LoadStep, out: &mut Outside) {
        let Some(room) = self.room.as_mut().filter(|room| room.number == number && room.state.is_none()) else {
            return;
        };
        if out.now - room.since > LOAD_PATIENCE {
            return self.turn_away(CloseCode::TryAgain, out);
        }
        if !out.disk.answers(out.chance) {
            return out.after(LOAD_PAUSE, Timer::Load { room: number, step: LoadStep::Begin });
        }
        let wait = out.chance.between(0, 5);
        let next = match step {
            LoadStep::Begin => LoadStep::Documents(Loaded {
                meeting: out.disk.meeting,
                stage: out.disk.stage,
                pupil: out.disk.pupil,
                participants: out.disk.participants.clone(),
                sections: vec![],
            }),
            LoadStep::Documents(mut loaded) => {
                room.term = out.disk.take();
                loaded.sections = out.disk.sections();
                out.witness.recovered(&loaded.sections);
                room.rights = Rights { stage: loaded.stage, participants: loaded.participants.clone() };
                match RoomState::new(loaded, out.instant()) {
                    Ok(state) => room.state = Some(Box::new(state)),
                    Err(broken) => {
                        out.witness.broken(format!("the room cannot be opened: {broken}"));
                        return self.turn_away(CloseCode::TryAgain, out);
                    }
                }
                out.trace.note(out.now, || format!("process {} has opened its room", self.number));
                return out.after(TICK, Timer::Tick { room: number });
            }
        };
        out.after(wait, Timer::Load { room: number, step: next });
    }

    fn tick(&mut self, number: u64, out: &mut Outside) {
        let Some(room) = self.room.as_ref().filter(|room| room.number == number && !room.gone) else { return };
        if room.stale || room.resume {
            self.refresh(out);
        }
        self.handle(Input::Tick, out);
        if self.alive && self.room.as_ref().is_some_and(|room| room.number == number && !room.gone) {
            out.after(TICK, Timer::Tick { room: number });
        }
    }

    /// Does what can be done without waiting, as the select loop of the task would.
    fn work(&mut self, out: &mut Outside) {
        while self.alive {
            let Some(room) = self.room.as_mut() else { return };
            if room.gone {
                return;
            }
            if room.state.is_none() {
                return;
            }
            if std::mem::take(&mut room.progress.news) {
                let (through, lost) = (room.progress.through, room.progress.lost);
                let landed = std::mem::take(&mut room.progress.landed);
                self.handle(Input::Committed { through, landed }, out);
                if lost {
                    self.handle(Input::LogLost, out);
                }
            } else if let Some(letter) = room.mail.pop_front() {
                self.read(letter, out);
            } else {
                return;
            }
            self.retire(out);
        }
    }

    fn read(&mut self, letter: Mail, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        match letter {
            Mail::Connect { conn, person } => {
                room.outboxes.insert(conn);
                if room.state.as_ref().is_some_and(|state| !state.knows(person)) {
                    self.refresh(out);
                }
                self.handle(Input::Connect { conn, person }, out);
            }
            Mail::Frame { conn, section, message } => {
                if room.outboxes.contains(&conn) {
                    out.witness.hears(conn, section, &message);
                }
                self.handle(Input::Frame { conn, section, message }, out);
            }
            Mail::Disconnect { conn } => {
                room.outboxes.remove(&conn);
                self.handle(Input::Disconnect { conn }, out);
            }
            Mail::Page { question } => {
                let question = room.ask(Question::Page(question));
                self.handle(Input::Read { question }, out);
            }
            Mail::Quiesce => {
                let question = room.ask(Question::Quiesce { at: out.now });
                self.handle(Input::Quiesce { question }, out);
            }
            Mail::StageChanged(stage) => {
                room.rights.stage = stage;
                self.handle(Input::StageChanged(stage), out);
            }
            Mail::ParticipantsChanged => self.refresh(out),
            Mail::Announce(event) => self.handle(Input::Announce(event), out),
        }
    }

    fn handle(&mut self, input: Input, out: &mut Outside) {
        let Some(state) = self.room.as_mut().and_then(|room| room.state.as_mut()) else { return };
        let effects = state.handle(input, out.instant());
        for effect in effects {
            if self.burn(out) {
                return;
            }
            self.perform(effect, out);
        }
    }

    fn perform(&mut self, effect: Effect, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        match effect {
            Effect::Send { conn, frame } => {
                let Some(person) = self.connections.get(&conn).copied() else { return };
                if let Ok(Frame { document, message }) = Frame::decode(&frame)
                    && let Some((_, section)) = Section::parse_document_name(&document)
                {
                    out.witness.sends(&room.rights, conn, person, section, &message);
                }
                if room.outboxes.contains(&conn) {
                    out.acts.push(Act::Send { conn, frame: frame.to_vec() });
                }
            }
            Effect::Close { conn, code } => {
                out.witness.closes(conn);
                if room.outboxes.remove(&conn) {
                    out.acts.push(Act::Close { conn, code });
                }
            }
            Effect::Append { position, section, person, update, claims } => {
                out.witness.accepts(&room.rights, section, person);
                let (term, scribe) = (room.term, room.rights.is_scribe(person));
                let row = Row { section, term, person, scribe, update, claims };
                self.append(position, Entrusted::Update(row), out);
            }
            Effect::Checkpoint { position, section, seq, state } => {
                self.append(position, Entrusted::Checkpoint { section, seq, state }, out);
            }
            Effect::Answer { question, sections } => match room.questions.remove(&question) {
                Some(Question::Page(question)) => out.acts.push(Act::Page { question, sections }),
                Some(Question::Quiesce { at }) => {
                    room.quiet += 1;
                    self.agree(at, out);
                }
                None => {}
            },
            Effect::ReadRights => room.stale = true,
            // Alone, it has nobody to tell or to ask about.
            Effect::Tell(_) | Effect::ReadLog { .. } | Effect::ReadHeads => {}
            Effect::Unload => room.unload = true,
        }
    }

    // ── rights ──

    fn refresh(&mut self, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        room.stale = true;
        if !out.disk.answers(out.chance) {
            return;
        }
        room.stale = false;
        let (stage, participants) = (out.disk.stage, out.disk.participants.clone());
        let before = room.state.as_ref().map(|state| state.stage());
        if before != Some(stage) {
            room.rights.stage = stage;
            self.handle(Input::StageChanged(stage), out);
        }
        let Some(room) = self.room.as_mut() else { return };
        room.rights.participants.clone_from(&participants);
        self.handle(Input::ParticipantsChanged(participants), out);
        let Some(room) = self.room.as_mut() else { return };
        let waiting = room.questions.values().any(|question| matches!(question, Question::Quiesce { .. }));
        if room.resume && room.quiet == 0 && !waiting {
            room.resume = false;
            self.handle(Input::Resume, out);
        }
    }

    // ── saving the record, as the backend does ──

    fn agree(&mut self, asked: u64, out: &mut Outside) {
        if out.now - asked > PATIENCE || out.disk.stage != Stage::Meeting || !out.disk.answers(out.chance) {
            return out.after(0, Timer::Agreed { attempt: 0, honest: false });
        }
        if out.chance.one_in(2) {
            // Something the Code of Practice asks for is missing.
            let wait = out.chance.between(1, 400);
            return out.after(wait, Timer::Agreed { attempt: 0, honest: false });
        }
        self.records += 1;
        // Apart from the attempts of the log.
        let attempt = u64::MAX - self.records;
        let fate = out.disk.fate(out.chance);
        out.acts.push(Act::Commit { transaction: Transaction::Agree, fate, attempt });
        // The pool and the person have no patience for ever either.
        let answers = fate.answers.unwrap_or(PATIENCE);
        out.after(answers, Timer::Agreed { attempt, honest: fate.honest });
    }

    fn released(&mut self, out: &mut Outside) {
        let Some(room) = self.room.as_mut().filter(|room| room.quiet > 0) else { return };
        room.quiet -= 1;
        room.resume = true;
        self.refresh(out);
    }

    // ── the update log ──

    fn append(&mut self, position: u64, what: Entrusted, out: &mut Outside) {
        let Some(room) = &self.room else { return };
        self.log.waiting.push_back(Entry { room: room.number, position, what });
        if !self.log.busy {
            self.log.busy = true;
            self.next_batch(out);
        }
    }

    fn next_batch(&mut self, out: &mut Outside) {
        self.log.batch.clear();
        let count = self.log.waiting.len().min(BATCH);
        self.log.batch.extend(self.log.waiting.drain(..count));
        self.log.pause = FIRST_PAUSE;
        self.log.alone = false;
        self.log.busy = !self.log.batch.is_empty();
        if self.log.busy {
            // What is accepted in the same moment goes with it, or just misses it.
            let wait = out.chance.between(0, 2);
            out.after(wait, Timer::CommitAgain);
        }
    }

    fn attempt(&mut self, out: &mut Outside) {
        let lost = self.room.as_ref().filter(|room| room.progress.lost).map(|room| room.number);
        self.log.batch.retain(|entry| Some(entry.room) != lost);
        if self.log.batch.is_empty() {
            return self.next_batch(out);
        }
        let updates = self.log.batch.iter().filter_map(|entry| match &entry.what {
            Entrusted::Update(row) => Some(row.clone()),
            Entrusted::Checkpoint { .. } => None,
        });
        let updates: Vec<_> = updates.collect();
        if updates.is_empty() {
            return self.compact(out);
        }
        if self.burn(out) {
            return;
        }
        self.log.attempts += 1;
        let attempt = self.log.attempts;
        let fate = out.disk.fate(out.chance);
        out.acts.push(Act::Commit { transaction: Transaction::Append(updates), fate, attempt });
        let answers = fate.answers.filter(|wait| *wait < COMMIT_PATIENCE);
        let honest = fate.honest && answers.is_some();
        out.after(answers.unwrap_or(COMMIT_PATIENCE), Timer::Answer { attempt, honest });
    }

    /// `landed` is what became of the attempt, if its writer is told.
    fn answered(&mut self, attempt: u64, landed: Option<Result<Numbers, Taken>>, out: &mut Outside) {
        if attempt != self.log.attempts || self.burn(out) {
            return;
        }
        match landed {
            Some(Ok(numbers)) => {
                let updates = self.log.batch.iter().filter(|entry| matches!(entry.what, Entrusted::Update(_)));
                for (entry, seq) in updates.zip(numbers) {
                    let Some(room) = self.room.as_mut().filter(|room| room.number == entry.room) else { continue };
                    match (seq, &entry.what) {
                        (Some(seq), Entrusted::Update(row)) => room.progress.landed(entry.position, row.section, seq),
                        _ => room.progress.lose(),
                    }
                }
                self.compact(out);
            }
            Some(Err(Taken)) if self.log.alone => {
                for entry in &self.log.batch {
                    if let Some(room) = self.room.as_mut().filter(|room| room.number == entry.room) {
                        room.progress.lose();
                    }
                }
                self.next_batch(out);
            }
            Some(Err(Taken)) => {
                self.log.alone = true;
                self.attempt(out);
            }
            None => {
                let pause = self.log.pause;
                self.log.pause = (pause * 2).min(LONGEST_PAUSE);
                out.after(pause, Timer::CommitAgain);
            }
        }
    }

    /// Writes the checkpoints of the batch, one after the other, once each.
    fn compact(&mut self, out: &mut Outside) {
        let lost = self.room.as_ref().filter(|room| room.progress.lost).map(|room| room.number);
        let checkpoint = |entry: &Entry| matches!(entry.what, Entrusted::Checkpoint { .. }) && Some(entry.room) != lost;
        self.log.batch.retain(checkpoint);
        let Some(Entrusted::Checkpoint { section, seq, state }) =
            self.log.batch.first().map(|entry| entry.what.clone())
        else {
            return self.next_batch(out);
        };
        if self.burn(out) {
            return;
        }
        self.log.attempts += 1;
        let (attempt, fate) = (self.log.attempts, out.disk.fate(out.chance));
        out.acts.push(Act::Commit { transaction: Transaction::Checkpoint { section, seq, state }, fate, attempt });
        let answers = fate.answers.unwrap_or(COMMIT_PATIENCE).min(COMMIT_PATIENCE);
        out.after(answers, Timer::Compacted { attempt });
    }

    fn compacted(&mut self, out: &mut Outside) {
        let entry = self.log.batch.remove(0);
        if let Some(room) = self.room.as_mut().filter(|room| room.number == entry.room) {
            room.progress.through = room.progress.through.max(entry.position);
            room.progress.news = true;
        }
        self.compact(out);
    }

    // ── the end ──

    /// Asked to stop: everybody is sent away, and what was accepted is written if it can be.
    pub(crate) fn drain(&mut self, out: &mut Outside) {
        self.closing = true;
        self.handle(Input::Shutdown, out);
        out.after(GOODBYE, Timer::GaveUp);
    }

    /// Whether a process that was asked to stop has no more to do.
    pub(crate) fn has_drained(&self) -> bool {
        let settled = |room: &Room| room.state.as_ref().is_none_or(|state| state.is_settled());
        self.closing && self.room.as_ref().is_none_or(settled) && !self.log.busy
    }

    pub(crate) fn end(&mut self, out: &mut Outside) {
        if self.alive {
            self.alive = false;
            out.acts.push(Act::Crashed);
        }
    }

    /// One more step is done. Whether it was the last.
    fn burn(&mut self, out: &mut Outside) -> bool {
        if let Some(left) = &mut self.fuse {
            if *left == 0 {
                out.trace.note(out.now, || format!("process {} crashes", self.number));
                self.end(out);
            } else {
                *left -= 1;
            }
        }
        !self.alive
    }

    fn retire(&mut self, out: &mut Outside) {
        let Some(room) = &mut self.room else { return };
        let over = room.state.as_ref().is_some_and(|state| state.is_over());
        if over || (std::mem::take(&mut room.unload) && room.mail.is_empty()) {
            self.close_room(CloseCode::TryAgain, out);
        }
    }

    fn turn_away(&mut self, code: CloseCode, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        for letter in std::mem::take(&mut room.mail) {
            if let Mail::Connect { conn, .. } = letter {
                room.outboxes.insert(conn);
            }
        }
        self.close_room(code, out);
    }

    /// The room is gone; whoever was in it is told to come back.
    fn close_room(&mut self, code: CloseCode, out: &mut Outside) {
        let Some(room) = self.room.as_mut() else { return };
        out.trace.note(out.now, || format!("process {} has closed its room", self.number));
        room.gone = true;
        room.state = None;
        for conn in std::mem::take(&mut room.outboxes) {
            out.witness.closes(conn);
            out.acts.push(Act::Close { conn, code });
        }
    }
}

impl Progress {
    fn landed(&mut self, position: u64, section: Section, seq: u64) {
        self.through = self.through.max(position);
        self.landed.push((section, seq));
        self.news = true;
    }

    fn lose(&mut self) {
        self.lost = true;
        self.news = true;
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
            progress: Progress::default(),
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
