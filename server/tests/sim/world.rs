//! One meeting, from the first letter to the last: a queue of events, a clock that jumps from one to the
//! next, and nothing else that moves.

mod engine;
mod operations;
mod rest;
mod sockets;
mod tabs;

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
    let World { trace, witness, handled, mut counts, print, .. } = world;
    if witness.refusals > 0 {
        counts.insert("refusals", witness.refusals);
    }
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
