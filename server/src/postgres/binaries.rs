//! Finding the installed Postgres programs, and how they are called.

use std::{
    env,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{PostgresError, files::Directory};

/// Where Postgres programs may be: `PATH`, then where Debian keeps one directory per major version.
pub fn installed() -> Vec<PathBuf> {
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    debian.sort();
    on_path.into_iter().flatten().chain(debian.into_iter().rev().map(|(_, bin)| bin)).collect()
}

/// One installed Postgres.
#[derive(Debug)]
pub(super) struct Programs {
    directory: PathBuf,
    major: u32,
}

impl Programs {
    /// The first that can open a database made by `made_by`; where there is no database yet, the first.
    pub(super) async fn choose(
        directories: &[PathBuf],
        made_by: Option<(u32, PathBuf)>,
    ) -> Result<Self, PostgresError> {
        let mut found = Vec::new();
        for directory in directories {
            if let Some(major) = major_version(directory).await {
                found.push(Self { directory: directory.clone(), major });
            }
        }
        if found.is_empty() {
            return Err(PostgresError::NotInstalled);
        }
        let Some((made_by, cluster)) = made_by else { return Ok(found.swap_remove(0)) };
        match found.iter().position(|programs| programs.major == made_by) {
            Some(index) => Ok(found.swap_remove(index)),
            None => Err(PostgresError::OtherVersion {
                cluster: cluster.display().to_string(),
                made_by,
                found: found.iter().map(|programs| programs.major.to_string()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Makes an empty database, whole or not at all: an interrupted attempt is swept away by the next.
    pub(super) async fn create_cluster(&self, directory: &Directory, superuser: &str) -> Result<(), PostgresError> {
        let unfinished = directory.empty_unfinished_cluster()?;
        let mut command = directory.owner().command(&self.directory.join("initdb"));
        command
            .arg("--pgdata")
            .arg(&unfinished)
            .args(["--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"])
            // There is nothing to lose yet, and syncing takes five seconds. The server itself does sync.
            .arg("--no-sync")
            .stdin(Stdio::null());
        let output = tokio::process::Command::from(command)
            .output()
            .await
            .map_err(|error| PostgresError::NotCreated { reason: error.to_string() })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(PostgresError::NotCreated { reason: super::files::last_line(&said) });
        }
        directory.finish_cluster(&unfinished)
    }

    /// The command that runs the server, except for what ties it to us.
    pub(super) fn server(&self, directory: &Directory, socket: &Path) -> Result<Command, PostgresError> {
        let log = directory.open_log()?;
        let mut command = directory.owner().command(&self.directory.join("postgres"));
        command
            .arg("-D")
            .arg(directory.cluster())
            .arg("-k")
            .arg(socket)
            .args(["-c", "listen_addresses="])
            .args(["-c", "unix_socket_permissions=0700"])
            .args(["-c", "timezone=UTC", "-c", "log_timezone=UTC"])
            // Nobody looks at a list of processes for what is being asked.
            .args(["-c", "update_process_title=off"])
            // Each checkpoint makes the first change of every page after it a whole page of log.
            .args(["-c", "checkpoint_timeout=15min"])
            // Questions here are short: planning machine code for one takes longer than asking it.
            .args(["-c", "jit=off"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            // Ctrl-C reaches every process of a terminal's group: the database must outlive our own goodbye.
            .process_group(0);
        Ok(command)
    }
}

/// `None` where there is no Postgres server in this directory.
async fn major_version(directory: &Path) -> Option<u32> {
    if !directory.join("initdb").is_file() {
        return None;
    }
    let output = tokio::process::Command::new(directory.join("postgres")).arg("--version").output().await.ok()?;
    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_whitespace().nth(2)?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
