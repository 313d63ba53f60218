//! Postgres, as far as a document can tell: what `db/documents.rs` asks of it, with the same keys and
//! the same transactions, and all the ways in which a commit may end.
//!
//! What must stay true: a transaction lands whole or not at all, in the order in which transactions
//! land; what has landed is never taken back, whoever was told what.

use std::{collections::BTreeMap, sync::Arc};

use server::room::state::{Loaded, LoadedSection, Participant};
use shared::{MeetingId, PersonId, Section, Stage, schema};

use crate::chance::Chance;

/// What a transaction writes, in order.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    Append(Row),
    Checkpoint { section: Section, seq: u64, state: Arc<[u8]> },
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) section: Section,
    pub(crate) seq: u64,
    pub(crate) person: PersonId,
    /// Whether the person was the named scribe when the room let it in. Not on the real disk.
    pub(crate) scribe: bool,
    pub(crate) update: Arc<[u8]>,
    pub(crate) claims: Vec<u64>,
}

/// A key was taken: no number of attempts would change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken;

#[derive(Clone, Debug)]
struct Checkpoint {
    epoch: u64,
    seq: u64,
    state: Arc<[u8]>,
}

/// How commits end just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Fine,
    /// They take their time.
    Slow,
    /// Nothing gets through.
    Away,
    /// They land, or fail, and the answer may be lost either way.
    Unsure,
    /// Most get no answer at all, and some of those land long after.
    Silent,
}

impl Weather {
    pub(crate) const ALL: [Self; 5] = [Self::Fine, Self::Slow, Self::Away, Self::Unsure, Self::Silent];
}

/// What will become of one attempt to commit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    /// Milliseconds until it lands, if it does.
    pub(crate) lands: Option<u64>,
    /// Milliseconds until its writer hears of it, if ever.
    pub(crate) answers: Option<u64>,
    /// Whether the answer is the truth, rather than “the connection was lost”.
    pub(crate) honest: bool,
}

#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) meeting: MeetingId,
    pub(crate) pupil: PersonId,
    pub(crate) stage: Stage,
    /// Those who are admitted.
    pub(crate) participants: Vec<Participant>,
    pub(crate) weather: Weather,
    checkpoints: BTreeMap<Section, Checkpoint>,
    rows: BTreeMap<(Section, u64), Row>,
    hands: BTreeMap<(Section, u64), PersonId>,
}

impl Disk {
    pub(crate) fn new(meeting: MeetingId, pupil: PersonId, stage: Stage, participants: Vec<Participant>) -> Self {
        Self {
            meeting,
            pupil,
            stage,
            participants,
            weather: Weather::Fine,
            checkpoints: BTreeMap::new(),
            rows: BTreeMap::new(),
            hands: BTreeMap::new(),
        }
    }

    /// Gives the meeting a section, or puts another history in its place.
    pub(crate) fn seed(&mut self, section: Section, epoch: u64, state: &[u8], hands: &[(u64, PersonId)]) {
        self.checkpoints.insert(section, Checkpoint { epoch, seq: 0, state: state.into() });
        self.rows.retain(|(of, _), _| *of != section);
        self.hands.retain(|(of, _), _| *of != section);
        self.hands.extend(hands.iter().map(|(client, person)| ((section, *client), *person)));
    }

    pub(crate) fn sections(&self) -> Vec<Section> {
        self.checkpoints.keys().copied().collect()
    }

    pub(crate) fn owner(&self, section: Section, client: u64) -> Option<PersonId> {
        self.hands.get(&(section, client)).copied()
    }

    pub(crate) fn participant(&self, person: PersonId) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.person == person)
    }

    /// One transaction, as `update_log` writes it: all appends, then all checkpoints.
    pub(crate) fn write(&mut self, batch: &[Statement]) -> Result<(), Taken> {
        let (mut rows, mut hands) = (self.rows.clone(), self.hands.clone());
        for statement in batch {
            let Statement::Append(row) = statement else { continue };
            if rows.insert((row.section, row.seq), row.clone()).is_some() {
                return Err(Taken);
            }
            for client in &row.claims {
                if hands.insert((row.section, *client), row.person).is_some() {
                    return Err(Taken);
                }
            }
        }
        (self.rows, self.hands) = (rows, hands);
        for statement in batch {
            let Statement::Checkpoint { section, seq, state } = statement else { continue };
            if let Some(kept) = self.checkpoints.get_mut(section).filter(|kept| kept.seq < *seq) {
                kept.seq = *seq;
                kept.state = state.clone();
            }
            self.rows.retain(|(of, row), _| of != section || row > seq);
        }
        Ok(())
    }

    /// What `room/task.rs` reads, everything in one snapshot.
    pub(crate) fn load(&self) -> Loaded {
        let mut loaded = self.read_checkpoints();
        self.read_updates(&mut loaded.sections);
        self.read_owners(&mut loaded.sections);
        loaded
    }

    /// The first questions: who is who, and where each document begins.
    pub(crate) fn read_checkpoints(&self) -> Loaded {
        let checkpoint = |(section, kept): (&Section, &Checkpoint)| LoadedSection {
            section: *section,
            epoch: kept.epoch,
            schema: schema::VERSION,
            checkpoint: kept.state.clone(),
            updates: vec![],
            seq: kept.seq,
            owners: vec![],
        };
        Loaded {
            meeting: self.meeting,
            stage: self.stage,
            pupil: self.pupil,
            participants: self.participants.clone(),
            sections: self.checkpoints.iter().map(checkpoint).collect(),
        }
    }

    /// Judged by the checkpoint as it is now, which is not the one read before if a commit came between.
    pub(crate) fn read_updates(&self, sections: &mut [LoadedSection]) {
        for loaded in sections {
            let from = self.checkpoints[&loaded.section].seq + 1;
            for ((_, seq), row) in self.rows.range((loaded.section, from)..=(loaded.section, u64::MAX)) {
                loaded.updates.push(row.update.clone());
                loaded.seq = *seq;
            }
        }
    }

    pub(crate) fn read_owners(&self, sections: &mut [LoadedSection]) {
        for loaded in sections {
            let hands = self.hands.range((loaded.section, 0)..=(loaded.section, u64::MAX));
            loaded.owners = hands.map(|((_, client), person)| (*client, *person)).collect();
        }
    }

    /// What the next attempt to commit will come to.
    pub(crate) fn fate(&self, chance: &mut Chance) -> Fate {
        let quick = chance.between(1, 6);
        let slow = chance.between(20, 4_000);
        let fine = Fate { lands: Some(quick), answers: Some(quick + chance.between(0, 3)), honest: true };
        match self.weather {
            Weather::Fine => fine,
            Weather::Slow => Fate { lands: Some(slow), answers: Some(slow + quick), honest: true },
            Weather::Away => Fate { lands: None, answers: Some(quick), honest: false },
            Weather::Unsure => match chance.below(3) {
                0 => fine,
                1 => Fate { lands: None, answers: Some(quick), honest: false },
                // It is over before its writer hears that the connection was lost.
                _ => Fate { lands: Some(quick), answers: Some(quick + slow), honest: false },
            },
            Weather::Silent => match chance.below(3) {
                0 => fine,
                1 => Fate { lands: None, answers: None, honest: false },
                _ => Fate { lands: Some(slow * 8), answers: None, honest: false },
            },
        }
    }

    /// Whether a question is answered just now.
    pub(crate) fn answers(&self, chance: &mut Chance) -> bool {
        match self.weather {
            Weather::Fine | Weather::Slow => true,
            Weather::Away => false,
            Weather::Unsure | Weather::Silent => chance.one_in(2),
        }
    }
}
