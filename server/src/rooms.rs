//! The registry of rooms: which meetings are live on this server.
//!
//! What must stay true: a room is entered here before it is loaded, so that two people who open a
//! meeting at the same moment meet in one room; and it leaves only when its mailbox is empty.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::{MeetingId, SchoolId};
use tokio::sync::{mpsc, watch};

use crate::{
    db::Db,
    room::{RoomHandle, message::Mail, task},
    update_log::UpdateLog,
};

/// Which room: the school too, so that nobody can keep a room of another school from being found.
pub(crate) type RoomKey = (SchoolId, MeetingId);

/// All rooms of this server. Cloning shares them.
#[derive(Clone)]
pub struct Rooms {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    log: UpdateLog,
    live: Mutex<HashMap<RoomKey, RoomHandle>>,
    closing: watch::Sender<bool>,
}

impl Rooms {
    pub fn new(db: Db, log: UpdateLog) -> Self {
        let inner = Inner { db, log, live: Mutex::default(), closing: watch::Sender::new(false) };
        Self { inner: Arc::new(inner) }
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
        tokio::spawn(task::run(self.clone(), key, mail));
        room
    }

    /// How many rooms are live.
    pub fn count(&self) -> usize {
        self.live().len()
    }

    /// Sends everybody away with “please connect again”, and returns when all that was accepted is
    /// in the log, or the log has given up.
    pub async fn close_all(&self) {
        self.inner.closing.send_replace(true);
        // Each room holds a receiver for as long as it runs.
        self.inner.closing.closed().await;
        self.inner.log.close().await;
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn log(&self) -> &UpdateLog {
        &self.inner.log
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.inner.closing.subscribe()
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
        // A panic while it was held cannot have left a map half changed.
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
