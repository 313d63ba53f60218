//! The right to hold a meeting: a lock in Postgres that lives as long as this server’s session there.
//!
//! One task keeps one connection and takes, keeps and lets go on it whatever rooms wish for. Where the
//! server is alone the locks exclude; where there is a bus they are shared, and exclude only a server that
//! has none.
//!
//! A lock says who may begin; the term in `doc_heads` says whose writing is let in. So a server that was
//! cut off or stood still, and wakes up after another has taken over, can do no harm before it notices.
//!
//! What must stay true: when the connection is lost every lock on it is taken again or declared lost;
//! Postgres ends a session that has not been heard of for [`LEASE`].

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::MeetingId;
use sqlx::{Connection, PgConnection};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::db::{Db, locks};

/// How long Postgres keeps the locks of a server that has fallen silent.
const LEASE: Duration = Duration::from_secs(10);

/// How often it hears from us.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// How long an answer may take before the session is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two tries to get what another server holds, or a connection.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Waiting,
    /// The same, and somebody else holds it.
    Elsewhere,
    Held,
    Lost,
}

/// All leases of this server. Cloning shares them.
#[derive(Clone, Debug)]
pub(crate) struct Leases {
    wishes: Arc<Wishes>,
    keeper: Arc<Mutex<Option<JoinHandle<()>>>>,
}

#[derive(Debug, Default)]
struct Wishes {
    meetings: Mutex<HashMap<MeetingId, Arc<watch::Sender<Standing>>>>,
    changed: Notify,
    closing: Mutex<bool>,
}

/// Why there is no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOurs {
    /// Another server has it.
    Elsewhere,
    /// The database does not say.
    Unknown,
}

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    meeting: MeetingId,
    standing: Option<watch::Receiver<Standing>>,
    wishes: Arc<Wishes>,
}

impl Leases {
    pub(super) fn start(db: Db, shared: bool) -> Self {
        let wishes = Arc::new(Wishes::default());
        let keeper = Keeper { db, shared, wishes: wishes.clone(), session: None, held: HashSet::new() };
        #[expect(clippy::disallowed_methods, reason = "`close` awaits it")]
        let keeper = tokio::spawn(keeper.run());
        Self { wishes, keeper: Arc::new(Mutex::new(Some(keeper))) }
    }

    /// Waits for so long at most until this meeting is ours.
    pub(crate) async fn take(&self, meeting: MeetingId, patience: Duration) -> Result<Lease, NotOurs> {
        let standing = self.wishes.wish(meeting);
        let mut lease = Lease { meeting, standing: Some(standing.clone()), wishes: self.wishes.clone() };
        let held = async {
            match &mut lease.standing {
                Some(standing) => standing.wait_for(|standing| *standing == Standing::Held).await.is_ok(),
                None => false,
            }
        };
        let held = timeout(patience, held).await;
        let last = *standing.borrow();
        // Before the lease, which would otherwise think that somebody still wants it.
        drop(standing);
        match (held, last) {
            (Ok(true), _) => Ok(lease),
            (_, Standing::Elsewhere) => Err(NotOurs::Elsewhere),
            _ => Err(NotOurs::Unknown),
        }
    }

    /// Lets go of everything, and returns when others may have it.
    pub(super) async fn close(&self) {
        *lock(&self.wishes.closing) = true;
        self.wishes.changed.notify_one();
        let keeper = lock(&self.keeper).take();
        if let Some(keeper) = keeper
            && keeper.await.is_err()
        {
            tracing::error!("the keeper of the leases had failed");
        }
    }
}

impl Lease {
    /// Returns when somebody else may hold the meeting. Safe to be cancelled.
    pub(crate) async fn lost(&mut self) {
        match &mut self.standing {
            // An error is the same: nobody keeps it any more.
            Some(standing) => drop(standing.wait_for(|standing| *standing == Standing::Lost).await),
            None => std::future::pending().await,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.standing = None;
        self.wishes.forget_unwanted(self.meeting);
    }
}

impl Wishes {
    fn wish(&self, meeting: MeetingId) -> watch::Receiver<Standing> {
        let mut meetings = lock(&self.meetings);
        let wish = meetings.entry(meeting).or_insert_with(|| Arc::new(watch::Sender::new(Standing::Waiting)));
        let standing = wish.subscribe();
        drop(meetings);
        self.changed.notify_one();
        standing
    }

    fn forget_unwanted(&self, meeting: MeetingId) {
        let mut meetings = lock(&self.meetings);
        if meetings.get(&meeting).is_some_and(|wish| wish.receiver_count() == 0) {
            meetings.remove(&meeting);
            drop(meetings);
            self.changed.notify_one();
        }
    }

    fn all(&self) -> HashMap<MeetingId, Arc<watch::Sender<Standing>>> {
        lock(&self.meetings).clone()
    }

    /// Whoever wishes for it from now on wishes anew.
    fn lose(&self, meeting: MeetingId) {
        if let Some(wish) = lock(&self.meetings).remove(&meeting) {
            wish.send_replace(Standing::Lost);
        }
    }
}

struct Keeper {
    db: Db,
    shared: bool,
    wishes: Arc<Wishes>,
    session: Option<PgConnection>,
    held: HashSet<MeetingId>,
}

impl Keeper {
    async fn run(mut self) {
        loop {
            if *lock(&self.wishes.closing) {
                if let Some(session) = self.session.take() {
                    let _ = timeout(PATIENCE, session.close()).await;
                }
                lock(&self.wishes.meetings).clear();
                return;
            }
            let wait = match timeout(PATIENCE, self.settle()).await {
                Ok(Ok(true)) => SIGN_OF_LIFE,
                Ok(Ok(false)) => PAUSE,
                Ok(Err(error)) => self.lose_session(&error),
                Err(elapsed) => self.lose_session(&elapsed),
            };
            let wishes = self.wishes.clone();
            tokio::select! {
                () = wishes.changed.notified() => {}
                () = sleep(wait), if self.session.is_some() || !wishes.all().is_empty() => {}
            }
        }
    }

    /// What was held on it may be another’s by now: the next session finds out.
    fn lose_session(&mut self, reason: &dyn std::fmt::Display) -> Duration {
        tracing::warn!(%reason, "the session that holds our meetings was lost");
        self.session = None;
        self.held.clear();
        PAUSE
    }

    /// Brings what is held into line with what is wished for. Says whether everything is.
    async fn settle(&mut self) -> sqlx::Result<bool> {
        let wishes = self.wishes.all();
        if wishes.is_empty() {
            // What was held goes with it.
            self.held.clear();
            if let Some(session) = self.session.take() {
                session.close().await?;
            }
            return Ok(true);
        }
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(locks::session(&self.db, LEASE).await?),
        };
        let unwanted: Vec<_> = self.held.iter().filter(|meeting| !wishes.contains_key(meeting)).copied().collect();
        for meeting in unwanted {
            locks::release(session, meeting, self.shared).await?;
            self.held.remove(&meeting);
        }
        let mut all_held = true;
        for (meeting, wish) in wishes {
            if !self.held.contains(&meeting) {
                if locks::take(session, meeting, self.shared).await? {
                    self.held.insert(meeting);
                } else if *wish.borrow() == Standing::Held {
                    self.wishes.lose(meeting);
                } else {
                    wish.send_replace(Standing::Elsewhere);
                    all_held = false;
                }
            }
            if self.held.contains(&meeting) {
                wish.send_if_modified(|standing| std::mem::replace(standing, Standing::Held) != Standing::Held);
            }
        }
        session.ping().await?;
        Ok(all_held)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while one of these was held cannot have left it half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
