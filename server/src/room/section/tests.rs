//! That a panic inside yrs ends in [`SectionState`], with the section as it was.

use std::{
    panic,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use shared::{
    doc::NewItem,
    schema::{self, plan::TARGETS},
};
use uuid::Uuid;
use yrs::{DeepObservable, WriteTxn};

use super::*;

const SECTION: Section = Section::Plan;
const WRITER: Writer = Writer { person: PersonId(Uuid::from_u128(1)), scribe: false };

fn item(n: u128) -> shared::ItemId {
    shared::ItemId(Uuid::from_u128(n))
}

/// A section with one item in it, and the document of whoever wrote it.
fn written() -> (SectionState, SectionDoc) {
    let doc = SectionDoc::new(SECTION, 5);
    let loaded = LoadedSection {
        section: SECTION,
        epoch: 1,
        schema: schema::VERSION,
        checkpoint: doc.state().into(),
        updates: vec![],
        seq: 0,
        owners: vec![],
    };
    let mut state = SectionState::load(loaded, PersonId(Uuid::from_u128(9))).unwrap();
    doc.add(&TARGETS, item(1), NewItem::default().with("title", "before"));
    assert!(matches!(state.take(&doc.state().into(), WRITER, Ok(()), true), Ok(Outcome::Accepted { .. })));
    (state, doc)
}

fn titles(state: &SectionState) -> Vec<String> {
    let doc = SectionDoc::from_state(SECTION, 1, &state.state()).unwrap();
    doc.items(&TARGETS).into_iter().map(|item| doc.words(&TARGETS, item, "title")).collect()
}

#[test]
fn a_panic_while_an_update_is_applied_costs_its_connection_and_nothing_of_the_section() {
    let (mut state, doc) = written();
    // yrs calls this while it commits, when the update is in the document already.
    let reached = Arc::new(AtomicBool::new(false));
    let watching = reached.clone();
    let mut txn = state.doc().yrs().transact_mut();
    let root = txn.get_or_insert_map(TARGETS.key);
    root.observe_deep("test", move |_, _| {
        watching.store(true, SeqCst);
        panic!("in the middle of yrs");
    });
    drop(txn);
    doc.add(&TARGETS, item(2), NewItem::default().with("title", "after"));
    let update: Arc<[u8]> = doc.state().into();
    let contained = METRICS.panics_contained.get();
    assert_eq!(state.take(&update, WRITER, Ok(()), true), Ok(Outcome::Malformed));
    assert!(reached.load(SeqCst) && METRICS.panics_contained.get() > contained);
    assert_eq!(titles(&state), ["before"], "all of it or nothing");

    // The document was made again: the same update, and whatever comes after it, is taken in.
    assert!(matches!(state.take(&update, WRITER, Ok(()), true), Ok(Outcome::Accepted { .. })));
    assert_eq!(titles(&state), ["before", "after"]);
}

#[test]
fn bytes_that_make_yrs_panic_are_no_update() {
    // Clocks and lengths that do not fit into a number any more: found by mutation, and refused before they come so
    // far. Where sums are not watched, yrs reads them as something else, which is no update either.
    for bytes in [
        &[1, 12, 0, 255, 255, 255, 255, 255, 255, 15, 0, 5, 0][..],
        &[
            1, 1, 122, 122, 1, 11, 1, 1, 1, 12, 0, 68, 11, 7, 7, 112, 108, 101, 97, 255, 255, 255, 255, 15, 115, 101,
            32, 0,
        ],
    ] {
        if cfg!(debug_assertions) {
            let doc = SectionDoc::new(SECTION, 6);
            let bare = panic::catch_unwind(AssertUnwindSafe(|| {
                let mut txn = doc.yrs().transact_mut();
                let applied = Update::decode_v1(bytes).map(|update| txn.apply_update(update));
                mem::forget(txn);
                drop(applied);
            }));
            assert!(bare.is_err(), "yrs bears {bytes:?} by now");
            // What it broke is not looked at again.
            mem::forget(doc);
        }
        let (mut state, doc) = written();
        let contained = METRICS.panics_contained.get();
        assert!(!matches!(state.apply(bytes, None), Applied::Fits { .. }), "{bytes:?}");
        assert!(!cfg!(debug_assertions) || METRICS.panics_contained.get() > contained);
        state.roll_back().unwrap();
        assert_eq!(titles(&state), ["before"]);
        assert_eq!(state.take(&bytes.into(), WRITER, Ok(()), true), Ok(Outcome::Malformed), "refused before yrs");
        doc.add(&TARGETS, item(2), NewItem::default().with("title", "after"));
        assert!(matches!(state.take(&doc.state().into(), WRITER, Ok(()), true), Ok(Outcome::Accepted { .. })));
    }
}

#[test]
fn a_document_that_nobody_needs_is_let_go_and_made_again_as_it_was() {
    let (mut state, doc) = written();
    state.rest();
    assert!(state.made.get().is_some(), "somebody needed it just now");
    state.rest();
    assert!(state.made.get().is_none());
    assert_eq!(titles(&state), ["before"]);
    // As it was for whoever has part of it, and for whoever writes on.
    assert_eq!(shape::state_vector(&state.state_vector()), shape::state_vector(&doc.state_vector()));
    state.rest();
    state.rest();
    let before = doc.state_vector();
    doc.add(&TARGETS, item(2), NewItem::default().with("title", "after"));
    let update: Arc<[u8]> = doc.diff(&before).unwrap().into();
    assert!(matches!(state.take(&update, WRITER, Ok(()), true), Ok(Outcome::Accepted { .. })));
    assert_eq!(titles(&state), ["before", "after"]);
    // One that takes longer to make stays.
    for n in 3..30 {
        let before = doc.state_vector();
        doc.add(&TARGETS, item(n), NewItem::default().with("title", "x".repeat(2_000)));
        state.take(&doc.diff(&before).unwrap().into(), WRITER, Ok(()), true).unwrap();
    }
    state.rest();
    state.rest();
    assert!(state.made.get().is_some());
}
