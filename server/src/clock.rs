//! The clock. Whoever needs the time is handed one of these, so that a test can stop it.

use std::{fmt, sync::Arc};

use time::OffsetDateTime;

pub trait Clock: Send + Sync {
    fn now(&self) -> OffsetDateTime;
}

/// A clock that is shared by everything in one server.
#[derive(Clone)]
pub struct SharedClock(Arc<dyn Clock>);

impl SharedClock {
    pub fn new(clock: impl Clock + 'static) -> Self {
        Self(Arc::new(clock))
    }

    /// The machine’s.
    pub fn system() -> Self {
        Self::new(SystemClock)
    }

    pub fn now(&self) -> OffsetDateTime {
        self.0.now()
    }
}

impl fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedClock")
    }
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes in")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
