//! The one writer of the update log: it gathers what all rooms accepted and commits it in one
//! statement, while the next batch gathers behind it. Other servers write to the same log: which
//! number an update has is Postgres’s to say.
//!
//! What must stay true: a room hears that its update is through only after the commit; entries of a
//! room are committed in the order they were given; nothing is dropped but what a lost room gave, or
//! at the very end, and then all that comes after it is too; a checkpoint is written only when all that
//! was given before it is.
//!
//! While Postgres is away the batch at hand is tried again until it is back. Nothing is acknowledged
//! meanwhile, and people see “Saving…”. If the log does not let in what a room gave (the meeting was
//! agreed, or another server has taken it), that room is told it is lost: it sends everybody away to
//! load the truth again.

pub mod batch;
mod receipts;

use std::{sync::Arc, time::Duration};

use shared::{MeetingId, SchoolId};
use tokio::{
    sync::{Mutex, mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};

use self::batch::{Answer, Batch, Entrusted, Next};
pub(crate) use self::receipts::{Progress, Receipts};
use crate::{
    cluster::Bus,
    db::{
        Db,
        documents::{self, Checkpoint, NewUpdate},
    },
    metrics::METRICS,
};

/// Entries that may wait for the writer. When it is full a room waits with its next update, its
/// mailbox fills, and connections are told to come back later.
pub(crate) const WAITING: usize = 8192;

/// Entries in one commit.
pub const BATCH: usize = 1024;

/// A commit costs much the same for one letter as for a hundred. A lone one is committed at once; while
/// more keep coming they go together, this often, and less often the more there are.
const GATHER: Duration = Duration::from_millis(4);
const GATHER_LONGEST: Duration = Duration::from_millis(60);
/// So many entries make the pause twice as long.
const MANY: u32 = 40;

/// A commit that takes longer is not going to come back.
const COMMIT_PATIENCE: Duration = Duration::from_secs(20);

/// The way to the writer. Cloning leads to the same one.
#[derive(Clone, Debug)]
pub struct UpdateLog {
    entries: mpsc::Sender<Entry>,
    closing: Arc<watch::Sender<bool>>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) room: Arc<Receipts>,
    pub(crate) position: u64,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    Update(NewUpdate),
    Checkpoint(SchoolId, Checkpoint),
}

impl Entry {
    fn update(&self) -> Option<&NewUpdate> {
        match &self.what {
            What::Update(update) => Some(update),
            What::Checkpoint(..) => None,
        }
    }
}

impl Entrusted for Entry {
    type Room = MeetingId;

    fn room(&self) -> MeetingId {
        match &self.what {
            What::Update(update) => update.meeting,
            What::Checkpoint(_, checkpoint) => checkpoint.meeting,
        }
    }

    fn is_update(&self) -> bool {
        self.update().is_some()
    }

    fn is_lost(&self) -> bool {
        self.room.is_lost()
    }

    fn landed(&self, seq: u64) {
        if let Some(update) = self.update() {
            self.room.landed(self.position, update.section, seq);
        }
    }

    fn done(&self) {
        self.room.done(self.position);
    }

    fn lose(&self) {
        self.room.lose();
    }

    fn tell(&self) {
        self.room.tell();
    }
}

/// The writer is gone: the server is stopping.
#[derive(Debug)]
pub(crate) struct Closed;

impl UpdateLog {
    /// Where there are other servers, `bus` tells them of every commit.
    pub fn start(db: Db, bus: Option<Bus>) -> Self {
        let (entries, waiting) = mpsc::channel(WAITING);
        let closing = Arc::new(watch::Sender::new(false));
        let writer = Writer { db: db.for_log(), bus, closing: closing.subscribe() };
        #[expect(clippy::disallowed_methods, reason = "`close` awaits it")]
        let writer = tokio::spawn(writer.run(waiting));
        Self { entries, closing, writer: Arc::new(Mutex::new(Some(writer))) }
    }

    /// How many entries wait for a commit to begin.
    pub(crate) fn waiting(&self) -> usize {
        self.entries.max_capacity() - self.entries.capacity()
    }

    /// Waits while the queue is full.
    pub(crate) async fn append(&self, entry: Entry) -> Result<(), Closed> {
        self.entries.send(entry).await.map_err(|_| Closed)
    }

