//! The register brought in again: as it went out, and as a new school year has it.

use axum::{
    body::Body,
    http::{Response, StatusCode, header},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::macros::date;

use crate::support::{TestServer, owner, text};

const IMPORT: &str = "/register/import";
const TOMEK: &str = "E000432100001";

async fn school(pool: PgPoolOptions, options: PgConnectOptions) -> (TestServer, String) {
    let server = TestServer::start(pool, options).await;
    let cookie = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    (server, cookie)
}

/// Without the marks between pieces of a text.
async fn seen(answer: Response<Body>) -> String {
    text(answer).await.replace("<!>", "")
}

impl TestServer {
    /// What a file would change, as the page says it.
    async fn looked_at(&self, file: &str, cookie: &str) -> String {
        let answer = self.send_file(IMPORT, file.as_bytes(), Some(cookie)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        seen(answer).await
    }

    async fn register_file(&self, cookie: &str) -> String {
        text(self.get("/register.csv", Some(cookie)).await).await
    }
}

#[sqlx::test(migrations = false)]
async fn what_went_out_comes_in_again_and_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let (server, cookie) = school(pool, options).await;
    // Somebody without a number or a birthday is known by name; what was kept from being a formula is none.
    let file = "Full name,Class,Extra help,Needs\nÉva Nobody,4A,K,SLCN\n=Ada One,-4A,K,SLCN\n";
    let answer = server.bring_in(IMPORT, file.as_bytes(), Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let out = server.register_file(&cookie).await;
    let page = server.looked_at(&out, &cookie).await;
    assert!(page.contains("0 new, 0 changed, 4 as they are"), "{page}");
    assert!(page.contains("there is nothing to bring in") && !page.contains("Bring it in"));
    assert_eq!(server.register_file(&cookie).await, out);
}

#[sqlx::test(migrations = false)]
async fn what_is_not_read_of_a_file_is_said_before_anything_comes_in(pool: PgPoolOptions, options: PgConnectOptions) {
    let (server, cookie) = school(pool, options).await;
    let page = server.looked_at("Full name,Extra help,Date of birth,LAC\nAda One,N,14/03/2018,yes\n", &cookie).await;
    assert!(page.contains("We do not read Date of birth, LAC: nothing under it comes in."), "{page}");
    let page = server.looked_at("Full name,Extra help,Born\nAda One,N,14/03/2018\n", &cookie).await;
    assert!(!page.contains("We do not read"));
}

#[sqlx::test(migrations = false)]
async fn a_new_school_year_is_looked_at_and_then_comes_in_at_once(pool: PgPoolOptions, options: PgConnectOptions) {
    let (server, cookie) = school(pool, options.clone()).await;
    let answer = server
        .bring_in(IMPORT, "Full name,Born,Class,Extra help\nAda One,2019-03-01,3P,N\n".as_bytes(), Some(&cookie))
        .await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let before = server.register_file(&cookie).await;

    let file = format!(
        "UPN,Full name,Born,Year group,Class,Extra help,Needs\n\
         {TOMEK},,,Year 5,5 Oak,,\n\
         Z000000000007,ada one,1/3/2019,Year 9,3P,K,SLCN\n\
         ,Cy Three,2019-05-05,3,3P,K,SEMH\n"
    );
    let page = server.looked_at(&file, &cookie).await;
    for said in [
        "1 new, 2 changed, 0 as they are",
        "<ins>5 Oak</ins>",
        "<del>No special educational need (N)</del>",
        "Cy Three",
        "Nothing has changed",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // What may be a slip is said, and not refused.
    assert!(page.contains("usually in Year 3, and not in Year 9"));
    assert_eq!(server.register_file(&cookie).await, before, "nothing, until somebody says yes");

    let answer = server.say_yes(IMPORT, &page, Some(&cookie)).await;
    assert_eq!(answer.headers()[header::LOCATION], "/register?brought=1&changed=2");
    let after = server.register_file(&cookie).await;
    // What a row does not mention stays, and so do children whom no row mentions.
    let tomek = |file: &str| file.lines().find(|line| line.contains(TOMEK)).unwrap().to_owned();
    assert_eq!(tomek(&after), tomek(&before).replacen("\"Year 4\",\"4Q\"", "\"Year 5\",\"5 Oak\"", 1));
    assert!(
        after.contains("\"Z000000000007\",\"ada one\",\"Ada\",\"Year 9\",\"3P\",\"2019-03-01\",\"K\",\"\",\"SLCN\""),
        "{after}"
    );
    assert!(after.contains("Kai Renshaw") && after.contains("Cy Three"));
    let mut owner = owner(&options).await;
    let changed: i64 = sqlx::query_scalar("select count(*) from audit where verb = 'register-changed'")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(changed, 2, "of whom each is written down");
    let born: Vec<time::Date> = sqlx::query_scalar("select born_on from pupils where upn = 'Z000000000007'")
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!(born, [date!(2019 - 03 - 01)], "one child, not two");

    // Sent twice, as by two presses of the button: the second finds nothing to do.
    let again = server.say_yes(IMPORT, &page, Some(&cookie)).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert!(text(again).await.contains("0 new, 0 changed, 3 as they are"));
}

#[sqlx::test(migrations = false)]
async fn what_was_not_looked_at_is_not_done(pool: PgPoolOptions, options: PgConnectOptions) {
    let (server, cookie) = school(pool, options.clone()).await;
    let page = server.looked_at(&format!("UPN,Full name,Class\n{TOMEK},,5 Oak\n"), &cookie).await;
    let mut owner = owner(&options).await;
    sqlx::query("update pupils set class_name = '4 Elm' where upn = $1").bind(TOMEK).execute(&mut owner).await.unwrap();
    let answer = server.say_yes(IMPORT, &page, Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = seen(answer).await;
    assert!(page.contains("Something was changed here while you looked") && page.contains("<del>4 Elm</del>"));
    assert!(server.register_file(&cookie).await.contains("4 Elm"));
    let answer = server.say_yes(IMPORT, &page, Some(&cookie)).await;
    assert_eq!(answer.headers()[header::LOCATION], "/register?brought=0&changed=1");
}

#[sqlx::test(migrations = false)]
async fn a_file_tells_nothing_of_a_child_whom_its_sender_is_kept_from(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let mut owner = owner(&options).await;
    sqlx::query(
        "insert into withheld (school_id, pupil_id, person_id, reason)
         select school_id, id, $1, 'So it was decided' from pupils where upn = $2",
    )
    .bind(pike.viewer.person.0)
    .bind(TOMEK)
    .execute(&mut owner)
    .await
    .unwrap();
    for row in [format!("{TOMEK},Ada One,5 Oak,2019-01-01"), format!("{TOMEK},,5 Oak,")] {
        let file = format!("UPN,Full name,Class,Born\n{row}\n");
        let answer = server.send_file(IMPORT, file.as_bytes(), Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains("somebody else has to bring this row in") && !page.contains("Wieczorek"), "{row}");
    }
}
