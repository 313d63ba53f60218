//! Undo of one’s own writing in one field, and of nothing else.
//!
//! A yrs undo manager takes in whatever carries an origin it was told of, and, if it was told of
//! none, whatever carries no origin at all: other people’s updates among them. So it is told of
//! [`LOCAL`], and everything that comes from elsewhere carries another.
//!
//! When another document takes the place of the one that is shown, as after a refusal, what I wrote
//! and the server has stands there under the same ids: [`OwnWords`] carries it over. Words I had
//! deleted are in no document any more, so a deletion cannot be taken back across that.

use std::sync::Arc;

use shared::doc::{LOCAL, SectionDoc};
use yrs::{
    ID, IdSet, ReadTxn, TextRef, Transact, UndoManager,
    sync::Clock,
    undo::{Options, StackItem},
};

/// Letters typed within this of each other are undone together.
const TOGETHER_MS: u64 = 700;

pub(super) struct FieldUndo {
    /// Under which it writes.
    client: u64,
    manager: UndoManager,
}

/// What I wrote in a field and can take back, step by step, oldest first.
#[derive(Default)]
pub(super) struct OwnWords(Vec<IdSet>);

impl FieldUndo {
    /// Begins with what of these words stands in the document. The clock must not go backwards.
    pub(super) fn new(doc: &SectionDoc, text: &TextRef, before: OwnWords, clock: impl Clock + 'static) -> Self {
        let mut manager = UndoManager::with_options(Options {
            capture_timeout_millis: TOGETHER_MS,
            tracked_origins: [LOCAL.into()].into(),
            capture_transaction: None,
            timestamp: Arc::new(clock),
            init_undo_stack: before.standing_in(doc),
            init_redo_stack: vec![],
        });
        manager.expand_scope(doc.yrs(), text);
        Self { client: doc.client_id(), manager }
    }

    /// For the document that takes this one’s place.
    pub(super) fn into_own_words(self) -> OwnWords {
        OwnWords(self.manager.undo_stack().iter().map(|step| step.insertions().clone()).collect())
    }

    pub(super) fn client(&self) -> u64 {
        self.client
    }

    pub(super) fn undo(&mut self) -> bool {
        self.manager.undo_blocking()
    }

    pub(super) fn redo(&mut self) -> bool {
        self.manager.redo_blocking()
    }

    /// What comes next is undone by itself.
    pub(super) fn begin_step(&mut self) {
        self.manager.reset();
    }

    pub(super) fn can_undo(&self) -> bool {
        self.manager.can_undo()
    }

    pub(super) fn can_redo(&self) -> bool {
        self.manager.can_redo()
    }
}

