//! Places that change hands: asking somebody to leave, letting them back, who runs the meeting, and who is invited.

use shared::{MeetingId, ParticipantId, Role};
use time::OffsetDateTime;

use super::SchoolTransaction;

/// Closes a place. It types for the pupil no more. Whether it was open until now.
pub async fn remove(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    id: ParticipantId,
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    let removed = sqlx::query!(
        "update participants set removed_at = $3, scribe = false
         where id = $1 and meeting_id = $2 and removed_at is null",
        id.0,
        meeting.0,
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(removed.rows_affected() == 1)
}

/// Opens a closed place again. Whether it was closed.
pub async fn let_back(txn: &mut SchoolTransaction, meeting: MeetingId, id: ParticipantId) -> sqlx::Result<bool> {
    let back = sqlx::query!(
        "update participants set removed_at = null where id = $1 and meeting_id = $2 and removed_at is not null",
        id.0,
        meeting.0
    )
    .execute(txn.connection())
    .await?;
    Ok(back.rows_affected() == 1)
}

/// Whether this person had a place here that was closed.
pub async fn was_removed(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    person: shared::PersonId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from participants where meeting_id = $1 and person_id = $2 and removed_at is not null
           ) as "removed!""#,
        meeting.0,
        person.0
    )
    .fetch_one(txn.connection())
    .await
}

/// Everybody whose place was closed.
pub async fn removed(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<ParticipantId>> {
    let ids =
        sqlx::query_scalar!("select id from participants where meeting_id = $1 and removed_at is not null", meeting.0)
            .fetch_all(txn.connection())
            .await?;
    Ok(ids.into_iter().map(ParticipantId).collect())
}

pub async fn set_role(txn: &mut SchoolTransaction, id: ParticipantId, role: Role) -> sqlx::Result<()> {
    sqlx::query!("update participants set role = $2 where id = $1", id.0, role.name())
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Whether somebody is here by the spoken code alone.
pub async fn set_by_code(txn: &mut SchoolTransaction, id: ParticipantId, by_code: bool) -> sqlx::Result<()> {
    sqlx::query!("update participants set by_code = $2 where id = $1", id.0, by_code).execute(txn.connection()).await?;
    Ok(())
}

/// The last place at the table that anybody has; none before the first.
pub async fn last_position(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select coalesce(max(position), 0) as "position!" from participants where meeting_id = $1"#,
        meeting.0
    )
    .fetch_one(txn.connection())
    .await
}
