//! The picture on the passport: who sees it, who chooses it, and that it goes when it is taken away.
//!
//! What must stay true: it is seen by whoever may read the passport, and chosen by whoever may change that outside a
//! meeting; a page never names a picture that its reader would not be shown.

use app::{backend::Viewer, error::AppError};
use shared::{
    PupilId,
    rights::{Matter, Tie, may_see},
};
use time::OffsetDateTime;

use super::{find, passport::may_change};
use crate::{
    audit::{Deed, Verb},
    clock::school_day,
    db::{
        self, Db, SchoolTransaction, passports,
        pictures::{self, NewPicture},
    },
    error::unavailable,
};

/// Where it is, for whoever is shown it.
pub(in crate::backend) fn address(tie: Tie, id: PupilId, is_there: bool) -> Option<String> {
    (is_there && may_see(Matter::Child, tie)).then(|| format!("/pupils/{id}/picture"))
}

/// The JPEG, if there is one.
pub(crate) async fn shown(db: &Db, viewer: Viewer, id: PupilId, now: OffsetDateTime) -> Result<Vec<u8>, AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    find(&mut txn, viewer, id, school_day(now)).await?;
    pictures::find(&mut txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)
}

/// Asked before a file is read.
pub(crate) async fn may_choose(db: &Db, viewer: Viewer, id: PupilId, now: OffsetDateTime) -> Result<(), AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    allowed(&mut txn, viewer, id, now).await
}

async fn allowed(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    id: PupilId,
    now: OffsetDateTime,
) -> Result<(), AppError> {
    let (_, tie) = find(txn, viewer, id, school_day(now)).await?;
    let open = passports::open_now(txn, id).await.map_err(unavailable)?;
    if may_change(txn, viewer, tie, open).await? { Ok(()) } else { Err(AppError::NotAllowed) }
}

/// In place of the one before, which is gone.
pub(crate) async fn choose(
    db: &Db,
    viewer: Viewer,
    id: PupilId,
    jpeg: &[u8],
    words: &str,
    now: OffsetDateTime,
) -> Result<(), AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    // Once more: a file takes its time to arrive.
    allowed(&mut txn, viewer, id, now).await?;
    let new = NewPicture { pupil: id, jpeg, words, by: viewer.person, at: now };
    pictures::put(&mut txn, new).await.map_err(unavailable)?;
    written_down(txn, Deed::new(viewer.person, Verb::PictureChosen).about(id.0), now).await
}

/// Where there is none, nothing is to be done.
pub(crate) async fn take_away(db: &Db, viewer: Viewer, id: PupilId, now: OffsetDateTime) -> Result<(), AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    allowed(&mut txn, viewer, id, now).await?;
    if !pictures::remove(&mut txn, id).await.map_err(unavailable)? {
        return Ok(());
    }
    written_down(txn, Deed::new(viewer.person, Verb::PictureTakenAway).about(id.0), now).await
}

async fn written_down(mut txn: SchoolTransaction, deed: Deed, now: OffsetDateTime) -> Result<(), AppError> {
    db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)
}
