//! The closed list of limits, and what it is that a limit says of itself.

use shared::{event::Refusal, protocol::CloseCode};

use crate::metrics::{self, METRICS};

/// The closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    // before anybody is known
    Connections,
    ConnectionsOfAddress,
    RequestHeadBytes,
    RequestHeadTime,
    RequestBody,
    RequestTime,
    PictureSize,
    PicturePoints,
    PicturesAtOnce,
    Handshakes,
    CodeGuesses,
    PasswordTries,
    PasswordChecks,
    Knocks,
    // one socket
    FirstWord,
    Silence,
    MessageSize,
    FrameSize,
    MessageRate,
    ByteRate,
    Questions,
    AwarenessEntries,
    AwarenessBytes,
    RoomsOfSocket,
    Denials,
    Refusals,
    OutboxMessages,
    OutboxBytes,
    OutboxesTogether,
    WriteTime,
    // one room
    ConnectionsOfRoom,
    ConnectionsOfPerson,
    Mailbox,
    HeldReleases,
    QuietUpdates,
    // one section
    SectionsOpen,
    SectionSize,
    TextLength,
    ListLength,
    PendingStructs,
    Nesting,
    ClientIds,
    // the house
    EarlyUpdates,
    UnsureUpdates,
    Servers,
    ServersMessage,
    LogQueue,
    Batch,
}

/// How whoever reached a limit is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Close(CloseCode),
    /// `SyncStatus(false)` and the reason, for that section alone.
    Refuse(Refusal),
    Http(u16),
    /// The connection ends without a word: there is nobody to understand one.
    Cut,
    /// Not told: what was too much is not passed on.
    Ignore,
    /// Whoever sends waits, and everything arrives.
    Wait,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub most: String,
    pub then: &'static str,
    pub answer: Answer,
}

impl Limit {
    pub const ALL: [Self; 48] = [
        Self::Connections,
        Self::ConnectionsOfAddress,
        Self::RequestHeadBytes,
        Self::RequestHeadTime,
        Self::RequestBody,
        Self::RequestTime,
        Self::PictureSize,
        Self::PicturePoints,
        Self::PicturesAtOnce,
        Self::Handshakes,
        Self::CodeGuesses,
        Self::PasswordTries,
        Self::PasswordChecks,
        Self::Knocks,
        Self::FirstWord,
        Self::Silence,
        Self::MessageSize,
        Self::FrameSize,
        Self::MessageRate,
        Self::ByteRate,
        Self::Questions,
        Self::AwarenessEntries,
        Self::AwarenessBytes,
        Self::RoomsOfSocket,
        Self::Denials,
        Self::Refusals,
        Self::OutboxMessages,
        Self::OutboxBytes,
        Self::OutboxesTogether,
        Self::WriteTime,
        Self::ConnectionsOfRoom,
        Self::ConnectionsOfPerson,
        Self::Mailbox,
        Self::HeldReleases,
        Self::QuietUpdates,
        Self::SectionsOpen,
        Self::SectionSize,
        Self::TextLength,
        Self::ListLength,
        Self::PendingStructs,
        Self::Nesting,
        Self::ClientIds,
        Self::EarlyUpdates,
        Self::UnsureUpdates,
        Self::Servers,
        Self::ServersMessage,
        Self::LogQueue,
        Self::Batch,
    ];

    /// Counts that somebody reached it, and returns what their connection is closed with.
    pub(crate) fn reached(self) -> CloseCode {
        METRICS.limits.one(self as usize);
        tracing::debug!(limit = self.row().name, "a limit was reached");
        match self.row().answer {
            Answer::Close(code) => code,
            _ => CloseCode::TryAgain,
        }
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }
}

const _: () = assert!(Limit::ALL.len() == metrics::LIMITS);
