//! Putting the server together, and taking it apart again in order.
//!
//! ```text
//! start: Postgres → migrations → pool → way to other servers → update log → rooms → listener
//! stop:  no new connections → sockets told to come back later → update log written → meetings let go
//!        → pool → Postgres
//! ```

use std::{net::SocketAddr, str::FromStr, sync::Arc, time::Duration};

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;

use crate::{
    audit::heads::Heads,
    backend::ServerBackend,
    check,
    clock::SharedClock,
    cluster::{Bus, Cluster},
    config::{Config, DatabaseConfig},
    db::{self, Db},
    door,
    erasure::{self, Ledger},
    http,
    keys::school_account::{self, SchoolAccounts},
    postgres::{self, PrivatePostgres},
    rooms::Rooms,
    secret::JoinKey,
    state::AppState,
    upkeep,
};

/// How long requests may take to finish once we are asked to stop.
const GOODBYE: Duration = Duration::from_secs(5);

/// A server that is ready to run.
pub struct Application {
    state: AppState,
    join_key: JoinKey,
    router: axum::Router,
    listener: TcpListener,
    admin: TcpListener,
    admin_router: axum::Router,
    postgres: Option<PrivatePostgres>,
    keep_history: time::Duration,
    heads: Heads,
}

impl Application {
    /// Everything up to the moment of the first request.
    pub async fn build(config: &Config, listener: TcpListener, clock: SharedClock) -> anyhow::Result<Self> {
        // First, because it takes a moment to find out and minutes to mend.
        let assets = http::assets::read_manifest(&config.site)?;
        let (options, postgres) = open_database(&config.database).await?;
        let built = Self::build_on(config, listener, clock, assets, options).await;
        match built {
            Ok(application) => Ok(Self { postgres, ..application }),
            Err(error) => {
                if let Some(postgres) = postgres {
                    postgres.stop().await;
                }
                Err(error)
            }
        }
    }

    async fn build_on(
        config: &Config,
        listener: TcpListener,
        clock: SharedClock,
        assets: app::SiteAssets,
        options: PgConnectOptions,
    ) -> anyhow::Result<Self> {
        db::migrate(&options).await.context("The database could not be brought up to date")?;
        // What the owner is asked, and nothing else, is over.
        let login = match config.database.database_url {
            Some(_) => options.clone(),
            None => db::make_login(&options).await.context("The database could not be brought up to date")?,
        };
        let db = Db::connect(login, config.database_connections).await.context("The database cannot be reached")?;
        let back = erasure::again(&db, &Ledger::in_directory(&config.database.data), clock.now()).await?;
        if back > 0 {
            tracing::warn!(back, "children who had been erased were back, from an older backup: they are erased again");
        }
        let key_path = config.database.data.join("join-key");
        let join_key = JoinKey::load_or_make(&key_path)
            .with_context(|| format!("The key of the join links, {}, cannot be used", key_path.display()))?;
        let url = config.public_url(listener.local_addr()?);
        let bus = match &config.nats_url {
            Some(addresses) => Some(Bus::connect(addresses).await?),
            None => None,
        };
        let stay = Duration::from_secs(config.empty_room_seconds.into());
        let rooms = Rooms::new(db.clone(), Cluster::start(db.clone(), bus)).staying(stay);
        let backend = ServerBackend::new(db.clone(), rooms.clone(), clock.clone(), join_key.clone());
        let backend = backend.taking_over_after(Duration::from_secs(config.take_over_seconds.into()));
        let backend = Arc::new(backend.reached_at(&url));
        let state = AppState::new(db, rooms, clock.clone(), backend, assets, &url, join_key.clone())
            .with_address_named(config.url.is_some());
        let providers = config.school_accounts.as_deref().map_or(Ok(vec![]), school_account::read)?;
        let state = state.with_limits(config.limits.clone()).with_school_accounts(SchoolAccounts::new(providers)?);
        let admin = TcpListener::bind(config.admin_addr).await.with_context(|| {
            format!("{} is not free for metrics: choose another ROUNDTABLE_ADMIN_ADDR", config.admin_addr)
        })?;
        let router = http::router(state.clone(), &config.site);
        let installation = http::Installation::new(config.clone(), options, clock.clone());
        let admin_router = http::admin_router(state.clone(), installation);
        let keep_history = time::Duration::days(config.keep_history_days.into());
        let heads = Heads::in_directory(&config.database.data);
        // Before the first row. What is wrong with it says whoever moves it on.
        let _ = heads.begin(&state.db).await;
        Ok(Self { state, join_key, router, listener, admin, admin_router, postgres: None, keep_history, heads })
    }

