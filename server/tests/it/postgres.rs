//! The private Postgres, as the server starts, loses and finds it.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use server::{
    db::{self, Db},
    postgres::{PostgresError, PrivatePostgres, installed, start, start_with},
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

#[tokio::test]
async fn what_was_committed_is_there_at_the_next_start() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    execute(&postgres, "create table words (word text)").await.unwrap();
    execute(&postgres, "insert into words values ('kept')").await.unwrap();
    postgres.stop().await;

    let postgres = start(directory.path()).await.unwrap();
    assert_eq!(word(&postgres).await, "kept");
    postgres.stop().await;
}

#[tokio::test]
async fn it_commits_to_disk_and_opens_no_port() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    assert_eq!(setting(&postgres, "fsync").await, "on");
    assert_eq!(setting(&postgres, "synchronous_commit").await, "on");
    assert_eq!(setting(&postgres, "listen_addresses").await, "");
    let socket = setting(&postgres, "unix_socket_directories").await;
    assert_eq!(fs::metadata(socket).unwrap().permissions().mode() & 0o777, 0o700);
    postgres.stop().await;
}

#[tokio::test]
async fn the_server_signs_in_as_somebody_who_owns_nothing() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    db::migrate(&postgres.options()).await.unwrap();
    // At every start.
    db::make_login(&postgres.options()).await.unwrap();
    let login = db::make_login(&postgres.options()).await.unwrap();
    Db::connect(login.clone(), 1).await.unwrap().close().await;

    // Whoever puts the role down again finds less, not more.
    let mut server = PgConnection::connect_with(&login).await.unwrap();
    for sql in [
        "set role roundtable",
        "set session authorization roundtable",
        "alter table audit disable trigger user",
        "alter table people no force row level security",
        "update audit set verb = 'agreed'",
        "create role other superuser",
        "create table mine (word text)",
    ] {
        let refused = sqlx::query(sql).execute(&mut server).await.unwrap_err().to_string();
        let why = ["permission denied", "must be owner", "must be superuser"];
        assert!(why.iter().any(|why| refused.contains(why)), "{sql}: {refused}");
    }
    server.close().await.unwrap();
    postgres.stop().await;
}

#[tokio::test]
async fn nothing_is_left_running_once_it_has_stopped() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    let pid = postgres.pid().unwrap();
    postgres.stop().await;
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert!(!directory.path().join("cluster/postmaster.pid").exists());
}

#[tokio::test]
async fn a_postgres_that_lost_its_roundtable_is_replaced() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    execute(&postgres, "create table words (word text)").await.unwrap();
    execute(&postgres, "insert into words values ('kept')").await.unwrap();
    let orphan = postgres.pid().unwrap();
    // Gone without a word, as after kill -9: Postgres may still be stopping when the next start comes.
    drop(postgres);

    let postgres = start(directory.path()).await.unwrap();
    assert_ne!(postgres.pid(), Some(orphan));
    assert_eq!(word(&postgres).await, "kept");
    postgres.stop().await;
}

