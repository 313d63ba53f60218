//! `make bench`: Roundtable and a peer, side by side on this machine.
//!
//! Each server has the first core to itself, its database with it; the load has the second. Both are given the same
//! bytes over the same protocol, one scenario after the other, in the same run. The peer is `@hocuspocus/server` from
//! npm as it ships, with its SQLite store. It acknowledges before it stores; Roundtable shows nothing to anybody that
//! is not committed in Postgres, and Postgres’s processor time is counted to it.
//!
//! What is meant by the words in the table:
//! - a *delivery* is one letter that reached one person who did not type it;
//! - its *delay* runs from the write into the author’s socket to the read from the other’s;
//! - *processor time* is that of the server and every process under it, user and system;
//! - *memory* is what is resident of the server process;
//! - *lost* is what others had seen, or its author was told is saved, and nobody is given after a restart.
//!
//! Nothing is measured on documents alone: in every latency run each room is read once more by somebody who comes in
//! late, as a real document, and compared with what the first person there was sent.

mod attacker;
mod attacks;
mod busy_disk;
mod client;
mod dice;
mod edit;
mod figures;
mod gathering;
mod history;
mod measure;
mod paper;
mod process;
mod scenario;
mod school;
mod table;
mod target;
mod typing;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, bail};
use clap::{Parser, ValueEnum};
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::Pid,
};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    figures::Figures,
    paper::Paper,
    scenario::{Pace, Scenario},
    target::{House, LOAD_CORE, SERVER_CORE, Target},
};

/// Texts in a room: one for each person.
const TEXTS: usize = 8;

/// Measures Roundtable beside a peer, and prints one table.
#[derive(Debug, Parser)]
struct Cli {
    /// Longer and more often: for figures to be quoted. Otherwise a few minutes.
    #[arg(long, env = "FULL", value_parser = clap::builder::FalseyValueParser::new())]
    full: bool,

    /// Only these scenarios.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Scenario>,

    /// Only Roundtable.
    #[arg(long)]
    alone: bool,

    /// How often to run everything; the table shows the middle of each figure.
    #[arg(long, default_value_t = 1)]
    times: usize,

    #[arg(long, env = "ROUNDTABLE_BIN", default_value = "target/release/roundtable")]
    roundtable: PathBuf,

    /// What `scripts/build-site.mjs` made.
    #[arg(long, env = "ROUNDTABLE_SITE", default_value = "target/site")]
    site: PathBuf,

    /// The peer, as `scripts/setup bench` installs it.
    #[arg(long, default_value = "tools/bench/hocuspocus")]
    hocuspocus: PathBuf,

    /// Only make the school, in this data directory, and print who sits where: for another load generator.
    #[arg(long)]
    school: Option<PathBuf>,

    /// Where the figures are kept as they were measured.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let apart = stay_on(LOAD_CORE).is_ok();
    if !apart {
        eprintln!("This machine has one core: the load and the server are in each other’s way.");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut terminate = signal(SignalKind::terminate())?;
        // Whatever runs is dropped with the future, and ends what it started.
        tokio::select! {
            ran = run(&cli) => ran,
            _ = tokio::signal::ctrl_c() => bail!("stopped"),
            _ = terminate.recv() => bail!("stopped"),
        }
    })
}

async fn run(cli: &Cli) -> anyhow::Result<()> {
    if let Some(data) = &cli.school {
        let paper = Paper::new(TEXTS);
        school::make(data, &vec![&paper; 300]).await?;
        println!("{}", school::describe(&paper, 300));
        return Ok(());
    }
    let pace = Pace { full: cli.full };
    let only = if cli.only.is_empty() { Scenario::value_variants() } else { &cli.only };
    let targets = if cli.alone { &Target::ALL[..1] } else { &Target::ALL };
    // Removed, with all that is in it, however this ends.
    let scratch = tempfile::tempdir()?;
    // Postgres runs as a user of its own when we are root, and must be able to pass.
    fs::set_permissions(scratch.path(), Permissions::from_mode(0o711))?;
    let house = open_house(cli, scratch.path(), pace.choose(621, 901)).await?;
    let mut measured = [Figures::default(), Figures::default()];
    let mut failed: Vec<&Scenario> = vec![];
    for time in 1..=cli.times {
        for scenario in only {
            for (target, figures) in targets.iter().zip(&mut measured) {
                let start = Instant::now();
                let ran = scenario.run(&house, *target, pace, figures).await;
                if let Err(error) = ran {
                    eprintln!("  {} FAILED in {scenario:?}: {error:#}", target.name());
                    if *target == Target::Roundtable {
                        failed.push(scenario);
                    }
                }
                eprintln!(
                    "  {scenario:?}, {}, {time} of {}: {:.0} s",
                    target.name(),
                    cli.times,
                    start.elapsed().as_secs_f64()
                );
                forget_data(&house)?;
            }
        }
    }
    let [ours, theirs] = &measured;
    let json = serde_json::json!({ "roundtable": ours.to_json(), "hocuspocus": theirs.to_json(), "full": cli.full });
    fs::write(&cli.json, serde_json::to_vec_pretty(&json)?)?;
    println!("{}", table::of(ours, theirs, cli.times));
    println!("The figures one by one: {}", cli.json.display());
    if !failed.is_empty() {
        bail!("Roundtable failed in {failed:?}: its figures are not whole");
    }
    Ok(())
}

async fn open_house(cli: &Cli, scratch: &Path, meetings: usize) -> anyhow::Result<House> {
    let absolute = |path: &Path| fs::canonicalize(path).with_context(|| format!("{} is missing", path.display()));
    let (paper, long) = (Paper::new(TEXTS), Paper::new(history::TEXTS));
    let school = scratch.join("school");
    fs::create_dir(&school)?;
    let papers: Vec<_> = (1..meetings).map(|_| &paper).chain([&long]).collect();
    eprintln!("  a school with {meetings} meetings of {} people …", school::ROLES.len());
    school::make(&school, &papers).await?;
    let servers = scratch.join("servers");
    fs::create_dir(&servers)?;
    fs::set_permissions(&servers, Permissions::from_mode(0o711))?;
    Ok(House {
        roundtable: absolute(&cli.roundtable)?,
        site: absolute(&cli.site)?,
        hocuspocus: if cli.alone { cli.hocuspocus.clone() } else { absolute(&cli.hocuspocus)? },
        school,
        scratch: servers,
        meetings,
        paper,
        long,
    })
}

/// What the servers of a scenario left behind.
fn forget_data(house: &House) -> std::io::Result<()> {
    for entry in fs::read_dir(&house.scratch)? {
        fs::remove_dir_all(entry?.path())?;
    }
    Ok(())
}

fn stay_on(core: usize) -> nix::Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    debug_assert_ne!(core, SERVER_CORE);
    sched_setaffinity(Pid::from_raw(0), &cores)
}
