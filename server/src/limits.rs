//! Every limit of the live server, by name: how much, what happens when it is reached, and how whoever
//! reached it is told.
//!
//! Some of the numbers stand beside what they bound, some here; the list is closed either way, and
//! `ARCHITECTURE.md` prints it. To add a limit: give it a constant, a variant and a [`Limit::row`], and
//! call [`Limit::reached`] where it is reached, which counts it.
//!
//! What must stay true: a limit that a well-meaning person can reach costs them no word; a close says
//! whether to come back; one that is reached ends or slows the one who reached it, and nobody else.

use std::time::Duration;

use clap::Args;
use shared::{
    event::Refusal,
    protocol::{CloseCode, FRAME_LIMIT, MESSAGE_LIMIT, Retry, awareness::ENTRY_LIMIT},
    schema::{LIST_LIMIT, TEXT_LIMIT},
};

use crate::{
    cluster::message,
    door::address::Network,
    metrics::{self, METRICS},
    room::{self, gate, numbers, outbox, presence, section, state},
    update_log,
};

/// Of a request’s first part, before anybody knows who it is.
pub const HEAD_LIMIT: usize = 32 * 1024;
pub const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// No form and no command is longer than this; the socket has limits of its own.
pub const BODY_LIMIT: usize = 64 * 1024;
pub const REQUEST_PATIENCE: Duration = Duration::from_secs(30);

/// Connections of any kind from one address. A whole school may have one between them.
pub const ADDRESS_CONNECTION_LIMIT: usize = 2_000;

/// More than a socket has reason to be in: one meeting, and the tab’s next one.
pub const ROOM_LIMIT: usize = 4;

/// Documents asked for that are not theirs. A page asks for none.
pub const DENIAL_LIMIT: u32 = 16;

/// Nobody opens a socket to say nothing.
pub const FIRST_WORD_PATIENCE: Duration = Duration::from_secs(20);

/// Browsers answer a ping by themselves, so silence means that nobody is there.
pub const SILENCE_PATIENCE: Duration = Duration::from_secs(60);

/// A network that takes nothing for so long is gone.
pub const WRITE_PATIENCE: Duration = Duration::from_secs(20);

/// How many seconds’ worth may be said at once. Opening every section of a meeting is some fifty messages.
pub const BURST_SECONDS: u32 = 4;
/// The same for bytes: at least one message of the largest kind, and what was written in a tunnel.
pub const BYTE_BURST_SECONDS: u32 = 16;

/// Questions whose answer is a document or everybody’s presence. A page asks two for each section when
/// it connects, and again after a refusal.
pub const QUESTION_RATE: u32 = 4;
pub const QUESTION_BURST: u32 = 120;

/// Meeting codes tried from one address in a minute, and as many at once: a family that mistypes, and nobody who
/// looks for one. There are a thousand million.
pub const CODE_GUESSES_PER_MINUTE: u32 = 10;
/// From all addresses together.
pub const ALL_CODE_GUESSES_PER_MINUTE: u32 = 120;

/// Passwords, and codes of a code app, tried from one address in a minute, and as many at once: a staff room that
/// comes back from a fire drill.
pub const PASSWORD_TRIES_PER_MINUTE: u32 = 30;
/// For one account, wherever they are tried from. A passkey and the school’s provider are not counted.
pub const ACCOUNT_TRIES_PER_MINUTE: u32 = 10;
/// Passwords checked at once: each takes 19 MiB.
pub const PASSWORD_CHECKS: usize = 4;

/// People at one door.
pub const KNOCK_LIMIT: usize = 20;

