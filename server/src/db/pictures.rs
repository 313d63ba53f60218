//! The picture on a child’s passport: the newest, and no other.

use shared::{PersonId, PupilId};
use time::OffsetDateTime;

use super::SchoolTransaction;

pub struct NewPicture<'a> {
    pub pupil: PupilId,
    /// As [`crate::picture::remake`] made it.
    pub jpeg: &'a [u8],
    /// What is on it.
    pub words: &'a str,
    pub by: PersonId,
    pub at: OffsetDateTime,
}

/// In place of the one before.
pub async fn put(txn: &mut SchoolTransaction, new: NewPicture<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into pictures (school_id, pupil_id, jpeg, words, person_id, chosen_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (pupil_id) do update set jpeg = excluded.jpeg, words = excluded.words,
           person_id = excluded.person_id, chosen_at = excluded.chosen_at",
        school,
        new.pupil.0,
        new.jpeg,
        new.words,
        new.by.0,
        new.at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn find(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("select jpeg from pictures where pupil_id = $1", pupil.0).fetch_optional(txn.connection()).await
}

/// Whether there was one.
pub async fn remove(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<bool> {
    let removed = sqlx::query!("delete from pictures where pupil_id = $1", pupil.0).execute(txn.connection()).await?;
    Ok(removed.rows_affected() > 0)
}
