//! What the servers of one database tell each other, over NATS: one subject for each meeting.
//!
//! Nobody waits for it. What is said goes into a bounded queue; when that is full, or NATS is away, it is
//! dropped, and nothing is lost: an update has its number, and whoever misses one reads the log. While
//! NATS is away every room looks into the database once a second instead.
//!
//! What must stay true: nothing is told before it is committed; a message is never larger than NATS takes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use async_nats::{ConnectOptions, Event, Subscriber};
use futures::StreamExt;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};

use super::message;
use crate::{
    db::documents::NewUpdate,
    room::notice::{Beat, NodeId, Notice},
    rooms::RoomKey,
};

/// Messages on their way out.
const WAITING: usize = 8192;

/// Messages of one meeting that a room has not read yet.
const UNREAD: usize = 4096;

/// Silence of NATS itself for three of these is the end of the connection.
const PING_EVERY: Duration = Duration::from_secs(2);

const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const GOODBYE: Duration = Duration::from_secs(2);

/// The way to the other servers. Cloning leads to the same one.
#[derive(Clone, Debug)]
pub struct Bus {
    client: async_nats::Client,
    node: NodeId,
    outgoing: mpsc::Sender<Told>,
    link: watch::Receiver<Link>,
    closing: Arc<watch::Sender<bool>>,
    speaker: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// Whether NATS hears us, and how often that has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Link {
    is_up: bool,
    changes: u64,
}

#[derive(Debug)]
struct Told {
    about: RoomKey,
    message: Vec<u8>,
}

impl Bus {
    /// Goes on trying in the background: a server starts and serves without NATS as well.
    /// `addresses` are separated by commas.
    pub async fn connect(addresses: &str) -> anyhow::Result<Self> {
        let (change, link) = watch::channel(Link::default());
        let change = Arc::new(change);
        let addresses: Vec<_> = addresses.split(',').map(|address| address.trim().to_owned()).collect();
        let client = ConnectOptions::new()
            .name("roundtable")
            .no_echo()
            .retry_on_initial_connect()
            .ping_interval(PING_EVERY)
            .connection_timeout(CONNECT_PATIENCE)
            .subscription_capacity(UNREAD)
            .reconnect_delay_callback(|attempts| LONGEST_PAUSE.min(Duration::from_millis(50) * attempts as u32))
            .event_callback(move |event| {
                changed(&change, &event);
                std::future::ready(())
            })
            .connect(addresses)
            .await
            .context("NATS_URL is not the address of a NATS server")?;
        let (outgoing, waiting) = mpsc::channel(WAITING);
        let closing = Arc::new(watch::Sender::new(false));
        #[expect(clippy::disallowed_methods, reason = "`close` awaits it")]
        let speaker = tokio::spawn(speak(client.clone(), waiting, closing.subscribe()));
        let (node, speaker) = (NodeId(rand::random()), Arc::new(Mutex::new(Some(speaker))));
        Ok(Self { client, node, outgoing, link, closing, speaker })
    }

    /// Says it to the other servers that have this meeting open.
    pub(crate) fn tell(&self, about: RoomKey, notice: &Notice) {
        let mut message = message::encode(self.node, notice);
        if message.len() > message::MESSAGE_LIMIT
            && let Notice::Beat(beat) = notice
        {
            // Who writes where can be told in smaller pieces, as it changes.
            message = message::encode(self.node, &Notice::Beat(Beat { presence: vec![], ..beat.clone() }));
        }
        self.put(about, message);
    }

    /// Says that this update is in the log.
    pub(crate) fn committed(&self, update: &NewUpdate, seq: u64) {
        let NewUpdate { school, meeting, section, person, claims, update, .. } = update;
        let message = message::encode_committed(self.node, *section, seq, *person, claims, update);
        self.put((*school, *meeting), message);
    }

    fn put(&self, about: RoomKey, message: Vec<u8>) {
        // What waited for NATS to come back would be old by then.
        if self.link.borrow().is_up && message.len() <= message::MESSAGE_LIMIT {
            let _ = self.outgoing.try_send(Told { about, message });
        }
    }

    pub(crate) async fn listen(&self, about: RoomKey) -> Option<Listening> {
        match timeout(CONNECT_PATIENCE, self.client.subscribe(subject(about))).await {
            Ok(Ok(messages)) => Some(Listening { messages, link: self.link.clone(), is_new: true, node: self.node }),
            Ok(Err(error)) => {
                tracing::warn!(%error, "other servers cannot be heard");
                None
            }
            Err(_) => {
                tracing::warn!("other servers cannot be heard: the way to NATS is stuck");
                None
            }
        }
    }

    /// Says what was still to be said, for a moment.
    pub(super) async fn close(&self) {
        self.closing.send_replace(true);
        let speaker = self.speaker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(speaker) = speaker
            && timeout(GOODBYE, speaker).await.is_err()
        {
            tracing::warn!("the other servers could not be told that we are going");
        }
    }
}

/// What a room hears of the others.
#[derive(Debug)]
pub(crate) struct Listening {
    messages: Subscriber,
    link: watch::Receiver<Link>,
    is_new: bool,
    node: NodeId,
}

#[derive(Debug)]
pub(crate) enum Heard {
    /// Whether anything can be heard. Said first, and whenever something may have been missed.
    Linked(bool),
    Notice(NodeId, Notice),
}

/// The next thing that is heard; never anything where nobody listens. Safe to be cancelled.
pub(crate) async fn listen_to(listening: &mut Option<Listening>) -> Heard {
    match listening {
        Some(listening) => listening.next().await,
        None => std::future::pending().await,
    }
}

impl Listening {
    async fn next(&mut self) -> Heard {
        if std::mem::take(&mut self.is_new) {
            return Heard::Linked(self.link.borrow_and_update().is_up);
        }
        loop {
            tokio::select! {
                biased;
                Ok(()) = self.link.changed() => return Heard::Linked(self.link.borrow_and_update().is_up),
                Some(message) = self.messages.next() => match message::decode(&message.payload) {
                    Ok((node, notice)) if node != self.node => return Heard::Notice(node, notice),
                    Ok(_) => {}
                    Err(error) => tracing::debug!(%error, "something was heard that is not for us"),
                },
                else => std::future::pending().await,
            }
        }
    }
}

async fn speak(client: async_nats::Client, mut waiting: mpsc::Receiver<Told>, mut closing: watch::Receiver<bool>) {
    loop {
        let told = tokio::select! {
            biased;
            told = waiting.recv() => told,
            _ = closing.wait_for(|closing| *closing) => None,
        };
        let Some(Told { about, message }) = told else { break };
        if let Err(error) = client.publish(subject(about), message.into()).await {
            tracing::warn!(%error, "the other servers could not be told something");
        }
    }
    if let Err(error) = client.flush().await {
        tracing::debug!(%error, "the last words were not heard");
    }
}

fn subject((school, meeting): RoomKey) -> String {
    format!("roundtable.{school}.{meeting}")
}

fn changed(link: &watch::Sender<Link>, event: &Event) {
    let is_up = match event {
        Event::Connected => true,
        Event::Disconnected | Event::Closed => false,
        // Something was dropped on the way to a room: as if it had not been connected for a moment.
        Event::SlowConsumer(_) => link.borrow().is_up,
        _ => return,
    };
    tracing::info!(%event, "NATS");
    link.send_modify(|link| *link = Link { is_up, changes: link.changes + 1 });
}
