//! A demo school for each test: a copy of one that was made once, because making it takes as long as most tests do.
//!
//! What must stay true: a test may do to its copy what it likes, and nobody ever connects to the one that is copied.

use server::{db, demo};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use tokio::{runtime::Handle, sync::OnceCell};

use super::{NOON, connect};

/// Of the one that is copied. Tests of one run share it; the next run makes it anew.
const ORIGINAL: &str = "roundtable_demo_school";

static MADE: OnceCell<()> = OnceCell::const_new();

/// A test’s own database, for as long as it lives.
pub(crate) struct Own(PgConnectOptions);

/// Puts the demo school into this test’s own database, in the place of whatever it held.
pub(crate) async fn demo_school(options: PgConnectOptions) -> Own {
    MADE.get_or_init(|| make(&options)).await;
    copy(&options, options.get_database().unwrap(), ORIGINAL).await;
    Own(options)
}

/// What a test leaves running holds connections, and Postgres waits five seconds for them before it says that it
/// cannot drop the database: they are ended as soon as the test is over.
impl Drop for Own {
    fn drop(&mut self) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(close(self.0.clone()));
        }
    }
}

async fn close(options: PgConnectOptions) -> sqlx::Result<()> {
    let name = options.get_database().unwrap();
    let mut server = PgConnection::connect_with(&options.clone().database("postgres")).await?;
    let shut = format!(r#"alter database "{name}" with allow_connections false"#);
    server.execute(sqlx::raw_sql(AssertSqlSafe(shut))).await?;
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    sqlx::query(end).bind(name).execute(&mut server).await?;
    server.close().await
}

async fn make(options: &PgConnectOptions) {
    copy(options, ORIGINAL, "template0").await;
    let options = options.clone().database(ORIGINAL);
    db::migrate(&options).await.unwrap();
    let db = connect(options).await;
    demo::seed(&db, NOON.date()).await.unwrap();
    // Whatever is still open cannot be copied.
    db.close().await;
}

async fn copy(options: &PgConnectOptions, name: &str, of: &str) {
    let mut server = PgConnection::connect_with(&options.clone().database("postgres")).await.unwrap();
    for sql in [format!(r#"drop database if exists "{name}""#), format!(r#"create database "{name}" template "{of}""#)]
    {
        server.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
    }
    server.close().await.unwrap();
}
