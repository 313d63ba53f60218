//! Sees everything, believes nobody: says at once when a promise is broken.
//!
//! It keeps its own copy of every section, made from what landed on the disk alone, and holds against it
//! whatever the server sends, acknowledges, recovers or records, and whatever a tab calls saved.

mod content;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use server::room::state::{ConnectionId, LoadedSection, Participant};
use shared::{
    Access, PersonId, Section, Stage,
    doc::{REMOTE, SectionDoc},
    event::{Refusal, ServerEvent},
    hand::is_for_pupil,
    policy::{Protection, access_for, protection},
    presence::Presence,
    protocol::{Message, awareness},
    schema,
    shape::{Outline, Run, outline},
};
use yrs::{Any, ID, IdSet, ReadTxn, StateVector, Transact, Update, block::ClientID, updates::decoder::Decode};

use self::content::letters;
use self::content::{Letter, content};
use crate::{
    cast::{Person, writer},
    disk::{Disk, Row},
    line::Kept,
    tab::Undone,
};

/// Who is at a connection and what the room has been told they may do.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    pub(crate) stage: Stage,
    pub(crate) participants: Vec<Participant>,
}

impl Rights {
    pub(crate) fn access(&self, person: PersonId, section: Section) -> Access {
        let participant = self.participants.iter().find(|participant| participant.person == person);
        participant.map_or(Access::None, |who| access_for(section, who.role, who.scribe, self.stage))
    }

    pub(crate) fn is_scribe(&self, person: PersonId) -> bool {
        self.participants.iter().any(|participant| participant.person == person && participant.scribe.writes())
    }
}

/// One section, as far as it is on the disk.
struct Mirror {
    epoch: u64,
    doc: SectionDoc,
    clocks: StateVector,
    deletes: IdSet,
    /// How far each client had come in the histories before this one.
    past: StateVector,
    /// What was agreed.
    agreed: Option<Vec<Any>>,
}

/// What a connection has said in a section and has had no answer to.
#[derive(Default)]
struct Asked {
    updates: VecDeque<Vec<u8>>,
    /// Refused: nothing counts until it opens the section again.
    refused: bool,
}

pub(crate) struct Witness {
    cast: Vec<Person>,
    pupil: PersonId,
    mirrors: BTreeMap<Section, Mirror>,
    /// Whose tab made this client id.
    hands: BTreeMap<u64, PersonId>,
    /// Who has tried to write under an id that is not theirs.
    forged: BTreeSet<(u64, PersonId)>,
    /// Letters of somebody else that this person deleted, and may bring back under their own hand.
    taken: BTreeSet<(PersonId, char)>,
    asked: HashMap<(ConnectionId, Section), Asked>,
    closed: BTreeSet<ConnectionId>,
    pages: BTreeSet<ConnectionId>,
    broken: Option<String>,
    pub(crate) checks: u64,
    pub(crate) refusals: u64,
}

impl Witness {
    pub(crate) fn new(cast: Vec<Person>, pupil: PersonId) -> Self {
        Self {
            cast,
            pupil,
            mirrors: BTreeMap::new(),
            hands: BTreeMap::new(),
            forged: BTreeSet::new(),
            taken: BTreeSet::new(),
            asked: HashMap::new(),
            closed: BTreeSet::new(),
            pages: BTreeSet::new(),
            broken: None,
            checks: 0,
            refusals: 0,
        }
    }

    /// The first promise that was broken.
    pub(crate) fn verdict(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    pub(crate) fn broken(&mut self, what: String) {
        self.broken.get_or_insert(what);
    }

    fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        self.checks += 1;
        if !holds && self.broken.is_none() {
            self.broken = Some(what());
        }
    }

    // ── what is true ──

    pub(crate) fn hand(&mut self, client: u64, person: PersonId) {
        self.hands.insert(client, person);
    }

    pub(crate) fn forges(&mut self, client: u64, person: PersonId) {
        self.forged.insert((client, person));
    }

    pub(crate) fn deletes_of_others(&mut self, person: PersonId, letters: &str) {
        let own = self.cast.iter().find(|who| who.id == person);
        let others = letters.chars().filter(|letter| own.is_none_or(|own| !own.wrote(*letter)));
        self.taken.extend(others.map(|letter| (person, letter)));
    }

