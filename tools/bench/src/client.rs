//! Somebody at a table: one socket, one document, and what they saw.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt, stream};
use shared::protocol::{Frame, Message, awareness, encode};
use tokio::{
    net::TcpStream,
    sync::{Notify, mpsc},
    task::AbortHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message as Packet, client::IntoClientRequest, protocol::WebSocketConfig},
};

use crate::{
    edit,
    measure::{Deliveries, Typed},
    target::{Room, Server},
};

const PATIENCE: Duration = Duration::from_secs(60);

/// How many open their sockets at the same moment.
const AT_ONCE: usize = 25;

/// An update that says nothing.
const NOTHING: [u8; 2] = [0, 0];

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: u64,
    /// The item that its letters go into.
    text: (u64, u32),
    document: String,
    pub(crate) eyes: Rc<Eyes>,
    pub(crate) typed: Rc<Typed>,
    out: mpsc::UnboundedSender<Vec<u8>>,
    task: AbortHandle,
}

/// What came in.
#[derive(Debug, Default)]
pub(crate) struct Eyes {
    /// When the server’s answer to the state vector came.
    pub(crate) synced: Cell<Option<Instant>>,
    /// Bytes of document, and when they came, until the document was there.
    pub(crate) bytes: Cell<usize>,
    pub(crate) acknowledged: Cell<u32>,
    pub(crate) refused: Cell<bool>,
    pub(crate) closed: Cell<bool>,
    /// How many letters of each other client.
    pub(crate) seen: RefCell<HashMap<u64, u32>>,
    /// Every update, for those that are checked with a document afterwards.
    pub(crate) kept: RefCell<Option<Vec<Vec<u8>>>>,
    news: Notify,
}

/// How to come in.
#[derive(Clone, Default)]
pub(crate) struct Entrance {
    pub(crate) seat: usize,
    /// Which text to write in.
    pub(crate) text: (u64, u32),
    /// What to answer when the server asks what it lacks.
    pub(crate) brings: Option<Rc<Vec<u8>>>,
    pub(crate) keeps: bool,
    pub(crate) counts: Option<Rc<Deliveries>>,
    /// A telephone that says nothing of its caret.
    pub(crate) silent: bool,
}

impl Client {
    /// Comes in and catches up.
    pub(crate) async fn open(server: &Server, room: &Room, entrance: Entrance) -> anyhow::Result<Self> {
        let silent = entrance.silent;
        let client = Self::knock(server, room, entrance).await?;
        client.until(PATIENCE, |eyes| eyes.synced.get().is_some()).await.context("it was never told the document")?;
        if !silent {
            client.say_where();
        }
        Ok(client)
    }

    async fn knock(server: &Server, room: &Room, entrance: Entrance) -> anyhow::Result<Self> {
        thread_local!(static NEXT: Cell<u64> = const { Cell::new(1_000_000) });
        let id = NEXT.replace(NEXT.get() + 1);
        let mut request = format!("ws://127.0.0.1:{}{}", server.port, server.path()).into_client_request()?;
        request.headers_mut().insert("cookie", room.cookie(entrance.seat).parse()?);
        request.headers_mut().insert("origin", format!("http://127.0.0.1:{}", server.port).parse()?);
        let stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(8 * 1024).max_message_size(None).max_frame_size(None);
        let (socket, _) = timeout(PATIENCE, client_async_with_config(request, stream, Some(config))).await??;
        #[expect(clippy::disallowed_methods, reason = "the load sends no more than it decided to")]
        let (out, outgoing) = mpsc::unbounded_channel();
        let eyes = Rc::new(Eyes { kept: RefCell::new(entrance.keeps.then(Vec::new)), ..Eyes::default() });
        let typed = Rc::new(Typed::default());
        if let Some(counts) = &entrance.counts {
            counts.add(id, typed.clone());
        }
        let text = entrance.text;
        let reader = Reader { id, document: room.document.clone(), eyes: eyes.clone(), entrance };
        let task = tokio::task::spawn_local(converse(socket, outgoing, reader)).abort_handle();
        let client = Self { id, text, document: room.document.clone(), eyes, typed, out, task };
        client.say(&Message::AuthToken("load".to_owned()));
        client.say(&Message::SyncStep1(vec![0]));
        Ok(client)
    }

    pub(crate) fn type_letter(&self) {
        let clock = self.typed.count();
        self.typed.sent.borrow_mut().push(Instant::now());
        self.say(&Message::Update(edit::letter(self.id, clock, self.text)));
    }

