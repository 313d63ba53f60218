//! A NATS server, and ways to it.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};

use super::way::Way;

pub(crate) struct Nats {
    at: SocketAddr,
    process: Option<Child>,
}

impl Nats {
    pub(crate) async fn start() -> Self {
        // Free a moment ago; so that it can be started again at the same place.
        let at = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let mut nats = Self { at, process: None };
        nats.again().await;
        nats
    }

    pub(crate) async fn again(&mut self) {
        // Where Debian puts it, which is not on everybody’s PATH.
        let program =
            ["/usr/sbin/nats-server", "/usr/bin/nats-server"].into_iter().find(|path| Path::new(path).exists());
        let process = Command::new(program.unwrap_or("nats-server"))
            .args(["-a", "127.0.0.1", "-p", &self.at.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("nats-server is missing: run scripts/setup test");
        self.process = Some(process);
        while TcpStream::connect(self.at).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn stop(&mut self) {
        self.process.take().unwrap().kill().await.unwrap();
    }

    pub(crate) fn url(&self) -> String {
        url(self.at)
    }

    /// One more way to it.
    pub(crate) async fn way(&self) -> Way {
        Way::to(self.at).await
    }
}

/// Of a NATS that is reached there.
pub(crate) fn url(at: SocketAddr) -> String {
    format!("nats://{at}")
}