    pub(crate) fn may_write(&self, person: PersonId, letter: char) -> bool {
        let own = writer(&self.cast, letter).is_some_and(|who| self.cast[who].id == person);
        own || self.taken.contains(&(person, letter))
    }

    pub(crate) fn is_hand_of(&self, client: u64, person: PersonId) -> bool {
        self.hands.get(&client) == Some(&person)
    }

    /// The pupil’s own hand, or a scribe’s for the pupil.
    fn is_pupils(&self, client: u64) -> bool {
        is_for_pupil(client) || self.is_hand_of(client, self.pupil)
    }

    /// At this connection is a page of ours, which sends nothing that is out of place.
    pub(crate) fn is_page(&mut self, conn: ConnectionId) {
        self.pages.insert(conn);
    }

    /// The section begins, or begins anew with another history.
    pub(crate) fn seeded(&mut self, section: Section, epoch: u64, state: &[u8]) {
        let doc = SectionDoc::from_state(section, 0, state).unwrap();
        let snapshot = doc.yrs().transact().snapshot();
        let (clocks, deletes) = (snapshot.state_map, snapshot.delete_set);
        let mut past = StateVector::default();
        if let Some(before) = self.mirrors.get(&section) {
            past.merge(before.past.clone());
            past.merge(before.clocks.clone());
        }
        self.mirrors.insert(section, Mirror { epoch, doc, clocks, deletes, past, agreed: None });
    }

    // ── the disk ──

    /// An update is on the disk: it was its writer’s to make, and harms nobody’s protected words.
    fn landed(&mut self, row: &Row) {
        let Row { section, person, .. } = *row;
        for client in &row.claims {
            let honest = self.is_hand_of(*client, person) || self.forged.contains(&(*client, person));
            self.check(honest, || format!("client {client} of {section:?} was given to {person}, who never had it"));
        }
        let of_others = person != self.pupil && !row.scribe;
        let own = if of_others { self.own_letters(section) } else { BTreeSet::new() };
        let is_inside = of_others && outline(section, &row.update).is_ok_and(|said| self.writes_inside(section, &said));
        self.check(!is_inside, || format!("{person} wrote between words of the pupil’s in {section:?}"));
        let Some(mirror) = self.mirrors.get_mut(&section) else { return };
        let Ok(update) = Update::decode_v1(&row.update) else {
            return self.broken(format!("an update of {section:?} on the disk cannot be read"));
        };
        let (deleted, applied) = {
            let mut txn = mirror.doc.yrs().transact_mut_with(REMOTE);
            let applied = txn.apply_update(update).is_ok() && !txn.has_missing_updates();
            (txn.delete_set().diff(&mirror.deletes), applied)
        };
        mirror.clocks = mirror.doc.yrs().transact().state_vector();
        mirror.deletes.merge_with(deleted.clone());
        let changed = mirror.agreed.as_ref().is_some_and(|agreed| *agreed != content(&mirror.doc));
        self.check(applied, || format!("an update of {section:?} on the disk does not fit what is there"));
        self.check(!changed, || format!("{section:?} changed on the disk after it was agreed"));
        if of_others {
            let mut deleted = deleted.iter().filter(|(_, ranges)| !ranges.is_empty());
            let of_pupil = protection(section) == Protection::Everything
                && deleted.any(|(client, _)| self.is_pupils(client.get()));
            let gone = of_pupil || !own.is_subset(&self.own_letters(section));
            self.check(!gone, || format!("{person} deleted words of the pupil’s in {section:?}"));
        }
    }

    /// Whether this puts words that are new to the disk between two protected ones that stand there.
    fn writes_inside(&self, section: Section, said: &Outline) -> bool {
        let Some(mirror) = self.mirrors.get(&section) else { return false };
        let own = self.own_letters(section);
        let stands = |(client, at): (u64, u32)| match protection(section) {
            Protection::Nothing => false,
            Protection::OwnTexts => own.contains(&(client, at)),
            Protection::Everything => {
                self.is_pupils(client) && !mirror.deletes.contains(&ID::new(ClientID::new(client), at))
            }
        };
        let is_new = |(client, at): (u64, u32)| at >= mirror.clocks.get(&ClientID::new(client));
        said.between.iter().any(|put| is_new(put.words) && stands(put.left) && stands(put.right))
    }

