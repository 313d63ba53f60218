//! What is written down about who did what, and that nobody can change it unseen.

use server::audit::{self, NotVerified};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestServer, owner};

#[sqlx::test(migrations = false)]
async fn deeds_are_kept_in_order_and_without_a_word(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let cookie = server.sign_in(&mum).await;
    server.backend.meeting_start(senco.viewer, senco.meeting).await.unwrap();
    server.backend.person_remove(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    server.backend.person_let_back(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    let earlier = server.seat("Tomek", "Agnieszka", 2).await;
    server.backend.record_page(earlier.viewer, earlier.meeting).await.unwrap();
    server.get(&format!("/meetings/{}/record.json", earlier.meeting), Some(&cookie)).await;
    server.post("/finish", Some(&cookie)).await;

    let kept: Vec<(i64, Option<uuid::Uuid>, String)> =
        sqlx::query_as("select number, actor, verb from audit where school_id = $1 order by number")
            .bind(mum.viewer.school.0)
            .fetch_all(&mut owner(&options).await)
            .await
            .unwrap();
    let (hers, sencos) = (Some(mum.viewer.person.0), Some(senco.viewer.person.0));
    let expected = [
        (hers, "signed-in"),
        (sencos, "meeting-started"),
        (sencos, "removed"),
        (sencos, "let-back"),
        (hers, "record-read"),
        (hers, "record-exported"),
        (hers, "signed-out"),
    ];
    let expected: Vec<_> =
        (1..).zip(expected).map(|(number, (actor, verb))| (number, actor, verb.to_owned())).collect();
    assert_eq!(kept, expected);
}

#[sqlx::test(migrations = false)]
async fn who_takes_a_table_of_the_school_away_is_written_down(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (hers, sencos) = (server.sign_in(&mum).await, server.sign_in(&senco).await);
    for path in ["/map.csv", "/impact.csv", "/register.csv"] {
        assert_eq!(server.get(path, Some(&sencos)).await.status(), 200, "{path}");
        // Who was refused has taken nothing.
        assert_eq!(server.get(path, Some(&hers)).await.status(), 403, "{path}");
    }
    let kept: Vec<(Option<uuid::Uuid>, String)> =
        sqlx::query_as("select actor, verb from audit where school_id = $1 and verb like '%-exported' order by number")
            .bind(senco.viewer.school.0)
            .fetch_all(&mut owner(&options).await)
            .await
            .unwrap();
    let expected = ["map-exported", "impact-exported", "register-exported"];
    assert_eq!(kept, expected.map(|verb| (Some(senco.viewer.person.0), verb.to_owned())));
}

#[sqlx::test(migrations = false)]
async fn the_server_may_add_and_nothing_else(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    server.sign_in(&mum).await;
    for sql in ["update audit set verb = 'agreed'", "delete from audit", "truncate audit"] {
        let mut txn = server.db.begin(mum.viewer.school).await.unwrap();
        let refused = sqlx::query(sql).execute(txn.connection()).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{sql}: {refused}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_row_that_was_changed_or_taken_out_is_found(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    for _ in 0..5 {
        server.sign_in(&mum).await;
    }
    let school = mum.viewer.school;
    let whole = audit::verify(&server.db).await.unwrap();
    assert!(whole.iter().any(|whole| whole.school == school && whole.rows == 5));

    let mut owner = owner(&options).await;
    for (spoil, mend, found) in [
        (
            "update audit set actor = null where number = 3",
            Some("update audit set actor = (select actor from audit where number = 1) where number = 3"),
            3,
        ),
        (
            "update audit set at = at - interval '1 second' where number = 2",
            Some("update audit set at = at + interval '1 second' where number = 2"),
            2,
        ),
        ("delete from audit where number = 4", None, 4),
    ] {
        sqlx::query(spoil).execute(&mut owner).await.unwrap();
        match audit::verify(&server.db).await {
            Err(NotVerified::Tampered(tampered)) => assert_eq!((tampered.school, tampered.number), (school, found)),
            other => panic!("{spoil}: {other:?}"),
        }
        if let Some(mend) = mend {
            sqlx::query(mend).execute(&mut owner).await.unwrap();
            audit::verify(&server.db).await.unwrap();
        }
    }
}
