//! Something said that should not be here: a passage of a text, taken out for everybody at once.
//!
//! ```text
//! command ─▶ room: do these words stand there? ─▶ evidence and audit, committed ─▶ taken out, like any edit:
//!            log, fan-out ─▶ the section is written as one, so that the log holds the words no more ─▶ answer
//! ```
//!
//! The room does it itself, so that whoever wrote the words, and whether they are protected, is not asked. A mark
//! stands in their place, in the hand of whoever hid them. The rest is what Yjs does with everything deleted: nobody
//! is sent it, no undo of one’s own brings back what somebody else took out, and who comes back with an old copy
//! deletes it there. Whoever had deleted and undone it meanwhile writes it anew, though: as long as the room lives, no
//! update is taken that has the words stand there again ([`Refusal::TakenOut`](shared::event::Refusal)).
//!
//! What must stay true: the evidence is committed before anybody stops seeing the words; no more is taken out than
//! what whoever hid it saw.

use shared::{
    PersonId,
    doc::{FieldAddress, SectionDoc},
    hand::{self, Owners},
    schema::{Kind, List},
    splice::Splice,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// What stands in its place.
pub const MARK: &str = "[Some words were taken out here]";

/// The same where there is no room for it.
const SHORT_MARK: &str = "…";

/// Words in a text, as somebody sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    pub field: FieldAddress,
    /// In UTF-16 units.
    pub from: u32,
    pub words: String,
}

/// A passage, and who hides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hiding {
    pub id: Uuid,
    pub passage: Passage,
    pub by: PersonId,
    /// A client id nobody has used, under which the mark is written.
    pub client: u64,
    pub at: OffsetDateTime,
}

impl Passage {
    /// Whether these very words stand there now.
    pub(super) fn stands_in(&self, doc: &SectionDoc) -> bool {
        let Some((list, field, _)) = self.text() else { return false };
        let now: Vec<u16> = doc.words(list, self.field.item, field).encode_utf16().collect();
        let words: Vec<u16> = self.words.encode_utf16().collect();
        let from = self.from as usize;
        !words.is_empty() && now.get(from..from.saturating_add(words.len())) == Some(&words[..])
    }

    /// Whether the words stand in that text again, anywhere. A word or two is said again for other reasons.
    pub(super) fn is_back_in(&self, doc: &SectionDoc) -> bool {
        const TOO_SHORT: usize = 12;
        let Some((list, field, _)) = self.text() else { return false };
        self.words.chars().count() > TOO_SHORT && doc.words(list, self.field.item, field).contains(&self.words)
    }

    /// Who wrote in it, whoever wrote most first.
    pub(super) fn written_by(&self, doc: &SectionDoc, owners: &Owners) -> Vec<PersonId> {
        let Some((list, field, _)) = self.text() else { return vec![] };
        let mut runs = doc.runs(list, self.field.item, field);
        let (mut at, from) = (0, self.from as usize);
        for run in &mut runs {
            run.words.retain(|letter| {
                let is_in = (from..from + self.length()).contains(&at);
                at += letter.len_utf16();
                is_in
            });
        }
        let mut people = vec![];
        for person in hand::hands(&runs, owners).into_iter().filter_map(|hand| hand.person) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// The edit that takes it out of the document and leaves a mark, under this client id.
    pub(super) fn taken_out(&self, doc: &SectionDoc, client: u64) -> Option<Vec<u8>> {
        let (list, field, limit) = self.text()?;
        let copy = SectionDoc::from_state(doc.section(), client, &doc.state()).ok()?;
        let before = copy.state_vector();
        let stays = copy.words(list, self.field.item, field).encode_utf16().count().saturating_sub(self.length());
        let mark = if stays + MARK.len() <= limit as usize { MARK } else { SHORT_MARK };
        let delete = u32::try_from(self.length()).ok()?;
        let splice = Splice { at: self.from, delete, insert: mark.to_owned() };
        copy.splice(list, self.field.item, field, &splice);
        copy.diff(&before).ok()
    }

    fn length(&self) -> usize {
        self.words.encode_utf16().count()
    }

    /// Its list, its key and how long it may be; nothing for a field that holds no words of anybody’s.
    fn text(&self) -> Option<(&'static List, &'static str, u32)> {
        let (list, field) = self.field.schema()?;
        if let Kind::Text { limit } = field.kind { Some((list, field.key, limit)) } else { None }
    }
}
