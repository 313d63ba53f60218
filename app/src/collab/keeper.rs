//! What of this page is written down on the device, and what must be written now.
//!
//! It only reckons; [`super::device`] writes. Writing takes a moment, so whether everything unsent
//! is really on the device is always a comparison of marks: of what a part has come to, and of what
//! the last finished write held.
//!
//! What must stay true: nothing counts as kept before its transaction is complete; an entry taken
//! over from a tab that is gone stays until what it held is in an entry of this tab, or saved.

use std::collections::BTreeMap;

use super::{
    entry::{Key, Part},
    unsaved::Mark,
};

/// Tells whether an entry is still the one that was read.
pub(super) type Stamp = Vec<u8>;

#[derive(Debug, Default)]
pub(super) struct Keeper {
    parts: BTreeMap<Part, Kept>,
    writing: bool,
}

#[derive(Debug, Default)]
struct Kept {
    /// What the entry of this tab held when it was written; `None` without one.
    written: Option<Mark>,
    /// Entries of tabs that are gone, whose edits are now among this one’s.
    adopted: Vec<(Key, Stamp)>,
}

/// What to do on the device for one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Write all that is unsaved.
    Write,
    /// Nothing is unsaved: no entry may remain.
    Remove,
}

impl Keeper {
    /// Whether what has come to this mark would survive the page.
    pub(super) fn holds(&self, part: Part, mark: Mark) -> bool {
        let written = self.parts.get(&part).and_then(|kept| kept.written);
        written.is_some_and(|written| written.covers(mark))
    }

    /// What must be done for this part, if anything: it has come to this mark, or there is nothing of
    /// it to keep. `may_keep` is false where nothing may be written down: what was taken over still
    /// goes once it is saved.
    pub(super) fn due(&self, part: Part, mark: Option<Mark>, may_keep: bool) -> Option<Due> {
        let kept = self.parts.get(&part);
        let written = kept.and_then(|kept| kept.written);
        let adopted = kept.is_some_and(|kept| !kept.adopted.is_empty());
        match mark {
            None => (written.is_some() || adopted).then_some(Due::Remove),
            Some(mark) => (may_keep && (written != Some(mark) || adopted)).then_some(Due::Write),
        }
    }

    /// The entry of a tab that is gone, whose content is among this one’s now.
    pub(super) fn adopt(&mut self, key: Key, stamp: Stamp) {
        self.parts.entry(key.part).or_default().adopted.push((key, stamp));
    }

    pub(super) fn adopted(&self, part: Part) -> Vec<(Key, Stamp)> {
        self.parts.get(&part).map(|kept| kept.adopted.clone()).unwrap_or_default()
    }

    /// A write begins, unless one is on its way: then there will be another look when it is done.
    pub(super) fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.writing, true)
    }

    pub(super) fn end(&mut self) {
        self.writing = false;
    }

    /// This part of a write is complete: what it held, or `None` if it removed the entry;
    /// and which of the entries that were taken over went with it.
    pub(super) fn done(&mut self, part: Part, held: Option<Mark>, gone: &[(Key, Stamp)]) {
        let kept = self.parts.entry(part).or_default();
        kept.written = held;
        kept.adopted.retain(|adopted| !gone.contains(adopted));
    }

    /// The device holds nothing any more.
    pub(super) fn forget(&mut self) {
        self.parts.clear();
    }
}

#[cfg(test)]
mod tests {
    use shared::{ParticipantId, Section};
    use uuid::Uuid;

    use super::*;
    use crate::collab::unsaved::Unsaved;

    const PLAN: Part = Part::Section(Section::Plan);

    fn due(keeper: &Keeper, unsaved: &Unsaved, may_keep: bool) -> Option<Due> {
        keeper.due(PLAN, (!unsaved.is_empty()).then(|| unsaved.mark()), may_keep)
    }

    fn key() -> Key {
        Key { participant: ParticipantId(Uuid::from_u128(1)), part: PLAN, tab: Uuid::from_u128(2) }
    }

    #[test]
    fn nothing_is_kept_before_its_write_is_complete_and_a_newer_letter_is_not_kept_by_it() {
        let (mut keeper, mut unsaved) = (Keeper::default(), Unsaved::default());
        assert_eq!(due(&keeper, &unsaved, true), None);
        unsaved.edited(vec![1]);
        let held = unsaved.mark();
        assert_eq!(due(&keeper, &unsaved, true), Some(Due::Write));
        assert!(keeper.begin() && !keeper.begin());
        assert!(!keeper.holds(PLAN, unsaved.mark()));
        unsaved.edited(vec![2]);
        keeper.end();
        keeper.done(PLAN, Some(held), &[]);
        assert!(!keeper.holds(PLAN, unsaved.mark()));
        assert_eq!(due(&keeper, &unsaved, true), Some(Due::Write));
        keeper.done(PLAN, Some(unsaved.mark()), &[]);
        assert!(keeper.holds(PLAN, unsaved.mark()));
        assert_eq!(due(&keeper, &unsaved, true), None);
    }

    #[test]
    fn what_was_saved_leaves_the_device() {
        let (mut keeper, mut unsaved) = (Keeper::default(), Unsaved::default());
        unsaved.edited(vec![1]);
        keeper.done(PLAN, Some(unsaved.mark()), &[]);
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(due(&keeper, &unsaved, true), Some(Due::Remove));
        keeper.done(PLAN, None, &[]);
        assert_eq!(due(&keeper, &unsaved, true), None);
    }

    #[test]
    fn an_entry_that_was_taken_over_goes_when_this_tab_has_written_it_or_it_is_saved() {
        let (mut keeper, mut unsaved) = (Keeper::default(), Unsaved::default());
        keeper.adopt(key(), vec![7]);
        unsaved.edited(vec![1]);
        assert_eq!(due(&keeper, &unsaved, true), Some(Due::Write));
        // Where nothing may be written down it waits.
        assert_eq!(due(&keeper, &unsaved, false), None);
        unsaved.sent();
        unsaved.acknowledged();
        assert_eq!(due(&keeper, &unsaved, false), Some(Due::Remove));
        let adopted = keeper.adopted(PLAN);
        keeper.done(PLAN, None, &adopted);
        assert_eq!(due(&keeper, &unsaved, false), None);
    }
}
