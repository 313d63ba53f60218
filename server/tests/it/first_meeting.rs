//! The first meeting about a child who came in from a file: begun by those who answer for every child, once, with the
//! people there are.

use app::{
    backend::Viewer,
    error::AppError,
    view::first::{FirstMeetingSent, Guest},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use server::db;
use shared::{
    PupilId, Role, Section, Stage,
    doc::{NewItem, SectionDoc},
    rights::Post,
    schema::passport,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, table::item};

impl TestServer {
    /// Ada, in class 4A and looked after, who was brought in a moment ago.
    async fn brought_in(&self, pike: &Seat) -> PupilId {
        let cookie = self.sign_in(pike).await;
        let file =
            "Full name,Year group,Class,Extra help,Needs,UPN,Looked after\nAda One,4,4A,K,ASD,P000000000001,yes\n";
        self.bring_in("/register/import", file.as_bytes(), Some(&cookie)).await;
        let mut txn = self.db.begin(pike.viewer.school).await.unwrap();
        let id =
            sqlx::query_scalar("select id from pupils where upn = 'P000000000001'").fetch_one(txn.connection()).await;
        PupilId(id.unwrap())
    }

    async fn teaches(&self, teacher: Viewer, class: &str) {
        let mut txn = self.db.begin(teacher.school).await.unwrap();
        db::posts::set(&mut txn, teacher.person, &[Post::Teacher], class).await.unwrap();
        txn.commit().await.unwrap();
    }
}

fn wanted() -> FirstMeetingSent {
    FirstMeetingSent {
        on: "2026-12-03".to_owned(),
        at: "15:30".to_owned(),
        place: "Library".to_owned(),
        guests: vec![Guest { name: "Grace One".to_owned(), comes_as: "parent".to_owned() }],
        ..FirstMeetingSent::default()
    }
}

#[sqlx::test(migrations = false)]
async fn a_child_from_a_file_is_met_for_the_first_time_with_who_is_round_them(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await;
    server.teaches(teacher.viewer, "4A").await;
    let (backend, child) = (&server.backend, server.brought_in(&pike).await);
    assert!(backend.pupil_page(pike.viewer, child).await.unwrap().may_begin_first);
    let page = backend.first_meeting_page(pike.viewer, child).await.unwrap();
    assert_eq!((page.sent.on.as_str(), page.sent.at.as_str()), ("2026-12-03", "15:30"));
    // She teaches the child, and has met nobody about them yet.
    let refused = backend.first_meeting_begin(teacher.viewer, child, wanted()).await;
    assert_eq!(refused.err(), Some(AppError::NotFound));

    // What the child and staff wrote in the passport before is in the meeting, and no longer to be written elsewhere.
    let passport = backend.passport_open(pike.viewer, child).await.unwrap();
    let at_passport = Seat { meeting: passport, ..pike.clone() };
    let address = server.listen().await;
    let mut tab = server.open(&address, &at_passport, Section::Passport, 7).await;
    let words = "I count my steps.";
    tab.edit(|doc| doc.add(&passport::HELP, item(1), NewItem::by(pike.viewer.person).with("text", words))).await;
    tab.until_saved().await;

    let meeting = backend.first_meeting_begin(pike.viewer, child, wanted()).await.unwrap().unwrap();
    let again = backend.first_meeting_begin(pike.viewer, child, wanted()).await.unwrap();
    assert_eq!(again, Ok(meeting), "pressed twice");
    let page = backend.meeting_page(pike.viewer, meeting).await.unwrap();
    assert_eq!((page.stage, page.kind.as_str()), (Stage::Preparing, "SEN Support review and PEP meeting"));
    assert!(page.when.starts_with("Thursday 3 December"), "{}", page.when);
    let people: Vec<_> = page.people.iter().map(|person| (person.name.as_str(), person.role)).collect();
    for expected in [
        ("Ada", Role::Pupil),
        ("Mrs Pike", Role::Facilitator),
        ("Miss Qureshi", Role::Teacher),
        ("Grace One", Role::Parent),
    ] {
        assert!(people.contains(&expected), "{expected:?} in {people:?}");
    }
    let there: Vec<_> = page.sections.iter().map(|state| state.section).collect();
    for section in [
        Section::Plan,
        Section::Assess,
        Section::Pep,
        Section::PepRestricted,
        Section::Costs,
        Section::StaffPreparation,
    ] {
        assert!(there.contains(&section), "{section:?}");
    }
    let state = page.sections.iter().find(|state| state.section == Section::Passport).unwrap();
    let doc = SectionDoc::from_state(Section::Passport, 0, &BASE64_STANDARD.decode(&state.state).unwrap()).unwrap();
    assert_eq!(doc.words(&passport::HELP, item(1), "text"), words);
    assert_eq!(backend.meeting_page(pike.viewer, passport).await.unwrap().stage, Stage::Agreed);
    // Everybody has a link to be handed.
    let grace = page.people.iter().find(|person| person.name == "Grace One").unwrap();
    assert!(backend.link_show(pike.viewer, meeting, grace.id).await.unwrap().url.contains("/join/"));
    assert!(!backend.pupil_page(pike.viewer, child).await.unwrap().may_begin_first);
}

#[sqlx::test(migrations = false)]
async fn a_day_that_cannot_be_is_said_and_nobody_is_invited(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, child) = (&server.backend, server.brought_in(&pike).await);
    let sent = FirstMeetingSent { on: "9999-12-31".to_owned(), ..wanted() };
    let faults = backend.first_meeting_begin(pike.viewer, child, sent).await.unwrap().unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["on"]);
    assert!(backend.pupil_page(pike.viewer, child).await.unwrap().may_begin_first);
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    let known: i64 = sqlx::query_scalar("select count(*) from people where full_name = 'Grace One'")
        .fetch_one(txn.connection())
        .await
        .unwrap();
    assert_eq!(known, 0);
}
