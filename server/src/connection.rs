//! One WebSocket: frames in, frames out, and the limits on both.
//!
//! What must stay true: reading never waits for writing, so that a slow network cannot hold a room
//! up; whatever ends the socket, a panic included, every room it was in is told.

mod pace;
mod writing;

use std::{collections::HashMap, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Instant};

use app::backend::Viewer;
use axum::extract::ws::{Message as Packet, WebSocket};
use futures::{
    FutureExt, Stream, StreamExt,
    future::{Either, select},
};
use shared::{
    MeetingId, Section,
    protocol::{CloseCode, FRAME_LIMIT, Frame, Message, encode},
};
use tokio::{
    task::JoinSet,
    time::{timeout, timeout_at},
};

use self::pace::Pace;
use crate::{
    db::{
        SchoolTransaction, doors, login_sessions,
        participants::{self, Participant},
    },
    limits::{DENIAL_LIMIT, Limit, Patience, ROOM_LIMIT, Settings},
    metrics::METRICS,
    room::{
        RoomError, RoomHandle,
        outbox::{Outbox, outbox},
        state::ConnectionId,
    },
    rooms::Rooms,
    secret::Hash,
    sessions::OpenSessions,
};

/// Serves one person’s socket until it ends.
pub(crate) async fn serve(
    socket: WebSocket,
    viewer: Viewer,
    rooms: Rooms,
    session: Hash,
    sessions: OpenSessions,
    settings: Arc<Settings>,
) {
    let conn = rooms.next_connection();
    let _open = Open::new(conn);
    let (outbox, outgoing) = outbox();
    let _session = sessions.open(viewer.school, session, conn.0, outbox.clone());
    let (sink, mut stream) = socket.split();
    let patience = settings.patience;
    let pace = Pace::new(&settings, Instant::now());
    let (joined, denials) = (HashMap::new(), 0);
    let mut connection = Connection { conn, viewer, rooms, pace, patience, joined, denials, outbox: outbox.clone() };
    // A task of its own, so that what goes out does not wake what reads; it ends with this one.
    let mut writing = JoinSet::new();
    writing.spawn(writing::write(conn, outgoing, sink, patience.write));
    let theirs = {
        let reading = pin!(AssertUnwindSafe(connection.read(&mut stream)).catch_unwind());
        match select(reading, pin!(writing.join_next())).await {
            Either::Left((Ok(None), _)) => true,
            Either::Left((end, writing)) => {
                outbox.close(end.ok().flatten().unwrap_or_else(|| {
                    METRICS.panics_contained.one();
                    CloseCode::Malformed
                }));
                // What explains the end is sent before it. A peer that does not listen is not waited for.
                let _ = timeout(patience.write, writing).await;
                false
            }
            Either::Right(_) => false,
        }
    };
    for room in connection.joined.values() {
        room.disconnect(conn).await;
    }
    if theirs {
        METRICS.left.one();
    }
}

/// Counts a socket for as long as it is open.
struct Open(ConnectionId);

impl Open {
    fn new(conn: ConnectionId) -> Self {
        METRICS.connections.add(1);
        METRICS.connections_opened.one();
        tracing::info!(conn = conn.0, "connected");
        Self(conn)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        METRICS.connections.sub(1);
        tracing::info!(conn = self.0.0, "disconnected");
    }
}

struct Connection {
    conn: ConnectionId,
    viewer: Viewer,
    rooms: Rooms,
    pace: Pace,
    patience: Patience,
    joined: HashMap<MeetingId, RoomHandle>,
    denials: u32,
    outbox: Outbox,
}

