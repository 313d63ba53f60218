//! The network between a tab and the server: a WebSocket keeps its order and loses nothing, until it
//! is cut; then each side has heard some beginning of what the other said, and notices in its own time.

use server::room::state::ConnectionId;

use crate::chance::Chance;

/// One direction of one socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    /// When the latest packet arrives: nothing overtakes.
    latest: u64,
    /// What would arrive later does not.
    cut: Option<u64>,
}

impl Way {
    /// When a packet that is sent now arrives; never, if it comes after a cut.
    pub(crate) fn send(&mut self, now: u64, chance: &mut Chance, slow: u64) -> Option<u64> {
        let delay = if slow > 0 && chance.one_in(8) { chance.between(1, slow) } else { chance.between(1, 30) };
        self.latest = self.latest.max(now + delay);
        self.carries(self.latest).then_some(self.latest)
    }

    pub(crate) fn carries(&self, at: u64) -> bool {
        self.cut.is_none_or(|cut| at <= cut)
    }

    /// Nothing more arrives after this moment, whatever is on its way.
    pub(crate) fn cut(&mut self, at: u64) {
        self.cut = Some(self.cut.map_or(at, |cut| cut.min(at)));
    }

    pub(crate) fn latest(&self) -> u64 {
        self.latest
    }
}

/// One socket of a tab, or of somebody who speaks the protocol by hand.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) conn: ConnectionId,
    pub(crate) end: End,
    /// The process at the other end; it is not there any more after a crash.
    pub(crate) process: u64,
    pub(crate) up: Way,
    pub(crate) down: Way,
    /// Each side’s view of it.
    pub(crate) client_open: bool,
    pub(crate) server_open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Tab(usize),
    Script(usize),
}
