//! Pretending: to be our page, to be somebody, to come from somewhere else.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use server::{
    http,
    limits::{CODE_GUESSES_PER_MINUTE, Limit, Settings},
};
use shared::Role;
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceExt;

use crate::{
    lobby::{cookie, leads_to},
    matrix::{self, Table, Who},
    support::{
        TestServer,
        limit::answers,
        owner,
        socket::{ORIGIN, knock},
        text,
    },
    tenants::everything,
};

pub(super) async fn send(
    server: &TestServer,
    request: axum::http::request::Builder,
    cookies: &str,
    form: &str,
) -> Response<Body> {
    let request = request
        .header(header::HOST, "meetings.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookies);
    server.router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap()
}

pub(super) async fn press(server: &TestServer, path: &str, cookies: &str, form: &str) -> Response<Body> {
    send(server, Request::post(path).header("sec-fetch-site", "same-origin"), cookies, form).await
}

/// All that is kept, but for what was written down about who asked, and which server has a meeting in hand.
async fn kept(owner: &mut PgConnection) -> BTreeMap<String, String> {
    let mut kept = everything(owner).await;
    kept.remove("audit");
    kept.remove("doc_heads");
    kept
}

#[sqlx::test(migrations = false)]
async fn what_another_site_sends_changes_nothing_wherever_it_sends_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let cookie = format!("sid={}", matrix::session(Who::Here(Role::Facilitator)));
    let given: BTreeMap<_, _> =
        matrix::rows(&table).into_iter().map(|(name, given, _)| (name.to_owned(), given)).collect();
    let before = everything(&mut owner).await;
    let mut asked = 0;
    for (method, path) in http::addresses(&server.state).into_iter().filter(|(method, _)| method != Method::GET) {
        let given = &given[&matrix::name(&method, &path)];
        let (path, form) = if given.starts_with('/') { (given.as_str(), "") } else { (path.as_str(), given.as_str()) };
        for from in [
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")][..],
            &[("sec-fetch-site", "same-site"), ("origin", "http://other.example")],
            &[("sec-fetch-site", "none")],
            // Browsers of before, which send no `Sec-Fetch-Site`; a sandboxed frame; a name that begins like ours.
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://meetings.example.evil")],
            &[("origin", "http://meetings.example:8080")],
            &[("origin", "http://evil.example"), ("x-forwarded-host", "evil.example")],
        ] {
            let request = from.iter().fold(Request::builder().method(&method).uri(path), |request, (name, value)| {
                request.header(*name, *value)
            });
            let answer = send(&server, request, &cookie, form).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path} {from:?}");
            assert!(answer.headers().get(header::SET_COOKIE).is_none());
            asked += 1;
        }
    }
    assert!(asked > 200, "{asked}");
    assert!(everything(&mut owner).await == before, "something was changed");
}

#[sqlx::test(migrations = false)]
async fn reading_changes_nothing_and_a_command_cannot_be_read(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let senco = server.sign_in(&server.seat("Tomek", "Mrs Pike", 2).await).await;
    let cookies = [format!("sid={}", matrix::session(Who::Here(Role::Facilitator))), senco, "knock=unknown".to_owned()];
    let token = server.token(&server.seat("Tomek", "Agnieszka", 3).await).await;
    let given: BTreeMap<_, _> =
        matrix::rows(&table).into_iter().map(|(name, given, _)| (name.to_owned(), given)).collect();
    let addresses = http::addresses(&server.state);
    let pages: Vec<_> =
        addresses.iter().filter(|(method, _)| method == Method::GET).map(|(_, path)| path.clone()).collect();
    let before = kept(&mut owner).await;
    for (method, path) in addresses {
        let is_page = pages.contains(&path);
        let given = given[&matrix::name(&method, &path)].replace("/join/AAAA", &format!("/join/{token}"));
        let path = match given.starts_with('/') {
            true => given,
            false => format!("{path}?{given}"),
        };
        for as_if in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for cookie in &cookies {
                let answer = send(&server, Request::builder().method(&as_if).uri(&path), cookie, "").await;
                assert!(is_page || !answer.status().is_success() || as_if == Method::OPTIONS, "{as_if} {path}");
            }
        }
        let after = kept(&mut owner).await;
        let changed: Vec<_> = before.iter().filter(|(table, print)| after[*table] != **print).collect();
        assert!(changed.is_empty(), "{path} changed {changed:?} by being read");
    }
}

#[sqlx::test(migrations = false)]
async fn a_planted_session_is_never_the_one_somebody_gets(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (mum, teacher) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let link = format!("/join/{}", server.token(&mum).await);
    let meeting = format!("/meetings/{}", mum.meeting);
    // One that somebody made up, and one that is theirs, in the victim’s browser before she comes in.
    let attackers = server.sign_in(&teacher).await;
    let attackers_id = attackers.trim_start_matches("sid=").to_owned();
    for (planted, form) in [("planted-by-somebody", "asked=yes"), (attackers_id.as_str(), "asked=yes&switch=yes")] {
        let pressed = press(&server, &link, &format!("sid={planted}; knock={planted}"), form).await;
        let hers = cookie(&pressed, "sid").expect("she is in");
        assert_ne!(hers, planted);
        assert!(hers.len() >= 43, "256 bits");
        // What was planted does not lead to her afterwards.
        let page = text(server.get("/", Some(&format!("sid={planted}"))).await).await;
        assert!(!page.contains("Hello, <!>Agnieszka") && !page.contains("Hello, Agnieszka"));
    }
    // Each time another; none in an address, or in any other header.
    let (one, other) = (server.sign_in(&mum).await, server.sign_in(&mum).await);
    assert_ne!(one, other);
    let secret = one.trim_start_matches("sid=");
    for request in [
        Request::get(format!("{meeting}?{one}")),
        Request::get(format!("{meeting}?token={secret}")),
        Request::get(&meeting).header("authorization", format!("Bearer {secret}")),
        Request::get(&meeting).header("x-session", secret),
    ] {
        assert_eq!(server.ask(request, None).await.status(), StatusCode::UNAUTHORIZED);
    }
    // And a second cookie of the same name, planted by a page of a neighbouring name, does not take her place.
    let both = server.ask(Request::get("/"), Some(&format!("{one}; {attackers}"))).await;
    assert!(text(both).await.contains("Agnieszka"));
}

