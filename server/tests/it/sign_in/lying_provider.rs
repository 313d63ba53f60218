//! A school’s provider of accounts that lies: of who it is, of whom it speaks to, of who signed and when.
//!
//! An honest one stands beside it, which differs in nothing else: it opens the account, each lie opens nothing.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::HeaderValue,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use server::{
    http,
    keys::school_account::{self, SchoolAccounts},
};
use sha2::Sha256;
use shared::SchoolId;
use tokio::net::TcpListener;
use url::Url;

use super::*;
use crate::tenants::rows_of_all_tables;

const SECRET: &str = "a secret of this test alone, and long enough";
const CLIENT: &str = "roundtable";
const ACCESS_TOKEN: &str = "access-token-of-this-test-alone";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    None,
    /// In what it says of itself.
    IsAnother,
    SignsAsAnother,
    SpeaksToAnother,
    SpeaksToUsAndAnother,
    SignedByAnother,
    NotSigned,
    Over,
    AnsweredAnother,
    AnsweredNobody,
}

/// A real server on a port of its own.
#[derive(Clone)]
struct Provider {
    issuer: String,
    lie: Lie,
    nonce: Arc<Mutex<String>>,
    asked: Arc<Mutex<usize>>,
}

impl Provider {
    async fn start(lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self { issuer, lie, nonce: Arc::default(), asked: Arc::default() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(async || Json(json!({ "keys": [] }))))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// What it signs for Mrs Pike.
    fn id_token(&self) -> String {
        let (lie, now) = (self.lie, OffsetDateTime::now_utc().unix_timestamp());
        let audience = match lie {
            Lie::SpeaksToAnother => json!("another-school"),
            Lie::SpeaksToUsAndAnother => json!([CLIENT, "another-school"]),
            _ => json!(CLIENT),
        };
        let nonce = match lie {
            Lie::AnsweredAnother => json!("what somebody else was asked"),
            Lie::AnsweredNobody => Value::Null,
            _ => json!(*self.nonce.lock().unwrap()),
        };
        let mut claims = json!({
            "iss": if lie == Lie::SignsAsAnother { "http://127.0.0.1:9/another" } else { &self.issuer },
            "aud": audience,
            "sub": "pike",
            "iat": now - 10,
            "exp": if lie == Lie::Over { now - 5 } else { now + 300 },
            "email": EMAIL,
            "email_verified": true,
            "amr": ["pwd", "mfa"],
        });
        if !nonce.is_null() {
            claims["nonce"] = nonce;
        }
        let head = json!({ "typ": "JWT", "alg": if lie == Lie::NotSigned { "none" } else { "HS256" } });
        let signed = [head, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let key = if lie == Lie::SignedByAnother { "a secret of nobody that we know of, as long" } else { SECRET };
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let mark = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signed}.{}", if lie == Lie::NotSigned { "" } else { &mark })
    }
}

async fn metadata(State(provider): State<Provider>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": if provider.lie == Lie::IsAnother { "http://127.0.0.1:9/another" } else { issuer },
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
    }))
}

