//! One entry of a list in the document, as the page handles it.

use leptos::prelude::*;
use shared::{
    ItemId, Role, Section,
    doc::FieldAddress,
    policy::{self, Protection},
    schema::{self, Field, Kind, List},
};

use super::people::People;
use crate::{
    collab::{SectionStore, use_meeting},
    view::Participant,
};

/// Cheap to copy; reads are tracked.
#[derive(Clone, Copy)]
pub struct Item {
    pub store: SectionStore,
    pub list: &'static List,
    pub id: ItemId,
}

impl Item {
    pub fn words(&self, key: &'static str) -> Memo<String> {
        self.store.words(self.list, self.id, key)
    }

    pub fn number(&self, key: &'static str) -> Memo<Option<i64>> {
        self.store.number(self.list, self.id, key)
    }

    pub fn address(&self, field: &Field) -> FieldAddress {
        FieldAddress::new(self.store.section(), self.list, self.id, field)
    }

    /// The id of a field’s control, the same on server and browser.
    pub fn dom_id(&self, key: &str) -> String {
        self.list.field(key).map(|field| self.address(field).dom_id()).unwrap_or_default()
    }

    /// Of what stands on the page for this line and is no field. A step is known by one id in the plan and when it is looked
    /// back on, so section and list are part of it.
    pub fn part_id(&self, part: &str) -> String {
        format!("{part}-{}-{}-{}", self.store.section().name(), self.list.key, self.id)
    }

    /// Where the page takes somebody who wants to write here: the first text.
    pub fn first_box(&self) -> Option<String> {
        let first = self.list.fields.iter().find(|field| matches!(field.kind, Kind::Text { .. }))?;
        Some(self.address(first).dom_id())
    }

    /// Whose words these are, if that person is known here.
    pub fn said_by(&self) -> Memo<Option<Participant>> {
        let meta = self.store.meta(self.list, self.id);
        let people = People::here();
        Memo::new(move |_| meta.get()?.said_by.and_then(|person| people.by_person(person)))
    }

    /// Whether these are the pupil’s own words.
    pub fn is_pupils(&self) -> Memo<bool> {
        let meta = self.store.meta(self.list, self.id);
        let people = People::here();
        Memo::new(move |_| meta.get().and_then(|meta| meta.said_by).is_some_and(|person| people.is_pupil(person)))
    }

    /// Whether what the pupil says here nobody else may change.
    fn is_theirs_alone(&self) -> bool {
        match policy::protection(self.store.section()) {
            Protection::Nothing => false,
            Protection::OwnTexts => self.list.fields.iter().all(|field| schema::is_pupils(self.list, field.key)),
            Protection::Everything => true,
        }
    }

    /// Whether this person may change it: never somebody else’s hand in a child’s words. The pupil’s own
    /// page stays calm: others’ notes are words there, but the passport and the plan are the child’s to
    /// write in wherever they like.
    pub fn may_change(&self) -> Memo<bool> {
        let access = self.store.access();
        let is_pupils = self.is_pupils();
        let meta = self.store.meta(self.list, self.id);
        let section = self.store.section();
        let protected = self.is_theirs_alone();
        let written_together = matches!(section, Section::Passport | Section::Plan);
        let meeting = use_meeting();
        let people = People::here();
        Memo::new(move |_| {
            let is_pupil = people.my_role() == Some(Role::Pupil);
            let said_by = meta.get().and_then(|meta| meta.said_by);
            access.get().can_write()
                && (!protected || !is_pupils.get() || people.writes_for_pupil())
                && (!is_pupil || written_together || said_by.is_none() || said_by == meeting.my_person)
        })
    }

    pub fn set_words(&self, key: &'static str, words: &str) {
        self.store.set_words(self.list, self.id, key, words);
    }

    pub fn set_number(&self, key: &'static str, number: Option<i64>) {
        self.store.set_number(self.list, self.id, key, number);
    }
}

/// The one item of a list that has exactly one.
pub fn only_item(store: SectionStore, list: &'static List) -> Option<Item> {
    let id = store.items(list).get_untracked().into_iter().next()?;
    Some(Item { store, list, id })
}
