//! One section of a live meeting: its document, its gate, and what it takes to begin again.
//!
//! yrs cannot take an apply back. So the section keeps, in memory, what the log keeps on disk: the
//! last checkpoint and every update accepted since. A document that was given something wrong is
//! thrown away and made again from those, updates that still wait for their commit included.
//!
//! The log numbers the updates of a section without a gap. [`Numbers`] keeps which of them are in the
//! document, so that what another server committed is noticed when it was missed.
//!
//! What must stay true: whatever an update does, the section is afterwards either the one before it
//! or the one with all of it; a panic in yrs ends at [`SectionState::take`].

#[cfg(test)]
mod tests;

use std::{
    cell::{Cell, OnceCell},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use shared::{
    PersonId, Section,
    doc::{OwnTexts, REMOTE, SectionDoc},
    event::{Refusal, ServerEvent},
    hand::Owners,
    protocol::FRAME_LIMIT,
    shape::{self, Unfit, Watch, outline},
};
use yrs::{ID, IdSet, ReadTxn, Transact, Update, updates::decoder::Decode};

use super::{
    gate::{Gate, Writer},
    hide::{Hiding, Passage},
    numbers::Numbers,
};
use crate::metrics::METRICS;

/// The server reads and checks, and never writes under an id of its own.
const NOBODY: u64 = 0;

/// Bytes beyond which making a document again takes longer than keeping it takes room.
const MADE_AGAIN: usize = 32 * 1024;

/// Updates after which the whole document is written as one again.
const CHECKPOINT_AFTER: usize = 500;

/// Hidden passages of a section that are looked for when somebody writes. Those hidden after that many can be written anew.
const LOOKED_FOR: usize = 20;

/// How large a section may become, in bytes. A hundred times a full one.
pub(crate) const SIZE_LIMIT: usize = 1024 * 1024;

/// A section as it comes from the database.
#[derive(Clone, Debug)]
pub struct LoadedSection {
    pub section: Section,
    pub epoch: u64,
    pub schema: u32,
    pub checkpoint: Arc<[u8]>,
    pub updates: Vec<Arc<[u8]>>,
    pub seq: u64,
    pub owners: Vec<(u64, PersonId)>,
}

/// The kept bytes do not make a document. Nothing a client does brings this about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the section {0:?} cannot be made from what was kept of it")]
pub struct Broken(pub Section);

/// What became of an update.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It said nothing new.
    Known,
    Accepted {
        claims: Vec<u64>,
    },
    Refused(Refusal),
    /// It cannot be judged before we know what others have committed. Nothing was done.
    Unsure,
    /// Not an update, or one that yrs cannot bear.
    Malformed,
}

pub struct SectionState {
    pub epoch: u64,
    pub schema: u32,
    pub numbers: Numbers,
    section: Section,
    /// Made when somebody first needs it, and let go at [`Self::rest`]: of the sections of a meeting many are never
    /// opened, and a document takes ten times the room of the bytes it is made of.
    made: OnceCell<Made>,
    needed: Cell<bool>,
    gate: Gate,
    /// The whole document up to some update, and those accepted since.
    base: Arc<[u8]>,
    since: Vec<Arc<[u8]>>,
    /// Passages that were hidden here, as long as the room lives.
    hidden: Vec<Passage>,
}

struct Made {
    doc: SectionDoc,
    watch: Watch,
}

impl SectionState {
    pub fn load(loaded: LoadedSection, pupil: PersonId) -> Result<Self, Broken> {
        // That it can be made is found out now, when the room can still say no.
        let made = Made::of(loaded.section, &loaded.checkpoint, &loaded.updates)?;
        let mut gate = Gate::new(loaded.section, pupil, loaded.owners);
        gate.learn(&made.doc.yrs().transact());
        let size = loaded.checkpoint.len() + loaded.updates.iter().map(|update| update.len()).sum::<usize>();
        Ok(Self {
            section: loaded.section,
            made: if size > MADE_AGAIN { made.into() } else { OnceCell::new() },
            needed: Cell::default(),
            epoch: loaded.epoch,
            schema: loaded.schema,
            numbers: Numbers::new(loaded.seq),
            gate,
            base: loaded.checkpoint,
            since: loaded.updates,
            hidden: vec![],
        })
    }

