//! What may be thrown at the server, as functions of bytes: each fails, by panicking, if something is let in
//! or let out that should not be.
//!
//! `make fuzz` drives them with libFuzzer; `make test` runs them over the corpus and over some mutations of it.
//! An input that once failed stays in the corpus.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use app::api::{doors, forms, meetings, records};
use serde::{Serialize, de::DeserializeOwned};
use server::room::{
    gate::Writer,
    section::{LoadedSection, Outcome, SectionState},
    state::{ConnectionId, Effect, Input, Loaded, Participant, RoomState},
};
use shared::{
    ItemId, MeetingId, ParticipantId, PersonId, Role, Section, Stage,
    doc::{FieldAddress, NewItem, SectionDoc},
    event::ServerEvent,
    policy::{Protection, protection},
    presence::{Presence, Writing},
    protocol::{CloseCode, FRAME_LIMIT, Frame, Message, awareness},
    schema::{self, Kind, LIST_LIMIT, List},
    shape::{outline, state_vector},
};
use uuid::Uuid;

/// With the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 8] = [
    ("frames", frames),
    ("updates", updates),
    ("state_vectors", state_vectors),
    ("awareness", awareness),
    ("json", json),
    ("commands", commands),
    ("rooms", rooms),
    ("pictures", pictures),
];

pub const MEETING: MeetingId = MeetingId(Uuid::from_u128(7));

/// The pupil and two others, by number.
pub fn person(n: u8) -> PersonId {
    PersonId(Uuid::from_u128(100 + u128::from(n % 3)))
}

pub fn item(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(1_000 + n))
}

/// What the pupil wrote before anybody attacks.
pub const WORDS: &str = "let me draw 😀";

/// The client id that the pupil wrote under.
pub const PUPILS: u64 = 11;

// ── frames ──

/// Any bytes are a message of the protocol or none; one that is says the same when it is written again.
pub fn frames(data: &[u8]) {
    let Ok(frame) = Frame::decode(data) else { return };
    assert_eq!(Frame::decode(&frame.encode()).as_ref(), Ok(&frame));
    if let Some((meeting, section)) = Section::parse_document_name(&frame.document) {
        assert_eq!(Section::parse_document_name(&section.document_name(meeting)), Some((meeting, section)));
    }
    match &frame.message {
        Message::SyncStep1(body) => drop(state_vector(body)),
        Message::SyncStep2(body) | Message::Update(body) => drop(outline(Section::Plan, body)),
        Message::Awareness(body) => drop(awareness::decode(body)),
        Message::Stateless(body) => drop(serde_json::from_str::<ServerEvent>(body)),
        _ => {}
    }
}

// ── updates ──

/// A list of the section that anybody may add to.
pub fn list(section: Section) -> &'static List {
    schema::lists(section).iter().find(|list| !list.single).expect("every section has one")
}

/// A section in which the pupil has written.
pub fn written(section: Section) -> (SectionDoc, LoadedSection) {
    let doc = SectionDoc::new(section, PUPILS);
    let first = list(section).fields[0].key;
    doc.add(list(section), item(1), NewItem::by(person(0)).with(first, WORDS));
    let loaded = LoadedSection {
        section,
        epoch: 1,
        schema: schema::VERSION,
        checkpoint: doc.state().into(),
        updates: vec![],
        seq: 0,
        owners: vec![(PUPILS, person(0))],
    };
    (doc, loaded)
}

/// One after the other: who writes (a byte), how long it is (two), and the update.
pub fn chunks(mut data: &[u8]) -> Vec<(u8, &[u8])> {
    let mut chunks = vec![];
    while let [who, high, low, rest @ ..] = data {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (chunk, rest) = rest.split_at(length);
        chunks.push((*who, chunk));
        data = rest;
    }
    chunks
}

