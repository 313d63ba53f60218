//! What a room takes from other servers, and keeps until it knows what they let in.

use server::{
    limits::{Answer, Limit},
    room::{
        notice::{Beat, NodeId, Notice},
        state::{Effect, Input},
    },
};
use shared::{
    Role, Section, Stage,
    event::ServerEvent,
    protocol::{Message, Retry},
};

use crate::{
    elsewhere::{Writer, hear, questions, read},
    support::{
        limit::{closes, most, says},
        table::{Client, Table, events, item, seat},
    },
};

const SECTION: Section = Section::Plan;

#[test]
fn one_more_server_is_not_listened_to_and_its_edits_are_read_from_the_log() {
    let mut table = Table::among_others(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let beat = |role: Role| Notice::Beat(Beat { here: vec![seat(role)], ..Beat::default() });
    for node in 0..most(Limit::Servers) as u64 {
        table.input(Input::Notice { node: NodeId(node), notice: beat(Role::Parent) });
    }
    teacher.listen(&mut table);
    let strange = NodeId(99);
    table.input(Input::Notice { node: strange, notice: beat(Role::Pupil) });
    let mut there = Writer::new(Role::Pupil, 5);
    let (first, second) = (there.item(), there.letter("a"));
    for committed in [&first, &second] {
        let notice = Notice::Committed { section: SECTION, committed: committed.clone() };
        table.input(Input::Notice { node: strange, notice });
    }
    assert_eq!(teacher.listen(&mut table), [], "neither who is there nor what they write");

    // As every few seconds: how far is the log?
    table.said.clear();
    for _ in 0..10 {
        table.wait(std::time::Duration::from_secs(1));
    }
    assert!(table.said.iter().any(|effect| matches!(effect, Effect::ReadHeads)));
    table.input(Input::Heads(vec![(SECTION, 2)]));
    for _ in 0..2 {
        table.wait(std::time::Duration::from_secs(1));
    }
    assert!(questions(&mut table).contains(&0));
    read(&mut table, &[&first, &second], &[]);
    teacher.listen(&mut table);
    assert_eq!(teacher.words(item(1)), "a");
    says(Limit::Servers, Answer::Ignore);

    // One that says goodbye makes room.
    table.input(Input::Notice { node: NodeId(0), notice: Notice::Gone });
    table.input(Input::Notice { node: strange, notice: beat(Role::Pupil) });
    let heard = events(&teacher.listen(&mut table));
    let pupil = seat(Role::Pupil);
    assert!(
        heard
            .iter()
            .any(|event| matches!(event, ServerEvent::Here { participants, .. } if participants.contains(&pupil)))
    );
}

#[test]
fn what_comes_too_early_is_kept_so_far_and_the_rest_is_read_from_the_log() {
    let mut table = Table::among_others(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let mut there = Writer::new(Role::Parent, 5);
    let most = most(Limit::EarlyUpdates);
    let first = there.item();
    let letters: Vec<_> = (0..most + 3).map(|_| there.letter("a")).collect();
    letters.iter().for_each(|letter| hear(&mut table, letter));
    assert_eq!(teacher.listen(&mut table), []);
    hear(&mut table, &first);
    teacher.listen(&mut table);
    assert_eq!(teacher.words(item(1)).len(), most);
    questions(&mut table);
    for _ in 0..2 {
        table.wait(std::time::Duration::from_secs(1));
    }
    assert_eq!(questions(&mut table), [1 + most as u64]);
    read(&mut table, &letters[most..].iter().collect::<Vec<_>>(), &[]);
    teacher.listen(&mut table);
    assert_eq!(teacher.words(item(1)).len(), most + 3);
    says(Limit::EarlyUpdates, Answer::Ignore);
}

#[test]
fn while_nobody_knows_what_others_let_in_so_much_waits_and_whoever_writes_more_is_sent_away() {
    let mut table = Table::among_others(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    teacher.add(&mut table, Role::Teacher, item(1), "the first words under a new id");
    assert_eq!((questions(&mut table), table.log.len()), (vec![0], 0));
    for n in 1..most(Limit::UnsureUpdates) {
        table.say(teacher.conn, SECTION, Message::Update(teacher.doc.state()));
        assert!(table.closed.is_empty(), "after {n}");
    }
    table.say(teacher.conn, SECTION, Message::Update(teacher.doc.state()));
    assert_eq!(table.closed.get(&teacher.conn), Some(&closes(Limit::UnsureUpdates, Some(Retry::Soon))));

    // They are still on the page, which brings them again.
    read(&mut table, &[], &[]);
    teacher.conn = table.connect(Role::Teacher);
    teacher.begin(&mut table);
    table.say(teacher.conn, SECTION, Message::SyncStep2(teacher.doc.state()));
    read(&mut table, &[], &[]);
    table.commit();
    assert_eq!((crate::support::table::saved(&teacher.listen(&mut table)), table.log.len()), (1, 1));
}
