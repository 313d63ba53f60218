//! One section as a typed document over `yrs`: reads and edits in the words of [`crate::schema`].
//!
//! Both sides use this type: the server holds one in each room, the browser one for each section it
//! may read, and a page is rendered from it before the browser has connected at all.
//!
//! What must stay true: offsets are UTF-16 on every replica; root names come from the schema alone;
//! local edits carry [`LOCAL`] as their origin and nothing else does, so that undo and sending know
//! them; no transaction outlives the function that opened it.

use std::{fmt, str::FromStr};

use yrs::{
    Any, Assoc, Doc, GetString, IndexedSequence, Map, MapPrelim, MapRef, OffsetKind, Options, Out, ReadTxn,
    StateVector, Text, TextPrelim, TextRef, Transact, TransactionMut, Update, WriteTxn,
    block::ClientID,
    updates::{decoder::Decode, encoder::Encode},
};

use crate::{
    ItemId, PersonId, Section,
    hand::Run,
    order,
    schema::{self, Field, Kind, List, item as key},
    splice::Splice,
};

/// The origin of edits made at this keyboard.
pub const LOCAL: &str = "local";
/// The origin of updates that came from elsewhere.
pub const REMOTE: &str = "remote";
/// The origin of edits made at this keyboard in a copy of the document, under another client id.
pub const COPY: &str = "copy";

/// Where one field of one item lives. Its text form travels in presence and names the field on the
/// page: `plan/targets/<id>/success`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldAddress {
    pub section: Section,
    pub list: &'static str,
    pub item: ItemId,
    pub field: &'static str,
}

/// A section’s document. Cloning shares the document.
#[derive(Clone)]
pub struct SectionDoc {
    section: Section,
    doc: Doc,
}

/// Everything about an item but its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemMeta {
    pub id: ItemId,
    pub said_by: Option<PersonId>,
    pub captured: String,
    pub said_on: String,
    /// Who took it off the page, if somebody did.
    pub removed_by: Option<PersonId>,
}

/// A field’s first content, when an item is made.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, choice, date or ids.
    Words(String),
    Number(i64),
}

/// Bytes that are not a Yjs update.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("these bytes are not a document update")]
pub struct NotAnUpdate;

/// What a new item begins with.
#[derive(Clone, Debug, Default)]
pub struct NewItem {
    pub said_by: Option<PersonId>,
    pub captured: String,
    pub said_on: String,
    pub values: Vec<(&'static str, Value)>,
}

impl NewItem {
    pub fn by(person: PersonId) -> Self {
        Self { said_by: Some(person), ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, field: &'static str, words: impl Into<String>) -> Self {
        self.values.push((field, Value::Words(words.into())));
        self
    }

    #[must_use]
    pub fn with_number(mut self, field: &'static str, number: i64) -> Self {
        self.values.push((field, Value::Number(number)));
        self
    }
}

impl SectionDoc {
    /// An empty section, edited under this Yjs client id. Only the server fills an empty one.
    pub fn new(section: Section, client_id: u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client_id));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        for list in schema::lists(section) {
            doc.get_or_insert_map(list.key);
        }
        Self { section, doc }
    }

    pub fn from_state(section: Section, client_id: u64, state: &[u8]) -> Result<Self, NotAnUpdate> {
        let doc = Self::new(section, client_id);
        doc.apply(state)?;
        Ok(doc)
    }

    pub fn section(&self) -> Section {
        self.section
    }

    /// The Yjs document itself, for observers and undo.
    pub fn yrs(&self) -> &Doc {
        &self.doc
    }

    pub fn client_id(&self) -> u64 {
        self.doc.client_id().get()
    }

    /// The whole section as one update.
    pub fn state(&self) -> Vec<u8> {
        self.doc.transact().encode_state_as_update_v1(&StateVector::default())
    }

    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// What a replica with this state vector lacks.
    pub fn diff(&self, state_vector: &[u8]) -> Result<Vec<u8>, NotAnUpdate> {
        let state_vector = StateVector::decode_v1(state_vector).map_err(|_| NotAnUpdate)?;
        Ok(self.doc.transact().encode_diff_v1(&state_vector))
    }

    /// Takes in an update from elsewhere. Trusts its shape: the server checks before it sends.
    pub fn apply(&self, update: &[u8]) -> Result<(), NotAnUpdate> {
        self.apply_from(REMOTE, update)
    }

    /// The same, from this origin.
    pub fn apply_from(&self, origin: &'static str, update: &[u8]) -> Result<(), NotAnUpdate> {
        let update = Update::decode_v1(update).map_err(|_| NotAnUpdate)?;
        self.doc.transact_mut_with(origin).apply_update(update).map_err(|_| NotAnUpdate)
    }

    // ── reading ──

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
        self.read(list, id, |map, txn| {
            let Some(Out::YText(text)) = map.get(txn, field) else { return vec![] };
            let mut runs: Vec<Run> = vec![];
            let mut at = 0;
            for letter in text.get_string(txn).chars() {
                let client = text.sticky_index(txn, at, Assoc::After).and_then(|place| Some(place.id()?.client.get()));
                at += letter.len_utf16() as u32;
                let Some(client) = client else { continue };
                match runs.last_mut().filter(|run| run.client == client) {
                    Some(run) => run.words.push(letter),
                    None => runs.push(Run { client, words: letter.to_string() }),
                }
            }
            runs
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

    // ── editing ──

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

    fn read<T>(&self, list: &List, id: ItemId, read: impl FnOnce(&MapRef, &yrs::Transaction) -> T) -> Option<T> {
        let txn = self.doc.transact();
        let map = txn.get_map(list.key)?.get(&txn, &id.to_string())?.cast::<MapRef>().ok()?;
        Some(read(&map, &txn))
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

impl FieldAddress {
    pub fn new(section: Section, list: &List, item: ItemId, field: &Field) -> Self {
        Self { section, list: list.key, item, field: field.key }
    }

    pub fn schema(&self) -> Option<(&'static List, &'static Field)> {
        let list = schema::list(self.section, self.list)?;
        Some((list, list.field(self.field)?))
    }

    /// The id of the text box on the page: the same on server and browser.
    pub fn dom_id(&self) -> String {
        format!("{}-{}-{}-{}", self.section.name(), self.list, self.item, self.field)
    }
}

impl fmt::Display for FieldAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.section.name(), self.list, self.item, self.field)
    }
}

impl FromStr for FieldAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('/');
        let mut next = || parts.next().ok_or("not a field address");
        let section = Section::from_name(next()?).ok_or("no such section")?;
        let list = schema::list(section, next()?).ok_or("no such list")?;
        let item = next()?.parse().map_err(|_| "not an item id")?;
        let field = list.field(next()?).ok_or("no such field")?;
        Ok(Self::new(section, list, item, field))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::schema::plan::{PROVISION, TARGETS};

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
        doc.add(
            &TARGETS,
            id(1),
            NewItem::by(person(7)).with("pupil_words", "I can play 😀").with_number("before_home", 3),
        );
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

    #[test]
    fn an_address_reads_back() {
        let address = FieldAddress::new(Section::Plan, &TARGETS, id(5), &TARGETS.fields[0]);
        assert_eq!(address.to_string().parse(), Ok(address));
        assert!("plan/nothing/1/2".parse::<FieldAddress>().is_err());
    }
}
