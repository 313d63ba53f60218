//! The way out of one WebSocket: what its rooms put into the outbox, and a ping now and then.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message as Packet},
};
use futures::{Sink, SinkExt};
use shared::protocol::CloseCode;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::{
    limits::Limit,
    metrics::METRICS,
    room::{
        outbox::{Next, Outgoing},
        state::ConnectionId,
    },
};

/// Browsers answer a ping by themselves.
const PING_EVERY: Duration = Duration::from_secs(20);

/// What lies ready is written together, up to about so many bytes: one call of the system, not one a letter.
const TOGETHER: usize = 64 * 1024;

pub(super) async fn write(
    conn: ConnectionId,
    mut outgoing: Outgoing,
    mut sink: impl Sink<Packet> + Unpin,
    patience: Duration,
) {
    let mut ping = interval(PING_EVERY);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let next = tokio::select! {
            next = outgoing.next() => Some(next),
            _ = ping.tick() => None,
        };
        let sent = timeout(patience, send(conn, &mut outgoing, &mut sink, next)).await;
        match sent {
            Ok(Ok(true)) => {}
            Ok(Ok(false) | Err(_)) => return,
            Err(_) => {
                Limit::WriteTime.reached();
                return;
            }
        }
    }
}

/// Sends this and whatever lies ready behind it. False if that was the end.
async fn send<S: Sink<Packet> + Unpin>(
    conn: ConnectionId,
    outgoing: &mut Outgoing,
    sink: &mut S,
    next: Option<Next>,
) -> Result<bool, S::Error> {
    let Some(mut next) = next else {
        sink.send(Packet::Ping(Bytes::new())).await?;
        return Ok(true);
    };
    let mut together = 0;
    loop {
        match next {
            Next::Send(frame) => {
                together += frame.len();
                sink.feed(Packet::Binary(Bytes::from_owner(frame))).await?;
            }
            Next::Close(code) => {
                METRICS.closed(code);
                tracing::info!(conn = conn.0, code = code.code(), "to be ended");
                sink.send(Packet::Close(Some(close_frame(code)))).await?;
                return Ok(false);
            }
        }
        if together >= TOGETHER {
            break;
        }
        match outgoing.ready() {
            Some(ready) => next = ready,
            None => break,
        }
    }
    sink.flush().await?;
    Ok(true)
}

fn close_frame(code: CloseCode) -> CloseFrame {
    CloseFrame { code: code.code(), reason: code.to_string().into() }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, channel::mpsc};

    use super::*;
    use crate::{limits::Answer, room::outbox::outbox};

    #[tokio::test]
    async fn a_network_that_takes_nothing_is_given_up_without_a_word() {
        let (outbox, outgoing) = outbox();
        (0..4).for_each(|_| outbox.send(vec![0; 100].into()));
        // It takes as many as it has senders, and then nothing.
        let (network, taken) = mpsc::channel::<Packet>(0);
        write(ConnectionId(1), outgoing, network, Duration::from_millis(20)).await;
        assert_eq!(Limit::WriteTime.row().answer, Answer::Cut);
        let taken: Vec<_> = taken.collect().await;
        assert!(taken.len() < 4 && taken.iter().all(|packet| matches!(packet, Packet::Binary(_))), "{taken:?}");
    }

    #[tokio::test]
    async fn a_network_that_is_only_slow_is_waited_for() {
        let (outbox, outgoing) = outbox();
        (0..4).for_each(|_| outbox.send(vec![0; 100].into()));
        outbox.close(CloseCode::Removed);
        let (network, mut taken) = mpsc::channel::<Packet>(0);
        let reading = async {
            for _ in 0..4 {
                tokio::task::yield_now().await;
                assert!(matches!(taken.next().await, Some(Packet::Binary(_))));
            }
            assert!(matches!(taken.next().await, Some(Packet::Close(Some(_)))));
        };
        tokio::join!(write(ConnectionId(1), outgoing, network, Duration::from_secs(30)), reading);
    }
}
