//! The two servers, started, ended and asked the same way. Each has a core, with its database on it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{history::MESSAGES_PER_SECOND, paper::Paper, process::Process, school};

pub(crate) const SERVER_CORE: usize = 0;
pub(crate) const LOAD_CORE: usize = 1;

/// A cold start, recovery after a crash included.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Roundtable,
    Hocuspocus,
}

impl Target {
    pub(crate) const ALL: [Self; 2] = [Self::Roundtable, Self::Hocuspocus];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Roundtable => "Roundtable",
            Self::Hocuspocus => "Hocuspocus",
        }
    }
}

/// Who is going to type. The limits that a server ships with are for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typist {
    Person,
    Script,
}

impl Typist {
    fn settings(self) -> Option<(&'static str, String)> {
        (self == Self::Script).then(|| ("ROUNDTABLE_MESSAGES_PER_SECOND", MESSAGES_PER_SECOND.to_string()))
    }
}

/// Where everything is that is needed to start a server.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) roundtable: PathBuf,
    pub(crate) site: PathBuf,
    pub(crate) hocuspocus: PathBuf,
    /// A data directory of Roundtable with a school, to be copied.
    pub(crate) school: PathBuf,
    /// For the data directories of servers.
    pub(crate) scratch: PathBuf,
    /// How many meetings the school has, the last one with [`House::long`].
    pub(crate) meetings: usize,
    pub(crate) paper: Paper,
    /// For a long history: more texts, because each is limited.
    pub(crate) long: Paper,
}

/// A document that several people have open.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    number: usize,
    pub(crate) document: String,
}

impl Room {
    /// What each request of the person on this seat carries.
    pub(crate) fn cookie(&self, seat: usize) -> String {
        format!("sid={}", school::session(self.number, seat))
    }
}

impl House {
    pub(crate) fn room(&self, number: usize) -> anyhow::Result<Room> {
        ensure!(number + 1 < self.meetings, "the school has too few meetings");
        Ok(Room { number, document: school::document(number) })
    }

    pub(crate) fn rooms(&self, count: usize) -> anyhow::Result<Vec<Room>> {
        (0..count).map(|number| self.room(number)).collect()
    }

    /// The one with [`House::long`].
    pub(crate) fn long_room(&self) -> Room {
        let number = self.meetings - 1;
        Room { number, document: school::document(number) }
    }

    /// A server as it ships, on a fresh copy of the school.
    pub(crate) async fn open(&self, target: Target) -> anyhow::Result<Server> {
        self.open_for(target, Typist::Person).await
    }

    /// The same, for who types as fast as it can.
    pub(crate) async fn open_for(&self, target: Target, typist: Typist) -> anyhow::Result<Server> {
        let data = self.scratch.join(format!("{}-{}", target.name(), fs::read_dir(&self.scratch)?.count()));
        match target {
            Target::Roundtable => {
                let copied = Command::new("cp").arg("-a").arg(&self.school).arg(&data).status().await?;
                ensure!(copied.success(), "the school could not be copied");
            }
            Target::Hocuspocus => fs::create_dir(&data)?,
        }
        self.start(target, &data, typist).await
    }

    /// A server on what another one left behind.
    pub(crate) async fn open_again(&self, target: Target, data: &Path) -> anyhow::Result<Server> {
        self.start(target, data, Typist::Person).await
    }

    async fn start(&self, target: Target, data: &Path, typist: Typist) -> anyhow::Result<Server> {
        let port = free_port()?;
        let log = File::options().create(true).append(true).open(data.join("server.log"))?;
        let mut command = Command::new("taskset");
        command.arg("-c").arg(SERVER_CORE.to_string());
        match target {
            Target::Roundtable => command
                .arg(&self.roundtable)
                .arg("serve")
                .env_remove("DATABASE_URL")
                .env("ROUNDTABLE_DATA", data)
                .env("ROUNDTABLE_SITE", &self.site)
                .env("ROUNDTABLE_ADDR", format!("127.0.0.1:{port}"))
                .envs(typist.settings())
                .env("ROUNDTABLE_LOG", "warn"),
            Target::Hocuspocus => command
                .arg(node(&self.hocuspocus)?)
                .args(["--no-warnings", "server.mjs"])
                .current_dir(&self.hocuspocus)
                .env("PORT", port.to_string())
                .env("DATABASE", data.join("hocuspocus.sqlite")),
        };
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        let child = command.spawn().context("taskset, of util-linux, is needed")?;
        let process = Process(child.id().context("it ended at once")?);
        let mut server = Server { target, port, data: data.to_owned(), process, child };
        server.wait_until_ready().await?;
        // What a start leaves to be done.
        sleep(Duration::from_millis(500)).await;
        Ok(server)
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) target: Target,
    pub(crate) port: u16,
    pub(crate) data: PathBuf,
    pub(crate) process: Process,
    child: Child,
}

impl Server {
    pub(crate) fn path(&self) -> &'static str {
        match self.target {
            Target::Roundtable => "/live",
            Target::Hocuspocus => "/",
        }
    }

    /// As a service manager does it.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        kill(Pid::from_raw(self.process.0 as i32), Signal::SIGTERM)?;
        if timeout(Duration::from_secs(40), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }

    /// As a power cut does it.
    pub(crate) async fn kill(mut self) -> anyhow::Result<PathBuf> {
        self.child.kill().await?;
        Ok(self.data.clone())
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.process.is_alive()
    }

    async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            if timeout(Duration::from_secs(1), self.is_ready()).await.unwrap_or(false) {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.data.join("server.log")).unwrap_or_default();
                bail!("{} did not start: {}", self.target.name(), log.lines().last().unwrap_or("it said nothing"));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn is_ready(&self) -> bool {
        let ask = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await?;
            std::io::Result::Ok(answer.ends_with(b"200"))
        };
        ask.await.unwrap_or(false)
    }
}

/// The Node that was installed beside the peer.
fn node(directory: &Path) -> anyhow::Result<PathBuf> {
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let path = directory.join(format!("node_modules/node-linux-{arch}/bin/node"));
    ensure!(path.exists(), "{} is missing: run scripts/setup bench", path.display());
    Ok(path)
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
