//! Which of a section’s updates are in its document, by the numbers the log gave them.
//!
//! Numbers have no gaps, and whatever an update builds on has a lower one. So what others committed is
//! taken in in the order of its numbers; what we wrote ourselves is in the document already when we hear
//! its number.
//!
//! What must stay true: everything up to [`Numbers::through`] is in the document; nothing is given out
//! by [`Numbers::take_next`] before all below it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use shared::PersonId;

use crate::limits::Limit;

/// Updates of others that wait for one before them. More are left to be read from the log.
pub(crate) const EARLY_LIMIT: usize = 64;

/// An update that another server committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    pub seq: u64,
    pub person: PersonId,
    pub claims: Vec<u64>,
    pub update: Arc<[u8]>,
}

/// What the log holds of a section after some update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// The whole document up to a later update, where the ones between are gone.
    pub checkpoint: Option<(u64, Arc<[u8]>)>,
    pub updates: Vec<Committed>,
    /// Whose hand each client id of the section is.
    pub owners: Vec<(u64, PersonId)>,
}

#[derive(Debug, Default)]
pub struct Numbers {
    through: u64,
    /// Our own, beyond one that is missing.
    ahead: BTreeSet<u64>,
    /// Of others, beyond one that is missing.
    early: BTreeMap<u64, Committed>,
    /// Somebody says the log has come so far.
    rumour: u64,
    /// Of [`Self::through`], when it was last found behind.
    stuck_at: Option<u64>,
}

impl Numbers {
    pub fn new(through: u64) -> Self {
        Self { through, ..Self::default() }
    }

    /// Everything up to here is in the document.
    pub fn through(&self) -> u64 {
        self.through
    }

    /// One of our own was committed.
    pub fn landed(&mut self, seq: u64) {
        // It may have been read from the log before we heard.
        if seq > self.through {
            self.ahead.insert(seq);
            self.advance();
        }
    }

    /// What others wrote was taken in, up to here.
    pub fn reached(&mut self, seq: u64) {
        self.through = self.through.max(seq);
        self.ahead = self.ahead.split_off(&(self.through + 1));
        self.early = self.early.split_off(&(self.through + 1));
        self.advance();
    }

    /// An update of somebody else’s, which [`Self::take_next`] gives back when its turn has come.
    pub fn heard(&mut self, committed: Committed) {
        let seq = committed.seq;
        self.rumour = self.rumour.max(seq);
        if seq <= self.through || self.ahead.contains(&seq) {
            return;
        }
        // The one that is waited for is always kept.
        if self.early.len() < EARLY_LIMIT || seq == self.through + 1 {
            self.early.insert(seq, committed);
        } else {
            Limit::EarlyUpdates.reached();
        }
    }

    /// The next to be taken in, if it is here. When it is in the document, say [`Self::reached`].
    pub fn take_next(&mut self) -> Option<Committed> {
        self.early.remove(&(self.through + 1))
    }

    /// Somebody says that the log has come so far.
    pub fn rumoured(&mut self, head: u64) {
        self.rumour = self.rumour.max(head);
    }

    /// The log was read: what it does not hold does not exist.
    pub fn was_read(&mut self) {
        self.rumour = self.through;
        self.stuck_at = None;
    }

    /// Asked at every tick: whether something has been missing since the last one.
    pub fn is_stuck(&mut self) -> bool {
        let behind = self.through < self.rumour || !self.ahead.is_empty() || !self.early.is_empty();
        let stuck_at = self.stuck_at.take();
        self.stuck_at = behind.then_some(self.through);
        behind && stuck_at == self.stuck_at
    }

    fn advance(&mut self) {
        while self.ahead.remove(&(self.through + 1)) {
            self.through += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(seq: u64) -> Committed {
        Committed { seq, person: PersonId(uuid::Uuid::nil()), claims: vec![], update: Arc::from([]) }
    }

    fn drain(numbers: &mut Numbers) -> Vec<u64> {
        let mut drained = vec![];
        while let Some(next) = numbers.take_next() {
            numbers.reached(next.seq);
            drained.push(next.seq);
        }
        drained
    }

    #[test]
    fn updates_of_others_come_out_in_their_order_and_once() {
        let mut numbers = Numbers::new(4);
        for seq in [7, 3, 6, 6] {
            numbers.heard(committed(seq));
        }
        assert_eq!(drain(&mut numbers), vec![0; 0]);
        numbers.landed(5);
        assert_eq!(drain(&mut numbers), [6, 7]);
        numbers.heard(committed(7));
        assert_eq!((drain(&mut numbers), numbers.through()), (vec![], 7));
    }

    #[test]
    fn only_what_is_missing_for_longer_than_a_moment_is_asked_for() {
        let mut numbers = Numbers::new(0);
        numbers.landed(2);
        assert!(!numbers.is_stuck());
        assert!(numbers.is_stuck());
        numbers.heard(committed(1));
        drain(&mut numbers);
        numbers.rumoured(3);
        assert!(!numbers.is_stuck());
        assert!(numbers.is_stuck());
        numbers.was_read();
        assert!(!numbers.is_stuck() && !numbers.is_stuck());
    }

    #[test]
    fn a_whole_document_makes_up_for_all_before_it() {
        let mut numbers = Numbers::new(0);
        numbers.landed(9);
        numbers.heard(committed(4));
        numbers.heard(committed(10));
        numbers.reached(8);
        assert_eq!(drain(&mut numbers), [10]);
        assert_eq!(numbers.through(), 10);
    }
}
