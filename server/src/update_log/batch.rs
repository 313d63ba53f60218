//! What becomes of one batch of the log: the decisions, without a clock, a database or a task, so that the
//! simulator takes the very same ones.
//!
//! What must stay true: updates of a room are written in the order they were given; a checkpoint is written
//! only when all that was given before it is; once something was given up, nothing more is written.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a room gave to the log: an update, or a checkpoint of all before it.
pub trait Entrusted {
    type Room: Ord;

    fn room(&self) -> Self::Room;
    fn is_update(&self) -> bool;
    /// Its room begins again, and stands by nothing it gave.
    fn is_lost(&self) -> bool;

    /// The update is durable under this number. [`Self::tell`] follows.
    fn landed(&self, seq: u64);
    /// The checkpoint was tried.
    fn done(&self);
    fn lose(&self);
    /// Wakes the room.
    fn tell(&self);
}

/// What is to be done next.
#[derive(Debug)]
pub enum Next<'a, E> {
    /// Commit these updates in one statement, and say how that went.
    Append(Vec<&'a E>),
    /// Write this checkpoint, once, however that goes.
    Checkpoint(&'a E),
    Wait(Duration),
    Through,
    /// Nothing of this batch, or behind it, may be written any more.
    GiveUp,
}

/// How a commit went.
#[derive(Debug)]
pub enum Answer {
    /// The number each update has; none, where the log did not let it in.
    Landed(Vec<Option<u64>>),
    /// The same may work in a moment, or has worked and nobody heard of it.
    NotYet,
    /// No number of attempts would change it.
    Never,
}

#[derive(Debug)]
pub struct Batch<E> {
    /// Each is committed as one.
    groups: VecDeque<Vec<E>>,
    /// All rooms’ entries are still together.
    is_whole: bool,
    /// Of what is written.
    checkpoints: VecDeque<E>,
    pause: Duration,
    waits: bool,
    gave_up: bool,
}

impl<E: Entrusted> Batch<E> {
    pub fn new(mut entries: Vec<E>) -> Self {
        entries.retain(|entry| !entry.is_lost());
        let mut batch = Self {
            groups: [entries].into(),
            is_whole: true,
            checkpoints: VecDeque::new(),
            pause: FIRST_PAUSE,
            waits: false,
            gave_up: false,
        };
        batch.settle();
        batch
    }

    pub fn next(&self) -> Next<'_, E> {
        if self.gave_up {
            Next::GiveUp
        } else if self.waits {
            Next::Wait(self.pause)
        } else if let Some(group) = self.groups.front() {
            Next::Append(group.iter().filter(|entry| entry.is_update()).collect())
        } else if let Some(checkpoint) = self.checkpoints.front() {
            Next::Checkpoint(checkpoint)
        } else {
            Next::Through
        }
    }

    /// How the commit that was asked for went, and whether the server is to end. Says which rooms begin again.
    pub fn answered(&mut self, answer: Answer, closing: bool) -> BTreeSet<E::Room> {
        let mut lost = BTreeSet::new();
        match answer {
            Answer::NotYet if closing && self.pause >= LONGEST_PAUSE => self.gave_up = true,
            Answer::NotYet => self.waits = true,
            Answer::Landed(seqs) => {
                let group = self.groups.pop_front().unwrap_or_default();
                let updates = || group.iter().filter(|entry| entry.is_update());
                for (entry, seq) in updates().zip(seqs) {
                    match seq {
                        Some(seq) => entry.landed(seq),
                        None => {
                            entry.lose();
                            lost.insert(entry.room());
                        }
                    }
                }
                updates().for_each(E::tell);
                self.checkpoints.extend(group.into_iter().filter(|entry| !entry.is_update()));
                self.pause = FIRST_PAUSE;
            }
            // One of these rooms stands in the way of the others.
            Answer::Never if self.is_whole => {
                let mut rooms: BTreeMap<_, Vec<E>> = BTreeMap::new();
                for entry in self.groups.pop_front().unwrap_or_default() {
                    rooms.entry(entry.room()).or_default().push(entry);
                }
                self.groups.extend(rooms.into_values());
                self.is_whole = false;
                self.pause = FIRST_PAUSE;
            }
            Answer::Never => {
                let group = self.groups.pop_front().unwrap_or_default();
                group.iter().for_each(E::lose);
                lost.extend(group.first().map(E::room));
                self.pause = FIRST_PAUSE;
            }
        }
        self.settle();
        lost
    }

    /// It has waited as long as it was told to, or long enough.
    pub fn waited(&mut self) {
        self.waits = false;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// The checkpoint that was asked for was tried.
    pub fn tried(&mut self) {
        if let Some(checkpoint) = self.checkpoints.pop_front() {
            checkpoint.done();
        }
        self.settle();
    }

    /// Puts aside what needs no commit: checkpoints alone, and those of rooms that begin again.
    fn settle(&mut self) {
        while let Some(group) = self.groups.pop_front_if(|group| !group.iter().any(E::is_update)) {
            self.checkpoints.extend(group);
        }
        self.checkpoints.retain(|checkpoint| !checkpoint.is_lost());
    }
}
