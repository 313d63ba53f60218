//! What one room takes: connections, updates that wait, refusals, and how large a section may become.

use server::{
    limits::{Answer, Limit},
    room::state::Input,
};
use shared::{
    Role, Section, Stage,
    doc::NewItem,
    protocol::{
        Message, Retry,
        awareness::{self, Entry},
    },
    schema::plan::TARGETS,
    splice::Splice,
};

use crate::support::{
    limit::{closes, most, refuses, says},
    table::{Client, Table, empty, item, list, participants, person, refusal, saved},
};

const SECTION: Section = Section::Plan;

/// Says this again and again until somebody is closed. Returns how often it was said.
fn until_closed(table: &mut Table, client: &Client, message: &Message) -> usize {
    for said in 1..100_000 {
        table.say(client.conn, SECTION, message.clone());
        if !table.closed.is_empty() {
            return said;
        }
    }
    panic!("nobody was closed");
}

#[test]
fn one_more_connection_than_a_room_takes_is_closed_and_comes_back_later() {
    let mut table = Table::new(Stage::Meeting);
    let seated: Vec<_> =
        (0..most(Limit::ConnectionsOfRoom)).map(|n| table.connect(Role::ALL[n % Role::ALL.len()])).collect();
    assert!(table.closed.is_empty());
    let late = table.connect(Role::Parent);
    assert_eq!(table.closed.get(&late), Some(&closes(Limit::ConnectionsOfRoom, Some(Retry::Later))));
    assert_eq!(table.closed.len(), 1, "those who are in notice nothing");

    table.input(Input::Disconnect { conn: seated[0] });
    let mut back = Client::open(&mut table, Role::Parent, SECTION, 5);
    back.add(&mut table, Role::Parent, item(1), "in at last");
    table.commit();
    assert_eq!((saved(&back.listen(&mut table)), table.closed.len()), (1, 1));
}

#[test]
fn one_more_connection_of_one_person_is_closed_and_comes_back_later() {
    let mut table = Table::new(Stage::Meeting);
    let most = most(Limit::ConnectionsOfPerson);
    let connections: Vec<_> = (0..=most).map(|_| table.connect(Role::Parent)).collect();
    let code = closes(Limit::ConnectionsOfPerson, Some(Retry::Later));
    assert_eq!(table.closed.get(&connections[most]), Some(&code));
    table.connect(Role::Teacher);
    assert_eq!(table.closed.len(), 1, "nobody else is turned away");
}

#[test]
fn while_the_log_is_away_so_much_is_held_and_whoever_writes_more_is_sent_away_with_their_words() {
    let mut table = Table::new(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let mut parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    parent.listen(&mut table);
    teacher.add(&mut table, Role::Teacher, item(2), "before");
    parent.add(&mut table, Role::Parent, item(1), "in the storm");
    // What it says again waits as well, for its answer.
    let again = Message::Update(parent.doc.state());
    let said = until_closed(&mut table, &parent, &again);
    assert_eq!(table.closed.get(&parent.conn), Some(&closes(Limit::HeldReleases, Some(Retry::Soon))));
    assert!(said.abs_diff(most(Limit::HeldReleases)) < 5, "{said}");
    assert_eq!((saved(&parent.listen(&mut table)), table.closed.len()), (0, 1), "nothing is called saved");

    table.commit();
    teacher.listen(&mut table);
    assert_eq!(teacher.words(item(1)), "in the storm");
    parent.conn = table.connect(Role::Parent);
    parent.begin(&mut table);
    table.say(parent.conn, SECTION, again);
    table.commit();
    assert_eq!(saved(&parent.listen(&mut table)), 1);
}

#[test]
fn while_a_record_is_saved_so_much_is_kept_back_and_whoever_writes_more_is_sent_away() {
    let mut table = Table::new(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let mut parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    table.input(Input::Quiesce { question: 1 });
    parent.add(&mut table, Role::Parent, item(1), "one word more");
    let said = until_closed(&mut table, &teacher, &Message::Update(vec![0, 0]));
    assert_eq!(table.closed.get(&teacher.conn), Some(&closes(Limit::QuietUpdates, Some(Retry::Soon))));
    assert_eq!((said, table.closed.len(), table.log.len()), (most(Limit::QuietUpdates), 1, 0));

    table.input(Input::Resume);
    table.commit();
    assert_eq!(saved(&parent.listen(&mut table)), 1);
    teacher.conn = table.connect(Role::Teacher);
    teacher.begin(&mut table);
    assert_eq!(teacher.words(item(1)), "one word more");
}

#[test]
fn whoever_is_refused_again_and_again_is_closed_and_comes_back_later() {
    let mut table = Table::new(Stage::Meeting);
    let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    let nowhere = NewItem::default().with("area", "nowhere");
    teacher.doc.add(&TARGETS, item(2), nowhere);
    let wrong = Message::Update(teacher.unsent());
    for n in 0..=most(Limit::Refusals) {
        assert!(table.closed.is_empty(), "after {n}");
        table.say(teacher.conn, SECTION, Message::AuthToken(String::new()));
        table.say(teacher.conn, SECTION, wrong.clone());
    }
    assert_eq!(table.closed.get(&teacher.conn), Some(&closes(Limit::Refusals, Some(Retry::Later))));
    assert!(teacher.listen(&mut table).contains(&Message::SyncStatus(false)), "and was told why");
}

#[test]
fn a_state_that_is_too_long_is_shown_to_nobody() {
    let mut table = Table::new(Stage::Meeting);
    let parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    let teacher = Client::open(&mut table, Role::Teacher, SECTION, 6);
    for (length, shown) in [(most(Limit::AwarenessBytes), 1), (most(Limit::AwarenessBytes) + 1, 0)] {
        table.heard(teacher.conn, SECTION);
        let state = format!("{{{}}}", " ".repeat(length - 2));
        let entry = Entry { client_id: 5, clock: length as u64, state };
        table.say(parent.conn, SECTION, Message::Awareness(awareness::encode(&[entry])));
        let heard = table.heard(teacher.conn, SECTION);
        assert_eq!(heard.iter().filter(|message| matches!(message, Message::Awareness(_))).count(), shown);
    }
    says(Limit::AwarenessBytes, Answer::Ignore);
    assert!(table.closed.is_empty());
}

#[test]
fn a_list_that_is_full_takes_no_more() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    let most = most(Limit::ListLength) as u128;
    for n in 0..most {
        parent.edit(&mut table, |doc| doc.add(&TARGETS, item(n), NewItem::default()));
    }
    table.commit();
    assert_eq!(saved(&parent.listen(&mut table)), most as usize);
    parent.edit(&mut table, |doc| doc.add(&TARGETS, item(most), NewItem::default()));
    assert_eq!(refusal(&parent.listen(&mut table)), Some(refuses(Limit::ListLength)));
}

#[test]
fn a_text_that_is_full_takes_no_more() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    parent.add(&mut table, Role::Parent, item(1), &"x".repeat(most(Limit::TextLength)));
    assert_eq!(refusal(&parent.listen(&mut table)), None);
    let list = list(SECTION);
    let one_more = Splice { at: 0, delete: 0, insert: "x".to_owned() };
    parent.edit(&mut table, |doc| doc.splice(list, item(1), list.fields[0].key, &one_more));
    assert_eq!(refusal(&parent.listen(&mut table)), Some(refuses(Limit::TextLength)));
}

