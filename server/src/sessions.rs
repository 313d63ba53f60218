//! Sessions with a socket open: when one ends, so do its sockets, wherever and however it was ended.
//!
//! A request asks the database who sends it; a socket was asked once, when it was opened. So the ones
//! that are open are asked after again, all at once and twice a second, and where somebody presses
//! *Finish* here, at once.
//!
//! What must stay true: no socket outlives its session by more than a second while the database
//! answers. While it does not, nothing is saved either, and nobody is sent away for that.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::{SchoolId, protocol::CloseCode};
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::{
    db::{self, Db},
    room::outbox::Outbox,
    secret::Hash,
};

/// How often it is looked whether the last has gone.
const MOMENT: Duration = Duration::from_millis(10);

/// By session and number: whose school it is in, and the way to it.
type Sockets = BTreeMap<(Hash, u64), (SchoolId, Outbox)>;

/// All of this server. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct OpenSessions {
    sockets: Arc<Mutex<Sockets>>,
}

impl OpenSessions {
    /// This session has a socket open for as long as the answer lives.
    pub(crate) fn open(&self, school: SchoolId, session: Hash, socket: u64, outbox: Outbox) -> OpenSession {
        self.sockets().insert((session, socket), (school, outbox));
        OpenSession { all: self.clone(), key: (session, socket) }
    }

    /// Somebody has just ended this session.
    pub(crate) fn end(&self, session: Hash) {
        for (_, (_, outbox)) in self.sockets().range((session, 0)..=(session, u64::MAX)) {
            outbox.close(CloseCode::Unauthorized);
        }
    }

    /// Ends those whose session the database does not know any more.
    pub(crate) async fn end_ended(&self, db: &Db, now: OffsetDateTime) -> sqlx::Result<()> {
        let mut open: Vec<Hash> = self.sockets().keys().map(|(session, _)| *session).collect();
        open.dedup();
        if open.is_empty() {
            return Ok(());
        }
        // Everybody’s, several times a second: each is looked up, not searched for.
        let good: BTreeSet<Hash> = db::login_sessions::good(db, &open, now).await?.into_iter().collect();
        for ended in open.iter().filter(|session| !good.contains(session)) {
            self.end(*ended);
        }
        Ok(())
    }

    /// Marks those with a socket open as in use: whoever writes in a meeting asks for no page.
    pub(crate) async fn touch(&self, db: &Db, now: OffsetDateTime) -> sqlx::Result<()> {
        let mut open: BTreeMap<SchoolId, Vec<Hash>> = BTreeMap::new();
        for ((session, _), (school, _)) in self.sockets().iter() {
            open.entry(*school).or_default().push(*session);
        }
        for (school, sessions) in open {
            let mut txn = db.begin(school).await?;
            db::login_sessions::touch_all(&mut txn, &sessions, now).await?;
            txn.commit().await?;
        }
        Ok(())
    }

    /// Tells all of them to come back later, and returns when they have gone.
    pub(crate) async fn close_all(&self) {
        for (_, outbox) in self.sockets().values() {
            outbox.close(CloseCode::TryAgain);
        }
        while !self.sockets().is_empty() {
            sleep(MOMENT).await;
        }
    }

    fn sockets(&self) -> MutexGuard<'_, Sockets> {
        // A panic while this was held cannot have left it half changed.
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One socket, on the list until this is dropped.
#[derive(Debug)]
pub(crate) struct OpenSession {
    all: OpenSessions,
    key: (Hash, u64),
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        self.all.sockets().remove(&self.key);
    }
}
