//! One person at the table wishes the server ill. It must live, nobody else may wait for long, and
//! memory must stay bounded.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};

use super::Pace;
use crate::{
    attacker::{Attacker, awareness, frame},
    attacks::{Attack, broken_frames},
    client::{Client, Entrance, open_all},
    figures::Figures,
    gathering::{Gathering, clock, read},
    measure::Deliveries,
    target::{House, Room, Server, Target},
    typing::{PACE, Typing},
};

/// Of the attacker, at the table of the first room.
const SEAT: usize = 7;

pub(super) async fn run(house: &House, target: Target, pace: Pace, to: &mut Figures) -> anyhow::Result<()> {
    let mut server = house.open(target).await?;
    let mut survived = 0;
    let (mut longest, mut beside, mut memory): (f64, f64, f64) = (0.0, 0.0, 0.0);
    for (number, attack) in Attack::ALL.into_iter().enumerate() {
        let rooms = [house.room(2 * number)?, house.room(2 * number + 1)?];
        let endured = endure(house, &server, rooms, attack, pace).await;
        eprintln!("    {attack:?}: {endured:?}");
        match endured {
            Ok(endured) if endured.all_there => {
                survived += 1;
                longest = longest.max(endured.other_room);
                beside = beside.max(endured.same_room);
                memory = memory.max(endured.memory);
                to.put(format!("hostile.{attack:?}.stall"), endured.other_room);
            }
            _ => {
                // Killed when dropped.
                server = house.open(target).await?;
            }
        }
    }
    to.put("hostile.survived", f64::from(survived));
    to.put("hostile.stall", longest);
    to.put("hostile.stall_beside", beside);
    to.put("hostile.memory_mb", memory);
    server.stop().await
}

#[derive(Debug)]
struct Endured {
    /// Longest that a letter took there, in milliseconds.
    same_room: f64,
    other_room: f64,
    /// By how many MB the server grew at most.
    memory: f64,
    /// Whether somebody who comes in afterwards is given every letter that was typed meanwhile.
    all_there: bool,
}

async fn endure(
    house: &House,
    server: &Server,
    [here, elsewhere]: [Room; 2],
    attack: Attack,
    pace: Pace,
) -> anyhow::Result<Endured> {
    let (same, other) = (Rc::new(Deliveries::default()), Rc::new(Deliveries::default()));
    let beside = Gathering::of(server, vec![here.clone()], 3, &house.paper, &same).await?;
    let away = Gathering::of(server, vec![elsewhere], 2, &house.paper, &other).await?;
    let typing = [Typing::start(&beside.people(), PACE), Typing::start(&away.people(), PACE)];
    sleep(Duration::from_millis(700)).await;
    let before = server.process.memory();
    let peak = Rc::new(Cell::new(before));
    let watching = tokio::task::spawn_local(watch(server.process, peak.clone()));
    same.start();
    other.start();
    let attacked = async {
        match attack {
            Attack::TextFrames => text_frames(server, &here).await,
            Attack::BrokenFrames => broken(server, &here).await,
            Attack::SlowReaders => slow_readers(server, &here, &house.paper.texts).await,
            Attack::ReconnectStorm => storm(server, &here, pace.choose(2, 10)).await,
            _ => flood(server, &here, attack.messages(&house.paper)).await,
        }
    };
    // However it ends: the attacker may be thrown out.
    let _ = timeout(Duration::from_secs(pace.choose(3, 20)), attacked).await;
    sleep(Duration::from_millis(800)).await;
    drop(typing);
    sleep(Duration::from_millis(500)).await;
    let ((_, same), (_, other)) = (same.stop(), other.stop());
    watching.abort();
    let mut all_there = server.is_alive() && beside.closed() + away.closed() == 0;
    if all_there {
        let (room, people) = &beside.rooms[0];
        let complete = |doc: &_| people.iter().all(|client| clock(doc, client.id) >= client.typed.count());
        let doc = timeout(Duration::from_secs(8), read(server, room, complete)).await??;
        all_there = complete(&doc);
    }
    Ok(Endured {
        same_room: same.longest(),
        other_room: other.longest(),
        memory: (peak.get() - before) / 1024.0,
        all_there,
    })
}

async fn watch(process: crate::process::Process, peak: Rc<Cell<f64>>) {
    loop {
        peak.set(peak.get().max(process.memory()));
        sleep(Duration::from_millis(50)).await;
    }
}

/// Sends everything, coming in again whenever it is thrown out.
async fn flood(server: &Server, room: &Room, messages: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let few = messages.len() < 20;
    let mut attacker = Attacker::enter(server, room, SEAT).await?;
    for (number, message) in messages.into_iter().enumerate() {
        if attacker.is_closed() {
            sleep(Duration::from_millis(20)).await;
            attacker = Attacker::enter(server, room, SEAT).await?;
        }
        let _ = attacker.say(&message).await;
        if few {
            sleep(Duration::from_millis(150)).await;
        } else if number % 10 == 9 {
            sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(())
}

async fn text_frames(server: &Server, room: &Room) -> anyhow::Result<()> {
    let mut attacker = Attacker::enter(server, room, SEAT).await?;
    for _ in 0..200 {
        attacker.send(&frame(1, br#"{"hello":"text frame"}"#)).await?;
    }
    Ok(())
}

async fn broken(server: &Server, room: &Room) -> anyhow::Result<()> {
    for bytes in broken_frames() {
        let mut attacker = Attacker::enter(server, room, SEAT).await?;
        let _ = attacker.send(&bytes).await;
        sleep(Duration::from_millis(150)).await;
    }
    Ok(())
}

/// Four who never read, and one who talks: 40 MB for each of them.
async fn slow_readers(server: &Server, room: &Room, texts: &[(u64, u32)]) -> anyhow::Result<()> {
    let mut asleep = vec![];
    for seat in 3..7 {
        asleep.push(Attacker::enter_and_sleep(server, room, seat).await?);
    }
    let mut talker = Attacker::enter(server, room, SEAT).await?;
    let state = format!("\"{}\"", "x".repeat(50_000));
    let start = Instant::now();
    for clock in 0..800_u32 {
        let mut bytes = vec![1];
        crate::edit::uint(&mut bytes, u64::from(texts[0].1) + 900);
        crate::edit::uint(&mut bytes, clock.into());
        crate::edit::uint(&mut bytes, state.len() as u64);
        bytes.extend(state.as_bytes());
        if talker.is_closed() {
            talker = Attacker::enter(server, room, SEAT).await?;
        }
        let _ = talker.say(&awareness(&bytes)).await;
        if start.elapsed() < Duration::from_millis(u64::from(clock) * 4) {
            sleep(Duration::from_millis(4)).await;
        }
    }
    Ok(())
}

/// A hundred at once, gone again, and back.
async fn storm(server: &Server, room: &Room, rounds: usize) -> anyhow::Result<()> {
    for _ in 0..rounds {
        let all = (0..100).map(|number| (room.clone(), Entrance { seat: 3 + number % 5, ..Entrance::default() }));
        let all: anyhow::Result<Vec<Client>> = open_all(server, all).await;
        drop(all);
    }
    Ok(())
}