#[test]
fn a_section_that_is_full_takes_no_more() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    // Letters of three bytes, as much as fits into a frame; each of these texts is as long as one may be.
    let page = "€".repeat(most(Limit::TextLength));
    let texts = ["title", "baseline", "impact"];
    let mut kept = 0;
    let refused = (0..most(Limit::ListLength) as u128).find_map(|n| {
        parent.edit(&mut table, |doc| {
            let filled = texts.iter().fold(NewItem::default(), |item, text| item.with(text, page.clone()));
            doc.add(&TARGETS, item(n), filled);
        });
        table.commit();
        let refused = refusal(&parent.listen(&mut table));
        kept += usize::from(refused.is_none()) * texts.len() * page.len();
        refused
    });
    assert_eq!(refused, Some(refuses(Limit::SectionSize)));
    let size = most(Limit::SectionSize) << 20;
    // What is not of the texts takes some room too.
    assert!((size - 2 * texts.len() * page.len()..size).contains(&kept), "{kept}");
    let late = Client::open(&mut table, Role::Observer, SECTION, 7);
    assert_eq!(late.doc.words(&TARGETS, item(0), "title"), page);
}

#[test]
fn a_section_has_only_so_many_hands() {
    let mut full = empty(SECTION);
    full.owners = (0..most(Limit::ClientIds) as u64).map(|n| (1_000 + n, person(Role::Teacher))).collect();
    let mut table = Table::load(Stage::Meeting, vec![full], participants());
    let mut known = Client::open(&mut table, Role::Teacher, SECTION, 1_000);
    known.add(&mut table, Role::Teacher, item(1), "under an id it has");
    let mut new = Client::open(&mut table, Role::Teacher, SECTION, 5);
    new.add(&mut table, Role::Teacher, item(2), "under one more");
    assert_eq!(refusal(&new.listen(&mut table)), Some(refuses(Limit::ClientIds)));
    table.commit();
    assert_eq!(saved(&known.listen(&mut table)), 1);
}

#[test]
fn whoever_shows_themselves_at_ever_more_ids_has_no_more_kept() {
    let mut table = Table::new(Stage::Meeting);
    let parent = Client::open(&mut table, Role::Parent, SECTION, 5);
    let row = Limit::ClientIds.row().most;
    let shown: u64 = row.split(' ').filter_map(|word| word.parse().ok()).next_back().unwrap();
    for id in 100..=100 + shown {
        let entry = Entry { client_id: id, clock: 1, state: "{}".to_owned() };
        table.say(parent.conn, SECTION, Message::Awareness(awareness::encode(&[entry])));
    }
    let mut write = |id: u64| {
        let mut teacher = Client::open(&mut table, Role::Teacher, SECTION, id);
        teacher.add(&mut table, Role::Teacher, item(id.into()), "mine");
        refusal(&teacher.listen(&mut table)).is_none()
    };
    assert_eq!([100 + shown - 1, 100 + shown].map(&mut write), [false, true]);
}

#[test]
fn there_is_no_section_but_those_of_the_list() {
    let mut table = Table::load(Stage::Meeting, vec![empty(SECTION)], participants());
    let conn = table.connect(Role::Teacher);
    assert_eq!(most(Limit::SectionsOpen), Section::ALL.len());
    says(Limit::SectionsOpen, Answer::Ignore);
    for section in Section::ALL.into_iter().filter(|section| *section != SECTION) {
        table.say(conn, section, Message::AuthToken(String::new()));
        table.say(conn, section, Message::SyncStep1(vec![0]));
        assert!(matches!(*table.heard(conn, section), [Message::PermissionDenied(_)]), "{section:?}");
    }
    assert!(table.closed.is_empty());
}
