//! `kill -9` while people type: what others had seen, or their author was told is saved, and is gone.

use std::{rc::Rc, time::Duration};

use tokio::time::sleep;

use super::Pace;
use crate::{
    client::Client,
    dice::Dice,
    figures::Figures,
    gathering::{Gathering, clock, read},
    measure::Deliveries,
    target::{House, Target},
    typing::{PACE, Typing},
};

const ROOMS: usize = 10;
const PEOPLE: usize = 4;

pub(super) async fn run(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    // The peer loses what it had not stored yet, up to ten seconds: to see it takes long, not often.
    let (times, typing) = match target {
        Target::Roundtable => (pace.choose(5, 100), Duration::from_secs(2)),
        Target::Hocuspocus => (pace.choose(1, 3), Duration::from_secs(12)),
    };
    let mut dice = Dice::new(times);
    let (mut promised, mut lost) = (0, 0);
    for _ in 0..times {
        let moment = typing + Duration::from_millis(dice.below(1500).into());
        let (some, gone) = crash(house, target, moment).await?;
        promised += some;
        lost += gone;
    }
    to.put("crash.times", times as f64);
    to.put("crash.promised", f64::from(promised));
    to.put("crash.lost", f64::from(lost));
    to.put("crash.lost_percent", 100.0 * f64::from(lost) / f64::from(promised));
    Ok(())
}

/// Returns how many edits were seen or acknowledged, and how many of those are gone.
async fn crash(house: &House, target: Target, moment: Duration) -> anyhow::Result<(u32, u32)> {
    let server = house.open(target).await?;
    let counts = Rc::new(Deliveries::default());
    let gathering = Gathering::of(&server, house.rooms(ROOMS)?, PEOPLE, &house.paper, &counts).await?;
    let typing = Typing::start(&gathering.people(), PACE);
    sleep(moment).await;
    let data = server.kill().await?;
    drop(typing);
    // What was on its way out when it died has been seen.
    sleep(Duration::from_millis(300)).await;
    let server = house.open_again(target, &data).await?;
    let (mut promised, mut lost) = (0, 0);
    for (room, people) in &gathering.rooms {
        let promises: Vec<_> = people.iter().map(|author| (author.id, promised_to(author, people))).collect();
        let kept = |doc: &_| promises.iter().all(|(id, promised)| clock(doc, *id) >= *promised);
        let doc = read(&server, room, kept).await?;
        for (id, some) in promises {
            promised += some;
            lost += some.saturating_sub(clock(&doc, id));
        }
    }
    server.stop().await?;
    std::fs::remove_dir_all(&data)?;
    Ok((promised, lost))
}

/// Letters that this author was told are saved, or that anybody else has seen.
fn promised_to(author: &Client, people: &[Rc<Client>]) -> u32 {
    let seen = people.iter().filter_map(|other| other.eyes.seen.borrow().get(&author.id).copied()).max();
    // The first acknowledgement is for what it brought.
    let acknowledged = author.eyes.acknowledged.get().saturating_sub(1);
    seen.unwrap_or(0).max(acknowledged)
}
