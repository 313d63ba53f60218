//! What the device keeps of one section for one person, as long as the server has not: the updates,
//! and the words of the boxes they were written in.
//!
//! The words are there because updates mean something only together with the history they build on.
//! If that history is gone when the person comes back, the words are what they can still copy.
//!
//! What must stay true: nothing of the section that this person did not just write in is in here.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use shared::{ParticipantId, Section, doc::FieldAddress};
use uuid::Uuid;

/// Longer than this nothing is kept, sent or not.
const KEPT_FOR_MS: f64 = 24.0 * 60.0 * 60.0 * 1_000.0;

/// Whose it is: a person in a meeting, what of theirs, and the tab it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) participant: ParticipantId,
    pub(super) part: Part,
    pub(super) tab: Uuid,
}

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The unsent edits of a section.
    Section(Section),
    /// Words that were given back, and that their person has not let go of.
    Words,
}

const WORDS: &str = "words";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// Of the history that the updates build on.
    pub(super) epoch: u64,
    /// In the order they were made.
    pub(super) updates: Vec<Vec<u8>>,
    pub(super) words: Vec<(FieldAddress, String)>,
}

/// Whether something written down then is too old to be kept. A clock that was set back since does
/// not make it young for ever.
pub(super) fn is_too_old(written_at: f64, now: f64) -> bool {
    (now - written_at).abs() >= KEPT_FOR_MS
}

impl Key {
    pub(super) fn to_text(self) -> String {
        let part = match self.part {
            Part::Section(section) => section.name(),
            Part::Words => WORDS,
        };
        format!("{}/{part}/{}", self.participant, self.tab)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let participant = parts.next()?.parse().ok()?;
        let part = match parts.next()? {
            WORDS => Part::Words,
            section => Part::Section(Section::from_name(section)?),
        };
        Some(Self { participant, part, tab: parts.next()?.parse().ok()? })
    }
}

/// How an entry is written down, before it is encrypted.
#[derive(Serialize, Deserialize)]
struct Written {
    epoch: u64,
    updates: Vec<String>,
    words: Vec<(String, String)>,
}

impl Entry {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let written = Written {
            epoch: self.epoch,
            updates: self.updates.iter().map(|update| BASE64_STANDARD.encode(update)).collect(),
            words: self.words.iter().map(|(field, words)| (field.to_string(), words.clone())).collect(),
        };
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// A field that the schema no longer knows is left out; its updates are refused or not, as it may be.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let written: Written = shared::json::read(bytes).ok()?;
        let updates: Result<_, _> = written.updates.into_iter().map(|update| BASE64_STANDARD.decode(update)).collect();
        let words = written.words.into_iter().filter_map(|(field, words)| Some((field.parse().ok()?, words)));
        Some(Self { epoch: written.epoch, updates: updates.ok()?, words: words.collect() })
    }
}

#[cfg(test)]
mod tests {
    use shared::{ItemId, schema::plan::TARGETS};

    use super::*;

    #[test]
    fn an_entry_reads_back() {
        let field = FieldAddress::new(Section::Plan, &TARGETS, ItemId(Uuid::from_u128(1)), &TARGETS.fields[0]);
        let entry = Entry {
            epoch: 3,
            updates: vec![vec![0, 255], vec![]],
            words: vec![(field, "Pobawić się \"w berka\"".to_owned())],
        };
        assert_eq!(Entry::from_bytes(&entry.to_bytes()), Some(entry));
        assert_eq!(Entry::from_bytes(b"{}"), None);
    }

    #[test]
    fn a_key_reads_back_and_what_is_none_of_ours_is_no_key() {
        for part in [Part::Section(Section::PupilViews), Part::Words] {
            let key = Key { participant: ParticipantId(Uuid::from_u128(1)), part, tab: Uuid::from_u128(2) };
            assert_eq!(Key::parse(&key.to_text()), Some(key));
        }
        assert_eq!(Key::parse("plan"), None);
    }

    #[test]
    fn a_day_is_the_longest() {
        let hour = 60.0 * 60.0 * 1_000.0;
        assert!(!is_too_old(0.0, 23.0 * hour) && is_too_old(0.0, 24.0 * hour));
        // Written by a clock that was two days ahead.
        assert!(is_too_old(48.0 * hour, 0.0));
    }
}
