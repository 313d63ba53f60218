//! Whether the line is still alive, and how long to wait before trying it again.
//!
//! Times are milliseconds of any steady clock.

use std::time::Duration;

/// How often to look.
pub(super) const TICK: Duration = Duration::from_secs(5);

const QUIET_MS: f64 = 20_000.0;
const ANSWER_MS: f64 = 10_000.0;
const FIRST_WAIT_MS: f64 = 300.0;
const LONGEST_WAIT_MS: f64 = 8_000.0;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heartbeat {
    heard_at: f64,
    /// When it was asked whether it is there, if nothing was heard since.
    asked_at: Option<f64>,
    /// Connections in a row that brought nothing.
    failures: u32,
}

impl Heartbeat {
    /// The socket shows a sign of life.
    pub(super) fn heard(&mut self, now: f64) {
        self.heard_at = now;
        self.asked_at = None;
    }

    /// The server said something: this connection is worth something.
    pub(super) fn received(&mut self, now: f64) {
        self.heard(now);
        self.failures = 0;
    }

    pub(super) fn is_quiet(&self, now: f64) -> bool {
        now - self.heard_at >= QUIET_MS
    }

    /// Notes that it is asked; false if a question is open already.
    pub(super) fn ask(&mut self, now: f64) -> bool {
        let new = self.asked_at.is_none();
        self.asked_at.get_or_insert(now);
        new
    }

    /// Asked, and no answer; or never even opened.
    pub(super) fn is_dead(&self, now: f64) -> bool {
        self.asked_at.is_some_and(|asked| now - asked >= ANSWER_MS) || now - self.heard_at >= QUIET_MS + 2.0 * ANSWER_MS
    }

    /// How long to wait before the next try. `chance` in 0..1 keeps a whole meeting from coming back
    /// at the same instant.
    pub(super) fn next_wait(&mut self, chance: f64) -> Duration {
        let longest = (FIRST_WAIT_MS * f64::from(2u32.saturating_pow(self.failures))).min(LONGEST_WAIT_MS);
        self.failures += 1;
        Duration::from_millis((longest * (0.5 + chance / 2.0)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_eight_seconds_and_shrink_after_a_word_from_the_server() {
        let mut heartbeat = Heartbeat::default();
        let waits: Vec<_> = (0..7).map(|_| heartbeat.next_wait(1.0).as_millis()).collect();
        assert_eq!(waits, [300, 600, 1_200, 2_400, 4_800, 8_000, 8_000]);
        heartbeat.received(0.0);
        assert_eq!(heartbeat.next_wait(0.0).as_millis(), 150);
    }

    #[test]
    fn a_line_that_does_not_answer_is_dead() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.heard(0.0);
        assert!(heartbeat.is_quiet(20_000.0) && heartbeat.ask(20_000.0) && !heartbeat.ask(25_000.0));
        assert!(!heartbeat.is_dead(25_000.0) && heartbeat.is_dead(30_000.0));
        heartbeat.received(30_000.0);
        assert!(!heartbeat.is_dead(31_000.0));
    }
}
