//! Which seeds are run, and what is said of one that fails.

use std::{
    collections::BTreeMap,
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::{
    chance::Chance,
    trace::Trace,
    world::{Report, run},
};

/// In `make test`.
const SEEDS: u64 = 300;

/// What a run of so many seeds is there to see.
const HAPPENS: [&str; 13] = [
    "deeds",
    "undos",
    "refusals",
    "tricks",
    "cuts",
    "times offline",
    "documents dropped",
    "crashes",
    "drains",
    "bad disks",
    "removals",
    "agreements",
    "checkpoints",
];

/// Once found to fail: they never may again.
const KEPT: &str = include_str!("seeds.txt");

#[test]
fn no_promise_is_broken() {
    if let Some(seed) = number("SIM_SEED") {
        return replay(seed);
    }
    let first = number("SIM_FIRST").unwrap_or(0);
    let seeds = number("SIM_SEEDS").unwrap_or(SEEDS);
    let counts = sweep(first..first + seeds, None);
    // Where these never happen, nothing was promised for them.
    for what in HAPPENS {
        assert!(seeds < SEEDS || counts.contains_key(what), "no {what} in {seeds} seeds: {counts:?}");
    }
}

#[test]
fn what_once_failed_does_not_again() {
    let kept = KEPT.lines().filter(|line| !line.starts_with('#'));
    let seeds = kept.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect::<Vec<u64>>();
    for seed in seeds {
        verdict(seed, &attempt(seed, None, Trace::default()));
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [1, 2, 3] {
        let (one, other) = (attempt(seed, None, Trace::default()), attempt(seed, None, Trace::default()));
        assert_eq!((one.print, one.events, one.checks), (other.print, other.events, other.checks), "seed {seed}");
    }
}

/// For `make soak`, and quick otherwise.
#[test]
fn soak() {
    let Some(minutes) = number("SIM_MINUTES") else { return };
    // Every soak begins somewhere else.
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let first = Chance::new(start).next() >> 16;
    println!("from seed {first}, for {minutes} minutes");
    let _ = sweep(first..u64::MAX, Some(Instant::now() + Duration::from_secs(60 * minutes)));
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// Runs these seeds on every core, until one fails or time is over.
fn sweep(seeds: std::ops::Range<u64>, until: Option<Instant>) -> BTreeMap<&'static str, u64> {
    let (next, failed) = (AtomicU64::new(seeds.start), AtomicU64::new(u64::MAX));
    let (events, checks, stop) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (begun, counts) = (Instant::now(), Mutex::new(BTreeMap::<&'static str, u64>::new()));
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) && until.is_none_or(|until| Instant::now() < until) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let report = attempt(seed, None, Trace::default());
                    events.fetch_add(report.events, Ordering::Relaxed);
                    checks.fetch_add(report.checks, Ordering::Relaxed);
                    for (what, count) in report.counts {
                        *counts.lock().unwrap().entry(what).or_default() += count;
                    }
                    if report.broken.is_some() {
                        failed.fetch_min(seed, Ordering::Relaxed);
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let count = next.load(Ordering::Relaxed).min(seeds.end) - seeds.start;
    let (events, checks) = (events.load(Ordering::Relaxed), checks.load(Ordering::Relaxed));
    println!("{count} seeds, {events} events, {checks} checks in {:.1} s", begun.elapsed().as_secs_f64());
    let counts = counts.into_inner().unwrap();
    println!("{counts:?}");
    let failed = failed.load(Ordering::Relaxed);
    if failed < u64::MAX {
        explain(failed);
    }
    counts
}

/// Runs a seed that failed once more, and again with less and less of its plan, and prints what is left.
fn explain(seed: u64) -> ! {
    let keep = shrink(seed);
    let report = attempt(seed, Some(&keep), Trace::kept());
    report.trace.iter().for_each(|line| println!("{line}"));
    let kept = keep.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    panic!(
        "\n\nseed {seed}: {}\n\nSIM_SEED={seed} cargo test -p server --test sim no_promise\nSIM_SEED={seed} SIM_KEEP={kept} cargo test -p server --test sim no_promise\n",
        report.broken.unwrap_or_default()
    );
}

fn replay(seed: u64) {
    let keep = env::var("SIM_KEEP").ok();
    let keep: Option<Vec<usize>> = keep.map(|keep| keep.split(',').filter_map(|at| at.parse().ok()).collect());
    let report = attempt(seed, keep.as_deref(), Trace::kept());
    report.trace.iter().for_each(|line| println!("{line}"));
    println!("{:?}", report.counts);
    verdict(seed, &report);
}

#[track_caller]
fn verdict(seed: u64, report: &Report) {
    if let Some(broken) = &report.broken {
        panic!("\n\nseed {seed}: {broken}\n\nSIM_SEED={seed} cargo test -p server --test sim no_promise\n");
    }
}

/// The operations that are enough for this seed to fail.
fn shrink(seed: u64) -> Vec<usize> {
    let mut keep: Vec<usize> = (0..200).collect();
    let fails = |keep: &[usize]| attempt(seed, Some(keep), Trace::default()).broken.is_some();
    let mut size = keep.len() / 2;
    let until = Instant::now() + Duration::from_secs(60);
    while size > 0 && Instant::now() < until {
        let mut at = 0;
        while at < keep.len() {
            let mut fewer = keep.clone();
            fewer.drain(at..(at + size).min(keep.len()));
            if fails(&fewer) {
                keep = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    keep
}

/// A run, and a panic in it as one more promise that was broken.
fn attempt(seed: u64, keep: Option<&[usize]>, trace: Trace) -> Report {
    let ran = catch_unwind(AssertUnwindSafe(|| run(seed, keep, trace)));
    ran.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Report { broken: Some(format!("a panic: {}", said.unwrap_or_default())), ..Report::default() }
    })
}
