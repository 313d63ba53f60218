//! Who of a child’s staff has read the passport, by their own word.

use app::{
    backend::Viewer,
    error::AppError,
    view::pupils::{PassportReader, Reading},
};
use shared::{
    MeetingId, PupilId,
    record::AgreedRecord,
    rights::{Matter, Tie, may_see},
};

use super::{find, records};
use crate::{
    audit::{Deed, Verb},
    backend::ServerBackend,
    clock::school_day,
    db::{self, SchoolTransaction, passport_reads},
    error::unavailable,
};

/// As far as it is for these eyes; none where there is no passport yet.
pub(super) async fn of(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupil: PupilId,
    tie: Tie,
    newest: Option<&AgreedRecord>,
) -> Result<Reading, AppError> {
    let Some(newest) = newest.filter(|_| may_see(Matter::Confirm, tie)) else { return Ok(Reading::default()) };
    let (meeting, version) = version_of(newest);
    let mine = passport_reads::read_at(txn, meeting, version, viewer.person).await.map_err(unavailable)?;
    let readers = if may_see(Matter::Readers, tie) {
        passport_reads::of_version(txn, pupil, meeting, version).await.map_err(unavailable)?
    } else {
        vec![]
    };
    Ok(Reading {
        version: Some((meeting, newest.version)),
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

fn version_of(record: &AgreedRecord) -> (MeetingId, i32) {
    (record.meeting.id, i32::try_from(record.version).unwrap_or(i32::MAX))
}

/// Somebody of the staff has read this version. Whether it is the newest: another one is not written down.
pub(crate) async fn confirm(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    version: (MeetingId, u32),
) -> Result<bool, AppError> {
    let now = backend.clock.now();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (_, tie) = find(&mut txn, viewer, pupil, school_day(now)).await?;
    if !may_see(Matter::Confirm, tie) {
        return Err(AppError::NotAllowed);
    }
    let newest = records(&mut txn, pupil).await?.pop();
    let Some(newest) = newest.filter(|newest| (newest.meeting.id, newest.version) == version) else {
        return Ok(false);
    };
    let (meeting, number) = version_of(&newest);
    if passport_reads::add(&mut txn, meeting, number, viewer.person, now).await.map_err(unavailable)? {
        let deed = Deed::new(viewer.person, Verb::PassportRead).in_meeting(meeting).about(pupil.0);
        db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
        txn.commit().await.map_err(unavailable)?;
    }
    Ok(true)
}
