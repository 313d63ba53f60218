//! Who may put what into a section, as far as ids can tell: whose hand, whose words, what it builds on.
//!
//! An update names what it inserts and what it deletes by id, and the server knows whose every id is.
//! So these rules are kept without understanding a letter of the text.
//!
//! What must stay true: only what is new to the document is judged, because a SyncStep2 repeats
//! whatever its client knows; ownership is by person, however many client ids they have used; where a
//! section protects the pupil’s words, nobody but the pupil or the named scribe deletes an id of the
//! pupil’s, whether the update says so or only brings it about; where the rest is worded together, none
//! that is a letter of the pupil’s own texts; nor writes between two of them. The pupil’s are the ids of the pupil’s own hand, and those that a scribe typed for the pupil under (see [`shared::hand`]): whoever was the
//! scribe then, only who is it now may write under one or delete from it. Nobody is named as the one
//! who said something but by themselves, or the pupil by the scribe.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::{
    PersonId, Section,
    event::{Refusal, ServerEvent},
    hand::is_for_pupil,
    policy::{Protection, protection},
    shape::{Between, Outline, Run},
};
use yrs::{ID, IdSet, ReadTxn, StateVector, Transaction, block::ClientID};

/// Client ids a section may come to know. Somebody who makes a new one for every letter is stopped
/// long before the state vector that everybody is sent grows with them.
pub(crate) const OWNERS_LIMIT: usize = 10_000;

/// Client ids that one person may be shown at before they have written with them. Each page makes one.
pub(crate) const SHOWN_LIMIT: usize = 100;

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer {
    pub person: PersonId,
    /// Named to write for the pupil.
    pub scribe: bool,
}

/// What the server knows of a section’s ids.
#[derive(Debug)]
pub struct Gate {
    section: Section,
    pupil: PersonId,
    owners: HashMap<u64, PersonId>,
    /// Who was shown at a client id that nobody has written with yet: all who read the section know it.
    shown: HashMap<u64, PersonId>,
    clocks: StateVector,
    known_deletes: IdSet,
}

/// What of an update the document does not have yet.
#[derive(Debug, Default)]
pub struct News {
    inserts: Vec<Run>,
    deletes: IdSet,
}

impl News {
    pub fn is_empty(&self) -> bool {
        self.inserts.is_empty() && self.deletes.is_empty()
    }
}

impl Gate {
    pub fn new(section: Section, pupil: PersonId, owners: impl IntoIterator<Item = (u64, PersonId)>) -> Self {
        Self {
            section,
            pupil,
            owners: owners.into_iter().collect(),
            shown: HashMap::new(),
            clocks: StateVector::default(),
            known_deletes: IdSet::new(),
        }
    }

    /// Learns the document from the beginning. Walks all of it.
    pub fn learn(&mut self, txn: &Transaction) {
        let snapshot = txn.snapshot();
        self.clocks = snapshot.state_map;
        self.known_deletes = snapshot.delete_set;
    }

    pub fn owner(&self, client: u64) -> Option<PersonId> {
        self.owners.get(&client).copied()
    }

    /// Whether somebody may be shown at this client id.
    pub fn may_show(&self, client: u64, person: PersonId) -> bool {
        self.owner(client).or_else(|| self.shown.get(&client).copied()).is_none_or(|of| of == person)
    }

    /// From here on nobody else is the first to write with it.
    pub fn show(&mut self, client: u64, person: PersonId) {
        let theirs = self.shown.values().filter(|of| **of == person).count();
        if self.may_show(client, person) && self.owner(client).is_none() && theirs < SHOWN_LIMIT {
            self.shown.insert(client, person);
        }
    }

