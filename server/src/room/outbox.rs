//! The way out to one connection.
//!
//! What must stay true: it is bounded in messages and in bytes, and when it is full the connection is
//! closed rather than one message dropped: the client comes back and is sent what it lacks. What waits
//! for all connections together is bounded too, at the cost of those for whom the most waits.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use shared::protocol::CloseCode;
use tokio::sync::mpsc;

use crate::{limits::Limit, metrics::METRICS};

/// Messages that may wait for a slow network.
pub(crate) const MESSAGE_LIMIT: usize = 1024;
/// And how many bytes they may be.
pub(crate) const BYTE_LIMIT: usize = 8 * 1024 * 1024;

/// How many bytes may wait for everybody, and what one may have waiting however many the others have.
pub(crate) const TOGETHER_LIMIT: usize = 256 * 1024 * 1024;
const A_LITTLE: usize = 128 * 1024;

/// The rooms’ half. Cloning leads to the same connection.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    frames: mpsc::Sender<Frame>,
    both: Arc<Both>,
}

/// The connection’s half.
#[derive(Debug)]
pub(crate) struct Outgoing {
    frames: mpsc::Receiver<Frame>,
    both: Arc<Both>,
}

/// What both halves look at.
#[derive(Debug, Default)]
struct Both {
    /// Bytes.
    waiting: AtomicUsize,
    /// Why it is to end.
    close: OnceLock<CloseCode>,
}

/// None says only that there is something to look at: an end.
type Frame = Option<Arc<[u8]>>;

pub(crate) fn outbox() -> (Outbox, Outgoing) {
    let (frames, outgoing) = mpsc::channel(MESSAGE_LIMIT);
    let both = Arc::new(Both::default());
    (Outbox { frames, both: both.clone() }, Outgoing { frames: outgoing, both })
}

impl Outbox {
    pub(crate) fn send(&self, frame: Arc<[u8]>) {
        let length = frame.len();
        let waiting = self.both.waiting.fetch_add(length, Ordering::Relaxed) + length;
        let together = METRICS.outbox_waiting.add(length);
        METRICS.outbox_peak.seen(waiting);
        let beyond = if waiting > BYTE_LIMIT {
            Some(Limit::OutboxBytes)
        } else if together > TOGETHER_LIMIT && waiting > A_LITTLE {
            Some(Limit::OutboxesTogether)
        } else {
            match self.frames.try_send(Some(frame)) {
                Ok(()) => None,
                Err(mpsc::error::TrySendError::Full(_)) => Some(Limit::OutboxMessages),
                // It has gone, and its rooms are about to hear of it.
                Err(mpsc::error::TrySendError::Closed(_)) => return self.both.taken(length),
            }
        };
        match beyond {
            None => {
                METRICS.frames_out.one();
                METRICS.bytes_out.add(length);
            }
            Some(limit) => {
                self.both.taken(length);
                if self.end(CloseCode::TryAgain) {
                    limit.reached();
                    METRICS.outbox_overflows.one();
                }
            }
        }
    }

    /// Ends the connection. The first reason stands.
    pub(crate) fn close(&self, code: CloseCode) {
        self.end(code);
    }

    /// Says whether this was the first reason.
    fn end(&self, code: CloseCode) -> bool {
        let first = self.both.close.set(code).is_ok();
        if first {
            // Where there is no room for it, there is something to wake up for already.
            let _ = self.frames.try_send(None);
        }
        first
    }
}

