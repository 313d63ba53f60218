//! A server process of its own, as on another machine.

use std::process::Stdio;

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

use super::{nats, socket::Address, way::Way};

pub(crate) struct Node {
    pub(crate) address: Address,
    process: Child,
    _files: TempDir,
}

impl Node {
    /// On this database; among others if there is a NATS.
    pub(crate) async fn start(options: &PgConnectOptions, nats: Option<String>) -> Self {
        let server = std::env::var("DATABASE_URL").unwrap();
        let database = server.replace("/postgres?", &format!("/{}?", options.get_database().unwrap()));
        Self::start_on(database, nats).await
    }

    /// The same, but that all it hears of the database and of the others comes these ways.
    pub(crate) async fn start_behind(options: &PgConnectOptions, postgres: &Way, nats: &Way) -> Self {
        let (user, name) = (options.get_username(), options.get_database().unwrap());
        let database = format!("postgres://{user}@{}/{name}?sslmode=disable", postgres.at);
        Self::start_on(database, Some(nats::url(nats.at))).await
    }

    async fn start_on(database: String, nats: Option<String>) -> Self {
        let files = tempfile::tempdir().unwrap();
        std::fs::write(
            files.path().join("manifest.json"),
            r#"{"page":"p.js","js":"a.js","wasm":"a.wasm","css":"a.css","around":"b.css"}"#,
        )
        .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_roundtable"));
        command
            .args(["serve", "--addr", "127.0.0.1:0", "--database-connections", "4"])
            .arg("--data")
            .arg(files.path())
            .arg("--site")
            .arg(files.path())
            .env("DATABASE_URL", database)
            .env("ROUNDTABLE_LOG", "warn,async_nats=off")
            .env_remove("NATS_URL")
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if let Some(nats) = nats {
            command.env("NATS_URL", nats);
        }
        let mut process = command.spawn().unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = said.next_line().await.unwrap().expect("the server ended");
        let address = line.strip_prefix("Roundtable is on http://").unwrap().parse().unwrap();
        Self { address: Address(address), process, _files: files }
    }

    /// As a service manager stops it; returns when it has ended.
    pub(crate) async fn stop(mut self) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        assert!(self.process.wait().await.unwrap().success());
    }

    /// As when the power goes.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Gives a command, as a page does. Returns what the server answers.
    pub(crate) async fn command(&self, path: &str, cookie: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(self.address.0).await.unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: meetings.example\r\nOrigin: http://meetings.example\r\n\
             Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Accept: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
            form.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}