    /// The pupil’s letters in the pupil’s own texts, as they stand on the disk, where those are protected.
    fn own_letters(&self, section: Section) -> BTreeSet<(u64, u32)> {
        let Some(mirror) = self.mirrors.get(&section).filter(|_| protection(section) == Protection::OwnTexts) else {
            return BTreeSet::new();
        };
        let is_own =
            |letter: &Letter| letter.field.schema().is_some_and(|(list, field)| schema::is_pupils(list, field.key));
        let letters = letters(&mirror.doc).into_iter().filter(|letter| self.is_pupils(letter.client) && is_own(letter));
        letters.map(|letter| (letter.client, letter.clock)).collect()
    }

    pub(crate) fn wrote(&mut self, rows: &[Row], numbers: &[Option<u64>]) {
        for (row, _) in rows.iter().zip(numbers).filter(|(_, number)| number.is_some()) {
            self.landed(row);
        }
    }

    /// What the disk gives back is all that ever landed on it.
    pub(crate) fn recovered(&mut self, loaded: &[LoadedSection]) {
        for section in loaded {
            let Some(doc) = rebuild(section) else {
                return self.broken(format!("{:?} cannot be made from what is on the disk", section.section));
            };
            self.is_like_disk(&doc, "what was loaded");
        }
    }

    /// The record was written from what is on the disk: so it stays.
    pub(crate) fn agreed(&mut self) {
        for mirror in self.mirrors.values_mut() {
            mirror.agreed = Some(content(&mirror.doc));
        }
    }

    pub(crate) fn is_like_disk(&mut self, doc: &SectionDoc, whose: &str) {
        let section = doc.section();
        let Some(mirror) = self.mirrors.get(&section) else { return };
        let snapshot = doc.yrs().transact().snapshot();
        let difference = if snapshot.state_map != mirror.clocks {
            Some(format!("knows {:?}, and the disk {:?}", snapshot.state_map, mirror.clocks))
        } else if !same(&snapshot.delete_set, &mirror.deletes) {
            Some(format!("deletes {:?}, and the disk {:?}", snapshot.delete_set, mirror.deletes))
        } else if content(doc) != content(&mirror.doc) {
            Some(format!("is {:?}, and the disk {:?}", content(doc), content(&mirror.doc)))
        } else {
            None
        };
        self.check(difference.is_none(), || {
            format!("{whose} of {section:?} is not what is on the disk: it {}", difference.unwrap_or_default())
        });
    }

    /// Everything this update says is on the disk.
    fn is_durable(&self, section: Section, update: &[u8]) -> bool {
        let Some(mirror) = self.mirrors.get(&section) else { return false };
        let Ok(said) = outline(section, update) else { return false };
        let inserted = said.inserts.iter().all(|run| run.to <= mirror.clocks.get(&ClientID::new(run.client)));
        let mut deletes = IdSet::new();
        for run in &said.deletes {
            deletes.insert(ID::new(ClientID::new(run.client), run.from), run.to - run.from);
        }
        inserted && is_empty(&deletes.diff(&mirror.deletes))
    }

    // ── the server ──

    pub(crate) fn accepts(&mut self, rights: &Rights, section: Section, person: PersonId) {
        let may = rights.access(person, section).can_write();
        self.check(may, || format!("an update by {person} in {section:?} was let in, who may not write there"));
    }

    pub(crate) fn hears(&mut self, conn: ConnectionId, section: Section, message: &Message) {
        let asked = self.asked.entry((conn, section)).or_default();
        match message {
            Message::AuthToken(_) if asked.refused => *asked = Asked::default(),
            Message::Close(_) => *asked = Asked::default(),
            Message::SyncStep2(update) | Message::Update(update) if !asked.refused => {
                asked.updates.push_back(update.clone());
            }
            _ => {}
        }
    }

