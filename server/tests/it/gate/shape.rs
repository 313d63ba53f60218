//! What a section has a place for, and what is no update at all.

use server::limits::Limit;

use super::*;
use crate::support::limit::refuses;

#[test]
fn what_builds_on_something_never_seen_is_refused() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.doc.add(&TARGETS, item(1), NewItem::default());
    parent.unsent();
    parent.edit(&mut table, |doc| doc.splice(&TARGETS, item(1), "title", &insert("lost")));
    assert_eq!(refusal(&parent.listen(&mut table)), Some(refuses(Limit::PendingStructs)));
}

#[test]
fn a_text_that_is_too_long_is_refused() {
    let mut table = Table::new(Stage::Meeting);
    let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    parent.add(&mut table, Role::Parent, item(1), &"x".repeat(2_001));
    assert_eq!(refusal(&parent.listen(&mut table)), Some(Refusal::TooLong));
}

#[test]
fn what_no_database_keeps_is_refused() {
    for message in [Message::Update, Message::SyncStep2] {
        for letter in ["\0", "\r", "\u{7}"] {
            let mut table = Table::new(Stage::Meeting);
            let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
            parent.doc.add(&TARGETS, item(1), NewItem::default().with("title", format!("Play{letter}")));
            let update = parent.unsent();
            table.say(parent.conn, Section::Plan, message(update));
            assert_eq!(refusal(&parent.listen(&mut table)), Some(Refusal::UnknownShape), "{letter:?}");
        }
    }
}

#[test]
fn what_no_section_has_a_place_for_is_refused() {
    let attempt = |edit: fn(&mut yrs::TransactionMut, MapRef)| {
        let mut table = Table::new(Stage::Meeting);
        let mut parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
        parent.edit(&mut table, |doc| doc.add(&TARGETS, item(1), NewItem::default()));
        table.commit();
        parent.listen(&mut table);
        parent.edit(&mut table, |doc| {
            let mut txn = doc.yrs().transact_mut();
            let root = txn.get_or_insert_map(TARGETS.key);
            let target = root.get(&txn, &item(1).to_string()).unwrap().cast::<MapRef>().unwrap();
            edit(&mut txn, target);
        });
        let refused = refusal(&parent.listen(&mut table));
        let late = Client::open(&mut table, Role::Parent, Section::Plan, 6);
        assert_eq!(late.doc.words(&TARGETS, item(1), "area"), "");
        assert_eq!(late.doc.words(&TARGETS, item(1), "title"), "");
        refused
    };
    let unknown = Some(Refusal::UnknownShape);
    assert_eq!(
        attempt(|txn, _| {
            txn.get_or_insert_map("costs").insert(txn, "a", 1);
        }),
        unknown
    );
    assert_eq!(
        attempt(|txn, target| {
            target.insert(txn, "colour", "red");
        }),
        unknown
    );
    assert_eq!(
        attempt(|txn, target| {
            target.insert(txn, "area", "nowhere");
        }),
        unknown
    );
    assert_eq!(
        attempt(|txn, target| {
            target.insert(txn, "area", Any::from(vec![Any::Null]));
        }),
        unknown
    );
    let bold = |txn: &mut yrs::TransactionMut, target: MapRef| {
        let title = target.get(txn, "title").unwrap().cast::<yrs::TextRef>().unwrap();
        title.insert_with_attributes(txn, 0, "bold", [("bold".into(), Any::Bool(true))].into());
    };
    assert_eq!(attempt(bold), unknown);
}

#[test]
fn what_is_no_update_ends_that_connection_alone() {
    for bad in [vec![], vec![0], vec![1, 1, 1, 0, 0xff], vec![0xff; 50], vec![0, 0, 0]] {
        let (mut table, mut pupil, teacher) = passport(Role::Teacher);
        table.say(teacher.conn, Section::Passport, Message::Update(bad));
        assert_eq!(table.closed.get(&teacher.conn), Some(&CloseCode::Malformed));
        pupil.add(&mut table, Role::Pupil, item(2), "still here");
        table.commit();
        assert_eq!(saved(&pupil.listen(&mut table)), 1);
    }
}

#[test]
fn ten_and_thirty_thousand_lists_within_lists_are_survived() {
    for depth in [10_000, 30_000] {
        let (mut table, _, mut teacher) = passport(Role::Teacher);
        let mut deep = vec![1, 1, 12, 0, 0x28, 0, 11, 0, 5];
        deep.extend(b"order");
        deep.push(1);
        deep.extend([117, 1].repeat(depth));
        deep.extend([126, 0]);
        table.say(teacher.conn, Section::Passport, Message::Update(deep));
        assert_eq!(refusal(&teacher.listen(&mut table)), Some(refuses(Limit::Nesting)));
    }
}
