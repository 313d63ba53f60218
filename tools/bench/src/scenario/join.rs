//! Coming into a document with a long history, one person and fifty at once, warm and after a restart.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::{StreamExt, stream};
use tokio::time::sleep;

use super::Pace;
use crate::{
    client::{Client, Entrance},
    figures::Figures,
    history::{EDITS, History},
    process::Meter,
    target::{House, Room, Server, Target, Typist},
};

const MANY: usize = 50;
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn run(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    let server = house.open_for(target, Typist::Script).await?;
    let room = house.long_room();
    let empty = server.process.memory();
    let meter = Meter::start(server.process);
    History::write(&server, &room, &house.long).await?;
    server.process.rest(Duration::from_secs(20)).await;
    to.put("join.feed_cpu_us", meter.read().cpu() * 1e6 / EDITS as f64);
    to.put("join.document_mb", (server.process.memory() - empty) / 1024.0);
    let size = Client::open(&server, &room, Entrance::default()).await?.eyes.bytes.get();
    to.put("join.bytes", size as f64);
    let mut alone = vec![];
    for _ in 0..pace.choose(5, 9) {
        alone.push(come(&server, &room, 0, size).await?);
        sleep(Duration::from_millis(100)).await;
    }
    alone.sort_by(f64::total_cmp);
    to.put("join.warm_1", alone[alone.len() / 2]);
    to.put("join.warm_50", come_together(&server, &room, size).await?);
    // The peer stores a document some time after the last edit.
    sleep(Duration::from_millis(3500)).await;
    let data = server.data.clone();
    server.stop().await?;
    let server = house.open_again(target, &data).await?;
    to.put("join.cold_1", come(&server, &room, 0, size).await?);
    server.stop().await?;
    let server = house.open_again(target, &data).await?;
    to.put("join.cold_50", come_together(&server, &room, size).await?);
    server.stop().await
}

/// How long the last of fifty waits, in milliseconds.
async fn come_together(server: &Server, room: &Room, size: usize) -> anyhow::Result<f64> {
    let coming = stream::iter(0..MANY).map(|seat| come(server, room, seat, size)).buffer_unordered(MANY);
    let times: Vec<_> = coming.collect().await;
    times.into_iter().try_fold(0.0, |longest: f64, time| Ok(longest.max(time?)))
}

/// From dialling to having the document.
async fn come(server: &Server, room: &Room, seat: usize, size: usize) -> anyhow::Result<f64> {
    let start = Instant::now();
    let client = Client::open(server, room, Entrance { seat, silent: true, ..Entrance::default() }).await?;
    client.until(PATIENCE, |eyes| eyes.bytes.get() * 10 >= size * 9).await?;
    let time = start.elapsed().as_secs_f64() * 1000.0;
    ensure!(client.eyes.bytes.get() > 10_000, "the document is not the one that was written");
    Ok(time)
}
