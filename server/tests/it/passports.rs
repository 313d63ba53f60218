//! The passport outside a meeting: one place to write it, versions that stay, the child’s words protected as ever, and
//! no review by it.

use app::error::AppError;
use base64::{Engine, prelude::BASE64_STANDARD};
use server::db;
use shared::{
    PersonId, Section, Stage,
    doc::{NewItem, SectionDoc},
    record::Response,
    schema::passport,
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::{
    corrections::{a_head, agreed},
    support::{Seat, TestServer, table::item},
};

const WORDS: &str = "Tell me twice when the bus is late.";

impl TestServer {
    /// Tomek’s place of this name, at the table for his passport.
    async fn at_passport(&self, meeting: shared::MeetingId, name: &str) -> Seat {
        Seat { meeting, ..self.seat("Tomek", name, 3).await }
    }
}

fn says(lists: &[shared::record::Statements], words: &str) -> bool {
    lists.iter().flat_map(|list| &list.statements).any(|said| said.words == words)
}

#[sqlx::test(migrations = false)]
async fn it_is_written_together_when_no_meeting_is_near_and_each_version_stays(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (pike, marek) = agreed(&server).await;
    let backend = &server.backend;
    let child = server.pupil_of(&pike).await;
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await;
    let before = backend.pupil_page(pike.viewer, child).await.unwrap();
    let first = before.passport.clone().unwrap();
    let home = backend.meetings_page(marek.viewer, 1).await.unwrap();

    // Whoever opens it, it is one table.
    let table = backend.passport_open(teacher.viewer, child).await.unwrap();
    assert_eq!(backend.passport_open(marek.viewer, child).await.unwrap(), table);
    let page = backend.meeting_page(marek.viewer, table).await.unwrap();
    assert_eq!((page.stage, page.passport_of), (Stage::Meeting, Some(child)));
    assert_eq!(page.sections.iter().map(|state| state.section).collect::<Vec<_>>(), [Section::Passport]);

    // The child’s words are nobody else’s to delete; beside them everybody writes.
    let mut tab = server.open(&address, &server.at_passport(table, "Marek").await, Section::Passport, 7).await;
    let theirs = tab.doc.items(&passport::HELP)[0];
    let delete = Splice { at: 0, delete: 3, insert: String::new() };
    tab.edit(|doc| doc.splice(&passport::HELP, theirs, "text", &delete)).await;
    assert_eq!(tab.still_open().await, Ok(true), "it was not refused");
    let mut tab = server.open(&address, &server.at_passport(table, "Marek").await, Section::Passport, 8).await;
    let new = NewItem::by(marek.viewer.person).with("text", WORDS);
    tab.edit(|doc| doc.add(&passport::HELP, item(1), new)).await;
    tab.until_saved().await;
    let draft = backend.passport_page(marek.viewer, child, None).await.unwrap();
    assert!(!says(&draft.passport.unwrap().lists, WORDS), "nobody has kept it yet");

    backend.passport_save(marek.viewer, child).await.unwrap();
    let page = backend.passport_page(teacher.viewer, child, None).await.unwrap();
    let newest = page.passport.unwrap();
    assert!(says(&newest.lists, WORDS));
    assert_eq!(newest.versions.len(), first.versions.len() + 1);
    assert_eq!(newest.versions[0].saved_by.as_deref(), Some("Marek"));
    assert_eq!(newest.versions[1..], first.versions);
    let as_it_was = backend.passport_page(teacher.viewer, child, Some(first.this)).await.unwrap().passport.unwrap();
    assert_eq!(as_it_was.lists, first.lists);
    assert_eq!(backend.passport_page(teacher.viewer, child, Some(Uuid::nil())).await.err(), Some(AppError::NotFound));
    // Saved, it is closed.
    assert_eq!(backend.meeting_page(marek.viewer, table).await.unwrap().stage, Stage::Agreed);

    // It is no review, wherever reviews are counted.
    let page = backend.pupil_page(pike.viewer, child).await.unwrap();
    assert_eq!((page.held_this_year, &page.meetings), (before.held_this_year, &before.meetings));
    assert_eq!((&page.cycles, &page.help, &page.people), (&before.cycles, &before.help, &before.people));
    assert!(says(&page.passport.unwrap().lists, WORDS));
    let now = backend.meetings_page(marek.viewer, 1).await.unwrap();
    assert_eq!((now.meetings, now.coming), (home.meetings, home.coming));

    // What was not changed is no version; what was begins with the newest.
    let again = backend.passport_open(marek.viewer, child).await.unwrap();
    assert_ne!(again, table);
    backend.passport_save(marek.viewer, child).await.unwrap();
    let same = backend.passport_page(teacher.viewer, child, None).await.unwrap().passport.unwrap();
    assert_eq!(same.versions, newest.versions);

    // The next review begins with it, under everybody’s own names.
    let next = backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    let stored = db::documents::load(&mut txn, next).await.unwrap();
    let stored = stored.into_iter().find(|stored| stored.section == Section::Passport).unwrap();
    drop(txn);
    let doc = SectionDoc::from_state(Section::Passport, 1, &stored.checkpoint).unwrap();
    assert_eq!(doc.words(&passport::HELP, item(1), "text"), WORDS);
    let hands: Vec<PersonId> = stored.owners.iter().map(|(_, person)| *person).collect();
    let tomek = server.seat("Tomek", "Tomek", 3).await.viewer.person;
    assert!(hands.contains(&marek.viewer.person) && hands.contains(&tomek));
}

#[sqlx::test(migrations = false)]
async fn where_a_review_is_to_come_it_is_written_there_and_kept_from_there(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, child) = (&server.backend, server.pupil_of(&pike).await);
    assert_eq!(backend.passport_open(pike.viewer, child).await.unwrap(), pike.meeting);
    let page = backend.pupil_page(pike.viewer, child).await.unwrap();
    assert_eq!(page.change_passport.unwrap().review_on.as_deref(), Some("2026-11-19"));
    let mut tab = server.open(&address, &pike, Section::Passport, 7).await;
    let new = NewItem::by(pike.viewer.person).with("text", WORDS);
    tab.edit(|doc| doc.add(&passport::KNOW, item(1), new)).await;
    tab.until_saved().await;
    backend.passport_save(pike.viewer, child).await.unwrap();
    let page = backend.passport_page(pike.viewer, child, None).await.unwrap();
    assert!(says(&page.passport.unwrap().lists, WORDS));
    assert_eq!(backend.meeting_page(pike.viewer, pike.meeting).await.unwrap().stage, Stage::Preparing);
    // And people write on.
    let more = Splice { at: 0, delete: 0, insert: "Please: ".to_owned() };
    tab.edit(|doc| doc.splice(&passport::KNOW, item(1), "text", &more)).await;
    tab.until_saved().await;
    drop(tab);

    // Agreed; opened for itself; and then the next review is started while it is open: it goes on there.
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    backend.meeting_answer(pike.viewer, pike.meeting, Response::Agree, String::new()).await.unwrap();
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let table = backend.passport_open(pike.viewer, child).await.unwrap();
    let mut tab = server.open(&address, &server.at_passport(table, "Mrs Pike").await, Section::Passport, 9).await;
    let new = NewItem::by(pike.viewer.person).with("text", "Not saved by anybody.");
    tab.edit(|doc| doc.add(&passport::KNOW, item(2), new)).await;
    tab.until_saved().await;
    let next = backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();
    assert_eq!(backend.meeting_page(pike.viewer, table).await.unwrap().stage, Stage::Agreed);
    assert_eq!(backend.passport_open(pike.viewer, child).await.unwrap(), next);
    let page = backend.meeting_page(pike.viewer, next).await.unwrap();
    let state = page.sections.iter().find(|state| state.section == Section::Passport).unwrap();
    let doc = SectionDoc::from_state(Section::Passport, 1, &BASE64_STANDARD.decode(&state.state).unwrap()).unwrap();
    assert_eq!(doc.words(&passport::KNOW, item(2), "text"), "Not saved by anybody.");
}

