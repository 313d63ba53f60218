//! Agreeing: the record is whole, true to its hash, and never changed.

use app::error::AppError;
use axum::http::{StatusCode, header};
use shared::{
    ItemId, Section, Stage,
    doc::NewItem,
    record::{AgreedRecord, Response, hash},
    schema::{plan, staff},
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::support::{Seat, TestServer, owner, text};

#[sqlx::test(migrations = false)]
async fn agreeing_writes_the_record_and_all_its_rows(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let marek = server.seat("Tomek", "Marek", 3).await;
    let meeting = pike.meeting;

    server.backend.meeting_start(pike.viewer, meeting).await.unwrap();
    assert_eq!(server.backend.record_page(marek.viewer, meeting).await.err(), Some(AppError::NotAgreedYet));
    let stranger = server.seat("Kai", "Pat", 3).await;
    assert_eq!(server.backend.record_page(stranger.viewer, meeting).await.err(), Some(AppError::NotFound));
    let comment = "Not the big hall on Fridays.".to_owned();
    server.backend.meeting_answer(marek.viewer, meeting, Response::PartlyDisagree, comment.clone()).await.unwrap();
    server.backend.record_agree(pike.viewer, meeting).await.unwrap();

    let page = server.backend.meeting_page(marek.viewer, meeting).await.unwrap();
    assert_eq!((page.stage, page.version), (Stage::Agreed, Some(1)));
    assert!(page.sections.iter().all(|section| !section.access.can_write()));

    let page = server.backend.record_page(marek.viewer, meeting).await.unwrap();
    let record = &page.record;
    assert_eq!(record.agreements.len(), 1);
    assert_eq!((record.agreements[0].response, &record.agreements[0].comment), (Response::PartlyDisagree, &comment));
    assert!(!page.can_start_next);

    let statements = record.passport.iter().chain(&record.boards).map(|list| list.statements.len()).sum::<usize>()
        + record.remarks.len()
        + record.by_school.len()
        + record.by_home.len()
        + record.by_pupil.len();
    for (table, rows) in [
        ("record_attendance", record.attendance.len()),
        ("record_agreements", record.agreements.len()),
        ("statements", statements),
        ("outcomes", record.outcomes.len()),
        ("targets", record.targets.len()),
        ("provisions", record.provision.len()),
        ("provision_costs", record.provision.len()),
        ("actions", record.actions.len()),
        ("target_reviews", record.reviews.len()),
        ("deliveries", record.delivery.len()),
    ] {
        assert!(rows > 0, "the demo has no {table}");
        assert_eq!(server.count(pike.viewer.school, table, meeting).await, rows as i64, "{table}");
    }
}

#[sqlx::test(migrations = false)]
async fn an_answer_holds_no_letter_that_nobody_sees(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (pike, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let answer = async |comment: &str| {
        server.backend.meeting_answer(marek.viewer, pike.meeting, Response::PartlyDisagree, comment.to_owned()).await
    };
    assert_eq!(answer("\u{200b}\u{feff} \u{7}").await, Err(AppError::WordsMissing), "words that nobody can read");
    answer(" \u{202e}Not\u{202c} on\u{0} \u{1b}Fridays\u{200b}.\r\n").await.unwrap();
    let page = server.backend.meeting_page(pike.viewer, pike.meeting).await.unwrap();
    let his = page.people.into_iter().find_map(|person| person.answer).unwrap();
    assert_eq!(his.comment, "Not on Fridays.");
}

/// Somebody could else be read as agreeing to what was written when they had answered.
#[sqlx::test(migrations = false)]
async fn an_answer_that_was_given_before_the_last_words_says_so(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (pike, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let (backend, meeting) = (&server.backend, pike.meeting);
    backend.meeting_start(pike.viewer, meeting).await.unwrap();
    let agree = async |seat: &Seat| {
        backend.meeting_answer(seat.viewer, meeting, Response::Agree, String::new()).await.unwrap();
    };
    agree(&marek).await;
    let mut tab = server.open(&address, &pike, Section::Plan, 5).await;
    let target = tab.doc.items(&plan::TARGETS)[0];
    let word = Splice { at: 0, delete: 0, insert: "Every day: ".to_owned() };
    tab.edit(|doc| doc.splice(&plan::TARGETS, target, "success", &word)).await;
    tab.until_saved().await;
    agree(&pike).await;
    // What the staff note for themselves is nobody’s to agree to.
    let mut notes = server.open(&address, &pike, Section::StaffPreparation, 6).await;
    notes.edit(|doc| doc.add(&staff::NOTES, ItemId(Uuid::from_u128(1)), NewItem::default())).await;
    notes.until_saved().await;
    backend.record_agree(pike.viewer, meeting).await.unwrap();

    let cookie = server.sign_in(&marek).await;
    let page = text(server.get(&format!("/meetings/{meeting}/record"), Some(&cookie)).await).await;
    assert_eq!(page.matches("Something was written in the plan after that answer.").count(), 1);
    let record = backend.record_page(marek.viewer, meeting).await.unwrap().record;
    let early: Vec<_> = record.agreements.iter().filter(|answer| answer.before_the_last_words).collect();
    assert_eq!(early.iter().map(|answer| answer.name.as_str()).collect::<Vec<_>>(), ["Marek"]);
    // Whoever answers again answers to what stands there then.
    backend.record_reopen(pike.viewer, meeting, "The day of the club was wrong.".to_owned()).await.unwrap();
    agree(&marek).await;
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    let record = backend.record_page(marek.viewer, meeting).await.unwrap().record;
    assert!(record.agreements.iter().all(|answer| !answer.before_the_last_words), "{:?}", record.agreements);
}

#[sqlx::test(migrations = false)]
async fn the_record_is_read_byte_for_byte_by_those_at_the_table(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 2).await;
    let path = format!("/meetings/{}/record.json", seat.meeting);
    let response = server.get(&path, Some(&server.sign_in(&seat).await)).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let bytes = text(response).await;
    let page = server.backend.record_page(seat.viewer, seat.meeting).await.unwrap();
    assert_eq!(hash(&bytes), page.hash);
    assert_eq!(serde_json::from_str::<AgreedRecord>(&bytes).unwrap(), page.record);
    // What help costs is for staff: it is in no record at all.
    assert!(!bytes.contains("SEN notional budget"));

    let stranger = server.seat("Kai", "Pat", 3).await;
    let cookie = server.sign_in(&stranger).await;
    assert_eq!(server.get(&path, Some(&cookie)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.get(&path, None).await.status(), StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrations = false)]
async fn what_was_agreed_cannot_be_changed_even_by_the_owner(pool: PgPoolOptions, options: PgConnectOptions) {
    let _server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    for sql in [
        "update records set canonical_json = '{}'",
        "delete from records",
        "update targets set title = ''",
        "delete from statements",
        "truncate record_agreements",
    ] {
        let refusal = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut owner).await.unwrap_err();
        assert!(refusal.to_string().contains("what was agreed is never changed"), "{sql}: {refusal}");
    }
}

#[sqlx::test(migrations = false)]
async fn only_the_facilitator_starts_and_agrees_and_only_in_that_order(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let marek = server.seat("Tomek", "Marek", 3).await;
    let ewa = server.seat("Tomek", "Ewa", 3).await;
    let tomek = server.seat("Tomek", "Tomek", 3).await;
    let stranger = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let (backend, meeting) = (&server.backend, pike.meeting);

    assert_eq!(backend.meeting_start(marek.viewer, meeting).await, Err(AppError::NotAllowed));
    assert_eq!(backend.meeting_start(stranger.viewer, meeting).await, Err(AppError::NotFound));
    assert_eq!(backend.record_agree(pike.viewer, meeting).await, Err(AppError::NotAllowed));
    backend.meeting_start(pike.viewer, meeting).await.unwrap();
    backend.meeting_start(pike.viewer, meeting).await.unwrap();
    assert_eq!(backend.record_agree(marek.viewer, meeting).await, Err(AppError::NotAllowed));
    let words = String::new();
    let interpreter = backend.meeting_answer(ewa.viewer, meeting, Response::Agree, words.clone()).await;
    assert_eq!(interpreter, Err(AppError::NotAllowed));
    // An answer that needs words is none without them; but a child’s “not all of it” is one.
    let (blank, partly) = ("  ".to_owned(), Response::PartlyDisagree);
    let silent = backend.meeting_answer(marek.viewer, meeting, partly, blank.clone()).await;
    assert_eq!(silent, Err(AppError::WordsMissing));
    backend.meeting_answer(tomek.viewer, meeting, partly, blank).await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    assert_eq!(backend.record_agree(pike.viewer, meeting).await, Err(AppError::Agreed));
    let late = backend.meeting_answer(marek.viewer, meeting, Response::Agree, words).await;
    assert_eq!(late, Err(AppError::Agreed));
}
