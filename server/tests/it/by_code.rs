//! The spoken code, and who came by it: at that meeting, as whoever runs it says, and nowhere else by that.

use std::net::{IpAddr, Ipv4Addr};

use app::{
    error::AppError,
    view::{
        doors::{Doors, LinkState},
        pep::RatingSent,
    },
};
use axum::http::StatusCode;
use server::{
    arrivals::{self, Arrival, NoDoor},
    db::{self, MIGRATIONS},
    limits::{CODE_GUESSES_PER_MINUTE, KNOCK_LIMIT, Limit},
};
use shared::{MeetingId, Role, rights::Post};
use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::Duration;

use crate::{
    lobby::{self, House, cookie, leads_to, post, viewer},
    support::{limit::answers, owner},
};

/// Whether somebody of this name has a place at this meeting of the house’s child.
async fn is_invited(house: &House, meeting: MeetingId, name: &str) -> bool {
    let page = house.server.backend.meeting_page(house.senco.viewer, meeting).await.unwrap();
    page.people.iter().any(|person| person.name == name)
}

async fn status(house: &House, session: &str, path: &str) -> StatusCode {
    house.server.get(path, Some(&format!("sid={session}"))).await.status()
}

#[sqlx::test(migrations = false)]
async fn a_stranger_with_the_code_comes_in_as_whoever_they_are_said_to_be(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::with(Doors::Open, pool, options).await;
    let code = house.code().await;
    assert!(matches!(house.type_code(&code, "\u{200b} \u{2066}").await, Err(NoDoor::NoName)), "nobody sees that");
    let Ok(Arrival::AtDoor { secret }) = house.type_code(&code, "  Zofia\u{7} \u{202e}K\u{200b} ").await else {
        panic!()
    };
    assert_eq!(house.lobby(&secret).await.unwrap().name, "Zofia K");
    let knock = house.door().await.knocks.remove(0);
    assert!(knock.expected.is_none());
    let admit = |role| house.server.backend.knock_admit(house.senco.viewer, house.senco.meeting, knock.id, role);
    assert_eq!(admit(None).await, Err(AppError::NotAllowed), "nobody said who they are");
    assert_eq!(admit(Some(Role::Facilitator)).await, Err(AppError::NotAllowed));
    assert_eq!(admit(Some(Role::Pupil)).await, Err(AppError::NotAllowed));
    admit(Some(Role::Supporter)).await.unwrap();
    let entered = post(&house.server, "/lobby/enter", &format!("knock={secret}"), "").await;
    let sid = format!("sid={}", cookie(&entered, "sid").unwrap());
    let meeting = format!("/meetings/{}", house.mum.meeting);
    assert_eq!(house.server.get(&meeting, Some(&sid)).await.status(), StatusCode::OK);
    let at_table = house.door().await.people;
    let zofia = at_table.iter().find(|at| at.person.name == "Zofia K").unwrap();
    assert_eq!((zofia.person.role, &zofia.link), (Role::Supporter, &LinkState::None));
}

