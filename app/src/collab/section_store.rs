//! One section as signals: tracked reads, and the edits a person makes.
//!
//! What must stay true: every change to the document, from here or from elsewhere, is followed by
//! exactly one notification of `doc`; memos compare, so what did not change is not rendered again.

use base64::{Engine, prelude::BASE64_STANDARD};
use leptos::prelude::*;
use shared::{
    Access, ItemId, PersonId, Section,
    doc::{ItemMeta, NewItem, SectionDoc},
    schema::List,
};

use super::fresh;
use crate::view::SectionState;

/// A section of the meeting. Cheap to copy.
#[derive(Clone, Copy)]
pub struct SectionStore {
    section: Section,
    /// Replaced when the section starts afresh, notified after every change.
    doc: RwSignal<SectionDoc>,
    access: RwSignal<Access>,
    /// Whether the content is here; an empty document must not be shown as an empty section.
    loaded: RwSignal<bool>,
    /// What this person may do with what is here. Compared, so that hearing the same again renders
    /// nothing again.
    effective: Memo<Access>,
    /// Of the content the page was rendered from.
    epoch: Option<u64>,
}

impl SectionStore {
    pub(super) fn new(section: Section, given: Option<&SectionState>) -> Self {
        let doc = SectionDoc::new(section, fresh::client_id());
        let loaded = given
            .is_some_and(|given| BASE64_STANDARD.decode(&given.state).is_ok_and(|state| doc.apply(&state).is_ok()));
        let access = RwSignal::new(given.map_or(Access::None, |given| given.access));
        let loaded = RwSignal::new(loaded);
        Self {
            section,
            doc: RwSignal::new(doc),
            access,
            loaded,
            effective: Memo::new(move |_| if loaded.get() { access.get() } else { Access::None }),
            epoch: given.filter(|_| loaded.get_untracked()).map(|given| given.epoch),
        }
    }

    pub fn section(&self) -> Section {
        self.section
    }

    /// What this person may do here; [`Access::None`] until the content has come.
    pub fn access(&self) -> Signal<Access> {
        self.effective.into()
    }

    // ── reading ──

    /// The items on the page, in their order.
    pub fn items(&self, list: &'static List) -> Memo<Vec<ItemId>> {
        self.read(move |doc| doc.items(list))
    }

    /// All items in their order, those taken off the page too.
    pub fn all_items(&self, list: &'static List) -> Memo<Vec<ItemMeta>> {
        self.read(move |doc| doc.all_items(list))
    }

    /// The words of a text, choice, date or ids field.
    pub fn words(&self, list: &'static List, item: ItemId, field: &'static str) -> Memo<String> {
        self.read(move |doc| doc.words(list, item, field))
    }

    pub fn number(&self, list: &'static List, item: ItemId, field: &'static str) -> Memo<Option<i64>> {
        self.read(move |doc| doc.number(list, item, field))
    }

    pub fn meta(&self, list: &'static List, item: ItemId) -> Memo<Option<ItemMeta>> {
        self.read(move |doc| doc.meta(list, item))
    }

    pub(crate) fn read<T: PartialEq + Send + Sync + 'static>(
        &self,
        read: impl Fn(&SectionDoc) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let doc = self.doc;
        Memo::new(move |_| doc.with(&read))
    }

    // ── editing ──

    /// Adds an item at the end of its list, and says which.
    pub fn add(&self, list: &'static List, new: NewItem) -> ItemId {
        let item = fresh::item_id();
        self.edit(|doc| doc.add(list, item, new));
        item
    }

    /// Takes an item off the page. Its words stay, and can be put back.
    pub fn remove(&self, list: &'static List, item: ItemId, by: PersonId) {
        self.edit(|doc| doc.remove(list, item, by));
    }

    pub fn put_back(&self, list: &'static List, item: ItemId) {
        self.edit(|doc| doc.put_back(list, item));
    }

    /// Moves an item one place up (`-1`) or down (`1`) among the visible ones.
    pub fn move_by(&self, list: &'static List, item: ItemId, step: i32) {
        self.edit(|doc| doc.move_by(list, item, step));
    }

    /// Sets a choice, date or ids field. Free text is edited by [`super::CollabField`] alone.
    pub fn set_words(&self, list: &'static List, item: ItemId, field: &'static str, words: &str) {
        self.edit(|doc| doc.set_words(list, item, field, words));
    }

    pub fn set_number(&self, list: &'static List, item: ItemId, field: &'static str, number: Option<i64>) {
        self.edit(|doc| doc.set_number(list, item, field, number));
    }

    /// The document as it is now, untracked. Keep it short: no other transaction may be open.
    pub(super) fn with_doc<T>(&self, read: impl FnOnce(&SectionDoc) -> T) -> T {
        self.doc.with_untracked(read)
    }

    fn edit(&self, edit: impl FnOnce(&SectionDoc)) {
        self.doc.with_untracked(edit);
        self.doc.notify();
    }
}
