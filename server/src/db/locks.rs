//! Locks that live as long as a session: who may hold a meeting.

use std::time::Duration;

use shared::MeetingId;
use sqlx::PgConnection;

use super::Db;

/// A session for locks. Postgres ends it when nothing is heard of it for so long, whether or not it
/// notices that the other end is gone.
pub(crate) async fn session(db: &Db, patience: Duration) -> sqlx::Result<PgConnection> {
    let mut session = db.session().await?;
    let patience = format!("{}ms", patience.as_millis());
    sqlx::query_scalar!("select set_config('idle_session_timeout', $1, false)", patience)
        .fetch_one(&mut session)
        .await?;
    Ok(session)
}

/// Takes the lock of this meeting, if nobody holds it in a way that excludes us.
pub(crate) async fn take(session: &mut PgConnection, meeting: MeetingId, shared: bool) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select case when $2 then pg_try_advisory_lock_shared($1) else pg_try_advisory_lock($1) end as "ours!""#,
        key(meeting),
        shared
    )
    .fetch_one(session)
    .await
}

pub(crate) async fn release(session: &mut PgConnection, meeting: MeetingId, shared: bool) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select case when $2 then pg_advisory_unlock_shared($1) else pg_advisory_unlock($1) end as "ours!""#,
        key(meeting),
        shared
    )
    .fetch_one(session)
    .await
}

/// Two meetings whose keys are the same would only wait for one another.
fn key(meeting: MeetingId) -> i64 {
    let (high, low) = meeting.0.as_u64_pair();
    (high ^ low).cast_signed()
}
