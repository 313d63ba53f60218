//! Who of the staff has read a child’s newest passport, by their own word.

use app::{error::AppError, view::pupils::PupilPage};
use server::db;
use shared::{Section, doc::NewItem, schema::passport};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    corrections::agreed,
    subject::taken,
    support::{Seat, TestServer, owner, table::item, text},
};

impl TestServer {
    async fn child(&self, seat: &Seat) -> PupilPage {
        self.backend.pupil_page(seat.viewer, self.pupil_of(seat).await).await.unwrap()
    }
}

/// Who has read it, and who has not.
fn sides(page: &PupilPage) -> (Vec<&str>, Vec<&str>) {
    let (read, not_yet): (Vec<_>, Vec<_>) = page.reading.readers.iter().partition(|reader| reader.read_on.is_some());
    (
        read.into_iter().map(|reader| reader.name.as_str()).collect(),
        not_yet.into_iter().map(|reader| reader.name.as_str()).collect(),
    )
}

#[sqlx::test(migrations = false)]
async fn staff_say_once_that_they_have_read_a_version_and_a_new_one_asks_again(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let (pike, qureshi) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let tomek = server.pupil_of(&pike).await;
    let page = server.child(&pike).await;
    // Those at his table who work here, and nobody of the family or from outside.
    let staff = vec!["Miss Farrah Qureshi", "Mr Adrian Moss", "Mr Dele Adeyemi", "Mrs Joanna Pike"];
    assert_eq!(sides(&page), (vec![], staff));

    let cookie = server.sign_in(&qureshi).await;
    let passport = format!("/pupils/{tomek}/passport");
    assert!(text(server.get(&passport, Some(&cookie)).await).await.contains("I have read this"));
    let (meeting, version) = server.child(&qureshi).await.reading.version.unwrap();
    let backend = server.backend.clone();
    for _ in 0..2 {
        assert_eq!(backend.passport_confirm(qureshi.viewer, tomek, meeting, version).await, Ok(true));
    }
    let said = text(server.get(&passport, Some(&cookie)).await).await;
    assert!(!said.contains("I have read this") && said.contains("Thursday 19 November 2026"), "{said}");
    assert_eq!(server.trail_of(&options, "passport-read").await, 1);
    let page = server.child(&pike).await;
    assert_eq!(sides(&page).0, ["Miss Farrah Qureshi"]);
    // The list is for those who answer for the child.
    assert!(server.child(&qureshi).await.reading.readers.is_empty());

    // The next meeting agrees a new version: everybody is asked anew, and the old one cannot be said to be read.
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    assert_eq!(backend.passport_confirm(qureshi.viewer, tomek, meeting, version).await, Ok(false));
    assert_eq!(sides(&server.child(&pike).await).0, Vec::<&str>::new());
    assert!(server.child(&qureshi).await.reading.mine.is_none());
    let (newest, version) = server.child(&qureshi).await.reading.version.unwrap();
    assert_eq!(newest, pike.meeting.0);
    assert_eq!(backend.passport_confirm(pike.viewer, tomek, newest, version).await, Ok(true));
    assert_eq!(sides(&server.child(&pike).await).0, ["Mrs Joanna Pike"]);
}

