//! One meeting, from the first letter to the last: a queue of events, a clock that jumps from one to the
//! next, and nothing else that moves.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use server::room::{SectionCopy, state::ConnectionId};
use shared::{
    MeetingId, PersonId, Role, Section, Stage,
    doc::{NewItem, SectionDoc},
    protocol::{CloseCode, Frame, Message},
    schema,
    splice::Splice,
    sync::SaveState,
};
use uuid::Uuid;

use crate::{
    cast::{PUPIL, Person, Who, cast},
    chance::Chance,
    disk::{Disk, Numbers, Row, Taken, Weather},
    line::Dropped,
    network::{End, Link, Way},
    plan::{Operation, Trick, What, plan},
    process::{Act, Mail, Outside, Process, Timer, Transaction},
    script::Script,
    tab::{Deed, Done, Page, Say, Tab},
    trace::Trace,
    witness::Witness,
};

const MEETING: MeetingId = MeetingId(Uuid::from_u128(7));

/// How long everything may take to come to rest once it is healed: the longest patience there is, twice.
const REST: u64 = 120_000;

/// More than any run that ends has.
const EVENTS: u64 = 400_000;

#[derive(Debug)]
enum Event {
    Operation(usize),
    /// A tab opens a socket, or tries to.
    Connect(End),
    /// The socket is open on both sides.
    Open(usize),
    Up {
        link: usize,
        frame: Vec<u8>,
    },
    UpClosed {
        link: usize,
    },
    Down {
        link: usize,
        frame: Vec<u8>,
    },
    DownClosed {
        link: usize,
        code: Option<u16>,
    },
    Page {
        tab: usize,
        page: Page,
    },
    AskForPage {
        tab: usize,
        who: Who,
    },
    Lands {
        attempt: u64,
        transaction: Transaction,
        process: u64,
    },
    Timer {
        process: u64,
        timer: Timer,
    },
    Starts,
    Weather,
    Awake {
        tab: usize,
    },
    Online {
        tab: usize,
    },
    Return,
}

/// What became of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) broken: Option<String>,
    pub(crate) trace: Vec<String>,
    pub(crate) events: u64,
    pub(crate) checks: u64,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    /// Of everything that happened, to hold one run against another.
    pub(crate) print: u64,
}

pub(crate) struct World {
    now: u64,
    epoch: Instant,
    clock: Arc<AtomicU64>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: BTreeMap<u64, Event>,
    count: u64,
    handled: u64,
    chance: Chance,
    cast: Vec<Person>,
    disk: Disk,
    witness: Witness,
    trace: Trace,
    process: Process,
    landed: BTreeMap<(u64, u64), Result<Numbers, Taken>>,
    tabs: BTreeMap<usize, Seat>,
    links: Vec<Link>,
    scripts: BTreeMap<usize, Script>,
    plan: Vec<Operation>,
    skip: Vec<bool>,
    next: usize,
    laggy_until: u64,
    weather_until: u64,
    /// Everybody has left until then.
    away_until: u64,
    healed: bool,
    epochs: u64,
    counts: BTreeMap<&'static str, u64>,
    print: u64,
}

/// A place for a tab: the tab itself comes with its page.
struct Seat {
    who: Who,
    tab: Option<Tab>,
    link: Option<usize>,
    asleep_until: u64,
    offline_until: u64,
    retrying: bool,
    closed: bool,
}

/// One run. `keep` says which operations of the plan happen; all, if it says nothing.
pub(crate) fn run(seed: u64, keep: Option<&[usize]>, trace: Trace) -> Report {
    let mut world = World::new(seed, keep, trace);
    world.live();
    let World { trace, witness, handled, counts, print, .. } = world;
    Report {
        broken: witness.verdict().map(str::to_owned),
        trace: trace.lines(),
        events: handled,
        checks: witness.checks,
        counts,
        print,
    }
}

