//! A document with a long history: 60,000 single edits, each an update of its own.
//!
//! Sixty-four tabs write it at once, because no one person’s tab may send so many in so short a time,
//! and because one text may not be so long.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use shared::protocol::Message;
use tokio::time::sleep;

use crate::{
    client::{Client, Entrance, open_all},
    edit,
    measure::Deliveries,
    paper::Paper,
    school::ROLES,
    target::{Room, Server},
};

/// Tabs, and texts.
pub(crate) const HANDS: usize = 64;
pub(crate) const EDITS: usize = 60_160;

/// What one tab may send at once, and then each second, with something to spare.
const AT_ONCE: usize = 300;
const EACH_SECOND: usize = 90;

const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct History {
    pub(crate) edits: usize,
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
        let entrance = |hand: usize| Entrance { seat: hand % ROLES.len(), silent: true, ..Entrance::default() };
        let hands = open_all(server, (0..HANDS).map(|hand| (room.clone(), entrance(hand)))).await?;
        let work: Vec<_> = hands
            .iter()
            .enumerate()
            .map(|(text, client)| edit::history(paper, text, client.id, EDITS / HANDS))
            .collect();
        for (client, updates) in hands.iter().zip(&work) {
            counts.add(client.id, Rc::default());
            debug_assert_eq!(updates.len(), EDITS / HANDS);
        }
        let start = Instant::now();
        let mut sent = 0;
        while sent < EDITS / HANDS {
            let allowed = AT_ONCE + (start.elapsed().as_secs_f64() * EACH_SECOND as f64) as usize;
            let end = allowed.min(sent + 10).min(EDITS / HANDS);
            for (client, updates) in hands.iter().zip(&work) {
                for update in &updates[sent..end] {
                    client.say(&Message::Update(update.clone()));
                }
            }
            sent = end;
            sleep(Duration::from_millis(5)).await;
        }
        for client in &hands {
            client.until(PATIENCE, |eyes| eyes.acknowledged.get() > (EDITS / HANDS) as u32).await?;
        }
        let inserts: Vec<_> = hands.iter().zip(&work).map(|(client, updates)| (client.id, letters(updates))).collect();
        let all = |eyes: &crate::client::Eyes| {
            let seen = eyes.seen.borrow();
            inserts.iter().all(|(id, count)| seen.get(id) == Some(count))
        };
        watcher.until(PATIENCE, all).await?;
        Ok(Self { edits: EDITS, inserts })
    }
}

fn letters(updates: &[Vec<u8>]) -> u32 {
    updates.iter().flat_map(|update| edit::inserts(update)).map(|run| run.to).max().unwrap_or(0)
}
