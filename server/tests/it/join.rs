//! Coming in by a personal link.

use app::error::AppError;
use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

use crate::support::{TestServer, text};

#[sqlx::test(migrations = false)]
async fn opening_a_link_uses_nothing_up_and_says_nothing_of_the_child(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let link = format!("/join/{}", server.token(&seat).await);
    for _ in 0..3 {
        let response = server.get(&link, None).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers().get(header::SET_COOKIE).is_none());
        let page = text(response).await;
        assert!(page.contains("Agnieszka") && page.contains("Mrs Pike"));
        assert!(!page.contains("Tomek") && !page.contains("Wieczorek"));
    }
    assert_eq!(server.post(&link, None).await.status(), StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = false)]
async fn in_the_days_before_it_leads_whoever_is_asked_for_their_views_to_questions(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    server.clock.forward(-Duration::days(1));
    for (name, place) in [("Agnieszka", "/prepare"), ("Tomek", "/prepare"), ("Ruth", "/prepare"), ("Miss Qureshi", "")]
    {
        let seat = server.seat("Tomek", name, 3).await;
        let response = server.post(&format!("/join/{}", server.token(&seat).await), None).await;
        let expected = format!("/meetings/{}{place}", seat.meeting);
        assert_eq!(response.headers()[header::LOCATION], expected, "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn the_button_signs_in_and_leads_to_the_meeting(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let response = server.post(&format!("/join/{}", server.token(&seat).await), None).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], format!("/meetings/{}", seat.meeting));
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("sid=") && cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"));

    let cookie = server.sign_in(&seat).await;
    let page = text(server.get("/", Some(&cookie)).await).await;
    assert!(page.contains("Hello, ") && page.contains("Agnieszka") && page.contains("Tomek"));

    // Whose views are asked for gets ready where they are asked; how many there were is said once.
    let prepare = format!("href=\"/meetings/{}/prepare\"", seat.meeting);
    assert!(page.contains(&prepare));
    assert_eq!(page.matches("meetings this year").count(), 1);
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await;
    let cookie = server.sign_in(&teacher).await;
    assert!(!text(server.get("/", Some(&cookie)).await).await.contains(&prepare));
}

#[sqlx::test(migrations = false)]
async fn once_the_plan_is_agreed_the_same_link_leads_to_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (pike, mum) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Agnieszka", 3).await);
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();

    let link = format!("/join/{}", server.token(&mum).await);
    let letter = text(server.get(&link, None).await).await;
    assert!(letter.contains("The plan is ready, Agnieszka") && letter.contains("Read the plan"));
    assert!(!letter.contains("You are invited") && !letter.contains("Join the meeting"));
    let response = server.post(&link, None).await;
    let record = format!("/meetings/{}/record", mum.meeting);
    assert_eq!(response.headers()[header::LOCATION], record);
    let cookie = server.sign_in(&mum).await;
    assert_eq!(server.get(&record, Some(&cookie)).await.status(), StatusCode::OK);
}

fn cookies(response: &Response<Body>) -> Vec<&str> {
    response.headers().get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()).collect()
}

#[sqlx::test(migrations = false)]
async fn a_device_is_shared_until_its_user_says_it_is_not(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (mum, pupil) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Tomek", 3).await);
    let link = format!("/join/{}", server.token(&mum).await);
    for (form, is_own) in [("asked=yes", true), ("asked=yes&shared=yes", false), ("", false)] {
        let response = server.post_form(&link, form).await;
        let device = cookies(&response).into_iter().find(|cookie| cookie.starts_with("device=")).unwrap();
        // The page’s script asks it, and nothing else is in it.
        assert_eq!((device.starts_with("device=own;"), device.contains("HttpOnly")), (is_own, false), "{form}");
    }
    // What the letter suggests.
    let theirs = text(server.get(&format!("/join/{}", server.token(&pupil).await), None).await).await;
    let hers = text(server.get(&link, None).await).await;
    let tick =
        |page: &str| page.split("name=\"shared\"").nth(1).unwrap().split('>').next().unwrap().contains("checked");
    assert!(tick(&theirs) && !tick(&hers));
}

#[sqlx::test(migrations = false)]
async fn an_ended_link_says_so_in_plain_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let token = server.token(&seat).await;
    let words = AppError::LinkEnded.to_string();

    let unknown = server.get("/join/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", None).await;
    assert_eq!(unknown.status(), StatusCode::GONE);
    assert!(text(unknown).await.contains(&words));

    server.clock.forward(Duration::days(61));
    let expired = server.get(&format!("/join/{token}"), None).await;
    assert_eq!(expired.status(), StatusCode::GONE);
    assert!(text(expired).await.contains(&words));
    let pressed = server.post(&format!("/join/{token}"), None).await;
    assert!(pressed.headers().get(header::SET_COOKIE).is_none());
}

#[sqlx::test(migrations = false)]
async fn who_was_left_out_on_purpose_cannot_come_in(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Kai", "Kai's mum", 3).await;
    let token = server.token(&seat).await;
    assert_eq!(server.get(&format!("/join/{token}"), None).await.status(), StatusCode::GONE);
    assert!(server.post(&format!("/join/{token}"), None).await.headers().get(header::SET_COOKIE).is_none());
}

#[sqlx::test(migrations = false)]
async fn another_site_cannot_press_the_button(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let link = format!("/join/{}", server.token(&seat).await);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let response = server.ask(Request::post(&link).header(name, value), None).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
}

#[sqlx::test(migrations = false)]
async fn finishing_ends_the_session(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 2).await;
    let cookie = server.sign_in(&seat).await;
    let record = format!("/meetings/{}/record.json", seat.meeting);
    assert_eq!(server.get(&record, Some(&cookie)).await.status(), StatusCode::OK);

    let goodbye = server.post("/finish", Some(&cookie)).await;
    assert!(goodbye.headers().contains_key("clear-site-data"));
    assert_eq!(goodbye.headers()[header::LOCATION], "/goodbye");
    for name in ["sid=;", "device=;"] {
        assert!(cookies(&goodbye).iter().any(|cookie| cookie.starts_with(name) && cookie.contains("; Max-Age=0")));
    }
    let page = server.get("/goodbye", None).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(text(page).await.contains("What we removed from this device"));
    assert_eq!(server.get(&record, Some(&cookie)).await.status(), StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrations = false)]
async fn a_session_lasts_a_school_day(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Agnieszka", 2).await;
    let cookie = server.sign_in(&seat).await;
    let record = format!("/meetings/{}/record.json", seat.meeting);
    server.clock.forward(Duration::hours(11));
    assert_eq!(server.get(&record, Some(&cookie)).await.status(), StatusCode::OK);
    server.clock.forward(Duration::hours(2));
    assert_eq!(server.get(&record, Some(&cookie)).await.status(), StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrations = false)]
async fn every_page_names_the_nonce_of_its_scripts(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let response = server.get("/", None).await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let page = text(response).await;
    let scripts = page.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(
        page.matches(&format!("nonce=\"{nonce}\"")).count() - page.matches("<link rel=\"modulepreload\"").count(),
        scripts
    );
    assert_eq!(page.matches("style=\"").count(), 0);
}
