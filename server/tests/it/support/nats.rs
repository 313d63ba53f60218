//! A NATS server, and a way to it that can be cut.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
};

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
        format!("nats://{}", self.at)
    }

    /// One more way to it.
    pub(crate) async fn way(&self) -> Way {
        let (to, (open, is_open)) = (self.at, watch::channel(true));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let carrying = tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let mut is_open = is_open.clone();
                tokio::spawn(async move {
                    if !*is_open.borrow() {
                        return;
                    }
                    let Ok(mut there) = TcpStream::connect(to).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut here, &mut there) => {}
                        _ = is_open.wait_for(|is_open| !is_open) => {}
                    }
                });
            }
        });
        Way { at, open, carrying }
    }
}

pub(crate) struct Way {
    at: SocketAddr,
    open: watch::Sender<bool>,
    carrying: JoinHandle<()>,
}

impl Way {
    pub(crate) fn url(&self) -> String {
        format!("nats://{}", self.at)
    }

    pub(crate) fn cut(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.open.send_replace(true);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}
