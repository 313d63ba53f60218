//! One child’s file destroyed on request: all of it, nobody else’s, and again when an older backup brought it back.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
};

use clap::Parser;
use nix::sys::signal::Signal;
use server::{
    clock::{Clock, SharedClock},
    config::{Cli, Command},
    db::Db,
    erasure::{self, Ledger, NotErased},
    retention::{self, Deed},
    rooms::Rooms,
    startup::Application,
};
use shared::PupilId;
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

use crate::{
    keeping::{Traces, born},
    support::{TestServer, house::House, owner, text, url_of},
    tenants::state_of,
};

#[sqlx::test(migrations = false)]
async fn a_child_is_erased_with_those_who_are_here_for_no_other(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let data = tempfile::tempdir().unwrap();
    let ledger = Ledger::in_directory(data.path());
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (tomek, now) = (server.pupil_of(&mum).await, server.state.clock.now());
    let cookie = server.sign_in(&mum).await;
    let traces = Traces::of(&mut owner, tomek).await;
    let other = server.seat("Amara", "Denise", 3).await.viewer.school;
    let other_before = state_of(&mut owner, other).await;

    // Not while it is held, and then nobody is in the ledger.
    retention::hold(&server.db, tomek, "a dispute", now).await.unwrap();
    assert!(matches!(erasure::erase(&server.db, &ledger, tomek, now).await, Err(NotErased::Held(_))));
    assert!(!data.path().join("erasures").exists());
    retention::release(&server.db, tomek, now).await.unwrap();

    erasure::erase(&server.db, &ledger, tomek, now).await.unwrap();
    assert_eq!(traces.left(&mut owner).await, Vec::<String>::new());
    assert_eq!(state_of(&mut owner, other).await, other_before);
    let is_here = async |owner: &mut PgConnection, person: uuid::Uuid| -> bool {
        let sql = "select exists (select from people where id = $1)";
        sqlx::query_scalar(sql).bind(person).fetch_one(owner).await.unwrap()
    };
    assert!(!is_here(&mut owner, mum.viewer.person.0).await, "she came for Tomek alone");
    assert!(is_here(&mut owner, senco.viewer.person.0).await);
    // Whoever was signed in is not any more; the others’ pages are there.
    let home = text(server.get("/", Some(&cookie)).await).await;
    assert!(!home.contains("Agnieszka"));
    let kai = server.seat("Kai", "Pat", 2).await;
    assert!(server.backend.record_page(kai.viewer, kai.meeting).await.is_ok());
    server::audit::verify(&server.db).await.unwrap();

    // Hashes of ids, and who may read them.
    let noted = fs::read_to_string(data.path().join("erasures")).unwrap();
    assert_eq!(noted.lines().count(), 1);
    assert!(!noted.contains(&tomek.to_string()) && !noted.contains("Tomek"));
    assert!(matches!(erasure::erase(&server.db, &ledger, tomek, now).await, Err(NotErased::NotDone(_))));
    assert_eq!(erasure::again(&server.db, &ledger, now).await.unwrap(), 0);
}