impl Connection {
    /// Reads until the socket ends, and says why we end it; `None` if the other side did.
    async fn read(
        &mut self,
        stream: &mut (impl Stream<Item = Result<Packet, axum::Error>> + Unpin),
    ) -> Option<CloseCode> {
        // A ping is no word: who has said nothing yet has so long and no longer.
        let first_word = tokio::time::Instant::now() + self.patience.first_word;
        let mut spoke = false;
        loop {
            let next = if spoke {
                timeout(self.patience.silence, stream.next()).await
            } else {
                timeout_at(first_word, stream.next()).await
            };
            let packet = match next {
                Ok(Some(Ok(packet))) => packet,
                Ok(Some(Err(error))) => return ended(error),
                Ok(None) => return None,
                Err(_) => return Some(if spoke { Limit::Silence } else { Limit::FirstWord }.reached()),
            };
            let length = length(&packet);
            METRICS.frames_in.one();
            METRICS.bytes_in.add(length);
            if let Err(limit) = self.pace.message(length, Instant::now()) {
                return Some(limit.reached());
            }
            match packet {
                Packet::Binary(bytes) => {
                    if let Err(code) = self.take(&bytes).await {
                        return Some(code);
                    }
                    spoke = true;
                }
                Packet::Text(_) => return Some(CloseCode::Malformed),
                Packet::Ping(_) | Packet::Pong(_) => {}
                Packet::Close(_) => return None,
            }
        }
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<(), CloseCode> {
        let Ok(Frame { document, mut message }) = Frame::decode(bytes) else { return Err(CloseCode::Malformed) };
        if bytes.len() > FRAME_LIMIT {
            match &mut message {
                // The room says no, and to which section; for that it need not read to the end.
                Message::Update(update) | Message::SyncStep2(update) => {
                    Limit::FrameSize.reached();
                    update.truncate(FRAME_LIMIT + 1);
                    update.shrink_to_fit();
                }
                _ => return Err(CloseCode::TooBig),
            }
        }
        if message.is_question() {
            self.pace.question(Instant::now()).map_err(Limit::reached)?;
        }
        self.route(&document, message, bytes.len()).await
    }

    async fn route(&mut self, document: &str, message: Message, length: usize) -> Result<(), CloseCode> {
        if message == Message::Ping {
            self.outbox.send(encode(document, &Message::Pong).into());
            return Ok(());
        }
        let Some((meeting, section)) = Section::parse_document_name(document) else {
            return self.deny(document, &message);
        };
        tracing::trace!(conn = self.conn.0, %meeting, section = section.name(), kind = message.kind(), length, "frame");
        if !self.joined.contains_key(&meeting) {
            // Nothing is said about a document before it is opened.
            if !matches!(message, Message::AuthToken(_)) {
                return Ok(());
            }
            // Boxed, because a socket’s task is as large as its largest step for as long as it lives.
            if !Box::pin(self.join(meeting)).await? {
                return self.deny(document, &message);
            }
        }
        let Some(room) = self.joined.get(&meeting) else { return Ok(()) };
        room.frame(self.conn, section, message).await.map_err(too_busy)
    }

    /// Enters the meeting’s room, if this person has a place there.
    async fn join(&mut self, meeting: MeetingId) -> Result<bool, CloseCode> {
        let Viewer { school, person, .. } = self.viewer;
        let place = async {
            let mut txn = self.rooms.db().begin(school).await?;
            let place = participants::find_admitted(&mut txn, meeting, person).await?;
            // What is agreed too: it may be opened again while they are in.
            if place.is_some() && !doors::lets_in(&mut txn, meeting, self.viewer).await? {
                return Ok(None);
            }
            if let Some(place) = &place {
                note_presence(txn, self.viewer, place).await;
            }
            Ok::<_, sqlx::Error>(place)
        };
        let place = place.await.map_err(|error| {
            tracing::warn!(%error, "a place could not be looked up");
            CloseCode::TryAgain
        })?;
        if place.is_none() {
            return Ok(false);
        }
        if self.joined.len() >= ROOM_LIMIT {
            return Err(Limit::RoomsOfSocket.reached());
        }
        let mut room = self.rooms.open(school, meeting);
        let mut entered = room.connect(self.conn, person, self.outbox.clone()).await;
        if entered == Err(RoomError::Closed) {
            // It was leaving as we came.
            room = self.rooms.open(school, meeting);
            entered = room.connect(self.conn, person, self.outbox.clone()).await;
        }
        entered.map_err(too_busy)?;
        tracing::info!(conn = self.conn.0, %meeting, "came into the room");
        self.joined.insert(meeting, room);
        Ok(true)
    }

    fn deny(&mut self, document: &str, message: &Message) -> Result<(), CloseCode> {
        if matches!(message, Message::AuthToken(_)) {
            self.denials += 1;
            if self.denials > DENIAL_LIMIT {
                return Err(Limit::Denials.reached());
            }
            let words = "There is no such part of a meeting, or it is not for you to read.";
            self.outbox.send(encode(document, &Message::PermissionDenied(words.to_owned())).into());
        }
        Ok(())
    }
}

/// For the record: they came. Who came while the door was open is in, and stays so. A database that takes nothing just now keeps nobody out; when everybody
/// agrees, whoever is in the room is counted once more.
async fn note_presence(mut txn: SchoolTransaction, viewer: Viewer, place: &Participant) {
    let noted = async {
        let came = participants::connects(&mut txn, place.id).await?;
        let is_in = match viewer.by_link {
            Some(session) => login_sessions::let_in(&mut txn, session, place.meeting).await?,
            None => false,
        };
        if came || is_in {
            txn.commit().await?;
        }
        Ok::<_, sqlx::Error>(())
    };
    if let Err(error) = noted.await {
        tracing::warn!(%error, "somebody’s coming could not be noted");
    }
}

fn length(packet: &Packet) -> usize {
    match packet {
        Packet::Binary(bytes) | Packet::Ping(bytes) | Packet::Pong(bytes) => bytes.len(),
        Packet::Text(text) => text.len(),
        Packet::Close(_) => 0,
    }
}

fn too_busy(error: RoomError) -> CloseCode {
    if error == RoomError::Busy { Limit::Mailbox.reached() } else { CloseCode::TryAgain }
}

/// What broke the socket: too much at once, what is no WebSocket, or a network that is gone.
fn ended(error: axum::Error) -> Option<CloseCode> {
    use tokio_tungstenite::tungstenite::{Error, error::ProtocolError};
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => Some(Limit::MessageSize.reached()),
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => None,
        Some(Error::Protocol(_) | Error::Utf8(_)) => Some(CloseCode::Malformed),
        _ => None,
    }
}
