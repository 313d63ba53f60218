//! What this page did that the server has not yet kept: the updates themselves, and the fields whose
//! words they hold.
//!
//! Messages of one section are acknowledged in the order they were sent, so counting is enough. The
//! updates are what the device keeps meanwhile; the words of the fields are what the person gets to
//! copy when an edit is refused.

use std::collections::HashMap;

use shared::doc::FieldAddress;

/// Edits that wait for a line are gathered into one when there are more than this…
const LOOSE: usize = 64;
/// …until the one is so large. A message takes several.
const GATHERED: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct Unsaved {
    sent: u64,
    acknowledged: u64,
    /// The number of the message that carries the field’s latest edit; `None` while none does.
    fields: HashMap<FieldAddress, Option<u64>>,
    /// In the order they were made, each with the number of the message that carries it.
    updates: Vec<(Vec<u8>, Option<u64>)>,
    mark: Mark,
}

/// How far it had come at some moment, to tell whether what was written down then is still good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Counts the updates made. What was written down since the last one holds them all.
    edits: u64,
    /// Counts what was added or taken away.
    changes: u64,
}

impl Mark {
    /// Of something that only ever changes as a whole.
    pub(super) fn of(changes: u64) -> Self {
        Self { edits: changes, changes }
    }

    /// Whether what was written down at this mark holds everything of the later one.
    pub(super) fn covers(self, later: Self) -> bool {
        self.edits == later.edits
    }
}

impl Unsaved {
    /// This field was written in, and no message carries it yet.
    pub(super) fn wrote(&mut self, field: FieldAddress) {
        self.fields.insert(field, None);
    }

    /// The document was changed, and no message carries it yet.
    pub(super) fn edited(&mut self, update: Vec<u8>) {
        self.updates.push((update, None));
        self.gather();
        self.mark.edits += 1;
        self.mark.changes += 1;
    }

    /// A message that must be acknowledged went out, with all that was waiting.
    pub(super) fn sent(&mut self) {
        self.sent += 1;
        let waiting = self.fields.values_mut().chain(self.updates.iter_mut().map(|(_, message)| message));
        for message in waiting {
            message.get_or_insert(self.sent);
        }
    }

    pub(super) fn acknowledged(&mut self) {
        self.acknowledged = (self.acknowledged + 1).min(self.sent);
        let done = self.acknowledged;
        let is_open = |message: &Option<u64>| message.is_none_or(|number| number > done);
        self.fields.retain(|_, message| is_open(message));
        let before = self.updates.len();
        self.updates.retain(|(_, message)| is_open(message));
        if self.updates.len() < before {
            self.mark.changes += 1;
        }
    }

    /// What was on its way must be sent again.
    pub(super) fn disconnected(&mut self) {
        self.acknowledged = self.sent;
        self.fields.values_mut().for_each(|message| *message = None);
        self.updates.iter_mut().for_each(|(_, message)| *message = None);
    }

    /// No message that is on its way is waited for any more.
    pub(super) fn begin_anew(&mut self) {
        self.acknowledged = self.sent;
    }

    /// All fields: they will not be saved. What is on its way will still be acknowledged.
    pub(super) fn take(&mut self) -> Vec<FieldAddress> {
        self.updates.clear();
        self.mark.changes += 1;
        std::mem::take(&mut self.fields).into_keys().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.updates.is_empty()
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &FieldAddress> {
        self.fields.keys()
    }

    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// All of them, in the order they were made.
    pub(super) fn updates(&self) -> Vec<Vec<u8>> {
        self.updates.iter().map(|(update, _)| update.clone()).collect()
    }

    /// An hour of letters without a line is written down again with each letter: keep it short.
    fn gather(&mut self) {
        let is_loose = |(update, message): &&(Vec<u8>, Option<u64>)| message.is_none() && update.len() < GATHERED;
        let loose = self.updates.iter().rev().take_while(is_loose).count();
        if loose > LOOSE {
            let tail = self.updates.split_off(self.updates.len() - loose);
            self.updates.push((merge(tail.iter().map(|(update, _)| update)), None));
        }
    }

    /// What is waiting went out in as few messages as fit the limit, one edit to a message at least:
    /// what each of them holds.
    pub(super) fn sent_in_parts(&mut self, limit: usize) -> Vec<Vec<u8>> {
        let mut parts: Vec<Vec<&Vec<u8>>> = vec![];
        let mut size = 0;
        for (update, message) in self.updates.iter_mut().filter(|(_, message)| message.is_none()) {
            size += update.len();
            if parts.is_empty() || size > limit {
                parts.push(vec![]);
                size = update.len();
                self.sent += 1;
            }
            *message = Some(self.sent);
            if let Some(part) = parts.last_mut() {
                part.push(update);
            }
        }
        self.fields.values_mut().for_each(|message| {
            message.get_or_insert(self.sent);
        });
        parts.into_iter().map(merge).collect()
    }
}

/// One update of several. A letter takes six bytes in it, and some thirty by itself.
fn merge<'a>(updates: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    // They are this page’s own, and were read before: none of them can be unreadable.
    yrs::merge_updates_v1(updates).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use shared::{
        ItemId, Section,
        doc::{NewItem, SectionDoc},
        schema::plan::TARGETS,
        splice::Splice,
    };
    use uuid::Uuid;

