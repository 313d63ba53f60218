use uuid::Uuid;

use super::*;
use crate::{
    ItemId, PersonId,
    schema::plan::{PROVISION, TARGETS},
    splice::Splice,
};

fn doc(client: u64) -> SectionDoc {
    SectionDoc::new(Section::Plan, client)
}

fn id(n: u128) -> ItemId {
    ItemId(Uuid::from_u128(n))
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

fn exchange(a: &SectionDoc, b: &SectionDoc) {
    let (to_b, to_a) = (a.diff(&b.state_vector()).unwrap(), b.diff(&a.state_vector()).unwrap());
    a.apply(&to_a).unwrap();
    b.apply(&to_b).unwrap();
}

#[test]
fn an_added_item_has_every_field_and_its_words() {
    let doc = doc(1);
    doc.add(&TARGETS, id(1), NewItem::by(person(7)).with("pupil_words", "I can play 😀").with_number("before_home", 3));
    assert_eq!(doc.items(&TARGETS), [id(1)]);
    assert_eq!(doc.words(&TARGETS, id(1), "pupil_words"), "I can play 😀");
    assert_eq!(doc.words(&TARGETS, id(1), "success"), "");
    assert_eq!(doc.number(&TARGETS, id(1), "before_home"), Some(3));
    assert_eq!(doc.number(&TARGETS, id(1), "before_pupil"), None);
    assert_eq!(doc.meta(&TARGETS, id(1)).unwrap().said_by, Some(person(7)));
}

#[test]
fn moves_and_edits_at_the_same_moment_both_survive() {
    let (a, b) = (doc(1), doc(2));
    for n in 1..=3 {
        a.add(&TARGETS, id(n), NewItem::default());
    }
    exchange(&a, &b);
    a.move_by(&TARGETS, id(3), -1);
    b.splice(&TARGETS, id(3), "title", &Splice { at: 0, delete: 0, insert: "Play".to_owned() });
    exchange(&a, &b);
    for doc in [&a, &b] {
        assert_eq!(doc.items(&TARGETS), [id(1), id(3), id(2)]);
        assert_eq!(doc.words(&TARGETS, id(3), "title"), "Play");
    }
}

#[test]
fn what_is_put_back_has_every_letter_written_meanwhile() {
    let (a, b) = (doc(1), doc(2));
    a.add(&PROVISION, id(1), NewItem::default().with("name", "Game club"));
    exchange(&a, &b);
    a.remove(&PROVISION, id(1), person(1));
    b.splice(&PROVISION, id(1), "name", &Splice { at: 9, delete: 0, insert: " at lunch".to_owned() });
    exchange(&a, &b);
    assert!(b.items(&PROVISION).is_empty());
    b.put_back(&PROVISION, id(1));
    exchange(&a, &b);
    assert_eq!(a.words(&PROVISION, id(1), "name"), "Game club at lunch");
}

#[test]
fn a_splice_beyond_the_text_is_cut_off() {
    let doc = doc(1);
    doc.add(&TARGETS, id(1), NewItem::default().with("title", "abc"));
    doc.splice(&TARGETS, id(1), "title", &Splice { at: 9, delete: 9, insert: "d".to_owned() });
    assert_eq!(doc.words(&TARGETS, id(1), "title"), "abcd");
}

#[test]
fn every_letter_has_the_hand_it_was_written_with() {
    let (a, b) = (doc(1), doc(2));
    a.add(&TARGETS, id(1), NewItem::default().with("title", "Play 😀 chess"));
    exchange(&a, &b);
    b.splice(&TARGETS, id(1), "title", &Splice { at: 8, delete: 5, insert: "a game".to_owned() });
    b.splice(&TARGETS, id(1), "title", &Splice { at: 0, delete: 0, insert: "To ".to_owned() });
    exchange(&a, &b);
    for doc in [&a, &b] {
        let runs = doc.runs(&TARGETS, id(1), "title");
        let runs: Vec<_> = runs.iter().map(|run| (run.client, run.words.as_str())).collect();
        assert_eq!(runs, [(2, "To "), (1, "Play 😀 "), (2, "a game")]);
    }
    assert_eq!(a.runs(&TARGETS, id(1), "success"), []);
}