impl World {
    fn new(seed: u64, keep: Option<&[usize]>, mut trace: Trace) -> Self {
        let mut chance = Chance::new(seed);
        let cast = cast(&mut chance);
        let participants = cast.iter().map(Person::participant).collect();
        let stage = if chance.one_in(3) { Stage::Preparing } else { Stage::Meeting };
        let mut disk = Disk::new(MEETING, cast[PUPIL].id, stage, participants);
        let mut witness = Witness::new(cast.clone(), cast[PUPIL].id);
        let mut sections = vec![Section::Passport, Section::Plan];
        for section in
            [Section::PupilViews, Section::StaffPreparation, Section::FamilyViews, Section::Pep, Section::Review]
        {
            if chance.one_in(3) {
                sections.push(section);
            }
        }
        for section in sections {
            let long = chance.one_in(8);
            seed_section(section, 1, &cast, &mut chance, long, &mut disk, &mut witness);
        }
        let count = chance.between(10, 70) as usize;
        let plan = plan(&mut chance.fork(), count);
        let skip = (0..plan.len()).map(|at| keep.is_some_and(|keep| !keep.contains(&at))).collect();
        for person in &cast {
            trace.note(0, || format!("{} is {} ({:?})", person.name, person.id, person.first_role));
        }
        let mut world = Self {
            now: 0,
            epoch: Instant::now(),
            clock: Arc::default(),
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            count: 0,
            handled: 0,
            chance,
            cast,
            disk,
            witness,
            trace,
            process: Process::new(1),
            landed: BTreeMap::new(),
            tabs: BTreeMap::new(),
            links: vec![],
            scripts: BTreeMap::new(),
            plan,
            skip,
            next: 0,
            laggy_until: 0,
            weather_until: 0,
            away_until: 0,
            healed: false,
            epochs: 1,
            counts: BTreeMap::new(),
            print: 0,
        };
        for who in 0..world.cast.len() {
            let tabs = if world.chance.one_in(4) { 2 } else { 1 };
            for _ in 0..tabs {
                world.open_tab(who);
            }
        }
        world.schedule(1_500, Event::Operation(0));
        world
    }

    // ── the clock ──

    fn schedule(&mut self, wait: u64, event: Event) {
        self.schedule_at(self.now + wait, event);
    }

    fn schedule_at(&mut self, at: u64, event: Event) {
        self.count += 1;
        self.queue.push(Reverse((at, self.count)));
        self.events.insert(self.count, event);
    }

    fn live(&mut self) {
        while self.next < self.plan.len() && self.goes_on() {}
        self.rest("at the end");
        self.last_look();
    }

