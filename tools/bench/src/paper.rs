//! What everybody writes on: one section with empty texts, the same bytes for both servers, so that
//! both are given the same edits.

use shared::{
    ItemId, PersonId, Section,
    doc::{NewItem, SectionDoc},
    schema::assess::{ADMIRE, TEXT},
};
use uuid::Uuid;
use yrs::branch::BranchID;

/// Everybody at a table may write here while the meeting is being prepared.
pub(crate) const SECTION: Section = Section::Assess;

/// The Yjs client id that made the texts.
pub(crate) const MAKER: u64 = 1;

/// Units a text may grow to before the server says that it is full.
pub(crate) const TEXT_LIMIT: usize = shared::schema::TEXT_LIMIT as usize;

#[derive(Debug)]
pub(crate) struct Paper {
    /// The section as one update.
    pub(crate) state: Vec<u8>,
    /// Where each text hangs: the id of the Yjs item that holds it.
    pub(crate) texts: Vec<(u64, u32)>,
    /// The id of its first row.
    pub(crate) row: (u64, u32),
}

impl Paper {
    pub(crate) fn new(texts: usize) -> Self {
        let doc = SectionDoc::new(SECTION, MAKER);
        let items: Vec<_> = (0..texts).map(item).collect();
        for id in &items {
            doc.add(&ADMIRE, *id, NewItem::by(PersonId(Uuid::nil())));
        }
        let texts = items.iter().map(|id| {
            let text = doc.text_ref(&ADMIRE, *id, TEXT).expect("an item is made with all its texts");
            match AsRef::<yrs::branch::Branch>::as_ref(&text).id() {
                BranchID::Nested(id) => (id.client.get(), id.clock),
                BranchID::Root(_) => unreachable!("texts are inside of items"),
            }
        });
        // The first thing its maker made.
        Self { texts: texts.collect(), state: doc.state(), row: (MAKER, 0) }
    }
}

fn item(number: usize) -> ItemId {
    ItemId(Uuid::from_u128(1 + number as u128))
}

/// All its words, one text after the other.
pub(crate) fn words(doc: &SectionDoc) -> Vec<String> {
    doc.items(&ADMIRE).into_iter().map(|item| doc.words(&ADMIRE, item, TEXT)).collect()
}

pub(crate) fn words_of(doc: &SectionDoc, text: usize) -> yrs::TextRef {
    doc.text_ref(&ADMIRE, item(text), TEXT).expect("an item is made with all its texts")
}
