//! The way out to one connection.
//!
//! What must stay true: it is bounded in messages and in bytes, and when it is full the connection is
//! closed rather than one message dropped: the client comes back and is sent what it lacks.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use shared::protocol::CloseCode;
use tokio::sync::{mpsc, watch};

/// Messages that may wait for a slow network.
const MESSAGES: usize = 1024;
/// And how many bytes they may be.
const BYTES: usize = 8 * 1024 * 1024;

/// The rooms’ half. Cloning leads to the same connection.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    frames: mpsc::Sender<Arc<[u8]>>,
    waiting: Arc<AtomicUsize>,
    close: watch::Sender<Option<CloseCode>>,
}

/// The connection’s half.
#[derive(Debug)]
pub(crate) struct Outgoing {
    frames: mpsc::Receiver<Arc<[u8]>>,
    waiting: Arc<AtomicUsize>,
    close: watch::Receiver<Option<CloseCode>>,
}

pub(crate) fn outbox() -> (Outbox, Outgoing) {
    let (frames, outgoing) = mpsc::channel(MESSAGES);
    let (close, closed) = watch::channel(None);
    let waiting = Arc::new(AtomicUsize::new(0));
    let outbox = Outbox { frames, waiting: waiting.clone(), close };
    (outbox, Outgoing { frames: outgoing, waiting, close: closed })
}

impl Outbox {
    pub(crate) fn send(&self, frame: Arc<[u8]>) {
        let length = frame.len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed) + length;
        if waiting > BYTES || self.frames.try_send(frame).is_err() {
            self.close(CloseCode::TryAgain);
        }
    }

    /// Ends the connection. The first reason stands.
    pub(crate) fn close(&self, code: CloseCode) {
        self.close.send_if_modified(|close| {
            let first = close.is_none();
            if first {
                *close = Some(code);
            }
            first
        });
    }
}

/// What the connection is to do next.
#[derive(Debug)]
pub(crate) enum Next {
    Send(Arc<[u8]>),
    Close(CloseCode),
}

impl Outgoing {
    /// Safe to be cancelled. A connection that fell behind is closed at once; any other reason waits
    /// for what was put in before it, which may explain it.
    pub(crate) async fn next(&mut self) -> Next {
        loop {
            let close = *self.close.borrow_and_update();
            match close {
                Some(CloseCode::TryAgain) => return Next::Close(CloseCode::TryAgain),
                Some(code) => return self.frames.try_recv().map_or(Next::Close(code), |frame| self.taken(frame)),
                None => {}
            }
            tokio::select! {
                biased;
                Ok(()) = self.close.changed() => {}
                frame = self.frames.recv() => {
                    return frame.map_or(Next::Close(CloseCode::TryAgain), |frame| self.taken(frame));
                }
            }
        }
    }

    fn taken(&self, frame: Arc<[u8]>) -> Next {
        self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        Next::Send(frame)
    }
}
