//! One WebSocket: frames in, frames out, and the limits on both.
//!
//! What must stay true: reading never waits for writing, so that a slow network cannot hold a room
//! up; whatever ends the socket, every room it was in is told.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use app::backend::Viewer;
use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message as Packet, WebSocket},
};
use futures::{
    Sink, SinkExt, Stream, StreamExt,
    future::{Either, select},
};
use shared::{
    MeetingId, Section,
    protocol::{CloseCode, FRAME_LIMIT, Frame, Message, encode},
};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::{
    db::participants,
    room::{
        RoomError, RoomHandle,
        outbox::{Next, Outbox, Outgoing, outbox},
        state::ConnectionId,
    },
    rooms::Rooms,
    secret::Hash,
    sessions::OpenSessions,
};

/// More than a socket has reason to be in: one meeting, and the tab’s next one.
const ROOM_LIMIT: usize = 4;

/// Documents asked for that are not theirs. A page asks for none.
const DENIAL_LIMIT: u32 = 16;

/// Nobody opens a socket to say nothing.
const FIRST_WORD: Duration = Duration::from_secs(20);

/// Browsers answer a ping by themselves, so silence means that nobody is there.
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);

/// A network that takes nothing for so long is gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(20);

/// How long a side that we have told goodbye may go on talking.
const HEARING_OUT: Duration = Duration::from_secs(2);

/// Typing is a few messages a second; opening every section of a meeting is some fifty at once.
const RATE: f64 = 100.0;
const BURST: f64 = 400.0;

/// Serves one person’s socket until it ends.
pub(crate) async fn serve(socket: WebSocket, viewer: Viewer, rooms: Rooms, session: Hash, sessions: OpenSessions) {
    let conn = rooms.next_connection();
    let (outbox, outgoing) = outbox();
    let _open = sessions.open(session, conn.0, outbox.clone());
    let (sink, mut stream) = socket.split();
    let mut connection = Connection { conn, viewer, rooms, joined: HashMap::new(), denials: 0, outbox: outbox.clone() };
    let ours = {
        let reading = std::pin::pin!(connection.read(&mut stream));
        let writing = std::pin::pin!(write(outgoing, sink));
        match select(reading, writing).await {
            Either::Left((None, _)) => false,
            Either::Left((Some(code), writing)) => {
                outbox.close(code);
                // What explains the end is sent before it. A peer that does not listen is not waited for.
                let _ = timeout(WRITE_PATIENCE, writing).await;
                true
            }
            Either::Right(_) => true,
        }
    };
    for room in connection.joined.values() {
        room.disconnect(conn).await;
    }
    if ours {
        let _ = timeout(HEARING_OUT, hear_out(stream)).await;
    }
}

/// Lets the other side finish. Closed over something unread, a socket is reset, and what was last sent on
/// it, the reason among it, may never be read.
async fn hear_out(mut stream: impl Stream<Item = Result<Packet, axum::Error>> + Unpin) {
    while let Some(Ok(_)) = stream.next().await {}
}

struct Connection {
    conn: ConnectionId,
    viewer: Viewer,
    rooms: Rooms,
    joined: HashMap<MeetingId, RoomHandle>,
    denials: u32,
    outbox: Outbox,
}

impl Connection {
    /// Reads until the socket ends, and says why we end it; `None` if the other side did.
    async fn read(&mut self, mut stream: impl Stream<Item = Result<Packet, axum::Error>> + Unpin) -> Option<CloseCode> {
        let mut bucket = Bucket::new(Instant::now());
        let mut patience = FIRST_WORD;
        loop {
            let packet = match timeout(patience, stream.next()).await {
                Ok(Some(Ok(packet))) => packet,
                // Larger than the socket reads at all, or not a WebSocket any more.
                Ok(Some(Err(_))) => return Some(CloseCode::TooBig),
                Ok(None) => return None,
                Err(_) => return Some(CloseCode::TryAgain),
            };
            if !bucket.take(Instant::now()) {
                return Some(CloseCode::TooMany);
            }
            match packet {
                Packet::Binary(bytes) if bytes.len() > FRAME_LIMIT => return Some(CloseCode::TooBig),
                Packet::Binary(bytes) => {
                    let Ok(frame) = Frame::decode(&bytes) else { return Some(CloseCode::Malformed) };
                    if let Err(code) = self.route(frame).await {
                        return Some(code);
                    }
                    patience = SILENCE;
                }
                Packet::Text(_) => return Some(CloseCode::Malformed),
                Packet::Ping(_) | Packet::Pong(_) => {}
                Packet::Close(_) => return None,
            }
        }
    }