    /// Brings the next event about. Whether there is reason to go on.
    fn goes_on(&mut self) -> bool {
        if self.witness.verdict().is_some() {
            return false;
        }
        let Some(Reverse((at, number))) = self.queue.pop() else { return false };
        let Some(event) = self.events.remove(&number) else { return true };
        self.now = self.now.max(at);
        self.clock.store(self.now, Ordering::Relaxed);
        self.handled += 1;
        self.print = self.print.rotate_left(5) ^ self.now.wrapping_mul(0x9e37_79b9) ^ number;
        if self.handled > EVENTS {
            self.witness.broken("it never comes to rest".to_owned());
            return false;
        }
        self.happens(event);
        true
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Operation(at) => self.operation(at),
            Event::Connect(end) => self.connect(end),
            Event::Open(link) => self.open(link),
            Event::Up { link, frame } => self.up(link, &frame),
            Event::UpClosed { link } => self.up_closed(link),
            Event::Down { link, frame } => self.down(link, &frame),
            Event::DownClosed { link, code } => self.down_closed(link, code),
            Event::Page { tab, page } => self.page(tab, &page),
            Event::AskForPage { tab, who } => self.ask_for_page(tab, who),
            Event::Lands { attempt, transaction, process } => self.lands(attempt, &transaction, process),
            Event::Timer { process, timer } => self.timer(process, timer),
            Event::Starts => self.starts(),
            Event::Weather => {
                if self.now >= self.weather_until {
                    self.disk.weather = Weather::Fine;
                }
            }
            Event::Awake { tab } | Event::Online { tab } => self.retry(tab, 10),
            Event::Return => {
                for tab in self.tabs.keys().copied().collect::<Vec<_>>() {
                    self.retry(tab, 20);
                }
            }
        }
        self.pump_drain();
    }

    // ── the server ──

    fn with_process(&mut self, act: impl FnOnce(&mut Process, &mut Outside)) {
        let mut acts = vec![];
        let mut out = Outside {
            now: self.now,
            epoch: self.epoch,
            chance: &mut self.chance,
            disk: &mut self.disk,
            witness: &mut self.witness,
            trace: &mut self.trace,
            acts: &mut acts,
        };
        act(&mut self.process, &mut out);
        for act in acts {
            self.act(act);
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Send { conn, frame } => {
                if let Some(link) = self.link_of(conn) {
                    self.send_down(link, frame);
                }
            }
            Act::Close { conn, code } => {
                if let Some(link) = self.link_of(conn) {
                    self.server_closes(link, code);
                }
            }
            Act::After(wait, timer) => {
                let process = self.process.number;
                self.schedule(wait, Event::Timer { process, timer });
            }
            Act::Commit { transaction, fate, attempt } => {
                let process = self.process.number;
                if let Some(lands) = fate.lands {
                    self.schedule(lands, Event::Lands { attempt, transaction, process });
                }
            }
            Act::Page { question, sections } => self.rendered(question, sections),
            Act::Crashed => self.crashed(),
        }
    }

    fn timer(&mut self, process: u64, timer: Timer) {
        if process != self.process.number {
            return;
        }
        let landed = match &timer {
            Timer::Answer { attempt, .. } | Timer::Agreed { attempt, .. } => {
                self.landed.get(&(process, *attempt)).cloned()
            }
            _ => None,
        };
        self.with_process(|process, out| process.timer(timer, landed, out));
    }

    fn lands(&mut self, attempt: u64, transaction: &Transaction, process: u64) {
        let result = match transaction {
            Transaction::Append(rows) => {
                let result = self.disk.append(rows);
                if let Ok(numbers) = &result {
                    self.witness.wrote(rows, numbers);
                }
                self.trace.note(self.now, || format!("attempt {attempt} to write {} updates: {result:?}", rows.len()));
                result
            }
            Transaction::Checkpoint { section, seq, state } => {
                self.disk.compact(*section, *seq, state);
                self.tally("checkpoints");
                self.witness.recovered(&self.disk.sections());
                self.trace.note(self.now, || format!("{section:?} is compacted up to {seq}"));
                Ok(vec![])
            }
            Transaction::Agree => {
                let result = self.disk.agree();
                if result.is_ok() {
                    self.witness.agreed();
                    self.tally("agreements");
                }
                self.trace.note(self.now, || format!("the record: {result:?}"));
                result.map(|()| vec![])
            }
        };
        self.landed.insert((process, attempt), result);
    }

    fn starts(&mut self) {
        if self.process.is_alive() {
            return;
        }
        self.process = Process::new(self.process.number + 1);
        let number = self.process.number;
        self.trace.note(self.now, || format!("process {number} has started"));
    }

    /// The process is gone: every socket ends, at some point of what was on its way.
    fn crashed(&mut self) {
        self.tally("crashes");
        for link in 0..self.links.len() {
            if self.links[link].server_open {
                self.links[link].server_open = false;
                self.cut_down(link, None);
            }
        }
        let wait = self.chance.between(5, 3_000);
        self.schedule(wait, Event::Starts);
    }

    fn pump_drain(&mut self) {
        if self.process.is_alive() && self.process.has_drained() {
            self.with_process(|process, out| process.end(out));
        }
    }

    // ── sockets ──

    fn link_of(&self, conn: ConnectionId) -> Option<usize> {
        self.links.iter().rposition(|link| link.conn == conn && link.server_open)
    }

    fn connect(&mut self, end: End) {
        let who = match end {
            End::Tab(tab) => {
                let (away, healed) = (self.now < self.away_until, self.healed);
                let Some(seat) = self.tabs.get_mut(&tab) else { return };
                seat.retrying = false;
                let ready = seat.tab.as_ref().is_some_and(|tab| !tab.ended) && seat.link.is_none() && !seat.closed;
                let asleep = self.now < seat.asleep_until || self.now < seat.offline_until || away;
                if !ready || (asleep && !healed) {
                    return;
                }
                seat.who
            }
            End::Script(script) => match self.scripts.get(&script) {
                Some(script) => script.who,
                None => return,
            },
        };
        if !self.process.accepts() {
            if let End::Tab(tab) = end {
                self.retry_later(tab);
            }
            return;
        }
        let conn = ConnectionId(self.links.len() as u64 + 1);
        self.links.push(Link {
            conn,
            end,
            process: self.process.number,
            up: Way::default(),
            down: Way::default(),
            client_open: true,
            server_open: true,
        });
        let link = self.links.len() - 1;
        let person = self.cast[who].id;
        self.with_process(|process, _| process.connect(conn, person));
        if let End::Tab(tab) = end
            && let Some(seat) = self.tabs.get_mut(&tab)
        {
            seat.link = Some(link);
            self.witness.is_page(conn);
        }
        let wait = self.chance.between(2, 60);
        self.schedule(wait, Event::Open(link));
    }

    fn open(&mut self, link: usize) {
        if !self.links[link].client_open {
            return;
        }
        match self.links[link].end {
            End::Tab(tab) => {
                let says = self.seat_tab(tab).map(Tab::opened);
                self.says(tab, says.unwrap_or_default());
            }
            End::Script(script) => {
                let frames = self.scripts.get(&script).map(Script::opened).unwrap_or_default();
                self.script_says(link, frames);
            }
        }
    }

    fn send_up(&mut self, link: usize, frame: Vec<u8>) {
        let slow = if self.now < self.laggy_until { 3_000 } else { 0 };
        if self.links[link].client_open
            && let Some(at) = self.links[link].up.send(self.now, &mut self.chance, slow)
        {
            self.schedule_at(at, Event::Up { link, frame });
        }
    }

    fn send_down(&mut self, link: usize, frame: Vec<u8>) {
        let slow = if self.now < self.laggy_until { 3_000 } else { 0 };
        if let Some(at) = self.links[link].down.send(self.now, &mut self.chance, slow) {
            self.schedule_at(at, Event::Down { link, frame });
        }
    }

    fn up(&mut self, link: usize, frame: &[u8]) {
        let Link { conn, server_open, process, .. } = self.links[link];
        if server_open && process == self.process.number && self.links[link].up.carries(self.now) {
            self.with_process(|process, out| process.receive(conn, frame, out));
        }
    }

    fn up_closed(&mut self, link: usize) {
        let Link { conn, server_open, process, .. } = self.links[link];
        if server_open && process == self.process.number {
            self.links[link].server_open = false;
            self.with_process(|process, out| process.disconnect(conn, out));
        }
    }

    fn down(&mut self, link: usize, frame: &[u8]) {
        if !self.links[link].client_open || !self.links[link].down.carries(self.now) {
            return;
        }
        match self.links[link].end {
            End::Tab(tab) => {
                let Some(seat) = self.tabs.get(&tab) else { return };
                if self.now < seat.asleep_until && !self.healed {
                    // A page that is suspended finds what came when it wakes up.
                    let (at, frame) = (seat.asleep_until, frame.to_vec());
                    return self.schedule_at(at, Event::Down { link, frame });
                }
                self.trace.note(self.now, || {
                    format!("   {}/{tab} hears {}", self.cast[self.tabs[&tab].who].name, said(frame))
                });
                let says = self.seat_tab(tab).map(|tab| tab.received(frame));
                self.says(tab, says.unwrap_or_default());
                if self.seat_tab(tab).is_some_and(|tab| tab.ended) {
                    self.hang_up(link);
                }
            }
            End::Script(script) => {
                if let Ok(Frame { document, message }) = Frame::decode(frame)
                    && let Some((_, section)) = Section::parse_document_name(&document)
                    && let Some(script) = self.scripts.get_mut(&script)
                {
                    let frames = script.received(section, &message, &mut self.witness);
                    self.script_says(link, frames);
                }
            }
        }
    }

    fn down_closed(&mut self, link: usize, code: Option<u16>) {
        if !std::mem::replace(&mut self.links[link].client_open, false) {
            return;
        }
        // The server may not have noticed yet.
        let wait = self.chance.between(0, 2_000);
        let latest = self.links[link].up.latest();
        self.schedule_at((self.now + wait).max(latest), Event::UpClosed { link });
        if let End::Tab(tab) = self.links[link].end {
            let Some(seat) = self.tabs.get_mut(&tab) else { return };
            if seat.link == Some(link) {
                seat.link = None;
            }
            let says = seat.tab.as_mut().map(|tab| tab.closed(code));
            self.says(tab, says.unwrap_or_default());
            self.retry_later(tab);
        }
    }

    /// The server ends it. Coming back soon, one need not hear what else was to be said.
    fn server_closes(&mut self, link: usize, code: CloseCode) {
        self.links[link].server_open = false;
        let conn = self.links[link].conn;
        if code == CloseCode::TryAgain {
            self.cut_down(link, Some(code.code()));
        } else if let Some(at) = self.links[link].down.send(self.now, &mut self.chance, 0) {
            self.schedule_at(at, Event::DownClosed { link, code: Some(code.code()) });
        }
        self.with_process(|process, out| process.disconnect(conn, out));
    }

    fn cut_down(&mut self, link: usize, code: Option<u16>) {
        let at = self.now + self.chance.between(0, 40);
        self.links[link].down.cut(at);
        let notices =
            at + if self.chance.one_in(4) { self.chance.between(0, 9_000) } else { self.chance.between(0, 50) };
        self.schedule_at(notices, Event::DownClosed { link, code });
    }

    /// The network breaks it: each side has heard some of what was on its way, and notices later.
    fn cut(&mut self, link: usize) {
        let at = self.now + self.chance.between(0, 40);
        self.links[link].up.cut(at);
        let notices =
            at + if self.chance.one_in(3) { self.chance.between(0, 60_000) } else { self.chance.between(0, 500) };
        self.schedule_at(notices, Event::UpClosed { link });
        self.cut_down(link, None);
        self.tally("cuts");
    }

    /// The tab goes: what it sent before still arrives.
    fn hang_up(&mut self, link: usize) {
        if std::mem::replace(&mut self.links[link].client_open, false) {
            let at = self.links[link].up.latest().max(self.now) + 1;
            self.schedule_at(at, Event::UpClosed { link });
            if let End::Tab(tab) = self.links[link].end
                && let Some(seat) = self.tabs.get_mut(&tab)
            {
                seat.link = seat.link.filter(|of| *of != link);
                if let Some(tab) = &mut seat.tab {
                    tab.closed(None);
                }
            }
        }
    }

    fn retry_later(&mut self, tab: usize) {
        let Some(seat) = self.tabs.get_mut(&tab) else { return };
        let Some(open) = seat.tab.as_mut().filter(|tab| !tab.ended) else { return };
        let longest = (300 * 2u64.saturating_pow(open.failures)).min(8_000);
        open.failures += 1;
        let wait = self.chance.between(longest / 2, longest);
        self.retry(tab, wait);
    }

    fn retry(&mut self, tab: usize, wait: u64) {
        let Some(seat) = self.tabs.get_mut(&tab) else { return };
        if seat.link.is_none() && !std::mem::replace(&mut seat.retrying, true) {
            self.schedule(wait, Event::Connect(End::Tab(tab)));
        }
    }

    // ── tabs ──

    fn seat_tab(&mut self, tab: usize) -> Option<&mut Tab> {
        self.tabs.get_mut(&tab)?.tab.as_mut()
    }

    fn open_tab(&mut self, who: Who) {
        let tab = self.tabs.len();
        let seat =
            Seat { who, tab: None, link: None, asleep_until: 0, offline_until: 0, retrying: false, closed: false };
        self.tabs.insert(tab, seat);
        let wait = self.chance.between(0, 300);
        self.schedule(wait, Event::AskForPage { tab, who });
    }

    fn ask_for_page(&mut self, tab: usize, who: Who) {
        if self.tabs[&tab].closed {
            return;
        }
        let person = self.cast[who].id;
        if self.disk.participant(person).is_none() {
            return;
        }
        if self.process.accepts() {
            self.with_process(|process, out| process.put(Mail::Page { question: tab as u64 }, out));
        }
        // No answer, or none in time: the person presses reload.
        let wait = 4_000 + self.chance.between(0, 2_000);
        if self.tabs[&tab].tab.is_none() {
            self.schedule(wait, Event::AskForPage { tab, who });
        }
    }

    fn rendered(&mut self, question: u64, sections: Vec<SectionCopy>) {
        let tab = question as usize;
        let Some(seat) = self.tabs.get(&tab) else { return };
        let Some(participant) = self.disk.participant(self.cast[seat.who].id) else { return };
        let page = Page { role: participant.role, scribe: participant.scribe, stage: self.disk.stage, sections };
        let wait = self.chance.between(10, 800);
        self.schedule(wait, Event::Page { tab, page });
    }

    fn page(&mut self, tab: usize, page: &Page) {
        let (ids, repeats) = (self.chance.fork(), self.chance.one_in(5));
        let Some(seat) = self.tabs.get_mut(&tab).filter(|seat| seat.tab.is_none() && !seat.closed) else { return };
        let person = &self.cast[seat.who];
        let name = format!("{}/{tab}", person.name);
        seat.tab = Some(Tab::open(name, person, self.cast[PUPIL].id, page, self.clock.clone(), ids, repeats));
        self.learn_hands(tab);
        self.trace.note(self.now, || format!("{}/{tab} has the page", self.cast[self.tabs[&tab].who].name));
        self.retry(tab, 5);
    }

    /// Every document a tab has begins under an id of its own.
    fn learn_hands(&mut self, tab: usize) {
        let Some(seat) = self.tabs.get(&tab) else { return };
        let person = self.cast[seat.who].id;
        for line in seat.tab.iter().flat_map(|tab| tab.lines.values()) {
            line.hands().into_iter().for_each(|client| self.witness.hand(client, person));
        }
    }

    fn says(&mut self, tab: usize, says: Vec<Say>) {
        self.learn_hands(tab);
        for say in says {
            match say {
                Say::Send(section, message) => {
                    if let Some(link) = self.tabs.get(&tab).and_then(|seat| seat.link) {
                        self.send_up(link, Frame::new(section.document_name(MEETING), message).encode());
                    }
                }
                Say::Dropped(dropped) => self.dropped(tab, &dropped),
            }
        }
        self.look_at(tab);
    }

    /// What a tab calls saved, is; or it lies where its person can copy it.
    fn look_at(&mut self, tab: usize) {
        let Some(open) = self.tabs.get(&tab).and_then(|seat| seat.tab.as_ref()) else { return };
        for line in open.lines.values() {
            if line.sync.is_saved() && line.loaded {
                self.witness.is_saved(line.current(), line.epoch, &open.name);
                if line.rejoins() {
                    self.witness.keeps(&line.doc, &open.kept, &open.name);
                }
            }
        }
    }

    fn dropped(&mut self, tab: usize, Dropped(doc): &Dropped) {
        self.tally("documents dropped");
        let Some(open) = self.tabs.get(&tab).and_then(|seat| seat.tab.as_ref()) else { return };
        self.witness.keeps(doc, &open.kept, &open.name);
    }

    fn script_says(&mut self, link: usize, frames: Vec<(Section, Message)>) {
        for (section, message) in frames {
            self.send_up(link, Frame::new(section.document_name(MEETING), message).encode());
        }
    }

    // ── the plan ──

    fn operation(&mut self, at: usize) {
        self.next = at + 1;
        if let Some(next) = self.plan.get(at + 1) {
            let pause = next.pause;
            self.schedule(pause, Event::Operation(at + 1));
        }
        if self.skip[at] {
            return;
        }
        let operation = self.plan[at].clone();
        self.trace.note(self.now, || format!("#{at} {:?}", operation.what));
        let mut dice = Chance::new(operation.dice);
        match operation.what {
            What::Deed { tab, deed } => self.deed(tab, deed, &mut dice),
            What::Burst { tab, count } => {
                for _ in 0..count {
                    self.deed(tab, Deed::Type, &mut dice);
                }
            }
            What::Cut { tab } => {
                if let Some(link) = self.some_link(tab) {
                    self.cut(link);
                }
            }
            What::Offline { tab, for_ms } => {
                let Some(tab) = self.some_tab(tab) else { return };
                let until = self.now + for_ms;
                if let Some(seat) = self.tabs.get_mut(&tab) {
                    seat.offline_until = until;
                    if let Some(link) = seat.link {
                        self.cut(link);
                    }
                    self.schedule_at(until, Event::Online { tab });
                }
            }
            What::Storm => {
                for _ in 0..dice.between(1, 4) {
                    for link in 0..self.links.len() {
                        if self.links[link].client_open && matches!(self.links[link].end, End::Tab(_)) {
                            self.cut(link);
                        }
                    }
                }
            }
            What::Suspend { tab, for_ms } => {
                let Some(tab) = self.some_tab(tab) else { return };
                let until = self.now + for_ms;
                if let Some(seat) = self.tabs.get_mut(&tab) {
                    seat.asleep_until = until;
                    let link = seat.link.filter(|_| dice.one_in(2));
                    self.schedule_at(until, Event::Awake { tab });
                    if let Some(link) = link {
                        self.cut(link);
                    }
                }
            }
            What::Laggy { for_ms } => self.laggy_until = self.now + for_ms,
            What::Reload { tab } => {
                let Some(tab) = self.some_tab(tab) else { return };
                let who = self.tabs[&tab].who;
                self.close_tab(tab);
                self.open_tab(who);
            }
            What::OpenTab { person } => {
                let who = person % self.cast.len();
                if self.tabs.values().filter(|seat| seat.who == who && !seat.closed).count() < 3 {
                    self.open_tab(who);
                }
            }
            What::Leave { for_ms } => {
                self.away_until = self.now + for_ms;
                for link in 0..self.links.len() {
                    if self.links[link].client_open {
                        self.hang_up(link);
                    }
                }
                self.schedule(for_ms, Event::Return);
            }
            What::Crash { steps } => {
                if self.process.is_alive() {
                    self.process.fuse = Some(steps);
                }
            }
            What::Drain => {
                if self.process.accepts() {
                    self.tally("drains");
                    self.with_process(|process, out| process.drain(out));
                }
            }
            What::Disk { weather, for_ms } => {
                self.disk.weather = weather;
                self.weather_until = self.now + for_ms;
                self.schedule(for_ms, Event::Weather);
            }
            What::Jump { ms } => self.now += ms,
            What::Restore { section } => self.restore(section, &mut dice),
            What::Start => self.authority(|disk| disk.stage = disk.stage.max(Stage::Meeting)),
            What::Agree => {
                if self.process.accepts() && self.disk.stage == Stage::Meeting {
                    self.with_process(|process, out| process.put(Mail::Quiesce, out));
                }
            }
            What::Role { person } => {
                // The pupil stays the pupil.
                let person = self.cast[1 + person % (self.cast.len() - 1)].id;
                let role =
                    [Role::Parent, Role::Teacher, Role::Observer, Role::Interpreter, Role::Specialist][dice.below(5)];
                self.authority(|disk| {
                    if let Some(who) = disk.participants.iter_mut().find(|who| who.person == person) {
                        who.role = role;
                    }
                });
            }
            What::Dismiss { person } => {
                let person = self.cast[1 + person % (self.cast.len() - 1)].id;
                self.authority(|disk| disk.participants.retain(|who| who.person != person));
            }
            What::Admit { person } => {
                let who = person % self.cast.len();
                let participant = self.cast[who].participant();
                self.authority(|disk| {
                    if disk.participant(participant.person).is_none() {
                        disk.participants.push(participant);
                    }
                });
                self.open_tab(who);
            }
            What::Scribe { person } => {
                let person = self.cast[1 + person % (self.cast.len() - 1)].id;
                let named = dice.one_in(2);
                self.authority(|disk| {
                    for who in &mut disk.participants {
                        who.scribe = named && who.person == person;
                    }
                });
            }
            What::Trick { person, trick } => self.trick(person % self.cast.len(), trick, dice),
            What::Rest => self.rest("in between"),
        }
    }

    fn deed(&mut self, tab: usize, deed: Deed, dice: &mut Chance) {
        let Some(tab) = self.some_tab(tab) else { return };
        let Some(seat) = self.tabs.get_mut(&tab) else { return };
        if self.now < seat.asleep_until {
            return;
        }
        let person = self.cast[seat.who].clone();
        let Some(Done { what, says, deleted, undone }) =
            seat.tab.as_mut().and_then(|tab| tab.does(deed, &person, dice))
        else {
            return;
        };
        self.tally("deeds");
        self.trace.note(self.now, || format!("   {}/{tab}: {what}", person.name));
        self.witness.deletes_of_others(person.id, &deleted);
        if let Some(undone) = undone {
            self.witness.undone(person.id, &undone);
        }
        self.says(tab, says);
    }

    /// A command of the facilitator’s: on the disk, and then told to the room.
    fn authority(&mut self, change: impl FnOnce(&mut Disk)) {
        if !self.process.accepts() || self.disk.stage == Stage::Agreed || self.disk.weather == Weather::Away {
            return;
        }
        let before = self.disk.stage;
        change(&mut self.disk);
        let stage = self.disk.stage;
        let letter = if stage == before { Mail::ParticipantsChanged } else { Mail::StageChanged(stage) };
        self.with_process(|process, out| process.put(letter, out));
    }

    /// A backup is played back: one section is of another history, and the server starts anew.
    fn restore(&mut self, section: usize, dice: &mut Chance) {
        if self.disk.stage == Stage::Agreed {
            return;
        }
        let sections = self.disk.names();
        let section = sections[section % sections.len()];
        self.with_process(|process, out| process.end(out));
        // Nothing of the old history is still on its way.
        self.events.retain(|_, event| !matches!(event, Event::Lands { .. }));
        self.epochs += 1;
        let (cast, epoch) = (self.cast.clone(), self.epochs);
        seed_section(section, epoch, &cast, dice, false, &mut self.disk, &mut self.witness);
        self.tally("restores");
    }

    fn trick(&mut self, who: Who, trick: Trick, dice: Chance) {
        let script = self.scripts.len();
        let sections = self.disk.names();
        let person = self.cast[who].clone();
        self.scripts.insert(script, Script::new(who, person, trick, &sections, dice, &mut self.witness));
        self.tally("tricks");
        self.connect(End::Script(script));
    }

    fn some_tab(&self, number: usize) -> Option<usize> {
        let open: Vec<_> =
            self.tabs.iter().filter(|(_, seat)| seat.tab.is_some() && !seat.closed).map(|(tab, _)| *tab).collect();
        open.get(number % open.len().max(1)).copied()
    }

    fn some_link(&self, tab: usize) -> Option<usize> {
        self.tabs.get(&self.some_tab(tab)?)?.link
    }

    fn close_tab(&mut self, tab: usize) {
        if let Some(link) = self.tabs[&tab].link {
            self.hang_up(link);
        }
        if let Some(seat) = self.tabs.get_mut(&tab) {
            seat.closed = true;
            seat.tab = None;
        }
    }

    // ── at rest ──

    /// Everything works again, and everybody comes back; then all must agree.
    fn rest(&mut self, when: &str) {
        self.healed = true;
        self.disk.weather = Weather::Fine;
        (self.laggy_until, self.away_until) = (0, 0);
        if self.process.is_alive() {
            self.process.fuse = None;
        }
        for link in 0..self.links.len() {
            if matches!(self.links[link].end, End::Script(_)) {
                self.hang_up(link);
            }
        }
        for tab in self.tabs.keys().copied().collect::<Vec<_>>() {
            if let Some(seat) = self.tabs.get_mut(&tab) {
                (seat.asleep_until, seat.offline_until) = (0, 0);
            }
            self.retry(tab, 10);
        }
        // The plan waits meanwhile.
        let (next, plan) = (self.next, std::mem::take(&mut self.plan));
        let waiting: Vec<u64> =
            self.events.iter().filter(|(_, event)| matches!(event, Event::Operation(_))).map(|(at, _)| *at).collect();
        waiting.iter().for_each(|at| drop(self.events.remove(at)));
        let until = self.now + REST;
        // A connection that is gone without a word is noticed by then.
        let earliest = self.now + 61_000;
        while self.now < until && self.goes_on() && !(self.now > earliest && self.is_quiet()) {}
        self.plan = plan;
        self.next = next;
        if self.witness.verdict().is_none() {
            let quiet = self.is_quiet();
            if quiet {
                self.compare(when);
            } else {
                let waiting = self.waiting();
                self.witness.broken(format!("{when} it does not come to rest: {waiting}"));
            }
        }
        self.healed = false;
        if next < self.plan.len() {
            self.schedule(10, Event::Operation(next));
        }
    }

    fn is_quiet(&self) -> bool {
        self.process.is_alive() && self.process.is_settled() && self.waiting().is_empty()
    }

    fn waiting(&self) -> String {
        let tabs = self.tabs.values().filter(|seat| !seat.closed).filter_map(|seat| seat.tab.as_ref());
        tabs.filter(|tab| !tab.is_quiet()).map(|tab| format!("{} {:?} ", tab.name, tab.save_state())).collect()
    }

    /// Every replica is the disk’s.
    fn compare(&mut self, when: &str) {
        for seat in self.tabs.values().filter(|seat| !seat.closed) {
            let Some(tab) = seat.tab.as_ref().filter(|tab| !tab.ended) else { continue };
            for line in tab.lines.values() {
                self.witness.is_like_disk(&line.doc, &format!("{when}, {}", tab.name));
            }
            if tab.save_state() != SaveState::Saved {
                self.witness.broken(format!("{when}, {} says {:?}", tab.name, tab.save_state()));
            }
        }
        self.witness.recovered(&self.disk.sections());
        self.witness.credits(&self.disk);
        self.tally("rests");
    }

    /// One more crash: what is loaded then is what everybody had.
    fn last_look(&mut self) {
        if self.witness.verdict().is_some() {
            return;
        }
        self.with_process(|process, out| process.end(out));
        self.rest("after the last crash");
    }

    fn tally(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }
}

