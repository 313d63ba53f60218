//! What was asked of a browser, until it answers: of a passkey, or of the school’s provider. Each is taken once.

use shared::SchoolId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Db;
use crate::secret::Hash;

/// Whose a ceremony is, nobody knows yet.
const NO_SCHOOL: SchoolId = SchoolId(Uuid::nil());

pub async fn keep(
    db: &Db,
    secret: Hash,
    kind: &str,
    asked: &serde_json::Value,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    let mut txn = db.begin(NO_SCHOOL).await?;
    sqlx::query!("delete from ceremonies where expires_at <= $1", now).execute(txn.connection()).await?;
    sqlx::query!(
        "insert into ceremonies (school_id, secret_hash, kind, asked, expires_at) values ($1, $2, $3, $4, $5)",
        NO_SCHOOL.0,
        secret.as_bytes(),
        kind,
        asked,
        expires_at
    )
    .execute(txn.connection())
    .await?;
    txn.commit().await
}

/// Takes it away. Nothing, if there is none of this kind, or it is too late.
pub async fn take(db: &Db, secret: Hash, kind: &str, now: OffsetDateTime) -> sqlx::Result<Option<serde_json::Value>> {
    let mut txn = db.begin(NO_SCHOOL).await?;
    let asked = sqlx::query_scalar!(
        "delete from ceremonies where secret_hash = $1 and kind = $2 and expires_at > $3 returning asked",
        secret.as_bytes(),
        kind,
        now
    )
    .fetch_optional(txn.connection())
    .await?;
    txn.commit().await?;
    Ok(asked)
}
