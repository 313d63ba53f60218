//! Nobody who reads pages is told no in a library’s words.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, Response, StatusCode, header},
};
use server::http;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceExt;

use crate::{
    matrix::{self, Table},
    support::{TestServer, owner},
};

async fn sent(server: &TestServer, method: Method, path: &str, cookie: &str, body: String) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookie);
    let router = http::router(server.state.clone(), std::path::Path::new("/nowhere"));
    router.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
}

/// Its words, once it is sure that it is a page in ours.
async fn page(response: Response<Body>, asked: &str) -> String {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    assert!(kind.as_deref().is_some_and(|kind| kind.starts_with("text/html")), "{asked}: {status}, {kind:?}");
    let page = String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap();
    for theirs in ["deserialize", "UUID", "length limit", "extractor", "panicked", "invalid digit"] {
        assert!(!page.contains(theirs), "{asked}: {theirs}: {page}");
    }
    page
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_read_is_refused_on_a_page_in_our_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    let mut refused = 0;
    for (method, path) in http::addresses(&server.state) {
        if path == "/finish" {
            // It signs out, and is refused to nobody.
            continue;
        }
        // Forms, pages and files; an id in an address is no id.
        let parts = path.split('/').map(|part| if part.starts_with('{') { "no-id" } else { part });
        let address = parts.collect::<Vec<_>>().join("/");
        for (cookie, body) in [("", ""), (pike.as_str(), "person=no-id&meeting=%FF&passkey=1&session=~")] {
            let asked = format!("{method} {address} {body:?}");
            let response = sent(&server, method.clone(), &address, cookie, body.to_owned()).await;
            if response.status().is_client_error() || response.status().is_server_error() {
                page(response, &asked).await;
                refused += 1;
            }
        }
    }
    assert!(refused > 40, "{refused}");
    // And each says what happened to what was sent.
    let long = sent(&server, Method::POST, "/code", "", "x".repeat(1 << 20)).await;
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page(long, "too long").await.contains("longer than we can take. Nothing was changed."));
    let switch = sent(&server, Method::POST, "/switch", &pike, "person=no-id".to_owned()).await;
    assert!(page(switch, "switch").await.contains("Nothing was changed."));
    let nowhere = sent(&server, Method::POST, "/api/nothing", "", String::new()).await;
    assert_eq!(nowhere.status(), StatusCode::GONE);
    assert!(page(nowhere, "a command that is not there").await.contains("There is nothing here"));
}

/// What a plain form commands leads back to a page of ours, whatever says where it came from; and what cannot be read is
/// refused on a page, and leads nowhere.
#[sqlx::test(migrations = false)]
async fn a_command_leads_to_pages_of_ours_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    const OURS: &str = "http://meetings.example/pupils/one";
    let server = TestServer::start(pool, options.clone()).await;
    let table = Table::set(&server, &mut owner(&options).await).await;
    let rows = matrix::rows(&table);
    let ask = async |address: &str, referer: &str, body: &str| {
        let request = Request::post(address)
            .header(header::ACCEPT, "text/html")
            .header(header::HOST, "meetings.example")
            .header(header::ORIGIN, "http://meetings.example")
            .header(header::REFERER, referer)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        server.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    };
    let mut led = 0;
    for (_, path) in http::addresses(&server.state).into_iter().filter(|(_, path)| path.starts_with("/api/")) {
        let name = matrix::name(&Method::POST, &path);
        let given = rows.iter().find(|(row, ..)| *row == name).map(|(_, given, _)| given.as_str()).unwrap();
        for (referer, leads_to) in [
            (OURS, OURS),
            ("http://evil.example/x", "/"),
            ("http://meetings.example.evil/", "/"),
            ("https://meetings.example/", "/"),
            ("//evil.example", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            let refused = ask(&path, referer, given).await;
            assert_eq!(refused.status(), StatusCode::FOUND, "{path}");
            let to = refused.headers()[header::LOCATION].to_str().unwrap();
            assert_eq!(to.split('?').next().unwrap(), leads_to, "{path}, after {referer}");
            assert!(!refused.headers().contains_key("serverfnerror"), "{path}");
            led += 1;
            let unread = ask(&path, referer, "meeting=1&person=no-id&pupil=x").await;
            assert_eq!(unread.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(!unread.headers().contains_key(header::LOCATION), "{path}");
            assert!(page(unread, &path).await.contains("That could not be read"), "{path}");
        }
    }
    assert!(led > 100, "{led}");
}

/// Nor who asks without a browser: no name of a field, a type or an error of ours.
#[sqlx::test(migrations = false)]
async fn a_program_reads_our_words_too(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    let mut refused = 0;
    for (method, path) in http::addresses(&server.state) {
        if method != Method::POST || path == "/finish" {
            continue;
        }
        let parts = path.split('/').map(|part| if part.starts_with('{') { "no-id" } else { part });
        let address = parts.collect::<Vec<_>>().join("/");
        for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
            for body in ["", "person=no-id&meeting=7", r#"{"meeting":7,"person":"no-id"}"#] {
                let request = Request::post(&address)
                    .header(header::ACCEPT, "*/*")
                    .header(header::CONTENT_TYPE, kind)
                    .header("sec-fetch-site", "same-origin")
                    .header(header::COOKIE, &pike);
                let request = request.body(Body::from(body)).unwrap();
                let response = server.router.clone().oneshot(request).await.unwrap();
                if response.status().is_success() || response.status().is_redirection() {
                    continue;
                }
                let kind_of = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
                if kind_of.is_some_and(|kind| kind.starts_with("text/html")) {
                    continue;
                }
                let said = String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap();
                for theirs in ["serialize", "missing field", "`", "expected", "Content-Type", "UUID", "{", "\""] {
                    assert!(!said.contains(theirs), "POST {address} {kind} {body}: {theirs}: {said}");
                }
                let is_a_name = !said.is_empty() && !said.contains(' ');
                assert!(!is_a_name, "POST {address} {kind} {body}: {said}");
                refused += 1;
            }
        }
    }
    assert!(refused > 200, "{refused}");
}

/// A browser sends to the end before it reads: cut off meanwhile, it would show a page of its own.
#[sqlx::test(migrations = false)]
async fn whoever_sends_far_too_much_still_reads_why_it_was_refused(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let mut line = TcpStream::connect(server.listen().await.0).await.unwrap();
    let body = vec![b'x'; 20 << 20];
    let head = format!(
        "POST /code HTTP/1.1\r\nhost: meetings.example\r\nsec-fetch-site: same-origin\r\naccept: text/html\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&body).await.expect("all of it is taken");
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("longer than we can take. Nothing was changed."));
}