    pub(crate) fn say(&self, message: &Message) {
        // A socket that has ended says so in `closed`.
        let _ = self.out.send(encode(&self.document, message));
    }

    /// As every Yjs program does when it comes, when the caret moves, and every fifteen seconds.
    pub(crate) fn say_where(&self) {
        let clock = self.id + u64::from(self.typed.count());
        let state = format!(r#"{{"field":null,"caret":{clock}}}"#);
        self.say(&Message::Awareness(awareness::encode(&[awareness::Entry { client_id: self.id, clock, state }])));
    }

    /// Waits until something has come in that makes this true.
    pub(crate) async fn until(&self, patience: Duration, so: impl Fn(&Eyes) -> bool) -> anyhow::Result<()> {
        let wait = async {
            while !so(&self.eyes) {
                if self.eyes.closed.get() {
                    bail!("the connection was closed");
                }
                self.eyes.news.notified().await;
            }
            Ok(())
        };
        timeout(patience, wait).await.context("it took too long")?
    }

    pub(crate) fn text(&self) -> (u64, u32) {
        self.text
    }
}

impl Drop for Client {
    /// As when a browser is closed.
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens many sockets, some at a time, and all of them or none.
pub(crate) async fn open_all(
    server: &Server,
    entrances: impl IntoIterator<Item = (Room, Entrance)>,
) -> anyhow::Result<Vec<Client>> {
    let opening = stream::iter(entrances)
        .map(|(room, entrance)| async move { Client::open(server, &room, entrance).await })
        .buffered(AT_ONCE);
    opening.collect::<Vec<_>>().await.into_iter().collect()
}

struct Reader {
    id: u64,
    document: String,
    eyes: Rc<Eyes>,
    entrance: Entrance,
}

async fn converse(
    mut socket: WebSocketStream<TcpStream>,
    mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    reader: Reader,
) {
    loop {
        let sent = tokio::select! {
            packet = socket.next() => match packet {
                Some(Ok(Packet::Binary(bytes))) => match reader.hear(&bytes) {
                    Some(answer) => socket.send(Packet::binary(encode(&reader.document, &answer))).await,
                    None => Ok(()),
                },
                Some(Ok(Packet::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => Ok(()),
            },
            Some(frame) = outgoing.recv() => {
                let mut fed = socket.feed(Packet::binary(frame)).await;
                while let Ok(frame) = outgoing.try_recv() {
                    fed = fed.and(socket.feed(Packet::binary(frame)).await);
                }
                fed.and(socket.flush().await)
            }
        };
        if sent.is_err() {
            break;
        }
    }
    reader.eyes.closed.set(true);
    reader.eyes.news.notify_waiters();
}

impl Reader {
    fn hear(&self, bytes: &[u8]) -> Option<Message> {
        let eyes = &self.eyes;
        // What one of the two servers says and the other does not is nothing to the load.
        let frame = Frame::decode(bytes).ok()?;
        match frame.message {
            Message::SyncStep1(_) => {
                let lacked = self.entrance.brings.as_ref().map_or(NOTHING.to_vec(), |brings| (**brings).clone());
                return Some(Message::SyncStep2(lacked));
            }
            Message::SyncStep2(update) => {
                eyes.bytes.set(eyes.bytes.get() + update.len());
                eyes.synced.set(Some(Instant::now()));
                self.keep(update);
            }
            Message::Update(update) => {
                eyes.bytes.set(eyes.bytes.get() + update.len());
                self.look(&update);
                self.keep(update);
            }
            Message::SyncStatus(true) => eyes.acknowledged.set(eyes.acknowledged.get() + 1),
            Message::SyncStatus(false) | Message::PermissionDenied(_) => eyes.refused.set(true),
            _ => return None,
        }
        eyes.news.notify_waiters();
        None
    }

    fn look(&self, update: &[u8]) {
        let Some(counts) = &self.entrance.counts else { return };
        let now = Instant::now();
        for run in edit::inserts(update).into_iter().filter(|run| run.client != self.id) {
            counts.seen(run.client, run.from..run.to, now);
            let mut seen = self.eyes.seen.borrow_mut();
            let seen = seen.entry(run.client).or_default();
            *seen = run.to.max(*seen);
        }
    }

    fn keep(&self, update: Vec<u8>) {
        if let Some(kept) = &mut *self.eyes.kept.borrow_mut() {
            kept.push(update);
        }
    }
}
