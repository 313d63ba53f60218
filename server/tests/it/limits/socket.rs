//! What one socket, and one request, may take.

use axum::{
    body::{Body, Bytes},
    http::{Request, header},
};
use server::limits::{BODY_LIMIT, Limit, Patience, Settings};
use shared::{
    MeetingId, Section,
    protocol::{Message, Retry},
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tower::ServiceExt;

use super::SOON;
use crate::support::{
    Seat, TestServer,
    limit::{answers, closes, most},
    owner,
    socket::Tab,
};

#[sqlx::test(migrations = false)]
async fn whoever_falls_silent_is_closed_and_comes_back(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let patience = Patience { silence: SOON, ..Patience::default() };
    let server = TestServer::start_with(server.db, Settings { patience, ..Settings::default() });
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut tab = server.open(&address, &seat, Section::Plan, 5).await;
    assert_eq!(tab.until_closed().await, closes(Limit::Silence, Some(Retry::Soon)).code());
    assert_eq!(server.open(&address, &seat, Section::Plan, 6).await.still_open().await, Ok(false));
}

#[sqlx::test(migrations = false)]
async fn a_socket_is_in_so_many_rooms_and_then_closed(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&seat).await;
    let mut tab = Tab::connect(&address, &cookie, seat.meeting, Section::Plan, 5).await;
    let open = |meeting| Tab::packet(meeting, Section::Plan, Message::AuthToken(String::new()));
    for cycle in 0..most(Limit::RoomsOfSocket) {
        let seat = server.seat("Tomek", "Mrs Pike", cycle.try_into().unwrap()).await;
        tab.send(open(seat.meeting)).await;
        tab.until(|message| matches!(message, Message::Authenticated { .. })).await;
    }
    tab.send(open(one_more(&mut owner(&options).await, &seat).await)).await;
    assert_eq!(tab.until_closed().await, closes(Limit::RoomsOfSocket, Some(Retry::Later)).code());
}

/// A meeting like this one, at which the same person has a place.
async fn one_more(owner: &mut PgConnection, seat: &Seat) -> MeetingId {
    let (id, like, place) = (uuid::Uuid::from_u128(77), seat.meeting, seat.participant);
    let sql = format!(
        "insert into meetings select (jsonb_populate_record(m, jsonb_build_object('id', '{id}', 'previous_meeting_id', null))).*
           from meetings m where m.id = '{like}';
         insert into participants
           select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'meeting_id', '{id}'))).*
           from participants p where p.id = '{place}'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(owner).await.unwrap();
    MeetingId(id)
}

#[sqlx::test(migrations = false)]
async fn whoever_talks_too_much_is_closed_and_comes_back_later(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    // By messages of nothing, and by few of much.
    for (limit, length) in [(Limit::MessageRate, 1), (Limit::ByteRate, 60 * 1024)] {
        let address = server.listen().await;
        let mut tab = server.open(&address, &seat, Section::Plan, 5).await;
        for _ in 0..1_000 {
            tab.say(Message::Stateless("x".repeat(length))).await;
        }
        assert_eq!(tab.until_closed().await, closes(limit, Some(Retry::Later)).code(), "{limit:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_form_that_is_too_long_is_not_read(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let post = |length: usize| {
        let form = format!("email=x&password=y&code={}", "0".repeat(length - 25));
        Request::post("/signin")
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, form.len())
            .body(Body::from(form))
            .unwrap()
    };
    let status = async |length| server.router.clone().oneshot(post(length)).await.unwrap().status().as_u16();
    assert_ne!(status(BODY_LIMIT - 100).await, answers(Limit::RequestBody));
    assert_eq!(status(BODY_LIMIT + 100).await, answers(Limit::RequestBody));
}

#[sqlx::test(migrations = false)]
async fn a_form_that_does_not_arrive_is_given_up(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let patience = Patience { request: SOON, ..Patience::default() };
    let server = TestServer::start_with(server.db, Settings { patience, ..Settings::default() });
    let request = |body: Body| {
        Request::post("/signin")
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .unwrap()
    };
    let half = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from("email=x"))]);
    let half = Body::from_stream(futures::StreamExt::chain(half, futures::stream::pending()));
    let answer = server.router.clone().oneshot(request(half)).await.unwrap();
    assert_eq!(answer.status().as_u16(), answers(Limit::RequestTime));
    assert_eq!(server.get("/healthz", None).await.status().as_u16(), 200, "nobody waits with it");
}