#[sqlx::test(migrations = false)]
async fn it_is_changed_by_the_child_and_those_around_them_and_by_nobody_else(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let (pike, marek) = agreed(&server).await;
    let (backend, child) = (&server.backend, server.pupil_of(&pike).await);
    for (name, why) in [("Callum", AppError::NotAllowed), ("Ewa", AppError::NotFound)] {
        let seat = server.seat("Tomek", name, 3).await;
        assert_eq!(backend.passport_open(seat.viewer, child).await, Err(why.clone()), "{name}");
        assert_eq!(backend.passport_save(seat.viewer, child).await, Err(why), "{name}");
    }
    let stranger = server.seat("Kai", "Pat", 3).await;
    assert_eq!(backend.passport_open(stranger.viewer, child).await, Err(AppError::NotFound));
    let callum = server.seat("Tomek", "Callum", 3).await;
    assert_eq!(backend.pupil_page(callum.viewer, child).await.unwrap().change_passport, None);
    for name in ["Tomek", "Agnieszka", "Mr Adeyemi"] {
        let seat = server.seat("Tomek", name, 3).await;
        assert!(backend.pupil_page(seat.viewer, child).await.unwrap().change_passport.is_some(), "{name}");
    }
    // Whoever answers for every child is given a place.
    let table = backend.passport_open(marek.viewer, child).await.unwrap();
    let head = a_head(&server, &pike).await;
    assert_eq!(backend.meeting_page(head, table).await, Err(AppError::NotFound));
    assert_eq!(backend.passport_open(head, child).await.unwrap(), table);
    assert_eq!(backend.meeting_page(head, table).await.unwrap().myself().unwrap().title, "Head teacher");
    // It is no meeting that anybody agrees, corrects or goes on from.
    assert!(matches!(backend.record_agree(pike.viewer, table).await, Err(AppError::Missing(_))));
    backend.passport_save(head, child).await.unwrap();
    assert_eq!(backend.record_page(pike.viewer, table).await.err(), Some(AppError::NotFound));
    assert_eq!(backend.record_reopen(pike.viewer, table, "Wrong.".to_owned()).await, Err(AppError::NotFound));
    assert_eq!(backend.meeting_start_next(pike.viewer, table).await, Err(AppError::NotFound));
}
