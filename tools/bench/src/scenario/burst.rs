//! `kill -9` right after 60,000 edits were seen by somebody else: an import, a script, a class of thirty.

use std::time::{Duration, Instant};

use super::Pace;
use crate::{
    figures::Figures,
    gathering::{clock, read},
    history::{EDITS, History},
    target::{House, Target, Typist},
};

pub(super) async fn run(house: &House, target: Target, _: Pace, to: &mut Figures) -> anyhow::Result<()> {
    let server = house.open_for(target, Typist::Script).await?;
    let room = house.long_room();
    let start = Instant::now();
    let history = History::write(&server, &room, &house.long).await?;
    let seconds = start.elapsed().as_secs_f64();
    let data = server.kill().await?;
    let server = house.open_again(target, &data).await?;
    let doc = read(&server, &room, |doc| history.inserts.iter().all(|(id, count)| clock(doc, *id) >= *count)).await?;
    let seen: u32 = history.inserts.iter().map(|(_, count)| count).sum();
    let lost: u32 = history.inserts.iter().map(|(id, count)| count.saturating_sub(clock(&doc, *id))).sum();
    to.put("burst.edits_s", EDITS as f64 / seconds);
    to.put("burst.lost", f64::from(lost));
    to.put("burst.lost_percent", 100.0 * f64::from(lost) / f64::from(seen));
    // Nothing that comes later is stored any more.
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop().await
}
