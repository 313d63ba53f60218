//! What the server counts of itself, for whoever runs the house. Read at `/metrics`.
//!
//! One set for the whole process: plain counters, added to where something happens, without a lock and
//! without allocating, because some of it happens for every letter that reaches a screen.
//!
//! To add one: a field in [`Metrics`], a line in [`Metrics::write`], and a test in `tests/it/metrics.rs`
//! that sees it move.
//!
//! What must stay true: names carry their units; labels come from closed lists of ours, never from what
//! somebody sent; nothing here says who somebody is or what they wrote.

use std::{
    fmt::Write,
    sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use shared::{event::Refusal, protocol::CloseCode};

use crate::limits::Limit;

/// How many limits there are to count.
pub(crate) const LIMITS: usize = 48;

pub static METRICS: Metrics = Metrics::new();

pub struct Metrics {
    pub(crate) connections: Gauge,
    pub(crate) connections_opened: Counter,
    pub(crate) handshakes_refused: Labelled<3>,
    policy_broken: Labelled<{ POLICY_DIRECTIVES.len() }>,
    pub(crate) closes: Labelled<{ CloseCode::ALL.len() }>,
    pub(crate) left: Counter,
    pub(crate) limits: Labelled<LIMITS>,
    pub(crate) frames_in: Counter,
    pub(crate) bytes_in: Counter,
    pub(crate) frames_out: Counter,
    pub(crate) bytes_out: Counter,
    pub(crate) updates_accepted: Counter,
    pub(crate) update_bytes: Counter,
    pub(crate) updates_delivered: Counter,
    pub(crate) refusals: Labelled<{ Refusal::ALL.len() }>,
    pub(crate) sync_answers: Counter,
    pub(crate) panics_contained: Counter,
    pub(crate) rollbacks: Counter,
    pub(crate) commit: Histogram<12>,
    pub(crate) batch: Histogram<8>,
    pub(crate) log_retries: Counter,
    pub(crate) rooms_lost: Counter,
    pub(crate) outbox_overflows: Counter,
    pub(crate) outbox_waiting: Gauge,
    pub(crate) outbox_peak: Peak,
}

/// Why a handshake was turned away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Handshake {
    Origin,
    Session,
    Address,
}

const HANDSHAKES: [&str; 3] = ["origin", "session", "address"];

/// What a page can break of its content security policy, as its reports are counted.
pub(crate) const POLICY_DIRECTIVES: [&str; 8] =
    ["script-src", "style-src", "img-src", "font-src", "connect-src", "form-action", "base-uri", "other"];

/// What is only known by looking, at the moment somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) rooms: usize,
    pub(crate) deepest_mailbox: usize,
    pub(crate) log_queue: usize,
    pub(crate) database_connections: usize,
}

impl Metrics {
    const fn new() -> Self {
        const MS: u64 = 1_000;
        Self {
            connections: Gauge::new(),
            connections_opened: Counter::new(),
            handshakes_refused: Labelled::new(),
            policy_broken: Labelled::new(),
            closes: Labelled::new(),
            left: Counter::new(),
            limits: Labelled::new(),
            frames_in: Counter::new(),
            bytes_in: Counter::new(),
            frames_out: Counter::new(),
            bytes_out: Counter::new(),
            updates_accepted: Counter::new(),
            update_bytes: Counter::new(),
            updates_delivered: Counter::new(),
            refusals: Labelled::new(),
            sync_answers: Counter::new(),
            panics_contained: Counter::new(),
            rollbacks: Counter::new(),
            // In microseconds.
            commit: Histogram::new([
                MS / 2,
                MS,
                2 * MS,
                5 * MS,
                10 * MS,
                25 * MS,
                50 * MS,
                100 * MS,
                250 * MS,
                1_000 * MS,
                5_000 * MS,
                20_000 * MS,
            ]),
            batch: Histogram::new([1, 2, 5, 10, 50, 100, 500, 1_000]),
            log_retries: Counter::new(),
            rooms_lost: Counter::new(),
            outbox_overflows: Counter::new(),
            outbox_waiting: Gauge::new(),
            outbox_peak: Peak::new(),
        }
    }

