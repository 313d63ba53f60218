//! One section’s side of the conversation: its document, its sync state, and what is not yet saved.
//!
//! What must stay true: a section that starts afresh keeps showing its old text until the new one
//! has come, so that a page never falls empty under somebody’s hands; what is written into the old
//! text meanwhile is kept for copying like the words that were refused.

use shared::{
    doc::{FieldAddress, SectionDoc},
    event::{Refusal, ServerEvent},
    protocol::Message,
    sync::{Effect, Input, SectionSync},
};

use super::{KeptWords, SectionStore, fresh, outgoing::Outgoing, unsaved::Unsaved};

pub(super) struct Line {
    store: SectionStore,
    sync: SectionSync,
    outgoing: Outgoing,
    unsaved: Unsaved,
    /// The document that replaces the shown one as soon as it is complete, and why.
    next: Option<(SectionDoc, Refusal)>,
    awareness_clock: u64,
}

/// What a line asks of the driver.
pub(super) enum Ask {
    Send(Message),
    Keep(KeptWords),
    Event(ServerEvent),
    Awareness(Vec<u8>),
    Denied,
}

impl Line {
    pub(super) fn new(store: SectionStore) -> Self {
        Self {
            store,
            sync: SectionSync::new(store.epoch()),
            outgoing: Outgoing::observe(&store.doc()),
            unsaved: Unsaved::default(),
            next: None,
            awareness_clock: 0,
        }
    }

    pub(super) fn sync(&self) -> &SectionSync {
        &self.sync
    }

    /// The document was changed here; in this field, if it was a text.
    pub(super) fn edited(&mut self, field: Option<FieldAddress>) -> Vec<Ask> {
        if let Some(field) = field {
            self.unsaved.wrote(field);
        }
        let updates = self.outgoing.take();
        if self.next.is_some() {
            // Nothing may build on what was refused.
            return vec![];
        }
        updates.into_iter().flat_map(|update| self.handle(Input::Edited(update))).collect()
    }

