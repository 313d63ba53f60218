//! The registry of rooms: which meetings are live on this server.
//!
//! What must stay true: a room is entered here before it is loaded, so that two people who open a
//! meeting at the same moment meet in one room; and it leaves only when its mailbox is empty.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use shared::{MeetingId, SchoolId};
use tokio::{
    sync::{mpsc, watch},
    task::{JoinError, JoinSet},
};

use crate::{
    cluster::Cluster,
    db::Db,
    room::{
        RoomHandle,
        message::Mail,
        state::{ConnectionId, GRACE},
        task,
    },
    update_log::UpdateLog,
};

/// Which room: the school too, so that nobody can keep a room of another school from being found.
pub(crate) type RoomKey = (SchoolId, MeetingId);

/// All rooms of this server. Cloning shares them.
#[derive(Clone)]
pub struct Rooms {
    inner: Arc<Inner>,
    stay: Duration,
}

struct Inner {
    db: Db,
    log: UpdateLog,
    cluster: Cluster,
    live: Mutex<HashMap<RoomKey, RoomHandle>>,
    tasks: Mutex<JoinSet<()>>,
    closing: watch::Sender<bool>,
    connections: AtomicU64,
    closed: AtomicU64,
}

impl Rooms {
    pub fn new(db: Db, cluster: Cluster) -> Self {
        let inner = Inner {
            log: UpdateLog::start(db.clone(), cluster.bus().cloned()),
            db,
            cluster,
            live: Mutex::default(),
            tasks: Mutex::default(),
            closing: watch::Sender::new(false),
            connections: AtomicU64::new(0),
            closed: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner), stay: GRACE }
    }

    /// The same, with rooms that stay for so long after the last person has left.
    #[must_use]
    pub fn staying(self, stay: Duration) -> Self {
        Self { stay, ..self }
    }

    pub(crate) fn stay(&self) -> Duration {
        self.stay
    }

    /// The room of this meeting, which begins to load if nobody is there yet. A meeting that does
    /// not exist answers [`NotFound`](crate::room::RoomError::NotFound) to everything.
    pub fn open(&self, school: SchoolId, meeting: MeetingId) -> RoomHandle {
        let key = (school, meeting);
        let mut live = self.live();
        if let Some(room) = live.get(&key).filter(|room| !room.is_closed()) {
            return room.clone();
        }
        let (room, mail) = RoomHandle::new();
        live.insert(key, room.clone());
        drop(live);
        self.clear_away();
        lock(&self.inner.tasks).spawn(task::run(self.clone(), key, mail, self.inner.closing.subscribe()));
        room
    }

    /// Whether anybody has this meeting open here.
    pub fn is_live(&self, school: SchoolId, meeting: MeetingId) -> bool {
        self.live().contains_key(&(school, meeting))
    }

    /// Lets go of what rooms that have closed still hold: a task keeps its memory until it is asked for its end.
    /// Says how many have closed since the server began.
    pub(crate) fn clear_away(&self) -> u64 {
        let mut tasks = lock(&self.inner.tasks);
        while let Some(ended) = tasks.try_join_next() {
            report(ended);
            self.inner.closed.fetch_add(1, Ordering::Relaxed);
        }
        self.inner.closed.load(Ordering::Relaxed)
    }

    /// How many rooms are live.
    pub fn count(&self) -> usize {
        self.live().len()
    }

    /// How many messages wait in the fullest mailbox.
    pub fn deepest_mailbox(&self) -> usize {
        self.live().values().map(RoomHandle::waiting).max().unwrap_or_default()
    }

    /// Sends everybody away with “please connect again”, and returns when all that was accepted is
    /// in the log, or the log has given up, and other servers may open the meetings. Whoever stops
    /// waiting for it may ask again: nothing is cut short by that.
    pub async fn close_all(&self) {
        self.inner.closing.send_replace(true);
        while let Some(ended) = poll_fn(|context| lock(&self.inner.tasks).poll_join_next(context)).await {
            report(ended);
        }
        self.inner.log.close().await;
        self.inner.cluster.close().await;
    }

    pub(crate) fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.inner.connections.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.inner.cluster
    }

    pub(crate) fn log(&self) -> &UpdateLog {
        &self.inner.log
    }

    /// Takes an empty room off the list, unless somebody has just written to it.
    pub(crate) fn retire(&self, key: RoomKey, mail: &mut mpsc::Receiver<Mail>) -> bool {
        let mut live = self.live();
        if !mail.is_empty() {
            return false;
        }
        mail.close();
        live.remove(&key);
        true
    }

    /// Takes a room off the list that cannot go on. Somebody may have opened the next one already.
    pub(crate) fn forget(&self, key: RoomKey) {
        let mut live = self.live();
        if live.get(&key).is_some_and(RoomHandle::is_closed) {
            live.remove(&key);
        }
    }

    fn live(&self) -> MutexGuard<'_, HashMap<RoomKey, RoomHandle>> {
        lock(&self.inner.live)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while one of these was held cannot have left it half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a room ended in a way it should not");
    }
}
