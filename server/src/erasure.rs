//! A child’s file destroyed because the law or the family asks for it, in a way that an older backup does not undo.
//!
//! Whom it was done to is noted in a ledger: a file beside the database, which no backup of the database holds and no
//! restoring brings back. At every start whoever stands in it is destroyed again, before anybody is answered.
//!
//! What must stay true: the ledger holds hashes of ids and nothing else of anybody; somebody is in it before the first
//! row is destroyed, so that a crash in between leaves nothing half done; whoever is held is not erased.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use shared::PupilId;
use time::OffsetDateTime;

use crate::{
    audit::{self, Verb},
    db::{self, Db, erasures},
    retention::{self, NotDone},
};

/// Who was erased here: a line for each, with a hash of their id and the day.
#[derive(Clone, Debug)]
pub struct Ledger(PathBuf);

impl Ledger {
    /// In this data directory.
    pub fn in_directory(data: &Path) -> Self {
        Self(data.join("erasures"))
    }

    fn add(&self, pupil: PupilId, now: OffsetDateTime) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.0)?;
        writeln!(file, "{} {}", hash(pupil), now.date())?;
        file.sync_all()?;
        // The name of a new file is only there for good when its directory is written too.
        self.0.parent().map_or(Ok(()), |directory| fs::File::open(directory)?.sync_all())
    }

    fn read(&self) -> io::Result<BTreeSet<String>> {
        match fs::read_to_string(&self.0) {
            Ok(lines) => Ok(lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(error) => Err(error),
        }
    }
}

/// Ids are random and long: nobody finds one from its hash, and whoever has the id of a backup’s row recognises it.
fn hash(pupil: PupilId) -> String {
    Sha256::digest(format!("erased pupil {pupil}")).iter().fold(String::new(), |mut hex, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[derive(Debug, thiserror::Error)]
pub enum NotErased {
    #[error("their file is held: {0}. Release it first: roundtable retention release")]
    Held(String),
    #[error(transparent)]
    NotDone(#[from] NotDone),
    #[error("the ledger of erasures cannot be written, so nothing was erased: {0}")]
    Ledger(#[from] io::Error),
}

impl From<sqlx::Error> for NotErased {
    fn from(error: sqlx::Error) -> Self {
        Self::NotDone(error.into())
    }
}

/// Destroys everything of this child, for good.
pub async fn erase(db: &Db, ledger: &Ledger, pupil: PupilId, now: OffsetDateTime) -> Result<(), NotErased> {
    let mut txn = retention::find(db, pupil).await?;
    if let Some(reason) = db::retention::held(&mut txn, pupil).await? {
        return Err(NotErased::Held(reason));
    }
    ledger.add(pupil, now)?;
    erasures::destroy_pupil(&mut txn, pupil).await?;
    note(&mut txn, pupil, now).await?;
    txn.commit().await?;
    Ok(())
}

/// How much there is of this child, in words.
pub async fn would_erase(db: &Db, pupil: PupilId) -> Result<String, NotErased> {
    let mut txn = retention::find(db, pupil).await?;
    let meetings = db::retention::meetings_of(&mut txn, pupil).await?.len();
    let held = db::retention::held(&mut txn, pupil).await?.map_or("", |_| ", but it is held");
    Ok(format!("the file of pupil {pupil}: {meetings} meetings, with all that was written and agreed in them{held}"))
}

/// Erases again whoever is back from an older backup. Says how many.
pub async fn again(db: &Db, ledger: &Ledger, now: OffsetDateTime) -> Result<usize, NotErased> {
    let erased = ledger.read()?;
    let mut back = 0;
    if erased.is_empty() {
        return Ok(back);
    }
    for school in db::schools::list(db).await? {
        let mut txn = db.begin(school).await?;
        for pupil in erasures::all_pupils(&mut txn).await? {
            if erased.contains(&hash(pupil)) {
                erasures::destroy_pupil(&mut txn, pupil).await?;
                note(&mut txn, pupil, now).await?;
                back += 1;
            }
        }
        txn.commit().await?;
    }
    Ok(back)
}

async fn note(txn: &mut db::SchoolTransaction, pupil: PupilId, now: OffsetDateTime) -> sqlx::Result<()> {
    let deed = audit::Deed { actor: None, verb: Verb::Erased, meeting: None, subject: Some(pupil.0) };
    db::audit::add(txn, deed, now).await
}
