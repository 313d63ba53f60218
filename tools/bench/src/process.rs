//! What the kernel says of a server: processor time, memory, and how long it stood in line for its core.

use std::{
    fs,
    time::{Duration, Instant},
};

/// The kernel counts processor time in hundredths of a second.
const TICKS: f64 = 100.0;

/// A server and everything it started: its database is part of what it costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

/// A stretch of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) wall: f64,
    /// Seconds of the server itself, and of the database under it.
    pub(crate) server: f64,
    pub(crate) database: f64,
    /// Milliseconds that the server and the load were ready to run and had to wait: what else went on.
    pub(crate) server_wait: f64,
    pub(crate) load_wait: f64,
    /// Share of its core that the load needed.
    pub(crate) load: f64,
}

impl Cost {
    pub(crate) fn cpu(&self) -> f64 {
        self.server + self.database
    }
}

pub(crate) struct Meter {
    process: Process,
    at: Instant,
    before: Totals,
}

struct Totals {
    server: f64,
    database: f64,
    server_wait: f64,
    load_wait: f64,
    load: f64,
}

impl Meter {
    pub(crate) fn start(process: Process) -> Self {
        Self { process, at: Instant::now(), before: Totals::read(process) }
    }

    pub(crate) fn read(&self) -> Cost {
        let (before, now) = (&self.before, Totals::read(self.process));
        let wall = self.at.elapsed().as_secs_f64();
        Cost {
            wall,
            server: now.server - before.server,
            database: now.database - before.database,
            server_wait: now.server_wait - before.server_wait,
            load_wait: now.load_wait - before.load_wait,
            load: (now.load - before.load) / wall,
        }
    }
}

impl Totals {
    fn read(process: Process) -> Self {
        let load = std::process::id();
        Self {
            server: stat(process.0).map_or(0.0, |stat| stat.own),
            database: process.descendants().into_iter().filter_map(stat).map(|stat| stat.own + stat.ended).sum(),
            server_wait: run_queue_wait(process.0) + process.descendants().into_iter().map(run_queue_wait).sum::<f64>(),
            load_wait: run_queue_wait(load),
            load: stat(load).map_or(0.0, |stat| stat.own),
        }
    }
}

impl Process {
    pub(crate) fn is_alive(self) -> bool {
        stat(self.0).is_some_and(|stat| stat.state != 'Z')
    }

    /// Resident memory of the server itself, in kB.
    pub(crate) fn memory(self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0)
    }

    /// Waits until the server has nothing to do, or `patience` is over.
    pub(crate) async fn rest(self, patience: Duration) {
        let (start, mut before) = (Instant::now(), f64::MAX);
        while start.elapsed() < patience {
            let now = Totals::read(self);
            let spent = now.server + now.database;
            if spent - before < 0.03 && spent >= before {
                return;
            }
            before = spent;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn descendants(self) -> Vec<u32> {
        let mut found = vec![];
        for task in tasks(self.0) {
            let children = fs::read_to_string(format!("/proc/{}/task/{task}/children", self.0)).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                found.push(child);
                found.extend(Self(child).descendants());
            }
        }
        found
    }
}

struct Stat {
    state: char,
    own: f64,
    /// Of its children that have ended.
    ended: f64,
}

fn stat(pid: u32) -> Option<Stat> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything.
    let fields: Vec<_> = line.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = |i: usize| fields.get(i).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) / TICKS;
    Some(Stat { state: fields.first()?.chars().next()?, own: ticks(11) + ticks(12), ended: ticks(13) + ticks(14) })
}

fn run_queue_wait(pid: u32) -> f64 {
    let wait = |task: u32| {
        let line = fs::read_to_string(format!("/proc/{pid}/task/{task}/schedstat")).ok()?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    tasks(pid).into_iter().filter_map(wait).sum::<f64>() / 1e6
}

fn tasks(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return vec![] };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}
