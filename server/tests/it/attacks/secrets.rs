//! Secrets of others: forwarded, sent again, mended, guessed.

use std::net::{IpAddr, Ipv4Addr};

use app::view::doors::{Doors, LobbyState};
use axum::http::StatusCode;
use server::{
    arrivals::{self, NoDoor},
    secret::JoinKey,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::forgery::press;
use crate::{
    lobby::cookie,
    support::{TestServer, text},
};

#[sqlx::test(migrations = false)]
async fn a_forwarded_link_leads_two_to_the_door_and_in_whom_somebody_admits(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    server.backend.doors_set(senco.viewer, senco.meeting, Doors::Knock).await.unwrap();
    let link = format!("/join/{}", server.token(&mum).await);
    let at_door = async || cookie(&press(&server, &link, "", "asked=yes").await, "knock").unwrap();
    let (hers, forwarded) = (at_door().await, at_door().await);
    let door = || server.backend.door_page(senco.viewer, senco.meeting);
    let knocks = door().await.unwrap().knocks;
    assert_eq!(knocks.len(), 2, "whoever runs the meeting sees that there are two");
    server.backend.knock_admit(senco.viewer, senco.meeting, knocks[0].id, None).await.unwrap();
    let state = async |secret: &str| {
        let secrets = app::backend::KnockSecrets(vec![secret.to_owned()]);
        server.backend.lobby_page(&secrets).await.unwrap().state
    };
    assert_eq!((state(&hers).await, state(&forwarded).await), (LobbyState::Admitted, LobbyState::Waiting));
    let enter = async |secret: &str| press(&server, "/lobby/enter", &format!("knock={secret}"), "").await;
    assert_eq!(cookie(&enter(&forwarded).await, "sid"), None);
    let entered = enter(&hers).await;
    assert!(cookie(&entered, "sid").is_some());
    // What she sent can be sent again by whoever saw it: it is used up.
    assert_eq!(cookie(&enter(&hers).await, "sid"), None);
    // A link, or the secret of a knock, is no session.
    for secret in [link.trim_start_matches("/join/"), &forwarded, &hers] {
        let page = server.get(&format!("/meetings/{}", mum.meeting), Some(&format!("sid={secret}"))).await;
        assert_eq!(page.status(), StatusCode::UNAUTHORIZED);
    }
}

#[sqlx::test(migrations = false)]
async fn a_token_that_is_not_quite_one_leads_nowhere(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let token = server.token(&mum).await;
    let swapped: String = token
        .chars()
        .map(
            |letter| {
                if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
            },
        )
        .collect();
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    let nearly = [
        token[..31].to_owned(),
        format!("{token}A"),
        format!("{token}="),
        format!("{}{last}", &token[..31]),
        swapped,
        JoinKey::new([8; 32]).token(mum.participant),
        server.key.nth_token(mum.participant, 1),
        mum.participant.to_string(),
        "%00".to_owned(),
    ];
    for token in nearly {
        let link = format!("/join/{token}");
        let opened = server.get(&link, None).await;
        assert!([StatusCode::GONE, StatusCode::NOT_FOUND].contains(&opened.status()), "{token}: {}", opened.status());
        assert!(!text(opened).await.contains("Agnieszka"));
        assert_eq!(cookie(&press(&server, &link, "", "asked=yes").await, "sid"), None, "{token}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_thousand_addresses_do_not_guess_faster(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    server.backend.code_make(senco.viewer, senco.meeting).await.unwrap();
    let code = server.backend.door_page(senco.viewer, senco.meeting).await.unwrap().code.unwrap().digits;
    let guess = async |from: u16, code: &str| {
        let [high, low] = from.to_be_bytes();
        let from = IpAddr::V4(Ipv4Addr::new(203, 0, high, low));
        arrivals::by_code(&server.state, Some(from), code, "Zofia", "").await.unwrap()
    };
    let mut let_through = 0;
    for from in 0..1_000 {
        match guess(from, "111 111 111").await {
            Err(NoDoor::Unknown) => let_through += 1,
            other => assert_eq!(other, Err(NoDoor::TooOften)),
        }
    }
    assert!((100..300).contains(&let_through), "{let_through}");
    assert_eq!(guess(5_000, &code).await, Err(NoDoor::TooOften), "even with the right one");
    // No door is locked by it: who has a link is not asked for a code.
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    assert!(server.sign_in(&mum).await.starts_with("sid="));
}