/// What a host may want to set differently. Everything else holds everywhere.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Messages one connection may send, in a second.
    #[arg(long, env = "ROUNDTABLE_MESSAGES_PER_SECOND", default_value_t = 100)]
    pub messages_per_second: u32,

    /// Bytes one connection may send, in a second.
    #[arg(long, env = "ROUNDTABLE_BYTES_PER_SECOND", default_value_t = 128 * 1024)]
    pub bytes_per_second: u32,

    /// Live connections one client address may open, in a minute. Other programs on this machine are not counted.
    #[arg(long, env = "ROUNDTABLE_HANDSHAKES_PER_MINUTE", default_value_t = 300)]
    pub handshakes_per_minute: u32,

    /// Connections of any kind that are open at once.
    #[arg(long, env = "ROUNDTABLE_CONNECTIONS", default_value_t = 10_000)]
    pub connections: usize,

    /// Proxies whose X-Forwarded-For is believed: addresses or networks, with commas between them.
    #[arg(long, env = "ROUNDTABLE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,

    #[arg(skip)]
    pub patience: Patience,
}

/// How long is waited for what. The same everywhere, but for tests that have no time.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub head: Duration,
    pub first_word: Duration,
    pub silence: Duration,
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: HEAD_PATIENCE, first_word: FIRST_WORD_PATIENCE, silence: SILENCE_PATIENCE, write: WRITE_PATIENCE }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            messages_per_second: 100,
            bytes_per_second: 128 * 1024,
            handshakes_per_minute: 300,
            connections: 10_000,
            trusted_proxies: vec![],
            patience: Patience::default(),
        }
    }
}

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
    pub const ALL: [Self; 45] = [
        Self::Connections,
        Self::ConnectionsOfAddress,
        Self::RequestHeadBytes,
        Self::RequestHeadTime,
        Self::RequestBody,
        Self::RequestTime,
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

    pub fn row(self) -> Row {
        use Answer::{Close, Cut, Http, Ignore, Refuse, Wait};
        use CloseCode::{Malformed, TooBig, TooMany, TryAgain};
        let settings = Settings::default();
        let row = |name, most: String, then, answer| Row { name, most, then, answer };
        match self {
            Self::Connections => row(
                "connections",
                count(settings.connections),
                "The next one is closed unread, until somebody leaves; those who are here notice nothing.",
                Cut,
            ),
            Self::ConnectionsOfAddress => row(
                "connections-of-address",
                count(ADDRESS_CONNECTION_LIMIT),
                "The next one from there is closed unread. Not for this machine or a trusted proxy.",
                Cut,
            ),
            Self::RequestHeadBytes => row(
                "request-head-bytes",
                bytes(HEAD_LIMIT),
                "All that is read of somebody who has not said who they are.",
                Http(431),
            ),
            Self::RequestHeadTime => row(
                "request-head-time",
                time(HEAD_PATIENCE),
                "A handshake that is not whole by then is not waited for, nor is a connection that asks nothing.",
                Cut,
            ),
            Self::RequestBody => row("request-body", bytes(BODY_LIMIT), "The form is not read.", Http(413)),
            Self::RequestTime => {
                row("request-time", time(REQUEST_PATIENCE), "The request is given up; asking again is safe.", Http(408))
            }
            Self::Handshakes => row(
                "handshakes-of-address",
                format!("{} a minute", settings.handshakes_per_minute),
                "The next handshake from there is turned away before the database is asked; pages come back later.",
                Http(429),
            ),
            Self::CodeGuesses => row(
                "code-guesses",
                format!("{CODE_GUESSES_PER_MINUTE} a minute of an address, {ALL_CODE_GUESSES_PER_MINUTE} of all"),
                "The code is not looked at, right or wrong. No door is locked by it.",
                Http(303),
            ),
            Self::PasswordTries => row(
                "password-tries",
                format!(
                    "{PASSWORD_TRIES_PER_MINUTE} a minute of an address, {ACCOUNT_TRIES_PER_MINUTE} for an account"
                ),
                "Neither password nor code is looked at, right or wrong. Passkeys and the school’s own sign-in go on.",
                Http(303),
            ),
            Self::PasswordChecks => row(
                "password-checks",
                format!("{PASSWORD_CHECKS} at once, 19 MiB each"),
                "The next one waits its turn.",
                Wait,
            ),
            Self::Knocks => row(
                "knocks",
                format!("{KNOCK_LIMIT} at a door"),
                "The next one does not get to the door, until somebody is answered or has gone.",
                Http(303),
            ),
            Self::FirstWord => row(
                "first-word",
                time(FIRST_WORD_PATIENCE),
                "A socket that has opened nothing by then is closed, whatever pings it sends.",
                Close(TryAgain),
            ),
            Self::Silence => {
                row("silence", time(SILENCE_PATIENCE), "Nobody is there any more; who is, comes back.", Close(TryAgain))
            }
            Self::MessageSize => row(
                "message-size",
                bytes(MESSAGE_LIMIT),
                "Read no further. A page of ours never sends one, so it stops instead of sending it again.",
                Close(TooBig),
            ),
            Self::FrameSize => row(
                "frame-size",
                bytes(FRAME_LIMIT),
                "A larger edit is refused and the socket stays; a page of ours sends it in pieces. Whatever else is larger ends the socket.",
                Refuse(Refusal::TooLong),
            ),
            Self::MessageRate => row(
                "message-rate",
                format!("{} a second, {BURST_SECONDS} seconds’ worth at once", settings.messages_per_second),
                "The socket closes; what was not acknowledged is sent again after a pause.",
                Close(TooMany),
            ),
            Self::ByteRate => row(
                "byte-rate",
                format!(
                    "{} a second, {} at once",
                    bytes(settings.bytes_per_second as usize),
                    bytes((settings.bytes_per_second * BYTE_BURST_SECONDS) as usize)
                ),
                "The same.",
                Close(TooMany),
            ),
            Self::Questions => row(
                "questions",
                format!("{QUESTION_RATE} a second, {QUESTION_BURST} at once"),
                "Opening a section, catching up and asking who is here: a small question with a large answer. The same.",
                Close(TooMany),
            ),
            Self::AwarenessEntries => row(
                "awareness-entries",
                format!(
                    "{ENTRY_LIMIT} in a message, 1 shown of each connection, {} of another server",
                    presence::ENTRIES_LIMIT
                ),
                "More in one message is no browser and no Yjs program; of fewer, the connection’s own is shown.",
                Close(Malformed),
            ),
            Self::AwarenessBytes => {
                let most =
                    format!("{}, {} with the stamp", bytes(presence::STATE_LIMIT), bytes(presence::STAMPED_LIMIT));
                row("awareness-bytes", most, "A longer state is shown to nobody.", Ignore)
            }
            Self::RoomsOfSocket => row("rooms-of-socket", count(ROOM_LIMIT), "The socket closes.", Close(TooMany)),
            Self::Denials => row(
                "denials",
                count(DENIAL_LIMIT as usize),
                "Asking for what is not theirs ends the socket: it is no page, and looks for something.",
                Close(TooMany),
            ),
            Self::Refusals => row(
                "refusals",
                count(state::REFUSAL_LIMIT as usize),
                "So many refused edits are no person who was unlucky; the socket closes.",
                Close(TooMany),
            ),
            Self::OutboxMessages => row(
                "outbox-messages",
                count(outbox::MESSAGE_LIMIT),
                "A network that is slower than the room: the socket closes, and what it lacks is sent when it is back.",
                Close(TryAgain),
            ),
            Self::OutboxBytes => row("outbox-bytes", bytes(outbox::BYTE_LIMIT), "The same.", Close(TryAgain)),
            Self::OutboxesTogether => row(
                "outboxes-together",
                bytes(outbox::TOGETHER_LIMIT),
                "Whoever has more than a little waiting is closed likewise, so that many slow networks cannot fill the memory.",
                Close(TryAgain),
            ),
            Self::WriteTime => {
                row("write-time", time(WRITE_PATIENCE), "A network that takes nothing for so long is gone.", Cut)
            }
            Self::ConnectionsOfRoom => row(
                "connections-of-room",
                count(state::CONNECTION_LIMIT),
                "A meeting has a dozen people; the next socket closes and comes back later.",
                Close(TooMany),
            ),
            Self::ConnectionsOfPerson => row(
                "connections-of-person",
                format!("{} in a room", state::CONNECTIONS_EACH),
                "The next one closes and comes back later, when those left behind by a bad network are gone.",
                Close(TooMany),
            ),
            Self::Mailbox => row(
                "mailbox",
                format!("{} messages", count(room::MAILBOX)),
                "Whoever writes to the room waits, at most ten seconds, and is then sent away to come back.",
                Close(TryAgain),
            ),
            Self::HeldReleases => row(
                "held-releases",
                count(state::HELD_LIMIT),
                "The log has been away for long: who writes more is sent away, with their words still on their page.",
                Close(TryAgain),
            ),
            Self::QuietUpdates => row(
                "quiet-updates",
                count(state::QUIET_LIMIT),
                "Written while the record is being saved: who writes more is sent away likewise.",
                Close(TryAgain),
            ),
            Self::SectionsOpen => row(
                "sections-open",
                format!("{}, the closed list", shared::Section::ALL.len()),
                "There is no other document to open; asking for one is denied, and counted.",
                Ignore,
            ),
            Self::SectionSize => row(
                "section-size",
                bytes(section::SIZE_LIMIT),
                "The edit is refused; its words stay on the page to be copied.",
                Refuse(Refusal::TooLong),
            ),
            Self::TextLength => row(
                "text-length",
                format!("{} letters", count(TEXT_LIMIT as usize)),
                "The box takes no more; an edit that goes beyond is refused.",
                Refuse(Refusal::TooLong),
            ),
            Self::ListLength => {
                row("list-length", format!("{LIST_LIMIT} items"), "The edit is refused.", Refuse(Refusal::TooLong))
            }
            Self::PendingStructs => row(
                "pending-structs",
                "none".to_owned(),
                "What builds on something the server does not have is refused, not kept until it comes.",
                Refuse(Refusal::MissingPast),
            ),
            Self::Nesting => row(
                "nesting",
                "as declared".to_owned(),
                "A list in a list is refused at its first byte, before anything reads it by recursion.",
                Refuse(Refusal::UnknownShape),
            ),
            Self::ClientIds => row(
                "client-ids",
                format!(
                    "{} of a section; of one person {} shown there and not written with",
                    count(gate::OWNERS_LIMIT),
                    gate::SHOWN_LIMIT
                ),
                "Writing under yet another one is refused; who shows more of them has no more kept for them.",
                Refuse(Refusal::TooLong),
            ),
            Self::EarlyUpdates => row(
                "early-updates",
                format!("{} of a section", numbers::EARLY_LIMIT),
                "Another server’s, heard before the one they follow: the rest is read from the log.",
                Ignore,
            ),
            Self::UnsureUpdates => row(
                "unsure-updates",
                format!("{} of a connection", state::UNSURE_LIMIT),
                "Waiting until the log was read for what other servers let in: who writes more is sent away likewise.",
                Close(TryAgain),
            ),
            Self::Servers => row(
                "servers",
                format!("{} of a meeting", state::NODE_LIMIT),
                "What one more server says is not listened to: its edits are read from the log.",
                Ignore,
            ),
            Self::ServersMessage => row(
                "servers-message",
                format!("{}, {} things in a list", bytes(message::MESSAGE_LIMIT), count(message::LIST_LIMIT as usize)),
                "Not sent between servers, nor read: an edit is read from the log.",
                Ignore,
            ),
            Self::LogQueue => row(
                "log-queue",
                format!("{} updates", count(update_log::WAITING)),
                "Rooms wait with their next update, their mailboxes fill, and nothing is called saved.",
                Wait,
            ),
            Self::Batch => row(
                "batch",
                format!("{} updates", count(update_log::BATCH)),
                "The rest goes into the next commit.",
                Wait,
            ),
        }
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }
}