    /// In the text format of Prometheus.
    pub(crate) fn write(&self, seen: &Seen) -> String {
        let mut out = Page(String::with_capacity(16 * 1024));
        out.gauge("rooms", "Meetings with somebody in them.", seen.rooms as i64);
        out.gauge("connections", "Live sockets that are open.", self.connections.get());
        out.counter("connections_opened_total", "Live sockets that were opened.", self.connections_opened.get());
        out.counter("connections_left_total", "Live sockets that the other side ended.", self.left.get());
        let codes = CloseCode::ALL.map(|code| code.code().to_string());
        out.labelled("closes_total", "Live sockets that we ended, by close code.", "code", &codes, &self.closes);
        out.labelled(
            "handshakes_refused_total",
            "Live sockets that were not opened, by reason.",
            "reason",
            &HANDSHAKES,
            &self.handshakes_refused,
        );
        out.labelled(
            "policy_broken_total",
            "What browsers say that a page tried and its policy forbids. Anybody can send such a report.",
            "directive",
            &POLICY_DIRECTIVES,
            &self.policy_broken,
        );
        let limits = Limit::ALL.map(Limit::name);
        out.labelled("limits_reached_total", "How often somebody reached a limit.", "limit", &limits, &self.limits);

        out.counter("frames_in_total", "Messages that arrived on live sockets.", self.frames_in.get());
        out.counter("frames_in_bytes_total", "Their bytes.", self.bytes_in.get());
        out.counter("frames_out_total", "Messages given to live sockets.", self.frames_out.get());
        out.counter("frames_out_bytes_total", "Their bytes.", self.bytes_out.get());
        out.counter("updates_accepted_total", "Edits that went into a document.", self.updates_accepted.get());
        out.counter("updates_accepted_bytes_total", "Their bytes.", self.update_bytes.get());
        out.counter(
            "updates_delivered_total",
            "Edits given to somebody other than their author.",
            self.updates_delivered.get(),
        );
        let reasons = Refusal::ALL.map(Refusal::name);
        out.labelled("refusals_total", "Edits that were refused, by reason.", "reason", &reasons, &self.refusals);
        out.counter("sync_answers_total", "Times somebody was brought up to date.", self.sync_answers.get());
        out.counter(
            "panics_contained_total",
            "Messages that broke what read them, at the cost of their own connection.",
            self.panics_contained.get(),
        );
        out.counter("rollbacks_total", "Sections made again without a wrong edit.", self.rollbacks.get());

        out.histogram("commit_seconds", "How long one commit of the update log takes.", 1e6, &self.commit);
        out.histogram("commit_updates", "Updates and checkpoints in one commit.", 1.0, &self.batch);
        out.counter("log_retries_total", "Commits of the update log that are tried again.", self.log_retries.get());
        out.counter("rooms_lost_total", "Rooms that found somebody else writing.", self.rooms_lost.get());
        out.gauge("log_queue_updates", "Updates that wait for a commit to begin.", seen.log_queue as i64);
        out.gauge("mailbox_deepest_messages", "Messages in the fullest mailbox.", seen.deepest_mailbox as i64);
        out.gauge("outboxes_bytes", "What waits for all slow networks together.", self.outbox_waiting.get());
        out.gauge(
            "outbox_peak_bytes",
            "The most that waited for one since this was last read.",
            self.outbox_peak.take(),
        );
        out.counter("outbox_overflows_total", "Sockets closed because they fell behind.", self.outbox_overflows.get());
        out.gauge(
            "database_connections_in_use",
            "Connections that a request or the update log is using.",
            seen.database_connections as i64,
        );
        out.0
    }

    pub(crate) fn handshake_refused(&self, why: Handshake) {
        self.handshakes_refused.one(why as usize);
    }

    /// By its place in [`POLICY_DIRECTIVES`].
    pub(crate) fn policy_broken(&self, directive: usize) {
        self.policy_broken.one(directive);
    }

    pub(crate) fn closed(&self, code: CloseCode) {
        self.closes.one(code as usize);
    }

    pub(crate) fn accepted(&self, length: usize) {
        self.updates_accepted.one();
        self.update_bytes.add(length);
    }

    /// A batch of so many is durable.
    pub(crate) fn committed(&self, batch: usize, took: Duration) {
        if batch > 0 {
            tracing::debug!(batch, took_us = took.as_micros() as u64, "committed");
            self.batch.saw(batch);
            self.commit.took(took);
        }
    }

    pub(crate) fn refused(&self, reason: Refusal) {
        self.refusals.one(reason as usize);
    }
}

/// Counts up.
pub(crate) struct Counter(AtomicU64);

impl Counter {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// One counter for each word of a closed list.
pub(crate) struct Labelled<const N: usize>([Counter; N]);

impl<const N: usize> Labelled<N> {
    const fn new() -> Self {
        Self([const { Counter::new() }; N])
    }

