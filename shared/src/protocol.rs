//! The wire: the Hocuspocus protocol, which is y-protocols with the document’s name in front, so that
//! many sections share one socket and any Yjs program can join.
//!
//! `varString(document) varUint(type) …`. One message in one WebSocket frame.
//!
//! What must stay true: decoding never panics and never allocates more than the frame holds,
//! whatever the bytes.

use std::fmt;

/// The largest message that is looked into. A paste of a long page fits many times over, and a page of
/// ours sends what does not fit in pieces. A larger edit is refused, and its connection stays: a Yjs
/// program comes back after every close, with the same edit, for ever.
pub const FRAME_LIMIT: usize = 64 * 1024;

/// The largest message that is read at all; the connection ends at its first byte too many. As large
/// as a whole section may be, so that no honest edit meets it.
pub const MESSAGE_LIMIT: usize = 1024 * 1024;

/// Why a connection was closed, and whether trying again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CloseCode {
    /// The server is going away or this connection fell behind: come back, nothing is lost.
    TryAgain,
    /// The message was too large to be read, and would be again.
    TooBig,
    /// The frame was not of this protocol.
    Malformed,
    /// Not signed in to this meeting, or no longer.
    Unauthorized,
    /// Asked to leave.
    Removed,
    /// Too many messages, or too many connections: come back, but not at once.
    TooMany,
}

impl CloseCode {
    pub const ALL: [Self; 6] =
        [Self::TryAgain, Self::TooBig, Self::Malformed, Self::Unauthorized, Self::Removed, Self::TooMany];

    pub fn code(self) -> u16 {
        match self {
            Self::TryAgain => 4205,
            Self::TooBig => 1009,
            Self::Malformed => 4400,
            Self::Unauthorized => 4401,
            Self::Removed => 4403,
            Self::TooMany => 4429,
        }
    }

    /// What a client that is closed with this should do: `None` is to stop, because it would end the
    /// same way again.
    pub fn retry(self) -> Option<Retry> {
        match self {
            Self::TryAgain => Some(Retry::Soon),
            Self::TooMany => Some(Retry::Later),
            Self::TooBig | Self::Malformed | Self::Unauthorized | Self::Removed => None,
        }
    }

    /// The one with this number. Others are the network’s and the browser’s own.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }

    /// Whether a client should stop, rather than connect again.
    pub fn is_final(code: u16) -> bool {
        Self::from_code(code).is_some_and(|code| code.retry().is_none())
    }
}

/// When to come back after a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At once, or nearly: nothing is lost and nobody is to blame.
    Soon,
    /// As late as this client ever waits.
    Later,
}

/// One message for one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub document: String,
    pub message: Message,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// “This is my state vector: send me what I lack.”
    SyncStep1(Vec<u8>),
    /// “This is what you lack.”
    SyncStep2(Vec<u8>),
    Update(Vec<u8>),
    /// A y-protocols awareness update, undecoded (see [`awareness`]).
    Awareness(Vec<u8>),
    QueryAwareness,
    /// The client’s first message for a document. Its token is ignored: the cookie says who this is.
    AuthToken(String),
    PermissionDenied(String),
    Authenticated {
        read_only: bool,
    },
    Stateless(String),
    /// Leave this document; the socket stays.
    Close(String),
    /// `true` means durable in Postgres, never less.
    SyncStatus(bool),
    Ping,
    Pong,
}

impl Message {
    /// Its name in a log, which never holds more of a message than that.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SyncStep1(_) => "sync-step-1",
            Self::SyncStep2(_) => "sync-step-2",
            Self::Update(_) => "update",
            Self::Awareness(_) => "awareness",
            Self::QueryAwareness => "query-awareness",
            Self::AuthToken(_) => "auth-token",
            Self::PermissionDenied(_) => "permission-denied",
            Self::Authenticated { .. } => "authenticated",
            Self::Stateless(_) => "stateless",
            Self::Close(_) => "close",
            Self::SyncStatus(_) => "sync-status",
            Self::Ping => "ping",
            Self::Pong => "pong",
        }
    }

    /// Whether the answer is a document, or what everybody shows: much more than the question.
    pub fn is_question(&self) -> bool {
        matches!(self, Self::SyncStep1(_) | Self::AuthToken(_) | Self::QueryAwareness)
    }
}

/// Bytes that are not of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of this protocol")]
pub struct Malformed;

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
const SYNC_REPLY: u64 = 4;
const STATELESS: u64 = 5;
const CLOSE: u64 = 7;
const SYNC_STATUS: u64 = 8;
const PING: u64 = 9;
const PONG: u64 = 10;

impl Frame {
    pub fn new(document: impl Into<String>, message: Message) -> Self {
        Self { document: document.into(), message }
    }

    pub fn encode(&self) -> Vec<u8> {
        encode(&self.document, &self.message)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut read = Reader { bytes };
        let document = read.string()?;
        let message = match read.uint()? {
            SYNC | SYNC_REPLY => match read.uint()? {
                0 => Message::SyncStep1(read.bytes()?),
                1 => Message::SyncStep2(read.bytes()?),
                2 => Message::Update(read.bytes()?),
                _ => return Err(Malformed),
            },
            AWARENESS => Message::Awareness(read.bytes()?),
            AUTH => match read.uint()? {
                0 => Message::AuthToken(read.string()?),
                1 => Message::PermissionDenied(read.string()?),
                2 => Message::Authenticated { read_only: read.string()? == "readonly" },
                _ => return Err(Malformed),
            },
            QUERY_AWARENESS => Message::QueryAwareness,
            STATELESS => Message::Stateless(read.string()?),
            CLOSE => Message::Close(read.string()?),
            SYNC_STATUS => Message::SyncStatus(read.uint()? == 1),
            PING => Message::Ping,
            PONG => Message::Pong,
            _ => return Err(Malformed),
        };
        Ok(Self { document, message })
    }
}

