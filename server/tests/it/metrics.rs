//! What the house sees of itself: that the figures move when something happens, and that neither they nor the
//! log say who somebody is or what they wrote.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{body::Body, http::Request};
use shared::{
    Section,
    doc::NewItem,
    protocol::{CloseCode, Message},
    schema::plan::TARGETS,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message as Packet;
use tower::ServiceExt;
use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

use crate::{
    durability::{block, cut_writer, unblock},
    support::{TestServer, owner, socket::knock, table::item, text},
};

/// Long enough for the slowest machine; nobody waits for it who sees what they wait for.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn scrape(server: &TestServer) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    text(server.admin.clone().oneshot(request).await.unwrap()).await
}

/// The figure of this name, labels included.
pub(crate) fn figure(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(&format!("roundtable_{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
}

/// Other tests of this process are counted too, so that more may have moved than we know of.
#[track_caller]
pub(crate) fn moved(before: &str, after: &str, name: &str, by: f64) {
    let (before, after) = (figure(before, name), figure(after, name));
    assert!(after - before >= by, "{name}: from {before} to {after}");
}

#[sqlx::test(migrations = false)]
async fn what_happens_in_a_meeting_can_be_seen_from_outside(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let before = scrape(&server).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let mut mum_tab = server.open(&address, &mum, Section::Plan, 5).await;
    let mut senco_tab = server.open(&address, &senco, Section::Plan, 6).await;
    mum_tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default())).await;
    mum_tab.until_saved().await;
    senco_tab.until_doc(|doc| doc.items(&TARGETS).contains(&item(1))).await;
    // Somebody writes what there is no place for, another sends what is no message, a third knocks from elsewhere.
    senco_tab.edit(|doc| doc.add(&TARGETS, item(2), NewItem::default().with("area", "nowhere"))).await;
    senco_tab.until(|message| *message == Message::SyncStatus(false)).await;
    let mut bad = server.open(&address, &mum, Section::Plan, 7).await;
    bad.send(Packet::binary(vec![0xff; 9])).await;
    assert_eq!(bad.until_closed().await, CloseCode::Malformed.code());
    let mut loud = server.open(&address, &mum, Section::Plan, 8).await;
    for _ in 0..500 {
        loud.say(Message::QueryAwareness).await;
    }
    loud.until_closed().await;
    assert!(knock(&address, None, Some("https://elsewhere.example")).await.is_err());
    // And somebody closes the lid.
    drop(mum_tab);
    let left = async {
        while figure(&scrape(&server).await, "connections_left_total") <= figure(&before, "connections_left_total") {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, left).await.expect("nobody counted who left");

    let after = scrape(&server).await;
    assert_eq!(figure(&after, "rooms"), 1.0);
    assert!(figure(&after, "connections") >= 1.0);
    for (name, by) in [
        ("connections_opened_total", 4.0),
        ("frames_in_total", 10.0),
        ("frames_in_bytes_total", 400.0),
        ("frames_out_total", 10.0),
        ("frames_out_bytes_total", 400.0),
        ("updates_accepted_total", 1.0),
        ("updates_accepted_bytes_total", 100.0),
        ("updates_delivered_total", 1.0),
        ("sync_answers_total", 4.0),
        ("rollbacks_total", 1.0),
        ("commit_seconds_count", 1.0),
        ("commit_seconds_sum", 0.0001),
        ("commit_updates_sum", 1.0),
        ("refusals_total{reason=\"unknown-shape\"}", 1.0),
        ("closes_total{code=\"4400\"}", 1.0),
        ("closes_total{code=\"4429\"}", 1.0),
        ("limits_reached_total{limit=\"questions\"}", 1.0),
        ("handshakes_refused_total{reason=\"origin\"}", 1.0),
    ] {
        moved(&before, &after, name, by);
    }
    // Nobody’s name, no meeting, no words: only names and labels of ours.
    for line in after.lines().filter(|line| !line.starts_with('#')) {
        let known = |letter: char| letter.is_ascii_alphanumeric() || "_{}=\"-+. ".contains(letter);
        assert!(line.chars().all(known), "{line}");
    }
    assert!(!after.contains(&mum.meeting.to_string()));
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[sqlx::test(migrations = false)]
async fn at_its_most_talkative_the_log_holds_nothing_that_was_written(pool: PgPoolOptions, options: PgConnectOptions) {
    let log = Log::default();
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(log.clone());
    let subscriber = tracing_subscriber::registry().with(server::logging::filter(Some("trace"))).with(layer);
    // While there is only one, tracing asks whichever thread comes first whether anybody listens: other tests do not.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    // Of this thread alone, on which everything here runs.
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (token, cookie) = (server.token(&mum).await, server.sign_in(&mum).await);
    server.get(&format!("/join/{token}"), None).await;
    server.get(&format!("/meetings/{}", mum.meeting), Some(&cookie)).await;
    let mut mum_tab = server.open(&address, &mum, Section::Plan, 5).await;
    let mut senco_tab = server.open(&address, &senco, Section::Plan, 6).await;
    let secret = "zzyzx would like to draw";
    mum_tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default().with("title", secret))).await;
    mum_tab.until_saved().await;
    senco_tab.until_doc(|doc| doc.words(&TARGETS, item(1), "title") == secret).await;
    senco_tab.edit(|doc| doc.add(&TARGETS, item(2), NewItem::default().with("area", secret))).await;
    senco_tab.until(|message| *message == Message::SyncStatus(false)).await;
    senco_tab.say(Message::Stateless(secret.to_owned())).await;
    senco_tab.say(Message::AuthToken(secret.to_owned())).await;
    senco_tab.heard_so_far().await;
    // Where something goes wrong, people write down more than they mean to.
    let mut owner = owner(&options).await;
    block(&mut owner).await;
    mum_tab.edit(|doc| doc.add(&TARGETS, item(3), NewItem::default().with("title", secret))).await;
    cut_writer(&mut owner).await;
    unblock(&mut owner).await;
    mum_tab.until_saved().await;
    server.backend.meeting_start(senco.viewer, senco.meeting).await.unwrap();
    server.rooms.close_all().await;
    senco_tab.until_closed().await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    // One can follow an edit through it…
    for step in
        ["connected", "came into the room", "frame", "accepted", "committed", "trying again", "durable", "room opened"]
    {
        assert!(log.contains(step), "nothing says “{step}” in\n{log}");
    }
    // …and learn nothing of what it said.
    let session = cookie.split('=').nth(1).unwrap();
    for secret in ["zzyzx", "Agnieszka", "Tomek", "Mrs Pike", &token, session] {
        assert!(!log.contains(secret), "“{secret}” is in the log:\n{log}");
    }
}