    /// Takes in an update, all of it or nothing. `access` is what the policy says of this writer now;
    /// what says nothing new needs none. Where others write to the log too, what they may have changed
    /// since is only decided when `sure` of having heard it.
    pub fn take(
        &mut self,
        update: &Arc<[u8]>,
        writer: Writer,
        access: Result<(), Refusal>,
        sure: bool,
    ) -> Result<Outcome, Broken> {
        // Its connection cut it short: what is so long is not looked into.
        if update.len() > FRAME_LIMIT {
            return Ok(Outcome::Refused(access.err().unwrap_or(Refusal::TooLong)));
        }
        let outlined = match outline(self.section, update) {
            Ok(outlined) => outlined,
            Err(Unfit::Malformed) => return Ok(Outcome::Malformed),
            Err(Unfit::Undeclared) => return Ok(Outcome::Refused(access.err().unwrap_or(Refusal::UnknownShape))),
        };
        let news = self.gate.news(&outlined);
        if news.is_empty() {
            return Ok(Outcome::Known);
        }
        let checked = access
            .and_then(|()| {
                let txn = self.doc().yrs().transact();
                self.gate.check(&outlined, &news, writer, &is_own(self.section, &txn))
            })
            .and_then(|claims| self.check_size(update.len()).map(|()| claims));
        let claims = match checked {
            Ok(claims) if sure || claims.is_empty() => claims,
            Err(refusal) if sure || !may_be_behind(refusal) => return Ok(Outcome::Refused(refusal)),
            Ok(_) | Err(_) => return Ok(Outcome::Unsure),
        };
        match self.apply(update, Some(writer)) {
            // An undo of its writer’s own deleting writes the words anew: what was hidden meanwhile stays hidden.
            Applied::Fits { .. } if self.hidden.iter().any(|passage| passage.is_back_in(self.doc())) => {
                self.roll_back().map(|()| Outcome::Refused(Refusal::TakenOut))
            }
            Applied::Fits { deleted } => {
                self.gate.record(&news, &deleted, &claims, writer.person);
                self.since.push(update.clone());
                Ok(Outcome::Accepted { claims })
            }
            Applied::Unfit(refusal) if !sure && may_be_behind(refusal) => self.roll_back().map(|()| Outcome::Unsure),
            Applied::Unfit(refusal) => self.roll_back().map(|()| Outcome::Refused(refusal)),
            Applied::Failed => self.roll_back().map(|()| Outcome::Malformed),
        }
    }

    /// Takes in what another server has committed: there is nothing to judge. Says whether it was new,
    /// or nothing if it does not fit in here.
    pub fn absorb(&mut self, update: &Arc<[u8]>, person: PersonId) -> Result<Option<bool>, Broken> {
        let Ok(outlined) = outline(self.section, update) else { return Ok(None) };
        let news = self.gate.news(&outlined);
        if news.is_empty() {
            return Ok(Some(false));
        }
        match self.apply(update, None) {
            Applied::Fits { deleted } => {
                self.gate.record(&news, &deleted, &[], person);
                self.since.push(update.clone());
                Ok(Some(true))
            }
            Applied::Unfit(_) | Applied::Failed => self.roll_back().map(|()| None),
        }
    }

    /// Takes in a whole document that another server has written as one, and returns what was new.
    pub fn absorb_checkpoint(&mut self, state: &Arc<[u8]>) -> Result<Vec<u8>, Broken> {
        let before = self.doc().state_vector();
        match self.apply(state, None) {
            Applied::Fits { .. } => {}
            Applied::Unfit(_) | Applied::Failed => return Err(Broken(self.section)),
        }
        self.since.push(state.clone());
        if let Some(made) = self.made.get() {
            self.gate.learn(&made.doc.yrs().transact());
        }
        self.diff(&before).ok_or(Broken(self.section))
    }

    /// Who wrote in this passage, if it stands there.
    pub fn written_by(&self, passage: &Passage) -> Option<Vec<PersonId>> {
        passage.stands_in(self.doc()).then(|| passage.written_by(self.doc(), &self.owners()))
    }

    /// Takes a passage out, whoever wrote it. Returns the update that says so; nothing if it does not fit in.
    pub fn hide(&mut self, hiding: &Hiding) -> Result<Option<Arc<[u8]>>, Broken> {
        let Some(update) = hiding.passage.taken_out(self.doc(), hiding.client) else { return Ok(None) };
        let update: Arc<[u8]> = update.into();
        let taken = self.absorb(&update, hiding.by)?;
        if self.hidden.len() < LOOKED_FOR {
            self.hidden.push(hiding.passage.clone());
        }
        Ok((taken == Some(true)).then_some(update))
    }

    /// Learns whose hand these client ids are. Returns what of it is to be told to those who read the
    /// section.
    pub fn learn_owners(&mut self, owners: impl IntoIterator<Item = (u64, PersonId)>) -> Option<ServerEvent> {
        let news = self.gate.learn_owners(owners);
        Gate::tell(self.section, news)
    }

    /// The whole document as one update.
    pub fn state(&self) -> Vec<u8> {
        if self.since.is_empty() { self.base.to_vec() } else { self.doc().state() }
    }

    pub fn state_vector(&self) -> Vec<u8> {
        self.doc().state_vector()
    }

    /// What somebody with this state vector lacks; nothing if it is not a state vector.
    pub fn diff(&self, state_vector: &[u8]) -> Option<Vec<u8>> {
        let known = shape::state_vector(state_vector).ok()?;
        catch_unwind(AssertUnwindSafe(|| self.doc().yrs().transact().encode_diff_v1(&known))).ok()
    }

    pub fn owner(&self, client: u64) -> Option<PersonId> {
        self.gate.owner(client)
    }

    pub fn may_show(&self, client: u64, person: PersonId) -> bool {
        self.gate.may_show(client, person)
    }

