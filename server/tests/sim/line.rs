//! One section in one tab: the real document, the real [`SectionSync`], the real undo, and between them
//! what `app/src/collab/line.rs` does in a browser.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use shared::{
    Access, Section,
    doc::{COPY, FieldAddress, LOCAL, REMOTE, SectionDoc},
    event::{Refusal, ServerEvent},
    hand::{for_oneself, for_pupil},
    protocol::{Message, awareness},
    sync::{Effect, Input, SectionSync},
};
use yrs::{Origin, UndoManager, undo::Options};

use crate::chance::Chance;

pub(crate) struct Line {
    /// What is on the page.
    pub(crate) doc: SectionDoc,
    pub(crate) sync: SectionSync,
    pub(crate) access: Access,
    pub(crate) loaded: bool,
    /// Of the history it is in, as far as it has heard.
    pub(crate) epoch: Option<u64>,
    outgoing: Outgoing,
    unsaved: Unsaved,
    next: Option<(SectionDoc, Refusal)>,
    undo: BTreeMap<String, UndoManager>,
    said: u64,
    /// A copy of the shown document, under an id for what is typed for the pupil.
    pen: Option<SectionDoc>,
    clock: Arc<AtomicU64>,
    ids: Chance,
    /// Answers the server’s state vector with all it has, as some Yjs programs do.
    pub(crate) repeats: bool,
}

/// What a line asks of its tab.
#[derive(Debug)]
pub(crate) enum Ask {
    Send(Message),
    Keep(Kept),
    Event(ServerEvent),
    Denied,
    /// The document that was on the page is not any more.
    Dropped(Dropped),
}

#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) field: FieldAddress,
    pub(crate) words: String,
}

pub(crate) struct Dropped(pub(crate) SectionDoc);

impl std::fmt::Debug for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a document")
    }
}

impl Line {
    pub(crate) fn new(
        section: Section,
        page: Option<(u64, &[u8])>,
        access: Access,
        clock: Arc<AtomicU64>,
        mut ids: Chance,
    ) -> Self {
        let doc = SectionDoc::new(section, client_id(&mut ids));
        if let Some((_, state)) = page {
            doc.apply(state).unwrap();
        }
        Self {
            outgoing: Outgoing::observe(&doc),
            doc,
            sync: SectionSync::new(page.map(|(epoch, _)| epoch)),
            access,
            loaded: page.is_some(),
            epoch: page.map(|(epoch, _)| epoch),
            unsaved: Unsaved::default(),
            next: None,
            undo: BTreeMap::new(),
            said: 0,
            pen: None,
            clock,
            ids,
            repeats: false,
        }
    }

    /// The document that will be on the page, if it is not the one that is.
    pub(crate) fn current(&self) -> &SectionDoc {
        self.next.as_ref().map_or(&self.doc, |(doc, _)| doc)
    }

    pub(crate) fn may_write(&self) -> bool {
        self.loaded && self.access.can_write()
    }

    pub(crate) fn rejoins(&self) -> bool {
        self.next.is_some()
    }

    /// The document was changed here; in this field, if it was a text.
    pub(crate) fn edited(&mut self, field: Option<FieldAddress>) -> Vec<Ask> {
        if let Some(field) = field {
            self.unsaved.wrote(field);
        }
        let updates = self.outgoing.take();
        if self.next.is_some() {
            return self.keep_words();
        }
        updates.into_iter().flat_map(|update| self.handle(Input::Edited(update))).collect()
    }