    pub(crate) fn sends(
        &mut self,
        rights: &Rights,
        conn: ConnectionId,
        person: PersonId,
        section: Section,
        message: &Message,
    ) {
        let closed = self.closed.contains(&conn);
        self.check(!closed, || format!("{conn:?} was closed and is sent {message:?}"));
        let goodbye = match message {
            Message::PermissionDenied(_) => true,
            Message::Stateless(json) => matches!(serde_json::from_str(json), Ok(ServerEvent::Removed)),
            _ => false,
        };
        let may = rights.access(person, section).can_read();
        self.check(may || goodbye, || format!("{person} may not read {section:?} and is sent {message:?}"));
        match message {
            Message::Update(update) | Message::SyncStep2(update) => {
                let durable = self.is_durable(section, update);
                self.check(durable, || format!("{person} is shown something of {section:?} that is not on the disk"));
            }
            Message::Awareness(body) => self.introduces(body),
            Message::Stateless(json) => match serde_json::from_str(json) {
                Ok(ServerEvent::Authors { authors, .. }) => self.credited(section, &authors),
                Ok(ServerEvent::Refused { reason, .. }) if self.pages.contains(&conn) => {
                    let write = rights.access(person, section).can_write();
                    self.refuses(conn, section, reason, write);
                }
                _ => {}
            },
            Message::SyncStatus(true) => {
                let said = self.asked.entry((conn, section)).or_default().updates.pop_front();
                let durable = said.as_ref().is_some_and(|said| self.is_durable(section, said));
                self.check(durable, || match said {
                    Some(_) => format!("{person} is told that something in {section:?} is saved, and it is not"),
                    None => format!("{person} is told that something in {section:?} is saved, and said nothing"),
                });
            }
            // What was let in before it is still acknowledged.
            Message::SyncStatus(false) => {
                self.refusals += 1;
                self.asked.entry((conn, section)).or_default().refused = true;
            }
            _ => {}
        }
    }

    /// Whoever is named as the author of an id has it.
    fn credited(&mut self, section: Section, authors: &BTreeMap<PersonId, Vec<u64>>) {
        for (person, clients) in authors {
            let wrong = clients
                .iter()
                .find(|client| !self.is_hand_of(**client, *person) && !self.forged.contains(&(**client, *person)));
            self.check(wrong.is_none(), || format!("{wrong:?} in {section:?} is said to be {person}’s, and is not"));
        }
    }

    /// A page is refused for a reason that it has given.
    fn refuses(&mut self, conn: ConnectionId, section: Section, reason: Refusal, write: bool) {
        let may_be = match reason {
            Refusal::NotAllowed | Refusal::Agreed => !write,
            Refusal::ProtectedWords => {
                let (Some(asked), Some(mirror)) = (self.asked.get(&(conn, section)), self.mirrors.get(&section)) else {
                    return;
                };
                let own = self.own_letters(section);
                let is_protected = |client: u64, at: u32| match protection(section) {
                    Protection::Nothing => false,
                    Protection::OwnTexts => own.contains(&(client, at)),
                    Protection::Everything => self.is_pupils(client),
                };
                // Held back while the record was saved, any of them may be meant.
                asked.updates.iter().filter_map(|update| outline(section, update).ok()).any(|said| {
                    let takes = |run: &Run| {
                        let new = |at: &u32| !mirror.deletes.contains(&ID::new(ClientID::new(run.client), *at));
                        (run.from..run.to).filter(new).any(|at| is_protected(run.client, at))
                    };
                    said.deletes.iter().any(takes)
                        || said.inserts.iter().any(|run| is_for_pupil(run.client))
                        // The pupil may have deleted them since.
                        || said.between.iter().any(|put| self.is_pupils(put.left.0) && self.is_pupils(put.right.0))
                })
            }
            Refusal::NotYourHand
            | Refusal::TooLong
            | Refusal::UnknownShape
            | Refusal::MissingPast
            | Refusal::TakenOut => false,
        };
        self.check(may_be, || format!("an honest page is refused in {section:?}: {reason:?}"));
    }

    /// Whoever is said to write at a client id has that id.
    fn introduces(&mut self, body: &[u8]) {
        for entry in awareness::decode(body).unwrap_or_default() {
            let Ok(shown) = serde_json::from_str::<Presence>(&entry.state) else { continue };
            let known = self.is_hand_of(entry.client_id, shown.person);
            self.check(known, || format!("{} is shown at client {}, which is not theirs", shown.name, entry.client_id));
        }
    }