    pub(super) fn handle(&mut self, input: Input) -> Vec<Ask> {
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
                Effect::AskForMissing => asks.push(Ask::Send(Message::SyncStep1(self.doc().state_vector()))),
                Effect::AnswerWithMissing { state_vector } => {
                    self.unsaved.sent();
                    // A state vector nobody can read is answered with everything.
                    let missing = self.doc().diff(&state_vector).unwrap_or_else(|_| self.doc().state());
                    asks.push(Ask::Send(Message::SyncStep2(missing)));
                }
                Effect::Apply(update) => self.apply(&update),
                Effect::KeepWords(reason) => refusal = reason,
                Effect::StartAfresh => {
                    asks.extend(self.keep_words(refusal));
                    self.next = Some((SectionDoc::new(self.store.section(), fresh::client_id()), refusal));
                }
                Effect::Ready => asks.extend(self.ready()),
                Effect::Denied(_) => asks.push(Ask::Denied),
                Effect::Awareness(body) => asks.push(Ask::Awareness(body)),
                Effect::Event(event) => asks.push(Ask::Event(event)),
            }
        }
        asks
    }

    /// The client id and clock to say where I write under.
    pub(super) fn awareness(&mut self) -> (u64, u64) {
        self.awareness_clock += 1;
        (self.doc().client_id(), self.awareness_clock)
    }

    fn doc(&self) -> SectionDoc {
        self.next.as_ref().map_or_else(|| self.store.doc(), |(doc, _)| doc.clone())
    }

    fn apply(&mut self, update: &[u8]) {
        // The server checked it before it was sent: what cannot be read here is not of this version,
        // and the next sync asks for it again.
        let applied = self.doc().apply(update).is_ok();
        if applied && self.next.is_none() {
            self.store.changed_elsewhere();
        }
    }

    fn ready(&mut self) -> Vec<Ask> {
        let mut asks = vec![];
        if let Some((doc, refusal)) = self.next.take() {
            asks = self.keep_words(refusal);
            self.outgoing = Outgoing::observe(&doc);
            self.store.replace(doc);
        }
        self.store.set_loaded();
        asks
    }

    /// Words of mine that will not be saved, as they stand now.
    fn keep_words(&mut self, refusal: Refusal) -> Vec<Ask> {
        let doc = self.store.doc();
        let words = |field: FieldAddress| {
            let (list, schema) = field.schema()?;
            let words = doc.words(list, field.item, schema.key);
            Some(KeptWords::new(field, words, refusal))
        };
        self.unsaved.take().into_iter().filter_map(words).map(Ask::Keep).collect()
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;
    use shared::{Access, ItemId, Section, doc::NewItem, schema::plan::TARGETS, splice::Splice};
    use uuid::Uuid;

    use super::*;
    use crate::collab::{Meeting, samples};

    const ITEM: ItemId = ItemId(Uuid::from_u128(1));

    fn title() -> FieldAddress {
        FieldAddress::new(Section::Plan, &TARGETS, ITEM, TARGETS.field("title").unwrap())
    }

    /// A line of a page that shows “Play”, and the server’s document.
    fn line() -> (Line, SectionStore, SectionDoc) {
        let server = SectionDoc::new(Section::Plan, 99);
        server.add(&TARGETS, ITEM, NewItem::default().with("title", "Play"));
        let page = samples::page(Section::Plan, Access::Write, shared::Stage::Meeting, |doc| {
            doc.apply(&server.state()).unwrap();
        });
        let store = Meeting::new(&page).store(Section::Plan).unwrap();
        (Line::new(store), store, server)
    }

    fn event(event: &ServerEvent) -> Input {
        Input::Received(Message::Stateless(serde_json::to_string(event).unwrap()))
    }

    /// Goes through one opening with the server, which takes everything.
    fn opens(line: &mut Line, server: &SectionDoc) -> Vec<Ask> {
        line.handle(event(&ServerEvent::Opened { section: Section::Plan, epoch: 1, schema: 1, access: Access::Write }));
        let mut asks = line.handle(Input::Received(Message::SyncStep1(server.state_vector())));
        for ask in &asks {
            if let Ask::Send(Message::SyncStep2(update)) = ask {
                server.apply(update).unwrap();
            }
        }
        asks.extend(line.handle(Input::Received(Message::SyncStep2(server.state()))));
        asks.extend(line.handle(Input::Received(Message::SyncStatus(true))));
        asks
    }

    fn types(line: &mut Line, store: SectionStore, at: u32, insert: &str) -> Vec<Ask> {
        let splice = Splice { at, delete: 0, insert: insert.to_owned() };
        store.with_doc(|doc| doc.splice(&TARGETS, ITEM, "title", &splice));
        line.edited(Some(title()))
    }

    fn shown(store: SectionStore) -> String {
        store.with_doc(|doc| doc.words(&TARGETS, ITEM, "title"))
    }

    fn kept(asks: &[Ask]) -> Vec<&str> {
        asks.iter().filter_map(|ask| if let Ask::Keep(kept) = ask { Some(kept.words.as_str()) } else { None }).collect()
    }

    #[test]
    fn what_was_typed_before_the_socket_opened_arrives() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            types(&mut line, store, 4, " a game");
            line.handle(Input::Connected);
            opens(&mut line, &server);
            assert_eq!(server.words(&TARGETS, ITEM, "title"), "Play a game");
            assert!(line.sync().is_saved());
        });
    }

    #[test]
    fn refused_words_can_be_copied_and_the_page_never_falls_empty() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            line.handle(Input::Connected);
            opens(&mut line, &server);
            types(&mut line, store, 4, " chess");
            let refused =
                ServerEvent::Refused { refused: Section::Plan, reason: Refusal::ProtectedWords, words: String::new() };
            let asks = line.handle(event(&refused));
            assert_eq!(kept(&asks), ["Play chess"]);
            assert_eq!(shown(store), "Play chess");

            assert!(types(&mut line, store, 0, "Please: ").is_empty());
            let asks = opens(&mut line, &server);
            assert_eq!(kept(&asks), ["Please: Play chess"]);
            assert_eq!(shown(store), "Play");

            types(&mut line, store, 4, " a game");
            assert!(!line.sync().is_saved());
            line.handle(Input::Received(Message::SyncStatus(true)));
            assert!(line.sync().is_saved());
        });
    }
}
