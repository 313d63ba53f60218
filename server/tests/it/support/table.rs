//! A room with no socket, no database and no clock: one seat for each role, and clients that type.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use server::room::{
    SectionCopy,
    state::{ConnectionId, Effect, Input, Loaded, LoadedSection, Participant, RoomState},
};
use shared::{
    ItemId, MeetingId, ParticipantId, PersonId, Role, Section, Stage,
    doc::{NewItem, SectionDoc},
    event::{Refusal, ServerEvent},
    policy::Scribe,
    protocol::{CloseCode, Frame, Message},
    schema::{self, List},
};
use uuid::Uuid;

pub(crate) const MEETING: MeetingId = MeetingId(Uuid::from_u128(7));

/// The person who sits there in that role.
pub(crate) fn person(role: Role) -> PersonId {
    PersonId(Uuid::from_u128(100 + role as u128))
}

pub(crate) fn seat(role: Role) -> ParticipantId {
    ParticipantId(Uuid::from_u128(200 + role as u128))
}

pub(crate) fn item(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(1_000 + n))
}

/// A list of the section that anybody may add to.
pub(crate) fn list(section: Section) -> &'static List {
    schema::lists(section).iter().find(|list| !list.single).unwrap()
}

pub(crate) fn participants() -> Vec<Participant> {
    let name = |role: Role| role.label().to_owned();
    Role::ALL
        .into_iter()
        .map(|role| Participant {
            id: seat(role),
            person: person(role),
            role,
            scribe: Scribe::No,
            name: name(role),
            colour: 1,
        })
        .collect()
}

/// The same people, this one of them named to write for the pupil.
pub(crate) fn with_scribe(role: Role) -> Vec<Participant> {
    participants().into_iter().map(|seat| Participant { scribe: Scribe::named(seat.role == role), ..seat }).collect()
}

pub(crate) fn empty(section: Section) -> LoadedSection {
    LoadedSection {
        section,
        epoch: 1,
        schema: schema::VERSION,
        checkpoint: SectionDoc::new(section, 1).state().into(),
        updates: vec![],
        seq: 0,
        owners: vec![],
    }
}

pub(crate) struct Table {
    pub(crate) state: RoomState,
    pub(crate) now: Instant,
    pub(crate) position: u64,
    pub(crate) log: Vec<Effect>,
    /// What the database is asked, and other servers are told.
    pub(crate) said: Vec<Effect>,
    /// Of the log, as far as it is known here.
    pub(crate) heads: BTreeMap<Section, u64>,
    landing: Vec<(Section, u64)>,
    pub(crate) closed: BTreeMap<ConnectionId, CloseCode>,
    pub(crate) answers: Vec<Vec<SectionCopy>>,
    pub(crate) unloaded: bool,
    inboxes: BTreeMap<ConnectionId, Vec<Frame>>,
    connections: u64,
}

impl Table {
    pub(crate) fn new(stage: Stage) -> Self {
        Self::load(stage, Section::ALL.into_iter().map(empty).collect(), participants())
    }

    /// Where other servers have the meeting open too, and can be heard.
    pub(crate) fn among_others(stage: Stage) -> Self {
        let table = Self::new(stage);
        let mut table = Self { state: table.state.among_others(), ..table };
        table.input(Input::Linked(true));
        table.said.clear();
        table
    }

    pub(crate) fn load(stage: Stage, sections: Vec<LoadedSection>, participants: Vec<Participant>) -> Self {
        let now = Instant::now();
        let sections_heads = sections.iter().map(|section| (section.section, section.seq)).collect();
        let loaded = Loaded { meeting: MEETING, stage, pupil: person(Role::Pupil), participants, sections };
        Self {
            state: RoomState::new(loaded, now).unwrap(),
            now,
            position: 0,
            log: vec![],
            said: vec![],
            heads: sections_heads,
            landing: vec![],
            closed: BTreeMap::new(),
            answers: vec![],
            unloaded: false,
            inboxes: BTreeMap::new(),
            connections: 0,
        }
    }

    pub(crate) fn input(&mut self, input: Input) {
        for effect in self.state.handle(input, self.now) {
            match effect {
                Effect::Send { conn, frame } => {
                    self.inboxes.entry(conn).or_default().push(Frame::decode(&frame).unwrap());
                }
                Effect::Close { conn, code } => drop(self.closed.insert(conn, code)),
                Effect::Answer { sections, .. } => self.answers.push(sections),
                Effect::Unload => self.unloaded = true,
                Effect::Append { position, .. } | Effect::Checkpoint { position, .. } => {
                    assert_eq!(position, self.position + 1);
                    self.position = position;
                    if let Effect::Append { section, .. } = effect {
                        let head = self.heads.entry(section).or_default();
                        *head += 1;
                        self.landing.push((section, *head));
                    }
                    self.log.push(effect);
                }
                Effect::Tell(_) | Effect::ReadLog { .. } | Effect::ReadHeads | Effect::ReadRights => {
                    self.said.push(effect);
                }
            }
        }
    }

    /// The log has written everything it was given.
    pub(crate) fn commit(&mut self) {
        let landed = std::mem::take(&mut self.landing);
        self.input(Input::Committed { through: self.position, landed });
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
        self.input(Input::Tick);
    }

    pub(crate) fn connect(&mut self, role: Role) -> ConnectionId {
        self.connections += 1;
        let conn = ConnectionId(self.connections);
        self.input(Input::Connect { conn, person: person(role) });
        conn
    }

