//! The private Postgres: a database server of our own, for whoever has not set `DATABASE_URL`.
//!
//! It runs from the installed Postgres programs and keeps everything in one directory:
//!
//! ```text
//! data/postgres/cluster/       the database, made on the first start
//! data/postgres/postgres.log   what Postgres says
//! data/postgres/lock           held for as long as a roundtable uses the directory
//! ```
//!
//! What stays true:
//! - It listens on a unix socket in a directory that only its own user may enter; there is no port and no password.
//! - It never outlives us: stopped cleanly, it is gone when [`PrivatePostgres::stop`] returns; killed, the kernel stops it.
//! - It is started again if it dies while we live, on the same socket, so that pools only see a gap.
//! - `fsync` stays on: what is committed survives the power going.
//!
//! Every failure is one sentence for the person at the terminal.

mod binaries;
mod files;
mod processes;
mod supervisor;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

pub use self::binaries::installed;
use self::{
    binaries::Programs,
    files::{Directory, Owner},
    supervisor::{Status, Supervisor},
};

/// Superuser of the cluster, and the name of the database.
const NAME: &str = "roundtable";

/// Recovery after a power cut replays the log first; longer than this, something is wrong.
const START_PATIENCE: Duration = Duration::from_secs(300);

/// One that runs answers at once.
const BESIDE_PATIENCE: Duration = Duration::from_secs(5);

/// Starts the database in `directory`, making it first where there is none.
pub async fn start(directory: &Path) -> Result<PrivatePostgres, PostgresError> {
    start_with(directory, &installed()).await
}

/// [`start`] with the directories to look for Postgres programs in, in order of preference.
pub async fn start_with(directory: &Path, program_directories: &[PathBuf]) -> Result<PrivatePostgres, PostgresError> {
    let owner = Owner::find()?;
    let directory = Directory::open(directory, owner)?;
    let programs = Programs::choose(program_directories, directory.major_version()?).await?;
    if directory.major_version()?.is_none() {
        programs.create_cluster(&directory, NAME).await?;
    }
    // We hold the lock, so a Postgres that is still here has lost its roundtable and is only in the way.
    let cluster = directory.cluster();
    tokio::task::spawn_blocking(move || processes::end_those_in(&cluster)).await.expect("does not panic")?;
    let socket = directory.socket_directory()?;

    let options = PgConnectOptions::new_without_pgpass()
        .socket(&socket)
        .username(NAME)
        .database("postgres")
        .ssl_mode(PgSslMode::Disable);
    let mut postgres = PrivatePostgres {
        supervisor: Supervisor::start(programs.server(&directory, &socket)?, directory.cluster()),
        options,
        directory,
    };
    postgres.wait_until_ready().await?;
    postgres.supervisor.keep_running();
    postgres.options = postgres.options.clone().database(NAME);
    Ok(postgres)
}

/// How to connect to the Postgres that a roundtable has running in `directory`; nothing, if none answers.
pub async fn running(directory: &Path) -> Option<PgConnectOptions> {
    // Its fifth line names the directory of the socket.
    let lock = std::fs::read_to_string(directory.join("cluster/postmaster.pid")).ok()?;
    let options = PgConnectOptions::new_without_pgpass()
        .socket(lock.lines().nth(4)?)
        .username(NAME)
        .database(NAME)
        .ssl_mode(PgSslMode::Disable);
    let answers = tokio::time::timeout(BESIDE_PATIENCE, PgConnection::connect_with(&options)).await;
    answers.ok()?.ok().map(|_| options)
}

/// A running private Postgres. Dropping it asks Postgres to stop, without waiting.
#[derive(Debug)]
pub struct PrivatePostgres {
    supervisor: Supervisor,
    options: PgConnectOptions,
    /// Holds the lock: declared last, so that it is let go last.
    directory: Directory,
}

impl PrivatePostgres {
    /// How to connect, as superuser, to the database `roundtable`.
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// The process id of the Postgres that runs now; none while it is being started again.
    pub fn pid(&self) -> Option<u32> {
        self.supervisor.pid()
    }

    /// Stops Postgres: it finishes what is being committed, refuses the rest, and is gone when this returns.
    pub async fn stop(mut self) {
        self.supervisor.stop().await;
        self.directory.remove_socket_directory();
    }

    async fn wait_until_ready(&mut self) -> Result<(), PostgresError> {
        let ready = async {
            loop {
                if let Status::Ended = self.supervisor.status() {
                    return Err(PostgresError::Ended { log: self.directory.last_log_line() });
                }
                match PgConnection::connect_with(&self.options).await {
                    Ok(connection) => return create_database(connection).await,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        match tokio::time::timeout(START_PATIENCE, ready).await {
            Ok(result) => result,
            Err(_) => Err(PostgresError::NotReady { log: self.directory.log_path() }),
        }
    }
}

async fn create_database(mut connection: PgConnection) -> Result<(), PostgresError> {
    let found: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = 'roundtable'")
        .fetch_optional(&mut connection)
        .await?;
    if found.is_none() {
        sqlx::query("create database roundtable").execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Why there is no private Postgres, in one sentence for the person who started us.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "Postgres is not installed: install it (on Debian: 'apt-get install postgresql'), \
         or set DATABASE_URL to a Postgres you already have."
    )]
    NotInstalled,
    #[error(
        "The database in {cluster} was made by Postgres {made_by}, which is not installed (found: {found}): \
         install postgresql-{made_by}, or choose another directory with ROUNDTABLE_DATA."
    )]
    OtherVersion { cluster: String, made_by: u32, found: String },
    #[error(
        "Postgres may not be run by root, and there is no user 'postgres' to run it: start roundtable as another user."
    )]
    NoPostgresUser,
    #[error("{path} cannot be used for the database ({reason}): choose another directory with ROUNDTABLE_DATA.")]
    Unusable { path: String, reason: String },
    #[error(
        "The user postgres, who runs the database because you are root, may not pass through {path}: \
         run 'chmod o+x {path}', or choose another directory with ROUNDTABLE_DATA."
    )]
    NotSearchable { path: String },
    #[error("Another roundtable is using {path}: stop it first, or choose another directory with ROUNDTABLE_DATA.")]
    InUse { path: String },
    #[error(
        "An earlier Postgres (process {pid}) is still using {cluster} and does not stop: end it, then start again."
    )]
    StillRunning { pid: u32, cluster: String },
    #[error("{path} is not ours to keep the database's socket in: remove it, then start again.")]
    SocketDirectoryTaken { path: String },
    #[error("The database could not be made: {reason}")]
    NotCreated { reason: String },
    #[error("Postgres did not start: {log}")]
    Ended { log: String },
    #[error("Postgres is running but does not answer: see {log}.")]
    NotReady { log: String },
    #[error("Postgres refused our own request: {0}.")]
    Refused(#[from] sqlx::Error),
}
