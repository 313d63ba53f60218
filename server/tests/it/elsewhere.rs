//! A room whose meeting is open on other servers too: what it takes from them, and when it asks the log.

use std::{sync::Arc, time::Duration};

use server::room::{
    notice::{Beat, NodeId, Notice},
    numbers::{Committed, Since},
    state::{Effect, Input, SILENCE},
};
use shared::{
    PersonId, Role, Section, Stage,
    doc::{NewItem, SectionDoc},
    event::{Refusal, ServerEvent},
    protocol::{
        Message,
        awareness::{self, Entry},
    },
    schema::plan::OUTCOMES,
    splice::Splice,
};

use crate::support::table::{Client, Table, events, item, person, refusal, saved, seat};

const THERE: NodeId = NodeId(9);
const SECTION: Section = Section::Plan;
const SECOND: Duration = Duration::from_secs(1);

/// Somebody who writes on another server, one letter an update.
pub(crate) struct Writer {
    doc: SectionDoc,
    person: PersonId,
    seq: u64,
}

impl Writer {
    pub(crate) fn new(role: Role, client_id: u64) -> Self {
        Self { doc: SectionDoc::new(SECTION, client_id), person: person(role), seq: 0 }
    }

    fn commit(&mut self, claims: &[u64], edit: impl FnOnce(&SectionDoc)) -> Committed {
        let before = self.doc.state_vector();
        edit(&self.doc);
        self.seq += 1;
        let update: Arc<[u8]> = self.doc.diff(&before).unwrap().into();
        Committed { seq: self.seq, person: self.person, claims: claims.to_vec(), update }
    }

    pub(crate) fn item(&mut self) -> Committed {
        let client = self.doc.yrs().client_id().get();
        self.commit(&[client], |doc| doc.add(&OUTCOMES, item(1), NewItem::default()))
    }

    pub(crate) fn letter(&mut self, letter: &str) -> Committed {
        let splice = Splice { at: 0, delete: 0, insert: letter.to_owned() };
        self.commit(&[], |doc| doc.splice(&OUTCOMES, item(1), "text", &splice))
    }
}

pub(crate) fn hear(table: &mut Table, committed: &Committed) {
    let notice = Notice::Committed { section: SECTION, committed: committed.clone() };
    table.input(Input::Notice { node: THERE, notice });
}

pub(crate) fn questions(table: &mut Table) -> Vec<u64> {
    let asked = |effect: &Effect| match effect {
        Effect::ReadLog { after, .. } => Some(*after),
        _ => None,
    };
    std::mem::take(&mut table.said).iter().filter_map(asked).collect()
}

pub(crate) fn read(table: &mut Table, updates: &[&Committed], owners: &[(u64, PersonId)]) {
    let updates = updates.iter().map(|committed| Committed { claims: vec![], ..(*committed).clone() }).collect();
    let since = Some(Since { checkpoint: None, updates, owners: owners.to_vec() });
    table.input(Input::LogRead { section: SECTION, since });
}

