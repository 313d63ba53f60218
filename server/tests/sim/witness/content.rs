//! What a section says: all of it, or letter by letter with the id each stands under.

use shared::{
    doc::{FieldAddress, SectionDoc},
    schema::{self, Kind},
};
use yrs::{Any, Assoc, IndexedSequence, ReadTxn, Text, Transact, types::ToJson};

/// A letter on the page, and the id it stands under.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) field: FieldAddress,
    pub(super) letter: char,
    pub(super) client: u64,
    pub(super) clock: u32,
}

/// All that a section says.
pub(super) fn content(doc: &SectionDoc) -> Vec<Any> {
    let txn = doc.yrs().transact();
    let lists = schema::lists(doc.section()).iter();
    lists.filter_map(|list| txn.get_map(list.key)).map(|root| root.to_json(&txn)).collect()
}

/// Every letter of every text of a section, taken off the page or not.
pub(super) fn letters(doc: &SectionDoc) -> Vec<Letter> {
    let mut letters = vec![];
    for list in schema::lists(doc.section()) {
        for item in doc.all_items(list) {
            for field in list.fields.iter().filter(|field| matches!(field.kind, Kind::Text { .. })) {
                let Some(text) = doc.text_ref(list, item.id, field.key) else { continue };
                let words = doc.words(list, item.id, field.key);
                let txn = doc.yrs().transact();
                if text.len(&txn) == 0 {
                    continue;
                }
                let mut at = 0;
                for letter in words.chars() {
                    let index = text.sticky_index(&txn, at, Assoc::After);
                    at += letter.len_utf16() as u32;
                    let Some(id) = index.as_ref().and_then(|index| index.id()) else { continue };
                    let field = FieldAddress::new(doc.section(), list, item.id, field);
                    letters.push(Letter { field, letter, client: id.client.get(), clock: id.clock });
                }
            }
        }
    }
    letters
}
