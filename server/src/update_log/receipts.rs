//! What the log tells one room: how far it is with what the room gave it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::Section;
use tokio::sync::Notify;

/// News since the last time it was asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Every update up to this position is durable.
    pub(crate) through: u64,
    /// The numbers that updates were given, in the order in which the room gave them.
    pub(crate) landed: Vec<(Section, u64)>,
    /// The log did not let something in; nothing more of this room is taken.
    pub(crate) lost: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Receipts {
    progress: Mutex<Progress>,
    news: Notify,
}

impl Receipts {
    /// What has happened since the last call, once anything has. Safe to be cancelled.
    pub(crate) async fn next(&self) -> Progress {
        self.news.notified().await;
        let mut progress = self.progress();
        Progress { landed: std::mem::take(&mut progress.landed), ..*progress }
    }

    pub(super) fn landed(&self, position: u64, section: Section, seq: u64) {
        let mut progress = self.progress();
        progress.landed.push((section, seq));
        progress.through = progress.through.max(position);
    }

    pub(super) fn done(&self, position: u64) {
        let mut progress = self.progress();
        progress.through = progress.through.max(position);
        drop(progress);
        self.tell();
    }

    pub(super) fn lose(&self) {
        self.progress().lost = true;
        self.tell();
    }

    pub(super) fn is_lost(&self) -> bool {
        self.progress().lost
    }

    /// Wakes the room. Apart from [`Self::landed`], so that it wakes once for a batch.
    pub(super) fn tell(&self) {
        self.news.notify_one();
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // Nothing panics while it is held.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