    use super::*;
    use crate::collab::outgoing::Outgoing;

    fn field(n: usize) -> FieldAddress {
        FieldAddress::new(Section::Plan, &TARGETS, ItemId(Uuid::from_u128(1)), &TARGETS.fields[n])
    }

    #[test]
    fn what_was_acknowledged_is_not_given_back() {
        let mut unsaved = Unsaved::default();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.wrote(field(1));
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(unsaved.take(), [field(1)]);
    }

    #[test]
    fn an_older_acknowledgement_does_not_cover_a_newer_edit() {
        let mut unsaved = Unsaved::default();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(unsaved.take(), [field(0)]);
    }

    #[test]
    fn what_was_on_its_way_when_the_line_broke_is_unsaved_until_sent_again() {
        let mut unsaved = Unsaved::default();
        unsaved.wrote(field(0));
        unsaved.sent();
        unsaved.disconnected();
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(unsaved.take(), []);
    }

    /// A document with an empty title, and the updates that typing these words into it makes.
    fn typed(words: &str) -> (SectionDoc, Vec<Vec<u8>>) {
        let item = ItemId(Uuid::from_u128(1));
        let (seed, doc) = (SectionDoc::new(Section::Plan, 1), SectionDoc::new(Section::Plan, 2));
        seed.add(&TARGETS, item, NewItem::default());
        doc.apply(&seed.state()).unwrap();
        let outgoing = Outgoing::observe(&doc);
        for (at, letter) in words.chars().enumerate() {
            let splice = Splice { at: at as u32, delete: 0, insert: letter.to_string() };
            doc.splice(&TARGETS, item, "title", &splice);
        }
        (seed, outgoing.take())
    }

    fn title(doc: &SectionDoc) -> String {
        doc.words(&TARGETS, ItemId(Uuid::from_u128(1)), "title")
    }

    #[test]
    fn an_hour_of_letters_is_kept_short() {
        let words = "It helps me when we sit down. ".repeat(200);
        let (server, updates) = typed(&words);
        let mut unsaved = Unsaved::default();
        updates.into_iter().for_each(|update| unsaved.edited(update));
        let kept = unsaved.updates();
        let size: usize = kept.iter().map(Vec::len).sum();
        assert!(kept.len() <= 80 && size < 8 * words.len(), "{} updates of {size} bytes", kept.len());
        kept.iter().for_each(|update| server.apply(update).unwrap());
        assert_eq!(title(&server), words);
    }

    #[test]
    fn what_is_too_much_for_one_message_travels_in_several() {
        let (server, updates) = typed(&"abcdefghij".repeat(500));
        let mut unsaved = Unsaved::default();
        updates.into_iter().for_each(|update| unsaved.edited(update));
        let parts = unsaved.sent_in_parts(20_000);
        assert!(parts.len() > 1 && parts.iter().all(|part| part.len() <= 20_000));
        // Each is unsaved until its own acknowledgement.
        for _ in &parts {
            assert!(!unsaved.is_empty());
            unsaved.acknowledged();
        }
        assert!(unsaved.is_empty());
        parts.iter().for_each(|part| server.apply(part).unwrap());
        assert_eq!(title(&server), "abcdefghij".repeat(500));
    }

    #[test]
    fn what_was_written_down_covers_what_was_acknowledged_since_but_no_newer_letter() {
        let mut unsaved = Unsaved::default();
        unsaved.edited(vec![0, 0]);
        unsaved.sent();
        let mark = unsaved.mark();
        unsaved.acknowledged();
        assert!(unsaved.is_empty());
        assert!(mark.covers(unsaved.mark()) && mark != unsaved.mark());
        unsaved.edited(vec![0, 0]);
        assert!(!mark.covers(unsaved.mark()));
    }
}