#[tokio::test]
async fn it_does_not_outlive_a_roundtable_that_was_killed() {
    let directory = directory();
    let mut killed = Command::new(std::env::current_exe().unwrap())
        .args(["postgres::holds_a_postgres_until_killed", "--exact", "--ignored", "--nocapture"])
        .env("HOLD_POSTGRES_IN", directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(killed.stdout.take().unwrap());
    let pid = output.lines().find_map(|line| line.unwrap().strip_prefix("held: ").map(str::to_owned)).unwrap();
    killed.kill().unwrap();
    killed.wait().unwrap();

    // A dead process works nowhere, even if nobody has buried it yet.
    while fs::read_link(format!("/proc/{pid}/cwd")).is_ok() {
        tokio::task::yield_now().await;
    }
    start(directory.path()).await.unwrap().stop().await;
}

#[tokio::test]
#[ignore = "is the process that the test above kills"]
async fn holds_a_postgres_until_killed() {
    let directory = std::env::var("HOLD_POSTGRES_IN").unwrap();
    let postgres = start(Path::new(&directory)).await.unwrap();
    println!("\nheld: {}", postgres.pid().unwrap());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn it_comes_back_when_it_dies_and_has_lost_nothing() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    execute(&postgres, "create table words (word text)").await.unwrap();
    execute(&postgres, "insert into words values ('kept')").await.unwrap();
    let died = postgres.pid().unwrap();
    assert!(Command::new("kill").args(["-9", &died.to_string()]).status().unwrap().success());

    while postgres.pid().is_none_or(|pid| pid == died) || execute(&postgres, "select 1").await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(word(&postgres).await, "kept");
    postgres.stop().await;
}

#[tokio::test]
async fn the_process_id_of_another_program_does_not_keep_it_from_starting() {
    let directory = directory();
    start(directory.path()).await.unwrap().stop().await;
    let lock = format!("{}\n{}\n0\n", std::process::id(), directory.path().join("cluster").display());
    fs::write(directory.path().join("cluster/postmaster.pid"), lock).unwrap();

    start(directory.path()).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_first_start_that_was_interrupted_is_made_good() {
    let directory = directory();
    fs::create_dir(directory.path().join("cluster.unfinished")).unwrap();
    fs::write(directory.path().join("cluster.unfinished/PG_VERSION"), "15").unwrap();

    start(directory.path()).await.unwrap().stop().await;
}

#[tokio::test]
async fn two_may_not_use_one_directory() {
    let directory = directory();
    let postgres = start(directory.path()).await.unwrap();
    let refusal = start(directory.path()).await.unwrap_err();
    assert!(matches!(refusal, PostgresError::InUse { .. }), "{refusal}");
    assert!(refusal.to_string().starts_with("Another roundtable is using "));
    execute(&postgres, "select 1").await.unwrap();
    postgres.stop().await;
}

#[tokio::test]
async fn where_postgres_is_missing_it_says_what_to_install() {
    let directory = directory();
    let refusal = start_with(directory.path(), &[PathBuf::from("/nowhere")]).await.unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Postgres is not installed: install it (on Debian: 'apt-get install postgresql'), \
         or set DATABASE_URL to a Postgres you already have."
    );
}

#[tokio::test]
async fn a_database_of_another_version_is_left_alone() {
    let directory = directory();
    fs::create_dir(directory.path().join("cluster")).unwrap();
    fs::write(directory.path().join("cluster/PG_VERSION"), "7\n").unwrap();
    let refusal = start_with(directory.path(), &installed()).await.unwrap_err();
    assert!(refusal.to_string().contains("was made by Postgres 7, which is not installed"), "{refusal}");
    assert!(refusal.to_string().contains("install postgresql-7"), "{refusal}");
}

#[tokio::test]
async fn a_file_where_the_directory_should_be_is_said() {
    let directory = directory();
    let path = directory.path().join("file");
    fs::write(&path, "").unwrap();
    let refusal = start(&path).await.unwrap_err();
    assert!(matches!(refusal, PostgresError::Unusable { .. }), "{refusal}");
}

#[tokio::test]
async fn a_directory_closed_to_the_user_postgres_is_named() {
    if !nix::unistd::geteuid().is_root() {
        return; // everyone else runs Postgres themselves, and came through the same directories
    }
    let closed = directory();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let refusal = start(&closed.path().join("postgres")).await.unwrap_err();
    assert!(refusal.to_string().contains(&format!("run 'chmod o+x {}'", closed.path().display())), "{refusal}");
}

/// One that the user postgres may pass through, when we are root.
fn directory() -> TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o711)).tempdir().unwrap()
}

async fn execute(postgres: &PrivatePostgres, sql: &'static str) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect_with(&postgres.options()).await?;
    sqlx::query(sql).execute(&mut connection).await?;
    connection.close().await
}

async fn word(postgres: &PrivatePostgres) -> String {
    let mut connection = PgConnection::connect_with(&postgres.options()).await.unwrap();
    sqlx::query_scalar("select word from words").fetch_one(&mut connection).await.unwrap()
}

async fn setting(postgres: &PrivatePostgres, name: &str) -> String {
    let mut connection = PgConnection::connect_with(&postgres.options()).await.unwrap();
    sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(&mut connection).await.unwrap()
}
