//! `make scale`: how long the server takes for each page of a large school, beside the 200 ms that no page should need.
//!
//! A school (or several) is made by `server::demo::crowd`, a server is started on it, and each page is asked for again
//! and again over loopback, one request at a time, by somebody who has reason to. What is measured runs from the
//! connect to the last byte.

use std::{
    fs::{self, File, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use clap::Parser;
use server::{
    db::{
        self, Db, accounts,
        login_sessions::{self, Proof},
    },
    demo::{
        self,
        crowd::{self, Made, Size},
    },
    postgres,
    secret::Hash,
};
use shared::PersonId;
use sqlx::{Connection, Executor, PgConnection};
use time::OffsetDateTime;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// What no page should need.
const GOAL: f64 = 200.0;

/// A page that takes so long is not asked for as often.
const ENOUGH: Duration = Duration::from_secs(8);

const PATIENCE: Duration = Duration::from_secs(60);

/// Asks a large school’s pages for themselves, and prints how long each took.
#[derive(Debug, Parser)]
struct Cli {
    /// In all schools together.
    #[arg(long, env = "PUPILS", default_value_t = 1500)]
    pupils: u32,

    #[arg(long, env = "SCHOOLS", default_value_t = 1)]
    schools: u32,

    /// How often each page is asked for.
    #[arg(long, default_value_t = 40)]
    times: usize,

    /// Keeps the school here, for the next run; otherwise it is removed.
    #[arg(long)]
    keep: Option<PathBuf>,

    /// Only pages with this in their address.
    #[arg(long, default_value = "")]
    only: String,

    #[arg(long, env = "ROUNDTABLE_BIN", default_value = "target/release/roundtable")]
    roundtable: PathBuf,

    #[arg(long, env = "ROUNDTABLE_SITE", default_value = "target/site")]
    site: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let scratch = tempfile::tempdir()?;
    let data = cli.keep.clone().unwrap_or_else(|| scratch.path().join("data"));
    fs::create_dir_all(&data)?;
    // Postgres runs as a user of its own when we are root, and must be able to pass.
    fs::set_permissions(scratch.path(), Permissions::from_mode(0o711))?;
    fs::set_permissions(&data, Permissions::from_mode(0o711))?;
    let made = school(&cli, &data).await?;
    let mut server = start(&cli, &data).await?;
    let measured = tokio::select! {
        measured = measure(&cli, &server, &made) => measured,
        _ = tokio::signal::ctrl_c() => bail!("stopped"),
    };
    server.stop().await?;
    print(&measured?);
    Ok(())
}

/// The school that lies there, or a new one. Sessions are good for twelve hours.
async fn school(cli: &Cli, data: &Path) -> anyhow::Result<Made> {
    let note = data.join("made.json");
    if let Ok(made) = fs::read(&note) {
        return Ok(serde_json::from_slice(&made)?);
    }
    let start = Instant::now();
    let postgres = postgres::start(&data.join("postgres")).await?;
    db::migrate(&postgres.options()).await?;
    let db = Db::connect(postgres.options(), 2).await?;
    #[expect(clippy::disallowed_methods, reason = "the school is made for the server’s own day")]
    let now = OffsetDateTime::now_utc();
    demo::seed(&db, now.date()).await?;
    let schools = crowd::make(&db, Size { schools: cli.schools, pupils: cli.pupils }, now).await?;
    let made = *schools.first().context("no school was asked for")?;
    let mut txn = db.begin(made.school).await?;
    for person in [made.senco, made.designated_teacher, made.teacher, made.parent] {
        let (session, until) = (Hash::of(&session(person)), now + time::Duration::hours(12));
        let proof = if person == made.parent { Proof::Link } else { Proof::Full };
        login_sessions::create_with(&mut txn, session, person, proof, "Load", now, until).await?;
        if person == made.parent {
            // As somebody who came by the link to the next meeting of their child.
            login_sessions::made_for(&mut txn, session.into(), made.next).await?;
            login_sessions::let_in(&mut txn, session.into(), made.next).await?;
        }
    }
    // The pages of accounts are for those who have one.
    accounts::create(&mut txn, made.senco, "senco@scale.example", now).await?;
    txn.commit().await?;
    db.close().await;
    // As autovacuum does in the hours after so much was written.
    let mut owner = PgConnection::connect_with(&postgres.options()).await?;
    owner.execute("vacuum analyze").await?;
    let size: String =
        sqlx::query_scalar("select pg_size_pretty(pg_database_size(current_database()))").fetch_one(&mut owner).await?;
    owner.close().await?;
    postgres.stop().await;
    fs::write(&note, serde_json::to_vec(&made)?)?;
    eprintln!("  {} pupils in {} schools, {size}: {:.0} s", cli.pupils, cli.schools, start.elapsed().as_secs_f64());
    Ok(made)
}

fn session(person: PersonId) -> String {
    format!("scale-{person}")
}

struct Server {
    port: u16,
    child: Child,
}

async fn start(cli: &Cli, data: &Path) -> anyhow::Result<Server> {
    let absolute = |path: &Path| fs::canonicalize(path).with_context(|| format!("{} is missing", path.display()));
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let log = File::create(data.join("server.log"))?;
    let mut command = Command::new(absolute(&cli.roundtable)?);
    command
        .arg("serve")
        .env_remove("DATABASE_URL")
        .env("ROUNDTABLE_DATA", absolute(data)?)
        .env("ROUNDTABLE_SITE", absolute(&cli.site)?)
        .env("ROUNDTABLE_ADDR", format!("127.0.0.1:{port}"))
        .env("ROUNDTABLE_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true);
    let mut server = Server { port, child: command.spawn()? };
    let start = Instant::now();
    while !matches!(ask(server.port, "/readyz", None).await, Ok((200, _))) {
        let ended = server.child.try_wait()?.is_some();
        ensure!(
            !ended && start.elapsed() < PATIENCE,
            "the server did not start: see {}",
            data.join("server.log").display()
        );
        sleep(Duration::from_millis(50)).await;
    }
    Ok(server)
}

impl Server {
    async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(id) = self.child.id() {
            let id = nix::unistd::Pid::from_raw(i32::try_from(id)?);
            nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM)?;
        }
        if timeout(PATIENCE, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

struct Measured {
    who: &'static str,
    page: String,
    /// Milliseconds, the quickest first.
    took: Vec<f64>,
    bytes: usize,
}

async fn measure(cli: &Cli, server: &Server, made: &Made) -> anyhow::Result<Vec<Measured>> {
    let mut all = vec![];
    for (who, person, page) in pages(made).into_iter().filter(|(.., page)| page.contains(&cli.only)) {
        let cookie = format!("sid={}", session(person));
        let (mut took, mut bytes, begun) = (vec![], 0, Instant::now());
        for time in 0..=cli.times {
            let start = Instant::now();
            let (status, length) = ask(server.port, &page, Some(&cookie)).await?;
            if status != 200 {
                eprintln!("  {who} asked for {page} and was answered {status}");
                break;
            }
            // The first fills caches.
            if time > 0 {
                took.push(start.elapsed().as_secs_f64() * 1000.0);
            }
            bytes = length;
            if begun.elapsed() > ENOUGH && !took.is_empty() {
                break;
            }
        }
        took.sort_by(f64::total_cmp);
        all.push(Measured { who, page, took, bytes });
    }
    Ok(all)
}

/// Who asks for what.
fn pages(made: &Made) -> Vec<(&'static str, PersonId, String)> {
    let Made { child, last, next, looked_after, .. } = made;
    let of_child = [
        format!("/pupils/{child}"),
        format!("/pupils/{child}/register"),
        format!("/pupils/{child}/passport"),
        format!("/meetings/{last}/record"),
        format!("/meetings/{last}/record.json"),
        format!("/meetings/{next}"),
    ];
    let of_school = [
        "/",
        "/?page=3",
        "/register",
        "/register?page=5",
        "/register?late=true",
        "/register?provision=N",
        "/register.csv",
        "/map",
        "/map?year=Year+8&area=SEMH",
        "/map.csv",
        "/impact",
        "/impact.csv",
        "/delivery",
        "/delivery?who=everybody",
        "/staff",
        "/staff/posts",
    ];
    let own = ["/", "/register", "/map", "/impact", "/delivery", "/delivery?who=everybody"];
    let senco = of_school.map(str::to_owned).into_iter().chain(of_child.clone());
    let teacher = own.map(str::to_owned).into_iter().chain([of_child[0].clone(), of_child[2].clone()]);
    let parent = [0, 2, 3].map(|at| of_child[at].clone()).into_iter().chain(["/".to_owned()]);
    let designated = ["/".to_owned(), format!("/pupils/{looked_after}"), format!("/pupils/{looked_after}/pep")];
    let senco = senco.map(|page| ("SENCO", made.senco, page));
    let teacher = teacher.map(|page| ("teacher", made.teacher, page));
    let parent = parent.map(|page| ("parent", made.parent, page));
    let designated = designated.into_iter().map(|page| ("designated", made.designated_teacher, page));
    senco.chain(teacher).chain(parent).chain(designated).collect()
}

/// The status, and how many bytes came.
async fn ask(port: u16, path: &str, cookie: Option<&str>) -> anyhow::Result<(u16, usize)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = vec![];
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
    let status = answer.get(9..12).and_then(|status| std::str::from_utf8(status).ok()).context("no answer")?;
    Ok((status.parse()?, answer.len()))
}

fn print(all: &[Measured]) {
    println!("{:10} {:40} {:>8} {:>8} {:>8} {:>9}", "who", "page", "p50 ms", "p95 ms", "of goal", "kB");
    for one in all {
        let at = |share: usize| one.took.get((one.took.len() * share).div_ceil(100).saturating_sub(1)).copied();
        let (middle, late) = (at(50).unwrap_or_default(), at(95).unwrap_or_default());
        let page: String = one.page.chars().take(40).collect();
        let kilobytes = one.bytes as f64 / 1000.0;
        let (who, share) = (one.who, late / GOAL);
        let over = if share > 1.0 { " !" } else { "" };
        println!("{who:10} {page:40} {middle:8.1} {late:8.1} {share:8.2} {kilobytes:9.1}{over}");
    }
}
