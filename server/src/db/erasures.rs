//! What is destroyed whole. The server may not delete a row of a record; these functions of the database may.

use shared::{MeetingId, PupilId};

use super::{Db, SchoolTransaction};

pub async fn is_there(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<bool> {
    let there = sqlx::query_scalar!(r#"select exists (select from pupils where id = $1) as "there!""#, pupil.0);
    there.fetch_one(txn.connection()).await
}

/// Everybody there is, to be looked for in the ledger of those who were erased.
pub async fn all_pupils(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<PupilId>> {
    let ids = sqlx::query_scalar!("select id from pupils").fetch_all(txn.connection()).await?;
    Ok(ids.into_iter().map(PupilId).collect())
}

/// A child with everything of theirs. False, if this school has none such.
pub async fn destroy_pupil(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<bool> {
    let done = sqlx::query_scalar!(r#"select destroy_pupil($1) as "done!""#, pupil.0);
    done.fetch_one(txn.connection()).await
}

/// One meeting with everything of it. False, if this school has none such.
pub async fn destroy_meeting(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<bool> {
    let done = sqlx::query_scalar!(r#"select destroy_meeting($1) as "done!""#, meeting.0);
    done.fetch_one(txn.connection()).await
}

/// Writes the files of all tables anew. Gives up rather than wait for long.
pub async fn rewrite(db: &Db) -> sqlx::Result<()> {
    sqlx::query!("select rewrite_destroyed()").execute(db.without_school()).await?;
    Ok(())
}
