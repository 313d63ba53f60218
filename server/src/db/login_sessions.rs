//! Who is signed in, on which device. Only hashes of their ids come here.

use app::backend::Viewer;
use shared::{PersonId, SchoolId};
use time::OffsetDateTime;

use super::{Db, SchoolTransaction};
use crate::secret::Hash;

pub struct LoginSession {
    pub viewer: Viewer,
    pub seen_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

/// Whose session this is. Needs no school to be known.
pub async fn find(db: &Db, id: Hash) -> sqlx::Result<Option<LoginSession>> {
    let row = sqlx::query!(
        r#"select school_id as "school_id!", person_id as "person_id!", seen_at as "seen_at!", expires_at as "expires_at!"
           from login_session_find($1)"#,
        id.as_bytes()
    )
    .fetch_optional(db.without_school())
    .await?;
    Ok(row.map(|row| LoginSession {
        viewer: Viewer { school: SchoolId(row.school_id), person: PersonId(row.person_id) },
        seen_at: row.seen_at,
        expires_at: row.expires_at,
    }))
}

/// Which of these have not ended. Needs no school to be known.
pub async fn good(db: &Db, ids: &[Hash], now: OffsetDateTime) -> sqlx::Result<Vec<Hash>> {
    let hashes: Vec<_> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
    let good = sqlx::query_scalar!(r#"select id_hash as "id_hash!" from login_sessions_good($1, $2)"#, &hashes, now)
        .fetch_all(db.without_school())
        .await?;
    Ok(good.into_iter().filter_map(|hash| Hash::from_bytes(&hash)).collect())
}

pub async fn create(
    txn: &mut SchoolTransaction,
    id: Hash,
    person: PersonId,
    device: &str,
    now: OffsetDateTime,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into login_sessions (school_id, id_hash, person_id, device, created_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $5, $6)",
        school,
        id.as_bytes(),
        person.0,
        device,
        now,
        expires_at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn touch(txn: &mut SchoolTransaction, id: Hash, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update login_sessions set seen_at = $2 where id_hash = $1", id.as_bytes(), now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

pub async fn end(txn: &mut SchoolTransaction, id: Hash) -> sqlx::Result<()> {
    sqlx::query!("delete from login_sessions where id_hash = $1", id.as_bytes()).execute(txn.connection()).await?;
    Ok(())
}

/// Ends those that have run out, so that nobody’s devices are remembered for longer than needed.
pub async fn end_expired(txn: &mut SchoolTransaction, now: OffsetDateTime) -> sqlx::Result<u64> {
    let ended =
        sqlx::query!("delete from login_sessions where expires_at <= $1", now).execute(txn.connection()).await?;
    Ok(ended.rows_affected())
}