/// A real installation, its own Postgres, and the tools everybody backs one up with.
#[tokio::test]
async fn an_older_backup_does_not_bring_an_erased_child_back() {
    let mut house = House::open(&[]).await;
    let mut postgres = house.postgres().await;
    let pupil = async |postgres: &mut PgConnection, name: &str| -> Option<uuid::Uuid> {
        let sql = "select pupils.id from pupils join people on people.id = person_id where display_name = $1";
        sqlx::query_scalar(sql).bind(name).fetch_optional(postgres).await.unwrap()
    };
    let tomek = PupilId(pupil(&mut postgres, "Tomek").await.unwrap());
    let traces = Traces::of(&mut postgres, tomek).await;
    let backup = house.data().join("backup.dump");
    run(&house.options(), "pg_dump", &["--format=custom", "--file", backup.to_str().unwrap()]);

    let erase = |arguments: &[&str]| {
        let mut command = process::Command::new(env!("CARGO_BIN_EXE_roundtable"));
        command.args(["erase", "--pupil", &tomek.to_string()]).args(arguments);
        let output = command.arg("--data").arg(house.data()).env_remove("DATABASE_URL").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(erase(&[]).contains("This would destroy"));
    assert!(pupil(&mut postgres, "Tomek").await.is_some(), "it was only asked");
    assert!(erase(&["--yes"]).contains("was destroyed"));
    assert_eq!(traces.left(&mut postgres).await, Vec::<String>::new());

    // The disk breaks, and the newest backup is older than that.
    run(&house.options(), "pg_restore", &["--clean", "--if-exists", "--dbname=roundtable", backup.to_str().unwrap()]);
    assert!(pupil(&mut postgres, "Tomek").await.is_some(), "the backup has him");
    drop(postgres);
    house.signal(Signal::SIGTERM);
    house.ended().await;
    house.start().await;

    let mut postgres = house.postgres().await;
    assert!(pupil(&mut postgres, "Tomek").await.is_none() && pupil(&mut postgres, "Kai").await.is_some());
    assert_eq!(traces.left(&mut postgres).await, Vec::<String>::new());
    assert!(house.said().contains("erased again"));
    let erased: i64 = sqlx::query_scalar("select count(*) from audit where verb = 'erased' and subject = $1")
        .bind(tomek.0)
        .fetch_one(&mut postgres)
        .await
        .unwrap();
    assert_eq!(erased, 1, "the backup’s audit knew of no erasure: this is the second one");
}

/// A whole month and a restore in a moment: everything, the start of the real server too, goes by a clock that stands
/// still until it is put forward.
#[sqlx::test(migrations = false)]
async fn what_an_older_backup_brings_back_goes_again_by_a_clock_that_stands_still(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut looks = owner(&options).await;
    let data = tempfile::tempdir().unwrap();
    let ledger = Ledger::in_directory(data.path());
    let tomek = server.pupil_of(&server.seat("Tomek", "Agnieszka", 3).await).await;
    let kai = server.pupil_of(&server.seat("Kai", "Pat", 3).await).await;
    let (of_tomek, of_kai) = (Traces::of(&mut looks, tomek).await, Traces::of(&mut looks, kai).await);
    // His file is over in two days: then he is 31.
    born(&mut looks, kai, "1995-11-21").await;
    let backup = data.path().join("backup.dump");
    let backup = backup.to_str().unwrap();
    run(&options, "pg_dump", &["--format=custom", "--file", backup]);

    // One child is erased by a decision, one goes by the rule.
    let clock = server.clock.clone();
    let forward = |days| {
        clock.forward(Duration::days(days));
        clock.now()
    };
    let keep_up =
        async |db: &Db, rooms: &Rooms| retention::run(db, rooms, clock.now(), Duration::days(14)).await.unwrap();
    erasure::erase(&server.db, &ledger, tomek, forward(1)).await.unwrap();
    for days in [1, 30] {
        forward(days);
        keep_up(&server.db, &server.rooms).await;
    }
    for traces in [&of_tomek, &of_kai] {
        assert_eq!(traces.left(&mut looks).await, Vec::<String>::new());
    }
    server.db.close().await;
    drop(looks);

    // The disk breaks.
    run(&options, "pg_restore", &["--clean", "--if-exists", "--dbname", options.get_database().unwrap(), backup]);
    let mut looks = owner(&options).await;
    assert!(!of_tomek.left(&mut looks).await.is_empty() && !of_kai.left(&mut looks).await.is_empty());
    let started = start(&options, data.path(), SharedClock::new(clock.clone())).await;
    let state = started.state();
    assert_eq!(of_tomek.left(&mut looks).await, Vec::<String>::new(), "before anybody is answered");
    let again: Vec<OffsetDateTime> = sqlx::query_scalar("select at from audit where verb = 'erased' and subject = $1")
        .bind(tomek.0)
        .fetch_all(&mut looks)
        .await
        .unwrap();
    assert_eq!(again, [clock.now()]);
    // The rule asks for the other again, with the whole time in which it may be taken back.
    let marked = keep_up(&state.db, &state.rooms).await;
    let is_his = |mark: &&Deed| matches!(mark, Deed::Marked(mark) if mark.pupil == kai && mark.meeting.is_none());
    let Some(Deed::Marked(mark)) = marked.iter().find(is_his) else { panic!("{marked:?}") };
    assert_eq!(mark.destroy_at, clock.now() + Duration::days(30));
    forward(29);
    keep_up(&state.db, &state.rooms).await;
    assert!(!of_kai.left(&mut looks).await.is_empty(), "not before its day");
    forward(1);
    keep_up(&state.db, &state.rooms).await;
    assert_eq!(of_kai.left(&mut looks).await, Vec::<String>::new());
    server::audit::verify(&state.db).await.unwrap();
}

/// The server as it starts, on the database of this test.
async fn start(options: &PgConnectOptions, data: &Path, clock: SharedClock) -> Application {
    let site = data.join("site");
    fs::create_dir_all(&site).unwrap();
    let names = ["page", "js", "wasm", "css", "around"].map(|kind| format!("\"{kind}\":\"/pkg/roundtable.x.{kind}\""));
    fs::write(site.join("manifest.json"), format!("{{{}}}", names.join(","))).unwrap();
    let url = url_of(options);
    let arguments = ["roundtable", "serve", "--admin-addr", "127.0.0.1:0", "--database-url", &url];
    let paths = ["--data", data.to_str().unwrap(), "--site", site.to_str().unwrap()];
    let Command::Serve(config) = Cli::parse_from(arguments.into_iter().chain(paths)).command else { unreachable!() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Application::build(&config, listener, clock).await.unwrap()
}

/// A program of Postgres, at this database.
fn run(at: &PgConnectOptions, program: &str, arguments: &[&str]) {
    let mut versions: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    let program = versions.last().map_or(PathBuf::from(program), |version| version.join("bin").join(program));
    let output = process::Command::new(program)
        .args(arguments)
        .env("PGHOST", at.get_socket().unwrap())
        .env("PGUSER", at.get_username())
        .env("PGDATABASE", at.get_database().unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