    pub(crate) fn say(&mut self, conn: ConnectionId, section: Section, message: Message) {
        self.input(Input::Frame { conn, section, message });
    }

    /// What this connection was sent for this section since it was last asked.
    pub(crate) fn heard(&mut self, conn: ConnectionId, section: Section) -> Vec<Message> {
        let name = section.document_name(MEETING);
        let inbox = self.inboxes.entry(conn).or_default();
        let (heard, rest) = std::mem::take(inbox).into_iter().partition::<Vec<_>, _>(|frame| frame.document == name);
        *inbox = rest;
        heard.into_iter().map(|frame| frame.message).collect()
    }

    pub(crate) fn heard_events(&mut self, conn: ConnectionId) -> Vec<ServerEvent> {
        Section::ALL.into_iter().flat_map(|section| events(&self.heard(conn, section))).collect()
    }

    pub(crate) fn hears_nothing(&mut self, conn: ConnectionId) -> bool {
        std::mem::take(self.inboxes.entry(conn).or_default()).is_empty()
    }

    /// The sections as a database would give them back, after all that is in the log.
    pub(crate) fn kept(&self, mut sections: Vec<LoadedSection>) -> Vec<LoadedSection> {
        for effect in &self.log {
            match effect {
                Effect::Append { section, person, update, claims, .. } => {
                    let kept = sections.iter_mut().find(|kept| kept.section == *section).unwrap();
                    kept.seq += 1;
                    kept.updates.push(update.clone());
                    kept.owners.extend(claims.iter().map(|client| (*client, *person)));
                }
                Effect::Checkpoint { section, seq, state, .. } => {
                    let kept = sections.iter_mut().find(|kept| kept.section == *section).unwrap();
                    let later = usize::try_from(kept.seq - *seq).unwrap();
                    kept.checkpoint = state.clone();
                    kept.updates.drain(..kept.updates.len() - later);
                }
                _ => unreachable!(),
            }
        }
        sections
    }
}

pub(crate) fn events(messages: &[Message]) -> Vec<ServerEvent> {
    messages
        .iter()
        .filter_map(|message| match message {
            Message::Stateless(json) => Some(serde_json::from_str(json).unwrap()),
            _ => None,
        })
        .collect()
}

/// Why the last update was refused, if it was.
pub(crate) fn refusal(messages: &[Message]) -> Option<Refusal> {
    let reason = events(messages).into_iter().find_map(|event| match event {
        ServerEvent::Refused { reason, .. } => Some(reason),
        _ => None,
    });
    assert_eq!(reason.is_some(), messages.contains(&Message::SyncStatus(false)), "a refusal says both");
    reason
}

pub(crate) fn saved(messages: &[Message]) -> usize {
    messages.iter().filter(|message| **message == Message::SyncStatus(true)).count()
}

/// One section open in one tab.
pub(crate) struct Client {
    pub(crate) conn: ConnectionId,
    pub(crate) doc: SectionDoc,
    sent: Vec<u8>,
}

impl Client {
    /// Comes in, opens the section and catches up.
    pub(crate) fn open(table: &mut Table, role: Role, section: Section, client_id: u64) -> Self {
        let conn = table.connect(role);
        Self::open_as(table, conn, section, client_id)
    }

    pub(crate) fn open_as(table: &mut Table, conn: ConnectionId, section: Section, client_id: u64) -> Self {
        let doc = SectionDoc::new(section, client_id);
        let mut client = Self { conn, doc, sent: vec![] };
        client.begin(table);
        client
    }

    /// The provider’s first words: its token and its state vector.
    pub(crate) fn begin(&mut self, table: &mut Table) {
        let section = self.doc.section();
        table.say(self.conn, section, Message::AuthToken(String::new()));
        table.say(self.conn, section, Message::SyncStep1(self.doc.state_vector()));
        self.listen(table);
        self.sent = self.doc.state_vector();
    }

    /// Takes in what was sent, and returns all of it.
    pub(crate) fn listen(&mut self, table: &mut Table) -> Vec<Message> {
        let heard = table.heard(self.conn, self.doc.section());
        for message in &heard {
            if let Message::SyncStep2(update) | Message::Update(update) = message {
                self.doc.apply(update).unwrap();
            }
        }
        heard
    }

    /// What this tab did since it last sent something.
    pub(crate) fn unsent(&mut self) -> Vec<u8> {
        let update = self.doc.diff(&self.sent).unwrap();
        self.sent = self.doc.state_vector();
        update
    }

    /// Edits, and sends what changed.
    pub(crate) fn edit(&mut self, table: &mut Table, edit: impl FnOnce(&SectionDoc)) {
        edit(&self.doc);
        let update = self.unsent();
        table.say(self.conn, self.doc.section(), Message::Update(update));
    }

    /// Adds an item with these words in its first text, said by whoever has this role.
    pub(crate) fn add(&mut self, table: &mut Table, role: Role, id: ItemId, words: &str) {
        let list = list(self.doc.section());
        let first = list.fields[0].key;
        self.edit(table, |doc| doc.add(list, id, NewItem::by(person(role)).with(first, words)));
    }

    pub(crate) fn words(&self, id: ItemId) -> String {
        let list = list(self.doc.section());
        self.doc.words(list, id, list.fields[0].key)
    }
}
