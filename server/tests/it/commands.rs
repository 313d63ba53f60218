//! Commands as a program might send them: whatever is said, the answer is one that a person understands, and nothing
//! breaks. What they read of any bytes is a fuzz target (`commands`); here it goes the whole way.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use server::http;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;

use crate::{
    fuzz::{Chance, inputs},
    support::{TestServer, text},
};

/// To each address.
const SENT: usize = 40;

#[sqlx::test(migrations = false)]
async fn damaged_commands_are_refused_in_plain_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let addresses = http::addresses(&server.state).into_iter();
    let commands: Vec<_> =
        addresses.filter(|(method, path)| method == Method::POST && path.starts_with("/api/")).collect();
    assert!(!commands.is_empty());
    // Of this meeting, so that what is still whole is done.
    let here = |input: Vec<u8>| {
        String::from_utf8(input)
            .unwrap()
            .replace("4044d060-2f0a-5aa0-8ee7-e4846449013a", &pike.meeting.to_string())
            .into_bytes()
    };
    let inputs: Vec<_> = inputs("commands").into_iter().map(here).collect();
    let mut chance = Chance(0x5eed_0000_0000_0002);
    for (_, path) in &commands {
        for at in 0..SENT {
            let sent = chance.damaged(&inputs[at % inputs.len()], &inputs);
            let request = Request::post(path)
                .header("sec-fetch-site", "same-origin")
                .header(header::HOST, "meetings.example")
                .header(header::COOKIE, &cookie)
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(sent.clone()));
            let answer = server.router.clone().oneshot(request.unwrap()).await.unwrap();
            let (status, words) = (answer.status(), text(answer).await);
            let sent = String::from_utf8_lossy(&sent);
            assert!(!status.is_server_error() && status != StatusCode::UNAUTHORIZED, "{path} {status} {words}: {sent}");
            for inner in ["line 1 column", "missing field", "invalid type", "expected"] {
                assert!(!words.contains(inner), "{path} {words}: {sent}");
            }
        }
    }
    // The meeting is there for those who were at it.
    assert!(server.backend.meeting_page(pike.viewer, pike.meeting).await.is_ok());
}

/// Only where it is so is a program told that its page is of another version.
#[sqlx::test(migrations = false)]
async fn what_cannot_be_read_is_said_to_be_that(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let addresses: Vec<_> = http::addresses(&server.state).into_iter().map(|(_, path)| path).collect();
    let ask = async |command: &str, kind: &str, sent: String| {
        let path =
            addresses.iter().find(|path| path.contains(&format!("/api/{command}"))).map_or(command, String::as_str);
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, kind);
        let answer = server.router.clone().oneshot(request.body(Body::from(sent)).unwrap()).await.unwrap();
        (answer.status(), text(answer).await)
    };
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let (meeting, nobody) = (pike.meeting, shared::ParticipantId(uuid::Uuid::nil()));
    for (command, kind, sent) in [
        ("admit", form, format!("meeting={meeting}&knock={nobody}&role=king")),
        ("admit", json, format!(r#"{{"meeting":"{meeting}","knock":"{nobody}","role":"king"}}"#)),
        ("set_doors", form, format!("meeting={meeting}&doors=ajar")),
        ("set_doors", form, "doors=open".to_owned()),
        ("spotlight", form, format!("meeting={meeting}&part=nonsense")),
        ("hide_passage", form, format!("meeting={meeting}&field=nonsense&from=0&words=x")),
    ] {
        let (status, words) = ask(command, kind, sent.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{command} {sent}: {words}");
        assert!(words.contains("could not be read") && words.contains("nothing was done"), "{command} {sent}: {words}");
        assert!(!words.contains("brought up to date"), "{command} {sent}: {words}");
    }
    let (status, words) = ask("/api/start_meeting0000", form, format!("meeting={meeting}")).await;
    assert!(status == StatusCode::GONE && words.contains("brought up to date"), "{status}: {words}");
    let page = server.backend.meeting_page(pike.viewer, meeting).await.unwrap();
    assert_eq!(page.spotlight, None, "nobody is called to a part that there is not");
}
