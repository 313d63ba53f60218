//! Faults of the house, on a real server process with real sockets, while everybody round the table
//! types: the database stands still, dies, is read-only, full, slow, or out of connections; the server
//! is replaced, or killed.
//!
//! In every one: nothing is called saved or shown to anybody that Postgres does not have; afterwards
//! everybody comes together by themselves, with every letter anyone typed.

use std::{env, fs, io::Write, os::unix::fs::chown, path::PathBuf, process::Command, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{User, geteuid},
};
use shared::protocol::CloseCode;
use sqlx::PgConnection;
use tokio::time::Instant;

use crate::support::{
    house::House,
    typist::{Typist, Typists},
};

/// A meeting at which everybody has typed and seen something.
async fn meeting(settings: &[(&'static str, &str)]) -> (House, Typists) {
    let house = House::open(settings).await;
    let typists = Typists::sit_down(&house).await;
    typists.until_typed(10).await;
    (house, typists)
}

async fn execute(house: &House, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&mut house.postgres().await).await.unwrap();
}

/// Everybody goes on typing while nothing can be written, and is told nothing that is not so.
async fn nothing_is_called_saved(typists: &Typists) {
    // What was committed before the fault may still be on its way to people; it comes to an end soon.
    let mut before = typists.promised();
    let mut still = false;
    for _ in 0..4 {
        typists.until_typed(25).await;
        let now = typists.promised();
        still = now == before;
        if still {
            break;
        }
        before = now;
    }
    assert!(still, "{before:?}");
    assert!(typists.accounts().iter().all(|account| !account.saved && account.typed > account.acknowledged));
}

/// Nobody was even disconnected.
fn nobody_noticed(typists: &Typists) {
    for account in typists.accounts() {
        assert_eq!(account.closed, Vec::<u16>::new());
        assert_eq!(account.connections, 1);
    }
}

/// So much may have been waiting for the commit that a connection fell behind: then it was asked to come back, and did.
fn nobody_was_sent_away(typists: &Typists) {
    for account in typists.accounts() {
        assert!(account.closed.iter().all(|code| *code == CloseCode::TryAgain.code()), "{:?}", account.closed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stands_still_for_a_while() {
    let (house, typists) = meeting(&[]).await;
    let cookie = house.sign_in(&house.places("Tomek")[0]).await;
    let postgres = house.postgres_pids();
    postgres.iter().for_each(|pid| kill(*pid, Signal::SIGSTOP).unwrap());
    nothing_is_called_saved(&typists).await;
    // Whoever asks is answered, soon and truly: not that they are not signed in.
    let page = format!("/meetings/{}", typists.meeting);
    let ((ready, _), (status, words)) = tokio::join!(async { house.get("/readyz", None).await.unwrap() }, async {
        house.get(&page, Some(&cookie)).await.unwrap()
    });
    postgres.iter().for_each(|pid| kill(*pid, Signal::SIGCONT).unwrap());
    assert_eq!((ready, status), (503, 503));
    assert!(words.contains("Nothing you wrote is lost") && !words.contains("not signed in"), "{words}");

    typists.come_together(&house).await;
    nobody_was_sent_away(&typists);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_dies_and_comes_back() {
    let (house, typists) = meeting(&[]).await;
    for signal in [Signal::SIGKILL, Signal::SIGINT] {
        let died = house.postgres_pids()[0];
        kill(died, signal).unwrap();
        let promised = typists.promised();
        typists.until_typed(10).await;
        typists.until("saved again", |account| account.acknowledged + 10 >= account.typed).await;
        assert_ne!(house.postgres_pids()[0], died);
        typists.check_kept(&house, &promised).await;
    }
    typists.come_together(&house).await;
    nobody_was_sent_away(&typists);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_read_only_for_a_while() {
    let (house, typists) = meeting(&[]).await;
    make_read_only(&house).await;
    nothing_is_called_saved(&typists).await;
    make_writable(&house).await;
    typists.come_together(&house).await;
    nobody_noticed(&typists);
}

async fn make_read_only(house: &House) {
    execute(house, "alter system set default_transaction_read_only = on").await;
    execute(house, "select pg_reload_conf()").await;
}

async fn make_writable(house: &House) {
    let mut postgres = house.postgres().await;
    for sql in [
        "set default_transaction_read_only = off",
        "alter system reset default_transaction_read_only",
        "select pg_reload_conf()",
    ] {
        sqlx::query(sql).execute(&mut postgres).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_full_for_a_while() {
    let (house, typists) = meeting(&[]).await;
    let Some(disk) = SmallDisk::mount(&house) else { return };
    let mut postgres = house.postgres().await;
    let small = format!("create tablespace small location '{}'", disk.path.display());
    sqlx::query(sqlx::AssertSqlSafe(small)).execute(&mut postgres).await.unwrap();
    sqlx::query("alter table doc_updates set tablespace small").execute(&mut postgres).await.unwrap();
    disk.fill();
    typists.until("a full disk", |account| account.typed > account.acknowledged + 20).await;
    nothing_is_called_saved(&typists).await;
    assert!(house.said().contains("No space left on device"));
    disk.empty();
    typists.come_together(&house).await;
    nobody_noticed(&typists);
    sqlx::query("alter table doc_updates set tablespace pg_default").execute(&mut postgres).await.unwrap();
    sqlx::query("drop tablespace small").execute(&mut postgres).await.unwrap();
}

/// A disk of two megabytes, if we are allowed to have one.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    fn mount(house: &House) -> Option<Self> {
        let path = house.data().join("small");
        fs::create_dir(&path).unwrap();
        let mount = ["-t", "tmpfs", "-o", "size=2m", "roundtable-small"];
        if !geteuid().is_root() || !Command::new("mount").args(mount).arg(&path).status().is_ok_and(|s| s.success()) {
            not_tried(
                "a full disk, for which root must be let mount a small one (faults::the_disk_is_full_for_a_while)",
            );
            return None;
        }
        let postgres = User::from_name("postgres").unwrap().unwrap();
        chown(&path, Some(postgres.uid.as_raw()), Some(postgres.gid.as_raw())).unwrap();
        Some(Self { path })
    }

    fn fill(&self) {
        // It ends where the disk does.
        let _ = fs::write(self.path.join("ballast"), vec![0; 4 << 20]);
    }

    fn empty(&self) {
        fs::remove_file(self.path.join("ballast")).unwrap();
    }
}

/// Said at the end of `make test`, which is where somebody sees it.
fn not_tried(what: &str) {
    if let Some(path) = env::var_os("ROUNDTABLE_UNTRIED") {
        let mut list = fs::File::options().append(true).open(path).unwrap();
        writeln!(list, "{what}").unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_are_slow() {
    let (house, typists) = meeting(&[]).await;
    execute(
        &house,
        "create function wait_a_little() returns trigger language plpgsql as
           $$ begin perform pg_sleep(0.4); return null; end $$;
         create trigger slow after insert on doc_updates for each statement execute function wait_a_little()",
    )
    .await;
    let (began, before) = (Instant::now(), typists.accounts());
    typists.until_typed(100).await;
    // Each commit takes ten keystrokes, so they go together: otherwise it would be ten times as long.
    typists.until("kept up", |account| account.acknowledged + 50 >= account.typed).await;
    let after = typists.accounts();
    let saved: usize = after.iter().zip(&before).map(|(after, before)| after.acknowledged - before.acknowledged).sum();
    let commits = began.elapsed().as_secs_f64() / 0.4;
    println!("{saved} letters saved in {commits:.0} commits of 0.4 s");
    assert!(saved as f64 > 3.0 * commits);
    typists.come_together(&house).await;
    nobody_noticed(&typists);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_to_the_database_is_taken() {
    let (house, typists) = meeting(&[("ROUNDTABLE_DATABASE_CONNECTIONS", "2")]).await;
    let cookie = house.sign_in(&house.places("Tomek")[0]).await;
    // Pages that ask for a table nobody gets hold both connections.
    let mut postgres = house.postgres().await;
    sqlx::raw_sql("begin; lock table pupils in access exclusive mode").execute(&mut postgres).await.unwrap();
    let page = format!("/meetings/{}", typists.meeting);
    let pages = futures::future::join_all((0..6).map(|_| house.get(&page, Some(&cookie))));
    let typing = async {
        while waiting(&mut house.postgres().await).await < 2 {
            tokio::task::yield_now().await;
        }
        // Writing goes on: the log has a connection that no page can take.
        let typed: Vec<_> = typists.accounts().iter().map(|account| account.typed).collect();
        let typed = typed.into_iter().max().unwrap() + 25;
        typists.until("saved meanwhile", |account| account.acknowledged >= typed).await;
        sqlx::raw_sql("commit").execute(&mut postgres).await.unwrap();
    };
    let (answers, ()) = tokio::join!(pages, typing);
    for (status, words) in answers.into_iter().flatten() {
        assert!(status == 200 || status == 503 && words.contains("Nothing you wrote is lost"), "{status}: {words}");
    }
    typists.come_together(&house).await;
    nobody_noticed(&typists);
}

async fn waiting(postgres: &mut PgConnection) -> i64 {
    let sql = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    sqlx::query_scalar(sql).fetch_one(postgres).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_replaced_while_everybody_types() {
    let (mut house, typists) = meeting(&[]).await;
    let asked = Instant::now();
    house.signal(Signal::SIGTERM);
    let status = house.ended().await;
    let took = asked.elapsed();
    println!("drained in {took:?}");
    assert!(status.success() && took < Duration::from_secs(15), "{status} after {took:?}");
    typists.until("sent away", |account| !account.closed.is_empty()).await;
    let promised = typists.promised();
    for account in typists.accounts() {
        assert_eq!(account.closed[..], [CloseCode::TryAgain.code()], "everybody was told to come back");
    }
    // People go on typing with nobody there.
    typists.until_typed(25).await;

    // The next version has other files, and the old ones are gone.
    house.write_site("two");
    house.start().await;
    typists.check_kept(&house, &promised).await;
    assert_eq!(house.get("/pkg/roundtable.two.wasm", None).await.unwrap().0, 200);
    assert_eq!(house.get("/pkg/roundtable.one.wasm", None).await.unwrap().0, 404);
    // A page of the old version that asks for what is not called that any more is told what to do.
    let (status, words) = house.ask("POST", "/api/start_meeting0000", None).await.unwrap();
    assert!(status == 410 && words.contains("Reload the page"), "{status}: {words}");

    typists.come_together(&house).await;
    assert!(typists.accounts().iter().all(|account| account.closed.len() == 1 && account.connections == 2));
}

/// What waits for the database as the server ends is written whole or not at all: a part without what it
/// builds on would make the section refuse everybody. One person alone, so that no checkpoint makes it good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_replaced_while_the_database_is_away() {
    let mut house = House::open(&[]).await;
    let typist = Typists::sit_down_alone(&house, 0).await;
    typist.until_typed(10).await;
    make_read_only(&house).await;
    // It waits as long as it ever does between two attempts: asked to stop, it does not try much longer.
    while house.said().matches("the update log cannot be written").count() < 8 {
        typist.until_typed(5).await;
    }
    house.signal(Signal::SIGTERM);
    // Whoever wrote it is not there to send it again.
    typist.until("sent away", |account| !account.closed.is_empty()).await;
    let promised = typist.promised();
    drop(typist);
    tokio::time::sleep(Duration::from_secs(1)).await;
    make_writable(&house).await;
    assert!(house.ended().await.success());

    house.start().await;
    let newcomer = Typists::sit_down_alone(&house, 1).await;
    newcomer.until("a newcomer’s words are saved", |account| account.acknowledged > 5).await;
    newcomer.check_kept(&house, &promised).await;
    newcomer.come_together(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_killed_while_everybody_types() {
    let (mut house, typists) = meeting(&[]).await;
    for _ in 0..3 {
        house.signal(Signal::SIGKILL);
        house.ended().await;
        let times = typists.accounts()[0].connections;
        typists.until("cut off", |account| account.closed.len() >= times).await;
        let promised = typists.promised();
        house.start().await;
        typists.check_kept(&house, &promised).await;
        typists.until("back", |account| account.connections > times).await;
        typists.until_typed(10).await;
    }
    typists.come_together(&house).await;
    let lines: Vec<_> = typists.all.iter().map(Typist::account).map(|account| account.typed).collect();
    println!("letters typed through three kills, all there: {lines:?}");
}
