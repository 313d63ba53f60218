//! A record is corrected by a new version: the first stays as it is, counts until the second is agreed, and says who
//! agreed it; whoever answered answers anew.

use app::{backend::Viewer, error::AppError};
use axum::http::StatusCode;
use server::db::{self, login_sessions::Proof};
use shared::{
    Access, Attendance, PersonId, Section, Stage,
    event::ServerEvent,
    record::{Response, hash},
    rights::Post,
    schema::plan,
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use uuid::Uuid;

use crate::support::{NOON, Seat, TestServer, owner, text};

const REASON: &str = "The day of the club was wrong.";

/// Tomek’s meeting, agreed at noon: by whoever runs it, and by his dad.
pub(crate) async fn agreed(server: &TestServer) -> (Seat, Seat) {
    let (pike, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    server.backend.meeting_answer(marek.viewer, pike.meeting, Response::Agree, String::new()).await.unwrap();
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    (pike, marek)
}

#[sqlx::test(migrations = false)]
async fn the_next_version_says_why_and_the_first_stays_as_it_was(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (pike, marek) = agreed(&server).await;
    let (backend, meeting) = (&server.backend, pike.meeting);
    let cookie = server.sign_in(&marek).await;
    let first_json = text(server.get(&format!("/meetings/{meeting}/record.json"), Some(&cookie)).await).await;
    let first = backend.record_page(marek.viewer, meeting).await.unwrap();

    // Somebody has the agreed page open, and may write on it from that moment.
    let mut tab = server.open(&address, &pike, Section::Plan, 5).await;
    backend.record_reopen(pike.viewer, meeting, format!("  {REASON}\0 ")).await.unwrap();
    tab.until_event(&ServerEvent::Stage { stage: Stage::Meeting }).await;
    tab.until_event(&ServerEvent::Access { section: Section::Plan, access: Access::Write }).await;
    let target = tab.doc.items(&plan::TARGETS)[0];
    let word = Splice { at: 0, delete: 0, insert: "On Thursdays: ".to_owned() };
    tab.edit(|doc| doc.splice(&plan::TARGETS, target, "success", &word)).await;
    tab.until_saved().await;

    let page = backend.meeting_page(marek.viewer, meeting).await.unwrap();
    assert_eq!((page.stage, page.version, page.reopened.as_deref()), (Stage::Meeting, Some(1), Some(REASON)));
    assert!(page.people.iter().all(|person| person.answer.is_none()), "they answer anew");
    // Until the next is agreed the first counts, and says that it is being corrected.
    let meanwhile = backend.record_page(marek.viewer, meeting).await.unwrap();
    assert_eq!((&meanwhile.record, &meanwhile.hash), (&first.record, &first.hash));
    assert_eq!(meanwhile.reopened.map(|reopened| reopened.reason).as_deref(), Some(REASON));
    let too_early = backend.meeting_start_next(pike.viewer, meeting).await;
    assert_eq!(too_early, Err(AppError::NotAllowed), "nothing begins with what is being corrected");

    server.clock.forward(Duration::days(1));
    let against = "Not Thursdays.".to_owned();
    backend.meeting_answer(marek.viewer, meeting, Response::PartlyDisagree, against.clone()).await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    tab.until_event(&ServerEvent::Recorded { version: 2, at: "2026-11-20T12:00:00Z".to_owned() }).await;

    let second = backend.record_page(marek.viewer, meeting).await.unwrap();
    assert_eq!((second.record.version, second.record.reason.as_deref()), (2, Some(REASON)));
    assert!(second.record.targets[0].success.starts_with("On Thursdays: ") && second.reopened.is_none());
    assert_eq!(second.record.agreements[0].comment, against);
    assert_eq!(second.record.attendance, first.record.attendance, "who came to the meeting came to the meeting");
    assert_eq!(second.record.meeting, first.record.meeting);
    let said: Vec<_> = second.versions.iter().map(|one| (one.version, one.reason.as_deref())).collect();
    assert_eq!(said, [(1, None), (2, Some(REASON))]);

    // The session of yesterday is over.
    let cookie = server.sign_in(&marek).await;
    let earlier = backend.record_version_page(marek.viewer, meeting, 1).await.unwrap();
    assert_eq!((&earlier.record, &earlier.hash), (&first.record, &first.hash));
    let again = text(server.get(&format!("/meetings/{meeting}/record.json?version=1"), Some(&cookie)).await).await;
    assert_eq!((&again, hash(&again)), (&first_json, first.hash));
    for none in ["3", "0", "x", "-1"] {
        let path = format!("/meetings/{meeting}/record.json?version={none}");
        assert_eq!(server.get(&path, Some(&cookie)).await.status(), StatusCode::NOT_FOUND, "{none}");
        let path = format!("/meetings/{meeting}/record?version={none}");
        assert_eq!(server.get(&path, Some(&cookie)).await.status(), StatusCode::NOT_FOUND, "{none}");
    }

    // What counts is counted once, of the newest.
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    let counted: i64 = sqlx::query_scalar("select count(*) from help_given where meeting_id = $1")
        .bind(meeting.0)
        .fetch_one(txn.connection())
        .await
        .unwrap();
    drop(txn);
    assert_eq!(counted, second.record.provision.len() as i64);
    let child = backend.pupil_page(pike.viewer, server.pupil_of(&pike).await).await.unwrap();
    assert_eq!(child.cycles.iter().filter(|cycle| cycle.planned_in == meeting).count(), 1);
    assert!(child.cycles.last().unwrap().targets[0].reached.starts_with("On Thursdays: "));
}

/// Whoever runs the meeting could else take a disagreement off the plan that counts, by opening it again.
#[sqlx::test(migrations = false)]
async fn what_somebody_answered_stays_beside_the_next_version_unless_they_answer_anew(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let (pike, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let (backend, meeting) = (&server.backend, pike.meeting);
    backend.meeting_start(pike.viewer, meeting).await.unwrap();
    let against = "Not the big hall.".to_owned();
    backend.meeting_answer(marek.viewer, meeting, Response::PartlyDisagree, against.clone()).await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    let correct = async || {
        backend.record_reopen(pike.viewer, meeting, REASON.to_owned()).await.unwrap();
        backend.record_agree(pike.viewer, meeting).await.unwrap();
        backend.record_page(pike.viewer, meeting).await.unwrap()
    };
    for version in [2, 3] {
        let page = correct().await;
        assert_eq!((page.record.version, page.record.agreements.len()), (version, 0));
        let said: Vec<_> = page.earlier.iter().map(|(of, answer)| (*of, answer.response, &answer.comment)).collect();
        assert_eq!(said, [(1, Response::PartlyDisagree, &against)]);
    }
    // Anew, it is of this version.
    backend.record_reopen(pike.viewer, meeting, REASON.to_owned()).await.unwrap();
    backend.meeting_answer(marek.viewer, meeting, Response::Agree, String::new()).await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    let page = backend.record_page(pike.viewer, meeting).await.unwrap();
    assert_eq!((page.earlier, page.record.agreements[0].response), (vec![], Response::Agree));
}

#[sqlx::test(migrations = false)]
async fn it_is_opened_again_by_who_may_with_a_reason_and_by_nobody_else(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, meeting) = (&server.backend, pike.meeting);
    let reopen = async |viewer: Viewer, reason: &str| backend.record_reopen(viewer, meeting, reason.to_owned()).await;
    assert_eq!(reopen(pike.viewer, REASON).await, Err(AppError::NotAllowed), "nothing was agreed yet");
    let (pike, marek) = agreed(&server).await;
    let stranger = server.seat("Kai", "Pat", 3).await;
    assert_eq!(reopen(marek.viewer, REASON).await, Err(AppError::NotAllowed));
    assert_eq!(reopen(stranger.viewer, REASON).await, Err(AppError::NotFound));
    for reason in ["", " \n\0", &"x".repeat(301)] {
        assert_eq!(reopen(pike.viewer, reason).await, Err(AppError::ReasonMissing));
    }
    assert_eq!(backend.meeting_page(pike.viewer, meeting).await.unwrap().stage, Stage::Agreed);

    // The head has no place at this table: they are given one at its end, and were not at the meeting by that.
    let head = a_head(&server, &pike).await;
    assert_eq!(backend.meeting_page(head, meeting).await, Err(AppError::NotFound));
    assert!(backend.record_page(head, meeting).await.unwrap().may_correct);
    reopen(head, REASON).await.unwrap();
    reopen(pike.viewer, "Pressed by two.").await.unwrap();
    let page = backend.meeting_page(head, meeting).await.unwrap();
    assert_eq!(page.reopened.as_deref(), Some(REASON));
    let them = page.myself().unwrap();
    assert_eq!((them.title.as_str(), them.attendance), ("Head teacher", Attendance::NotInvitedOnPurpose));
    // Who comes now did not come then.
    let address = server.listen().await;
    let _tab = server.open(&address, &server.seat("Tomek", "Miss Qureshi", 3).await, Section::Plan, 9).await;
    let before = backend.record_page(pike.viewer, meeting).await.unwrap().record;
    backend.meeting_answer(head, meeting, Response::Agree, String::new()).await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    let record = backend.record_page(pike.viewer, meeting).await.unwrap().record;
    assert_eq!(record.attendance, before.attendance);
    assert_eq!(record.agreements.len(), 1, "Marek’s answer was to the first version");
    assert_eq!(record.agreements[0].person, head.person);
    // Nor are they invited to the next one.
    let next = backend.meeting_start_next(pike.viewer, meeting).await.unwrap();
    assert_eq!(backend.meeting_page(head, next).await, Err(AppError::NotFound));

    // The next meeting has begun with it, and keeps what it took over.
    let page = backend.record_page(pike.viewer, meeting).await.unwrap();
    assert!(page.may_correct && page.next_meeting == Some(next));
    reopen(pike.viewer, "Once more.").await.unwrap();
    backend.record_agree(pike.viewer, meeting).await.unwrap();
    let page = backend.record_page(pike.viewer, meeting).await.unwrap();
    assert_eq!((page.record.version, page.next_meeting), (3, Some(next)));

    let mut owner = owner(&options).await;
    let reopened: Vec<Uuid> = sqlx::query_scalar(
        "select actor from audit where verb = 'record-reopened' and meeting_id = $1 order by number",
    )
    .bind(meeting.0)
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(reopened, [head.person.0, pike.viewer.person.0]);
}

/// Somebody with an account who is the head here, and sits at no table.
pub(crate) async fn a_head(server: &TestServer, of: &Seat) -> Viewer {
    let mut txn = server.db.begin(of.viewer.school).await.unwrap();
    let person = PersonId(Uuid::from_u128(77));
    let new = db::people::NewPerson { id: person, kind: "staff", full_name: "Mrs Okafor", display_name: "Mrs Okafor" };
    db::people::create(&mut txn, new).await.unwrap();
    db::posts::give(&mut txn, person, Post::Head).await.unwrap();
    let (id, ends) = (server::secret::Hash::of("head"), NOON + Duration::days(9));
    db::login_sessions::create_with(&mut txn, id, person, Proof::Full, "", NOON, ends).await.unwrap();
    txn.commit().await.unwrap();
    db::login_sessions::find(&server.db, id).await.unwrap().unwrap().viewer
}

#[sqlx::test(migrations = false)]
async fn while_it_is_corrected_it_counts_as_held_and_is_no_draft(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (pike, _) = agreed(&server).await;
    let (backend, meeting) = (&server.backend, pike.meeting);
    let child = server.pupil_of(&pike).await;
    let before = backend.pupil_page(pike.viewer, child).await.unwrap();
    backend.record_reopen(pike.viewer, meeting, REASON.to_owned()).await.unwrap();
    let page = backend.pupil_page(pike.viewer, child).await.unwrap();
    assert_eq!(page.held_this_year, before.held_this_year);
    assert_eq!((page.meetings, page.cycles), (before.meetings, before.cycles));

    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    // However long nobody agrees anew: what was agreed is in it.
    let drafts = db::retention::drafts_due(&mut txn, NOON + Duration::days(800)).await.unwrap();
    assert!(drafts.iter().all(|due| due.meeting != Some(meeting)));
    // What was deleted before the first agreement does not stay for ever because of it.
    let due = async |txn: &mut db::SchoolTransaction, before| db::histories::due(txn, before).await.unwrap();
    assert!(!due(&mut txn, NOON - Duration::minutes(1)).await.contains(&meeting));
    assert!(due(&mut txn, NOON).await.contains(&meeting));
}