impl Both {
    fn taken(&self, length: usize) {
        self.waiting.fetch_sub(length, Ordering::Relaxed);
        METRICS.outbox_waiting.sub(length);
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
            if let Some(next) = self.ready() {
                return next;
            }
            match self.frames.recv().await {
                Some(Some(frame)) => return self.take(frame),
                Some(None) => {}
                None => return Next::Close(CloseCode::TryAgain),
            }
        }
    }

    /// What to do next, if there is anything to do already.
    pub(crate) fn ready(&mut self) -> Option<Next> {
        // Looked at before the frames, so that whatever was put in before it is still found.
        let close = self.both.close.get().copied();
        if close == Some(CloseCode::TryAgain) {
            return Some(Next::Close(CloseCode::TryAgain));
        }
        while let Ok(frame) = self.frames.try_recv() {
            if let Some(frame) = frame {
                return Some(self.take(frame));
            }
        }
        close.map(Next::Close)
    }

    fn take(&self, frame: Arc<[u8]>) -> Next {
        self.both.taken(frame.len());
        Next::Send(frame)
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.frames.close();
        while let Ok(frame) = self.frames.try_recv() {
            self.both.taken(frame.map_or(0, |frame| frame.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use shared::protocol::Retry;

    use super::*;
    use crate::limits::Answer;

    /// What waits for all is counted for all: one test at a time.
    fn alone() -> MutexGuard<'static, ()> {
        static ALONE: Mutex<()> = Mutex::new(());
        ALONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// “Come back”, for each of these reasons.
    fn says_come_back(limits: &[Limit]) {
        for limit in limits {
            assert_eq!(limit.row().answer, Answer::Close(CloseCode::TryAgain), "{limit:?}");
        }
        assert_eq!(CloseCode::TryAgain.retry(), Some(Retry::Soon));
    }

    fn letter() -> Arc<[u8]> {
        Arc::from([0u8; 100])
    }

    #[test]
    fn a_slow_network_is_closed_rather_than_told_half() {
        let _alone = alone();
        let (outbox, mut outgoing) = outbox();
        (0..MESSAGE_LIMIT).for_each(|_| outbox.send(letter()));
        assert!(matches!(outgoing.ready(), Some(Next::Send(_))));
        outbox.send(letter());
        outbox.send(letter());
        assert!(matches!(outgoing.ready(), Some(Next::Close(CloseCode::TryAgain))));
        says_come_back(&[Limit::OutboxMessages]);
    }

    #[test]
    fn what_waits_is_bounded_in_bytes_and_given_back() {
        let _alone = alone();
        let (outbox, mut outgoing) = outbox();
        let page: Arc<[u8]> = vec![0; BYTE_LIMIT / 4].into();
        (0..4).for_each(|_| outbox.send(page.clone()));
        assert_eq!(outbox.both.waiting.load(Ordering::Relaxed), BYTE_LIMIT);
        outbox.send(letter());
        assert!(matches!(outgoing.ready(), Some(Next::Close(CloseCode::TryAgain))));
        says_come_back(&[Limit::OutboxBytes]);
        drop(outgoing);
        outbox.send(letter());
        assert_eq!(outbox.both.waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn many_slow_networks_do_not_fill_the_memory_and_who_keeps_up_notices_nothing() {
        let _alone = alone();
        // The same bytes for all, as in a room: it is what waits that is counted.
        let page: Arc<[u8]> = vec![0; BYTE_LIMIT].into();
        let slow: Vec<_> = (0..TOGETHER_LIMIT / BYTE_LIMIT).map(|_| outbox()).collect();
        slow.iter().for_each(|(outbox, _)| outbox.send(page.clone()));
        let (late, mut outgoing) = outbox();
        late.send(vec![0; A_LITTLE].into());
        assert!(matches!(outgoing.ready(), Some(Next::Send(_))), "a little may always wait");
        late.send(vec![0; A_LITTLE + 1].into());
        assert!(matches!(outgoing.ready(), Some(Next::Close(CloseCode::TryAgain))));
        says_come_back(&[Limit::OutboxesTogether]);
        // Whoever has left makes room.
        drop(slow);
        let (back, mut outgoing) = outbox();
        back.send(page);
        assert!(matches!(outgoing.ready(), Some(Next::Send(_))));
    }

    #[test]
    fn any_other_end_is_explained_first() {
        let (outbox, mut outgoing) = outbox();
        outbox.send(letter());
        outbox.close(CloseCode::Removed);
        outbox.close(CloseCode::TryAgain);
        assert!(matches!(outgoing.ready(), Some(Next::Send(_))));
        assert!(matches!(outgoing.ready(), Some(Next::Close(CloseCode::Removed))));
    }
}