#[test]
fn what_others_committed_is_shown_in_its_order_with_its_authors() {
    let mut table = Table::among_others(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let mut there = Writer::new(Role::Parent, 5);
    let (first, second) = (there.item(), there.letter("a"));
    hear(&mut table, &second);
    assert_eq!(teacher.listen(&mut table), []);
    hear(&mut table, &first);
    hear(&mut table, &first);
    let heard = teacher.listen(&mut table);
    assert!(matches!(events(&heard)[..], [ServerEvent::Authors { .. }]));
    assert_eq!((heard.len(), teacher.words(item(1))), (3, "a".to_owned()));
    assert_eq!(questions(&mut table), [0; 0]);
}

#[test]
fn what_was_missed_is_read_from_the_log_after_a_moment_and_once() {
    let mut table = Table::among_others(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let mut there = Writer::new(Role::Parent, 5);
    let (first, second, third) = (there.item(), there.letter("a"), there.letter("b"));
    hear(&mut table, &first);
    hear(&mut table, &third);
    table.wait(SECOND);
    assert_eq!(questions(&mut table), [0; 0]);
    table.wait(SECOND);
    assert_eq!(questions(&mut table), [1]);
    table.wait(SECOND);
    assert_eq!(questions(&mut table), [0; 0], "it is on its way");
    table.input(Input::LogRead { section: SECTION, since: None });
    table.wait(SECOND);
    assert_eq!(questions(&mut table), [1], "there was no answer");
    read(&mut table, &[&second, &third], &[]);
    teacher.listen(&mut table);
    assert_eq!(teacher.words(item(1)), "ba");
    for _ in 0..3 {
        table.wait(SECOND);
    }
    assert_eq!(questions(&mut table), [0; 0]);
}

#[test]
fn a_rumour_of_more_is_looked_into_and_a_false_one_forgotten() {
    let mut table = Table::among_others(Stage::Meeting);
    let beat = Beat { heads: vec![(SECTION, 3)], ..Beat::default() };
    table.input(Input::Notice { node: THERE, notice: Notice::Beat(beat) });
    table.wait(SECOND);
    table.wait(SECOND);
    assert_eq!(questions(&mut table), [0]);
    read(&mut table, &[], &[]);
    for _ in 0..3 {
        table.wait(SECOND);
    }
    assert_eq!(questions(&mut table), [0; 0]);
}

#[test]
fn whoever_may_know_more_is_judged_when_the_log_was_read() {
    let mut table = Table::among_others(Stage::Meeting);
    let mut there = Writer::new(Role::Parent, 5);
    let (first, second) = (there.item(), there.letter("a"));
    // Comes with what it saw there, writes on, and repeats it all, as a client that has moved does.
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    teacher.doc.apply(&there.doc.state()).unwrap();
    teacher.doc.splice(&OUTCOMES, item(1), "text", &Splice { at: 1, delete: 0, insert: "b".to_owned() });
    table.say(teacher.conn, SECTION, Message::SyncStep2(teacher.doc.state()));
    teacher.unsent();
    teacher.edit(&mut table, |doc| {
        doc.splice(&OUTCOMES, item(1), "text", &Splice { at: 2, delete: 0, insert: "c".to_owned() });
    });
    assert_eq!((questions(&mut table), table.log.len()), (vec![0], 0));
    table.heads.insert(SECTION, 2);
    read(&mut table, &[&first, &second], &[(5, person(Role::Parent))]);
    table.commit();
    let heard = teacher.listen(&mut table);
    assert_eq!((refusal(&heard), saved(&heard), table.log.len()), (None, 2, 2));

    // What the log does not hold either is refused, as ever.
    let mut liar = Client::open(&mut table, Role::Specialist, SECTION, 7);
    let mut unknown = Writer::new(Role::Parent, 8);
    unknown.item();
    table.say(liar.conn, SECTION, Message::SyncStep2(unknown.doc.state()));
    assert_eq!(questions(&mut table), [4]);
    read(&mut table, &[], &[(8, person(Role::Parent))]);
    assert_eq!(refusal(&liar.listen(&mut table)), Some(Refusal::NotYourHand));
}

#[test]
fn people_of_a_server_that_falls_silent_are_gone() {
    let mut table = Table::among_others(Stage::Meeting);
    let teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    table.heard(teacher.conn, SECTION);
    let entries = awareness::encode(&[Entry { client_id: 5, clock: 1, state: "{}".to_owned() }]);
    let beat = Beat { here: vec![seat(Role::Parent)], presence: vec![(SECTION, entries.clone())], ..Beat::default() };
    table.input(Input::Notice { node: THERE, notice: Notice::Beat(beat) });
    let heard = table.heard(teacher.conn, SECTION);
    assert!(heard.contains(&Message::Awareness(entries)));
    let parents = [seat(Role::Parent), seat(Role::Teacher)];
    assert!(matches!(&events(&heard)[..], [ServerEvent::Here { participants, .. }] if participants[..] == parents));
    let mut late = Client::open(&mut table, Role::Observer, SECTION, 7);
    assert_eq!(late.listen(&mut table), []);

    table.heard(teacher.conn, SECTION);
    table.wait(SILENCE);
    let heard = table.heard(teacher.conn, SECTION);
    let gone = awareness::encode(&[Entry { client_id: 5, clock: 1, state: "null".to_owned() }]);
    assert!(heard.contains(&Message::Awareness(gone)));
    assert!(
        matches!(&events(&heard)[..], [ServerEvent::Here { participants, .. }] if !participants.contains(&parents[0]))
    );
}