/// The bytes of one message, without building a [`Frame`] around borrowed parts.
pub fn encode(document: &str, message: &Message) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.len() + 16);
    string(&mut out, document);
    match message {
        Message::SyncStep1(state_vector) => tagged(&mut out, &[SYNC, 0], state_vector),
        Message::SyncStep2(update) => tagged(&mut out, &[SYNC, 1], update),
        Message::Update(update) => tagged(&mut out, &[SYNC, 2], update),
        Message::Awareness(update) => tagged(&mut out, &[AWARENESS], update),
        Message::QueryAwareness => uint(&mut out, QUERY_AWARENESS),
        Message::AuthToken(token) => tagged(&mut out, &[AUTH, 0], token.as_bytes()),
        Message::PermissionDenied(reason) => tagged(&mut out, &[AUTH, 1], reason.as_bytes()),
        Message::Authenticated { read_only } => {
            tagged(&mut out, &[AUTH, 2], if *read_only { b"readonly" } else { b"read-write" });
        }
        Message::Stateless(payload) => tagged(&mut out, &[STATELESS], payload.as_bytes()),
        Message::Close(reason) => tagged(&mut out, &[CLOSE], reason.as_bytes()),
        Message::SyncStatus(saved) => {
            uint(&mut out, SYNC_STATUS);
            uint(&mut out, u64::from(*saved));
        }
        Message::Ping => uint(&mut out, PING),
        Message::Pong => uint(&mut out, PONG),
    }
    out
}

fn tagged(out: &mut Vec<u8>, tags: &[u64], body: &[u8]) {
    for tag in tags {
        uint(out, *tag);
    }
    uint(out, body.len() as u64);
    out.extend_from_slice(body);
}

fn string(out: &mut Vec<u8>, text: &str) {
    uint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn uint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(Malformed)?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        let length = usize::try_from(self.uint()?).map_err(|_| Malformed)?;
        let (body, rest) = self.bytes.split_at_checked(length).ok_or(Malformed)?;
        self.bytes = rest;
        Ok(body.to_vec())
    }

    fn string(&mut self) -> Result<String, Malformed> {
        String::from_utf8(self.bytes()?).map_err(|_| Malformed)
    }
}

impl fmt::Display for CloseCode {
    /// The reason sent with the close frame.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TryAgain => "please connect again",
            Self::TooBig => "message too big",
            Self::Malformed => "not a message of this protocol",
            Self::Unauthorized => "not signed in to this meeting",
            Self::Removed => "asked to leave",
            Self::TooMany => "too many messages or connections",
        })
    }
}

/// The body of an awareness message: `count (clientId clock jsonState)*`.
pub mod awareness {
    use super::{Malformed, Reader, string, uint};

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Entry {
        pub client_id: u64,
        pub clock: u64,
        /// JSON; `null` means the client is gone.
        pub state: String,
    }

    /// More entries than this in one message is not a browser of ours, nor a Yjs program.
    pub const ENTRY_LIMIT: u64 = 64;

    pub fn decode(body: &[u8]) -> Result<Vec<Entry>, Malformed> {
        let mut read = Reader { bytes: body };
        let count = read.uint()?;
        if count > ENTRY_LIMIT {
            return Err(Malformed);
        }
        (0..count).map(|_| Ok(Entry { client_id: read.uint()?, clock: read.uint()?, state: read.string()? })).collect()
    }

    pub fn encode(entries: &[Entry]) -> Vec<u8> {
        let mut out = Vec::new();
        uint(&mut out, entries.len() as u64);
        for entry in entries {
            uint(&mut out, entry.client_id);
            uint(&mut out, entry.clock);
            string(&mut out, &entry.state);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn round_trips(message: Message) {
        let frame = Frame::new("m/plan", message);
        assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
    }

    #[test]
    fn every_message_round_trips() {
        let bytes = vec![0, 127, 128, 255];
        round_trips(Message::SyncStep1(bytes.clone()));
        round_trips(Message::SyncStep2(bytes.clone()));
        round_trips(Message::Update(vec![7; 300]));
        round_trips(Message::Awareness(bytes));
        round_trips(Message::QueryAwareness);
        round_trips(Message::AuthToken("ignored".to_owned()));
        round_trips(Message::PermissionDenied("no".to_owned()));
        round_trips(Message::Authenticated { read_only: true });
        round_trips(Message::Stateless("{}".to_owned()));
        round_trips(Message::Close("bye".to_owned()));
        round_trips(Message::SyncStatus(true));
        round_trips(Message::Ping);
        round_trips(Message::Pong);
    }

    #[test]
    fn a_length_beyond_the_frame_is_malformed() {
        assert_eq!(Frame::decode(&[1, b'm', 5, 0xff, 0xff, 0xff, 0x7f]), Err(Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Frame::decode(&bytes);
            let _ = awareness::decode(&bytes);
        }
    }
}
