//! Rooms in which people sit and read: what each takes, and whether it is given back.

use std::{rc::Rc, time::Duration};

use tokio::time::sleep;

use super::Pace;
use crate::{
    client::{Client, Entrance, open_all},
    edit,
    figures::Figures,
    paper::TEXT_LIMIT,
    process::Meter,
    target::{House, Server, Target},
};

const PEOPLE: usize = 5;

/// Our rooms stay for half a minute, for the person whose train goes through a tunnel. The peer’s do not.
fn leaving(target: Target) -> u32 {
    match target {
        Target::Roundtable => 60,
        Target::Hocuspocus => 10,
    }
}

pub(super) async fn run(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    let server = house.open(target).await?;
    let count = pace.choose(400, 500);
    let rooms = house.rooms(count + 1)?;
    let paper = Rc::new(house.paper.state.clone());
    let entrance = |seat: usize| Entrance { seat, text: house.paper.texts[seat], ..Entrance::default() };
    let first = |seat: usize| Entrance { brings: Some(paper.clone()), ..entrance(seat) };
    // So that what a server loads once, its connections to the database among it, is not counted to the first room.
    let mut warm = vec![Client::open(&server, &rooms[count], first(0)).await?];
    warm.extend(open_all(&server, (0..50).map(|seat| (rooms[count].clone(), entrance(seat % 8)))).await?);
    warm[0].type_letter();
    sleep(Duration::from_millis(500)).await;
    drop(warm);
    sleep(Duration::from_millis(1500)).await;

    let base = server.process.memory();
    let firsts = open_all(&server, rooms[..count].iter().map(|room| (room.clone(), first(0)))).await?;
    let words = "we would like to hear ".repeat(100);
    for client in &firsts {
        client.until(Duration::from_secs(30), |eyes| eyes.acknowledged.get() > 0).await?;
        let update = edit::paste(client.id, &words[..TEXT_LIMIT], client.text());
        client.say(&shared::protocol::Message::Update(update));
    }
    settled(&server, 4).await;
    let with_rooms = server.process.memory();
    let others = rooms[..count].iter().flat_map(|room| (1..PEOPLE).map(|seat| (room.clone(), entrance(seat))));
    let others = open_all(&server, others).await?;
    settled(&server, 3).await;
    let with_all = server.process.memory();
    let clients: Vec<_> = firsts.into_iter().chain(others).collect();
    let seconds = pace.choose(6, 30);
    let meter = Meter::start(server.process);
    renew_presence(&clients, seconds).await;
    let cost = meter.read();
    let closed = clients.iter().filter(|client| client.eyes.closed.get() || client.eyes.refused.get()).count();
    let count = count as f64;
    to.put("idle.room_kb", (with_rooms - base) / count);
    to.put("idle.connection_kb", (with_all - with_rooms) / (count * (PEOPLE - 1) as f64));
    to.put("idle.base_mb", base / 1024.0);
    to.put("idle.all_mb", with_all / 1024.0);
    to.put("idle.cpu_percent", 100.0 * cost.cpu() / cost.wall);
    to.put("idle.closed", closed as f64);
    drop(clients);
    let mut least = f64::MAX;
    for _ in 0..leaving(target) {
        sleep(Duration::from_secs(1)).await;
        least = least.min(server.process.memory());
        if least <= base * 1.05 {
            break;
        }
    }
    to.put("idle.left_percent", 100.0 * (least / base - 1.0));
    server.stop().await
}

async fn settled(server: &Server, seconds: u64) {
    sleep(Duration::from_secs(1)).await;
    server.process.rest(Duration::from_secs(seconds)).await;
}

/// Every client says every fifteen seconds that it is still there.
async fn renew_presence(clients: &[Client], seconds: u64) {
    let ticks = seconds * 10;
    let each = clients.len().div_ceil(150);
    for some in clients.chunks(each).cycle().take(ticks as usize) {
        some.iter().for_each(Client::say_where);
        sleep(Duration::from_millis(100)).await;
    }
}
