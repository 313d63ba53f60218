//! A person’s tab on a real socket.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use server::door;
use shared::{
    MeetingId, Section,
    doc::SectionDoc,
    event::ServerEvent,
    protocol::{Frame, Message},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message as Packet, client::IntoClientRequest},
};

use super::{Seat, TestServer};

/// Long enough for the slowest machine; nobody waits for it who hears what they wait for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const ORIGIN: &str = "http://meetings.example";

/// Where this server listens from now on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address(pub(crate) std::net::SocketAddr);

impl TestServer {
    pub(crate) async fn listen(&self) -> Address {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address(listener.local_addr().unwrap());
        let (router, limits) = (self.router.clone(), self.limits.clone());
        tokio::spawn(async move { door::serve(listener, router, &limits, std::future::pending()).await });
        address
    }

    /// Signs in, opens the socket, and one section of their meeting with it.
    pub(crate) async fn open(&self, address: &Address, seat: &Seat, section: Section, client_id: u64) -> Tab {
        let cookie = self.sign_in(seat).await;
        let mut tab = Tab::connect(address, &cookie, seat.meeting, section, client_id).await;
        tab.begin().await;
        tab
    }
}

pub(crate) async fn knock(
    address: &Address,
    cookie: Option<&str>,
    origin: Option<&str>,
) -> tungstenite::Result<WebSocketStream<TcpStream>> {
    knock_from(address, cookie, origin, None).await
}

/// As a proxy would for this address.
pub(crate) async fn knock_from(
    address: &Address,
    cookie: Option<&str>,
    origin: Option<&str>,
    client: Option<&str>,
) -> tungstenite::Result<WebSocketStream<TcpStream>> {
    let mut request = format!("ws://{}/live", address.0).into_client_request()?;
    let headers = request.headers_mut();
    if let Some(client) = client {
        headers.insert("x-forwarded-for", client.parse()?);
    }
    headers.insert("host", "meetings.example".parse()?);
    if let Some(cookie) = cookie {
        headers.insert("cookie", cookie.parse()?);
    }
    if let Some(origin) = origin {
        headers.insert("origin", origin.parse()?);
    }
    let stream = TcpStream::connect(address.0).await?;
    // As browsers do.
    stream.set_nodelay(true)?;
    Ok(client_async(request, stream).await?.0)
}

pub(crate) struct Tab {
    pub(crate) doc: SectionDoc,
    meeting: MeetingId,
    socket: WebSocketStream<TcpStream>,
    sent: Vec<u8>,
}

impl Tab {
    pub(crate) async fn connect(
        address: &Address,
        cookie: &str,
        meeting: MeetingId,
        section: Section,
        client_id: u64,
    ) -> Self {
        let socket = knock(address, Some(cookie), Some(ORIGIN)).await.unwrap();
        Self { doc: SectionDoc::new(section, client_id), meeting, socket, sent: vec![] }
    }

    /// Opens the section and catches up.
    pub(crate) async fn begin(&mut self) {
        self.say(Message::AuthToken(String::new())).await;
        self.say(Message::SyncStep1(self.doc.state_vector())).await;
        self.until(|message| matches!(message, Message::SyncStep2(_))).await;
        self.sent = self.doc.state_vector();
    }

    pub(crate) fn packet(meeting: MeetingId, section: Section, message: Message) -> Packet {
        Packet::binary(Frame::new(section.document_name(meeting), message).encode())
    }

    pub(crate) async fn say(&mut self, message: Message) {
        self.send(Self::packet(self.meeting, self.doc.section(), message)).await;
    }

    pub(crate) async fn send(&mut self, packet: Packet) {
        // A socket that was closed on us says so when it is read.
        let _ = self.socket.send(packet).await;
    }

    /// Bytes as they are, below the WebSocket.
    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        let _ = self.socket.get_mut().write_all(bytes).await;
    }

    pub(crate) async fn edit(&mut self, edit: impl FnOnce(&SectionDoc)) {
        edit(&self.doc);
        let update = self.doc.diff(&self.sent).unwrap();
        self.sent = self.doc.state_vector();
        self.say(Message::Update(update)).await;
    }

    /// Listens until this is heard, and takes in every update on the way.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Message) -> bool) -> Message {
        loop {
            let message = self.next().await.expect("the socket was closed");
            if wanted(&message) {
                return message;
            }
        }
    }

    pub(crate) async fn until_saved(&mut self) {
        let said = self.until(|message| matches!(message, Message::SyncStatus(_))).await;
        assert_eq!(said, Message::SyncStatus(true), "it was refused");
    }

    pub(crate) async fn until_event(&mut self, wanted: &ServerEvent) {
        let json = serde_json::to_string(wanted).unwrap();
        self.until(|message| *message == Message::Stateless(json.clone())).await;
    }

    /// Listens until the document says this.
    pub(crate) async fn until_doc(&mut self, wanted: impl Fn(&SectionDoc) -> bool) {
        while !wanted(&self.doc) {
            self.next().await.expect("the socket was closed");
        }
    }

    /// Listens until the socket is closed, and returns the code.
    pub(crate) async fn until_closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }

    /// Listens until the section is caught up with, or the socket is closed instead.
    pub(crate) async fn is_let_in(&mut self) -> bool {
        loop {
            match self.next().await {
                Ok(Message::SyncStep2(_)) => break,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        self.sent = self.doc.state_vector();
        true
    }

    /// Waits until the room has looked at all that was said so far. Whether it refused something of it; or the
    /// code it closed with.
    pub(crate) async fn still_open(&mut self) -> Result<bool, u16> {
        self.say(Message::SyncStep1(self.doc.state_vector())).await;
        let mut refused = false;
        loop {
            match self.next().await? {
                Message::SyncStep2(_) => return Ok(refused),
                message => refused |= message == Message::SyncStatus(false),
            }
        }
    }

    /// Everything that is heard before the answer to a question asked now.
    pub(crate) async fn heard_so_far(&mut self) -> Vec<Message> {
        self.say(Message::Ping).await;
        let mut heard = vec![];
        loop {
            match self.next().await.expect("the socket was closed") {
                Message::Pong => return heard,
                message => heard.push(message),
            }
        }
    }

    /// The next message, or the code it was closed with.
    pub(crate) async fn next(&mut self) -> Result<Message, u16> {
        tokio::time::timeout(PATIENCE, self.message()).await.expect("nothing was heard")
    }

    async fn message(&mut self) -> Result<Message, u16> {
        loop {
            match self.socket.next().await {
                Some(Ok(Packet::Binary(bytes))) => {
                    let message = Frame::decode(&bytes).unwrap().message;
                    if let Message::SyncStep2(update) | Message::Update(update) = &message {
                        self.doc.apply(update).unwrap();
                    }
                    return Ok(message);
                }
                Some(Ok(Packet::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(Packet::Close(None)) | Err(_)) | None => return Err(0),
                Some(Ok(_)) => {}
            }
        }
    }
}
