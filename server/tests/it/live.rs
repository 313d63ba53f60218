//! The socket, as a browser meets it.

use shared::{
    Section, Stage,
    doc::NewItem,
    event::ServerEvent,
    protocol::{CloseCode, FRAME_LIMIT, Message},
    schema::plan::TARGETS,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio_tungstenite::tungstenite::{self, Message as Packet};

use crate::support::{
    TestServer, owner,
    socket::{Address, Tab, knock},
    table::item,
};

fn target(words: &str) -> NewItem {
    NewItem::default().with("title", words)
}

async fn refused(address: &Address, cookie: Option<&str>, origin: Option<&str>) -> u16 {
    match knock(address, cookie, origin).await {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = false)]
async fn only_our_own_page_with_a_session_opens_a_socket(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let cookie = server.sign_in(&server.seat("Tomek", "Agnieszka", 3).await).await;
    let ours = Some("http://meetings.example");
    assert_eq!(refused(&address, Some(&cookie), None).await, 403);
    assert_eq!(refused(&address, Some(&cookie), Some("https://evil.example")).await, 403);
    assert_eq!(refused(&address, None, ours).await, 401);
    assert_eq!(refused(&address, Some("sid=made-up"), ours).await, 401);
    assert!(knock(&address, Some(&cookie), ours).await.is_ok());
}

#[sqlx::test(migrations = false)]
async fn two_people_write_one_plan_and_saved_means_saved(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    // At the same moment: they must meet in one room.
    let (mut mum, mut senco) =
        tokio::join!(server.open(&address, &mum, Section::Plan, 5), server.open(&address, &senco, Section::Plan, 6));
    assert_eq!(server.rooms.count(), 1);

    mum.edit(|doc| doc.add(&TARGETS, item(1), target("read a page"))).await;
    mum.until_saved().await;
    let mut owner = owner(&options).await;
    let kept: i64 = sqlx::query_scalar("select count(*) from doc_updates").fetch_one(&mut owner).await.unwrap();
    assert_eq!(kept, 1);
    senco.until_doc(|doc| doc.words(&TARGETS, item(1), "title") == "read a page").await;
    senco.edit(|doc| doc.set_words(&TARGETS, item(1), "by", "2027-02-01")).await;
    mum.until_doc(|doc| doc.words(&TARGETS, item(1), "by") == "2027-02-01").await;
}

#[sqlx::test(migrations = false)]
async fn what_is_no_message_ends_that_socket_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut other = server.open(&address, &seat, Section::Plan, 5).await;
    let bad = [
        (Packet::binary(vec![0xff; 40]), CloseCode::Malformed),
        (Packet::text("hello"), CloseCode::Malformed),
        (Packet::binary(vec![0; FRAME_LIMIT + 1]), CloseCode::TooBig),
        (Packet::binary(vec![0; 4 * FRAME_LIMIT]), CloseCode::TooBig),
    ];
    for (packet, code) in bad {
        let mut tab = server.open(&address, &seat, Section::Plan, 6).await;
        tab.send(packet).await;
        assert_eq!(tab.until_closed().await, code.code());
    }
    let mut tab = server.open(&address, &seat, Section::Plan, 7).await;
    for _ in 0..500 {
        tab.say(Message::QueryAwareness).await;
    }
    assert_eq!(tab.until_closed().await, CloseCode::TooMany.code());
    other.edit(|doc| doc.add(&TARGETS, item(1), target("still here"))).await;
    other.until_saved().await;
}

#[sqlx::test(migrations = false)]
async fn another_childs_meeting_is_denied_and_the_socket_stays(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (mum, kai) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Kai", "Pat", 3).await);
    let cookie = server.sign_in(&mum).await;
    let mut tab = Tab::connect(&address, &cookie, kai.meeting, Section::Plan, 5).await;
    tab.say(Message::AuthToken(String::new())).await;
    tab.until(|message| matches!(message, Message::PermissionDenied(_))).await;
    assert_eq!(server.rooms.count(), 0);
    assert_eq!(tab.heard_so_far().await, []);
}

#[sqlx::test(migrations = false)]
async fn starting_the_meeting_and_asking_somebody_to_leave_reach_open_sockets(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let mut tab = server.open(&address, &mum, Section::Plan, 5).await;
    server.backend.meeting_start(senco.viewer, senco.meeting).await.unwrap();
    tab.until_event(&ServerEvent::Stage { stage: Stage::Meeting }).await;

    let mut owner = owner(&options).await;
    let removed = sqlx::query("update participants set removed_at = now() where id = $1").bind(mum.participant.0);
    removed.execute(&mut owner).await.unwrap();
    server.rooms.open(mum.viewer.school, mum.meeting).participants_changed().await.unwrap();
    tab.until_event(&ServerEvent::Removed).await;
    assert_eq!(tab.until_closed().await, CloseCode::Removed.code());
}

/// That the chair goes on to the education plan would tell that there is one.
#[sqlx::test(migrations = false)]
async fn nobody_is_led_to_a_part_that_they_may_not_read(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (chair, watcher) = (server.seat("Kai", "Mrs Hussain-Webb", 3).await, server.seat("Kai", "Gareth", 3).await);
    sqlx::query("update participants set role = 'observer' where id = $1")
        .bind(watcher.participant.0)
        .execute(&mut owner(&options).await)
        .await
        .unwrap();
    server.backend.meeting_start(chair.viewer, chair.meeting).await.unwrap();
    let mut chairs = server.open(&address, &chair, Section::Plan, 5).await;
    let mut watchers = server.open(&address, &watcher, Section::Plan, 6).await;
    let lead = async |part: &str| {
        server.backend.meeting_spotlight(chair.viewer, chair.meeting, Some(part.to_owned())).await.unwrap();
        ServerEvent::Spotlight { part: Some(part.to_owned()), by: "Mrs Hussain-Webb".to_owned() }
    };
    let pep = lead("pep").await;
    chairs.until_event(&pep).await;
    assert_eq!(server.backend.meeting_page(watcher.viewer, watcher.meeting).await.unwrap().spotlight, None);
    let agree = lead("agree").await;
    let is_lead = |message: &Message| matches!(message, Message::Stateless(json) if json.contains("spotlight"));
    let heard = watchers.until(is_lead).await;
    assert_eq!(heard, Message::Stateless(serde_json::to_string(&agree).unwrap()), "the first they hear of");
}
