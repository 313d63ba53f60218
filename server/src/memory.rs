//! Memory that rooms have left behind, given back to the machine.
//!
//! The allocator keeps what was freed for those who come next. After a day of meetings that is everything
//! the busiest hour needed, for as long as the server runs.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Knows when it is worth it: when only half as many rooms are live as there were.
#[derive(Debug, Default)]
pub(crate) struct Tidying {
    most: AtomicUsize,
}

impl Tidying {
    /// A room was opened, and so many are live.
    pub(crate) fn opened(&self, live: usize) {
        self.most.fetch_max(live, Ordering::Relaxed);
    }

    /// A room has closed, and so many are live. Takes some milliseconds, if it does anything.
    pub(crate) fn closed(&self, live: usize) {
        let half = |most: usize| (live * 2 <= most).then_some(live);
        if self.most.fetch_update(Ordering::Relaxed, Ordering::Relaxed, half).is_ok_and(|most| most > 0) {
            give_back();
        }
    }
}

fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "there is no other way to ask the allocator for it")]
    // SAFETY: it takes no pointer and touches only what is free.
    unsafe {
        nix::libc::malloc_trim(0);
    }
}
