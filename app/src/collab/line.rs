//! One section’s side of the conversation: its document, its sync state, and what is not yet saved.
//!
//! What the device kept of an earlier page is taken in like words typed here before the socket
//! opened, so it travels, is acknowledged and is refused in the same way.
//!
//! What must stay true: a section that starts afresh keeps showing its old text until the new one
//! has come, so that a page never falls empty under somebody’s hands; what is written into the old
//! text meanwhile is kept for copying like the words that were refused.

#[cfg(test)]
mod tests;

use shared::{
    doc::{Brought, FieldAddress, SectionDoc},
    event::{Refusal, ServerEvent},
    protocol::{FRAME_LIMIT, Message},
    sync::{Effect, Input, Outdated, SectionSync},
};

use yrs::{ReadTxn, Transact};

use super::{KeptWords, SectionStore, entry::Entry, fresh, outgoing::Outgoing, unsaved::Unsaved};

/// What a message may hold beside the document’s name.
const MESSAGE_LIMIT: usize = FRAME_LIMIT - 256;

pub(super) struct Line {
    store: SectionStore,
    sync: SectionSync,
    outgoing: Outgoing,
    unsaved: Unsaved,
    next: Option<Next>,
    /// Counts the refusals.
    round: u32,
    awareness_clock: u64,
}

/// The document that replaces the shown one as soon as it is complete.
struct Next {
    doc: SectionDoc,
    why: Refusal,
    /// What was refused, and what was written in the shown one since.
    refused: Vec<Vec<u8>>,
}

/// An update without content.
const NOTHING_NEW: &[u8] = &[0, 0];

/// What a line asks of the driver.
pub(super) enum Ask {
    Send(Message),
    Keep(KeptWords),
    Event(ServerEvent),
    Awareness(Vec<u8>),
    Denied,
    /// Nothing more can be written here by this page, nor these words of it be sent.
    Outdated(Outdated, Vec<KeptWords>),
}

impl Line {
    pub(super) fn new(store: SectionStore) -> Self {
        Self {
            store,
            sync: SectionSync::new(store.epoch()),
            outgoing: Outgoing::observe(&store.doc()),
            unsaved: Unsaved::default(),
            next: None,
            round: 0,
            awareness_clock: 0,
        }
    }

    pub(super) fn sync(&self) -> &SectionSync {
        &self.sync
    }

    pub(super) fn unsaved(&self) -> &Unsaved {
        &self.unsaved
    }

    /// What the device should keep until the server has it; nothing if it has all.
    pub(super) fn entry(&self) -> Option<Entry> {
        if self.unsaved.is_empty() {
            return None;
        }
        let updates = self.unsaved.updates();
        let words = self.my_words(self.unsaved.fields().cloned(), &updates);
        let words = words.map(|(field, mine)| (field, mine.words)).collect();
        Some(Entry { epoch: self.sync.epoch()?, updates, words })
    }

    /// What an earlier page of this person’s could not send. If it belongs to another history, its
    /// words are all there is to give back.
    pub(super) fn restore(&mut self, entry: Entry) -> Vec<Ask> {
        let doc = self.store.doc();
        let same = self.next.is_none() && self.sync.epoch() == Some(entry.epoch);
        if !same || !take_all(&doc, &entry.updates) {
            return entry.words.into_iter().map(|(field, words)| Ask::Keep(KeptWords::waited(field, words))).collect();
        }
        self.store.changed_elsewhere();
        let mut asks = vec![];
        for update in entry.updates {
            // Which of them is which field’s is not known: each is taken to be every one’s.
            entry.words.iter().for_each(|(field, _)| self.unsaved.wrote(field.clone()));
            asks.extend(self.handle(Input::Edited(update)));
        }
        asks
    }

    /// The document was changed here; in this field, if it was a text.
    pub(super) fn edited(&mut self, field: Option<FieldAddress>) -> Vec<Ask> {
        if let Some(field) = field {
            self.unsaved.wrote(field);
        }
        let updates = self.outgoing.take();
        if let Some(next) = &mut self.next {
            // Nothing may build on what was refused. Kept at once: nothing will say that it is not saved.
            next.refused.extend(updates);
            let (why, refused) = (next.why, next.refused.clone());
            return self.keep_words(why, &refused);
        }
        updates.into_iter().flat_map(|update| self.handle(Input::Edited(update))).collect()
    }