#[sqlx::test(migrations = false)]
async fn a_stranger_who_is_let_in_as_a_teacher_does_not_work_here_by_that(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::with(Doors::Open, pool, options).await;
    let (backend, viewer, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let code = house.code().await;
    backend.meeting_start(viewer, meeting).await.unwrap();
    let child = house.server.pupil_of(&house.senco).await;
    for role in [Role::Teacher, Role::Assistant] {
        let name = format!("Zofia {}", role.name());
        let Ok(Arrival::AtDoor { secret }) = house.type_code(&code, &name).await else { panic!() };
        let knock = house.door().await.knocks.remove(0);
        backend.knock_admit(viewer, meeting, knock.id, Some(role)).await.unwrap();
        let at_table = house.door().await.people;
        let zofia = at_table.iter().find(|at| at.person.name == name).expect("they sit here");
        assert_eq!(zofia.person.role, role);
        assert!(!zofia.person.may_run, "and are not offered the running of it");
        // They run no meeting, by whosoever’s word; made a link, they read of the child what somebody does who visits.
        let entered = post(&house.server, "/lobby/enter", &format!("knock={secret}"), "").await;
        let session = lobby::viewer(&house.server, &cookie(&entered, "sid").unwrap()).await;
        assert_eq!(backend.running_hand_over(viewer, meeting, zofia.person.id).await, Err(AppError::NotAllowed));
        assert_eq!(backend.running_take_over(session, meeting).await, Err(AppError::NotAllowed));
        let place = async || {
            let mut txn = house.server.db.begin(viewer.school).await.unwrap();
            db::pupils::place(&mut txn, child, session).await.unwrap().role
        };
        assert_eq!(place().await, None, "by the code they are nobody to the child");
        backend.link_make(viewer, meeting, zofia.person.id).await.unwrap();
        assert_eq!(place().await, Some(Role::Specialist));
    }
    let mut txn = house.server.db.begin(viewer.school).await.unwrap();
    let staff = db::posts::holders(&mut txn).await.unwrap();
    let strangers = staff.iter().filter(|holder| holder.name.starts_with("Zofia"));
    assert_eq!(
        (strangers.count(), staff.is_empty()),
        (0, false),
        "and are given no post, and invited to no other child"
    );
}

#[sqlx::test(migrations = false)]
async fn a_code_is_replaced_ends_by_itself_and_cannot_be_guessed_for_long(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::with(Doors::Knock, pool, options).await;
    let (first, second) = (house.code().await, house.code().await);
    assert_ne!(first, second);
    assert_eq!(house.type_code(&first, "Zofia").await, Err(NoDoor::Unknown));
    assert_eq!(house.type_code(&second, " ").await, Err(NoDoor::NoName));
    assert!(house.type_code(&second.replace(' ', "-"), "Zofia").await.is_ok());
    house.server.clock.forward(Duration::hours(13));
    assert_eq!(house.type_code(&second, "Zofia").await, Err(NoDoor::Unknown));
    assert!(house.door().await.code.is_none());

    let code = house.code().await;
    let from = |last| Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, last)));
    let guess = async |from, code: &str| arrivals::by_code(&house.server.state, from, code, "Zofia", "").await.unwrap();
    for _ in 0..CODE_GUESSES_PER_MINUTE {
        assert_eq!(guess(from(1), "111 111 111").await, Err(NoDoor::Unknown));
    }
    assert_eq!(guess(from(1), &code).await, Err(NoDoor::TooOften), "even with the right one");
    assert!(guess(from(2), &code).await.is_ok(), "nobody else is held up");
    // One link alone does not fill the door.
    for _ in 0..KNOCK_LIMIT {
        assert_eq!(leads_to(&house.press(&house.mum).await), "/lobby");
    }
    while house.door().await.knocks.len() < KNOCK_LIMIT {
        assert!(guess(from(3 + house.door().await.knocks.len() as u8), &code).await.is_ok());
    }
    assert_eq!(guess(from(90), &code).await, Err(NoDoor::TooOften), "the door is crowded");
    let told = post(&house.server, "/code", "", &format!("code={}&name=Zofia", code.replace(' ', ""))).await;
    assert_eq!((told.status().as_u16(), leads_to(&told)), (answers(Limit::Knocks), "/code?why=often"));
}

#[sqlx::test(migrations = false)]
async fn a_code_that_ended_with_the_doors_stays_ended(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options).await;
    let (backend, viewer, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let code = house.code().await;
    for doors in [Doors::Closed, Doors::Knock] {
        backend.doors_set(viewer, meeting, doors).await.unwrap();
        assert_eq!(house.type_code(&code, "Zofia").await, Err(NoDoor::Unknown), "{doors:?}");
        if doors == Doors::Closed {
            // Nobody is given a number to say that leads nowhere.
            assert_eq!(backend.code_make(viewer, meeting).await, Err(AppError::DoorsClosed));
            assert!(house.door().await.code.is_none());
        }
    }
    assert!(house.door().await.code.is_none(), "nor is it shown");
    let next = house.code().await;
    assert_ne!(next, code);
    assert!(house.type_code(&next, "Zofia").await.is_ok());
}

