//! This server among others on the same database.
//!
//! ```text
//! alone (no NATS_URL)         one server holds a meeting; the next waits until it lets go
//! together (with NATS_URL)    every server serves every meeting; what one committed it tells the others
//! ```
//!
//! Who may write is settled in Postgres, by [`lease`]s and by the term in `doc_heads`; the order of updates
//! too. The [`bus`] only saves the others from having to look: what it loses is found by its number and
//! read from the log. Whoever can speak on the bus is believed, so it belongs on a private network, with
//! a password in its address.
//!
//! What must stay true: a room is opened under a lease and lets it go after its last commit; a server
//! without a bus and one with it never hold the same meeting.

mod bus;
mod lease;
pub(crate) mod message;

pub use self::bus::Bus;
use self::lease::Leases;
pub(crate) use self::{
    bus::{Heard, Listening, listen_to},
    lease::{Lease, NotOurs},
};
use crate::db::Db;

/// How this server lives with others. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Cluster {
    leases: Leases,
    bus: Option<Bus>,
}

impl Cluster {
    /// With a bus meetings are shared; without, each is held by one server at a time.
    pub fn start(db: Db, bus: Option<Bus>) -> Self {
        Self { leases: Leases::start(db, bus.is_some()), bus }
    }

    /// The only server, or one of several that take turns.
    pub fn alone(db: Db) -> Self {
        Self::start(db, None)
    }

    pub(crate) fn leases(&self) -> &Leases {
        &self.leases
    }

    pub fn bus(&self) -> Option<&Bus> {
        self.bus.as_ref()
    }

    /// Lets everything go.
    pub(crate) async fn close(&self) {
        self.leases.close().await;
        if let Some(bus) = &self.bus {
            bus.close().await;
        }
    }
}
