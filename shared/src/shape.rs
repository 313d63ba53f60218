//! Whether an update makes only what [`crate::schema`] declares: the server’s two looks at it.
//!
//! [`outline()`] reads the bytes before any of them reaches yrs, and lets through only the few kinds
//! of content a section is made of. [`watch`] looks at what changed while it is applied, because
//! where content lands is known only then. Both look at the change alone, never at the whole
//! document, so that typing a letter costs the same in a long section as in a short one.
//!
//! To allow a new kind of value: add it to [`Kind`], to `value` below, and, if it is not a scalar or
//! a text, to the outline.
//!
//! What must stay true: an item is made whole, in one update, and is never deleted or replaced; a
//! text is never replaced, holds only plain words, and is no longer than its field allows.

mod outline;

use std::{collections::BTreeSet, sync::mpsc};

use yrs::{
    Any, DeepObservable, GetString, Map, MapRef, Out, ReadTxn, Text, TextRef, Transact, TransactionMut,
    branch::{Branch, BranchPtr},
    types::{EntryChange, Event, PathSegment},
};

pub use self::outline::{Between, Outline, Run, Unfit, outline, state_vector};
use crate::{
    ItemId, PersonId, Section,
    doc::SectionDoc,
    event::Refusal,
    plain::is_plain,
    schema::{self, Kind, LIST_LIMIT, List, item as key},
};

/// How long an `order` key may grow; moving one item between two others a thousand times stays below.
const ORDER_LIMIT: usize = 256;
const CAPTURED_LIMIT: usize = 200;
const IDS_LIMIT: usize = 4_000;

/// Finds what a document was given that it has no place for, and whom it was said to be by.
#[derive(Debug)]
pub struct Watch {
    found: mpsc::Receiver<Found>,
}

#[derive(Debug)]
enum Found {
    Unfit(Refusal),
    Credit(PersonId),
}

/// Looks at every change to this document from here on.
pub fn watch(doc: &SectionDoc) -> Watch {
    let (report, found) = mpsc::channel();
    let section = doc.section();
    for list in schema::lists(section) {
        let Some(root) = doc.yrs().transact().get_map(list.key) else { continue };
        let report = report.clone();
        root.observe_deep("shape", move |txn, events| {
            for event in events.iter() {
                // Nobody listens any more: then nobody decides by it either.
                let credit = |person| drop(report.send(Found::Credit(person)));
                if let Err(refusal) = change(list, txn, event, &credit) {
                    let _ = report.send(Found::Unfit(refusal));
                }
            }
        });
    }
    Watch { found }
}

impl Watch {
    /// What was wrong with the transactions committed since the last call, or else every person whom
    /// they name as the one who said something or took it off the page.
    pub fn verdict(&self) -> Result<BTreeSet<PersonId>, Refusal> {
        let mut credited = BTreeSet::new();
        let mut unfit = None;
        for found in self.found.try_iter() {
            match found {
                Found::Unfit(refusal) => unfit = unfit.or(Some(refusal)),
                Found::Credit(person) => drop(credited.insert(person)),
            }
        }
        unfit.map_or(Ok(credited), Err)
    }
}

fn change(list: &List, txn: &TransactionMut, event: &Event, credit: &impl Fn(PersonId)) -> Result<(), Refusal> {
    let path = event.path();
    match (event, path.len()) {
        (Event::Map(event), 0) => {
            let root = event.target();
            only_keys(root)?;
            if root.len(txn) > LIST_LIMIT {
                return Err(Refusal::TooLong);
            }
            event.keys(txn).iter().try_for_each(|(id, change)| match change {
                EntryChange::Inserted(Out::YMap(map)) if id.parse::<ItemId>().is_ok() => item(list, txn, map, credit),
                _ => Err(Refusal::UnknownShape),
            })
        }
        (Event::Map(event), 1) => {
            only_keys(event.target())?;
            event.keys(txn).iter().try_for_each(|(name, change)| match change {
                EntryChange::Updated(Out::YText(_), _) | EntryChange::Removed(_) => Err(Refusal::UnknownShape),
                EntryChange::Inserted(new) | EntryChange::Updated(_, new) => value(list, txn, name, new, credit),
            })
        }
        (Event::Text(event), 2) => match path.back() {
            Some(PathSegment::Key(name)) => match list.field(name).map(|field| field.kind) {
                Some(Kind::Text { limit }) => text(txn, event.target(), limit),
                _ => Err(Refusal::UnknownShape),
            },
            _ => Err(Refusal::UnknownShape),
        },
        _ => Err(Refusal::UnknownShape),
    }
}

