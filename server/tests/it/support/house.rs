//! The house a meeting is held in: a real `roundtable` process with its own Postgres, to be knocked about.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde::Deserialize;
use shared::{MeetingId, Section, doc::SectionDoc};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{kept, socket::Address};

/// For a first start on a busy machine. Nobody waits for it who sees what they wait for.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct House {
    pub(crate) address: Address,
    data: TempDir,
    settings: Vec<(&'static str, String)>,
    child: Option<Child>,
}

/// Somebody’s place, and the way in.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) meeting: MeetingId,
    pub(crate) role: String,
    pub(crate) link: String,
}

#[derive(Deserialize)]
struct DemoJson {
    meetings: Vec<DemoMeeting>,
}

#[derive(Deserialize)]
struct DemoMeeting {
    id: String,
    pupil: String,
    people: Vec<DemoPerson>,
}

#[derive(Deserialize)]
struct DemoPerson {
    role: String,
    join_url: String,
}

impl House {
    /// A fresh demo school, with these settings beside.
    pub(crate) async fn open(settings: &[(&'static str, &str)]) -> Self {
        let data = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o711)).tempdir().unwrap();
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut house = Self { address: Address(free_address()), data, settings, child: None };
        house.write_site("one");
        house.start().await;
        house
    }

    /// What browsers download, in a version of this name; the version before is gone.
    pub(crate) fn write_site(&self, version: &str) {
        let site = self.site();
        let _ = fs::remove_dir_all(&site);
        fs::create_dir_all(site.join("pkg")).unwrap();
        fs::write(site.join(format!("pkg/roundtable.{version}.wasm")), version).unwrap();
        let name = |kind: &str| format!("\"{kind}\":\"/pkg/roundtable.{version}.{kind}\"");
        fs::write(
            site.join("manifest.json"),
            format!("{{{}}}", ["page", "js", "wasm", "css", "around"].map(name).join(",")),
        )
        .unwrap();
    }

    /// Starts the server, on the same port and data as the one before, and waits until it is ready.
    pub(crate) async fn start(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.log()).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_roundtable"))
            .arg("demo")
            .env_remove("DATABASE_URL")
            .env("ROUNDTABLE_DATA", self.data.path())
            .env("ROUNDTABLE_ADDR", self.address.0.to_string())
            .env("ROUNDTABLE_SITE", self.site())
            .envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let ready = async {
            while self.get("/readyz", None).await.is_none_or(|(status, _)| status != 200) {
                let ended = self.child.as_mut().unwrap().try_wait().unwrap();
                assert!(ended.is_none(), "the server ended: {}", fs::read_to_string(self.log()).unwrap());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("the server did not become ready");
    }

    /// Sends the server this signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// How many bytes the server keeps in memory.
    pub(crate) fn memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.as_ref().unwrap().id().try_into().unwrap())
    }

    /// Waits until the server has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap()
    }

    /// Everybody who has a place in this pupil’s next meeting.
    pub(crate) fn places(&self, pupil: &str) -> Vec<Place> {
        let json = fs::read(self.data.path().join("demo.json")).unwrap();
        let demo: DemoJson = serde_json::from_slice(&json).unwrap();
        let meeting = demo.meetings.into_iter().find(|meeting| meeting.pupil == pupil).unwrap();
        let id = meeting.id.parse().unwrap();
        meeting
            .people
            .into_iter()
            .map(|person| {
                let link = person.join_url.split_once("/join/").unwrap().1;
                Place { meeting: id, role: person.role, link: format!("/join/{link}") }
            })
            .collect()
    }

    /// The session cookie that pressing the button on the invitation sets.
    pub(crate) async fn sign_in(&self, place: &Place) -> String {
        let (_, answer) = self.ask("POST", &place.link, None).await.unwrap();
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: sid=")).unwrap();
        format!("sid={}", cookie.split(';').next().unwrap())
    }

    pub(crate) async fn get(&self, path: &str, cookie: Option<&str>) -> Option<(u16, String)> {
        self.ask("GET", path, cookie).await
    }

    /// The status, and all of the answer; nothing if nobody is there.
    pub(crate) async fn ask(&self, method: &str, path: &str, cookie: Option<&str>) -> Option<(u16, String)> {
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: meetings.example\r\nSec-Fetch-Site: same-origin\r\n{cookie}\
             Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(self.address.0).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = vec![];
        stream.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1)?.parse().ok()?;
        Some((status, answer))
    }

    /// As the superuser of the house’s own database.
    pub(crate) async fn postgres(&self) -> PgConnection {
        PgConnection::connect_with(&self.options()).await.unwrap()
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.socket())
            .username("roundtable")
            .database("roundtable")
            .ssl_mode(PgSslMode::Disable)
    }

    /// Where the house’s own Postgres listens.
    pub(crate) fn socket(&self) -> String {
        self.postgres_lock().lines().nth(4).unwrap().to_owned()
    }

    /// The house’s Postgres: the first of these processes, and its children.
    pub(crate) fn postgres_pids(&self) -> Vec<Pid> {
        let lock = self.postgres_lock();
        let first: i32 = lock.lines().next().unwrap().parse().unwrap();
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap();
        let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
        std::iter::once(first).chain(children).map(Pid::from_raw).collect()
    }

    /// A section as Postgres alone would give it back now.
    pub(crate) async fn kept(&self, meeting: MeetingId, section: Section) -> SectionDoc {
        kept(&mut self.postgres().await, meeting, section).await
    }

    /// What the server said.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    fn postgres_lock(&self) -> String {
        fs::read_to_string(self.data.path().join("postgres/cluster/postmaster.pid")).unwrap()
    }

    fn site(&self) -> PathBuf {
        self.data.path().join("site")
    }

    fn log(&self) -> PathBuf {
        self.data.path().join("roundtable.log")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            if std::thread::panicking() {
                eprintln!("{}", self.said());
            }
            // Postgres ends with it, and its files may go.
            let _ = kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGTERM);
            let _ = child.wait();
        }
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