    pub fn state(&self) -> &AppState {
        &self.state
    }

    pub fn join_key(&self) -> &JoinKey {
        &self.join_key
    }

    pub fn admin_addr(&self) -> std::io::Result<SocketAddr> {
        self.admin.local_addr()
    }

    /// Serves until `shutdown` completes, and returns when all that was promised is kept.
    pub async fn run_until_stopped(self, shutdown: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let wait = |mut stopping: tokio::sync::watch::Receiver<bool>| async move {
            // An error means that the sender is gone, and then it is over too.
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let limits = self.state.limits.clone();
        let serving = door::serve(self.listener, self.router, &limits, wait(stopping.clone()));
        let metrics = axum::serve(self.admin, self.admin_router).with_graceful_shutdown(wait(stopping)).into_future();

        let rooms = self.state.rooms.clone();
        let leaving = async move {
            shutdown.await;
            tracing::info!("stopping");
            let _ = stop.send(true);
            rooms.close_all().await;
            tokio::time::sleep(GOODBYE).await;
        };
        let result = tokio::select! {
            served = async { tokio::try_join!(serving, metrics) } => served.map(|_| ()),
            () = leaving => Ok(()),
            never = upkeep::run(self.state.clone(), self.keep_history, self.heads) => match never {},
        };
        self.state.rooms.close_all().await;
        // The listener does not wait for sockets, and people must hear that they are to come back.
        let _ = tokio::time::timeout(GOODBYE, self.state.sessions.close_all()).await;
        self.state.db.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
        result.context("The server can no longer listen")
    }
}

/// `roundtable migrate`: up to date, and nothing else.
pub async fn migrate(config: &DatabaseConfig) -> anyhow::Result<()> {
    let (options, postgres) = open_database(config).await?;
    let migrated = db::migrate(&options).await.context("The database could not be brought up to date");
    if let Some(postgres) = postgres {
        postgres.stop().await;
    }
    migrated
}

/// Does something with the database, beside the server that may be using it now, and leaves it as it was.
pub async fn with_database<T>(
    config: &DatabaseConfig,
    work: impl AsyncFnOnce(Db) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (options, postgres) = open_beside(config).await?;
    let done = async {
        let db = Db::connect(options, 2).await.context("The database cannot be reached")?;
        let done = work(db.clone()).await;
        db.close().await;
        done
    };
    let done = done.await;
    if let Some(postgres) = postgres {
        postgres.stop().await;
    }
    done
}

/// `roundtable check`.
pub async fn check(config: &Config) -> anyhow::Result<Vec<check::Finding>> {
    let (options, postgres) = open_beside(&config.database).await?;
    let found = check::all(config, &options, SharedClock::system().now()).await;
    if let Some(postgres) = postgres {
        postgres.stop().await;
    }
    Ok(found)
}

/// The database, beside the server that may be using it now.
async fn open_beside(config: &DatabaseConfig) -> anyhow::Result<(PgConnectOptions, Option<PrivatePostgres>)> {
    if config.database_url.is_none()
        && let Some(options) = postgres::running(&config.data.join("postgres")).await
    {
        return Ok((options, None));
    }
    open_database(config).await
}

/// The database that was asked for, or our own.
async fn open_database(config: &DatabaseConfig) -> anyhow::Result<(PgConnectOptions, Option<PrivatePostgres>)> {
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("{} cannot be made: choose another ROUNDTABLE_DATA", config.data.display()))?;
    match &config.database_url {
        Some(url) => {
            let options = PgConnectOptions::from_str(url).context("DATABASE_URL is not the address of a Postgres")?;
            Ok((options, None))
        }
        None => {
            let postgres = postgres::start(&config.data.join("postgres")).await?;
            Ok((postgres.options(), Some(postgres)))
        }
    }
}