#[sqlx::test(migrations = false)]
async fn a_version_that_was_saved_outside_a_meeting_is_read_as_any_other(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    const WORDS: &str = "Show me where the exit is.";
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (pike, _) = agreed(&server).await;
    let (backend, tomek) = (&server.backend, server.pupil_of(&pike).await);
    let qureshi = server.seat("Tomek", "Miss Qureshi", 3).await;
    let (meeting, number) = server.child(&qureshi).await.reading.version.unwrap();
    assert_eq!(backend.passport_confirm(qureshi.viewer, tomek, meeting, number).await, Ok(true));

    let table = backend.passport_open(pike.viewer, tomek).await.unwrap();
    let mut tab = server.open(&address, &Seat { meeting: table, ..pike }, Section::Passport, 7).await;
    let new = NewItem::by(pike.viewer.person).with("text", WORDS);
    tab.edit(|doc| doc.add(&passport::KNOW, item(1), new)).await;
    tab.until_saved().await;
    // Before it is saved it is no version.
    let before = server.child(&pike).await;
    assert_eq!(sides(&before).0, ["Miss Farrah Qureshi"]);
    assert!(sides(&before).1.contains(&"Mrs Joanna Pike"));
    backend.passport_save(pike.viewer, tomek).await.unwrap();

    let page = server.child(&pike).await;
    let newest = page.passport.as_ref().unwrap().this;
    assert_eq!((sides(&page).0, page.reading.version), (vec![], Some((newest, 1))));
    assert_eq!(backend.passport_confirm(qureshi.viewer, tomek, meeting, number).await, Ok(false));
    for _ in 0..2 {
        assert_eq!(backend.passport_confirm(qureshi.viewer, tomek, newest, 1).await, Ok(true));
    }
    assert_eq!(server.trail_of(&options, "passport-read").await, 2);
    assert_eq!(sides(&server.child(&pike).await), sides(&before));
    // It is asked where the newest is read, and of no older one.
    for (version, asked) in [(None, true), (Some(newest), true), (Some(meeting), false)] {
        let page = backend.passport_page(pike.viewer, tomek, version).await.unwrap();
        assert_eq!(page.reading.version.is_some(), asked, "{version:?}");
    }

    // Both are in what is held about the child, and go with it.
    let files = taken(&server, "Mrs Pike").await.1.unwrap();
    let is_kept = |(name, content): (&String, &String)| name.starts_with("passports/") && content.contains(WORDS);
    assert_eq!(files.iter().filter(|file| is_kept(*file)).count(), 2, "as it was kept, and to be read");
    assert!(files["tables/saved_passport_reads.json"].contains(&newest.to_string()));
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    assert!(db::erasures::destroy_pupil(&mut txn, tomek).await.unwrap());
    txn.commit().await.unwrap();
    let left = "select (select count(*) from passports) + (select count(*) from saved_passport_reads)";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&mut owner(&options).await).await.unwrap(), 0);
}

#[sqlx::test(migrations = false)]
async fn only_staff_of_the_child_are_asked(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let tomek = server.pupil_of(&pike).await;
    let (meeting, version) = server.child(&pike).await.reading.version.unwrap();
    for name in ["Agnieszka", "Marek", "Tomek", "Ruth"] {
        let seat = server.seat("Tomek", name, 3).await;
        let refused = server.backend.passport_confirm(seat.viewer, tomek, meeting, version).await;
        assert_eq!(refused, Err(AppError::NotAllowed), "{name}");
        let page =
            text(server.get(&format!("/pupils/{tomek}/passport"), Some(&server.sign_in(&seat).await)).await).await;
        assert!(!page.contains("I have read this") && page.contains("Say my name first"), "{name}");
        assert_eq!(server.child(&seat).await.reading, app::view::pupils::Reading::default(), "{name}");
    }
    // Nor is a version read that never was: one to come, another meeting’s, one of nothing.
    let other = server.child(&server.seat("Kai", "Pat", 3).await).await.reading.version;
    for (id, number) in [(meeting, version + 1), (meeting, 0), (uuid::Uuid::nil(), 1)].into_iter().chain(other) {
        let refused = server.backend.passport_confirm(pike.viewer, tomek, id, number).await;
        assert_eq!(refused, Err(AppError::NotFound), "{id} {number}");
    }
    for (child, name) in [("Kai", "Miss Fenn"), ("Amara", "Mr Prys")] {
        let seat = server.seat(child, name, 3).await;
        let refused = server.backend.passport_confirm(seat.viewer, tomek, meeting, version).await;
        assert_eq!(refused, Err(AppError::NotFound), "{name}");
    }
    assert_eq!(server.trail_of(&options, "passport-read").await, 0);
}