/// The list as `ARCHITECTURE.md` prints it.
pub fn table() -> String {
    let rows = Limit::ALL.map(|limit| {
        let Row { name, most, then, answer } = limit.row();
        format!("\n| `{name}` | {most} | {then} | {answer} |")
    });
    format!("| limit | most | what happens then | how it is told |\n|---|---|---|---|{}", rows.concat())
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Close(code) => {
                let then = match code.retry() {
                    Some(Retry::Soon) => "come back",
                    Some(Retry::Later) => "come back later",
                    None => "stop",
                };
                write!(f, "close {}: {then}", code.code())
            }
            Self::Refuse(reason) => write!(f, "refused: `{}`", reason.name()),
            Self::Http(status) => write!(f, "HTTP {status}"),
            Self::Cut => f.write_str("cut"),
            Self::Ignore => f.write_str("not told"),
            Self::Wait => f.write_str("waits"),
        }
    }
}

/// `10,000`.
fn count(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn bytes(bytes: usize) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{} bytes", count(bytes)),
    }
}

fn time(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

const _: () = assert!(Limit::ALL.len() == metrics::LIMITS);

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }

    fn all_sources() -> Vec<(String, String)> {
        let mut found = vec![];
        for folder in ["src", "../shared/src"] {
            sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
        }
        found
    }

    #[test]
    fn the_list_is_closed_and_every_name_its_own() {
        for (place, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, place, "{limit:?} stands where it is declared");
        }
        let names: BTreeSet<_> = Limit::ALL.map(Limit::name).into();
        assert_eq!(names.len(), Limit::ALL.len());
    }

    #[test]
    fn the_architecture_prints_the_limits_as_they_are() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
        let printed = fs::read_to_string(path).unwrap();
        assert!(printed.contains(&table()), "ARCHITECTURE.md should hold this table:\n{}", table());
    }

    /// Shapes of one value, which are part of what a section, or a column of a file, declares.
    const OF_A_VALUE: [&str; 6] =
        ["ORDER_LIMIT", "CAPTURED_LIMIT", "IDS_LIMIT", "CELL_LIMIT", "ANSWER_LIMIT", "NOTE_LIMIT"];

    #[test]
    fn no_limit_is_missing_from_the_list() {
        let here = include_str!("limits.rs");
        for (path, text) in all_sources() {
            for line in text.lines().filter(|line| line.contains("const ") && !line.trim_start().starts_with("//")) {
                let name = line.split("const ").nth(1).unwrap_or_default();
                let name = name.split(':').next().unwrap_or_default().trim();
                if name.ends_with("_LIMIT") && !OF_A_VALUE.contains(&name) {
                    assert!(here.matches(name).count() >= 1, "{path}: {name} is not in the list of limits");
                }
            }
        }
    }

    #[test]
    fn every_queue_has_an_end_that_is_in_the_list() {
        for (path, text) in all_sources().into_iter().filter(|(path, _)| !path.ends_with("limits.rs")) {
            for (_, rest) in text.match_indices("mpsc::channel(").map(|(at, found)| (at, &text[at + found.len()..])) {
                let size = rest.split(')').next().unwrap_or_default();
                let known = ["MESSAGE_LIMIT", "MAILBOX", "WAITING", ""].contains(&size);
                assert!(known, "{path}: a queue of {size} that is not in the list of limits");
            }
        }
    }

    #[test]
    fn whoever_does_no_harm_may_come_back() {
        for limit in Limit::ALL {
            if let Answer::Close(code) = limit.row().answer {
                let is_hostile = matches!(limit, Limit::MessageSize | Limit::AwarenessEntries);
                assert_eq!(code.retry().is_none(), is_hostile, "{limit:?}");
            }
        }
    }
}