/// A few people write whatever they like: what is refused leaves no trace, what is taken in is of the declared
/// shape and read back the same, and the pupil’s words are still there.
pub fn updates(data: &[u8]) {
    let Some((which, data)) = data.split_first() else { return };
    let section = Section::ALL[usize::from(*which) % Section::ALL.len()];
    let (_, loaded) = written(section);
    let mut state = SectionState::load(loaded.clone(), person(0)).expect("it was just made");
    let mut log = loaded;
    for (who, update) in chunks(data) {
        let writer = Writer { person: person(who), scribe: false };
        let before = (state.state(), state.state_vector());
        let update: Arc<[u8]> = update.into();
        match state.take(&update, writer, Ok(()), true).expect("what was kept makes a document") {
            Outcome::Accepted { claims } => {
                assert!(update.len() <= FRAME_LIMIT);
                log.seq += 1;
                log.updates.push(update.clone());
                log.owners.extend(claims.into_iter().map(|client| (client, writer.person)));
                let doc = copy_of(&state, section);
                fits(&doc);
                if protection(section) == Protection::Everything && writer.person != person(0) {
                    still_says(&before.0, &doc, section);
                }
                let again = SectionState::load(log.clone(), person(0)).expect("the log is the document");
                assert_eq!(state_vector(&again.state_vector()), state_vector(&state.state_vector()));
                assert_eq!(words(&copy_of(&again, section)), words(&doc));
            }
            _ => {
                assert_eq!(state_vector(&state.state_vector()), state_vector(&before.1), "no trace");
                let before = SectionDoc::from_state(section, 1, &before.0).expect("it was a document");
                assert_eq!(words(&copy_of(&state, section)), words(&before), "no trace");
            }
        }
    }
}

fn copy_of(state: &SectionState, section: Section) -> SectionDoc {
    SectionDoc::from_state(section, 1, &state.state()).expect("what is sent can be read")
}

/// Every text of a document, in order.
fn words(doc: &SectionDoc) -> Vec<String> {
    let section = doc.section();
    let lists = schema::lists(section).iter();
    let of_item = |list: &'static List, id| list.fields.iter().map(move |field| (list, id, field.key));
    let all = lists.flat_map(|list| doc.items(list).into_iter().flat_map(move |id| of_item(list, id)));
    all.map(|(list, id, field)| doc.words(list, id, field)).collect()
}

fn fits(doc: &SectionDoc) {
    for list in schema::lists(doc.section()) {
        let items = doc.items(list);
        assert!(items.len() <= LIST_LIMIT as usize);
        for id in items {
            for field in list.fields {
                if let Kind::Text { limit } = field.kind {
                    let length = doc.words(list, id, field.key).encode_utf16().count();
                    assert!(length <= limit as usize, "{} units in {}", length, field.key);
                }
            }
        }
    }
}

/// Others add between the pupil’s letters, and take none away.
fn still_says(before: &[u8], doc: &SectionDoc, section: Section) {
    let first = list(section).fields[0].key;
    let before = SectionDoc::from_state(section, 1, before).expect("it was a document");
    if before.words(list(section), item(1), first) == WORDS {
        assert!(doc.items(list(section)).contains(&item(1)), "the pupil’s item is gone");
        let now = doc.words(list(section), item(1), first);
        let mut letters = now.chars();
        assert!(WORDS.chars().all(|letter| letters.any(|other| other == letter)), "{now}");
    }
}

// ── state vectors ──

/// Whoever asks with whatever vector is sent an update, or is told that it was none.
pub fn state_vectors(data: &[u8]) {
    let (_, loaded) = written(Section::Passport);
    let state = SectionState::load(loaded, person(0)).expect("it was just made");
    let known = state_vector(data);
    let Some(missing) = state.diff(data) else {
        assert!(known.is_err());
        return;
    };
    let copy = SectionDoc::new(Section::Passport, 1);
    // With a gap, if they claimed to have what they have not; but always something that can be read.
    copy.apply(&missing).expect("what is sent can be read");
    assert!(outline(Section::Passport, &missing).is_ok());
}