    pub fn owners(&self) -> impl Iterator<Item = (u64, PersonId)> + '_ {
        self.owners.iter().map(|(client, person)| (*client, *person))
    }

    /// Whose all of these ids are, for those who may read the section.
    pub fn tell(section: Section, owners: impl IntoIterator<Item = (u64, PersonId)>) -> Option<ServerEvent> {
        let mut authors: BTreeMap<PersonId, Vec<u64>> = BTreeMap::new();
        for (client, person) in owners {
            authors.entry(person).or_default().push(client);
        }
        (!authors.is_empty()).then_some(ServerEvent::Authors { section, authors })
    }

    pub fn news(&self, outline: &Outline) -> News {
        let inserts = outline.inserts.iter().filter_map(|run| {
            let known = self.clock(run.client);
            (run.to > known).then(|| Run { from: run.from.max(known), ..*run })
        });
        let mut deletes = IdSet::new();
        for run in &outline.deletes {
            deletes.insert(ID::new(ClientID::new(run.client), run.from), run.to - run.from);
        }
        deletes.diff_with(&self.known_deletes);
        News { inserts: inserts.collect(), deletes }
    }

    /// Judges an update by what it says. Returns the client ids it is the first to use. `is_own` says
    /// of an id whether it is a letter of the pupil’s own texts.
    pub fn check(
        &self,
        outline: &Outline,
        news: &News,
        writer: Writer,
        is_own: &impl Fn(ID) -> bool,
    ) -> Result<Vec<u64>, Refusal> {
        let (after, claims) = self.check_hand(&news.inserts, writer)?;
        let has = |client: u64, clock: u32| clock < after.get(&client).copied().unwrap_or_else(|| self.clock(client));
        if !outline.needs.iter().all(|(client, clock)| has(*client, *clock)) {
            return Err(Refusal::MissingPast);
        }
        for (client, ranges) in news.deletes.iter() {
            if !ranges.iter().all(|range| has(client.get(), range.end - 1)) {
                return Err(Refusal::MissingPast);
            }
        }
        self.check_deletes(&news.deletes, writer, is_own)?;
        self.check_between(&outline.between, writer, is_own)?;
        Ok(claims)
    }

    /// A “not” between two of the pupil’s words takes nothing away, and turns them round. Others write beside them.
    fn check_between(&self, between: &[Between], writer: Writer, is_own: &impl Fn(ID) -> bool) -> Result<(), Refusal> {
        if protection(self.section) == Protection::Nothing || self.writes_for_pupil(writer) {
            return Ok(());
        }
        // What was deleted is no neighbour that anybody sees.
        let is_pupils = |(client, clock): (u64, u32)| {
            let id = ID::new(ClientID::new(client), clock);
            self.is_of_pupil(client) && !self.known_deletes.contains(&id) && self.is_protected(id, is_own)
        };
        let is_new = |(client, clock): (u64, u32)| clock >= self.clock(client);
        let is_inside = |put: &Between| is_new(put.words) && is_pupils(put.left) && is_pupils(put.right);
        if between.iter().any(is_inside) { Err(Refusal::ProtectedWords) } else { Ok(()) }
    }

    fn is_of_pupil(&self, client: u64) -> bool {
        is_for_pupil(client) || self.owner(client) == Some(self.pupil)
    }

    fn is_protected(&self, id: ID, is_own: &impl Fn(ID) -> bool) -> bool {
        protection(self.section) == Protection::Everything || is_own(id)
    }

    /// Judges what a transaction really deleted: a key that is written again deletes the old value
    /// without saying so.
    pub fn check_deletes(&self, deletes: &IdSet, writer: Writer, is_own: &impl Fn(ID) -> bool) -> Result<(), Refusal> {
        if protection(self.section) == Protection::Nothing || self.writes_for_pupil(writer) {
            return Ok(());
        }
        let deletes = deletes.diff(&self.known_deletes);
        let mut of_pupil = deletes.iter().filter(|(client, _)| self.is_of_pupil(client.get()));
        let is_taken = of_pupil.any(|(client, ranges)| {
            ranges.iter().any(|range| range.clone().any(|clock| self.is_protected(ID::new(*client, clock), is_own)))
        });
        if is_taken { Err(Refusal::ProtectedWords) } else { Ok(()) }
    }

    /// Judges whom an update names as the one who said something, or who took it off the page.
    pub fn check_credit(&self, credited: &BTreeSet<PersonId>, writer: Writer) -> Result<(), Refusal> {
        let may_name = |person: &PersonId| *person == writer.person || (*person == self.pupil && writer.scribe);
        if credited.iter().all(may_name) { Ok(()) } else { Err(Refusal::NotYourHand) }
    }

    /// Remembers an update that was let in: what was inserted and deleted, and whose the new ids are.
    pub fn record(&mut self, news: &News, deleted: &IdSet, claims: &[u64], person: PersonId) {
        for run in &news.inserts {
            self.clocks.set_max(ClientID::new(run.client), run.to);
        }
        self.known_deletes.merge_with(deleted.clone());
        for client in claims {
            self.shown.remove(client);
            self.owners.insert(*client, person);
        }
    }

    /// Learns whose hand these client ids are, as the log has it. Returns those that are news.
    pub fn learn_owners(&mut self, owners: impl IntoIterator<Item = (u64, PersonId)>) -> Vec<(u64, PersonId)> {
        let news = owners.into_iter().filter(|(client, person)| self.owners.get(client) != Some(person));
        let news: Vec<_> = news.collect();
        self.owners.extend(news.iter().copied());
        news
    }

    fn writes_for_pupil(&self, writer: Writer) -> bool {
        writer.person == self.pupil || writer.scribe
    }

    /// New content is the writer’s own, and follows what the document has without a gap. Returns how
    /// far each client will have come, and which of them nobody owns yet.
    fn check_hand(&self, inserts: &[Run], writer: Writer) -> Result<(HashMap<u64, u32>, Vec<u64>), Refusal> {
        let mut after = HashMap::new();
        let mut claims = vec![];
        for run in inserts {
            let reached = *after.entry(run.client).or_insert_with(|| self.clock(run.client));
            if run.from != reached {
                return Err(Refusal::MissingPast);
            }
            after.insert(run.client, run.to);
            if is_for_pupil(run.client) && !writer.scribe {
                return Err(Refusal::ProtectedWords);
            }
            if is_for_pupil(run.client) && protection(self.section) == Protection::Nothing {
                return Err(Refusal::NotYourHand);
            }
            match self.owner(run.client) {
                Some(owner) if owner == writer.person => {}
                Some(_) => return Err(Refusal::NotYourHand),
                None if !self.may_show(run.client, writer.person) => return Err(Refusal::NotYourHand),
                None if claims.contains(&run.client) => {}
                None => claims.push(run.client),
            }
        }
        if self.owners.len() + claims.len() > OWNERS_LIMIT {
            return Err(Refusal::TooLong);
        }
        Ok((after, claims))
    }

    fn clock(&self, client: u64) -> u32 {
        self.clocks.get(&ClientID::new(client))
    }
}
