//! One section as signals: tracked reads, and the edits a person makes.
//!
//! What must stay true: every change to the document, from here or from elsewhere, is followed by
//! exactly one notification of `doc`; memos compare, so what did not change is not rendered again.

use base64::{Engine, prelude::BASE64_STANDARD};
use leptos::prelude::*;
use shared::{
    Access, ItemId, PersonId, Section,
    doc::{FieldAddress, ItemMeta, NewItem, SectionDoc},
    hand::{self, Hand, Owners, Sentence},
    policy::{Protection, protection},
    schema::{self, List},
};

#[cfg(feature = "hydrate")]
use shared::splice::Splice;

#[cfg(any(feature = "hydrate", test))]
use super::pen::Pen;
#[cfg(feature = "hydrate")]
use super::undo::{FieldUndo, OwnWords};
use super::{Scribing, fresh};
use crate::view::SectionState;

/// A section of the meeting. Cheap to copy.
#[derive(Clone, Copy)]
pub struct SectionStore {
    section: Section,
    /// Replaced when the section starts afresh, notified after every change.
    doc: RwSignal<SectionDoc>,
    #[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "on a server nothing changes it"))]
    access: RwSignal<Access>,
    #[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "on a server nothing changes it"))]
    /// Whether the content is here; an empty document must not be shown as an empty section.
    loaded: RwSignal<bool>,
    /// What this person may do with what is here. Compared, so that hearing the same again renders
    /// nothing again.
    effective: Memo<Access>,
    #[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "on a server nothing changes it"))]
    /// Of the history that the content belongs to, as far as the page that brought it knew.
    epoch: StoredValue<Option<u64>>,
    /// Whose each client id is, as the server told.
    authors: RwSignal<Owners>,
    scribing: Scribing,
    #[cfg(any(feature = "hydrate", test))]
    pen: StoredValue<Option<Pen>>,
}

