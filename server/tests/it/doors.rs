//! Who is at the table, and who runs the meeting.

use std::{sync::Arc, time::Duration};

use app::{
    backend::{Backend, Viewer},
    error::AppError,
};
use axum::http::{StatusCode, header};
use server::{backend::ServerBackend, clock::SharedClock, db::login_sessions, secret::Hash};
use shared::{
    Role, Section, Stage,
    doc::NewItem,
    event::ServerEvent,
    protocol::{CloseCode, Message},
    schema::plan::TARGETS,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite;

use crate::{
    lobby::cookie,
    sessions::keep_up,
    support::{
        Seat, TestServer, owner,
        socket::{ORIGIN, Tab, knock},
        table::{Client, Table, item, seat},
        text,
    },
};

/// It is one second; a busy machine has a few.
const SOON: Duration = Duration::from_secs(5);

async fn add(tab: &mut Tab, words: &str) {
    let new = NewItem::default().with("title", words);
    tab.edit(|doc| doc.add(&TARGETS, item(words.len() as u128), new)).await;
    tab.until_saved().await;
}

#[sqlx::test(migrations = false)]
async fn whoever_is_asked_to_leave_hears_nothing_more_and_their_words_stay(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let cookie = server.sign_in(&mum).await;
    let mut hers = Tab::connect(&address, &cookie, mum.meeting, Section::Plan, 5).await;
    hers.begin().await;
    let mut sencos = server.open(&address, &senco, Section::Plan, 6).await;
    add(&mut hers, "read a page").await;

    let asked = Instant::now();
    server.backend.person_remove(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    hers.until_event(&ServerEvent::Removed).await;
    assert_eq!(hers.until_closed().await, CloseCode::Removed.code());
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    sencos.until_event(&ServerEvent::People).await;
    add(&mut sencos, "not for her any more").await;
    assert_eq!(sencos.doc.words(&TARGETS, item(11), "title"), "read a page");

    // Neither her page, nor her socket, nor her link opens: they say to open the link, and that says why.
    let page = server.get(&format!("/meetings/{}", mum.meeting), Some(&cookie)).await;
    assert_eq!(page.status(), StatusCode::UNAUTHORIZED);
    assert!(text(page).await.contains(&AppError::NotSignedIn.to_string()));
    let again = knock(&address, Some(&cookie), Some(ORIGIN)).await;
    assert!(matches!(again, Err(tungstenite::Error::Http(answer)) if answer.status() == 401));
    let link = format!("/join/{}", server.token(&mum).await);
    let letter = server.get(&link, None).await;
    assert_eq!(letter.status(), StatusCode::FORBIDDEN);
    let letter = text(letter).await;
    assert!(letter.contains(&AppError::PlaceClosed.to_string()));
    assert!(letter.contains("You are no longer in this meeting") && !letter.contains("Tomek"));
    assert!(server.post(&link, None).await.headers().get(header::SET_COOKIE).is_none());

    server.backend.person_let_back(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    let mut back = server.open(&address, &mum, Section::Plan, 8).await;
    assert_eq!(back.doc.words(&TARGETS, item(20), "title"), "not for her any more");
    add(&mut back, "here again").await;
}

/// From the command to the closed socket and the closed page, on one clock: that of this process. A machine that stands
/// still for a moment may spoil one try, a server that only looks now and then spoils most: so the middle one of three
/// counts.
#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn whoever_is_asked_to_leave_is_out_within_a_second(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let page = format!("/meetings/{}", mum.meeting);
    let (mut socket, mut view) = (vec![], vec![]);
    for client in 5..8 {
        let cookie = server.sign_in(&mum).await;
        let mut hers = Tab::connect(&address, &cookie, mum.meeting, Section::Plan, client).await;
        hers.begin().await;
        assert_eq!(server.get(&page, Some(&cookie)).await.status(), StatusCode::OK);
        let asked = Instant::now();
        let removes = server.backend.person_remove(senco.viewer, senco.meeting, mum.participant);
        let closes = async {
            assert_eq!(hers.until_closed().await, CloseCode::Removed.code());
            asked.elapsed()
        };
        let (removed, closed) = tokio::join!(removes, closes);
        removed.unwrap();
        socket.push(closed);
        assert_eq!(server.get(&page, Some(&cookie)).await.status(), StatusCode::UNAUTHORIZED);
        view.push(asked.elapsed());
        server.backend.person_let_back(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    }
    for mut times in [socket, view] {
        times.sort();
        assert!(times[1] < Duration::from_secs(1), "{times:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn who_came_by_a_link_that_is_no_longer_good_is_out_and_stays_out(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    keep_up(&server);
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (dad, teacher) = (server.seat("Tomek", "Marek", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let (meeting, backend) = (mum.meeting, &server.backend);
    let others = [server.sign_in(&dad).await, server.account(teacher.viewer).await];
    let opens = async |cookie: &str| server.get(&format!("/meetings/{meeting}"), Some(cookie)).await.status();
    let press = async || {
        let url = backend.link_show(senco.viewer, meeting, mum.participant).await.unwrap().url;
        let pressed = server.post(&url[url.find("/join/").unwrap()..], None).await;
        format!("sid={}", cookie(&pressed, "sid").unwrap())
    };
    server.token(&mum).await;
    for way in ["taken back", "made anew", "removed"] {
        let stolen = press().await;
        let mut tab = Tab::connect(&address, &stolen, meeting, Section::Plan, 5).await;
        tab.begin().await;
        assert_eq!(opens(&stolen).await, StatusCode::OK, "{way}");
        let asked = Instant::now();
        match way {
            "taken back" => backend.link_take_back(senco.viewer, meeting, mum.participant).await.unwrap(),
            "made anew" => backend.link_make(senco.viewer, meeting, mum.participant).await.unwrap(),
            _ => backend.person_remove(senco.viewer, meeting, mum.participant).await.unwrap(),
        }
        assert_eq!(opens(&stolen).await, StatusCode::UNAUTHORIZED, "{way}");
        let code = tab.until_closed().await;
        assert!(CloseCode::from_code(code).is_some_and(|_| CloseCode::is_final(code)), "{way}: {code}");
        assert!(asked.elapsed() < SOON, "{way}: {:?}", asked.elapsed());
        match way {
            "taken back" => backend.link_make(senco.viewer, meeting, mum.participant).await.unwrap(),
            "made anew" => {}
            _ => backend.person_let_back(senco.viewer, meeting, mum.participant).await.unwrap(),
        }
        assert_eq!(opens(&stolen).await, StatusCode::UNAUTHORIZED, "{way}");
        assert_eq!(opens(&press().await).await, StatusCode::OK, "{way}: by the link that is good");
    }
    backend.link_make(senco.viewer, meeting, teacher.participant).await.unwrap();
    backend.link_take_back(senco.viewer, meeting, teacher.participant).await.unwrap();
    for other in others {
        assert_eq!(opens(&other).await, StatusCode::OK, "nobody else is sent away, nor who has an account");
    }
    // Whoever runs it by a link goes on, though another of theirs went astray.
    let (hers, astray) = (server.sign_in(&senco).await, server.sign_in(&senco).await);
    let id = Hash::of(hers.trim_start_matches("sid="));
    let by_link = login_sessions::find(&server.db, id).await.unwrap().unwrap().viewer;
    backend.link_take_back(by_link, meeting, senco.participant).await.unwrap();
    assert_eq!((opens(&hers).await, opens(&astray).await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
}

#[sqlx::test(migrations = false)]
async fn only_whoever_runs_the_meeting_removes_and_not_themselves(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (kai, teacher) = (server.seat("Kai", "Pat", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let remove =
        async |by: Viewer, who: &Seat| server.backend.person_remove(by, mum.meeting, who.participant).await.err();
    assert_eq!(remove(teacher.viewer, &mum).await, Some(AppError::NotAllowed));
    assert_eq!(remove(kai.viewer, &mum).await, Some(AppError::NotFound));
    assert_eq!(remove(senco.viewer, &senco).await, Some(AppError::NotAllowed));
    // Nor anybody of another table.
    assert_eq!(remove(senco.viewer, &kai).await, Some(AppError::NotFound));
    assert_eq!(remove(senco.viewer, &mum).await, None);
    assert_eq!(remove(senco.viewer, &mum).await, Some(AppError::NotFound));
}

#[sqlx::test(migrations = false)]
async fn running_it_is_handed_over_and_takes_effect_on_open_sockets(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (senco, teacher) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let mut sencos = server.open(&address, &senco, Section::Plan, 5).await;
    let mut teachers = server.open(&address, &teacher, Section::Plan, 6).await;
    let mut mums = server.open(&address, &mum, Section::Plan, 7).await;

    let to_mum = server.backend.running_hand_over(senco.viewer, senco.meeting, mum.participant).await;
    assert_eq!(to_mum.err(), Some(AppError::NotAllowed), "family does not read what staff write");
    server.backend.running_hand_over(senco.viewer, senco.meeting, teacher.participant).await.unwrap();
    teachers.until_event(&ServerEvent::Role { role: Role::Facilitator }).await;
    sencos.until_event(&ServerEvent::Role { role: Role::Teacher }).await;
    mums.until_event(&ServerEvent::People).await;

    let start = |by: Viewer| server.backend.meeting_start(by, senco.meeting);
    assert_eq!(start(senco.viewer).await.err(), Some(AppError::NotAllowed));
    start(teacher.viewer).await.unwrap();
    let kept: String = sqlx::query_scalar("select role from participants where id = $1")
        .bind(teacher.participant.0)
        .fetch_one(&mut owner(&options).await)
        .await
        .unwrap();
    assert_eq!(kept, "facilitator");
}

#[sqlx::test(migrations = false)]
async fn a_meeting_survives_whoever_runs_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (senco, teacher) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let mut teachers = server.open(&address, &teacher, Section::Plan, 6).await;
    let clock = SharedClock::new(server.clock.clone());
    let after = |time| {
        let backend = ServerBackend::new(server.db.clone(), server.rooms.clone(), clock.clone(), server.key.clone());
        Arc::new(backend.taking_over_after(time)) as Arc<dyn Backend>
    };
    let (patient, quick) = (after(Duration::from_secs(120)), after(Duration::from_millis(1)));
    let take =
        async |backend: &Arc<dyn Backend>, by: &Seat| backend.running_take_over(by.viewer, senco.meeting).await.err();
    assert_eq!(take(&quick, &teacher).await, Some(AppError::NotAllowed), "not before it was opened");
    server.backend.meeting_start(senco.viewer, senco.meeting).await.unwrap();

    let sencos = server.open(&address, &senco, Section::Plan, 5).await;
    assert_eq!(take(&quick, &teacher).await, Some(AppError::RunBySomebody), "she is here");
    drop(sencos);
    teachers.until(|message| is_here_without(message, &senco)).await;
    assert_eq!(take(&patient, &teacher).await, Some(AppError::RunBySomebody), "she may be coming back");
    assert_eq!(take(&quick, &mum).await, Some(AppError::NotAllowed));
    let taken = loop {
        match take(&quick, &teacher).await {
            // Not for as long as it takes yet.
            Some(AppError::RunBySomebody) => tokio::task::yield_now().await,
            other => break other,
        }
    };
    assert_eq!(taken, None);
    teachers.until_event(&ServerEvent::Role { role: Role::Facilitator }).await;
    assert_eq!(take(&quick, &teacher).await, None, "pressed twice");
    server.backend.meeting_spotlight(teacher.viewer, senco.meeting, None).await.unwrap();
}

fn is_here_without(message: &Message, seat: &Seat) -> bool {
    let Message::Stateless(json) = message else { return false };
    match serde_json::from_str(json) {
        Ok(ServerEvent::Here { participants, .. }) => !participants.contains(&seat.participant),
        _ => false,
    }
}

#[test]
fn how_long_somebody_is_away_is_counted_from_when_they_were_here_last() {
    let mut table = Table::new(Stage::Meeting);
    let parent = Client::open(&mut table, Role::Parent, Section::Plan, 5);
    let away = |table: &Table| table.state.away_for(seat(Role::Facilitator), table.now);
    table.wait(Duration::from_secs(10));
    assert_eq!(away(&table), Duration::from_secs(10), "never seen: since the room was opened");
    let facilitator = Client::open(&mut table, Role::Facilitator, Section::Plan, 6);
    table.wait(Duration::from_secs(10));
    assert_eq!(away(&table), Duration::ZERO);
    table.input(server::room::state::Input::Disconnect { conn: facilitator.conn });
    table.wait(Duration::from_secs(7));
    assert_eq!(away(&table), Duration::from_secs(7));
    assert_eq!(table.state.away_for(seat(Role::Parent), table.now), Duration::ZERO);
    drop(parent);
}
