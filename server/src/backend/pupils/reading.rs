//! Who of a child’s staff has read the passport, by their own word.

use app::{
    backend::Viewer,
    error::AppError,
    view::pupils::{PassportReader, Reading},
};
use shared::{
    PupilId,
    rights::{Matter, Tie, may_see},
};
use uuid::Uuid;

use super::{find, passport, records_and_when};
use crate::{
    audit::{Deed, Verb},
    backend::ServerBackend,
    clock::school_day,
    db::{
        self, SchoolTransaction,
        passport_reads::{self, Version},
    },
    error::unavailable,
};

/// As far as it is for these eyes; none where there is no passport yet.
pub(super) async fn of(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupil: PupilId,
    tie: Tie,
    newest: Option<&passport::Version>,
) -> Result<Reading, AppError> {
    let Some(newest) = newest.filter(|_| may_see(Matter::Confirm, tie)) else { return Ok(Reading::default()) };
    let version = newest.read;
    let mine = passport_reads::read_at(txn, version, viewer.person).await.map_err(unavailable)?;
    let readers = if may_see(Matter::Readers, tie) {
        passport_reads::of_version(txn, pupil, version).await.map_err(unavailable)?
    } else {
        vec![]
    };
    Ok(Reading {
        version: Some((newest.id, newest.number)),
        mine: mine.map(|at| school_day(at).to_string()),
        readers: readers
            .into_iter()
            .map(|reader| PassportReader {
                name: reader.name,
                read_on: reader.read_at.map(|at| school_day(at).to_string()),
            })
            .collect(),
    })
}

/// Somebody of the staff has read this version. Whether it is the newest: an older one is not written down, and one that
/// never was is not found.
pub(crate) async fn confirm(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    version: (Uuid, u32),
) -> Result<bool, AppError> {
    let now = backend.clock.now();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (_, tie) = find(&mut txn, viewer, pupil, school_day(now)).await?;
    if !may_see(Matter::Confirm, tie) {
        return Err(AppError::NotAllowed);
    }
    let (records, agreed_at) = records_and_when(&mut txn, pupil).await?;
    let mut all = passport::versions(&mut txn, pupil, &records, &agreed_at).await?;
    let is_it = |one: &passport::Version| (one.id, one.number) == version;
    if !all.iter().any(is_it) {
        return Err(AppError::NotFound);
    }
    let Some(newest) = all.pop().filter(is_it) else { return Ok(false) };
    if passport_reads::add(&mut txn, newest.read, viewer.person, now).await.map_err(unavailable)? {
        let deed = Deed::new(viewer.person, Verb::PassportRead).about(pupil.0);
        let deed = match newest.read {
            Version::Agreed(meeting, _) => deed.in_meeting(meeting),
            Version::Saved(_) => deed,
        };
        db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
        txn.commit().await.map_err(unavailable)?;
    }
    Ok(true)
}