    /// Somebody is shown at this client id to those who read the section.
    pub fn show(&mut self, client: u64, person: PersonId) {
        self.gate.show(client, person);
    }

    /// Whose each client id is.
    pub fn owners(&self) -> Owners {
        self.gate.owners().collect()
    }

    /// The same, to be told to those who read the section.
    pub fn authors(&self) -> Option<ServerEvent> {
        Gate::tell(self.section, self.gate.owners())
    }

    /// The document as one, if enough was added to be worth writing, or anything at all and nobody
    /// will add more for now.
    pub fn checkpoint(&mut self, at_rest: bool) -> Option<Arc<[u8]>> {
        if self.since.is_empty() || (self.since.len() < CHECKPOINT_AFTER && !at_rest) {
            return None;
        }
        Some(self.as_one())
    }

    /// The document as one, without a letter of what was deleted from it.
    pub fn as_one(&mut self) -> Arc<[u8]> {
        self.base = self.doc().state().into();
        self.since = vec![];
        self.base.clone()
    }

    /// Asked at every tick: lets go of a document that nobody has needed since the last one, if it is soon made again.
    pub fn rest(&mut self) {
        if !self.needed.replace(false) && self.size() <= MADE_AGAIN {
            self.made.take();
        }
    }

    fn doc(&self) -> &SectionDoc {
        &self.made().doc
    }

    fn made(&self) -> &Made {
        self.needed.set(true);
        let make = || Made::of(self.section, &self.base, &self.since).expect("it was made of the same bytes before");
        self.made.get_or_init(make)
    }

    fn check_size(&self, more: usize) -> Result<(), Refusal> {
        let kept = self.size();
        // The sum counts what was deleted since: look closer before saying no.
        if kept + more <= SIZE_LIMIT || self.doc().state().len() + more <= SIZE_LIMIT {
            Ok(())
        } else {
            Err(Refusal::TooLong)
        }
    }

    /// Of the bytes it is made of.
    fn size(&self) -> usize {
        self.base.len() + self.since.iter().map(|update| update.len()).sum::<usize>()
    }

    /// Without a writer nothing is judged but whether all it builds on is here.
    fn apply(&self, update: &[u8], writer: Option<Writer>) -> Applied {
        let Ok(decoded) = catch_unwind(|| Update::decode_v1(update)) else {
            METRICS.panics_contained.one();
            return Applied::Failed;
        };
        let Ok(decoded) = decoded else { return Applied::Failed };
        let mut txn = self.doc().yrs().transact_mut_with(REMOTE);
        let applied = catch_unwind(AssertUnwindSafe(|| {
            if txn.apply_update(decoded).is_err() {
                return Applied::Failed;
            }
            let brought_about = writer.map_or(Ok(()), |writer| {
                self.gate.check_deletes(txn.delete_set(), writer, &is_own(self.section, &txn))
            });
            let deleted = txn.delete_set().clone();
            let whole = if txn.has_missing_updates() { Err(Refusal::MissingPast) } else { Ok(()) };
            // Committing is what runs the watch.
            txn.commit();
            let seen = self.made().watch.verdict();
            let shape =
                writer.map_or(Ok(()), |writer| seen.and_then(|credited| self.gate.check_credit(&credited, writer)));
            match brought_about.and(whole).and(shape) {
                Ok(()) => Applied::Fits { deleted },
                Err(refusal) => Applied::Unfit(refusal),
            }
        }));
        applied.unwrap_or_else(|_| {
            METRICS.panics_contained.one();
            // Dropping it would commit what broke half-way, and a second panic ends the process.
            mem::forget(txn);
            Applied::Failed
        })
    }

    fn roll_back(&mut self) -> Result<(), Broken> {
        METRICS.rollbacks.one();
        self.made = Made::of(self.section, &self.base, &self.since)?.into();
        // Owners and deletes were recorded for accepted updates alone, and still hold.
        Ok(())
    }
}

/// Whether an id is a letter of the pupil’s own texts. They are looked for when it is first asked.
fn is_own<T: ReadTxn>(section: Section, txn: &T) -> impl Fn(ID) -> bool {
    let texts = OnceCell::new();
    move |letter| texts.get_or_init(|| OwnTexts::of(section, txn)).hold(txn, letter)
}

/// Whether somebody who has heard more than we have might not be refused.
fn may_be_behind(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::MissingPast | Refusal::NotYourHand | Refusal::ProtectedWords)
}

enum Applied {
    Fits { deleted: IdSet },
    Unfit(Refusal),
    Failed,
}

impl Made {
    fn of(section: Section, base: &[u8], since: &[Arc<[u8]>]) -> Result<Self, Broken> {
        let make = || {
            let doc = SectionDoc::from_state(section, NOBODY, base).map_err(|_| Broken(section))?;
            for update in since {
                doc.apply(update).map_err(|_| Broken(section))?;
            }
            Ok(Self { watch: shape::watch(&doc), doc })
        };
        catch_unwind(make).unwrap_or(Err(Broken(section)))
    }
}
