//! What breaks breaks alone: a connection, a room or a request that panics ends, is counted, and everybody else goes on.
//!
//! Nothing in the server can be asked to panic. These tests listen to its log, and it is the listener that panics, in the
//! middle of the very step it is told of.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use axum::{Router, routing::get};
use futures::future::join_all;
use server::{door, limits::Settings};
use shared::{
    Section,
    doc::NewItem,
    protocol::{CloseCode, Message, Retry},
    schema::plan::TARGETS,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tracing::{Event, Subscriber, field::Field, field::Visit, subscriber::DefaultGuard};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

use crate::{
    metrics::{moved, scrape},
    support::{TestServer, socket::Tab, table::item, victims::Victims},
};

/// Panics at the next event of this name, once it is told to.
struct Trap {
    at: &'static str,
    set: Arc<AtomicBool>,
}

impl<S: Subscriber> Layer<S> for Trap {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Says(&'static str, bool);
        impl Visit for Says {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                self.1 |= field.name() == "message" && format!("{value:?}") == self.0;
            }
        }
        let mut says = Says(self.at, false);
        event.record(&mut says);
        if says.1 && self.set.swap(false, SeqCst) {
            panic!("the trap at “{}”", self.at);
        }
    }
}

/// On this thread, where all of a test runs.
fn trap(at: &'static str) -> (Arc<AtomicBool>, [tracing::Dispatch; 1], DefaultGuard) {
    let set = Arc::new(AtomicBool::new(false));
    // While there is only one, tracing asks whichever thread comes first whether anybody listens: other tests do not.
    let second = [tracing::Dispatch::new(tracing_subscriber::registry())];
    let subscriber = tracing_subscriber::registry().with(Trap { at, set: set.clone() });
    (set, second, tracing::subscriber::set_default(subscriber))
}

#[sqlx::test(migrations = false)]
async fn a_connection_whose_task_panics_ends_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    let (set, _second, _guard) = trap("frame");
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let mut unlucky = server.open(&address, &seat, Section::Plan, 600).await;
    let mut beside = server.open(&address, &seat, Section::Plan, 601).await;
    let before = scrape(&server).await;

    set.store(true, SeqCst);
    unlucky.say(Message::QueryAwareness).await;
    let code = unlucky.until_closed().await;
    assert!(!set.load(SeqCst), "it was not what panicked");
    // What broke it would break it again: a page of ours stops.
    assert_eq!(code, CloseCode::Malformed.code());
    assert_eq!(CloseCode::Malformed.retry(), None);
    let after = scrape(&server).await;
    moved(&before, &after, "panics_contained_total", 1.0);
    moved(&before, &after, "closes_total{code=\"4400\"}", 1.0);

    // Another of the same person’s in the same room is as it was, and the room has forgotten the one that broke.
    beside.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default().with("title", "goes on"))).await;
    beside.until_saved().await;
    let victims = Victims::start(&server, &address).await;
    victims.noticed_nothing().await;
    let again = server.open(&address, &seat, Section::Plan, 602).await;
    assert_eq!(again.doc.words(&TARGETS, item(1), "title"), "goes on");
}

#[sqlx::test(migrations = false)]
async fn a_room_whose_task_panics_sends_its_people_away_to_come_back_and_no_other_room_notices(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (set, _second, _guard) = trap("accepted");
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let pat = server.seat("Kai", "Pat", 3).await;
    let mut mum_tab = server.open(&address, &mum, Section::Plan, 5).await;
    let mut senco_tab = server.open(&address, &senco, Section::Plan, 6).await;
    let mut pat_tab = server.open(&address, &pat, Section::Plan, 7).await;
    mum_tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default().with("title", "saved before"))).await;
    mum_tab.until_saved().await;

    set.store(true, SeqCst);
    mum_tab.edit(|doc| doc.set_words(&TARGETS, item(1), "by", "2027-01-11")).await;
    let codes = join_all([&mut mum_tab, &mut senco_tab].map(Tab::until_closed)).await;
    assert!(!set.load(SeqCst), "it was not what panicked");
    assert_eq!(codes, [CloseCode::TryAgain.code(); 2]);
    assert_eq!(CloseCode::TryAgain.retry(), Some(Retry::Soon));

    // The other table has not noticed.
    pat_tab.edit(|doc| doc.add(&TARGETS, item(2), NewItem::default())).await;
    pat_tab.until_saved().await;
    // Who comes back finds another room, with all that was saved; what was not saved the page brings again.
    let mut back = server.open(&address, &mum, Section::Plan, 8).await;
    assert_eq!(back.doc.words(&TARGETS, item(1), "title"), "saved before");
    back.doc.apply(&mum_tab.doc.state()).unwrap();
    back.say(Message::SyncStep2(back.doc.state())).await;
    back.until_saved().await;
    let late = server.open(&address, &senco, Section::Plan, 9).await;
    assert_eq!(late.doc.state_vector(), mum_tab.doc.state_vector());
}

#[tokio::test]
async fn a_request_that_panics_costs_its_own_connection_and_the_door_stays_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let breaks = get(|| async { if true { panic!("this one") } else { "never" } });
    let router = Router::new().route("/", get(|| async { "come in" })).route("/breaks", breaks);
    tokio::spawn(async move { door::serve(listener, router, &Settings::default(), std::future::pending()).await });
    let mut kept = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut kept, "/", "keep-alive").await.contains("come in"));
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        assert_eq!(ask(&mut stream, "/breaks", "close").await, "");
    }
    assert!(ask(&mut kept, "/", "close").await.contains("come in"), "who was there before");
    let mut next = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut next, "/", "close").await.contains("come in"), "who comes after");
}

/// What is answered up to the words, or all there is if the connection ends.
async fn ask(stream: &mut TcpStream, path: &str, connection: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = vec![];
    while !heard.ends_with(b"come in") {
        let mut some = [0; 256];
        match stream.read(&mut some).await {
            Ok(0) | Err(_) => break,
            Ok(length) => heard.extend_from_slice(&some[..length]),
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}
