//! What is counted. A delivery is one letter that reached somebody who did not type it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

/// When each letter of one client was sent, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) sent: RefCell<Vec<Instant>>,
}

impl Typed {
    pub(crate) fn count(&self) -> u32 {
        self.sent.borrow().len() as u32
    }
}

/// Deliveries of one group of clients.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    typed: RefCell<HashMap<u64, Rc<Typed>>>,
    count: Cell<u64>,
    /// Letters sent before are not timed.
    since: Cell<Option<Instant>>,
    delays: RefCell<Histogram>,
}

impl Deliveries {
    pub(crate) fn add(&self, client: u64, typed: Rc<Typed>) {
        self.typed.borrow_mut().insert(client, typed);
    }

    /// Times every letter sent from now on.
    pub(crate) fn start(&self) {
        *self.delays.borrow_mut() = Histogram::default();
        self.count.set(0);
        self.since.set(Some(Instant::now()));
    }

    pub(crate) fn stop(&self) -> (u64, Histogram) {
        self.since.set(None);
        (self.count.get(), self.delays.take())
    }

    /// These letters of `client` have reached somebody else.
    pub(crate) fn seen(&self, client: u64, clocks: std::ops::Range<u32>, now: Instant) {
        let typed = self.typed.borrow();
        let Some(typed) = typed.get(&client) else { return };
        self.count.set(self.count.get() + clocks.len() as u64);
        let Some(since) = self.since.get() else { return };
        let sent = typed.sent.borrow();
        let mut delays = self.delays.borrow_mut();
        for sent in sent.get(clocks.start as usize..clocks.end as usize).unwrap_or_default() {
            if *sent >= since {
                delays.add(now - *sent);
            }
        }
    }
}

/// Delays, to a tenth of a millisecond.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    buckets: Vec<u32>,
    count: u64,
    longest: Duration,
}

impl Histogram {
    fn add(&mut self, delay: Duration) {
        let bucket = (delay.as_micros() / 100) as usize;
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += 1;
        self.count += 1;
        self.longest = self.longest.max(delay);
    }

    /// The delay that `percent` of all are not longer than, in milliseconds.
    pub(crate) fn percentile(&self, percent: f64) -> f64 {
        let mut left = (self.count as f64 * percent / 100.0).ceil() as u64;
        for (bucket, count) in self.buckets.iter().enumerate() {
            left = left.saturating_sub(u64::from(*count));
            if left == 0 {
                return (bucket as f64 + 0.5) / 10.0;
            }
        }
        f64::INFINITY
    }

    pub(crate) fn longest(&self) -> f64 {
        self.longest.as_secs_f64() * 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_added() {
        let mut delays = Histogram::default();
        for ms in 1..=100 {
            delays.add(Duration::from_millis(ms));
        }
        assert_eq!((delays.percentile(50.0), delays.percentile(99.0)), (50.05, 99.05));
        assert_eq!(delays.longest(), 100.0);
    }
}
