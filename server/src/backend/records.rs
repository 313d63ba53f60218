//! Reading what was agreed.

use app::{backend::Viewer, error::AppError, view::RecordPage};
use shared::{Attendance, MeetingId, Section, Stage, access, record::AgreedRecord, rights::Tie};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Seated,
    pages::{participant, pupil},
    pupils::tie,
};
use crate::{
    clock::school_day,
    db::{self, Db, SchoolTransaction, meetings::Meeting, records::Kept},
    error::unavailable,
};

/// The record, for those who may read what was agreed. Whoever asks for one that does not exist yet
/// learns no more than whoever asks for somebody else’s.
pub(crate) async fn kept(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Kept, AppError> {
    find(db, viewer, id).await.map(|(_, kept)| kept)
}

pub(super) async fn page(db: &Db, viewer: Viewer, id: MeetingId) -> Result<RecordPage, AppError> {
    let (Reader { mut txn, meeting, can_start_next }, kept) = find(db, viewer, id).await?;
    let seats = db::participants::list(&mut txn, id).await.map_err(unavailable)?;
    let mut answers = db::agreements::list(&mut txn, id).await.map_err(unavailable)?;
    let next = db::meetings::next(&mut txn, id).await.map_err(unavailable)?;
    let record: AgreedRecord = serde_json::from_str(&kept.canonical_json).map_err(unavailable)?;
    let agreed_at = OffsetDateTime::parse(&record.agreed_at, &Rfc3339).map_err(unavailable)?;
    Ok(RecordPage {
        record,
        agreed_on: school_day(agreed_at).to_string(),
        hash: kept.sha256,
        pupil: pupil(&meeting),
        people: seats
            .into_iter()
            .filter(|seat| seat.expected != Attendance::NotInvitedOnPurpose)
            .map(|seat| {
                let answer = answers.remove(&seat.id);
                participant(seat, &[], answer)
            })
            .collect(),
        can_start_next,
        next_meeting: next,
    })
}

/// Somebody who may read a record, and the meeting it is of.
struct Reader {
    txn: SchoolTransaction,
    meeting: Meeting,
    can_start_next: bool,
}

impl Reader {
    /// By a place at the table, as far as everybody there may read; or as one of those who answer for every child.
    async fn find(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Self, AppError> {
        match Seated::find(db, viewer, id).await {
            Ok(Seated { txn, meeting, me }) if access(Section::Plan, me.role, Stage::Agreed).can_read() => {
                Ok(Self { txn, meeting, can_start_next: me.role.can_facilitate() })
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
            Tie::Leads => Ok(Self { txn, meeting, can_start_next: false }),
            _ => Err(AppError::NotFound),
        }
    }
}

async fn find(db: &Db, viewer: Viewer, id: MeetingId) -> Result<(Reader, Kept), AppError> {
    let mut reader = Reader::find(db, viewer, id).await?;
    let kept = db::records::find(&mut reader.txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    Ok((reader, kept))
}
