//! Whether the line is still alive, and how long to wait before trying it again.
//!
//! Times are milliseconds of any steady clock. A page that was asleep knows nothing of the time that
//! passed, so it does not reckon: it asks, and waits a moment for the answer.

use std::time::Duration;

/// How often to look.
pub(super) const TICK: Duration = Duration::from_secs(5);

/// How long somebody who has just come back to the page waits for an answer.
pub(super) const HURRIED_ANSWER: Duration = Duration::from_secs(4);

const QUIET_MS: f64 = 20_000.0;
/// The same while something of this page’s is not yet acknowledged.
const QUIET_WAITING_MS: f64 = 5_000.0;
const ANSWER_MS: f64 = 10_000.0;
/// How long a socket may take to open.
const OPENING_MS: f64 = 10_000.0;
/// A connection that has lasted so long was no stroke of luck.
const STEADY_MS: f64 = 5_000.0;

/// The first wait is somewhere within this, each later one within twice as much. When a server
/// comes back, a thousand pages then come one after the other, some hundred in a second.
const FIRST_WAIT_MS: f64 = 2_000.0;
const LONGEST_WAIT_MS: f64 = 6_000.0;
const SHORTEST_WAIT_MS: f64 = 100.0;

/// Failures after which no wait is longer.
const MANY: u32 = 8;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heartbeat {
    /// When this connection was begun, and when it opened.
    begun_at: f64,
    opened_at: Option<f64>,
    heard_at: f64,
    /// When it was asked whether it is there, if nothing was heard since.
    asked_at: Option<f64>,
    /// Connections in a row that came to nothing.
    failures: u32,
}

impl Heartbeat {
    /// A socket is being opened.
    pub(super) fn begun(&mut self, now: f64) {
        *self = Self { begun_at: now, heard_at: now, failures: self.failures, ..Self::default() };
    }

    pub(super) fn opened(&mut self, now: f64) {
        self.opened_at = Some(now);
        self.heard(now);
    }

    /// The socket shows a sign of life. Only one that has lasted a while counts as a success: a
    /// server that ends each connection after its first word is not called on three times a second.
    pub(super) fn heard(&mut self, now: f64) {
        self.heard_at = now;
        self.asked_at = None;
        if self.opened_at.is_some_and(|opened| now - opened >= STEADY_MS) {
            self.failures = 0;
        }
    }

    /// Whether it is time to ask: sooner while something `waits` to be acknowledged.
    pub(super) fn is_quiet(&self, now: f64, waits: bool) -> bool {
        now - self.heard_at >= if waits { QUIET_WAITING_MS } else { QUIET_MS }
    }

    /// Notes that it is asked; false if a question is open already.
    pub(super) fn ask(&mut self, now: f64) -> bool {
        let new = self.asked_at.is_none();
        self.asked_at.get_or_insert(now);
        new
    }

    /// Asked, and no answer; or never even opened.
    pub(super) fn is_dead(&self, now: f64) -> bool {
        match self.opened_at {
            None => now - self.begun_at >= OPENING_MS,
            Some(_) => self.asked_at.is_some_and(|asked| now - asked >= ANSWER_MS),
        }
    }

    /// Whether nothing was heard since this moment.
    pub(super) fn is_silent_since(&self, moment: f64) -> bool {
        self.heard_at <= moment
    }

    /// How long to wait before the next try. `chance` in 0..1 keeps everybody from coming back at
    /// the same instant.
    pub(super) fn next_wait(&mut self, chance: f64) -> Duration {
        let longest = (FIRST_WAIT_MS * f64::from(2u32.saturating_pow(self.failures))).min(LONGEST_WAIT_MS);
        self.failures += 1;
        Duration::from_millis((SHORTEST_WAIT_MS + (longest - SHORTEST_WAIT_MS) * chance) as u64)
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// The server asked for a pause: the next tries come as late as any.
    pub(super) fn slow_down(&mut self) {
        self.failures = self.failures.max(MANY);
    }

    /// Somebody came back to the page, or the network did: the next tries are quick again.
    pub(super) fn forgive(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_six_seconds_and_shrink_after_a_connection_that_lasted() {
        let mut heartbeat = Heartbeat::default();
        let waits =
            |heartbeat: &mut Heartbeat, n| -> Vec<_> { (0..n).map(|_| heartbeat.next_wait(1.0).as_millis()).collect() };
        assert_eq!(waits(&mut heartbeat, 4), [2_000, 4_000, 6_000, 6_000]);
        // One that opens, says something and ends is none.
        heartbeat.begun(0.0);
        heartbeat.opened(100.0);
        heartbeat.heard(200.0);
        assert_eq!(waits(&mut heartbeat, 1), [6_000]);
        heartbeat.heard(5_200.0);
        assert_eq!(waits(&mut heartbeat, 1), [2_000]);
        heartbeat.slow_down();
        assert_eq!(waits(&mut heartbeat, 1), [6_000]);
    }

    /// Chances that are spread as a browser’s are, and the same in each run.
    fn chances() -> impl FnMut() -> f64 {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    /// When each of a thousand pages comes back to a server that went away at 0 and is there again
    /// after so many milliseconds.
    fn returns(away: f64) -> Vec<f64> {
        let mut chance = chances();
        let mut one = || {
            let (mut at, mut heartbeat) = (0.0, Heartbeat::default());
            loop {
                at += heartbeat.next_wait(chance()).as_secs_f64() * 1_000.0;
                if at >= away {
                    return at;
                }
            }
        };
        (0..1_000).map(|_| one()).collect()
    }

    #[test]
    fn a_thousand_pages_do_not_come_back_in_one_wave() {
        for away in [0.0, 500.0, 2_000.0, 10_000.0, 120_000.0] {
            let returns = returns(away);
            let mut tenths = std::collections::BTreeMap::<u64, usize>::new();
            returns.iter().for_each(|at| *tenths.entry((at / 100.0) as u64).or_default() += 1);
            let busiest = tenths.values().max().copied().unwrap_or_default();
            assert!(busiest <= 80, "after {away} ms away, {busiest} of 1000 came within a tenth of a second");
            let last = returns.iter().copied().fold(0.0, f64::max);
            assert!(last <= away + LONGEST_WAIT_MS, "after {away} ms away, the last came at {last} ms");
        }
    }

    #[test]
    fn a_line_that_does_not_answer_is_dead() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.begun(0.0);
        heartbeat.opened(0.0);
        assert!(heartbeat.is_quiet(20_000.0, false) && heartbeat.ask(20_000.0) && !heartbeat.ask(25_000.0));
        assert!(!heartbeat.is_dead(25_000.0) && heartbeat.is_dead(30_000.0));
        heartbeat.heard(30_000.0);
        assert!(!heartbeat.is_dead(31_000.0));
    }

    #[test]
    fn who_waits_for_an_acknowledgement_asks_sooner() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.begun(0.0);
        heartbeat.opened(0.0);
        assert!(!heartbeat.is_quiet(6_000.0, false) && heartbeat.is_quiet(6_000.0, true));
    }

    #[test]
    fn a_socket_that_never_opens_is_dead() {
        let mut heartbeat = Heartbeat::default();
        heartbeat.begun(1_000.0);
        assert!(!heartbeat.is_dead(10_000.0) && heartbeat.is_dead(11_000.0));
    }
}