/// A new item, with all its texts: two people who made the same text later would lose one of the two.
fn item(list: &List, txn: &TransactionMut, map: &MapRef, credit: &impl Fn(PersonId)) -> Result<(), Refusal> {
    only_keys(map)?;
    for field in list.fields {
        if matches!(field.kind, Kind::Text { .. }) && !map.contains_key(txn, field.key) {
            return Err(Refusal::UnknownShape);
        }
    }
    // The mark of its removal too: it must be its maker’s, for the gate to protect it.
    if !map.contains_key(txn, key::REMOVED_BY) || !map.contains_key(txn, key::ORDER) {
        return Err(Refusal::UnknownShape);
    }
    map.iter(txn).try_for_each(|(name, new)| value(list, txn, name, &new, credit))
}

fn value(
    list: &List,
    txn: &TransactionMut,
    name: &str,
    value: &Out,
    credit: &impl Fn(PersonId),
) -> Result<(), Refusal> {
    let fits = match (name, value) {
        (key::ORDER, Out::Any(Any::String(words))) => {
            !words.is_empty() && words.len() <= ORDER_LIMIT && is_plain(words)
        }
        (key::SAID_BY | key::REMOVED_BY, Out::Any(Any::String(words))) => {
            words.is_empty() || words.parse().map(credit).is_ok()
        }
        (key::CAPTURED, Out::Any(Any::String(words))) => words.len() <= CAPTURED_LIMIT && is_plain(words),
        (key::SAID_ON, Out::Any(Any::String(words))) => is_date(words),
        _ => match (list.field(name).map(|field| field.kind), value) {
            (Some(Kind::Text { limit }), Out::YText(new)) => return text(txn, new, limit),
            (Some(Kind::Choice(codes)), Out::Any(Any::String(words))) => {
                words.is_empty() || codes.iter().any(|code| code.code == &**words)
            }
            (Some(Kind::Number { .. }), Out::Any(Any::Null | Any::Undefined)) => true,
            (Some(Kind::Number { from, to }), Out::Any(Any::Number(number))) => {
                number.as_i64().is_some_and(|number| (from..=to).contains(&number))
            }
            (Some(Kind::Date), Out::Any(Any::String(words))) => is_date(words),
            (Some(Kind::Ids), Out::Any(Any::String(words))) => {
                words.len() <= IDS_LIMIT && words.split(' ').all(|id| id.is_empty() || id.parse::<ItemId>().is_ok())
            }
            _ => false,
        },
    };
    if fits { Ok(()) } else { Err(Refusal::UnknownShape) }
}

/// Plain words: whatever else it held would be counted by its length, but not be among its words.
fn text(txn: &TransactionMut, text: &TextRef, limit: u32) -> Result<(), Refusal> {
    if text.len(txn) > limit {
        return Err(Refusal::TooLong);
    }
    let words = text.get_string(txn);
    let (is_plain, words) = (is_plain(&words), words.encode_utf16().count());
    let branch: &Branch = text.as_ref();
    let attributes = MapRef::from(BranchPtr::from(branch)).len(txn);
    if is_plain && words == text.len(txn) as usize && attributes == 0 { Ok(()) } else { Err(Refusal::UnknownShape) }
}

/// A Yjs map can hide a sequence behind its keys.
fn only_keys(map: &MapRef) -> Result<(), Refusal> {
    if map.as_ref().len() == 0 { Ok(()) } else { Err(Refusal::UnknownShape) }
}

/// `YYYY-MM-DD` of a day that there is, or nothing yet.
fn is_date(words: &str) -> bool {
    let shape = |(at, byte): (usize, u8)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    words.is_empty() || (words.len() == 10 && words.bytes().enumerate().all(shape) && is_real(words))
}

