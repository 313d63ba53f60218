//! The histories of agreed meetings: which are due to be destroyed, and what that is in the database.

use shared::{MeetingId, Section};
use time::OffsetDateTime;

use super::{Db, SchoolTransaction};

/// Meetings of this school whose history is still there, and which were agreed before this moment; or opened again before
/// it, where nobody has agreed anew.
pub async fn due(txn: &mut SchoolTransaction, agreed_before: OffsetDateTime) -> sqlx::Result<Vec<MeetingId>> {
    let ids = sqlx::query_scalar!(
        "select id from meetings
         where coalesce(agreed_at, reopened_at) <= $1
           and (history_destroyed_at is null or history_destroyed_at < coalesce(agreed_at, reopened_at))
           and not exists (select from retention_holds held where held.pupil_id = meetings.pupil_id)
         order by coalesce(agreed_at, reopened_at)",
        agreed_before
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(ids.into_iter().map(MeetingId).collect())
}

/// Holds the meeting for this transaction, and says whether it is still due.
pub async fn lock_due(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    agreed_before: OffsetDateTime,
) -> sqlx::Result<bool> {
    let row = sqlx::query!(
        "select id from meetings
         where id = $1 and coalesce(agreed_at, reopened_at) <= $2
           and (history_destroyed_at is null or history_destroyed_at < coalesce(agreed_at, reopened_at))
           and not exists (select from retention_holds held where held.pupil_id = meetings.pupil_id)
         for update",
        meeting.0,
        agreed_before
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.is_some())
}

/// Puts this in the place of everything that was kept of a section up to `seq`.
pub async fn settle(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    section: Section,
    seq: u64,
    state: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update doc_checkpoints set seq = $3, state = $4 where meeting_id = $1 and section = $2 and seq <= $3",
        meeting.0,
        section.name(),
        seq.cast_signed(),
        state
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "delete from doc_updates where meeting_id = $1 and section = $2 and seq <= $3",
        meeting.0,
        section.name(),
        seq.cast_signed()
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Notes that it is done.
pub async fn destroyed(txn: &mut SchoolTransaction, meeting: MeetingId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update meetings set history_destroyed_at = $2 where id = $1", meeting.0, now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Writes the tables’ files anew, without what was deleted from them. Gives up rather than wait for
/// long, and while anybody else reads: what they may still see would be copied along.
pub async fn rewrite(db: &Db) -> sqlx::Result<()> {
    sqlx::query!("select rewrite_histories()").execute(db.without_school()).await?;
    Ok(())
}
