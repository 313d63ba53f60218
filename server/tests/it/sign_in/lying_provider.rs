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
use tokio::net::TcpListener;
use url::Url;

use super::*;

const SECRET: &str = "a secret of this test alone, and long enough";
const CLIENT: &str = "roundtable";

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
    Json(json!({ "access_token": "nothing", "token_type": "Bearer", "id_token": provider.id_token() }))
}

/// The session cookie of whoever comes by this provider, if there is one, and how often it was asked who they are.
async fn comes_by(server: &TestServer, lie: Lie) -> (Option<String>, usize) {
    let provider = Provider::start(lie).await;
    let directory = tempfile::tempdir().unwrap();
    let (secret, settings) = (directory.path().join("secret"), directory.path().join("providers.json"));
    std::fs::write(&secret, SECRET).unwrap();
    let school = server.seat("Tomek", "Mrs Pike", 3).await.viewer.school;
    let said =
        json!([{ "school": school, "issuer": provider.issuer, "client_id": CLIENT, "client_secret_file": secret }]);
    std::fs::write(&settings, said.to_string()).unwrap();
    let accounts = SchoolAccounts::new(school_account::read(&settings).unwrap()).unwrap();
    let router = http::router(server.state.clone().with_school_accounts(accounts), std::path::Path::new("/nowhere"));
    let ask = async |path: &str, cookie: &str| {
        let request = Request::get(path).header(header::HOST, "meetings.example").header(header::COOKIE, cookie);
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let sent = ask(&format!("/signin/school?school={school}"), "").await;
    let asked = || *provider.asked.lock().unwrap();
    let Ok(there) = Url::parse(location(&sent)) else {
        assert_eq!((location(&sent), asked()), ("/signin?why=school", 0), "{lie:?}");
        return (session(&sent), asked());
    };
    let said = |name: &str| there.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    *provider.nonce.lock().unwrap() = said("nonce");
    let cookie = sent.headers().get(header::SET_COOKIE).map(HeaderValue::to_str).unwrap().unwrap();
    let back = format!("/signin/school/back?state={}&code=good", said("state"));
    let came = ask(&back, cookie.split(';').next().unwrap()).await;
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
