//! That every limit does what it says. Here, before anybody is known: what the door takes, from whom, and for how long.

mod queues;
mod room;
mod servers;
mod socket;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use server::{
    door,
    limits::{Answer, HEAD_LIMIT, Limit, Patience, Settings},
};
use shared::{
    Section,
    protocol::{Message, Retry},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::tungstenite::{self, Message as Packet};

use crate::support::{
    TestServer,
    limit::{answers, closes, says},
    socket::{ORIGIN, Tab, knock, knock_from},
};

const SOON: Duration = Duration::from_millis(300);

fn hasty() -> Settings {
    let patience = Patience { head: SOON, first_word: SOON, ..Patience::default() };
    Settings { patience, ..Settings::default() }
}

/// A door with one sentence behind it.
async fn open(settings: Settings) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", get(|| async { "come in" }));
    tokio::spawn(async move { door::serve(listener, router, &settings, std::future::pending()).await });
    address
}

/// All that is heard until the other side ends it.
async fn heard(stream: &mut TcpStream) -> String {
    let mut heard = vec![];
    // A connection that is cut may be reset instead.
    let _ = stream.read_to_end(&mut heard).await;
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn a_handshake_that_is_never_finished_is_not_waited_for() {
    let address = open(hasty()).await;
    let began = Instant::now();
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /live HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let (mut from, mut to) = slow.split();
    let mut answer = vec![];
    tokio::select! {
        _ = from.read_to_end(&mut answer) => {}
        () = async { loop {
            // A header a letter at a time: it is the whole that counts.
            let _ = to.write_all(b"x").await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        } } => {}
    }
    assert!(!String::from_utf8_lossy(&answer).contains("200 OK"));
    assert!(!heard(&mut silent).await.contains("200 OK"));
    assert!(began.elapsed() >= SOON);
    let mut other = TcpStream::connect(address).await.unwrap();
    other.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(heard(&mut other).await.contains("come in"));
    says(Limit::RequestHeadTime, Answer::Cut);
}

#[tokio::test]
async fn whoever_has_not_said_who_they_are_may_say_only_so_much() {
    let address = open(Settings::default()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(2 * HEAD_LIMIT));
    let _ = stream.write_all(long.as_bytes()).await;
    let answer = heard(&mut stream).await;
    let told = format!("HTTP/1.1 {}", answers(Limit::RequestHeadBytes));
    assert!(answer.is_empty() || answer.starts_with(&told), "{answer}");
}

#[tokio::test]
async fn a_full_house_takes_nobody_in_and_nobody_out() {
    let address = open(Settings { connections: 2, ..Settings::default() }).await;
    let ask = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut first = TcpStream::connect(address).await.unwrap();
    let second = TcpStream::connect(address).await.unwrap();
    first.write_all(ask).await.unwrap();
    let mut word = [0; 15];
    first.read_exact(&mut word).await.unwrap();
    let mut third = TcpStream::connect(address).await.unwrap();
    let _ = third.write_all(ask).await;
    assert_eq!(heard(&mut third).await, "");
    says(Limit::Connections, Answer::Cut);
    first.write_all(ask).await.unwrap();
    drop(second);
    // Its place is free as soon as the server has noticed.
    loop {
        let mut next = TcpStream::connect(address).await.unwrap();
        let _ = next.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        if heard(&mut next).await.contains("come in") {
            break;
        }
    }
}

#[sqlx::test(migrations = false)]
async fn one_address_opens_only_so_many_sockets_in_a_minute(pool: PgPoolOptions, options: PgConnectOptions) {
    let proxies = vec!["127.0.0.1".parse().unwrap()];
    let settings = Settings { handshakes_per_minute: 3, trusted_proxies: proxies, ..Settings::default() };
    let server = TestServer::start(pool, options).await;
    let server = TestServer::start_with(server.db, settings);
    let address = server.listen().await;
    let cookie = server.sign_in(&server.seat("Tomek", "Agnieszka", 3).await).await;
    for n in 0..5 {
        let knocked = knock_from(&address, Some(&cookie), Some(ORIGIN), Some("203.0.113.5")).await;
        match knocked {
            Ok(_) => assert!(n < 3),
            Err(tungstenite::Error::Http(response)) => {
                assert!(
                    n >= 3
                        && response.status() == answers(Limit::Handshakes)
                        && response.headers().contains_key("retry-after")
                );
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(knock_from(&address, Some(&cookie), Some(ORIGIN), Some("203.0.113.6")).await.is_ok());
    // What the client adds in front of the proxy’s word changes nothing.
    let forged = Some("198.51.100.1, 203.0.113.5");
    assert!(knock_from(&address, Some(&cookie), Some(ORIGIN), forged).await.is_err());
}

#[sqlx::test(migrations = false)]
async fn a_socket_that_says_nothing_is_closed_whatever_it_pings(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let server = TestServer::start_with(server.db, hasty());
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let cookie = server.sign_in(&seat).await;
    let mut quiet = knock(&address, Some(&cookie), Some(ORIGIN)).await.unwrap();
    let code = loop {
        use futures::{SinkExt, StreamExt};
        tokio::select! {
            packet = quiet.next() => match packet {
                Some(Ok(Packet::Close(Some(frame)))) => break u16::from(frame.code),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            },
            () = tokio::time::sleep(SOON / 10) => drop(quiet.send(Packet::Ping(vec![].into())).await),
        }
    };
    assert_eq!(code, closes(Limit::FirstWord, Some(Retry::Soon)).code());
    // Who has spoken may think for longer.
    let mut tab = Tab::connect(&address, &cookie, seat.meeting, Section::Plan, 5).await;
    tab.say(Message::AuthToken(String::new())).await;
    tokio::time::sleep(2 * SOON).await;
    assert_eq!(tab.still_open().await, Ok(false));
}
