//! A document with a long history: 60,000 single edits, each an update of its own.
//!
//! Four tabs write it, sixteen texts each, because one text may not be so long. No person types so quickly; a server of
//! ours takes it only from a host who allows it, so it is started with that setting (see [`MESSAGES_PER_SECOND`]).

use std::{rc::Rc, time::Duration};

use shared::protocol::Message;
use tokio::time::sleep;

use crate::{
    client::{Client, Entrance, Eyes, open_all},
    edit,
    measure::Deliveries,
    paper::Paper,
    target::{Room, Server},
};

pub(crate) const TEXTS: usize = 64;
pub(crate) const EDITS: usize = 60_160;
const HANDS: usize = 4;

/// What a script sends that imports something. The default is for people.
pub(crate) const MESSAGES_PER_SECOND: u32 = 50_000;

/// Edits that may be on their way. More would say nothing: they would wait in the network.
const ON_THE_WAY: usize = 600;

const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct History {
    /// How many letters each client has inserted.
    pub(crate) inserts: Vec<(u64, u32)>,
}

impl History {
    /// Writes it, and returns as soon as somebody else has seen all of it and every author was told
    /// that it is saved.
    pub(crate) async fn write(server: &Server, room: &Room, paper: &Paper) -> anyhow::Result<Self> {
        let counts = Rc::new(Deliveries::default());
        let brings = Some(Rc::new(paper.state.clone()));
        let watcher = Entrance { brings, counts: Some(counts.clone()), ..Entrance::default() };
        let watcher = Client::open(server, room, watcher).await?;
        watcher.until(PATIENCE, |eyes| eyes.acknowledged.get() > 0).await?;
        let entrance = |hand: usize| Entrance { seat: 1 + hand, silent: true, ..Entrance::default() };
        let hands = open_all(server, (0..HANDS).map(|hand| (room.clone(), entrance(hand)))).await?;
        let each = EDITS / HANDS;
        let work: Vec<_> = hands
            .iter()
            .enumerate()
            .map(|(hand, client)| {
                counts.add(client.id, Rc::default());
                let texts = hand * TEXTS / HANDS..(hand + 1) * TEXTS / HANDS;
                edit::history(paper, texts, client.id, each)
            })
            .collect();
        for sent in 0..each {
            for (client, updates) in hands.iter().zip(&work) {
                client.say(&Message::Update(updates[sent].clone()));
            }
            let behind = |eyes: &Eyes| (sent * HANDS).saturating_sub(eyes.acknowledged.get() as usize * HANDS);
            for client in hands.iter().filter(|client| behind(&client.eyes) > ON_THE_WAY) {
                client.until(PATIENCE, |eyes| behind(eyes) <= ON_THE_WAY / 2).await?;
            }
            if sent % 10 == 0 {
                // Lets the sockets be written to and read.
                sleep(Duration::ZERO).await;
            }
        }
        for client in &hands {
            client.until(PATIENCE, |eyes| eyes.acknowledged.get() as usize > each).await?;
        }
        let inserts: Vec<_> = hands.iter().zip(&work).map(|(client, updates)| (client.id, letters(updates))).collect();
        let all = |eyes: &Eyes| {
            let seen = eyes.seen.borrow();
            inserts.iter().all(|(id, count)| seen.get(id) == Some(count))
        };
        watcher.until(PATIENCE, all).await?;
        Ok(Self { inserts })
    }
}

fn letters(updates: &[Vec<u8>]) -> u32 {
    updates.iter().flat_map(|update| edit::inserts(update)).map(|run| run.to).max().unwrap_or(0)
}