    /// Writes what is waiting, and ends. With Postgres away it gives up after a while: what was not
    /// acknowledged is still with the people who wrote it. Whoever stops waiting for it may ask again.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        let mut writer = self.writer.lock().await;
        if let Some(running) = writer.as_mut() {
            if running.await.is_err() {
                tracing::error!("the writer of the update log had failed");
            }
            *writer = None;
        }
    }
}

struct Writer {
    db: Db,
    bus: Option<Bus>,
    closing: watch::Receiver<bool>,
}

impl Writer {
    async fn run(mut self, mut waiting: mpsc::Receiver<Entry>) {
        let mut batch = vec![];
        let mut next = Instant::now();
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
            if !batch.is_empty() && Instant::now() < next {
                sleep_until(next).await;
                while batch.len() < BATCH
                    && let Ok(entry) = waiting.try_recv()
                {
                    batch.push(entry);
                }
            }
            next = Instant::now() + pause(batch.len());
            if let Err(GaveUp) = self.commit(std::mem::take(&mut batch)).await {
                // What waits behind it builds on it, and must not be in the log without it.
                return;
            }
        }
    }

    /// Commits the batch, however long it takes while we are not asked to stop.
    async fn commit(&mut self, entries: Vec<Entry>) -> Result<(), GaveUp> {
        let mut batch = Batch::new(entries);
        loop {
            match batch.next() {
                Next::Append(entries) => {
                    let answer = self.append(&entries).await;
                    for meeting in batch.answered(answer, *self.closing.borrow()) {
                        METRICS.rooms_lost.one();
                        tracing::warn!(%meeting, "this meeting could not be written: its room begins again");
                    }
                }
                Next::Wait(pause) => {
                    self.wait(pause).await;
                    batch.waited();
                }
                Next::Checkpoint(entry) => {
                    self.compact(entry).await;
                    batch.tried();
                }
                Next::Through => return Ok(()),
                Next::GiveUp => return Err(GaveUp),
            }
        }
    }

    async fn append(&self, entries: &[&Entry]) -> Answer {
        let updates: Vec<_> = entries.iter().filter_map(|entry| entry.update()).collect();
        let began = Instant::now();
        let error = match timeout(COMMIT_PATIENCE, documents::append(&self.db, &updates)).await {
            Ok(Ok(seqs)) => {
                METRICS.committed(updates.len(), began.elapsed());
                if let Some(bus) = &self.bus {
                    let committed = updates.iter().zip(&seqs).filter_map(|(update, seq)| Some((update, (*seq)?)));
                    committed.for_each(|(update, seq)| bus.committed(update, seq));
                }
                return Answer::Landed(seqs);
            }
            Ok(Err(error)) if !may_pass(&error) => {
                tracing::error!(%error, "updates were not let into the log");
                return Answer::Never;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        METRICS.log_retries.one();
        tracing::warn!(error, waiting = updates.len(), "the update log cannot be written; trying again");
        Answer::NotYet
    }

    /// Once only: without it the log is longer, and holds no less.
    async fn compact(&self, entry: &Entry) {
        let What::Checkpoint(school, checkpoint) = &entry.what else { return };
        let written = async {
            let mut txn = self.db.begin(*school).await?;
            documents::checkpoint(&mut txn, checkpoint).await?;
            txn.commit().await
        };
        match timeout(COMMIT_PATIENCE, written).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "a checkpoint could not be written"),
            Err(_) => tracing::warn!("a checkpoint could not be written in time"),
        }
    }

    async fn wait(&self, pause: Duration) {
        if *self.closing.borrow() {
            return sleep(pause).await;
        }
        let mut closing = self.closing.clone();
        // Asked to stop, it tries once more at once.
        let _ = timeout(pause, closing.wait_for(|closing| *closing)).await;
    }
}

/// How long after a commit of so many the next one begins.
fn pause(entries: usize) -> Duration {
    (GATHER + GATHER * entries as u32 / MANY).min(GATHER_LONGEST)
}

/// We were asked to stop, and Postgres is still away.
struct GaveUp;

/// Whether the same may work in a moment. What Postgres refuses for its content (classes 22, 23, 42
/// and the like) never does; a lost connection, a full disk, a restart or a database that is read-only
/// for now may.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            ["08", "25", "40", "53", "55", "57", "58", "XX"].iter().any(|class| code.starts_with(class))
        }
        sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => false,
        _ => true,
    }
}