/// The whole answer to a request as it is, over the network.
async fn raw(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![];
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[sqlx::test(migrations = false)]
async fn nobody_comes_from_elsewhere_by_saying_so(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let settings = Settings { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
    let server = TestServer::start_with(server.db, settings);
    let address = server.listen().await.0;
    let guess = async |headers: &str| {
        let form = "code=111111111&name=Zofia";
        let request = format!(
            "POST /code HTTP/1.1\r\nHost: meetings.example\r\nSec-Fetch-Site: same-origin\r\n{headers}\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        );
        let answer = raw(address, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {}", answers(Limit::CodeGuesses))), "{answer}");
        answer.to_lowercase().split("location: /code?why=").nth(1).unwrap().lines().next().unwrap().to_owned()
    };
    // The proxy adds whom it saw; what the client wrote before that, and every other such header, is only words.
    for n in 0..CODE_GUESSES_PER_MINUTE + 5 {
        let forged = format!(
            "X-Forwarded-For: 198.51.100.{n}, 203.0.113.5\r\nX-Real-IP: 198.51.100.{n}\r\nForwarded: for=198.51.100.{n}\r\n\
             True-Client-IP: 198.51.100.{n}\r\nCF-Connecting-IP: 198.51.100.{n}\r\n"
        );
        let why = guess(&forged).await;
        assert_eq!(why, if n < CODE_GUESSES_PER_MINUTE { "unknown" } else { "often" }, "guess {n}");
    }
    assert_eq!(guess("X-Forwarded-For: 203.0.113.6\r\n").await, "unknown", "nobody else is held up");
}

/// A name that its owner led to this machine, where ours is known.
#[sqlx::test(migrations = false)]
async fn pages_at_another_name_are_not_ours_where_our_address_is_known(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let named = http::router(server.state.clone().with_address_named(true), std::path::Path::new("/nowhere"));
    for (router, host, origin, is_ours) in [
        (&named, "evil.example", "http://evil.example", false),
        (&named, "meetings.example", "http://evil.example", false),
        (&named, "evil.example", ORIGIN, true),
        (&named, "meetings.example", ORIGIN, true),
        // Where nobody said what the address is, it is whatever was asked.
        (&server.router, "127.0.0.1:3000", "http://127.0.0.1:3000", true),
    ] {
        for request in [Request::get("/live"), Request::post("/code"), Request::post("/staff")] {
            let request = request
                .header(header::HOST, host)
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let refused = answer.status() == StatusCode::FORBIDDEN;
            assert_eq!(refused, !is_ours, "{host} {origin}: {}", answer.status());
        }
    }
}

#[sqlx::test(migrations = false)]
async fn headers_of_proxies_change_neither_addresses_nor_answers(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let token = server.token(&mum).await;
    let spoofed = |request: axum::http::request::Builder| {
        [
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-port", "8443"),
            ("x-forwarded-prefix", "/evil.example"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-original-url", "/register"),
            ("x-rewrite-url", "/register"),
            ("x-http-method-override", "POST"),
            ("x-user", "evil.example"),
        ]
        .into_iter()
        .fold(request, |request, (name, value)| request.header(name, value))
    };
    for path in ["/", "/code", "/goodbye", &format!("/join/{token}"), "/meetings/nonsense"] {
        let plain = server.get(path, None).await;
        let answer = server.ask(spoofed(Request::get(path)), None).await;
        assert_eq!(answer.status(), plain.status(), "{path}");
        assert!(!format!("{:?}", answer.headers()).contains("evil.example"), "{path}");
        assert!(!text(answer).await.contains("evil.example"), "{path}");
    }
    let link = format!("/join/{token}");
    let pressed = server.ask(spoofed(Request::post(&link).header("sec-fetch-site", "same-origin")), None).await;
    assert!(leads_to(&pressed).starts_with("/meetings/"), "an address without a host");
    assert!(pressed.headers().get_all(header::SET_COOKIE).iter().all(|cookie| {
        let cookie = cookie.to_str().unwrap().to_lowercase();
        !cookie.contains("domain=") && cookie.contains("samesite=lax") && cookie.contains("path=/")
    }));
    // The address in a link that is handed out is the one that was set up, whatever the browser calls us.
    let shown = server.backend.link_show(senco.viewer, senco.meeting, mum.participant).await.unwrap().url;
    assert_eq!(shown, format!("{ORIGIN}/join/{token}"));
}

#[sqlx::test(migrations = false)]
async fn a_socket_is_opened_by_our_page_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let cookie = server.sign_in(&server.seat("Tomek", "Agnieszka", 3).await).await;
    for origin in [
        None,
        Some("null"),
        Some(""),
        Some("https://evil.example"),
        Some("http://meetings.example.evil"),
        Some("http://evil.example/meetings.example"),
        Some("http://meetings.example@evil.example"),
        Some("http://meetings.example:81"),
        Some("file://meetings.example"),
        Some("meetings.example"),
    ] {
        let refused = knock(&address, Some(&cookie), origin).await.expect_err("refused").to_string();
        assert!(refused.contains("403"), "{origin:?}: {refused}");
    }
    knock(&address, Some(&cookie), Some(ORIGIN)).await.expect("our own");
}