fn is_real(words: &str) -> bool {
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u16>().ok()).unwrap_or(0);
    let mut parts = words.split('-');
    let (year, month, day) = (number(parts.next()), number(parts.next()), number(parts.next()));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u16::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=last).contains(&day)
}

/// Every key an item of some list of this section may have.
fn is_key(section: Section, name: &str) -> bool {
    key::ALL.contains(&name) || schema::lists(section).iter().any(|list| list.field(name).is_some())
}

fn is_text_key(section: Section, name: &str) -> bool {
    schema::lists(section).iter().any(|list| list.field(name).is_some_and(|f| matches!(f.kind, Kind::Text { .. })))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;
    use yrs::{Array, ArrayPrelim, MapPrelim, TextPrelim, WriteTxn};

    use super::*;
    use crate::{
        doc::{NewItem, Value},
        schema::plan::{TARGETS, WHOLE},
        splice::Splice,
    };

    const ITEM: ItemId = ItemId(Uuid::from_u128(1));

    /// A section with one target, a copy of it that is watched, and what changes on the way over.
    fn copies() -> (SectionDoc, SectionDoc) {
        let ours = SectionDoc::new(Section::Plan, 1);
        ours.add(&TARGETS, ITEM, NewItem::by(PersonId(Uuid::from_u128(9))).with("title", "Read a page"));
        let theirs = SectionDoc::from_state(Section::Plan, 2, &ours.state()).unwrap();
        (ours, theirs)
    }

    /// What both looks together say of an edit.
    #[track_caller]
    fn judged<R>(edit: impl FnOnce(&SectionDoc, &MapRef, &mut TransactionMut) -> R) -> Result<(), Refusal> {
        let (ours, theirs) = copies();
        let watch = watch(&ours);
        {
            let mut txn = theirs.yrs().transact_mut();
            let root = txn.get_or_insert_map(TARGETS.key);
            let item = root.get(&txn, &ITEM.to_string()).unwrap().cast::<MapRef>().unwrap();
            edit(&theirs, &item, &mut txn);
        }
        let update = theirs.diff(&ours.state_vector()).unwrap();
        outline(Section::Plan, &update).map_err(|unfit| {
            assert_eq!(unfit, Unfit::Undeclared);
            Refusal::UnknownShape
        })?;
        ours.apply(&update).unwrap();
        watch.verdict().map(drop)
    }

    fn title(item: &MapRef, txn: &TransactionMut) -> TextRef {
        item.get(txn, "title").unwrap().cast().unwrap()
    }

    const UNKNOWN: Result<(), Refusal> = Err(Refusal::UnknownShape);

    #[test]
    fn what_the_page_does_is_allowed() {
        let ours = SectionDoc::new(Section::Plan, 1);
        let theirs = SectionDoc::new(Section::Plan, 2);
        let watch = watch(&ours);
        let me = PersonId(Uuid::from_u128(9));
        theirs.add(&TARGETS, ITEM, NewItem::by(me).with("title", "Read").with_number("before_pupil", 3));
        theirs.add(&WHOLE, ItemId(Uuid::from_u128(2)), NewItem::by(me));
        theirs.splice(&TARGETS, ITEM, "title", &Splice { at: 4, delete: 0, insert: " a page 😀".to_owned() });
        theirs.splice(&TARGETS, ITEM, "title", &Splice { at: 0, delete: 4, insert: "Write".to_owned() });
        theirs.set_words(&TARGETS, ITEM, "by", "2027-02-01");
        theirs.set_words(&TARGETS, ITEM, "area", "C&L");
        theirs.set_number(&TARGETS, ITEM, "before_home", Some(10));
        theirs.set_number(&TARGETS, ITEM, "before_home", None);
        theirs.set_words(&TARGETS, ITEM, "outcome", &format!("{ITEM} {ITEM}"));
        theirs.remove(&TARGETS, ITEM, me);
        theirs.put_back(&TARGETS, ITEM);
        let update = theirs.diff(&ours.state_vector()).unwrap();
        let runs = outline(Section::Plan, &update).unwrap();
        assert_eq!(runs.inserts.iter().map(|run| run.client).collect::<Vec<_>>(), [2]);
        ours.apply(&update).unwrap();
        assert_eq!(watch.verdict(), Ok(BTreeSet::from([me])));
        assert_eq!(ours.words(&TARGETS, ITEM, "title"), "Write a page 😀");
    }

    #[test]
    fn an_item_can_be_neither_deleted_nor_replaced_nor_half_made() {
        assert_eq!(judged(|_, _, txn| txn.get_or_insert_map("targets").remove(txn, &ITEM.to_string())), UNKNOWN);
        let replaced = |_: &SectionDoc, _: &MapRef, txn: &mut TransactionMut| {
            txn.get_or_insert_map("targets").insert(txn, ITEM.to_string(), MapPrelim::default());
        };
        assert_eq!(judged(replaced), UNKNOWN);
        let half = |_: &SectionDoc, _: &MapRef, txn: &mut TransactionMut| {
            txn.get_or_insert_map("targets").insert(txn, Uuid::from_u128(5).to_string(), MapPrelim::default());
        };
        assert_eq!(judged(half), UNKNOWN);
    }

    #[test]
    fn nothing_undeclared_gets_in() {
        assert_eq!(judged(|_, _, txn| txn.get_or_insert_text("title").push(txn, "x")), UNKNOWN);
        assert_eq!(judged(|_, _, txn| txn.get_or_insert_map("notes").insert(txn, "a", "b")), UNKNOWN);
        assert_eq!(judged(|_, _, txn| txn.get_or_insert_map("targets").insert(txn, "a", "b")), UNKNOWN);
        assert_eq!(judged(|_, _, txn| txn.get_or_insert_array("targets").push_back(txn, "b")), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "colour", "red")), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "title", "no text")), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "title", TextPrelim::new("another"))), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.remove(txn, "title")), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "area", ArrayPrelim::default())), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "area", Any::Bool(true))), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "area", "somewhere else")), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "by", "tomorrow")), UNKNOWN);
        for no_day in ["2027-02-29", "2027-04-31", "2027-13-01", "2027-01-00", "0000-01-01"] {
            assert_eq!(judged(|_, item, txn| item.insert(txn, "by", no_day)), UNKNOWN, "{no_day}");
        }
        assert_eq!(judged(|_, item, txn| item.insert(txn, "by", "2028-02-29")), Ok(()));
        assert_eq!(judged(|_, item, txn| item.insert(txn, "before_home", 11)), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "before_home", 1.5)), UNKNOWN);
        assert_eq!(judged(|_, item, txn| item.insert(txn, "removed_by", "Amira")), UNKNOWN);
    }

    #[test]
    fn a_text_is_plain_words() {
        let bold = |_: &SectionDoc, item: &MapRef, txn: &mut TransactionMut| {
            title(item, txn).format(txn, 0, 4, [("bold".into(), Any::Bool(true))].into());
        };
        assert_eq!(judged(bold), UNKNOWN);
        let picture = |_: &SectionDoc, item: &MapRef, txn: &mut TransactionMut| {
            title(item, txn).insert_embed(txn, 0, Any::from("picture"));
        };
        assert_eq!(judged(picture), UNKNOWN);
        let hidden = |_: &SectionDoc, item: &MapRef, txn: &mut TransactionMut| {
            let title = title(item, txn);
            let branch: &Branch = title.as_ref();
            MapRef::from(BranchPtr::from(branch)).insert(txn, "area", "C&L");
        };
        assert_eq!(judged(hidden), UNKNOWN);
        let sequence = |_: &SectionDoc, item: &MapRef, txn: &mut TransactionMut| {
            yrs::ArrayRef::from(BranchPtr::from(MapRef::as_ref(item))).push_back(txn, "hidden");
        };
        assert_eq!(judged(sequence), UNKNOWN);
    }

    #[test]
    fn a_text_holds_nothing_that_no_database_keeps_and_no_text_box_shows() {
        for letter in ["\0", "\r", "\u{7}", "\u{9f}"] {
            assert_eq!(judged(|_, item, txn| title(item, txn).push(txn, letter)), UNKNOWN, "{letter:?}");
            assert_eq!(judged(|_, item, txn| item.insert(txn, "captured", letter)), UNKNOWN, "{letter:?}");
            assert_eq!(judged(|_, item, txn| item.insert(txn, "order", letter)), UNKNOWN, "{letter:?}");
        }
        assert_eq!(judged(|_, item, txn| title(item, txn).push(txn, "\n\t✓ 😀")), Ok(()));
    }

    #[test]
    fn a_text_and_a_list_have_an_end() {
        let long = |_: &SectionDoc, item: &MapRef, txn: &mut TransactionMut| {
            title(item, txn).push(txn, &"x".repeat(schema::TEXT_LIMIT as usize));
        };
        assert_eq!(judged(long), Err(Refusal::TooLong));
        let (ours, theirs) = copies();
        let watch = watch(&ours);
        for n in 0..u128::from(LIST_LIMIT) {
            theirs.add(&TARGETS, ItemId(Uuid::from_u128(100 + n)), NewItem::default());
        }
        ours.apply(&theirs.diff(&ours.state_vector()).unwrap()).unwrap();
        assert_eq!(watch.verdict(), Err(Refusal::TooLong));
    }

    #[test]
    fn what_one_verdict_said_the_next_does_not_repeat() {
        let (ours, theirs) = copies();
        let watch = watch(&ours);
        theirs.set_words(&TARGETS, ITEM, "area", "nowhere");
        theirs.set_words(&TARGETS, ITEM, "by", "never");
        ours.apply(&theirs.diff(&ours.state_vector()).unwrap()).unwrap();
        assert_eq!(watch.verdict(), Err(Refusal::UnknownShape));
        assert_eq!(watch.verdict(), Ok(BTreeSet::new()));
    }

    #[test]
    fn thirty_thousand_nested_lists_are_refused_at_the_first() {
        // One client, one run: an any under the key `area` of item (1, 0), a list in a list in a list…
        let mut update = vec![1, 1, 7, 0, 0x28, 0, 1, 0, 4];
        update.extend(b"area");
        update.push(1);
        update.extend([117, 1].repeat(30_000));
        update.extend([126, 0]);
        assert_eq!(outline(Section::Plan, &update), Err(Unfit::Undeclared));
    }

    #[test]
    fn a_value_of_every_kind_is_read_to_its_end() {
        let (ours, theirs) = copies();
        let new = NewItem { values: vec![("before_pupil", Value::Number(-300_000))], ..NewItem::default() };
        theirs.add(&TARGETS, ItemId(Uuid::from_u128(7)), new);
        theirs.set_number(&TARGETS, ITEM, "before_home", Some(1 << 40));
        {
            let mut txn = theirs.yrs().transact_mut();
            let root = txn.get_or_insert_map(TARGETS.key);
            let item = root.get(&txn, &ITEM.to_string()).unwrap().cast::<MapRef>().unwrap();
            for value in [Any::Undefined, Any::Bool(false), Any::from(0.1), Any::from(i64::MAX)] {
                item.insert(&mut txn, "before_school", value);
            }
        }
        assert!(outline(Section::Plan, &theirs.diff(&ours.state_vector()).unwrap()).is_ok());
        assert!(outline(Section::Plan, &theirs.state()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_outlined_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = outline(Section::Plan, &bytes);
        }

        /// Whatever passes the outline, yrs must be able to read to the same conclusion.
        #[test]
        fn a_damaged_update_is_read_as_yrs_reads_it_or_refused(at in 0usize..400, byte in any::<u8>()) {
            use yrs::updates::decoder::Decode;
            let (ours, _) = copies();
            let mut update = ours.state();
            let at = at % update.len();
            update[at] = byte;
            if let Ok(outlined) = outline(Section::Plan, &update) {
                let read = yrs::Update::decode_v1(&update).unwrap();
                for run in outlined.inserts {
                    let client = yrs::block::ClientID::new(run.client);
                    let inserts = read.insertions(true);
                    prop_assert!(inserts.contains(&yrs::ID::new(client, run.from)));
                    prop_assert!(inserts.contains(&yrs::ID::new(client, run.to - 1)));
                }
            }
        }
    }
}
