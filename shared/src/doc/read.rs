//! Reading a section in the words of the schema.

use yrs::{Any, Assoc, GetString, ID, IndexedSequence, Map, MapRef, Out, ReadTxn, TextRef, Transact};

use super::{ItemMeta, SectionDoc};
use crate::{
    ItemId,
    hand::Run,
    schema::{List, item as key},
};

/// One letter of a text, and the id it was written under.
pub(super) struct Letter {
    pub(super) is: char,
    pub(super) place: Option<ID>,
}

impl SectionDoc {
    /// The items on the page, in their order.
    pub fn items(&self, list: &List) -> Vec<ItemId> {
        self.all_items(list).into_iter().filter(|item| item.removed_by.is_none()).map(|item| item.id).collect()
    }

    /// All items in their order, those taken off the page too.
    pub fn all_items(&self, list: &List) -> Vec<ItemMeta> {
        let txn = self.doc.transact();
        let Some(root) = txn.get_map(list.key) else { return vec![] };
        let mut items: Vec<(String, ItemMeta)> = root
            .iter(&txn)
            .filter_map(|(id, value)| {
                let map = value.cast::<MapRef>().ok()?;
                Some((string(&map, &txn, key::ORDER), meta(&map, &txn, id.parse().ok()?)))
            })
            .collect();
        items.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.id.cmp(&y.id)));
        items.into_iter().map(|(_, meta)| meta).collect()
    }

    pub fn meta(&self, list: &List, id: ItemId) -> Option<ItemMeta> {
        self.read(list, id, |map, txn| meta(map, txn, id))
    }

    /// The words of a text, choice, date or ids field; empty when there is nothing.
    pub fn words(&self, list: &List, id: ItemId, field: &str) -> String {
        self.read(list, id, |map, txn| match map.get(txn, field) {
            Some(Out::YText(text)) => text.get_string(txn),
            Some(Out::Any(Any::String(words))) => words.to_string(),
            _ => String::new(),
        })
        .unwrap_or_default()
    }

    /// The letters of a text, by the client id they were written under.
    pub fn runs(&self, list: &List, id: ItemId, field: &str) -> Vec<Run> {
        let mut runs: Vec<Run> = vec![];
        for Letter { is, place } in self.letters(list, id, field) {
            let Some(client) = place.map(|place| place.client.get()) else { continue };
            match runs.last_mut().filter(|run| run.client == client) {
                Some(run) => run.words.push(is),
                None => runs.push(Run { client, words: is.to_string() }),
            }
        }
        runs
    }

    /// The letters of a text, each with where it was written.
    pub(super) fn letters(&self, list: &List, id: ItemId, field: &str) -> Vec<Letter> {
        self.read(list, id, |map, txn| {
            let Some(Out::YText(text)) = map.get(txn, field) else { return vec![] };
            let mut at = 0;
            let letter = |is: char| {
                let place = text.sticky_index(txn, at, Assoc::After).and_then(|place| place.id().copied());
                at += is.len_utf16() as u32;
                Letter { is, place }
            };
            text.get_string(txn).chars().map(letter).collect()
        })
        .unwrap_or_default()
    }

    pub fn number(&self, list: &List, id: ItemId, field: &str) -> Option<i64> {
        self.read(list, id, |map, txn| match map.get(txn, field) {
            Some(Out::Any(Any::Number(number))) => number.as_i64(),
            _ => None,
        })?
    }

    /// The shared text behind a field, for a text box to bind to.
    pub fn text_ref(&self, list: &List, id: ItemId, field: &str) -> Option<TextRef> {
        self.read(list, id, |map, txn| map.get(txn, field)?.cast::<TextRef>().ok())?
    }

    fn read<T>(&self, list: &List, id: ItemId, read: impl FnOnce(&MapRef, &yrs::Transaction) -> T) -> Option<T> {
        let txn = self.doc.transact();
        let map = txn.get_map(list.key)?.get(&txn, &id.to_string())?.cast::<MapRef>().ok()?;
        Some(read(&map, &txn))
    }
}

fn meta<T: ReadTxn>(map: &MapRef, txn: &T, id: ItemId) -> ItemMeta {
    let person = |name: &str| string(map, txn, name).parse().ok();
    ItemMeta {
        id,
        said_by: person(key::SAID_BY),
        captured: string(map, txn, key::CAPTURED),
        said_on: string(map, txn, key::SAID_ON),
        removed_by: person(key::REMOVED_BY),
    }
}

fn string<T: ReadTxn>(map: &MapRef, txn: &T, name: &str) -> String {
    match map.get(txn, name) {
        Some(Out::Any(Any::String(words))) => words.to_string(),
        _ => String::new(),
    }
}
