//! The one writer of the update log: it gathers what all rooms accepted and commits it in one
//! transaction, while the next batch gathers behind it.
//!
//! What must stay true: a room hears that its update is through only after the commit; entries of a
//! room are committed in the order they were given; nothing is dropped but what a lost room gave.
//!
//! While Postgres is away the batch at hand is tried again until it is back. Nothing is acknowledged
//! meanwhile, and people see “Saving…”. If somebody else wrote what a room believed it was the only
//! one to write, that room is told it is lost: it sends everybody away to load the truth again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::{MeetingId, SchoolId};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::db::{
    Db,
    documents::{self, Checkpoint, NewUpdate},
};

/// Entries that may wait for the writer. When it is full a room waits with its next update, its
/// mailbox fills, and connections are told to come back later.
const WAITING: usize = 8192;

/// Entries in one commit.
const BATCH: usize = 1024;

/// A commit that takes longer is not going to come back.
const COMMIT_PATIENCE: Duration = Duration::from_secs(20);

/// When we are asked to stop while Postgres is away: how long it is still worth trying.
const GOODBYE: Duration = Duration::from_secs(10);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The way to the writer. Cloning leads to the same one.
#[derive(Clone, Debug)]
pub struct UpdateLog {
    entries: mpsc::Sender<Entry>,
    closing: Arc<watch::Sender<bool>>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// How far the log is with what one room gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Everything up to this position is durable.
    pub(crate) through: u64,
    /// Somebody else wrote in its place; nothing more of this room is taken.
    pub(crate) lost: bool,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) room: Arc<watch::Sender<Progress>>,
    pub(crate) position: u64,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    Update(NewUpdate),
    Checkpoint(SchoolId, Checkpoint),
}

impl What {
    fn room(&self) -> (SchoolId, MeetingId) {
        match self {
            Self::Update(update) => (update.school, update.meeting),
            Self::Checkpoint(school, checkpoint) => (*school, checkpoint.meeting),
        }
    }
}

/// The writer is gone: the server is stopping.
#[derive(Debug)]
pub(crate) struct Closed;

impl UpdateLog {
    pub fn start(db: Db) -> Self {
        let (entries, waiting) = mpsc::channel(WAITING);
        let closing = Arc::new(watch::Sender::new(false));
        let writer = Writer { db, closing: closing.subscribe() };
        #[expect(clippy::disallowed_methods, reason = "`close` awaits it")]
        let writer = tokio::spawn(writer.run(waiting));
        Self { entries, closing, writer: Arc::new(Mutex::new(Some(writer))) }
    }

    /// Waits while the queue is full.
    pub(crate) async fn append(&self, entry: Entry) -> Result<(), Closed> {
        self.entries.send(entry).await.map_err(|_| Closed)
    }

    /// Writes what is waiting, and ends. With Postgres away it gives up after a while: what was not
    /// acknowledged is still with the people who wrote it.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && writer.await.is_err()
        {
            tracing::error!("the writer of the update log had failed");
        }
    }
}

struct Writer {
    db: Db,
    closing: watch::Receiver<bool>,
}

impl Writer {
    async fn run(mut self, mut waiting: mpsc::Receiver<Entry>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                count = waiting.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return;
                    }
                }
                _ = self.closing.wait_for(|closing| *closing) => {
                    waiting.close();
                    if waiting.is_empty() {
                        return;
                    }
                }
            }
            self.commit(&mut batch).await;
            batch.clear();
        }
    }

    /// Commits the batch, however long it takes. Rooms that cannot be committed are told so.
    async fn commit(&mut self, batch: &mut Vec<Entry>) {
        batch.retain(|entry| !entry.room.borrow().lost);
        if let Err(Impossible) = self.commit_all(batch).await {
            // One of these rooms stands in the way of the others.
            let mut rooms: BTreeMap<_, Vec<Entry>> = BTreeMap::new();
            for entry in batch.drain(..) {
                rooms.entry(entry.what.room()).or_default().push(entry);
            }
            for ((_, meeting), entries) in rooms {
                if let Err(Impossible) = self.commit_all(&entries).await {
                    tracing::warn!(%meeting, "somebody else wrote to this meeting: its room begins again");
                    for entry in &entries {
                        entry.room.send_if_modified(|progress| !std::mem::replace(&mut progress.lost, true));
                    }
                }
            }
        }
    }

    /// Tries until it is committed or can never be.
    async fn commit_all(&mut self, batch: &[Entry]) -> Result<(), Impossible> {
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match timeout(COMMIT_PATIENCE, write(&self.db, batch)).await {
                Ok(Ok(())) => {
                    for entry in batch {
                        entry.room.send_if_modified(|progress| {
                            let further = entry.position > progress.through;
                            progress.through = progress.through.max(entry.position);
                            further
                        });
                    }
                    return Ok(());
                }
                Ok(Err(error)) if !may_pass(&error) => {
                    tracing::error!(%error, "updates were not let into the log");
                    return Err(Impossible);
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no answer".to_owned(),
            };
            tracing::warn!(error, waiting = batch.len(), "the update log cannot be written; trying again");
            if *self.closing.borrow() && pause >= LONGEST_PAUSE {
                return Ok(());
            }
            self.wait(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn wait(&self, pause: Duration) {
        if *self.closing.borrow() {
            return sleep(GOODBYE.min(pause)).await;
        }
        let mut closing = self.closing.clone();
        // Asked to stop, it tries once more at once.
        let _ = timeout(pause, closing.wait_for(|closing| *closing)).await;
    }
}

/// No number of attempts would change it.
struct Impossible;

async fn write(db: &Db, batch: &[Entry]) -> sqlx::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let schools: BTreeSet<_> = batch.iter().map(|entry| entry.what.room().0).collect();
    let mut txn = db.begin_for(&schools.into_iter().collect::<Vec<_>>()).await?;
    let updates: Vec<_> = batch
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Update(update) => Some(update.clone()),
            What::Checkpoint(..) => None,
        })
        .collect();
    if !updates.is_empty() {
        documents::append(&mut txn, &updates).await?;
    }
    for entry in batch {
        if let What::Checkpoint(_, checkpoint) = &entry.what {
            documents::checkpoint(&mut txn, checkpoint).await?;
        }
    }
    txn.commit().await
}

/// Whether the same may work in a moment. What Postgres refuses for its content (classes 22, 23, 42
/// and the like) never does; a lost connection, a full disk or a restart may.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            ["08", "40", "53", "55", "57", "58", "XX"].iter().any(|class| code.starts_with(class))
        }
        _ => true,
    }
}
