//! Whether an installation is as it should be.

use server::check;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestServer, owner};

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn what_is_wrong_with_a_database_is_said_by_name(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    server.sign_in(&mum).await;
    let wrong = async || {
        let found = check::of_database(&options).await;
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
