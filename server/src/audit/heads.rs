//! How far what was written down reached: the newest row of each school, kept in a file beside the database.
//!
//! A chain says of itself that nothing in it was changed. That rows were cut off its end, or all of them written anew, is
//! told by what is known of them elsewhere: this file, which no backup of the database holds, sealed with the
//! installation’s key.
//!
//! What must stay true: a head moves on only from a row that is still what it was; what does not fit stays as it is,
//! and is said, until whoever runs the machine accepts it (`roundtable audit accept`). The server makes the file before
//! anything was written down, and never after that: who takes it away does not begin anew unseen.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use shared::SchoolId;
use time::OffsetDateTime;

use super::{Deed, Verb, hex};
use crate::{
    audit,
    db::{self, Db},
    secret::JoinKey,
};

/// The file with the heads.
#[derive(Clone, Debug)]
pub struct Heads {
    path: PathBuf,
    key: PathBuf,
}

/// The newest row of a school, when it was looked at last.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    rows: i64,
    hash: String,
    /// The row it was first looked at. What was before is known by the chain alone.
    since: i64,
}

/// What was taken for the end of a school’s rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    school: SchoolId,
    kept: Option<Head>,
    there: Option<Head>,
    is_known: bool,
    /// There is no such school any more.
    is_gone: bool,
}

impl fmt::Display for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { school, kept, there, is_known, is_gone } = self;
        let end = |head: &Option<Head>| match head {
            Some(Head { rows, hash, .. }) => format!("row {rows}, {hash}"),
            None => "none".to_owned(),
        };
        let (known, found) = (kept.as_ref().map_or(0, |head| head.rows), there.as_ref().map_or(0, |head| head.rows));
        if *is_gone {
            write!(f, "school {school}: it is gone from the database, with all that was written down of it")?;
            write!(f, "\n  the end that was kept: {}\n  ", end(kept))?;
            return write!(
                f,
                "{known} rows are missing at the least. It is accepted, and there is no school to write it down in"
            );
        }
        write!(f, "school {school}: {found} rows")?;
        if *is_known {
            return write!(f, ", its end as was known");
        }
        write!(f, "\n  the end that was kept: {}\n  the end that is there:  {}\n  ", end(kept), end(there))?;
        match (kept, known - found) {
            (None, _) => write!(f, "nothing was kept, so nothing tells whether rows are missing")?,
            (_, missing @ 1..) => write!(f, "{missing} are missing at the least")?,
            _ => write!(f, "row {known} is another than it was")?,
        }
        write!(f, ". It is accepted, and written down as row {}", found + 1)
    }
}

/// What does not fit.
#[derive(Debug, thiserror::Error)]
pub enum Unlike {
    #[error("row {rows} of school {school} is gone or another: rows were cut off the end, or written anew. {AFTER}")]
    Gone { school: SchoolId, rows: i64 },
    #[error(
        "{0} was changed by somebody else, or the key it was sealed with is another, so it does not tell whether rows were cut off. {AFTER}"
    )]
    NotOurs(PathBuf),
    #[error(
        "there is no {0}, though rows were written down, so nothing tells whether some were cut off. Look for it where the data directory was before, or compare the newest hashes with those you kept; if it is known why it is not there (an older backup, another machine), run roundtable audit accept"
    )]
    NotKept(PathBuf),
    #[error("{0} cannot be used: {1}")]
    File(PathBuf, io::Error),
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

const AFTER: &str = "If an older backup was restored, that is why: then run roundtable audit accept";

impl Heads {
    /// In this data directory.
    pub fn in_directory(data: &Path) -> Self {
        Self { path: data.join("audit-heads"), key: data.join("join-key") }
    }

    /// Whether all that was there is there, and nothing else in its place.
    pub async fn check(&self, db: &Db) -> Result<(), Unlike> {
        match self.read()? {
            Some(heads) => {
                for (school, head) in heads {
                    is_there(db, school, &head).await?;
                }
                Ok(())
            }
            None if newest(db).await?.is_empty() => Ok(()),
            None => Err(Unlike::NotKept(self.path.clone())),
        }
    }

    /// Makes the file, if nothing was written down before.
    pub async fn begin(&self, db: &Db) -> Result<(), Unlike> {
        match self.read()? {
            Some(_) => Ok(()),
            None if newest(db).await?.is_empty() => self.write(&BTreeMap::new()).map_err(|error| self.unusable(error)),
            None => Err(Unlike::NotKept(self.path.clone())),
        }
    }

    /// Moves each on to the newest row that is there now. Of a school whose head does not fit it stays, and is said.
    pub async fn move_on(&self, db: &Db) -> Result<(), Unlike> {
        let Some(before) = self.read()? else { return self.begin(db).await };
        let (mut heads, mut wrong) = (newest(db).await?, None);
        for (school, head) in &before {
            let kept = match is_there(db, *school, head).await {
                Ok(()) => heads.get(school).map(|newest| Head { since: head.since, ..newest.clone() }),
                Err(unlike) => {
                    wrong = Some(unlike);
                    None
                }
            };
            heads.insert(*school, kept.unwrap_or_else(|| head.clone()));
        }
        if heads != before {
            self.write(&heads).map_err(|error| self.unusable(error))?;
        }
        wrong.map_or(Ok(()), Err)
    }

