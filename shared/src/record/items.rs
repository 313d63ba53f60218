//! Reading a section item by item.

use crate::{ItemId, doc::SectionDoc, schema::List};

/// One item of a section’s list, to be read into the record.
pub(super) struct Item<'a> {
    pub(super) doc: &'a SectionDoc,
    pub(super) list: &'static List,
    pub(super) id: ItemId,
}

impl Item<'_> {
    pub(super) fn words(&self, field: &str) -> String {
        kept(&self.doc.words(self.list, self.id, field))
    }

    pub(super) fn number(&self, field: &str) -> Option<i64> {
        self.doc.number(self.list, self.id, field)
    }

    /// Whether anything was written: an empty line somebody added is not part of what was agreed.
    fn has_words(&self) -> bool {
        self.list.texts().any(|field| !self.words(field.key).is_empty())
    }
}

/// Every item that says something, in the order of the page.
pub(super) fn each<T>(doc: Option<&SectionDoc>, list: &'static List, make: impl Fn(&Item) -> T) -> Vec<T> {
    let Some(doc) = doc else { return vec![] };
    doc.items(list)
        .into_iter()
        .map(|id| Item { doc, list, id })
        .filter(Item::has_words)
        .map(|item| make(&item))
        .collect()
}

/// Words as the record keeps them. A NUL, which a program can send and no keyboard, fits in no
/// database: left in, it would keep everybody from agreeing.
pub(super) fn kept(words: &str) -> String {
    words.replace('\0', "").trim().to_owned()
}