    /// A place beyond the list is counted nowhere.
    pub(crate) fn one(&self, place: usize) {
        if let Some(counter) = self.0.get(place) {
            counter.one();
        }
    }
}

/// Goes up and down.
pub(crate) struct Gauge(AtomicI64);

impl Gauge {
    const fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// Returns what it is then.
    pub(crate) fn add(&self, more: usize) -> usize {
        let more = more as i64;
        usize::try_from(self.0.fetch_add(more, Relaxed) + more).unwrap_or_default()
    }

    pub(crate) fn sub(&self, less: usize) {
        self.0.fetch_sub(less as i64, Relaxed);
    }

    fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// The highest since it was last asked.
pub(crate) struct Peak(AtomicU64);

impl Peak {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(crate) fn seen(&self, value: usize) {
        // Nearly always lower, and then nothing is written.
        if value as u64 > self.0.load(Relaxed) {
            self.0.fetch_max(value as u64, Relaxed);
        }
    }

    fn take(&self) -> i64 {
        self.0.swap(0, Relaxed).cast_signed()
    }
}

/// How often something was at most so much.
pub(crate) struct Histogram<const N: usize> {
    bounds: [u64; N],
    /// Not yet added up, as the format wants them.
    within: [Counter; N],
    beyond: Counter,
    sum: Counter,
}

impl<const N: usize> Histogram<N> {
    const fn new(bounds: [u64; N]) -> Self {
        Self { bounds, within: [const { Counter::new() }; N], beyond: Counter::new(), sum: Counter::new() }
    }

    pub(crate) fn saw(&self, value: usize) {
        let place = self.bounds.iter().position(|bound| value as u64 <= *bound);
        place.map_or(&self.beyond, |place| &self.within[place]).one();
        self.sum.add(value);
    }

    /// In microseconds.
    pub(crate) fn took(&self, time: Duration) {
        self.saw(usize::try_from(time.as_micros()).unwrap_or(usize::MAX >> 1));
    }
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str, kind: &str) {
        self.line(format_args!("# HELP roundtable_{name} {help}\n# TYPE roundtable_{name} {kind}"));
    }

    fn line(&mut self, line: std::fmt::Arguments) {
        // A string takes everything.
        let _ = self.0.write_fmt(line);
        self.0.push('\n');
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        self.line(format_args!("roundtable_{name} {value}"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: i64) {
        self.head(name, help, "gauge");
        self.line(format_args!("roundtable_{name} {value}"));
    }

    fn labelled<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        words: &[impl AsRef<str>; N],
        counters: &Labelled<N>,
    ) {
        self.head(name, help, "counter");
        for (word, counter) in words.iter().zip(&counters.0) {
            self.line(format_args!("roundtable_{name}{{{label}=\"{}\"}} {}", word.as_ref(), counter.get()));
        }
    }

    fn histogram<const N: usize>(&mut self, name: &str, help: &str, per: f64, histogram: &Histogram<N>) {
        self.head(name, help, "histogram");
        let mut count = 0;
        for (bound, counter) in histogram.bounds.iter().zip(&histogram.within) {
            count += counter.get();
            let bound = *bound as f64 / per;
            self.line(format_args!("roundtable_{name}_bucket{{le=\"{bound}\"}} {count}"));
        }
        count += histogram.beyond.get();
        self.line(format_args!("roundtable_{name}_bucket{{le=\"+Inf\"}} {count}"));
        self.line(format_args!("roundtable_{name}_sum {}", histogram.sum.get() as f64 / per));
        self.line(format_args!("roundtable_{name}_count {count}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_all_that_is_smaller_too() {
        let histogram = Histogram::new([1_000, 5_000]);
        for micros in [500, 1_000, 3_000, 9_000] {
            histogram.took(Duration::from_micros(micros));
        }
        let mut page = Page(String::new());
        page.histogram("x_seconds", "Words.", 1e6, &histogram);
        let expected = "# HELP roundtable_x_seconds Words.\n# TYPE roundtable_x_seconds histogram\n\
            roundtable_x_seconds_bucket{le=\"0.001\"} 2\nroundtable_x_seconds_bucket{le=\"0.005\"} 3\n\
            roundtable_x_seconds_bucket{le=\"+Inf\"} 4\nroundtable_x_seconds_sum 0.0135\nroundtable_x_seconds_count 4\n";
        assert_eq!(page.0, expected);
    }

    #[test]
    fn every_line_has_its_help_and_its_type() {
        let page = METRICS.write(&Seen::default());
        let mut known = String::new();
        for line in page.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap();
                assert!(help.ends_with('.') && name.starts_with("roundtable_"), "{line}");
                known = name.to_owned();
            } else if !line.starts_with("# TYPE ") {
                assert!(line.starts_with(&known), "{line} after {known}");
            }
        }
    }
}