    /// From now on the end that is there is the one that was there. What is taken for it is said, and written down where it was not known.
    pub async fn accept(&self, db: &Db, now: OffsetDateTime) -> Result<Vec<Accepted>, Unlike> {
        let kept = match self.read() {
            Err(Unlike::NotOurs(_)) => None,
            kept => kept?,
        };
        let (mut there, mut accepted) = (newest(db).await?, vec![]);
        let schools = db::schools::list(db).await?;
        for &school in &schools {
            let kept = kept.as_ref().and_then(|kept| kept.get(&school)).cloned();
            let is_known = match &kept {
                Some(head) => match is_there(db, school, head).await {
                    Err(Unlike::Gone { .. }) => false,
                    answered => answered.map(|()| true)?,
                },
                // A school of which nothing was ever written down.
                None => !there.contains_key(&school),
            };
            let there = there.remove(&school);
            if !is_known {
                let deed = Deed { actor: None, verb: Verb::TrailAccepted, meeting: None, subject: None };
                audit::note(db, school, deed, now).await?;
            }
            accepted.push(Accepted { school, kept, there, is_known, is_gone: false });
        }
        let gone = kept.into_iter().flatten().filter(|(school, _)| !schools.contains(school));
        accepted.extend(gone.map(|(school, head)| Accepted {
            school,
            kept: Some(head),
            there: None,
            is_known: false,
            is_gone: true,
        }));
        // With the rows that were written just now; of a school whose end was known, it is known as long as it was.
        let mut heads = newest(db).await?;
        for known in accepted.iter().filter(|accepted| accepted.is_known) {
            if let Some((head, kept)) = heads.get_mut(&known.school).zip(known.kept.as_ref()) {
                head.since = kept.since;
            }
        }
        self.write(&heads).map_err(|error| self.unusable(error))?;
        Ok(accepted)
    }

    /// For each school, since which row it has been looked at from outside.
    pub fn since(&self) -> Result<BTreeMap<SchoolId, i64>, Unlike> {
        let heads = self.read()?.unwrap_or_default();
        Ok(heads.into_iter().map(|(school, head)| (school, head.since)).collect())
    }

    fn read(&self) -> Result<Option<BTreeMap<SchoolId, Head>>, Unlike> {
        let lines = match fs::read_to_string(&self.path) {
            Ok(lines) => lines,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unusable(error)),
        };
        let not_ours = || Unlike::NotOurs(self.path.clone());
        let (lines, seal) = lines.trim_end().rsplit_once('\n').ok_or_else(not_ours)?;
        if seal != self.seal(lines).map_err(|error| self.unusable(error))? {
            return Err(not_ours());
        }
        let read = |line: &str| {
            let mut words = line.split(' ');
            let school = words.next()?.parse().ok()?;
            let (rows, hash) = (words.next()?.parse().ok()?, words.next()?.to_owned());
            Some((school, Head { rows, hash, since: words.next()?.parse().ok()? }))
        };
        lines.lines().map(read).collect::<Option<_>>().map(Some).ok_or_else(not_ours)
    }

    /// Whole or not at all.
    fn write(&self, heads: &BTreeMap<SchoolId, Head>) -> io::Result<()> {
        let line = |(school, head): (&SchoolId, &Head)| format!("{school} {} {} {}", head.rows, head.hash, head.since);
        let lines = heads.iter().map(line).collect::<Vec<_>>().join("\n");
        let seal = self.seal(&lines)?;
        let next = self.path.with_extension("next");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
        writeln!(file, "{lines}\n{seal}")?;
        file.sync_all()?;
        fs::rename(next, &self.path)
    }

    fn seal(&self, lines: &str) -> io::Result<String> {
        JoinKey::load_or_make(&self.key).map(|key| hex(&key.seal(lines.as_bytes())))
    }

    fn unusable(&self, error: io::Error) -> Unlike {
        Unlike::File(self.path.clone(), error)
    }
}

/// Of each school of which anything was written down, as if it were looked at for the first time.
async fn newest(db: &Db) -> sqlx::Result<BTreeMap<SchoolId, Head>> {
    let mut heads = BTreeMap::new();
    for school in db::schools::list(db).await? {
        if let Some((rows, hash)) = db::audit::newest(&mut db.begin(school).await?).await? {
            heads.insert(school, Head { rows, hash: hex(&hash), since: rows });
        }
    }
    Ok(heads)
}

async fn is_there(db: &Db, school: SchoolId, head: &Head) -> Result<(), Unlike> {
    let hash = db::audit::hash(&mut db.begin(school).await?, head.rows).await?;
    let is_it = hash.is_some_and(|hash| hex(&hash) == head.hash);
    if is_it { Ok(()) } else { Err(Unlike::Gone { school, rows: head.rows }) }
}
