//! What tests stand on: the demo school in a database of its own, and the server’s router on it.

pub(crate) mod database;
pub(crate) mod house;
pub(crate) mod limit;
pub(crate) mod nats;
pub(crate) mod node;
pub(crate) mod sent;
pub(crate) mod socket;
pub(crate) mod table;
pub(crate) mod typist;
pub(crate) mod victims;
pub(crate) mod way;

use std::{
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
};

use self::socket::ORIGIN;

use app::{
    SiteAssets,
    backend::{Backend, Viewer},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, header},
};
use server::{
    backend::ServerBackend,
    clock::{Clock, SharedClock},
    cluster::Cluster,
    config::{Cli, Command},
    db::{self, Db},
    http, invitations,
    limits::Settings,
    rooms::Rooms,
    secret::JoinKey,
    state::AppState,
};
use shared::{MeetingId, ParticipantId, PersonId, SchoolId, Section, doc::SectionDoc};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{Duration, OffsetDateTime, macros::datetime};
use tower::ServiceExt;

pub(crate) const NOON: OffsetDateTime = datetime!(2026-11-19 12:00 UTC);

/// A clock that stands still until it is put forward.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<Mutex<OffsetDateTime>>);

impl TestClock {
    pub(crate) fn forward(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

/// A pool in the role the server works as.
pub(crate) async fn connect(options: PgConnectOptions) -> Db {
    Db::connect(options, 4).await.unwrap()
}

/// The command itself, as somebody types it, at the database of this test.
pub(crate) async fn roundtable(options: &PgConnectOptions, arguments: &[&str]) -> Output {
    roundtable_in(tempfile::tempdir().unwrap().path(), options, arguments).await
}

/// The same, with what it keeps beside the database.
///
/// It is awaited, because the test’s server lives on this thread: stood still in the middle of a transaction, it would
/// keep the rows that the command waits for, and both would wait for ever.
pub(crate) async fn roundtable_in(data: &Path, options: &PgConnectOptions, arguments: &[&str]) -> Output {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_roundtable"));
    command.args(arguments).env("DATABASE_URL", url_of(options)).env("ROUNDTABLE_DATA", data).kill_on_drop(true);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(120), command.output()).await;
    ended.unwrap_or_else(|_| panic!("roundtable {arguments:?} never ended")).unwrap()
}

/// The address of this test’s database.
pub(crate) fn url_of(options: &PgConnectOptions) -> String {
    let url = std::env::var("DATABASE_URL").unwrap();
    let (server, and) = url.split_once("/postgres?").unwrap();
    format!("{server}/{}?{and}", options.get_database().unwrap())
}

/// A connection in the role the tests run as, which sees everything.
pub(crate) async fn owner(options: &PgConnectOptions) -> PgConnection {
    use sqlx::Connection;
    PgConnection::connect_with(options).await.unwrap()
}

/// A section as Postgres alone would give it back now.
pub(crate) async fn kept(postgres: &mut PgConnection, meeting: MeetingId, section: Section) -> SectionDoc {
    use sqlx::Connection;
    // While people type on, what is read first may be compacted away before the rest is read.
    let mut postgres = postgres.begin_with("begin isolation level repeatable read").await.unwrap();
    let (state, seq): (Vec<u8>, i64) =
        sqlx::query_as("select state, seq from doc_checkpoints where meeting_id = $1 and section = $2")
            .bind(meeting.0)
            .bind(section.name())
            .fetch_one(&mut *postgres)
            .await
            .unwrap();
    let updates: Vec<Vec<u8>> = sqlx::query_scalar(
        "select update from doc_updates where meeting_id = $1 and section = $2 and seq > $3 order by seq",
    )
    .bind(meeting.0)
    .bind(section.name())
    .bind(seq)
    .fetch_all(&mut *postgres)
    .await
    .unwrap();
    let doc = SectionDoc::from_state(section, 1, &state).unwrap();
    updates.iter().for_each(|update| doc.apply(update).unwrap());
    doc
}

/// The tables’ files are written anew only while nobody else reads: the server’s own tasks do, now and then.
pub(crate) async fn once_nobody_reads(rewrite: impl AsyncFn() -> sqlx::Result<()>) {
    for _ in 0..100 {
        match rewrite().await {
            Ok(()) => return,
            Err(error) => assert!(error.to_string().contains("somebody reads"), "{error}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("somebody reads all the time");
}

/// What `/check` looks at, as somebody would start it with these arguments.
pub(crate) fn installation(arguments: &[&str], database: PgConnectOptions) -> http::Installation {
    use clap::Parser;
    let arguments = ["roundtable", "check"].iter().chain(arguments);
    let Command::Check(config) = Cli::parse_from(arguments).command else { unreachable!("it was asked to check") };
    http::Installation::new(config, database, SharedClock::system())
}

/// The server with the demo school.
pub(crate) struct TestServer {
    pub(crate) db: Db,
    pub(crate) key: JoinKey,
    pub(crate) clock: TestClock,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) rooms: Rooms,
    pub(crate) state: AppState,
    pub(crate) router: Router,
    pub(crate) admin: Router,
    pub(crate) limits: Settings,
    /// Of the server that made it.
    _own: Option<database::Own>,
}

/// Somebody at a table.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) viewer: Viewer,
    pub(crate) meeting: MeetingId,
    pub(crate) participant: ParticipantId,
}

impl TestServer {
    pub(crate) async fn start(_: PgPoolOptions, options: PgConnectOptions) -> Self {
        let own = database::demo_school(options.clone()).await;
        Self { _own: Some(own), ..Self::start_on(connect(options).await) }
    }

    /// One more server on the same database, as after a restart, or on a second machine.
    pub(crate) fn start_on(db: Db) -> Self {
        Self::start_with(db, Settings::default())
    }

    pub(crate) fn start_with(db: Db, limits: Settings) -> Self {
        let (key, clock) = (JoinKey::new([7; 32]), TestClock(Arc::new(Mutex::new(NOON))));
        let shared_clock = SharedClock::new(clock.clone());
        let rooms = Rooms::new(db.clone(), Cluster::alone(db.clone()));
        let backend: Arc<dyn Backend> = Arc::new(
            ServerBackend::new(db.clone(), rooms.clone(), shared_clock.clone(), key.clone()).reached_at(ORIGIN),
        );
        let assets = SiteAssets::default();
        let state =
            AppState::new(db.clone(), rooms.clone(), shared_clock, backend.clone(), assets, ORIGIN, key.clone());
        let state = state.with_limits(limits.clone());
        let admin = http::admin_router(state.clone(), installation(&[], PgConnectOptions::new()));
        let router = http::router(state.clone(), std::path::Path::new("/nowhere"));
        Self { db, key, clock, backend, rooms, state, router, admin, limits, _own: None }
    }

    /// The place of somebody at this pupil’s table: the meeting to come, which is 3, or an earlier one. Tomek has met once
    /// more than the others: his first meeting is 0.
    pub(crate) async fn seat(&self, pupil: &str, name: &str, cycle: i32) -> Seat {
        let cycle = cycle + i32::from(pupil == "Tomek");
        for school in db::schools::list(&self.db).await.unwrap() {
            let mut txn = self.db.begin(school).await.unwrap();
            let row = sqlx::query_as::<_, (uuid::Uuid, uuid::Uuid, uuid::Uuid)>(
                "select m.id, seat.id, seat.person_id
                 from meetings m
                   join pupils p on p.id = m.pupil_id
                   join people child on child.id = p.person_id
                   join participants seat on seat.meeting_id = m.id
                   join people on people.id = seat.person_id
                 where child.display_name = $1 and people.display_name = $2 and m.cycle = $3",
            )
            .bind(pupil)
            .bind(name)
            .bind(cycle)
            .fetch_optional(txn.connection())
            .await
            .unwrap();
            if let Some((meeting, participant, person)) = row {
                let viewer = Viewer { school, person: PersonId(person), by_link: None };
                return Seat { viewer, meeting: MeetingId(meeting), participant: ParticipantId(participant) };
            }
        }
        panic!("{name} has no place at {pupil}’s table")
    }

    /// Their personal link’s token, good from now.
    pub(crate) async fn token(&self, seat: &Seat) -> String {
        let mut txn = self.db.begin(seat.viewer.school).await.unwrap();
        invitations::keep(&mut txn, &self.key, seat.participant, self.clock.now()).await.unwrap();
        txn.commit().await.unwrap();
        self.key.token(seat.participant)
    }

    /// The session cookie that pressing the button on the invitation sets.
    pub(crate) async fn sign_in(&self, seat: &Seat) -> String {
        let token = self.token(seat).await;
        let response = self.post(&format!("/join/{token}"), None).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, path: &str, cookie: Option<&str>) -> Response<Body> {
        self.ask(Request::get(path), cookie).await
    }

    pub(crate) async fn post(&self, path: &str, cookie: Option<&str>) -> Response<Body> {
        self.ask(Request::post(path).header("sec-fetch-site", "same-origin"), cookie).await
    }

    /// Sends a form as one of our pages would.
    pub(crate) async fn post_form(&self, path: &str, form: &'static str) -> Response<Body> {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap()
    }

    /// The same, by somebody who is signed in.
    pub(crate) async fn post_form_as(&self, path: &str, cookie: Option<&str>, form: String) -> Response<Body> {
        let mut request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap()
    }

    pub(crate) async fn ask(&self, request: axum::http::request::Builder, cookie: Option<&str>) -> Response<Body> {
        let mut request = request.header(header::HOST, "meetings.example");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// How many rows of this table belong to the newest record of a meeting.
    pub(crate) async fn count(&self, school: SchoolId, table: &str, meeting: MeetingId) -> i64 {
        let mut txn = self.db.begin(school).await.unwrap();
        let sql = format!(
            "select count(*) from {table} where record_id = \
             (select id from records where meeting_id = $1 order by version desc limit 1)"
        );
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(meeting.0).fetch_one(txn.connection()).await.unwrap()
    }
}

pub(crate) async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap()
}