impl SectionStore {
    pub(super) fn new(section: Section, given: Option<&SectionState>, scribing: Scribing) -> Self {
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
            epoch: StoredValue::new(given.filter(|_| loaded.get_untracked()).map(|given| given.epoch)),
            authors: RwSignal::new(given.map(|given| given.authors.clone()).unwrap_or_default()),
            scribing,
            #[cfg(any(feature = "hydrate", test))]
            pen: StoredValue::new(None),
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

    /// Everybody who wrote in a text, whoever wrote most of it first. Looked at again when its words
    /// change: every text of a page asks for this, and every letter is looked up.
    pub fn hands(&self, list: &'static List, item: ItemId, field: &'static str) -> Memo<Vec<Hand>> {
        let (doc, authors, words) = (self.doc, self.authors, self.words(list, item, field));
        Memo::new(move |_| {
            // Read, not only tracked: a memo that nobody has read follows nothing.
            words.with(|_| ());
            authors.with(|authors| doc.with_untracked(|doc| hand::hands(&doc.runs(list, item, field), authors)))
        })
    }

    /// The sentences of a text, each with whoever wrote it.
    pub fn sentences(&self, list: &'static List, item: ItemId, field: &'static str) -> Memo<Vec<Sentence>> {
        let authors = self.authors;
        self.read(move |doc| authors.with(|authors| hand::sentences(&doc.runs(list, item, field), authors)))
    }

    /// As it stands, for what is read together with other sections.
    pub(crate) fn now(&self) -> SectionDoc {
        self.doc.get()
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
        self.add_as(list, fresh::item_id(), new)
    }

    /// The same, where the item is known by this id elsewhere already. There must be none of it in this list.
    pub fn add_as(&self, list: &'static List, item: ItemId, new: NewItem) -> ItemId {
        let for_pupil = self.scribing.now() && new.said_by == Some(self.scribing.pupil) && self.is_all_protected();
        self.edit(for_pupil, |doc| doc.add(list, item, new));
        item
    }

    /// Takes an item off the page. Its words stay, and can be put back.
    pub fn remove(&self, list: &'static List, item: ItemId, by: PersonId) {
        self.edit_item(list, item, |doc| doc.remove(list, item, by));
    }

    pub fn put_back(&self, list: &'static List, item: ItemId) {
        self.edit_item(list, item, |doc| doc.put_back(list, item));
    }

    /// Moves an item one place up (`-1`) or down (`1`) among the visible ones.
    pub fn move_by(&self, list: &'static List, item: ItemId, step: i32) {
        self.edit_item(list, item, |doc| doc.move_by(list, item, step));
    }

    /// Sets a choice, date or ids field. Free text is edited by [`super::CollabField`] alone.
    pub fn set_words(&self, list: &'static List, item: ItemId, field: &'static str, words: &str) {
        self.edit(self.is_for_pupil(list, item, field), |doc| doc.set_words(list, item, field, words));
    }

    pub fn set_number(&self, list: &'static List, item: ItemId, field: &'static str, number: Option<i64>) {
        self.edit(self.is_for_pupil(list, item, field), |doc| doc.set_number(list, item, field, number));
    }

    /// Writes into a text. Only for its text box.
    #[cfg(feature = "hydrate")]
    pub(super) fn write(&self, address: &FieldAddress, edits: &[Splice]) {
        if let Some((list, field)) = address.schema().filter(|_| !edits.is_empty()) {
            self.in_my_hand(address, |doc| doc.splice_all(list, address.item, field.key, edits));
            self.changed_here(Some(address.clone()));
        }
    }

    /// Undo for a text box, in the hand that I write there with, of these words and what is to come.
    #[cfg(feature = "hydrate")]
    pub(super) fn undo_of(
        &self,
        address: &FieldAddress,
        before: OwnWords,
        clock: impl yrs::sync::Clock + 'static,
    ) -> Option<FieldUndo> {
        let (list, field) = address.schema()?;
        self.in_my_hand(address, |doc| {
            let text = doc.text_ref(list, address.item, field.key)?;
            Some(FieldUndo::new(doc, &text, before, clock))
        })
    }

    /// Gives the document to be written in: for the pupil’s words and their scribe, under an id that
    /// says so.
    #[cfg(feature = "hydrate")]
    pub(super) fn in_my_hand<T>(&self, address: &FieldAddress, write: impl FnOnce(&SectionDoc) -> T) -> T {
        let for_pupil = address.schema().is_some_and(|(list, field)| self.is_for_pupil(list, address.item, field.key));
        self.with_pen(for_pupil, write)
    }

    fn edit_item(&self, list: &List, item: ItemId, edit: impl FnOnce(&SectionDoc)) {
        self.edit(self.is_for_pupil(list, item, schema::item::ORDER), edit);
    }

    fn edit(&self, for_pupil: bool, edit: impl FnOnce(&SectionDoc)) {
        self.with_pen(for_pupil, edit);
        self.changed_here(None);
    }

    fn with_pen<T>(&self, for_pupil: bool, edit: impl FnOnce(&SectionDoc) -> T) -> T {
        #[cfg(any(feature = "hydrate", test))]
        if for_pupil {
            let mut pen = self.pen.try_update_value(Option::take).flatten();
            let result = self.with_doc(|shown| Pen::write(&mut pen, shown, edit));
            self.pen.set_value(pen);
            return result;
        }
        let _ = for_pupil;
        self.with_doc(edit)
    }

    /// Whether I am the scribe, and what I write here is the pupil’s.
    fn is_for_pupil(&self, list: &List, item: ItemId, field: &str) -> bool {
        let said_by_pupil =
            || self.with_doc(|doc| doc.meta(list, item)).and_then(|meta| meta.said_by) == Some(self.scribing.pupil);
        self.scribing.now()
            && match protection(self.section) {
                Protection::Nothing => false,
                Protection::OwnTexts => schema::is_pupils(list, field),
                Protection::Everything => schema::is_pupils(list, field) || said_by_pupil(),
            }
    }

    fn is_all_protected(&self) -> bool {
        protection(self.section) == Protection::Everything
    }

    /// The person changed the document; in this field, if it was a text.
    pub(super) fn changed_here(&self, field: Option<FieldAddress>) {
        self.doc.notify();
        #[cfg(feature = "hydrate")]
        super::driver::edited(self.section, field);
        #[cfg(not(feature = "hydrate"))]
        let _ = field;
    }

    /// The document as it is now, untracked. Keep it short: no other transaction may be open.
    pub(super) fn with_doc<T>(&self, read: impl FnOnce(&SectionDoc) -> T) -> T {
        self.doc.with_untracked(read)
    }
}

/// For the driver: what happens to a section from elsewhere.
#[cfg(any(feature = "hydrate", test))]
impl SectionStore {
    pub(super) fn doc(&self) -> SectionDoc {
        self.doc.get_untracked()
    }