    pub(crate) fn handle(&mut self, input: Input) -> Vec<Ask> {
        match input {
            Input::Received(Message::SyncStatus(true)) => self.unsaved.acknowledged(),
            Input::Disconnected => self.unsaved.disconnected(),
            Input::Received(_) | Input::Connected | Input::Edited(_) => {}
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
                Effect::AskForMissing => asks.push(Ask::Send(Message::SyncStep1(self.current().state_vector()))),
                Effect::AnswerWithMissing { state_vector } => {
                    self.unsaved.sent();
                    let missing = match self.repeats {
                        true => self.current().state(),
                        false => self.current().diff(&state_vector).unwrap(),
                    };
                    asks.push(Ask::Send(Message::SyncStep2(missing)));
                }
                Effect::Apply(update) => self.current().apply(&update).unwrap(),
                Effect::KeepWords(reason) => refusal = reason,
                Effect::StartAfresh => {
                    asks.extend(self.keep_words());
                    self.unsaved.begin_anew();
                    self.next = Some((SectionDoc::new(self.doc.section(), client_id(&mut self.ids)), refusal));
                }
                Effect::Outdated(which) => panic!("all are of one version here: {which:?}"),
                Effect::Ready => asks.extend(self.ready()),
                Effect::Denied(_) => {
                    asks.extend(self.keep_words());
                    asks.push(Ask::Denied);
                }
                Effect::Awareness(_) => {}
                Effect::Event(event) => {
                    if let ServerEvent::Opened { epoch, .. } = event {
                        self.epoch = Some(epoch);
                    }
                    asks.push(Ask::Event(event));
                }
            }
        }
        asks
    }

    /// Takes back the latest writing in this field, or brings it back again. Says what it changed.
    pub(crate) fn undo(&mut self, field: &FieldAddress, redo: bool) -> Vec<Vec<u8>> {
        let Some(manager) = self.undo.get_mut(&field.to_string()) else { return vec![] };
        if redo {
            manager.redo_blocking()
        } else {
            manager.undo_blocking()
        };
        self.outgoing.peek()
    }

    /// Edits what is on the page; as the scribe, for the pupil, under an id that says so.
    pub(crate) fn write(&mut self, scribe: bool, edit: impl FnOnce(&SectionDoc)) {
        if !scribe {
            return edit(&self.doc);
        }
        let (section, ids) = (self.doc.section(), &mut self.ids);
        let pen = self.pen.get_or_insert_with(|| SectionDoc::new(section, for_pupil(client_id(ids))));
        pen.apply(&self.doc.diff(&pen.state_vector()).unwrap()).unwrap();
        let before = pen.state_vector();
        edit(pen);
        self.doc.apply_from(COPY, &pen.diff(&before).unwrap()).unwrap();
    }

    /// Every client id that is written under here.
    pub(crate) fn hands(&self) -> Vec<u64> {
        let docs = [Some(&self.doc), Some(self.current()), self.pen.as_ref()];
        docs.into_iter().flatten().map(SectionDoc::client_id).collect()
    }

    /// “I write here”, as the page says it.
    pub(crate) fn presence(&mut self, field: &FieldAddress) -> Message {
        self.said += 1;
        let state = format!(r#"{{"field":"{field}","typing":true}}"#);
        let entry = awareness::Entry { client_id: self.current().client_id(), clock: self.said, state };
        Message::Awareness(awareness::encode(&[entry]))
    }

    /// From here on what is written in this field can be taken back.
    pub(crate) fn focus(&mut self, field: &FieldAddress) {
        let Some((list, schema)) = field.schema() else { return };
        let Some(text) = self.doc.text_ref(list, field.item, schema.key) else { return };
        let clock = Arc::clone(&self.clock);
        let doc = &self.doc;
        self.undo.entry(field.to_string()).or_insert_with(|| {
            let mut manager = UndoManager::with_options(Options {
                capture_timeout_millis: 700,
                tracked_origins: [LOCAL.into()].into(),
                capture_transaction: None,
                timestamp: Arc::new(move || clock.load(Ordering::Relaxed)),
                init_undo_stack: vec![],
                init_redo_stack: vec![],
            });
            manager.expand_scope(doc.yrs(), &text);
            manager
        });
    }

    fn ready(&mut self) -> Vec<Ask> {
        let mut asks = vec![];
        if let Some((doc, _)) = self.next.take() {
            asks = self.keep_words();
            self.undo.clear();
            self.pen = None;
            self.outgoing = Outgoing::observe(&doc);
            asks.push(Ask::Dropped(Dropped(std::mem::replace(&mut self.doc, doc))));
        }
        self.loaded = true;
        asks
    }

    fn keep_words(&mut self) -> Vec<Ask> {
        let words = |field: FieldAddress| {
            let (list, schema) = field.schema()?;
            let words = self.doc.words(list, field.item, schema.key);
            Some(Ask::Keep(Kept { field, words }))
        };
        self.unsaved.take().into_iter().filter_map(words).collect()
    }
}

fn client_id(ids: &mut Chance) -> u64 {
    for_oneself(ids.next() & ((1 << 53) - 1))
}

const KEY: &str = "outgoing";

/// What this tab did to a document, in order, for the socket: everything that came from nowhere else.
struct Outgoing {
    doc: SectionDoc,
    queue: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Outgoing {
    fn observe(doc: &SectionDoc) -> Self {
        let queue = Arc::new(Mutex::new(vec![]));
        let fill = Arc::clone(&queue);
        let remote = Origin::from(REMOTE);
        let observed = doc.yrs().observe_update_v1(KEY, move |txn, event| {
            if txn.origin() != Some(&remote) {
                fill.lock().unwrap().push(event.update.clone());
            }
        });
        observed.unwrap();
        Self { doc: doc.clone(), queue }
    }

    fn peek(&self) -> Vec<Vec<u8>> {
        self.queue.lock().unwrap().clone()
    }

    fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.queue.lock().unwrap())
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        let _ = self.doc.yrs().unobserve_update_v1(KEY);
    }
}

/// Which fields hold words that the server has not yet kept, as `app/src/collab/unsaved.rs` counts them.
#[derive(Default)]
struct Unsaved {
    sent: u64,
    acknowledged: u64,
    fields: BTreeMap<String, (FieldAddress, Option<u64>)>,
}

impl Unsaved {
    fn wrote(&mut self, field: FieldAddress) {
        self.fields.insert(field.to_string(), (field, None));
    }

    fn sent(&mut self) {
        self.sent += 1;
        for (_, message) in self.fields.values_mut() {
            message.get_or_insert(self.sent);
        }
    }

    fn acknowledged(&mut self) {
        self.acknowledged = (self.acknowledged + 1).min(self.sent);
        let done = self.acknowledged;
        self.fields.retain(|_, (_, message)| message.is_none_or(|number| number > done));
    }

    fn disconnected(&mut self) {
        self.acknowledged = self.sent;
        for (_, message) in self.fields.values_mut() {
            *message = None;
        }
    }

    fn begin_anew(&mut self) {
        self.acknowledged = self.sent;
    }

    fn take(&mut self) -> Vec<FieldAddress> {
        std::mem::take(&mut self.fields).into_values().map(|(field, _)| field).collect()
    }
}
