//! A way to something a server stands on, in the test’s hand: whole, cut, or silent.

use std::{net::SocketAddr, path::PathBuf};

use tokio::{
    io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
};

/// What a way leads to.
#[derive(Clone)]
enum There {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Whole,
    /// Everything on it ends, and both ends hear so.
    Cut,
    /// Nothing arrives, and nobody hears why: as when a cable is pulled.
    Silent,
}

pub(crate) struct Way {
    pub(crate) at: SocketAddr,
    line: watch::Sender<Line>,
    carrying: JoinHandle<()>,
}

impl Way {
    pub(crate) async fn to(there: SocketAddr) -> Self {
        Self::begin(There::Tcp(there)).await
    }

    /// To the server of databases that the tests use.
    pub(crate) async fn to_postgres() -> Self {
        Self::begin(There::Unix(PathBuf::from(std::env::var("PGHOST").unwrap()).join(".s.PGSQL.5432"))).await
    }

    async fn begin(there: There) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let line = watch::Sender::new(Line::Whole);
        let seen = line.subscribe();
        let carrying = tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                tokio::spawn(connect(here, there.clone(), seen.clone()));
            }
        });
        Self { at, line, carrying }
    }

    pub(crate) fn cut(&self) {
        self.line.send_replace(Line::Cut);
    }

    pub(crate) fn stall(&self) {
        self.line.send_replace(Line::Silent);
    }

    /// What was on a silent way arrives.
    pub(crate) fn mend(&self) {
        self.line.send_replace(Line::Whole);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn connect(here: TcpStream, there: There, line: watch::Receiver<Line>) {
    let mut ends = line.clone();
    let carried = async {
        match there {
            There::Tcp(at) => carry_both(here, TcpStream::connect(at).await?, line).await,
            There::Unix(path) => carry_both(here, UnixStream::connect(path).await?, line).await,
        }
    };
    tokio::select! {
        _ = carried => {}
        _ = ends.wait_for(|line| *line == Line::Cut) => {}
    }
}

async fn carry_both(
    here: TcpStream,
    there: impl AsyncRead + AsyncWrite,
    line: watch::Receiver<Line>,
) -> io::Result<((), ())> {
    let ((from_here, to_here), (from_there, to_there)) = (split(here), split(there));
    tokio::try_join!(carry(from_here, to_there, line.clone()), carry(from_there, to_here, line))
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut line: watch::Receiver<Line>,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        // That the other end is gone is not heard either.
        if line.wait_for(|line| *line == Line::Whole).await.is_err() || count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&bytes[..count]).await?;
    }
}