// ── a room ──

fn participants() -> Vec<Participant> {
    let roles = [Role::Pupil, Role::Parent, Role::Teacher];
    let seat = |(n, role): (usize, Role)| Participant {
        id: ParticipantId(Uuid::from_u128(200 + n as u128)),
        person: person(n as u8),
        role,
        scribe: shared::policy::Scribe::No,
        name: role.label().to_owned(),
        colour: 1,
    };
    roles.into_iter().enumerate().map(seat).collect()
}

/// A room in which everybody has opened these.
fn room(open: &[Section]) -> RoomState {
    let now = Instant::now();
    let loaded = Loaded {
        meeting: MEETING,
        stage: Stage::Meeting,
        pupil: person(0),
        participants: participants(),
        sections: Section::ALL.into_iter().map(|section| written(section).1).collect(),
    };
    let mut room = RoomState::new(loaded, now).expect("it was just made");
    for n in 0..3 {
        let conn = ConnectionId(u64::from(n));
        room.handle(Input::Connect { conn, person: person(n) }, now);
        for section in open {
            let token = Message::AuthToken(String::new());
            room.handle(Input::Frame { conn, section: *section, message: token }, now);
        }
    }
    room
}

/// Whatever somebody shows of themselves, what others hear is one state with the server’s stamp.
pub fn awareness(data: &[u8]) {
    if let Ok(entries) = awareness::decode(data) {
        assert_eq!(awareness::decode(&awareness::encode(&entries)), Ok(entries));
    }
    let mut room = room(&[Section::Plan]);
    let conn = ConnectionId(1);
    let said = Input::Frame { conn, section: Section::Plan, message: Message::Awareness(data.to_vec()) };
    for effect in room.handle(said, Instant::now()) {
        match effect {
            Effect::Close { conn: closed, code } => assert_eq!((closed, code), (conn, CloseCode::Malformed)),
            Effect::Send { frame, .. } => {
                let Ok(Frame { message: Message::Awareness(body), .. }) = Frame::decode(&frame) else { continue };
                for entry in awareness::decode(&body).expect("ours can be read") {
                    assert_ne!(entry.client_id, PUPILS, "shown under the pupil’s hand");
                    if entry.state != "null" {
                        let presence: Presence = serde_json::from_str(&entry.state).expect("ours can be read");
                        assert_eq!((presence.person, presence.role), (person(1), Role::Parent));
                        assert_eq!(presence.name, Role::Parent.label());
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whole messages of several people, one after the other: the room stays in order, and says nothing of a
/// section to somebody who may not read it.
pub fn rooms(data: &[u8]) {
    let now = Instant::now();
    let mut room = room(&[Section::Passport, Section::Plan]);
    let (mut last, mut numbers) = (0, BTreeMap::<Section, u64>::new());
    let mut ended = [false; 3];
    for (who, bytes) in chunks(data) {
        let who = who % 3;
        let Ok(frame) = Frame::decode(bytes) else { continue };
        let Some((_, section)) = Section::parse_document_name(&frame.document) else { continue };
        let conn = ConnectionId(u64::from(who));
        let mut effects = room.handle(Input::Frame { conn, section, message: frame.message }, now);
        let mut landed = vec![];
        for effect in &effects {
            if let Effect::Append { section, .. } = effect {
                let number = numbers.entry(*section).or_default();
                *number += 1;
                landed.push((*section, *number));
            }
            if let Effect::Append { position, .. } | Effect::Checkpoint { position, .. } = effect {
                assert_eq!(*position, last + 1);
                last = *position;
            }
        }
        effects.extend(room.handle(Input::Committed { through: last, landed }, now));
        for effect in effects {
            match effect {
                Effect::Send { conn, frame } => {
                    assert!(!ended[conn.0 as usize], "nothing is sent to somebody who is gone");
                    let frame = Frame::decode(&frame).expect("ours can be read");
                    let (_, section) = Section::parse_document_name(&frame.document).expect("ours has a name");
                    let role = participants()[conn.0 as usize].role;
                    let may_read = shared::access(section, role, Stage::Meeting).can_read();
                    assert!(may_read || matches!(frame.message, Message::PermissionDenied(_)), "{frame:?}");
                }
                Effect::Close { conn: closed, .. } => {
                    assert_eq!(closed, conn, "only who sent it");
                    ended[closed.0 as usize] = true;
                }
                Effect::Unload => panic!("nobody ends a room from outside"),
                _ => {}
            }
        }
    }
    assert!(room.is_settled());
}

// ── JSON ──

/// What travels as JSON, or as words that are read.
pub fn json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(event) = serde_json::from_str::<ServerEvent>(text) {
        let again = serde_json::to_string(&event).expect("it has a JSON form");
        assert_eq!(serde_json::from_str::<ServerEvent>(&again).ok(), Some(event));
    }
    if let Ok(writing) = serde_json::from_str::<Writing>(text) {
        let again = serde_json::to_string(&writing).expect("it has a JSON form");
        assert_eq!(serde_json::from_str::<Writing>(&again).ok(), Some(writing));
    }
    let _ = serde_json::from_str::<Presence>(text);
    if let Ok(address) = text.parse::<FieldAddress>() {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    if let Some((meeting, section)) = Section::parse_document_name(text) {
        assert_eq!(Section::parse_document_name(&section.document_name(meeting)), Some((meeting, section)));
    }
}

// ── commands ──

/// What pages command: any bytes are one of these or none, and what is read says the same when it is written again.
pub fn commands(data: &[u8]) {
    reads::<doors::ReadDoor>(data);
    reads::<doors::RemovePerson>(data);
    reads::<doors::LetBack>(data);
    reads::<doors::HandOver>(data);
    reads::<doors::TakeOver>(data);
    reads::<doors::SetDoors>(data);
    reads::<doors::MakeCode>(data);
    reads::<doors::Admit>(data);
    reads::<doors::Decline>(data);
    reads::<doors::ShowLink>(data);
    reads::<doors::MakeLink>(data);
    reads::<doors::TakeBackLink>(data);
    reads::<forms::TickAction>(data);
    reads::<forms::ConfirmPassport>(data);
    reads::<forms::ChangePassport>(data);
    reads::<forms::SavePassport>(data);
    reads::<forms::ReopenRecord>(data);
    reads::<forms::StartNextMeeting>(data);
    reads::<meetings::ReadPeople>(data);
    reads::<meetings::StartMeeting>(data);
    reads::<meetings::Spotlight>(data);
    reads::<meetings::NameScribe>(data);
    reads::<meetings::NoteAttendance>(data);
    reads::<meetings::HidePassage>(data);
    reads::<meetings::Answer>(data);
    reads::<records::AgreeAndSave>(data);
}

fn reads<Command: Serialize + DeserializeOwned>(data: &[u8]) {
    let Ok(command) = serde_json::from_slice::<Command>(data) else { return };
    let written = serde_json::to_string(&command).expect("it has a JSON form");
    let again: Command = serde_json::from_str(&written).expect("what was written is read");
    assert_eq!(serde_json::to_string(&again).ok(), Some(written));
}

// ── pictures ──

/// Any bytes are a picture or none; of one that is, a JPEG is made that the database takes, and nothing else stands in it.
pub fn pictures(data: &[u8]) {
    let Ok(kept) = server::picture::remake(data) else { return };
    assert!(kept.starts_with(b"\xff\xd8\xff") && kept.ends_with(b"\xff\xd9"));
    assert!(kept.len() <= 256 * 1024, "{} bytes", kept.len());
    assert!(!kept.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"http"));
}