impl OwnWords {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Without what was refused, which never came there, and what was deleted since.
    fn standing_in(self, doc: &SectionDoc) -> Vec<StackItem<()>> {
        let doc = doc.yrs();
        let now = doc.transact().snapshot();
        let mut known = IdSet::new();
        now.state_map.iter().for_each(|(&client, &clock)| known.insert(ID::new(client, 0), clock));
        let standing = self.0.into_iter().map(|step| step.intersect(&known).diff(&now.delete_set));
        standing.filter(|step| !step.is_empty()).map(|step| StackItem::new(doc.guid(), IdSet::new(), step)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;
    use shared::{ItemId, Section, doc::NewItem, schema::plan::TARGETS, splice::Splice};
    use uuid::Uuid;

    use super::*;

    const ITEM: ItemId = ItemId(Uuid::from_u128(1));

    struct Writer {
        doc: SectionDoc,
        undo: FieldUndo,
    }

    impl Writer {
        fn new(client: u64, state: &[u8]) -> Self {
            Self::going_on(client, state, OwnWords::default())
        }

        fn going_on(client: u64, state: &[u8], before: OwnWords) -> Self {
            let doc = SectionDoc::from_state(Section::Plan, client, state).unwrap();
            let text = doc.text_ref(&TARGETS, ITEM, "title").unwrap();
            // Every edit is far from the one before, so that each is undone by itself.
            let time = AtomicU64::new(1);
            let undo = FieldUndo::new(&doc, &text, before, move || time.fetch_add(10_000, Ordering::Relaxed));
            Self { doc, undo }
        }

        fn writes(&self, at: u32, delete: u32, insert: &str) {
            self.doc.splice(&TARGETS, ITEM, "title", &Splice { at, delete, insert: insert.to_owned() });
        }

        fn hears(&self, other: &Self) {
            self.doc.apply(&other.doc.diff(&self.doc.state_vector()).unwrap()).unwrap();
        }

        fn text(&self) -> String {
            self.doc.words(&TARGETS, ITEM, "title")
        }
    }

    fn two(words: &str) -> (Writer, Writer) {
        let seed = SectionDoc::new(Section::Plan, 1);
        seed.add(&TARGETS, ITEM, NewItem::default().with("title", words));
        (Writer::new(2, &seed.state()), Writer::new(3, &seed.state()))
    }

    #[test]
    fn my_words_go_and_yours_stay() {
        let (mut me, you) = two("");
        me.writes(0, 0, "mine ");
        you.hears(&me);
        you.writes(2, 0, "YOURS");
        me.hears(&you);
        assert!(me.undo.undo());
        assert_eq!(me.text(), "YOURS");
        assert!(me.undo.redo());
        assert_eq!(me.text().replace("YOURS", ""), "mine ");
    }

    #[test]
    fn there_is_nothing_to_undo_in_what_others_wrote() {
        let (mut me, you) = two("seeded");
        you.writes(0, 0, "yours ");
        me.hears(&you);
        assert!(!me.undo.can_undo());
        assert!(!me.undo.undo());
        assert_eq!(me.text(), "yours seeded");
    }

    #[test]
    fn a_word_i_deleted_comes_back() {
        let (mut me, you) = two("one two");
        me.writes(0, 4, "");
        you.writes(7, 0, " three");
        me.hears(&you);
        assert!(me.undo.undo());
        assert_eq!(me.text(), "one two three");
        assert!(me.undo.can_redo());
    }

    /// As when it is hidden: no pressing of “Undo mine” and “Redo”, in whatever order, says it again.
    #[test]
    fn what_somebody_else_took_out_of_my_words_stays_out() {
        for deleted_and_brought_back in [false, true] {
            let (mut me, you) = two("");
            me.writes(0, 0, "mine ");
            me.writes(5, 0, "secret ");
            if deleted_and_brought_back {
                me.writes(5, 7, "");
                assert!(me.undo.undo());
            }
            you.hears(&me);
            assert_eq!(you.text(), "mine secret ");
            you.writes(5, 7, "[out]");
            me.hears(&you);
            for round in 0..8 {
                if round % 3 == 2 {
                    me.undo.redo()
                } else {
                    me.undo.undo()
                };
                assert!(!me.text().contains("secret"), "{round}");
            }
            while me.undo.redo() {}
            assert!(!me.text().contains("secret"));
        }
    }

    #[test]
    fn in_the_document_that_follows_a_refusal_my_words_can_still_be_taken_back() {
        let (me, you) = two("seeded");
        me.writes(0, 0, "first ");
        me.writes(6, 0, "seconds ");
        me.writes(12, 1, "");
        you.hears(&me);
        you.writes(0, 0, "YOURS ");
        me.writes(6, 0, "refused ");

        let mut after = Writer::going_on(4, &you.doc.state(), me.undo.into_own_words());
        assert_eq!(after.text(), "YOURS first second seeded");
        assert!(after.undo.undo());
        assert_eq!(after.text(), "YOURS first seeded");
        after.writes(0, 0, "and ");
        let mut last = Writer::going_on(5, &after.doc.state(), after.undo.into_own_words());
        for left in ["YOURS first seeded", "YOURS seeded"] {
            assert!(last.undo.undo());
            assert_eq!(last.text(), left);
        }
        assert!(!last.undo.can_undo());
        assert!(last.undo.redo());
        assert_eq!(last.text(), "YOURS first seeded");
    }

    proptest! {
        /// I write small letters, you write capitals, the seed is digits: each letter says who wrote it.
        #[test]
        fn undo_never_changes_what_somebody_else_wrote(
            steps in prop::collection::vec((0u8..4, 0u32..12, "[a-z]{1,3}"), 1..40),
        ) {
            let (mut me, you) = two("0123");
            for (what, at, letters) in steps {
                let length = |writer: &Writer| writer.text().encode_utf16().count() as u32;
                match what {
                    0 => me.writes(at.min(length(&me)), 0, &letters),
                    1 => {
                        you.writes(at.min(length(&you)), 0, &letters.to_uppercase());
                        me.hears(&you);
                    }
                    2 => you.hears(&me),
                    _ => {
                        let others = |text: String| text.replace(|c: char| c.is_ascii_lowercase(), "");
                        let before = others(me.text());
                        me.undo.undo();
                        prop_assert_eq!(others(me.text()), before);
                    }
                }
            }
        }
    }
}
