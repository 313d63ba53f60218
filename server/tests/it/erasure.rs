//! One child’s file destroyed on request: all of it, nobody else’s, and again when an older backup brought it back.

use std::{fs, path::PathBuf, process::Command};

use nix::sys::signal::Signal;
use server::{
    erasure::{self, Ledger, NotErased},
    retention,
};
use shared::PupilId;
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    keeping::Traces,
    support::{TestServer, house::House, owner, text},
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
    run(&house, "pg_dump", &["--format=custom", "--file", backup.to_str().unwrap()]);

    let erase = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
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
    run(&house, "pg_restore", &["--clean", "--if-exists", "--dbname=roundtable", backup.to_str().unwrap()]);
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

/// A program of Postgres, at the house’s own database.
fn run(house: &House, program: &str, arguments: &[&str]) {
    let mut versions: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    let program = versions.last().map_or(PathBuf::from(program), |version| version.join("bin").join(program));
    let output = Command::new(program)
        .args(arguments)
        .env("PGHOST", house.socket())
        .env("PGUSER", "roundtable")
        .env("PGDATABASE", "roundtable")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
