//! The door: taking connections in from the network.
//!
//! What must stay true: somebody who has said nothing yet costs a bounded number of bytes for a bounded
//! time; a connection beyond the limits is closed unread, and those that are open notice nothing; whoever is hung up on
//! hears why.

pub mod address;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{self as io_util, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt;

use self::address::Crowd;
use crate::limits::{ADDRESS_CONNECTION_LIMIT, HEAD_LIMIT, Limit, Settings};

/// When no connection can be accepted, for want of file descriptors say: how long until the next try.
const PAUSE: Duration = Duration::from_millis(500);

/// Where a connection comes from, for whoever answers its requests: a proxy, or the client itself.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Serves until `stopping`, and then until every request at hand is answered. Sockets are not waited for.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Settings,
    stopping: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(settings.patience.head).max_buf_size(HEAD_LIMIT);
    let (places, (stop, stopped)) = (Places::new(settings), watch::channel(()));
    let mut tasks = JoinSet::new();
    let mut stopping = pin!(stopping);
    loop {
        let (stream, from) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_theirs(&error) => continue,
                Err(error) => {
                    tracing::error!(%error, "connections cannot be accepted; trying again");
                    sleep(PAUSE).await;
                    continue;
                }
            },
            Some(_) = tasks.join_next() => continue,
            () = &mut stopping => break,
        };
        let Some(place) = places.take(from) else { continue };
        // A letter is a small packet, and is not to wait for the next one.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(from.ip()));
            router.clone().oneshot(request)
        });
        let io = TokioIo::new(Seated { there: Some((stream, place)) });
        let connection = http.serve_connection(io, answer).with_upgrades();
        let mut stopped = stopped.clone();
        tasks.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => ended,
                _ = stopped.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // What goes wrong with one connection is its own affair.
            if let Err(error) = ended {
                tracing::trace!(%error, "a connection ended");
            }
        });
    }
    drop((listener, stop));
    while tasks.join_next().await.is_some() {}
    Ok(())
}

/// The other side left before it was let in.
fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// How many may be in at once, and how many of them from one address.
struct Places {
    settings: Settings,
    taken: Arc<AtomicUsize>,
    crowd: Arc<Mutex<Crowd>>,
}

impl Places {
    fn new(settings: &Settings) -> Self {
        Self { settings: settings.clone(), taken: Arc::default(), crowd: Arc::default() }
    }

    fn take(&self, from: SocketAddr) -> Option<Place> {
        let mut place = Place { taken: self.taken.clone(), crowded: None };
        if self.taken.fetch_add(1, Ordering::Relaxed) >= self.settings.connections {
            Limit::Connections.reached();
            return None;
        }
        if let Some(address) = address::of_client(from.ip(), None, &self.settings.trusted_proxies) {
            if !lock(&self.crowd).enter(address, ADDRESS_CONNECTION_LIMIT) {
                Limit::ConnectionsOfAddress.reached();
                return None;
            }
            place.crowded = Some((self.crowd.clone(), address));
        }
        Some(place)
    }
}

/// Given back when the connection is gone, whatever it has become meanwhile.
struct Place {
    taken: Arc<AtomicUsize>,
    crowded: Option<(Arc<Mutex<Crowd>>, IpAddr)>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
        if let Some((crowd, address)) = &self.crowded {
            lock(crowd).leave(*address);
        }
    }
}

fn lock(crowd: &Mutex<Crowd>) -> std::sync::MutexGuard<'_, Crowd> {
    crowd.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection that keeps its place for as long as it lives: a socket lives on after its request.
struct Seated {
    /// Until it is hung up.
    there: Option<(TcpStream, Place)>,
}

impl Seated {
    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let (stream, _) = self.there.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        Ok(Pin::new(stream))
    }
}

/// What is still on its way to us when we hang up would reset the connection, and the answer that says why would be lost
/// with it. So it is taken, and not looked at, until the other side has hung up too.
impl Drop for Seated {
    fn drop(&mut self) {
        if let (Some((stream, place)), Ok(runtime)) = (self.there.take(), Handle::try_current()) {
            runtime.spawn(async move {
                let _ = timeout(HEARING_OUT, hear_out(stream)).await;
                drop(place);
            });
        }
    }
}

async fn hear_out(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    io_util::copy(&mut stream.take(HEARD_OUT), &mut io_util::sink()).await?;
    Ok(())
}

/// The longest that whoever is hung up on may go on, and the most bytes.
const HEARING_OUT: Duration = Duration::from_secs(5);
const HEARD_OUT: u64 = 64 << 20;

impl AsyncRead for Seated {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(cx, into)
    }
}

impl AsyncWrite for Seated {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(cx, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(cx, from)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Answer;

    fn from(last: u8) -> SocketAddr {
        ([203, 0, 113, last], 4_000).into()
    }

    #[test]
    fn one_address_has_only_so_many_connections_and_others_have_theirs() {
        let places = Places::new(&Settings::default());
        let mut taken: Vec<_> = (0..ADDRESS_CONNECTION_LIMIT).map(|_| places.take(from(5)).unwrap()).collect();
        assert!(places.take(from(5)).is_none());
        assert_eq!(Limit::ConnectionsOfAddress.row().answer, Answer::Cut);
        let _other = places.take(from(6)).expect("somebody else is let in");
        let _own = places.take(([127, 0, 0, 1], 4_000).into()).expect("as is this machine, which is not counted");
        // Those who were turned away hold no place.
        assert_eq!(places.taken.load(Ordering::Relaxed), ADDRESS_CONNECTION_LIMIT + 2);
        drop(taken.pop());
        assert!(places.take(from(5)).is_some(), "a place that was left is free");
    }
}
