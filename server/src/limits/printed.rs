//! Limits in words: how much, and how it is told.

use std::time::Duration;

use shared::protocol::Retry;

use super::Answer;

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Close(code) => {
                let then = match code.retry() {
                    Some(Retry::Soon) => "come back",
                    Some(Retry::Later) => "come back later",
                    None => "stop",
                };
                write!(f, "close {}: {then}", code.code())
            }
            Self::Refuse(reason) => write!(f, "refused: `{}`", reason.name()),
            Self::Http(status) => write!(f, "HTTP {status}"),
            Self::Cut => f.write_str("cut"),
            Self::Ignore => f.write_str("not told"),
            Self::Wait => f.write_str("waits"),
        }
    }
}

/// `10,000`.
pub(super) fn count(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub(super) fn bytes(bytes: usize) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{} bytes", count(bytes)),
    }
}

pub(super) fn time(time: Duration) -> String {
    format!("{} s", time.as_secs())
}
