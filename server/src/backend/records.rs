//! Reading what was agreed.

use app::{backend::Viewer, error::AppError, view::RecordPage};
use shared::{Attendance, MeetingId, Section, Stage, access};

use super::{
    Seated,
    pages::{participant, pupil},
};
use crate::{
    db::{self, Db, records::Kept},
    error::unavailable,
};

/// The record, for those who may read what was agreed. Whoever asks for one that does not exist yet
/// learns no more than whoever asks for somebody else’s.
pub(crate) async fn kept(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Kept, AppError> {
    find(db, viewer, id).await.map(|(_, kept)| kept)
}

pub(super) async fn page(db: &Db, viewer: Viewer, id: MeetingId) -> Result<RecordPage, AppError> {
    let (Seated { mut txn, meeting, me }, kept) = find(db, viewer, id).await?;
    let seats = db::participants::list(&mut txn, id).await.map_err(unavailable)?;
    let mut answers = db::agreements::list(&mut txn, id).await.map_err(unavailable)?;
    let next = db::meetings::next(&mut txn, id).await.map_err(unavailable)?;
    Ok(RecordPage {
        record: serde_json::from_str(&kept.canonical_json).map_err(unavailable)?,
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
        can_start_next: me.role.can_facilitate(),
        next_meeting: next,
    })
}

async fn find(db: &Db, viewer: Viewer, id: MeetingId) -> Result<(Seated, Kept), AppError> {
    let mut seated = Seated::find(db, viewer, id).await?;
    // The family’s copy is made of what everybody at the table may read.
    if !access(Section::Plan, seated.me.role, Stage::Agreed).can_read() {
        return Err(AppError::NotFound);
    }
    let kept = db::records::find(&mut seated.txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    Ok((seated, kept))
}
