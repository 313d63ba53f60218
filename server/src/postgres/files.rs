//! The directory of the private Postgres: who owns what in it, and who may pass.

use std::{
    fs::{self, DirBuilder, File, Permissions, TryLockError},
    io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::unistd::{User, geteuid};
use sha2::{Digest, Sha256};

use super::PostgresError;

/// Who runs Postgres: we ourselves, or the user `postgres` when we are root, whom Postgres refuses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    uid: u32,
    gid: Option<u32>,
}

impl Owner {
    pub(super) fn find() -> Result<Self, PostgresError> {
        if !geteuid().is_root() {
            return Ok(Self { uid: geteuid().as_raw(), gid: None });
        }
        match User::from_name("postgres") {
            Ok(Some(user)) => Ok(Self { uid: user.uid.as_raw(), gid: Some(user.gid.as_raw()) }),
            _ => Err(PostgresError::NoPostgresUser),
        }
    }

    /// A command run by this user, from a directory that every user may be in.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some(gid) = self.gid {
            command.uid(self.uid).gid(gid);
        }
        command
    }

    fn give(self, path: &Path) -> io::Result<()> {
        match self.gid {
            Some(gid) => chown(path, Some(self.uid), Some(gid)),
            None => Ok(()),
        }
    }

    fn may_pass(self, directory: &fs::Metadata) -> bool {
        let bit = match self.gid {
            None => return true, // whoever we are, we came through here ourselves
            Some(_) if directory.uid() == self.uid => 0o100,
            Some(gid) if directory.gid() == gid => 0o010,
            Some(_) => 0o001,
        };
        directory.mode() & bit != 0
    }
}

/// `data/postgres`, locked.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    owner: Owner,
    /// Let go by the kernel however we end.
    lock: File,
}

impl Drop for Directory {
    /// A program that is being started just now holds a copy of every open file until it runs: closing ours would not
    /// let go before it closes its own.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

impl Directory {
    pub(super) fn open(path: &Path, owner: Owner) -> Result<Self, PostgresError> {
        let unusable = unusable(path);
        fs::create_dir_all(path).map_err(&unusable)?;
        let path = path.canonicalize().map_err(&unusable)?;
        let lock =
            File::options().write(true).create(true).truncate(false).open(path.join("lock")).map_err(&unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PostgresError::InUse { path: path.display().to_string() }),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        // Others may pass through to what is theirs, but see no names.
        fs::set_permissions(&path, Permissions::from_mode(0o711)).map_err(&unusable)?;
        for ancestor in path.ancestors() {
            if !owner.may_pass(&fs::metadata(ancestor).map_err(&unusable)?) {
                return Err(PostgresError::NotSearchable { path: ancestor.display().to_string() });
            }
        }
        Ok(Self { path, owner, lock })
    }

    pub(super) fn owner(&self) -> Owner {
        self.owner
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    /// Which Postgres made the database, and where it is; `None` before the first start.
    pub(super) fn major_version(&self) -> Result<Option<(u32, PathBuf)>, PostgresError> {
        let cluster = self.cluster();
        match fs::read_to_string(cluster.join("PG_VERSION")) {
            Ok(version) => match version.trim().parse() {
                Ok(major) => Ok(Some((major, cluster))),
                Err(_) => Err(unusable(&cluster)(io::Error::other("its PG_VERSION is not a number"))),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound && !cluster.exists() => Ok(None),
            Err(error) => Err(unusable(&cluster)(error)),
        }
    }

    pub(super) fn empty_unfinished_cluster(&self) -> Result<PathBuf, PostgresError> {
        let path = self.path.join("cluster.unfinished");
        let unusable = unusable(&path);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unusable(error)),
            _ => {}
        }
        DirBuilder::new().mode(0o700).create(&path).map_err(&unusable)?;
        self.owner.give(&path).map_err(&unusable)?;
        Ok(path)
    }

    pub(super) fn finish_cluster(&self, unfinished: &Path) -> Result<(), PostgresError> {
        fs::rename(unfinished, self.cluster()).map_err(unusable(&self.cluster()))
    }

    /// A short path, because a socket's may not exceed 107 bytes; the same one at every start.
    pub(super) fn socket_directory(&self) -> Result<PathBuf, PostgresError> {
        let path = self.socket_path();
        let unusable = unusable(&path);
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => self.owner.give(&path).map_err(&unusable)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Everyone may write to /tmp: trust only a directory that nobody else could have prepared.
                let found = fs::symlink_metadata(&path).map_err(&unusable)?;
                if !found.is_dir() || found.uid() != self.owner.uid || found.mode() & 0o077 != 0 {
                    return Err(PostgresError::SocketDirectoryTaken { path: path.display().to_string() });
                }
            }
            Err(error) => return Err(unusable(error)),
        }
        Ok(path)
    }

    /// Only if Postgres left nothing in it.
    pub(super) fn remove_socket_directory(&self) {
        let _ = fs::remove_dir(self.socket_path());
    }

    fn socket_path(&self) -> PathBuf {
        let hash = Sha256::digest(self.path.as_os_str().as_encoded_bytes());
        let name: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        PathBuf::from(format!("/tmp/roundtable-{name}"))
    }

    pub(super) fn log_path(&self) -> String {
        self.path.join("postgres.log").display().to_string()
    }

    /// Begun anew by each start: it is for finding out why this one does not answer.
    pub(super) fn open_log(&self) -> Result<File, PostgresError> {
        let path = self.path.join("postgres.log");
        File::create(&path).map_err(unusable(&path))
    }

    pub(super) fn last_log_line(&self) -> String {
        last_line(&fs::read_to_string(self.log_path()).unwrap_or_default())
    }
}

/// The last line that says what went wrong, for the end of a sentence.
pub(super) fn last_line(text: &str) -> String {
    let lines = || text.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    lines()
        .find(|line| ["FATAL:", "error:", "PANIC:"].iter().any(|word| line.contains(word)))
        .or_else(|| lines().next())
        .unwrap_or("it said nothing")
        .to_owned()
}

fn unusable(path: &Path) -> impl Fn(io::Error) -> PostgresError + use<> {
    let path = path.display().to_string();
    move |error| PostgresError::Unusable { path: path.clone(), reason: error.to_string() }
}