    pub(crate) fn closes(&mut self, conn: ConnectionId) {
        self.closed.insert(conn);
        self.asked.retain(|(of, _), _| *of != conn);
    }

    // ── the tabs ──

    /// This document is called saved: all of its own that is in it is on the disk.
    pub(crate) fn is_saved(&mut self, doc: &SectionDoc, epoch: Option<u64>, whose: &str) {
        let section = doc.section();
        // Of a history that has been put away it was true.
        let Some(mirror) = self.mirrors.get(&section).filter(|mirror| Some(mirror.epoch) == epoch) else { return };
        let me = ClientID::new(doc.client_id());
        let snapshot = doc.yrs().transact().snapshot();
        let durable = snapshot.state_map.get(&me) <= mirror.clocks.get(&me)
            && is_empty(&snapshot.delete_set.diff(&mirror.deletes));
        self.check(durable, || format!("{whose} says that {section:?} is saved, and it is not"));
    }

    /// Whatever of its own is in this document and not on the disk can be copied.
    pub(crate) fn keeps(&mut self, doc: &SectionDoc, kept: &BTreeMap<String, Kept>, whose: &str) {
        let me = ClientID::new(doc.client_id());
        let Some(mirror) = self.mirrors.get(&doc.section()) else { return };
        let durable = mirror.clocks.get(&me).max(mirror.past.get(&me));
        let lost = letters(doc).into_iter().filter(|letter| letter.client == me.get() && letter.clock >= durable);
        let lost = lost.map(|letter| letter.field).find(|field| {
            let words = field.schema().map(|(list, schema)| doc.words(list, field.item, schema.key));
            kept.get(&field.to_string()).map(|kept| &kept.words) != words.as_ref()
        });
        self.check(lost.is_none(), || format!("{whose} loses words in {lost:?}, and cannot copy them"));
    }

    /// What somebody took back, or brought back again, was their own.
    pub(crate) fn undone(&mut self, person: PersonId, undone: &Undone) {
        for update in &undone.updates {
            let Ok(said) = outline(undone.section, update) else { continue };
            let of_others = said.deletes.iter().find(|run| !self.is_hand_of(run.client, person)).copied();
            self.check(of_others.is_none(), || format!("an undo of {person}’s deletes {of_others:?}"));
            let under_others = said.inserts.iter().find(|run| !self.is_hand_of(run.client, person)).copied();
            self.check(under_others.is_none(), || format!("an undo of {person}’s writes as {under_others:?}"));
        }
        let mut before: Vec<char> = undone.before.chars().collect();
        let came = undone.after.chars().filter(|letter| match before.iter().position(|known| known == letter) {
            Some(at) => {
                before.swap_remove(at);
                false
            }
            None => true,
        });
        let foreign = came.collect::<Vec<_>>().into_iter().find(|letter| !self.may_write(person, *letter));
        self.check(foreign.is_none(), || format!("an undo of {person}’s brings {foreign:?}, which they never had"));
    }

    // ── at rest ──

    /// Every letter on the page is credited to the person whose alphabet it is of.
    pub(crate) fn credits(&mut self, disk: &Disk) {
        let mut wrong = None;
        for (section, mirror) in &self.mirrors {
            for Letter { letter, client, .. } in letters(&mirror.doc) {
                match disk.owner(*section, client) {
                    Some(owner) if self.may_write(owner, letter) => {}
                    owner => wrong = Some(format!("{letter} in {section:?} is credited to {owner:?}")),
                }
            }
        }
        self.check(wrong.is_none(), || wrong.unwrap_or_default());
    }
}

fn rebuild(loaded: &LoadedSection) -> Option<SectionDoc> {
    let doc = SectionDoc::from_state(loaded.section, 0, &loaded.checkpoint).ok()?;
    loaded.updates.iter().all(|update| doc.apply(update).is_ok()).then_some(doc)
}

fn same(a: &IdSet, b: &IdSet) -> bool {
    is_empty(&a.diff(b)) && is_empty(&b.diff(a))
}

fn is_empty(ids: &IdSet) -> bool {
    ids.iter().all(|(_, ranges)| ranges.is_empty())
}
