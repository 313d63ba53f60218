//! Passkeys: public keys, and whose they are.

use shared::{PersonId, SchoolId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Db, SchoolTransaction};

pub struct Kept {
    pub id: Uuid,
    pub key: serde_json::Value,
    pub name: String,
    pub created_at: OffsetDateTime,
    pub used_at: Option<OffsetDateTime>,
}

/// Whose passkey this is. Needs no school to be known.
pub async fn find(db: &Db, credential: &[u8]) -> sqlx::Result<Option<(SchoolId, PersonId)>> {
    let row = sqlx::query!(
        r#"select school_id as "school_id!", person_id as "person_id!" from passkey_find($1)"#,
        credential
    )
    .fetch_optional(db.without_school())
    .await?;
    Ok(row.map(|row| (SchoolId(row.school_id), PersonId(row.person_id))))
}

/// Keeps a new one. Whether nobody had it.
pub async fn create(
    txn: &mut SchoolTransaction,
    id: Uuid,
    person: PersonId,
    credential: &[u8],
    key: &serde_json::Value,
    name: &str,
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    let school = txn.school().0;
    let made = sqlx::query!(
        "insert into passkeys (school_id, id, person_id, credential_id, key, name, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        school,
        id,
        person.0,
        credential,
        key,
        name,
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(made.rows_affected() == 1)
}

pub async fn list(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Vec<Kept>> {
    sqlx::query_as!(
        Kept,
        "select id, key, name, created_at, used_at from passkeys where person_id = $1 order by created_at",
        person.0
    )
    .fetch_all(txn.connection())
    .await
}

/// The one with this id, and nobody else uses it until this transaction ends.
pub async fn lock(txn: &mut SchoolTransaction, person: PersonId, credential: &[u8]) -> sqlx::Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        "select id, key, name, created_at, used_at from passkeys
         where person_id = $1 and credential_id = $2 for update",
        person.0,
        credential
    )
    .fetch_optional(txn.connection())
    .await
}

pub async fn used(
    txn: &mut SchoolTransaction,
    id: Uuid,
    key: &serde_json::Value,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!("update passkeys set key = $2, used_at = $3 where id = $1", id, key, now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Whether it was theirs.
pub async fn remove(txn: &mut SchoolTransaction, person: PersonId, id: Uuid) -> sqlx::Result<bool> {
    let removed = sqlx::query!("delete from passkeys where id = $1 and person_id = $2", id, person.0)
        .execute(txn.connection())
        .await?;
    Ok(removed.rows_affected() == 1)
}
