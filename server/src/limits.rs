//! Every limit of the live server, by name: how much, what happens when it is reached, and how whoever
//! reached it is told.
//!
//! Some of the numbers stand beside what they bound, some here; the list is closed either way, and
//! `ARCHITECTURE.md` prints it. To add a limit: give it a constant, a variant and a [`Limit::row`], call
//! [`Limit::reached`] where it is reached, which counts it, and write a test that reaches it and names it.
//!
//! What must stay true: a limit that a well-meaning person can reach costs them no word; a close says
//! whether to come back; one that is reached ends or slows the one who reached it, and nobody else.

mod list;
mod printed;
mod rows;
#[cfg(test)]
mod tests;

use std::time::Duration;

use clap::Args;

pub use self::list::{Answer, Limit, Row};
use crate::door::address::Network;

/// Of a request’s first part, before anybody knows who it is.
pub const HEAD_LIMIT: usize = 32 * 1024;
pub const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// No form and no command is longer than this; the socket has limits of its own.
pub const BODY_LIMIT: usize = 64 * 1024;
/// A file of some ten thousand children.
pub const REGISTER_LIMIT: usize = 1024 * 1024;
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

/// The file of a picture: a telephone’s photograph.
pub const PICTURE_LIMIT: usize = 10 * 1024 * 1024;
/// A longer one is let arrive for so long, so that whoever sent it reads why it was not taken.
pub const PICTURE_FORM_LIMIT: usize = 40 * 1024 * 1024;
/// The points of one, which telephones count by the dozen million, and one side of it.
pub const PICTURE_POINTS_LIMIT: u64 = 25_000_000;
pub const PICTURE_SIDE_LIMIT: u32 = 12_000;
/// What one may take while it is read.
pub const PICTURE_ROOM: usize = 128 * 1024 * 1024;
/// Pictures that arrive at once, one of each person, and of these, are read at once.
pub const PICTURES_ARRIVING: usize = 8;
pub const PICTURES_READ: usize = 2;
/// A photograph takes its time from a bus.
pub const PICTURE_PATIENCE: Duration = Duration::from_secs(120);

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
    pub request: Duration,
    pub first_word: Duration,
    pub silence: Duration,
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: HEAD_PATIENCE,
            request: REQUEST_PATIENCE,
            first_word: FIRST_WORD_PATIENCE,
            silence: SILENCE_PATIENCE,
            write: WRITE_PATIENCE,
        }
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