/// A frame, in a few words.
fn said(frame: &[u8]) -> String {
    let Ok(Frame { document, message }) = Frame::decode(frame) else { return "noise".to_owned() };
    let section = document.split_once('/').map_or("", |(_, section)| section);
    match message {
        Message::Update(update) => format!("{} bytes in {section}", update.len()),
        Message::SyncStep2(update) => format!("all it lacks, {} bytes, in {section}", update.len()),
        Message::Awareness(_) => format!("who writes in {section}"),
        message => format!("{message:?} in {section}"),
    }
}

/// The first content of a section, each person’s words under an id of that person’s.
fn seed_section(
    section: Section,
    epoch: u64,
    cast: &[Person],
    chance: &mut Chance,
    long: bool,
    disk: &mut Disk,
    witness: &mut Witness,
) {
    let whole = SectionDoc::new(section, 0);
    let mut hands: Vec<(u64, PersonId)> = vec![];
    for (who, person) in cast.iter().enumerate() {
        let client = 1_000 * epoch + who as u64;
        let doc = SectionDoc::from_state(section, client, &whole.state()).unwrap();
        for list in schema::lists(section).iter().take(2) {
            let leaves_out = list.single || chance.one_in(2);
            if who > 0 && leaves_out {
                continue;
            }
            let item = shared::ItemId(Uuid::from_u128(u128::from(chance.next())));
            let field = list.fields.iter().find(|field| matches!(field.kind, schema::Kind::Text { .. }));
            let new = NewItem::by(person.id);
            let new = field.map_or(new.clone(), |field| new.with(field.key, person.words(chance, 8)));
            doc.add(list, item, new);
        }
        witness.hand(client, person.id);
        hands.push((client, person.id));
        whole.apply(&doc.state()).unwrap();
    }
    disk.seed(section, epoch, &whole.state(), &hands);
    witness.seeded(section, epoch, &whole.state());
    if long {
        long_log(section, cast, &hands, chance, disk, witness, &whole);
    }
}

