//! The thread that owns the Postgres process.
//!
//! A thread of its own, because the kernel's promise to stop a child is tied to the thread that started it: one of
//! tokio's may end at any time, and would take the database along.

use std::{
    io,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use nix::sys::{prctl, signal::Signal};
use tokio::sync::watch;

use super::processes;

/// Between two attempts to bring a dead database back.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Starting,
    Running(u32),
    Ended,
}

#[derive(Debug)]
pub(super) struct Supervisor {
    status: watch::Receiver<Status>,
    /// Whether a Postgres that ends is started again: not before it was once ready, nor once we want it to end.
    keep_running: Arc<AtomicBool>,
}

impl Supervisor {
    pub(super) fn start(mut command: Command, cluster: PathBuf) -> Self {
        let (sender, status) = watch::channel(Status::Starting);
        let keep_running = Arc::new(AtomicBool::new(false));
        let keep = Arc::clone(&keep_running);
        tie_to_this_process(&mut command);
        thread::spawn(move || {
            run_once(&mut command, &sender);
            while keep.load(Ordering::SeqCst) {
                tracing::error!("Postgres ended unexpectedly: starting it again");
                sender.send_replace(Status::Starting);
                thread::sleep(PAUSE);
                if let Err(error) = processes::end_those_in(&cluster) {
                    tracing::error!("{error}");
                } else if keep.load(Ordering::SeqCst) {
                    run_once(&mut command, &sender);
                }
            }
            sender.send_replace(Status::Ended);
        });
        Self { status, keep_running }
    }

    pub(super) fn status(&self) -> Status {
        *self.status.borrow()
    }

    pub(super) fn pid(&self) -> Option<u32> {
        match self.status() {
            Status::Running(pid) => Some(pid),
            Status::Starting | Status::Ended => None,
        }
    }

    pub(super) fn keep_running(&self) {
        self.keep_running.store(true, Ordering::SeqCst);
    }

    pub(super) async fn stop(&mut self) {
        self.keep_running.store(false, Ordering::SeqCst);
        loop {
            let status = *self.status.borrow_and_update();
            match status {
                Status::Ended => return,
                Status::Running(pid) => processes::interrupt(pid),
                Status::Starting => {}
            }
            if self.status.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.keep_running.store(false, Ordering::SeqCst);
        if let Some(pid) = self.pid() {
            processes::interrupt(pid);
        }
    }
}

fn run_once(command: &mut Command, status: &watch::Sender<Status>) {
    match command.spawn() {
        Ok(mut child) => {
            status.send_replace(Status::Running(child.id()));
            let _ = child.wait();
        }
        Err(error) => tracing::error!("Postgres could not be started: {error}"),
    }
}

/// However we end, even by `kill -9`, the kernel then asks Postgres to stop.
#[cfg(target_os = "linux")]
fn tie_to_this_process(command: &mut Command) {
    #[expect(unsafe_code, reason = "runs between fork and exec: one system call, which allocates nothing")]
    unsafe {
        command.pre_exec(|| prctl::set_pdeathsig(Signal::SIGINT).map_err(io::Error::from));
    }
}
