//! Records that were opened again: why, and by whose word.

use shared::{MeetingId, PersonId};
use time::OffsetDateTime;

use super::SchoolTransaction;

/// One of a meeting’s records, as its readers are told of it.
pub struct Version {
    pub version: i32,
    pub agreed_at: OffsetDateTime,
    /// Why there is one after the first.
    pub reason: Option<String>,
}

/// Why a meeting was opened again, last.
pub struct Reopening {
    pub reason: String,
    /// As the place card says it.
    pub by: String,
    pub at: OffsetDateTime,
}

/// Keeps why this version is to be made.
pub async fn create(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    version: u32,
    reason: &str,
    by: PersonId,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into reopenings (school_id, meeting_id, version, reason, person_id, reopened_at)
         values ($1, $2, $3, $4, $5, $6)",
        school,
        meeting.0,
        i32::try_from(version).unwrap_or(i32::MAX),
        reason,
        by.0,
        at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Nothing, for a meeting that never was.
pub async fn newest(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Option<Reopening>> {
    sqlx::query_as!(
        Reopening,
        r#"select reason, display_name as by, reopened_at as at
           from reopenings join people on people.id = person_id
           where meeting_id = $1
           order by version desc limit 1"#,
        meeting.0
    )
    .fetch_optional(txn.connection())
    .await
}

/// All records of a meeting, the first one first.
pub async fn versions(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<Version>> {
    sqlx::query_as!(
        Version,
        "select version, agreed_at, reason from records where meeting_id = $1 order by version",
        meeting.0
    )
    .fetch_all(txn.connection())
    .await
}
