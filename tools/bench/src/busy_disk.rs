//! Somebody else on the same disk: writes and waits for it, over and over, as a backup or a build does.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

const AT_A_TIME: usize = 16 * 1024 * 1024;

/// Writes until it is dropped.
pub(crate) struct BusyDisk {
    path: PathBuf,
    go_on: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl BusyDisk {
    pub(crate) fn start(directory: &Path) -> std::io::Result<Self> {
        let path = directory.join("busy");
        let mut file = File::create(&path)?;
        let go_on = Arc::new(AtomicBool::new(true));
        let keep = go_on.clone();
        let thread = thread::spawn(move || {
            let bytes = vec![7; AT_A_TIME];
            while keep.load(Ordering::Relaxed) {
                // A full disk ends it, and the figures are then those of a disk at rest.
                if file.set_len(0).and_then(|()| file.write_all(&bytes)).and_then(|()| file.sync_all()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { path, go_on, thread: Some(thread) })
    }
}

impl Drop for BusyDisk {
    fn drop(&mut self) {
        self.go_on.store(false, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = fs::remove_file(&self.path);
    }
}
