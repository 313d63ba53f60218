//! A session that ends takes its open sockets along, and the clock decides about sessions and links alone.

use axum::http::StatusCode;
use server::{room::state::GRACE, upkeep};
use shared::{
    Section,
    doc::NewItem,
    protocol::{CloseCode, Message},
    schema::plan::TARGETS,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use tokio::time::Instant;

use crate::support::{TestServer, socket::Tab, table::item};

/// It is one second; a busy machine has a few.
const SOON: std::time::Duration = std::time::Duration::from_secs(5);

/// What the running server does beside answering.
pub(crate) fn keep_up(server: &TestServer) {
    let state = server.state.clone();
    tokio::spawn(async move { upkeep::end_sessions(&state).await });
}

async fn add(tab: &mut Tab, words: &str) {
    let new = NewItem::default().with("title", words);
    tab.edit(|doc| doc.add(&TARGETS, item(words.len() as u128), new)).await;
    tab.until_saved().await;
}

#[sqlx::test(migrations = false)]
async fn finishing_closes_every_tab_of_this_browser_and_no_other(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let (here, phone) = (server.sign_in(&seat).await, server.sign_in(&seat).await);
    let mut tabs = vec![];
    for (cookie, client) in [(&here, 5), (&here, 6), (&phone, 7)] {
        let mut tab = Tab::connect(&address, cookie, seat.meeting, Section::Plan, client).await;
        tab.begin().await;
        tabs.push(tab);
    }
    server.post("/finish", Some(&here)).await;
    let asked = Instant::now();
    assert_eq!(tabs[0].until_closed().await, CloseCode::Unauthorized.code());
    assert_eq!(tabs[1].until_closed().await, CloseCode::Unauthorized.code());
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    assert!(CloseCode::is_final(CloseCode::Unauthorized.code()), "the page does not come back by itself");
    add(&mut tabs[2], "read a page").await;
}

#[sqlx::test(migrations = false)]
async fn a_session_ended_on_another_server_closes_its_sockets_here(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let other = TestServer::start_on(server.db.clone());
    keep_up(&server);
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let cookie = server.sign_in(&seat).await;
    let mut mum = Tab::connect(&address, &cookie, seat.meeting, Section::Plan, 5).await;
    mum.begin().await;
    add(&mut mum, "read a page").await;
    other.post("/finish", Some(&cookie)).await;
    let asked = Instant::now();
    assert_eq!(mum.until_closed().await, CloseCode::Unauthorized.code());
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
}

#[sqlx::test(migrations = false)]
async fn a_clock_that_jumps_ends_sessions_and_nothing_else(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    keep_up(&server);
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let token = server.token(&seat).await;
    let mut mum = server.open(&address, &seat, Section::Plan, 5).await;
    add(&mut mum, "one").await;

    // Back, as when a machine’s clock is set right: a link and a session from the future are still theirs.
    server.clock.forward(Duration::hours(-5));
    add(&mut mum, "three").await;
    let cookie = server.sign_in(&seat).await;
    assert_eq!(server.get("/", Some(&cookie)).await.status(), StatusCode::OK);
    assert_eq!(server.get(&format!("/join/{token}"), None).await.status(), StatusCode::OK);

    // Forward within the day: whoever writes goes on writing.
    server.clock.forward(Duration::hours(10));
    add(&mut mum, "seventeen").await;
    assert!(server.rooms.is_live(seat.viewer.school, seat.meeting));

    // Beyond the school day the session is over, on the socket too; the room is not hurried by that.
    server.clock.forward(Duration::hours(13));
    let jumped = Instant::now();
    assert_eq!(mum.until_closed().await, CloseCode::Unauthorized.code());
    assert!(jumped.elapsed() < SOON, "{:?}", jumped.elapsed());
    assert!(jumped.elapsed() < GRACE && server.rooms.is_live(seat.viewer.school, seat.meeting));

    // The link still leads in, and everything is there.
    let mut again = server.open(&address, &seat, Section::Plan, 6).await;
    assert_eq!(again.doc.words(&TARGETS, item(9), "title"), "seventeen");
    add(&mut again, "twenty-one").await;
    assert!(!again.heard_so_far().await.contains(&Message::SyncStatus(false)));
}
