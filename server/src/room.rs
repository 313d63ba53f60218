//! A room: one meeting while anybody is in it. A task owns its documents; everyone else holds a
//! [`RoomHandle`] and puts messages into its mailbox.
//!
//! The room’s mind is [`state`], which decides and never waits; [`task`] does what it decided.
//!
//! What must stay true: no document is touched outside the task, and nothing in a document is seen
//! by anybody before it is committed, not even by the pages that this server renders.

pub mod gate;
pub mod hide;
pub(crate) mod message;
pub mod notice;
pub mod numbers;
pub(crate) mod outbox;
pub(crate) mod presence;
pub mod section;
pub mod state;
mod stored;
pub(crate) mod task;

use std::time::Duration;

use shared::{ParticipantId, PersonId, Section, Stage, event::ServerEvent, hand::Owners};
use tokio::sync::{mpsc, oneshot};

use self::{hide::Hiding, message::Mail, outbox::Outbox, state::ConnectionId};

/// How many messages may wait for a room. When it is full the sender waits a little, and is then
/// told [`RoomError::Busy`]: a connection closes and comes back, a page says “try again”.
pub(crate) const MAILBOX: usize = 1024;

/// Longer than a room ever needs while the database answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// A section as everybody may see it: everything in it is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionCopy {
    pub section: Section,
    pub epoch: u64,
    /// The whole document, as one Yjs update.
    pub state: Vec<u8>,
    /// Whose each client id in it is.
    pub owners: Owners,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    #[error("there is no such meeting in this school")]
    NotFound,
    #[error("the room did not answer in time")]
    Busy,
    #[error("another server holds the meeting")]
    Elsewhere,
    #[error("other words stand there by now")]
    Changed,
    /// It was just closed. Opening it again finds a new one.
    #[error("the room has closed")]
    Closed,
}

/// The way into a room. Cloning leads to the same room.
#[derive(Clone, Debug)]
pub struct RoomHandle {
    mailbox: mpsc::Sender<Mail>,
}

impl RoomHandle {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Mail>) {
        let (mailbox, mail) = mpsc::channel(MAILBOX);
        (Self { mailbox }, mail)
    }

    /// Every section of the meeting, for rendering a page.
    pub async fn sections(&self) -> Result<Vec<SectionCopy>, RoomError> {
        self.ask(Mail::Sections).await
    }

    /// Holds back what people write until the answer is dropped, and returns when all they wrote before
    /// is committed. For saving the record: nobody here has written what it does not say.
    pub async fn quiesce(&self) -> Result<Quiesced, RoomError> {
        self.ask(Mail::Quiesce).await
    }

    /// Takes a passage out for everybody, and returns when nobody is sent it any more.
    pub async fn hide(&self, hiding: Hiding) -> Result<(), RoomError> {
        self.ask(|reply| Mail::Hide(Box::new(hiding), reply)).await
    }

    /// Tells the room that the meeting’s stage, as committed, is now this one. Rights change at once.
    pub async fn stage_changed(&self, stage: Stage) -> Result<(), RoomError> {
        self.put(Mail::StageChanged(stage)).await
    }

    /// Tells the room that somebody was invited, removed, or given another role, as committed.
    pub async fn participants_changed(&self) -> Result<(), RoomError> {
        self.put(Mail::ParticipantsChanged).await
    }

    /// Sends this to everybody in the room.
    pub async fn announce(&self, event: ServerEvent) -> Result<(), RoomError> {
        self.put(Mail::Announce(event)).await
    }

    /// Who is connected now.
    pub async fn here(&self) -> Result<Vec<ParticipantId>, RoomError> {
        self.ask(Mail::Here).await
    }

    /// For how long this person has not been connected anywhere; at the longest, since the room was opened.
    pub async fn away_for(&self, participant: ParticipantId) -> Result<Duration, RoomError> {
        self.ask(|reply| Mail::AwayFor(participant, reply)).await
    }

    pub(crate) async fn connect(&self, conn: ConnectionId, person: PersonId, outbox: Outbox) -> Result<(), RoomError> {
        self.put(Mail::Connect { conn, person, outbox }).await
    }

    pub(crate) async fn frame(
        &self,
        conn: ConnectionId,
        section: Section,
        message: shared::protocol::Message,
    ) -> Result<(), RoomError> {
        self.put(Mail::Frame { conn, section, message }).await
    }

    /// Always arrives, however full the mailbox: a connection that is gone must not be counted as here.
    pub(crate) async fn disconnect(&self, conn: ConnectionId) {
        // Closed rooms have forgotten it already.
        let _ = self.mailbox.send(Mail::Disconnect { conn }).await;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.mailbox.is_closed()
    }

    /// How many messages it has not looked at yet.
    pub(crate) fn waiting(&self) -> usize {
        self.mailbox.max_capacity() - self.mailbox.capacity()
    }

    async fn put(&self, mail: Mail) -> Result<(), RoomError> {
        self.mailbox.send_timeout(mail, PATIENCE).await.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => RoomError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => RoomError::Closed,
        })
    }

    async fn ask<T>(&self, mail: impl FnOnce(Reply<T>) -> Mail) -> Result<T, RoomError> {
        let (reply, answer) = oneshot::channel();
        self.put(mail(reply)).await?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(answer) => answer.map_err(|_| RoomError::Closed)?,
            Err(_) => Err(RoomError::Busy),
        }
    }
}

pub(crate) type Reply<T> = oneshot::Sender<Result<T, RoomError>>;

/// A room that takes no edits for as long as this lives. Dropped, it goes on with what was held back.
#[derive(Debug)]
pub struct Quiesced {
    /// Its other half tells the room when this is gone, however that came about.
    _release: oneshot::Sender<()>,
}

impl Quiesced {
    pub(crate) fn new() -> (Self, oneshot::Receiver<()>) {
        let (release, released) = oneshot::channel();
        (Self { _release: release }, released)
    }

    /// The same as dropping it, in a word. After agreeing, call [`RoomHandle::stage_changed`] first:
    /// what was held back is then refused with “the plan was agreed while you were writing”.
    pub fn resume(self) {}
}
