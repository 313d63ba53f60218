//! The fuzz targets, as far as seconds allow: every input of the corpus, and some damage to each.
//!
//! `make fuzz` goes on from here for as many minutes as it is given. What it finds is fixed, and stays in the
//! corpus. To make the seeds again: `cargo test -p server --test it fuzz::seeds -- --ignored`.

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a crate of its own, when libFuzzer runs it")]
mod targets;

use std::{fs, path::PathBuf};

use shared::{
    Section, Stage,
    doc::{NewItem, SectionDoc},
    event::{Refusal, ServerEvent},
    presence::Writing,
    protocol::{
        Frame, Message,
        awareness::{self, Entry},
    },
    schema::item as key,
    splice::Splice,
};

use self::targets::{MEETING, PUPILS, TARGETS, item, list, person, written};

fn corpus(target: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus")).join(target)
}

pub(crate) fn inputs(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(corpus(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Chance that is the same every time.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }

    /// An input with some damage to it.
    pub(crate) fn damaged(&mut self, input: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
        let mut damaged = input.to_vec();
        for _ in 0..=self.next(3) {
            self.damage(&mut damaged, others);
        }
        damaged
    }

    /// Damages an input in one of the ways that find something.
    fn damage(&mut self, input: &mut Vec<u8>, others: &[Vec<u8>]) {
        let at = self.next(input.len());
        match self.next(7) {
            _ if input.is_empty() => input.push(self.next(256) as u8),
            0 => input[at] ^= 1 << self.next(8),
            1 => input[at] = [0, 1, 0x7f, 0x80, 0xff, 117, 8, 10][self.next(8)],
            2 => input.truncate(at),
            3 => drop(input.remove(at)),
            4 => drop(input.splice(at..at, [0xff, 0xff, 0xff, 0xff, 0x0f])),
            5 => {
                let other = &others[self.next(others.len())];
                let from = self.next(other.len());
                let to = (from + self.next(24)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                let to = (at + self.next(24)).min(input.len());
                let again = input[at..to].to_vec();
                input.splice(at..at, again);
            }
        }
    }
}

/// Of each input.
const DAMAGED: usize = 60;

#[test]
fn the_corpus_and_some_damage_to_it() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(!inputs.is_empty(), "no corpus for {name}");
        let mut chance = Chance(0x5eed_0000_0000_0001);
        for input in &inputs {
            target(input);
            for _ in 0..DAMAGED {
                let damaged = chance.damaged(input, &inputs);
                let caught = std::panic::catch_unwind(|| target(&damaged));
                assert!(caught.is_ok(), "{name} failed on {damaged:?}");
            }
        }
    }
}

// ── the seeds ──

/// What somebody does after the pupil has written, as one update.
fn edit(section: Section, client: u64, edit: impl FnOnce(&SectionDoc)) -> Vec<u8> {
    let (base, _) = written(section);
    let doc = SectionDoc::from_state(section, client, &base.state()).unwrap();
    edit(&doc);
    doc.diff(&base.state_vector()).unwrap()
}

fn chunk(who: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[who], &length[..], bytes].concat()
}

/// Updates as people and others send them, with who sends it.
fn edits(section: Section) -> Vec<(&'static str, u8, Vec<u8>)> {
    let (list, first) = (list(section), list(section).fields[0].key);
    let splice = |at, delete, insert: &str| Splice { at, delete, insert: insert.to_owned() };
    let nested = |depth: usize| {
        let mut deep = vec![1, 1, 12, 0, 0x28, 0, PUPILS as u8, 0, 5];
        deep.extend(b"order");
        deep.push(1);
        deep.extend([117, 1].repeat(depth));
        deep.extend([126, 0]);
        deep
    };
    vec![
        ("types", 1, edit(section, 12, |doc| doc.splice(list, item(1), first, &splice(0, 0, "please ")))),
        ("deletes", 1, edit(section, 12, |doc| doc.splice(list, item(1), first, &splice(2, 5, "")))),
        ("pupil-deletes", 0, edit(section, PUPILS, |doc| doc.splice(list, item(1), first, &splice(11, 2, "!")))),
        ("adds", 2, edit(section, 13, |doc| doc.add(list, item(2), NewItem::by(person(2)).with(first, "beside")))),
        ("removes", 1, edit(section, 12, |doc| doc.remove(list, item(1), person(1)))),
        ("moves", 1, edit(section, 12, |doc| doc.set_words(list, item(1), key::ORDER, "zz"))),
        ("anothers-hand", 1, edit(section, PUPILS, |doc| doc.splice(list, item(1), first, &splice(0, 0, "x")))),
        ("nested", 1, nested(3_000)),
        ("gap", 1, vec![1, 1, 12, 9, 0x84, 12, 8, 1, b'z', 0]),
        ("gone", 1, vec![1, 1, 12, 0, 0, 5, 0]),
        ("skips", 1, vec![1, 2, 12, 0, 10, 3, 0x84, PUPILS as u8, 2, 1, b'z', 0]),
        ("claims", 1, vec![0xff, 0xff, 0xff, 0xff, 0x0f, 1, 12, 0]),
        ("deletes-all", 1, vec![0, 1, PUPILS as u8, 1, 0, 0x7f]),
        ("empty", 1, vec![0, 0]),
    ]
}

