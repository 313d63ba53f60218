//! One section’s side of the conversation: its document, its sync state, and what is not yet saved.
//!
//! What the device kept of an earlier page is taken in like words typed here before the socket
//! opened, so it travels, is acknowledged and is refused in the same way.
//!
//! What must stay true: a section that starts afresh keeps showing its old text until the new one
//! has come, so that a page never falls empty under somebody’s hands; what is written into the old
//! text meanwhile is kept for copying like the words that were refused.

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

#[cfg(test)]
mod tests {
    use leptos::prelude::Owner;
    use shared::{Access, ItemId, Section, doc::NewItem, schema::plan::TARGETS, splice::Splice};
    use uuid::Uuid;

    use super::*;
    use crate::collab::{KEPT_LIMIT, Meeting, samples};

    const ITEM: ItemId = ItemId(Uuid::from_u128(1));

    fn title() -> FieldAddress {
        FieldAddress::new(Section::Plan, &TARGETS, ITEM, TARGETS.field("title").unwrap())
    }

    /// A line of a page that shows “Play”, and the server’s document.
    fn line() -> (Line, SectionStore, SectionDoc) {
        let server = SectionDoc::new(Section::Plan, 99);
        server.add(&TARGETS, ITEM, NewItem::default().with("title", "Play"));
        let (line, store) = page_of(&server);
        (line, store, server)
    }