/// A log that is about to be compacted.
fn long_log(
    section: Section,
    cast: &[Person],
    hands: &[(u64, PersonId)],
    chance: &mut Chance,
    disk: &mut Disk,
    witness: &mut Witness,
    whole: &SectionDoc,
) {
    let list = &schema::lists(section)[0];
    let Some(item) = whole.items(list).first().copied() else { return };
    let Some(field) = list.fields.iter().find(|field| matches!(field.kind, schema::Kind::Text { .. })) else { return };
    let doc = SectionDoc::from_state(section, hands[PUPIL].0, &whole.state()).unwrap();
    let count = chance.between(490, 499);
    let mut rows = vec![];
    let mut typed = 0;
    for seq in 1..=count {
        let before = doc.state_vector();
        // Typed and taken back, over and over: long in the log, short on the page.
        let insert = if seq % 2 == 1 { cast[PUPIL].words(chance, 1) } else { String::new() };
        let delete = std::mem::replace(&mut typed, insert.encode_utf16().count() as u32);
        let splice = Splice { at: 0, delete, insert };
        doc.splice(list, item, field.key, &splice);
        let update = doc.diff(&before).unwrap().into();
        let person = cast[PUPIL].id;
        rows.push(Row { section, term: 0, person, scribe: false, update, claims: vec![] });
    }
    let numbers = disk.append(&rows).unwrap();
    witness.wrote(&rows, &numbers);
}