fn frame(section: Section, message: Message) -> Vec<u8> {
    Frame::new(section.document_name(MEETING), message).encode()
}

fn keep(target: &str, name: &str, input: &[u8]) {
    fs::create_dir_all(corpus(target)).unwrap();
    fs::write(corpus(target).join(name), input).unwrap();
}

#[test]
#[ignore = "writes the corpus"]
fn seeds() {
    for section in [Section::Passport, Section::Plan] {
        let which = Section::ALL.iter().position(|other| *other == section).unwrap() as u8;
        let mut together = vec![which];
        let mut in_room = vec![];
        for (name, who, update) in edits(section) {
            let one = [&[which], &chunk(who, &update)[..]].concat();
            keep("updates", &format!("{}-{name}", section.name()), &one);
            if update.len() < 1_000 {
                together.extend(chunk(who, &update));
                in_room.extend(chunk(who, &frame(section, Message::Update(update))));
            }
        }
        keep("updates", &format!("{}-together", section.name()), &together);
        keep("rooms", &format!("{}-updates", section.name()), &in_room);
    }
    let (passport, _) = written(Section::Passport);
    let typed = edit(Section::Passport, 12, |doc| {
        doc.set_words(list(Section::Passport), item(1), key::SAID_ON, "2026-11-19");
    });
    let shown = awareness::encode(&[Entry { client_id: 12, clock: 1, state: writing(&passport) }]);
    let messages = [
        ("step-1", Message::SyncStep1(passport.state_vector())),
        ("step-2", Message::SyncStep2(passport.state())),
        ("update", Message::Update(typed.clone())),
        ("awareness", Message::Awareness(shown.clone())),
        ("query", Message::QueryAwareness),
        ("token", Message::AuthToken("4.8.0".to_owned())),
        ("denied", Message::PermissionDenied("no".to_owned())),
        ("authenticated", Message::Authenticated { read_only: true }),
        ("stateless", Message::Stateless(event())),
        ("close", Message::Close(String::new())),
        ("status", Message::SyncStatus(true)),
        ("ping", Message::Ping),
        ("pong", Message::Pong),
    ];
    let mut conversation = vec![];
    for (name, message) in messages {
        let bytes = frame(Section::Passport, message);
        keep("frames", name, &bytes);
        conversation.extend(chunk(1, &bytes));
    }
    conversation.extend(chunk(1, &frame(Section::StaffPreparation, Message::AuthToken(String::new()))));
    conversation.extend(chunk(2, &frame(Section::StaffPreparation, Message::AuthToken(String::new()))));
    conversation.extend(chunk(2, &frame(Section::StaffPreparation, Message::SyncStep1(vec![0]))));
    keep("rooms", "conversation", &conversation);

    keep("state_vectors", "own", &passport.state_vector());
    keep("state_vectors", "empty", &[0]);
    keep("state_vectors", "ahead", &[2, PUPILS as u8, 0x7f, 99, 5]);
    keep("state_vectors", "inside", &[1, PUPILS as u8, 9]);
    keep("state_vectors", "claims", &[0xff, 0xff, 0xff, 0xff, 0x0f]);
    keep("awareness", "writing", &shown);
    let gone = Entry { client_id: 12, clock: 2, state: "null".to_owned() };
    keep("awareness", "gone", &awareness::encode(&[gone]));
    let lie =
        Entry { client_id: PUPILS, clock: 9, state: r#"{"name":"Head teacher","role":"facilitator"}"#.to_owned() };
    keep("awareness", "lie", &awareness::encode(&[lie]));
    let several = (20..24).map(|client_id| Entry { client_id, clock: 1, state: writing(&passport) });
    keep("awareness", "several", &awareness::encode(&several.collect::<Vec<_>>()));
    keep("awareness", "claims", &[0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0]);

    keep("json", "writing", writing(&passport).as_bytes());
    keep("json", "refused", event().as_bytes());
    let here = ServerEvent::Here { participants: vec![], scribe: None };
    keep("json", "here", serde_json::to_string(&here).unwrap().as_bytes());
    let stage = ServerEvent::Stage { stage: Stage::Agreed };
    keep("json", "stage", serde_json::to_string(&stage).unwrap().as_bytes());
    keep("json", "deep", "[".repeat(200).as_bytes());
    keep("json", "field", format!("passport/help/{}/text", item(1)).as_bytes());
    keep("json", "document", Section::Plan.document_name(MEETING).as_bytes());
}

fn writing(doc: &SectionDoc) -> String {
    let field = format!("{}/help/{}/text", doc.section().name(), item(1)).parse().ok();
    let caret = Some(serde_json::json!({ "item": { "client": 12, "clock": 4 }, "assoc": 0 }));
    serde_json::to_string(&Writing { field, caret, typing: true }).unwrap()
}

fn event() -> String {
    let reason = Refusal::ProtectedWords;
    let refused = ServerEvent::Refused { refused: Section::Plan, reason, words: reason.sentence().to_owned() };
    serde_json::to_string(&refused).unwrap()
}
