//! Postgres processes that lost their roundtable.

use std::{fs, path::Path, thread, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::PostgresError;

/// How long an orderly end may take: it writes out everything that is only in memory.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ends every Postgres process that works in this cluster, and returns when none is left. Blocks.
///
/// Postgres's own interlock is a file with a process id. By now that id may be another program's, or that of a dead
/// process which nobody has buried yet, and then Postgres refuses to start. But every process of a cluster works in
/// its directory: so ask that, and remove the file once nobody does.
pub(super) fn end_those_in(cluster: &Path) -> Result<(), PostgresError> {
    let mut waited = Duration::ZERO;
    let pause = Duration::from_millis(20);
    loop {
        let left = working_in(cluster);
        let Some(&pid) = left.first() else { break };
        if waited > PATIENCE {
            return Err(PostgresError::StillRunning { pid, cluster: cluster.display().to_string() });
        }
        // Asked again each time, which does no harm. The children of a dead postmaster end by themselves.
        postmaster(cluster).filter(|pid| left.contains(pid)).inspect(|&pid| interrupt(pid));
        thread::sleep(pause);
        waited += pause;
    }
    let _ = fs::remove_file(cluster.join("postmaster.pid"));
    Ok(())
}

/// Asks for what Postgres calls a fast shutdown: finish what is being committed, roll back the rest.
pub(super) fn interrupt(pid: u32) {
    if let Ok(pid) = i32::try_from(pid) {
        // It may have ended on its own meanwhile, which is what we want.
        let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
    }
}

/// The first line of postmaster.pid.
fn postmaster(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
}

/// Process ids; the dead who are not buried work nowhere. Where there is no /proc, Postgres's interlock must do.
fn working_in(cluster: &Path) -> Vec<u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == cluster))
        .collect()
}
