//! Who of the staff has read a child’s newest passport, by their own word.

use app::{error::AppError, view::pupils::PupilPage};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, text};

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
    for (child, name) in [("Kai", "Miss Fenn"), ("Amara", "Mr Prys")] {
        let seat = server.seat(child, name, 3).await;
        let refused = server.backend.passport_confirm(seat.viewer, tomek, meeting, version).await;
        assert_eq!(refused, Err(AppError::NotFound), "{name}");
    }
    assert_eq!(server.trail_of(&options, "passport-read").await, 0);
}
