//! Editing a section. Each edit is one transaction of this keyboard’s.

use yrs::{Any, Map, MapPrelim, MapRef, ReadTxn, Text, TextPrelim, Transact, TransactionMut, WriteTxn};

use super::{ItemMeta, LOCAL, NewItem, REMOTE, SectionDoc, Value};
use crate::{
    ItemId, PersonId, order,
    schema::{self, Field, Kind, List, item as key},
    splice::Splice,
};

impl SectionDoc {
    /// Adds an item at the end of its list.
    pub fn add(&self, list: &List, id: ItemId, new: NewItem) {
        let last = self.all_orders(list).pop().map(|(order, _)| order);
        let order = order::between(last.as_deref(), None, id);
        let mut txn = self.doc.transact_mut_with(LOCAL);
        let root = txn.get_or_insert_map(list.key);
        let words = |words: &str| Any::String(words.into());
        let map = root.insert(&mut txn, id.to_string(), MapPrelim::default());
        map.insert(&mut txn, key::ORDER, words(&order));
        map.insert(&mut txn, key::SAID_BY, words(&new.said_by.map(|p| p.to_string()).unwrap_or_default()));
        map.insert(&mut txn, key::CAPTURED, words(&new.captured));
        map.insert(&mut txn, key::SAID_ON, words(&new.said_on));
        map.insert(&mut txn, key::REMOVED_BY, words(""));
        for field in list.fields {
            let value = new.values.iter().find(|(name, _)| *name == field.key).map(|(_, value)| value.clone());
            put_first(&map, &mut txn, field, value);
        }
    }

    /// Edits a text. What lies outside the text is cut off rather than refused: the text may have
    /// changed since the splice was made.
    pub fn splice(&self, list: &List, id: ItemId, field: &str, splice: &Splice) {
        self.splice_all(list, id, field, std::slice::from_ref(splice));
    }

    /// Several edits of a text, one after the other, as one change.
    pub fn splice_all(&self, list: &List, id: ItemId, field: &str, splices: &[Splice]) {
        let Some(text) = self.text_ref(list, id, field) else { return };
        let mut txn = self.doc.transact_mut_with(LOCAL);
        for splice in splices {
            let length = text.len(&txn);
            let at = splice.at.min(length);
            let delete = splice.delete.min(length - at);
            if delete > 0 {
                text.remove_range(&mut txn, at, delete);
            }
            if !splice.insert.is_empty() {
                text.insert(&mut txn, at, &splice.insert);
            }
        }
    }

    /// Sets a choice, date or ids field.
    pub fn set_words(&self, list: &List, id: ItemId, field: &str, words: &str) {
        self.write(list, id, |map, txn| {
            map.insert(txn, field, Any::String(words.into()));
        });
    }

    pub fn set_number(&self, list: &List, id: ItemId, field: &str, number: Option<i64>) {
        self.write(list, id, |map, txn| {
            map.insert(txn, field, number.map_or(Any::Null, |n| Any::Number(n.into())));
        });
    }

    /// Moves an item one place up (`-1`) or down (`1`) among the visible ones.
    pub fn move_by(&self, list: &List, id: ItemId, step: i32) {
        let orders: Vec<(String, ItemMeta)> =
            self.all_orders(list).into_iter().filter(|(_, item)| item.removed_by.is_none()).collect();
        let Some(here) = orders.iter().position(|(_, item)| item.id == id) else { return };
        let order_at = |index: Option<usize>| index.and_then(|i| orders.get(i)).map(|(order, _)| order.as_str());
        let order = if step < 0 {
            if here == 0 {
                return;
            }
            order::between(order_at(here.checked_sub(2)), order_at(Some(here - 1)), id)
        } else {
            if here + 1 == orders.len() {
                return;
            }
            order::between(order_at(Some(here + 1)), order_at(Some(here + 2)), id)
        };
        self.set_words(list, id, key::ORDER, &order);
    }

    /// Takes an item off the page. Its words stay, and can be put back.
    pub fn remove(&self, list: &List, id: ItemId, by: PersonId) {
        self.set_words(list, id, key::REMOVED_BY, &by.to_string());
    }

    pub fn put_back(&self, list: &List, id: ItemId) {
        self.set_words(list, id, key::REMOVED_BY, "");
    }

    /// Destroys what was taken off the page, and what is left of every letter that was deleted: from
    /// here on there is nothing to put back. What stands on the page is not touched.
    pub fn erase_removed(&self) {
        let removed = schema::lists(self.section).iter().flat_map(|list| {
            self.all_items(list).into_iter().filter(|item| item.removed_by.is_some()).map(|item| (list.key, item.id))
        });
        let removed: Vec<_> = removed.collect();
        let mut txn = self.doc.transact_mut_with(REMOTE);
        for (list, id) in removed {
            if let Some(root) = txn.get_map(list) {
                root.remove(&mut txn, &id.to_string());
            }
        }
        txn.commit();
        txn.gc(None);
    }

    fn all_orders(&self, list: &List) -> Vec<(String, ItemMeta)> {
        self.all_items(list).into_iter().map(|item| (self.words(list, item.id, key::ORDER), item)).collect()
    }

    fn write(&self, list: &List, id: ItemId, write: impl FnOnce(&MapRef, &mut TransactionMut)) {
        let mut txn = self.doc.transact_mut_with(LOCAL);
        let root = txn.get_or_insert_map(list.key);
        if let Some(map) = root.get(&txn, &id.to_string()).and_then(|out| out.cast::<MapRef>().ok()) {
            write(&map, &mut txn);
        }
    }
}

fn put_first(map: &MapRef, txn: &mut TransactionMut, field: &Field, value: Option<Value>) {
    match (field.kind, value) {
        (Kind::Text { .. }, value) => {
            let words = match value {
                Some(Value::Words(words)) => words,
                _ => String::new(),
            };
            map.insert(txn, field.key, TextPrelim::new(words));
        }
        (Kind::Number { .. }, Some(Value::Number(number))) => {
            map.insert(txn, field.key, Any::Number(number.into()));
        }
        (Kind::Number { .. }, _) => {
            map.insert(txn, field.key, Any::Null);
        }
        (Kind::Choice(_) | Kind::Date | Kind::Ids, value) => {
            let words = match value {
                Some(Value::Words(words)) => words,
                _ => String::new(),
            };
            map.insert(txn, field.key, Any::String(words.into()));
        }
    }
}
