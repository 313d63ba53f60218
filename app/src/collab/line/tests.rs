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
    let kept = |words: &str, round| KeptWords { round, ..KeptWords::new(title(), words.to_owned(), Refusal::TooLong) };
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
        let refused = ServerEvent::Refused { refused: Section::Plan, reason: Refusal::Agreed, words: String::new() };
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