    pub(super) fn handle(&mut self, input: Input) -> Vec<Ask> {
        match &input {
            Input::Received(Message::SyncStatus(true)) => self.unsaved.acknowledged(),
            Input::Disconnected => self.unsaved.disconnected(),
            Input::Edited(update) => self.unsaved.edited(update.clone()),
            Input::Received(_) | Input::Connected => {}
        }
        let mut asks = vec![];
        let mut refusal = Refusal::MissingPast;
        for effect in self.sync.handle(input) {
            match effect {
                Effect::Send(message) => {
                    if matches!(message, Message::Update(_)) {
                        self.unsaved.sent();
                    }
                    asks.push(Ask::Send(message));
                }
                Effect::AskForMissing => asks.push(Ask::Send(Message::SyncStep1(self.doc().state_vector()))),
                Effect::AnswerWithMissing { state_vector } => asks.extend(self.answer(&state_vector)),
                Effect::Apply(update) => self.apply(&update),
                Effect::KeepWords(reason) => refusal = reason,
                Effect::StartAfresh => {
                    let mut refused = match self.next.take() {
                        Some(next) => next.refused,
                        None => {
                            self.round += 1;
                            vec![]
                        }
                    };
                    refused.extend(self.unsaved.updates());
                    asks.extend(self.keep_words(refusal, &refused));
                    self.unsaved.begin_anew();
                    let doc = SectionDoc::new(self.store.section(), fresh::client_id());
                    self.next = Some(Next { doc, why: refusal, refused });
                }
                Effect::Outdated(which) => asks.push(Ask::Outdated(which, self.unsent_words(which))),
                Effect::Ready => self.ready(),
                Effect::Denied(_) => {
                    let updates = self.unsaved.updates();
                    asks.extend(self.keep_words(Refusal::NotAllowed, &updates));
                    asks.push(Ask::Denied);
                }
                Effect::Awareness(body) => asks.push(Ask::Awareness(body)),
                Effect::Event(event) => asks.push(Ask::Event(event)),
            }
        }
        asks
    }

    /// What the server lacks. More than one message holds is what was done here while the line was
    /// down, and travels in as many as it takes.
    fn answer(&mut self, state_vector: &[u8]) -> Vec<Ask> {
        // A state vector nobody can read is answered with everything.
        let missing = self.doc().diff(state_vector).unwrap_or_else(|_| self.doc().state());
        if missing.len() <= MESSAGE_LIMIT {
            self.unsaved.sent();
            return vec![Ask::Send(Message::SyncStep2(missing))];
        }
        let mut parts = self.unsaved.sent_in_parts(MESSAGE_LIMIT).into_iter();
        let first = parts.next().unwrap_or_else(|| {
            self.unsaved.sent();
            NOTHING_NEW.to_vec()
        });
        let mut asks = vec![Ask::Send(Message::SyncStep2(first))];
        // To the conversation each further one is an edit like any other.
        let effects = parts.flat_map(|part| self.sync.handle(Input::Edited(part)));
        asks.extend(
            effects
                .filter_map(|effect| if let Effect::Send(message) = effect { Some(Ask::Send(message)) } else { None }),
        );
        asks
    }

    /// The client id and clock to say where I write under.
    pub(super) fn awareness(&mut self) -> (u64, u64) {
        self.awareness_clock += 1;
        (self.doc().client_id(), self.awareness_clock)
    }

    fn doc(&self) -> SectionDoc {
        self.next.as_ref().map_or_else(|| self.store.doc(), |next| next.doc.clone())
    }

    fn apply(&mut self, update: &[u8]) {
        // The server checked it before it was sent: what cannot be read here is not of this version,
        // and the next sync asks for it again.
        let applied = self.doc().apply(update).is_ok();
        if applied && self.next.is_none() {
            self.store.changed_elsewhere();
        }
    }

    fn ready(&mut self) {
        if let Some(Next { doc, .. }) = self.next.take() {
            self.outgoing = Outgoing::observe(&doc);
            self.store.replace(doc);
        }
        self.store.set_loaded();
    }

    /// What the next page will send if this device keeps it, and what can be copied if it does not.
    fn unsent_words(&self, which: Outdated) -> Vec<KeptWords> {
        let updates = self.unsaved.updates();
        let words = self.my_words(self.unsaved.fields().cloned(), &updates);
        words
            .map(|(field, mine)| KeptWords { reason: which.sentence(), ..KeptWords::waited(field, mine.words) })
            .collect()
    }

    /// Words of mine that will not be saved, as they stand now: what these updates brought.
    fn keep_words(&mut self, refusal: Refusal, updates: &[Vec<u8>]) -> Vec<Ask> {
        let (fields, round) = (self.unsaved.take(), self.round);
        let words = self.my_words(fields.into_iter(), updates);
        let kept = |(field, mine): (_, Brought)| KeptWords {
            round,
            ..KeptWords::new(field, mine.words, refusal).behind(&mine.after)
        };
        words.map(kept).map(Ask::Keep).collect()
    }

    /// What these updates brought into these fields, and still stands there: never what others wrote.
    fn my_words(
        &self,
        fields: impl Iterator<Item = FieldAddress>,
        updates: &[Vec<u8>],
    ) -> impl Iterator<Item = (FieldAddress, Brought)> {
        let doc = self.store.doc();
        fields.filter_map(move |field| {
            let (list, schema) = field.schema()?;
            let mine = doc.brought(list, field.item, schema.key, updates);
            Some((field, mine))
        })
    }
}

/// Applies them all, or none if they refer to something that is not here. Tried on a copy first: a
/// document remembers what does not fit, in case the rest still comes.
fn take_all(doc: &SectionDoc, updates: &[Vec<u8>]) -> bool {
    let apply = |doc: &SectionDoc| updates.iter().all(|update| doc.apply(update).is_ok());
    SectionDoc::from_state(doc.section(), doc.client_id(), &doc.state())
        .is_ok_and(|copy| apply(&copy) && !copy.yrs().transact().has_missing_updates())
        && apply(doc)
}
