//! People typing at an even pace: how long a letter takes, and what it costs.

use std::{rc::Rc, time::Duration};

use tokio::time::sleep;

use super::Pace;
use crate::{
    busy_disk::BusyDisk,
    figures::Figures,
    gathering::Gathering,
    measure::{Deliveries, Histogram},
    process::{Cost, Meter},
    target::{House, Server, Target},
    typing::{PACE, Typing},
};

pub(super) const PEOPLE: usize = 8;
const ROOMS: usize = 25;

pub(super) struct Stretch {
    pub(super) delivered: u64,
    pub(super) typed: u64,
    pub(super) delays: Histogram,
    pub(super) cost: Cost,
}

impl Stretch {
    /// Lets people type for a while, and counts.
    pub(super) async fn of(server: &Server, gathering: &Gathering, counts: &Deliveries, seconds: u64) -> Self {
        counts.start();
        let (meter, typed) = (Meter::start(server.process), gathering.typed());
        sleep(Duration::from_secs(seconds)).await;
        let (delivered, delays) = counts.stop();
        Self { delivered, delays, typed: gathering.typed() - typed, cost: meter.read() }
    }

    pub(super) fn micros_each(&self) -> f64 {
        self.cost.cpu() * 1e6 / self.delivered as f64
    }

    /// How much of what was typed had arrived by the end.
    pub(super) fn share(&self) -> f64 {
        self.delivered as f64 / (self.typed * (PEOPLE as u64 - 1)) as f64
    }
}

pub(super) async fn run(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    let server = house.open(target).await?;
    let counts = Rc::new(Deliveries::default());
    let gathering = Gathering::of(&server, house.rooms(ROOMS)?, PEOPLE, &house.paper, &counts).await?;
    let typing = Typing::start(&gathering.people(), PACE);
    sleep(Duration::from_secs(pace.choose(2, 4))).await;
    let stretch = Stretch::of(&server, &gathering, &counts, pace.choose(10, 25)).await;
    drop(typing);
    sleep(Duration::from_millis(1500)).await;
    to.put("latency.cpu_us", stretch.micros_each());
    to.put("latency.cpu_us.server", stretch.cost.server * 1e6 / stretch.delivered as f64);
    to.put("latency.cpu_us.database", stretch.cost.database * 1e6 / stretch.delivered as f64);
    to.put("latency.delivered_s", stretch.delivered as f64 / stretch.cost.wall);
    to.put("latency.p50", stretch.delays.percentile(50.0));
    to.put("latency.p99", stretch.delays.percentile(99.0));
    to.put("latency.max", stretch.delays.longest());
    to.put("latency.server_wait", stretch.cost.server_wait / stretch.cost.wall);
    to.put("latency.load_wait", stretch.cost.load_wait / stretch.cost.wall);
    to.put("latency.closed", gathering.closed() as f64);
    to.put("latency.differ", gathering.rooms_that_differ(&server).await? as f64);
    drop(gathering);
    server.stop().await
}

pub(super) async fn run_on_busy_disk(
    house: &House,
    target: Target,
    pace: Pace,
    to: &mut Figures,
) -> anyhow::Result<()> {
    let server = house.open(target).await?;
    let counts = Rc::new(Deliveries::default());
    let gathering = Gathering::of(&server, house.rooms(ROOMS)?, PEOPLE, &house.paper, &counts).await?;
    let typing = Typing::start(&gathering.people(), PACE);
    let busy = BusyDisk::start(&house.scratch)?;
    sleep(Duration::from_secs(2)).await;
    let stretch = Stretch::of(&server, &gathering, &counts, pace.choose(10, 25)).await;
    drop((typing, busy));
    to.put("disk.p50", stretch.delays.percentile(50.0));
    to.put("disk.p99", stretch.delays.percentile(99.0));
    to.put("disk.max", stretch.delays.longest());
    drop(gathering);
    server.stop().await
}

/// The same letters a second, spread over few rooms and over many: what a letter costs must not depend
/// on how many other rooms there are.
pub(super) async fn run_linear(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    const LETTERS: f64 = 2_000.0;
    if target == Target::Hocuspocus {
        return Ok(()); // nobody asked it of the peer
    }
    let mut per_second = vec![];
    for rooms in [10, 100, 500] {
        let server = house.open(target).await?;
        let counts = Rc::new(Deliveries::default());
        let gathering = Gathering::of(&server, house.rooms(rooms)?, PEOPLE, &house.paper, &counts).await?;
        let typing = Typing::start(&gathering.people(), LETTERS / (rooms * PEOPLE) as f64);
        sleep(Duration::from_secs(2)).await;
        let stretch = Stretch::of(&server, &gathering, &counts, pace.choose(4, 15)).await;
        drop(typing);
        let delivered = stretch.delivered as f64 / stretch.cost.cpu();
        to.put(format!("linear.{rooms}"), delivered);
        per_second.push(delivered);
        drop(gathering);
        server.stop().await?;
    }
    let (least, most) =
        (per_second.iter().copied().fold(f64::MAX, f64::min), per_second.iter().copied().fold(0.0, f64::max));
    to.put("linear.spread_percent", 100.0 * (most / least - 1.0));
    Ok(())
}