#[sqlx::test(migrations = false)]
async fn who_came_by_the_code_is_at_that_meeting_and_at_no_other(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let (backend, senco, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let (code, child) = (house.code().await, house.server.pupil_of(&house.senco).await);
    let session = house.let_in(&code, "Zofia", Role::Specialist).await;
    backend.meeting_start(senco, meeting).await.unwrap();
    let childs_page = format!("/pupils/{child}");
    assert_eq!(status(&house, &session, &format!("/meetings/{meeting}")).await, StatusCode::OK);

    backend.record_agree(senco, meeting).await.unwrap();
    let next = backend.meeting_start_next(senco, meeting).await.unwrap();
    // The doors of the next one are open too, for who is expected there.
    assert!(!is_invited(&house, next, "Zofia").await && is_invited(&house, next, "Agnieszka").await);
    for closed in [format!("/meetings/{next}"), childs_page.clone(), format!("{childs_page}/passport")] {
        assert_eq!(status(&house, &session, &closed).await, StatusCode::NOT_FOUND, "{closed}");
    }
    // What was agreed with them they read on for an hour; then their session has ended, and there is no link.
    let record = format!("/meetings/{meeting}/record");
    house.server.clock.forward(Duration::minutes(59));
    assert_eq!(status(&house, &session, &record).await, StatusCode::OK);
    house.server.clock.forward(Duration::minutes(2));
    assert_eq!(status(&house, &session, &record).await, StatusCode::UNAUTHORIZED);
}

/// Admitted while it ran, they take their time: it is agreed, and even open again, before they press the button.
#[sqlx::test(migrations = false)]
async fn who_comes_in_after_the_agreement_stays_no_longer_than_the_others(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let house = House::with(Doors::Open, pool, options).await;
    let (backend, senco, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let code = house.code().await;
    let mut secrets = vec![];
    for name in ["Zofia", "Zoe"] {
        secrets.push(house.knock_by(&code, name).await);
        house.answer_knock(Some(Role::Specialist)).await;
    }
    backend.meeting_start(senco, meeting).await.unwrap();
    house.server.clock.forward(Duration::minutes(2));
    backend.record_agree(senco, meeting).await.unwrap();
    house.server.clock.forward(Duration::minutes(2));
    let late = house.enter(&secrets[0]).await;
    backend.record_reopen(senco, meeting, "The day was wrong".to_owned()).await.unwrap();
    let later = house.enter(&secrets[1]).await;
    let record = format!("/meetings/{meeting}/record");
    for (minutes, told) in [(57, StatusCode::OK), (2, StatusCode::UNAUTHORIZED)] {
        house.server.clock.forward(Duration::minutes(minutes));
        for session in [&late, &later] {
            assert_eq!(status(&house, session, &record).await, told);
        }
    }
}

/// In whatever part they were let in, while the meeting runs and when its record is open again.
#[sqlx::test(migrations = false)]
async fn a_seat_by_the_code_is_no_tie_to_the_child(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options.clone()).await;
    let (backend, senco, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let (code, child) = (house.code().await, house.server.pupil_of(&house.senco).await);
    let looked_after = "update pupils set looked_after = true where id = $1";
    sqlx::query(looked_after).bind(child.0).execute(&mut owner(&options).await).await.unwrap();
    let carer = house.let_in(&code, "Zed", Role::SocialCare).await;
    let family = house.let_in(&code, "Zofia", Role::Parent).await;
    let pages = ["", "/passport", "/picture", "/pep"].map(|page| format!("/pupils/{child}{page}"));
    let nothing_is_theirs = async |stage: &str| {
        for session in [&carer, &family] {
            assert_eq!(status(&house, session, &format!("/meetings/{meeting}")).await, StatusCode::OK, "{stage}");
            for page in &pages {
                assert_eq!(status(&house, session, page).await, StatusCode::NOT_FOUND, "{stage}: {page}");
            }
            let who = viewer(&house.server, session).await;
            let rated = backend.pep_rate(who, child, RatingSent::default()).await;
            assert_eq!(rated, Err(AppError::NotFound), "{stage}");
            assert_eq!(backend.passport_save(who, child).await, Err(AppError::NotFound), "{stage}");
        }
    };
    nothing_is_theirs("before it begins").await;
    backend.meeting_start(senco, meeting).await.unwrap();
    nothing_is_theirs("while it runs").await;
    backend.record_agree(senco, meeting).await.unwrap();
    nothing_is_theirs("agreed").await;
    backend.record_reopen(senco, meeting, "The day was wrong".to_owned()).await.unwrap();
    nothing_is_theirs("open again").await;

    // Whoever is made a link, by name, is one of the child’s people.
    for at in house.door().await.people.into_iter().filter(|at| ["Zed", "Zofia"].contains(&at.person.name.as_str())) {
        backend.link_make(senco, meeting, at.person.id).await.unwrap();
    }
    for (session, page) in [(&carer, &pages[3]), (&family, &pages[0]), (&family, &pages[1]), (&family, &pages[2])] {
        assert_eq!(status(&house, session, page).await, StatusCode::OK, "{page}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_passport_is_changed_by_nobody_who_came_by_the_code(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let (backend, senco, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let code = house.code().await;
    let session = house.let_in(&code, "Zofia", Role::Teacher).await;
    backend.meeting_start(senco, meeting).await.unwrap();
    backend.record_agree(senco, meeting).await.unwrap();
    let child = house.server.pupil_of(&house.senco).await;
    let table = backend.passport_open(senco, child).await.unwrap();
    assert!(!is_invited(&house, table, "Zofia").await && is_invited(&house, table, "Agnieszka").await);
    let zofia = viewer(&house.server, &session).await;
    assert_eq!(backend.meeting_page(zofia, table).await.map(|page| page.id), Err(AppError::NotFound));
}

#[sqlx::test(migrations = false)]
async fn who_is_made_a_link_by_name_is_invited_from_then_on(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Open, pool, options).await;
    let (backend, senco, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let code = house.code().await;
    let session = house.let_in(&code, "Zofia", Role::Supporter).await;
    let zofia = house.door().await.people.into_iter().find(|at| at.person.name == "Zofia").unwrap();
    backend.link_make(senco, meeting, zofia.person.id).await.unwrap();
    backend.meeting_start(senco, meeting).await.unwrap();
    backend.record_agree(senco, meeting).await.unwrap();
    let next = backend.meeting_start_next(senco, meeting).await.unwrap();
    assert!(is_invited(&house, next, "Zofia").await);
    house.server.clock.forward(Duration::hours(2));
    assert_eq!(status(&house, &session, &format!("/meetings/{meeting}/record")).await, StatusCode::OK);
}

/// Before it was kept of a place they were staff if they sat as a teacher, and were carried along with a link.
#[sqlx::test(migrations = false)]
async fn strangers_of_before_are_told_apart_by_what_was_written_down(pool: PgPoolOptions, options: PgConnectOptions) {
    let house = House::with(Doors::Knock, pool, options.clone()).await;
    let (backend, senco, meeting) = (&house.server.backend, house.senco.viewer, house.senco.meeting);
    let code = house.code().await;
    let session = house.let_in(&code, "Zofia", Role::Teacher).await;
    let zofia = viewer(&house.server, &session).await.person;
    let colleague = house.let_in(&code, "Zoe", Role::Teacher).await;
    let colleague = viewer(&house.server, &colleague).await.person;
    // With a link of her own she knocks, and is let in, too.
    let mum = house.let_mum_in().await;
    let mum = viewer(&house.server, &mum).await.person;
    let mut owner = owner(&options).await;
    let as_before = "update people set kind = 'staff' where id = any ($1)";
    sqlx::query(as_before).bind(vec![zofia.0, colleague.0, mum.0]).execute(&mut owner).await.unwrap();
    owner.execute("update participants set by_code = false").await.unwrap();
    let mut txn = house.server.db.begin(senco.school).await.unwrap();
    db::posts::give(&mut txn, colleague, Post::Teacher).await.unwrap();
    txn.commit().await.unwrap();
    backend.meeting_start(senco, meeting).await.unwrap();
    backend.record_agree(senco, meeting).await.unwrap();
    let next = backend.meeting_start_next(senco, meeting).await.unwrap();

    let mend = MIGRATIONS.iter().find(|migration| migration.version == 67).unwrap();
    owner.execute(mend.sql.clone()).await.unwrap();
    for (person, kind, by_code, why) in [
        (zofia, "specialist", true, "she came by the code"),
        (colleague, "staff", false, "somebody gave her a post since"),
        (mum, "staff", false, "she came by her link"),
    ] {
        let sql = "select p.kind, seat.by_code, not exists (
                     select from join_links where participant_id = seat.id and revoked_at is null
                   )
                   from people p join participants seat on seat.person_id = p.id
                   where p.id = $1 and seat.meeting_id = $2";
        let of = sqlx::query_as::<_, (String, bool, bool)>(sql).bind(person.0).bind(next.0);
        assert_eq!(of.fetch_one(&mut owner).await.unwrap(), (kind.to_owned(), by_code, by_code), "{why}");
    }
    let record = format!("/meetings/{meeting}/record");
    assert_eq!(status(&house, &session, &record).await, StatusCode::UNAUTHORIZED, "what her link opened ended with it");
}