    /// A line of a page as the server renders it now.
    fn page_of(server: &SectionDoc) -> (Line, SectionStore) {
        let page = samples::page(Section::Plan, Access::Write, shared::Stage::Meeting, |doc| {
            doc.apply(&server.state()).unwrap();
        });
        let store = Meeting::new(&page).store(Section::Plan).unwrap();
        (Line::new(store), store)
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
    fn what_was_kept_of_a_box_stays_when_more_of_it_is_refused() {
        let kept =
            |words: &str, round| KeptWords { round, ..KeptWords::new(title(), words.to_owned(), Refusal::TooLong) };
        let first = kept("the first paste", 1);
        assert_eq!(kept("and this", 2).beside(&first).words, "the first paste\nand this");
        assert_eq!(kept("the first paste, longer", 2).beside(&first).words, "the first paste, longer");
        assert_eq!(kept("", 2).beside(&first).words, "the first paste");

        // Of one refusal they are as they are now, not as they were a letter ago.
        let two = kept("and thi", 2).beside(&first);
        assert_eq!(kept("but this", 2).beside(&two).words, "the first paste\nbut this");
        assert_eq!(kept("but this", 2).beside(&kept("and this", 2)).words, "but this");
    }

    #[test]
    fn somebody_refused_in_the_middle_of_a_word_finds_it_whole() {
        let kept = || KeptWords::new(title(), "Please … Be pat".to_owned(), Refusal::TooLong);
        assert_eq!(kept().typed_on("Please play. Be pat", "ient").words, "Please … Be patient");
        assert_eq!(kept().typed_on("Please", " do").words, "Please … Be pat\n do");
        assert_eq!(kept().typed_on("Please", "").words, "Please … Be pat");
    }

    #[test]
    fn what_is_kept_of_a_box_does_not_grow_with_every_refusal() {
        let mut kept = KeptWords::new(title(), "oldest".to_owned(), Refusal::TooLong);
        for round in 1..200 {
            let next = KeptWords::new(title(), format!("{round} {}", "é".repeat(500)), Refusal::TooLong);
            kept = KeptWords { round, ..next }.beside(&kept).bounded();
        }
        assert_eq!(kept.words.chars().count(), KEPT_LIMIT);
        assert!(kept.words.contains("\n199 é") && !kept.words.contains("oldest"));
        let again = KeptWords { round: 199, ..KeptWords::new(title(), "newest".to_owned(), Refusal::TooLong) };
        assert!(again.beside(&kept).words.ends_with("é\nnewest"));
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
            assert_eq!(kept(&asks), ["chess"]);
            let [Ask::Keep(first), ..] = asks.as_slice() else { panic!("they are kept first") };
            assert!(first.where_label.ends_with(", after “Play”"), "{}", first.where_label);
            assert_eq!(shown(store), "Play chess");

            let asks = types(&mut line, store, 0, "Please: ");
            assert_eq!(kept(&asks), ["Please: … chess"]);
            assert_eq!(asks.len(), 1);
            assert_eq!(kept(&opens(&mut line, &server)), [""; 0]);
            assert_eq!(shown(store), "Play");

            types(&mut line, store, 4, " a game");
            assert!(!line.sync().is_saved());
            line.handle(Input::Received(Message::SyncStatus(true)));
            assert!(line.sync().is_saved());
        });
    }

    #[test]
    fn after_the_agreement_only_what_i_had_not_saved_is_given_back_not_what_others_or_i_wrote_before() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            line.handle(Input::Connected);
            opens(&mut line, &server);
            types(&mut line, store, 4, " cards");
            line.handle(Input::Received(Message::SyncStatus(true)));
            let theirs = SectionDoc::from_state(Section::Plan, 7, &store.doc().state()).unwrap();
            theirs.splice(&TARGETS, ITEM, "title", &Splice { at: 10, delete: 0, insert: " with Ewa".to_owned() });
            line.handle(Input::Received(Message::Update(theirs.state())));
            types(&mut line, store, 19, ", on Fridays");
            let agreed = ServerEvent::Refused { refused: Section::Plan, reason: Refusal::Agreed, words: String::new() };
            assert_eq!(kept(&line.handle(event(&agreed))), ["Ewa, on Fridays"]);
        });
    }

    /// What this line’s page would have left on the device.
    fn left_behind(line: &Line) -> Entry {
        let entry = line.entry().unwrap();
        Entry::from_bytes(&entry.to_bytes()).unwrap()
    }

    #[test]
    fn what_an_earlier_page_could_not_send_arrives_from_the_next_and_twice_is_once() {
        Owner::new().with(|| {
            let (mut before, store, server) = line();
            before.handle(Input::Connected);
            opens(&mut before, &server);
            before.handle(Input::Disconnected);
            types(&mut before, store, 4, " a");
            types(&mut before, store, 6, " game");
            let entry = left_behind(&before);
            assert_eq!(entry.words, [(title(), "a game".to_owned())]);

            // Two tabs find it, one of them after the other has sent it.
            for _ in 0..2 {
                let (mut after, store) = page_of(&server);
                assert!(after.restore(entry.clone()).is_empty());
                assert_eq!(shown(store), "Play a game");
                assert!(after.entry().is_some() && !after.sync().is_saved());
                after.handle(Input::Connected);
                opens(&mut after, &server);
                assert_eq!(server.words(&TARGETS, ITEM, "title"), "Play a game");
                assert!(after.entry().is_none() && after.sync().is_saved());
            }
        });
    }

    #[test]
    fn what_waited_and_is_refused_or_of_another_history_is_given_back_as_words() {
        Owner::new().with(|| {
            let (mut before, store, server) = line();
            types(&mut before, store, 4, " chess");
            let entry = left_behind(&before);

            let (mut after, _) = page_of(&server);
            after.restore(entry.clone());
            after.handle(Input::Connected);
            let refused =
                ServerEvent::Refused { refused: Section::Plan, reason: Refusal::Agreed, words: String::new() };
            assert_eq!(kept(&after.handle(event(&refused))), ["chess"]);
            assert!(after.entry().is_none());

            let (mut other, store) = page_of(&server);
            assert_eq!(kept(&other.restore(Entry { epoch: 2, ..entry.clone() })), ["chess"]);
            assert_eq!(shown(store), "Play");
            assert!(other.entry().is_none());

            // The server lost what it builds on.
            let empty = SectionDoc::new(Section::Plan, 98);
            let (mut lost, _) = page_of(&empty);
            assert_eq!(kept(&lost.restore(entry)), ["chess"]);
        });
    }

    #[test]
    fn more_than_a_message_holds_is_sent_in_several_and_unsaved_until_the_last() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            line.handle(Input::Connected);
            opens(&mut line, &server);
            line.handle(Input::Disconnected);
            for _ in 0..40 {
                types(&mut line, store, 0, &"long ".repeat(400));
                types(&mut line, store, 0, "");
            }
            line.handle(Input::Connected);
            let mut asks = line.handle(event(&ServerEvent::Opened {
                section: Section::Plan,
                epoch: 1,
                schema: 1,
                access: Access::Write,
            }));
            asks.extend(line.handle(Input::Received(Message::SyncStep1(server.state_vector()))));
            let mut messages = 0;
            for ask in &asks {
                if let Ask::Send(Message::SyncStep2(update) | Message::Update(update)) = ask {
                    assert!(update.len() <= MESSAGE_LIMIT);
                    server.apply(update).unwrap();
                    messages += 1;
                }
            }
            assert!(messages > 1);
            for _ in 0..messages {
                assert!(!line.sync().is_saved() && line.entry().is_some());
                line.handle(Input::Received(Message::SyncStatus(true)));
            }
            assert!(line.sync().is_saved() && line.entry().is_none());
            assert_eq!(server.words(&TARGETS, ITEM, "title"), shown(store));
        });
    }

    #[test]
    fn unsaved_words_of_a_part_that_is_not_for_me_any_more_can_be_copied() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            line.handle(Input::Connected);
            opens(&mut line, &server);
            line.handle(Input::Disconnected);
            types(&mut line, store, 4, " chess");
            line.handle(Input::Connected);
            let asks = line.handle(Input::Received(Message::PermissionDenied(String::new())));
            assert_eq!(kept(&asks), ["chess"]);
            assert!(matches!(asks.last(), Some(Ask::Denied)));
        });
    }

    #[test]
    fn a_page_of_another_version_keeps_its_unsent_words_for_the_next_page_and_for_copying() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            types(&mut line, store, 4, " chess");
            line.handle(Input::Connected);
            let opened = ServerEvent::Opened { section: Section::Plan, epoch: 1, schema: 2, access: Access::Write };
            let asks = line.handle(event(&opened));
            let [Ask::Outdated(Outdated::Page, words)] = asks.as_slice() else { panic!("it may not write any more") };
            assert_eq!(words.iter().map(|kept| kept.words.as_str()).collect::<Vec<_>>(), ["chess"]);
            assert!(line.handle(Input::Received(Message::SyncStep1(server.state_vector()))).is_empty());
            assert_eq!((shown(store).as_str(), line.entry().is_some()), ("Play chess", true));

            let (mut next, _) = page_of(&server);
            next.restore(left_behind(&line));
            next.handle(Input::Connected);
            opens(&mut next, &server);
            assert_eq!(server.words(&TARGETS, ITEM, "title"), "Play chess");
        });
    }

    #[test]
    fn what_is_typed_as_soon_as_the_refused_part_is_back_waits_for_its_own_acknowledgement() {
        Owner::new().with(|| {
            let (mut line, store, server) = line();
            let refused =
                ServerEvent::Refused { refused: Section::Plan, reason: Refusal::ProtectedWords, words: String::new() };
            line.handle(Input::Connected);
            opens(&mut line, &server);
            types(&mut line, store, 4, " chess");
            line.handle(event(&refused));
            let opened = ServerEvent::Opened { section: Section::Plan, epoch: 1, schema: 1, access: Access::Write };
            line.handle(event(&opened));
            line.handle(Input::Received(Message::SyncStep1(server.state_vector())));
            line.handle(Input::Received(Message::SyncStep2(server.state())));
            types(&mut line, store, 4, " a game");
            // That is for our answer to the server’s state vector.
            line.handle(Input::Received(Message::SyncStatus(true)));
            assert!(!line.sync().is_saved());
            assert_eq!(kept(&line.handle(event(&refused))), ["a game"]);
        });
    }
}
