//! Reading what was agreed.

use std::collections::BTreeSet;

use app::{
    backend::Viewer,
    error::AppError,
    view::{RecordPage, Reopened, Version},
};
use shared::{
    Attendance, MeetingId, Role, Section, Stage, access,
    record::{AgreedRecord, Agreement},
    rights::{Tie, kind_that_tells_nothing, may_correct, may_know_care, part_that_tells_nothing, title_of_part},
};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Seated,
    pages::{participant, pupil, told_nothing},
    pupils::tie,
};
use crate::{
    clock::school_day,
    db::{self, Db, SchoolTransaction, meetings::Meeting, records::Kept},
    error::unavailable,
};

/// The record, for those who may read what was agreed. Whoever asks for one that does not exist yet
/// learns no more than whoever asks for somebody else’s. It is given byte for byte or not at all: who is told of no child
/// whether they are looked after reads every record on its page.
pub(crate) async fn kept(db: &Db, viewer: Viewer, id: MeetingId, version: Option<u32>) -> Result<Kept, AppError> {
    let (Reader { place, tie, .. }, kept) = find(db, viewer, id, version).await?;
    if may_know_care(place, tie) { Ok(kept) } else { Err(AppError::NotFound) }
}

/// As it is read by those who are not told whether the child is looked after.
fn that_tells_nothing(mut record: AgreedRecord) -> AgreedRecord {
    let hide = |role: &mut Role, title: &mut String| {
        (*role, *title) = (part_that_tells_nothing(*role), title_of_part(*role).to_owned());
    };
    record.meeting.kind = kind_that_tells_nothing(&record.meeting.kind);
    record.attendance.iter_mut().for_each(|seat| hide(&mut seat.role, &mut seat.title));
    record.agreements.iter_mut().for_each(|agreement| hide(&mut agreement.role, &mut agreement.title));
    record
}

/// Of this version, or of the newest.
pub(super) async fn page(
    db: &Db,
    viewer: Viewer,
    id: MeetingId,
    version: Option<u32>,
    today: Date,
) -> Result<RecordPage, AppError> {
    let (Reader { mut txn, meeting, place, tie }, kept) = find(db, viewer, id, version).await?;
    let may_know = may_know_care(place, tie);
    let as_read = |record| if may_know { record } else { that_tells_nothing(record) };
    let versions = db::reopenings::versions(&mut txn, id).await.map_err(unavailable)?;
    let reopening = if meeting.is_reopened { db::reopenings::newest(&mut txn, id).await } else { Ok(None) };
    let reopening = reopening.map_err(unavailable)?;
    let seats = db::participants::list(&mut txn, id).await.map_err(unavailable)?;
    let mut answers = db::agreements::list(&mut txn, id).await.map_err(unavailable)?;
    let next = db::meetings::next(&mut txn, id).await.map_err(unavailable)?;
    let record: AgreedRecord = serde_json::from_str(&kept.canonical_json).map_err(unavailable)?;
    let agreed_at = OffsetDateTime::parse(&record.agreed_at, &Rfc3339).map_err(unavailable)?;
    // While it is being corrected, nothing new begins with it; nor for who has left.
    let may_start_next = meeting.stage == Stage::Agreed && !db::pupils::has_left(meeting.left_on, today);
    Ok(RecordPage {
        is_of_today: record.meeting.held_on == today.to_string(),
        earlier: earlier_answers(&mut txn, id, &record, as_read).await?,
        record: as_read(record),
        agreed_on: school_day(agreed_at).to_string(),
        hash: kept.sha256,
        pupil: pupil(&meeting, tie, false),
        people: seats
            .into_iter()
            .filter(|seat| seat.expected != Attendance::NotInvitedOnPurpose)
            .map(|seat| {
                let answer = answers.remove(&seat.id);
                let person = participant(seat, &[], answer);
                if may_know { person } else { told_nothing(person) }
            })
            .collect(),
        versions: versions
            .into_iter()
            .map(|one| Version {
                version: one.version.cast_unsigned(),
                agreed_on: school_day(one.agreed_at).to_string(),
                reason: one.reason,
            })
            .collect(),
        is_at_table: place.is_some(),
        may_correct: meeting.stage == Stage::Agreed && may_correct(place, tie),
        reopened: reopening.map(|reopening| Reopened {
            reason: reopening.reason,
            by: reopening.by,
            on: school_day(reopening.at).to_string(),
            mine: place.is_some(),
        }),
        can_start_next: place.is_some_and(Role::can_facilitate) && (may_start_next || next.is_some()),
        next_meeting: next,
    })
}

/// Of those who did not answer this version, what they had answered last.
async fn earlier_answers(
    txn: &mut SchoolTransaction,
    id: MeetingId,
    record: &AgreedRecord,
    as_read: impl Fn(AgreedRecord) -> AgreedRecord,
) -> Result<Vec<(u32, Agreement)>, AppError> {
    let mut answered: BTreeSet<_> = record.agreements.iter().map(|answer| answer.person).collect();
    let mut earlier = vec![];
    for version in (1..record.version).rev() {
        let Some(kept) = db::records::find(txn, id, Some(version)).await.map_err(unavailable)? else { continue };
        let before: AgreedRecord = serde_json::from_str(&kept.canonical_json).map_err(unavailable)?;
        let again = as_read(before).agreements.into_iter().filter(|answer| answered.insert(answer.person));
        earlier.extend(again.map(|answer| (version, answer)));
    }
    Ok(earlier)
}

/// Somebody who may read a record, and the meeting it is of.
pub(super) struct Reader {
    pub(super) txn: SchoolTransaction,
    pub(super) meeting: Meeting,
    /// At its table, if they have one.
    pub(super) place: Option<Role>,
    pub(super) tie: Tie,
}

impl Reader {
    /// By a place at the table, as far as everybody there may read; or as one of those who answer for every child.
    pub(super) async fn find(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Self, AppError> {
        match Seated::past_door(db, viewer, id).await {
            Ok(Seated { mut txn, meeting, me }) if access(Section::Plan, me.role, Stage::Agreed).can_read() => {
                let tie = tie(&mut txn, viewer, meeting.pupil).await?;
                Ok(Self { txn, meeting, place: Some(me.role), tie })
            }
            Ok(_) => Err(AppError::NotFound),
            Err(AppError::NotFound) => Self::find_lead(db, viewer, id).await,
            Err(error) => Err(error),
        }
    }

    async fn find_lead(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Self, AppError> {
        let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
        let meeting = db::meetings::find(&mut txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
        match tie(&mut txn, viewer, meeting.pupil).await? {
            tie @ Tie::Leads => Ok(Self { txn, meeting, place: None, tie }),
            _ => Err(AppError::NotFound),
        }
    }
}

async fn find(db: &Db, viewer: Viewer, id: MeetingId, version: Option<u32>) -> Result<(Reader, Kept), AppError> {
    let mut reader = Reader::find(db, viewer, id).await?;
    let is_to_come = version.is_none() && !reader.meeting.for_passport;
    let none = if is_to_come { AppError::NotAgreedYet } else { AppError::NotFound };
    let kept = db::records::find(&mut reader.txn, id, version).await.map_err(unavailable)?.ok_or(none)?;
    Ok((reader, kept))
}
