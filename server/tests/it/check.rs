//! Whether an installation is as it should be.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt;
use server::{check, clock::SharedClock, http};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;

use crate::support::{TestServer, installation, owner};

#[sqlx::test(migrations = false)]
async fn what_is_wrong_with_a_database_is_said_by_name(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    server.sign_in(&mum).await;
    let wrong = async || {
        let found = check::of_database(&options, SharedClock::system().now()).await;
        assert!(found.len() > 4, "{found:?}");
        // The Postgres of the tests is quick and forgetful.
        let wrong = found.into_iter().filter(|finding| finding.what != "saved means saved");
        wrong.filter(|finding| finding.wrong.is_some()).map(|finding| finding.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(wrong().await, Vec::<String>::new());
    let mut owner = owner(&options).await;
    for (spoil, mend, named) in [
        ("alter table people no force row level security", "alter table people force row level security", "people"),
        (
            "grant delete on audit to roundtable_app",
            "revoke delete on audit from roundtable_app",
            "delete rows of audit",
        ),
        ("update audit set verb = 'agreed'", "select 1", "tampered"),
    ] {
        sqlx::query(spoil).execute(&mut owner).await.unwrap();
        let found = wrong().await;
        assert!(found.len() == 1 && found[0].contains(named), "{spoil}: {found:?}");
        sqlx::query(mend).execute(&mut owner).await.unwrap();
    }
}

#[sqlx::test(migrations = false)]
async fn the_page_for_whoever_runs_it_says_what_is_wrong(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let arguments = ["--url", "http://meetings.example", "--trusted-proxies", "10.1.2.3"];
    let asked = Request::get("/check").body(Body::empty()).unwrap();
    let admin = http::admin_router(server.state.clone(), installation(&arguments, options));
    let answer = admin.oneshot(asked).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "whatever asks every hour must notice");
    let page = answer.into_body().collect().await.unwrap().to_bytes();
    let page = std::str::from_utf8(&page).unwrap();
    assert!(page.contains("http://meetings.example is not https") && page.contains("ROUNDTABLE_BACKUPS"), "{page}");
    assert!(page.contains("whom the server believes") && page.contains("ROUNDTABLE_TRUSTED_PROXIES"), "{page}");
    assert!(page.contains("<strong>Good</strong> – schools are kept apart"), "{page}");
}
