//! More and more rooms of typing people on one core, until letters take longer than anybody bears.

use std::{rc::Rc, time::Duration};

use tokio::time::sleep;

use super::{
    Pace,
    latency::{PEOPLE, Stretch},
};
use crate::{
    figures::Figures,
    gathering::Gathering,
    measure::Deliveries,
    target::{House, Target},
    typing::{PACE, Typing},
};

/// Milliseconds. Beyond it typing together is no pleasure.
const BEARABLE: f64 = 250.0;

pub(super) async fn run(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    let server = house.open(target).await?;
    let counts = Rc::new(Deliveries::default());
    let rooms = house.rooms(house.meetings - 1)?;
    let mut gathering = Gathering { rooms: vec![] };
    let mut typing = vec![];
    let mut best: Option<(usize, Stretch)> = None;
    let (mut want, growth) = pace.choose((80, 1.5), (25, 1.2));
    while want <= rooms.len() {
        let more = rooms[gathering.rooms.len()..want].to_vec();
        let more = Gathering::of(&server, more, PEOPLE, &house.paper, &counts).await;
        let Ok(more) = more else { break };
        typing.push(Typing::start(&more.people(), PACE));
        gathering.rooms.extend(more.rooms);
        sleep(Duration::from_secs(2)).await;
        let stretch = Stretch::of(&server, &gathering, &counts, pace.choose(4, 8)).await;
        let p99 = stretch.delays.percentile(99.0);
        eprintln!(
            "    {want} rooms: {:.0} letters delivered a second, p99 {p99:.1} ms, server {:.0} %, load {:.0} %, waiting {:.0} and {:.0} ms/s",
            stretch.delivered as f64 / stretch.cost.wall,
            100.0 * stretch.cost.cpu() / stretch.cost.wall,
            100.0 * stretch.cost.load,
            stretch.cost.server_wait / stretch.cost.wall,
            stretch.cost.load_wait / stretch.cost.wall,
        );
        if p99 > BEARABLE || stretch.share() < 0.9 || gathering.closed() > 0 || !server.is_alive() {
            break;
        }
        best = Some((want, stretch));
        if want == rooms.len() {
            break;
        }
        want = ((want as f64 * growth) as usize).min(rooms.len());
    }
    let (rooms, delivered, each, load) = best.map_or((0, 0.0, f64::NAN, f64::NAN), |(rooms, stretch)| {
        let cost = stretch.cost;
        (rooms, stretch.delivered as f64 / cost.wall, stretch.micros_each(), cost.load)
    });
    to.put("saturate.rooms", rooms as f64);
    to.put("saturate.delivered_s", delivered);
    to.put("saturate.cpu_us", each);
    to.put("saturate.load", load * 100.0);
    drop((typing, gathering));
    server.stop().await
}