async fn token(State(provider): State<Provider>) -> Json<Value> {
    *provider.asked.lock().unwrap() += 1;
    Json(json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": provider.id_token() }))
}

/// Our pages, where the school’s accounts are this provider’s.
async fn pages(server: &TestServer, provider: &Provider) -> (Router, SchoolId) {
    let directory = tempfile::tempdir().unwrap();
    let (secret, settings) = (directory.path().join("secret"), directory.path().join("providers.json"));
    std::fs::write(&secret, SECRET).unwrap();
    let school = server.seat("Tomek", "Mrs Pike", 3).await.viewer.school;
    let said =
        json!([{ "school": school, "issuer": provider.issuer, "client_id": CLIENT, "client_secret_file": secret }]);
    std::fs::write(&settings, said.to_string()).unwrap();
    let accounts = SchoolAccounts::new(school_account::read(&settings).unwrap()).unwrap();
    (http::router(server.state.clone().with_school_accounts(accounts), std::path::Path::new("/nowhere")), school)
}

async fn ask(pages: &Router, path: &str, cookie: &str) -> Response<Body> {
    let request = Request::get(path).header(header::HOST, "meetings.example").header(header::COOKIE, cookie);
    pages.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// Somebody who was sent to the provider: the address they come back by, and the cookie that waits for them. None where
/// nobody is sent there.
async fn is_sent(pages: &Router, school: SchoolId, provider: &Provider) -> Option<(String, String)> {
    let sent = ask(pages, &format!("/signin/school?school={school}"), "").await;
    let Ok(there) = Url::parse(location(&sent)) else {
        assert_eq!((location(&sent), session(&sent)), ("/signin?why=school", None));
        return None;
    };
    let said = |name: &str| there.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    *provider.nonce.lock().unwrap() = said("nonce");
    let cookie = sent.headers().get(header::SET_COOKIE).map(HeaderValue::to_str).unwrap().unwrap();
    let back = format!("/signin/school/back?state={}&code=good", said("state"));
    Some((back, cookie.split(';').next().unwrap().to_owned()))
}

/// The session cookie of whoever comes by this provider, if there is one, and how often it was asked who they are.
async fn comes_by(server: &TestServer, lie: Lie) -> (Option<String>, usize) {
    let provider = Provider::start(lie).await;
    let asked = || *provider.asked.lock().unwrap();
    let (pages, school) = pages(server, &provider).await;
    let Some((back, cookie)) = is_sent(&pages, school, &provider).await else { return (None, asked()) };
    let came = ask(&pages, &back, &cookie).await;
    if session(&came).is_none() {
        assert_eq!(location(&came), "/signin?why=school", "{lie:?}: it is said in words");
    }
    (session(&came), asked())
}

#[sqlx::test(migrations = false)]
async fn a_provider_that_says_it_is_another_is_asked_for_nobody(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    pike(&server).await;
    assert_eq!(comes_by(&server, Lie::IsAnother).await, (None, 0));
    let (hers, asked) = comes_by(&server, Lie::None).await;
    assert_eq!((hers.is_some(), asked), (true, 1));
}

#[sqlx::test(migrations = false)]
async fn a_token_opens_nothing_that_is_not_signed_for_us_now_by_who_was_asked(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    pike(&server).await;
    for lie in [
        Lie::SignsAsAnother,
        Lie::SpeaksToAnother,
        Lie::SpeaksToUsAndAnother,
        Lie::SignedByAnother,
        Lie::NotSigned,
        Lie::Over,
        Lie::AnsweredAnother,
        Lie::AnsweredNobody,
    ] {
        assert_eq!(comes_by(&server, lie).await, (None, 1), "{lie:?}");
    }
    let (hers, asked) = comes_by(&server, Lie::None).await;
    assert_eq!((hers.is_some(), asked), (true, 1));
    let page = text(server.get("/", hers.as_deref()).await).await;
    assert!(page.contains("Hello, ") && page.contains("Mrs Pike"), "as herself");
}

#[sqlx::test(migrations = false)]
async fn an_answer_is_taken_once_and_only_where_it_was_asked_for(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    pike(&server).await;
    let provider = Provider::start(Lie::None).await;
    let (pages, school) = pages(&server, &provider).await;
    let asked = || *provider.asked.lock().unwrap();

    // In a browser that asked for nothing, and in one that asked for another.
    let (back, cookie) = is_sent(&pages, school, &provider).await.unwrap();
    assert_eq!(session(&ask(&pages, &back, "").await), None);
    let (of_another, _) = is_sent(&pages, school, &provider).await.unwrap();
    assert_eq!(session(&ask(&pages, &of_another, &cookie).await), None);
    assert_eq!(asked(), 0, "nobody is asked who they are");

    let (back, cookie) = is_sent(&pages, school, &provider).await.unwrap();
    assert!(session(&ask(&pages, &back, &cookie).await).is_some());
    assert_eq!(session(&ask(&pages, &back, &cookie).await), None, "not twice");
}

#[sqlx::test(migrations = false)]
async fn what_a_provider_gives_goes_to_nobody_and_stays_nowhere(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    pike(&server).await;
    let provider = Provider::start(Lie::None).await;
    let (pages, school) = pages(&server, &provider).await;
    let (back, cookie) = is_sent(&pages, school, &provider).await.unwrap();
    let came = ask(&pages, &back, &cookie).await;
    assert!(session(&came).is_some());
    // Every token of the kind begins as this one does.
    let id_token = provider.id_token();
    let given = [ACCESS_TOKEN, id_token.split('.').next().unwrap()];
    let headers = format!("{:?}", came.headers());
    let answer = headers + &text(came).await;
    let kept = rows_of_all_tables(&mut owner(&options).await).await;
    for token in given {
        assert!(!answer.contains(token), "{answer}");
        assert!(!kept.iter().any(|(_, row)| row.contains(token)));
    }
    assert!(kept.iter().any(|(_, row)| row.contains(EMAIL)), "what is kept is looked at");
}

#[sqlx::test(migrations = false)]
async fn whoever_says_no_at_the_provider_reads_that_nothing_has_changed(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let provider = Provider::start(Lie::None).await;
    let (pages, school) = pages(&server, &provider).await;
    let (back, cookie) = is_sent(&pages, school, &provider).await.unwrap();
    let no = back.replace("&code=good", "&error=access_denied&error_description=No");
    let came = ask(&pages, &no, &cookie).await;
    assert_eq!((session(&came), location(&came)), (None, "/signin?why=broken-off"));
    let page = text(server.get(location(&came), None).await).await;
    assert!(page.contains("nothing has changed") && !page.contains("Ask your SENCO whether"), "{page}");
}
