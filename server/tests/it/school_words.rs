//! What a school calls its plans and its tiers of help: on pages, prints and files, its own and nobody else’s.

use axum::http::StatusCode;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestServer, text};

const OURS: &str = "plan=Individual+Support+Plan&universal=&targeted=Wave+2&targeted_plus=Targeted+plus&specialist=";

#[sqlx::test(migrations = false)]
async fn pages_prints_and_files_use_the_schools_own_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (pike, amara) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Amara", "Denise", 3).await);
    let tomek = server.pupil_of(&pike).await;
    let (by_link, account) = (server.sign_in(&pike).await, server.account(pike.viewer).await);
    let agreed = server.seat("Tomek", "Mrs Pike", 2).await.meeting;
    let get = async |path: &str| text(server.get(path, Some(&by_link)).await).await;
    let pages = [
        ("/".to_owned(), "Read the Individual Support Plan"),
        ("/map".to_owned(), "Wave 2"),
        ("/map.csv".to_owned(), "Wave 2"),
        (format!("/pupils/{tomek}"), "Wave 2"),
        (format!("/pupils/{tomek}"), "What the Individual Support Plan that holds now promises."),
        // Where it is chosen, live.
        (format!("/meetings/{}", pike.meeting), "Wave 2"),
    ];
    for (page, words) in &pages {
        assert!(!get(page).await.contains(words), "{page}");
    }
    assert!(get("/map.csv").await.contains("Targeted"));

    let set = server.post_form_as("/school", Some(&account), OURS.to_owned()).await;
    assert_eq!(set.status(), StatusCode::SEE_OTHER);
    for (page, words) in &pages {
        assert!(get(page).await.contains(words), "{page}: {words}");
    }
    assert!(text(server.get("/school", Some(&account)).await).await.contains("Individual Support Plan"));
    // What is agreed keeps the name it was agreed under; the next one has ours, and keeps it.
    let record = format!("/meetings/{agreed}/record");
    assert!(get(&record).await.contains("’s plan</h1>") || !get(&record).await.contains("Individual Support Plan"));
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let new = format!("/meetings/{}/record", pike.meeting);
    assert!(get(&new).await.contains("Individual Support Plan, agreed"));
    let json: serde_json::Value = serde_json::from_str(&get(&format!("{new}.json")).await).unwrap();
    assert_eq!(json["meeting"]["plan_name"], "Individual Support Plan");

    // Too long changes nothing; empty is the usual word again.
    let long = format!("plan={}&targeted={}", "x".repeat(61), "y".repeat(41));
    let refused = server.post_form_as("/school", Some(&account), long).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(refused).await.contains("longer than 60 letters"));
    // Nor do two tiers that nobody could tell from one another, be it the usual name of another.
    for alike in ["universal=Help&targeted=help&specialist=HELP", "universal=Targeted&targeted=", "targeted=Specialist"]
    {
        let refused = server.post_form_as("/school", Some(&account), alike.to_owned()).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{alike}");
        assert!(text(refused).await.contains("Give each a name of its own"), "{alike}");
    }
    assert!(get("/map").await.contains("Wave 2"));
    let form = "plan=+&universal=&targeted=&targeted_plus=&specialist=".to_owned();
    server.post_form_as("/school", Some(&account), form).await;
    let map = get("/map").await;
    assert!(!map.contains("Wave 2") && map.contains("Targeted"));
    assert!(get(&new).await.contains("Individual Support Plan, agreed"));

    // Another school’s words are its own.
    server.post_form_as("/school", Some(&account), OURS.to_owned()).await;
    let theirs = text(server.get("/", Some(&server.sign_in(&amara).await)).await).await;
    assert!(theirs.contains("Read the plan") && !theirs.contains("Individual Support Plan"));
    let written = server.trail_of(&options, "words-set").await;
    assert_eq!(written, 3);
}

#[sqlx::test(migrations = false)]
async fn words_are_set_by_head_and_senco_and_are_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (pike, qureshi) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    // A link to a meeting sets nothing, nor does a teacher’s account.
    let by_link = server.sign_in(&pike).await;
    let teachers = server.account(qureshi.viewer).await;
    assert_eq!(server.post_form_as("/school", Some(&by_link), OURS.to_owned()).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.post_form_as("/school", Some(&teachers), OURS.to_owned()).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(server.trail_of(&options, "words-set").await, 0);
    let account = server.account(pike.viewer).await;
    let hostile = "plan=%3Cscript%3Ealert(1)%3C/script%3E%00&targeted=%E2%80%AE%3D1%2B1%E2%80%8B&universal=&targeted_plus=&specialist=";
    server.post_form_as("/school", Some(&account), hostile.to_owned()).await;
    let home = text(server.get("/", Some(&account)).await).await;
    assert!(home.contains("Read the &lt;script&gt;alert(1)") && !home.contains("<script>alert(1)"));
    let csv = text(server.get("/map.csv", Some(&account)).await).await;
    assert!(!csv.contains(['\u{202e}', '\u{200b}']), "nothing unseen in it");
    assert!(csv.contains("'=1+1") && !csv.contains(",=1+1"), "no formula is made of it: {csv}");
}

impl TestServer {
    /// How often it was written down that this was done.
    pub(crate) async fn trail_of(&self, options: &PgConnectOptions, verb: &str) -> i64 {
        let count = sqlx::query_scalar("select count(*) from audit where verb = $1").bind(verb);
        count.fetch_one(&mut crate::support::owner(options).await).await.unwrap()
    }
}