    async fn route(&mut self, frame: Frame) -> Result<(), CloseCode> {
        let Frame { document, message } = frame;
        if message == Message::Ping {
            self.outbox.send(encode(&document, &Message::Pong).into());
            return Ok(());
        }
        let Some((meeting, section)) = Section::parse_document_name(&document) else {
            return self.deny(&document, &message);
        };
        if !self.joined.contains_key(&meeting) {
            // Nothing is said about a document before it is opened.
            if !matches!(message, Message::AuthToken(_)) {
                return Ok(());
            }
            // Boxed, because a socket’s task is as large as its largest step for as long as it lives.
            if !Box::pin(self.join(meeting)).await? {
                return self.deny(&document, &message);
            }
        }
        let Some(room) = self.joined.get(&meeting) else { return Ok(()) };
        room.frame(self.conn, section, message).await.map_err(|_| CloseCode::TryAgain)
    }

    /// Enters the meeting’s room, if this person has a place there.
    async fn join(&mut self, meeting: MeetingId) -> Result<bool, CloseCode> {
        let Viewer { school, person } = self.viewer;
        let place = async {
            let mut txn = self.rooms.db().begin(school).await?;
            participants::find_admitted(&mut txn, meeting, person).await
        };
        let place = place.await.map_err(|error| {
            tracing::warn!(%error, "a place could not be looked up");
            CloseCode::TryAgain
        })?;
        if place.is_none() {
            return Ok(false);
        }
        if self.joined.len() >= ROOM_LIMIT {
            return Err(CloseCode::TooMany);
        }
        let mut room = self.rooms.open(school, meeting);
        let mut entered = room.connect(self.conn, person, self.outbox.clone()).await;
        if entered == Err(RoomError::Closed) {
            // It was leaving as we came.
            room = self.rooms.open(school, meeting);
            entered = room.connect(self.conn, person, self.outbox.clone()).await;
        }
        entered.map_err(|_| CloseCode::TryAgain)?;
        self.joined.insert(meeting, room);
        Ok(true)
    }

    fn deny(&mut self, document: &str, message: &Message) -> Result<(), CloseCode> {
        if matches!(message, Message::AuthToken(_)) {
            self.denials += 1;
            if self.denials > DENIAL_LIMIT {
                return Err(CloseCode::TooMany);
            }
            let words = "There is no such part of a meeting, or it is not for you to read.";
            self.outbox.send(encode(document, &Message::PermissionDenied(words.to_owned())).into());
        }
        Ok(())
    }
}

async fn write(mut outgoing: Outgoing, mut sink: impl Sink<Packet> + Unpin) {
    let mut ping = interval(PING_EVERY);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let (packet, last) = tokio::select! {
            next = outgoing.next() => match next {
                Next::Send(frame) => (Packet::Binary(shared_bytes(frame)), false),
                Next::Close(code) => (Packet::Close(Some(close_frame(code))), true),
            },
            _ = ping.tick() => (Packet::Ping(Bytes::new()), false),
        };
        let sent = timeout(WRITE_PATIENCE, sink.send(packet)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

fn shared_bytes(frame: Arc<[u8]>) -> Bytes {
    Bytes::from_owner(frame)
}

fn close_frame(code: CloseCode) -> CloseFrame {
    CloseFrame { code: code.code(), reason: code.to_string().into() }
}

/// How much may be said at once, and how quickly it grows back.
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn new(now: Instant) -> Self {
        Self { tokens: BURST, at: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let grown = now.duration_since(self.at).as_secs_f64() * RATE;
        self.tokens = (self.tokens + grown).min(BURST);
        self.at = now;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_everything_at_once_is_fine_and_going_on_like_that_is_not() {
        let start = Instant::now();
        let mut bucket = Bucket::new(start);
        assert!((0..400).all(|_| bucket.take(start)));
        assert!(!bucket.take(start));
        let later = start + Duration::from_secs(1);
        assert!((0..100).all(|_| bucket.take(later)));
        assert!(!bucket.take(later));
    }
}
