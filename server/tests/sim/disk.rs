//! Postgres, as far as a document can tell: what `db/documents.rs` asks of it, with the same keys and
//! the same transactions, and all the ways in which a commit may end.
//!
//! What must stay true: a transaction lands whole or not at all, in the order in which transactions
//! land; what has landed is never taken back, whoever was told what.

use std::{collections::BTreeMap, sync::Arc};

use server::room::state::{LoadedSection, Participant};
use shared::{MeetingId, PersonId, Section, Stage, schema};

use crate::chance::Chance;

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) section: Section,
    /// Of the room that let it in.
    pub(crate) term: u64,
    pub(crate) person: PersonId,
    /// Whether the person was the named scribe when the room let it in. Not on the real disk.
    pub(crate) scribe: bool,
    pub(crate) update: Arc<[u8]>,
    pub(crate) claims: Vec<u64>,
}

/// A key was taken: no number of attempts would change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken;

/// The number that each update was given; none, where it was not let in.
pub(crate) type Numbers = Vec<Option<u64>>;

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
    heads: BTreeMap<Section, u64>,
    term: u64,
    closed: bool,
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
            heads: BTreeMap::new(),
            term: 0,
            closed: false,
            rows: BTreeMap::new(),
            hands: BTreeMap::new(),
        }
    }

    /// Gives the meeting a section, or puts another history in its place.
    pub(crate) fn seed(&mut self, section: Section, epoch: u64, state: &[u8], hands: &[(u64, PersonId)]) {
        self.heads.insert(section, 0);
        self.checkpoints.insert(section, Checkpoint { epoch, seq: 0, state: state.into() });
        self.rows.retain(|(of, _), _| *of != section);
        self.hands.retain(|(of, _), _| *of != section);
        self.hands.extend(hands.iter().map(|(client, person)| ((section, *client), *person)));
    }

    pub(crate) fn names(&self) -> Vec<Section> {
        self.checkpoints.keys().copied().collect()
    }

    pub(crate) fn owner(&self, section: Section, client: u64) -> Option<PersonId> {
        self.hands.get(&(section, client)).copied()
    }

    pub(crate) fn participant(&self, person: PersonId) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.person == person)
    }

    /// `append_updates`: one transaction, which gives each update its number, and lets none in of a term
    /// that is over or of a meeting that is agreed.
    pub(crate) fn append(&mut self, rows: &[Row]) -> Result<Numbers, Taken> {
        let lets_in = |row: &Row| row.term == self.term && !self.closed;
        for row in rows.iter().filter(|row| lets_in(row)) {
            let other = |client: &u64| self.owner(row.section, *client).is_some_and(|owner| owner != row.person);
            if row.claims.iter().any(other) {
                return Err(Taken);
            }
        }
        let mut numbers = vec![];
        for row in rows {
            let head = self.heads.get_mut(&row.section).filter(|_| row.term == self.term && !self.closed);
            numbers.push(head.map(|head| {
                *head += 1;
                *head
            }));
            if let Some(Some(seq)) = numbers.last() {
                self.rows.insert((row.section, *seq), row.clone());
                self.hands.extend(row.claims.iter().map(|client| ((row.section, *client), row.person)));
            }
        }
        Ok(numbers)
    }

    /// `checkpoint`: the document up to `seq` as one, and what it supersedes gone, in one transaction.
    pub(crate) fn compact(&mut self, section: Section, seq: u64, state: &Arc<[u8]>) {
        if let Some(kept) = self.checkpoints.get_mut(&section).filter(|kept| kept.seq < seq) {
            kept.seq = seq;
            kept.state = state.clone();
        }
        self.rows.retain(|(of, row), _| *of != section || *row > seq);
    }

    /// `close`, the record and the stage: one transaction, after which nothing is let in.
    pub(crate) fn agree(&mut self) -> Result<(), Taken> {
        if self.stage != Stage::Meeting {
            return Err(Taken);
        }
        self.stage = Stage::Agreed;
        self.closed = true;
        Ok(())
    }

    /// `take`: what was given to the log before is not let in any more, however late it comes.
    pub(crate) fn take(&mut self) -> u64 {
        self.term += 1;
        self.term
    }

    /// `load`: every section as it is kept. Nothing is compacted under its eyes.
    pub(crate) fn sections(&self) -> Vec<LoadedSection> {
        let section = |(section, kept): (&Section, &Checkpoint)| {
            let after = (*section, kept.seq + 1)..=(*section, u64::MAX);
            let hands = self.hands.range((*section, 0)..=(*section, u64::MAX));
            LoadedSection {
                section: *section,
                epoch: kept.epoch,
                schema: schema::VERSION,
                checkpoint: kept.state.clone(),
                updates: self.rows.range(after.clone()).map(|(_, row)| row.update.clone()).collect(),
                seq: self.rows.range(after).map(|((_, seq), _)| *seq).next_back().unwrap_or(kept.seq),
                owners: hands.map(|((_, client), person)| (*client, *person)).collect(),
            }
        };
        self.checkpoints.iter().map(section).collect()
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