    pub(super) fn epoch(&self) -> Option<u64> {
        self.epoch.get_value()
    }

    pub(super) fn changed_elsewhere(&self) {
        self.doc.notify();
    }

    /// The server says whose these client ids are.
    pub(super) fn learn(&self, authors: impl IntoIterator<Item = (u64, PersonId)>) {
        self.authors.update(|known| known.extend(authors));
    }

    /// The section began afresh, with this content.
    pub(super) fn replace(&self, doc: SectionDoc) {
        self.doc.set(doc);
    }

    pub(super) fn set_loaded(&self) {
        self.loaded.set(true);
    }

    /// What may no longer be read leaves the page.
    #[cfg(feature = "hydrate")]
    pub(super) fn set_access(&self, access: Access) {
        self.access.set(access);
        if !access.can_read() && self.loaded.get_untracked() {
            self.loaded.set(false);
            self.epoch.set_value(None);
            self.doc.set(SectionDoc::new(self.section, fresh::client_id()));
        }
    }

    /// Tracked: the document, again after every change.
    #[cfg(feature = "hydrate")]
    pub(super) fn track(&self) {
        self.doc.track();
    }
}

#[cfg(test)]
mod tests {
    use shared::{Stage, doc::NewItem, schema::plan::TARGETS, splice::Splice};
    use uuid::Uuid;

    use super::*;
    use crate::collab::{Meeting, samples};

    #[test]
    fn a_second_writer_is_named_as_soon_as_the_words_come() {
        const RUTH: PersonId = PersonId(Uuid::from_u128(1));
        const MAREK: PersonId = PersonId(Uuid::from_u128(2));
        let item = samples::item(1);
        Owner::new().with(|| {
            let server = SectionDoc::new(Section::Plan, 1);
            server.add(&TARGETS, item, NewItem::default());
            let page = samples::page(Section::Plan, Access::Write, Stage::Meeting, |doc| {
                doc.apply(&server.state()).unwrap();
            });
            let store = Meeting::new(&page).store(Section::Plan).unwrap();
            let hands = store.hands(&TARGETS, item, "success");
            let people = || hands.get_untracked().into_iter().map(|hand| hand.person).collect::<Vec<_>>();
            let write = |at: u32, words: &str| Splice { at, delete: 0, insert: words.to_owned() };
            assert_eq!(people(), []);

            store.with_doc(|doc| doc.splice(&TARGETS, item, "success", &write(0, "He asks")));
            store.changed_here(None);
            assert_eq!(people(), [None]);
            store.learn([(store.with_doc(SectionDoc::client_id), RUTH)]);
            assert_eq!(people(), [Some(RUTH)]);

            // Whose they are comes before the words do.
            let theirs = SectionDoc::from_state(Section::Plan, 3, &store.doc().state()).unwrap();
            theirs.splice(&TARGETS, item, "success", &write(7, " at home too"));
            store.learn([(3, MAREK)]);
            assert_eq!(people(), [Some(RUTH)]);
            store.doc().apply(&theirs.state()).unwrap();
            store.changed_elsewhere();
            assert_eq!(people(), [Some(MAREK), Some(RUTH)]);
        });
    }
}
