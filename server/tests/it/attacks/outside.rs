//! Words that would lead out of where they belong: to another file of the machine, into a line of the log.

use std::fs;

use server::http;
use shared::{ItemId, Section, doc::NewItem, protocol::Message, schema};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::support::{TestServer, house::House, socket::Tab};

#[sqlx::test(migrations = false)]
async fn a_path_leads_to_files_of_the_site_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    const SECRET: &str = "the key of all links";
    let server = TestServer::start(pool, options).await;
    let around = tempfile::tempdir().unwrap();
    let site = around.path().join("site");
    fs::create_dir_all(site.join("pkg")).unwrap();
    fs::write(around.path().join("join-key"), SECRET).unwrap();
    fs::write(site.join("pkg/page.js"), "ours").unwrap();
    let router = http::router(server.state.clone(), &site);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = server.limits.clone();
    tokio::spawn(async move { server::door::serve(listener, router, &limits, std::future::pending()).await });
    let ask = async |path: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: meetings.example\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![];
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert!(ask("/pkg/page.js").await.contains("ours"));
    for path in [
        "/pkg/../../join-key",
        "/../join-key",
        "/pkg/..%2f..%2fjoin-key",
        "/pkg/%2e%2e/%2e%2e/join-key",
        "/%2e%2e/join-key",
        "/pkg/..\\..\\join-key",
        "/pkg/....//....//join-key",
        "/pkg/..%252f..%252fjoin-key",
        "/pkg/%c0%ae%c0%ae/join-key",
        "//join-key",
        "/pkg//etc/passwd",
        "/pkg/%2fetc%2fpasswd",
        "/pkg/page.js%00.css",
        "/meetings/..%2f..%2fjoin-key/record.json",
        &format!("/pkg/{}", around.path().join("join-key").display()),
        &format!("file://{}", around.path().join("join-key").display()),
    ] {
        let answer = ask(path).await;
        assert!(!answer.contains(SECRET) && !answer.contains("root:"), "{path}: {answer}");
        let status: u16 = answer.split(' ').nth(1).unwrap_or("400").parse().unwrap();
        assert!((300..500).contains(&status), "{path}: {status}");
    }
    // A name that no disk can have is one more that is not there.
    for path in ["", "pkg/"].into_iter().flat_map(|folder| {
        let parts = "x/".repeat(2_500);
        [255, 256, 3_000]
            .map(|letters| format!("/{folder}{}", "x".repeat(letters)))
            .into_iter()
            .chain([format!("/{folder}{parts}")])
    }) {
        for encoding in ["gzip", "br"] {
            let answer = ask(&format!("{path} HTTP/1.1\r\nAccept-Encoding: {encoding}\r\nX: ")).await;
            assert!(
                answer.starts_with("HTTP/1.1 404"),
                "{} letters: {}",
                path.len(),
                answer.lines().next().unwrap_or_default()
            );
        }
    }
    let page = ask(&format!("/{} HTTP/1.1\r\nAccept: text/html\r\nX: ", "x".repeat(256))).await;
    assert!(page.contains("We could not find that"), "{page}");
}

/// The log of a real server that says all it can: one line for each thing that happened, and no word of anybody’s.
#[tokio::test]
async fn nobody_writes_lines_into_the_log() {
    const MARK: &str = "i9q-was-here";
    let house = House::open(&[("ROUNDTABLE_LOG", "trace")]).await;
    let place = house.places("Tomek").remove(0);
    let cookie = house.sign_in(&place).await;
    let line = format!("%0d%0a2026-01-01T00:00:00Z%20ERROR%20{MARK}%1b[2J");
    for path in [
        format!("/{line}"),
        format!("/join/{line}"),
        format!("/meetings/{line}/record.json"),
        format!("/register?name={line}"),
        format!("/api/{line}"),
    ] {
        house.get(&path, Some(&format!("{cookie}; others={MARK}"))).await;
    }
    let send = async |head: &str, body: &str| {
        let mut stream = TcpStream::connect(house.address.0).await.unwrap();
        let length = body.len();
        let request =
            format!("{head}Host: meetings.example\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = vec![];
        let _ = stream.read_to_end(&mut answer).await;
    };
    let form = "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    send(&format!("POST /code HTTP/1.1\r\n{form}User-Agent: {MARK}\x1b[31m\r\n"), &format!("code=1&name={line}")).await;
    send(&format!("POST /switch HTTP/1.1\r\n{form}Cookie: others={MARK}\r\n"), &format!("person={line}")).await;
    send(&format!("GET /live HTTP/1.1\r\nOrigin: http://{MARK}\r\nUpgrade: {MARK}\r\n"), "").await;
    send(&format!("GET / HTTP/1.1\r\n{MARK}\r\nX: \x00{MARK}\r\n"), "").await;
    send(&format!("{MARK} {MARK} {MARK}\r\n"), "").await;

    let mut tab = Tab::connect(&house.address, &cookie, place.meeting, Section::Passport, 5).await;
    tab.begin().await;
    let words = format!("{MARK}\n2026-01-01T00:00:00Z ERROR {MARK}");
    let list = schema::lists(Section::Passport).iter().find(|list| !list.single).unwrap();
    let new = list.texts().fold(NewItem::default(), |new, field| new.with(field.key, words.clone()));
    tab.edit(|doc| doc.add(list, ItemId(Uuid::from_u128(5)), new)).await;
    tab.until(|message| matches!(message, Message::SyncStatus(_))).await;
    tab.say(Message::Stateless(words.clone())).await;
    tab.say(Message::Close(words)).await;
    tab.heard_so_far().await;

    let said = house.said();
    assert!(!said.contains(MARK), "{}", said.lines().find(|line| line.contains(MARK)).unwrap_or_default());
    let colourless = |line: &str| {
        line.split('\u{1b}').map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect::<String>()
    };
    let lines: Vec<_> = said.lines().map(colourless).filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 10, "it said next to nothing");
    for line in &lines {
        let begins = line.trim_start();
        assert!(begins.starts_with("20") && begins.contains('T'), "no line of the log begins like that: {line:?}");
    }
}
