//! What is going to happen: one operation after the other, all of it drawn from the seed before anything
//! does. An operation names people, tabs and places by number; what that means is found when it happens,
//! so that a plan with some operations left out is still a plan.

use std::fmt;

use crate::{chance::Chance, disk::Weather, tab::Deed};

#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// Milliseconds after the one before.
    pub(crate) pause: u64,
    pub(crate) what: What,
    /// For the choices that are made when it happens.
    pub(crate) dice: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// Somebody does something in a tab.
    Deed {
        tab: usize,
        deed: Deed,
    },
    /// Several letters one after the other, as people type.
    Burst {
        tab: usize,
        count: u64,
    },
    // ── the network ──
    Cut {
        tab: usize,
    },
    Offline {
        tab: usize,
        for_ms: u64,
    },
    Storm,
    Suspend {
        tab: usize,
        for_ms: u64,
    },
    Laggy {
        for_ms: u64,
    },
    // ── tabs ──
    Reload {
        tab: usize,
    },
    OpenTab {
        person: usize,
    },
    Leave {
        for_ms: u64,
    },
    // ── the server ──
    /// It crashes this many steps from now.
    Crash {
        steps: u32,
    },
    Drain,
    Disk {
        weather: Weather,
        for_ms: u64,
    },
    Jump {
        ms: u64,
    },
    Restore {
        section: usize,
    },
    // ── authority ──
    Start,
    Agree,
    Role {
        person: usize,
    },
    Dismiss {
        person: usize,
    },
    Admit {
        person: usize,
    },
    Scribe {
        person: usize,
    },
    // ── the protocol by hand ──
    Trick {
        person: usize,
        trick: Trick,
    },
    /// Everything heals, and is looked at.
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trick {
    /// Writes under a client id of somebody else’s.
    ForgedHand,
    /// Deletes whatever letters there are.
    DeletesAll,
    /// Sends what it did out of order, and twice.
    Shuffled,
    /// Sends the whole document back, twice.
    Parrot,
    /// Writes into every section it can name.
    Everywhere,
    Garbage,
    /// A choice that is not one: seen only after it was applied.
    UnknownChoice,
    TooLong,
    /// Opens, leaves and opens again, without listening.
    Restless,
    /// Says it writes at a client id of somebody else’s.
    Masked,
    /// Takes items off the page without saying that this deletes the marks that stood there.
    Silent,
}

impl Trick {
    pub(crate) const ALL: [Self; 11] = [
        Self::ForgedHand,
        Self::DeletesAll,
        Self::Shuffled,
        Self::Parrot,
        Self::Everywhere,
        Self::Garbage,
        Self::UnknownChoice,
        Self::TooLong,
        Self::Restless,
        Self::Masked,
        Self::Silent,
    ];
}

#[derive(Clone, Copy)]
enum Draw {
    Write,
    Network,
    Tabs,
    Crash,
    Disk,
    Time,
    Authority,
    Agree,
    Trick,
    Rest,
    Restore,
}

/// A plan for this many operations. Each plan leaves some kinds out, so that the others meet more often.
pub(crate) fn plan(chance: &mut Chance, count: usize) -> Vec<Operation> {
    let weights: Vec<(u32, Draw)> = [
        (0, 60, Draw::Write),
        (3, 14, Draw::Network),
        (2, 4, Draw::Tabs),
        (2, 8, Draw::Crash),
        (2, 8, Draw::Disk),
        (2, 3, Draw::Time),
        (2, 8, Draw::Authority),
        (3, 5, Draw::Agree),
        (2, 10, Draw::Trick),
        (2, 1, Draw::Rest),
        (4, 1, Draw::Restore),
    ]
    .into_iter()
    .filter(|(rare, ..)| *rare == 0 || !chance.one_in(*rare))
    .map(|(_, weight, draw)| (weight, draw))
    .collect();
    let mut plan = Vec::with_capacity(count);
    while plan.len() < count {
        let what = draw(chance.weighted(&weights), chance);
        // Agreement ends most of what is worth trying.
        if matches!(what, What::Agree) && plan.len() < count / 3 {
            continue;
        }
        let pause = match chance.below(10) {
            0..=2 => 0,
            3..=6 => chance.between(1, 40),
            7 | 8 => chance.between(40, 600),
            _ => chance.between(600, 4_000),
        };
        if matches!(what, What::Drain) && chance.one_in(2) {
            plan.extend(with_the_disk_away(chance));
        }
        plan.push(Operation { pause, what, dice: chance.next() });
    }
    plan
}

/// Before a server is asked to end: so much waits for the disk, and for so long, that it may come back between the
/// last attempt to write one batch and the first to write the next.
fn with_the_disk_away(chance: &mut Chance) -> Vec<Operation> {
    let away = What::Disk { weather: Weather::Away, for_ms: chance.between(13_000, 19_000) };
    let mut plan = vec![Operation { pause: 0, what: away, dice: chance.next() }];
    for _ in 0..8 {
        let what = What::Burst { tab: chance.below(64), count: chance.between(2, 8) };
        plan.push(Operation { pause: chance.between(200, 700), what, dice: chance.next() });
    }
    plan
}

fn draw(draw: Draw, chance: &mut Chance) -> What {
    let (tab, person) = (chance.below(64), chance.below(64));
    match draw {
        Draw::Write => {
            let deed = chance.weighted(&[
                (28, Deed::Type),
                (9, Deed::Delete),
                (6, Deed::Replace),
                (7, Deed::Undo),
                (4, Deed::Redo),
                (5, Deed::Add),
                (2, Deed::Remove),
                (2, Deed::PutBack),
                (2, Deed::Move),
                (2, Deed::Choose),
                (1, Deed::Count),
            ]);
            if deed == Deed::Type && chance.one_in(4) {
                What::Burst { tab, count: chance.between(2, 8) }
            } else {
                What::Deed { tab, deed }
            }
        }
        Draw::Network => match chance.below(8) {
            0..=2 => What::Cut { tab },
            3 | 4 => What::Offline { tab, for_ms: chance.between(500, 200_000) },
            5 => What::Storm,
            6 => What::Suspend { tab, for_ms: chance.between(200, 60_000) },
            _ => What::Laggy { for_ms: chance.between(500, 20_000) },
        },
        Draw::Tabs => match chance.below(4) {
            0 => What::Reload { tab },
            1 => What::Leave { for_ms: chance.between(10_000, 90_000) },
            _ => What::OpenTab { person },
        },
        Draw::Crash if chance.one_in(6) => What::Drain,
        Draw::Crash => What::Crash { steps: chance.below(24) as u32 },
        Draw::Disk => {
            let weather = Weather::ALL[1 + chance.below(Weather::ALL.len() - 1)];
            What::Disk { weather, for_ms: chance.between(50, 12_000) }
        }
        Draw::Time => What::Jump { ms: chance.between(1_000, 4_000_000) },
        Draw::Authority => match chance.below(6) {
            0 => What::Start,
            1 => What::Role { person },
            2 => What::Dismiss { person },
            3 => What::Admit { person },
            _ => What::Scribe { person },
        },
        Draw::Agree => What::Agree,
        Draw::Trick => What::Trick { person, trick: Trick::ALL[chance.below(Trick::ALL.len())] },
        Draw::Rest => What::Rest,
        Draw::Restore => What::Restore { section: chance.below(64) },
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{:>5} ms  {:?}", self.pause, self.what)
    }
}
