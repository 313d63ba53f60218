//! The database: who may ask, and for which school.
//!
//! All SQL of the server is in this module’s files, one function for each question, checked against
//! the migrations when the server is compiled. It knows no room and no page.
//!
//! What must stay true: every transaction says first which schools it is for, and Postgres shows it
//! no others; the pool works as a role that cannot look past that, whoever it connects as.

pub mod accounts;
pub mod actions;
pub mod agreements;
pub mod audit;
pub mod ceremonies;
pub mod check;
pub mod delivery;
pub mod documents;
pub mod doors;
pub mod erasures;
pub mod help;
pub mod hidden;
pub mod histories;
pub mod join_links;
pub mod kept;
pub mod knocks;
pub mod known;
pub(crate) mod locks;
pub mod login_sessions;
pub mod many;
pub mod meetings;
pub mod participants;
pub mod passkeys;
pub mod passport_reads;
pub mod passports;
pub mod people;
pub mod pep_ratings;
pub mod pictures;
pub mod posts;
pub mod pupils;
pub mod records;
pub mod register;
pub mod register_file;
pub mod register_line;
pub mod reopenings;
pub mod retention;
pub mod school_words;
pub mod schools;
pub mod seats;
pub mod sharing;
pub mod subject;
pub mod trail;
pub mod worked;

use std::{ops::DerefMut, time::Duration};

use shared::SchoolId;
use sqlx::{
    Connection, Executor, PgConnection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// A connection that nobody used for so long may be gone.
const STALE: Duration = Duration::from_secs(1);

/// The role that owns no table. Made by the first migration.
const ROLE: &str = "set role roundtable_app";

/// The log has one writer; the second is for when its first was lost and Postgres has not noticed.
const LOG_CONNECTIONS: u32 = 2;

/// Whoever asks whether we are ready does not wait for long.
const READY_PATIENCE: Duration = Duration::from_secs(2);

pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// The way to the database. Cloning shares the pool.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    log: PgPool,
}

impl Db {
    /// A pool that works as `roundtable_app`. Waiting for a free connection ends after five seconds:
    /// then the person is told to try again, rather than left with a page that never comes.
    pub async fn connect(options: PgConnectOptions, connections: u32) -> sqlx::Result<Self> {
        // Compiling a query takes longer than any of ours may.
        let options = options.options([("jit", "off")]);
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(5))
                .after_connect(|connection, _| Box::pin(async move { connection.execute(ROLE).await.map(|_| ()) }))
                .after_release(|connection, _| {
                    // Otherwise each keeps room for the longest thing that was ever said over it.
                    connection.shrink_buffers();
                    Box::pin(async { Ok(true) })
                })
        };
        // A connection that answered a moment ago is not asked again whether it is there: the log would ask as often
        // as it commits, and tries again by itself.
        let log = pool(LOG_CONNECTIONS).test_before_acquire(false).before_acquire(|connection, seen| {
            Box::pin(async move {
                if seen.idle_for > STALE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
        // Its one statement is the same whatever is in it, and planning it anew each time is a tenth of what it costs.
        let log = log.connect_lazy_with(options.clone().options([("plan_cache_mode", "force_generic_plan")]));
        Ok(Self { pool: pool(connections).connect_with(options).await?, log })
    }

    /// The same database, by connections that only the update log has: a rush on the pages must not keep
    /// what people write from being saved.
    pub(crate) fn for_log(&self) -> Self {
        Self { pool: self.log.clone(), log: self.log.clone() }
    }

    /// A transaction that sees one school.
    pub async fn begin(&self, school: SchoolId) -> sqlx::Result<SchoolTransaction> {
        self.begin_for(&[school]).await
    }

    /// A transaction that sees these schools.
    pub async fn begin_for(&self, schools: &[SchoolId]) -> sqlx::Result<SchoolTransaction> {
        let mut inner = self.pool.begin().await?;
        let list = schools.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        sqlx::query_scalar!("select set_config('app.schools', $1, true)", list).fetch_one(&mut *inner).await?;
        Ok(SchoolTransaction { inner, school: schools.first().copied() })
    }

    /// For the few questions asked before a school is known. Sees no rows, only functions.
    pub(crate) fn without_school(&self) -> &PgPool {
        &self.pool
    }

    /// For the one function that names its schools itself.
    fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection outside the pool, for what a session holds for as long as it lives.
    pub(crate) async fn session(&self) -> sqlx::Result<PgConnection> {
        Ok(self.pool.acquire().await?.detach())
    }

    /// Whether the database answers, and soon, and has every migration this server knows.
    pub async fn is_ready(&self) -> bool {
        matches!(tokio::time::timeout(READY_PATIENCE, schools::list(self)).await, Ok(Ok(_)))
    }

    pub fn connections_in_use(&self) -> usize {
        let in_use = |pool: &PgPool| (pool.size() as usize).saturating_sub(pool.num_idle());
        in_use(&self.pool) + in_use(&self.log)
    }

    pub async fn close(&self) {
        self.pool.close().await;
        self.log.close().await;
    }
}

/// Brings the database up to date. Needs a role that may make tables and roles.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), sqlx::migrate::MigrateError> {
    let mut connection = PgConnection::connect_with(options).await?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// A login for the server alone, which owns nothing and may take on its role and no other: whatever is made of one of our
/// connections, the owner is not on it. For a database whose login we choose ourselves.
pub async fn make_login(options: &PgConnectOptions) -> sqlx::Result<PgConnectOptions> {
    const MAKE: &str = "do $$ begin
        if not exists (select from pg_roles where rolname = 'roundtable_server') then
          create role roundtable_server login;
        end if;
        grant roundtable_app to roundtable_server;
      end $$";
    let mut connection = PgConnection::connect_with(options).await?;
    connection.execute(MAKE).await?;
    connection.close().await?;
    Ok(options.clone().username("roundtable_server"))
}

/// A transaction inside one school. Dropped without [`commit`](Self::commit), it never happened.
#[derive(Debug)]
pub struct SchoolTransaction {
    inner: Transaction<'static, Postgres>,
    school: Option<SchoolId>,
}

impl SchoolTransaction {
    /// The school that new rows belong to: the first it was opened for.
    pub fn school(&self) -> SchoolId {
        self.school.unwrap_or(SchoolId(uuid::Uuid::nil()))
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        self.inner.deref_mut()
    }

    pub async fn commit(self) -> sqlx::Result<()> {
        self.inner.commit().await
    }
}
