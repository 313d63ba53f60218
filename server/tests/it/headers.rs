//! What every answer says to a browser beside its page, as it is behind a TLS proxy.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use server::{http, state::AppState};
use shared::Role;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;

use crate::{
    matrix::{self, Table, Who},
    support::{TestServer, owner},
};

/// The same server, reached over TLS.
fn secure(server: &TestServer) -> Router {
    let TestServer { db, rooms, backend, state, key, .. } = server;
    let url = "https://meetings.example";
    let state = AppState::new(
        db.clone(),
        rooms.clone(),
        state.clock.clone(),
        backend.clone(),
        state.assets.clone(),
        url,
        key.clone(),
    );
    http::router(state, std::path::Path::new("/nowhere"))
}

async fn ask(router: &Router, method: Method, path: &str, cookie: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "meetings.example")
        .header(header::ORIGIN, "https://meetings.example")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, cookie);
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    // A picture too.
    let body = to_bytes(response.into_body(), 1 << 22).await.unwrap();
    (status, headers, String::from_utf8_lossy(&body).into_owned())
}

#[sqlx::test(migrations = false)]
async fn every_answer_carries_the_security_headers(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let table = Table::set(&server, &mut owner(&options).await).await;
    let router = secure(&server);
    let cookie = format!("__Host-sid={}", matrix::session(Who::Here(Role::Facilitator)));
    let addresses = http::addresses(&server.state);
    let given = |method: &Method, path: &str| {
        let name = matrix::name(method, path);
        let (_, given, _) = matrix::rows(&table).into_iter().find(|(row, ..)| *row == name).unwrap();
        if given.starts_with('/') { given } else { path.to_owned() }
    };
    let mut paths: Vec<_> = addresses.iter().map(|(method, path)| (method.clone(), given(method, path))).collect();
    paths.extend(["/nonsense", "/pkg/nothing.js", "/api/nothing"].map(|path| (Method::GET, path.to_owned())));
    for (method, path) in paths {
        for cookie in [cookie.as_str(), ""] {
            let (status, headers, body) = ask(&router, method.clone(), &path, cookie).await;
            let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
            let policy = said("content-security-policy");
            for directive in ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
                assert!(policy.contains(directive), "{method} {path}: {policy}");
            }
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains(" 'unsafe-eval'") && !policy.contains("http:")
            );
            assert!(policy.ends_with("; report-uri /policy-report"), "{policy}");
            assert!(policy.contains("script-src 'self' 'nonce-") && policy.contains("'wasm-unsafe-eval'"), "{policy}");
            assert_eq!(said("x-content-type-options"), "nosniff", "{method} {path}");
            assert_eq!(said("referrer-policy"), "same-origin");
            assert_eq!(said("cross-origin-opener-policy"), "same-origin");
            assert_eq!(said("cross-origin-resource-policy"), "same-origin");
            let (age, wide) = said("strict-transport-security").split_once("; ").expect("HSTS");
            assert!(age.strip_prefix("max-age=").unwrap().parse::<u32>().unwrap() >= 31_536_000);
            assert_eq!(wide, "includeSubDomains");
            assert_eq!(said("cache-control"), "no-store", "{method} {path}");
            assert!(!headers.contains_key("access-control-allow-origin"), "nobody else’s script reads it");
            for chatty in ["server", "x-powered-by", "via"] {
                assert!(!headers.contains_key(chatty), "{chatty} says what we are made of");
            }
            // Whatever has a body says what it is, and text in which letters.
            let kind = said("content-type");
            assert!(body.is_empty() || !kind.is_empty(), "{method} {path} {status} has no type");
            assert!(!kind.starts_with("text/") || kind.to_lowercase().contains("charset=utf-8"), "{path}: {kind}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn cookies_are_the_hosts_alone_and_secret_from_scripts(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let router = secure(&server);
    let link = format!("/join/{}", server.token(&server.seat("Tomek", "Agnieszka", 3).await).await);
    let (_, came, _) = ask(&router, Method::POST, &link, "").await;
    let (_, left, _) = ask(&router, Method::POST, "/finish", "__Host-sid=x").await;
    let mut seen = 0;
    for cookie in [came, left].iter().flat_map(|headers| headers.get_all(header::SET_COOKIE)) {
        let cookie = cookie.to_str().unwrap();
        seen += 1;
        assert!(cookie.contains("; Secure") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/;"));
        assert!(!cookie.to_lowercase().contains("domain=") && cookie.len() < 4_096, "{cookie}");
        // The one that a script may read says whether the device is one’s own, and nothing else.
        assert_eq!(cookie.contains("; HttpOnly"), !cookie.starts_with("__Host-device="), "{cookie}");
        assert!(cookie.starts_with("__Host-"), "{cookie}");
    }
    assert!(seen >= 6, "{seen}");
}

#[sqlx::test(migrations = false)]
async fn a_method_that_is_not_ours_is_refused(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let router = secure(&server);
    for method in ["TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        for path in ["/", "/healthz", "/finish", "/register", "/api/start_meeting", "/pkg/x.js"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let (status, headers, body) = ask(&router, method.clone(), path, "secret=1").await;
            assert!(status.is_client_error(), "{method} {path}: {status}");
            assert!(!format!("{headers:?}{body}").contains("secret=1"), "{method} gives back what it was sent");
        }
    }
}
