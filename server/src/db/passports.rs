//! Versions of a passport that were kept, and which table its newest words are at.

use shared::{MeetingId, PersonId, PupilId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::SchoolTransaction;

/// A version that somebody kept.
pub struct Kept {
    pub id: Uuid,
    /// As the place card says it.
    pub by: String,
    pub saved_at: OffsetDateTime,
    pub canonical_json: String,
}

/// The first one first.
pub async fn list(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Kept>> {
    sqlx::query_as!(
        Kept,
        r#"select p.id, display_name as by, saved_at, canonical_json
           from passports p join people on people.id = person_id
           where pupil_id = $1
           order by saved_at"#,
        pupil.0
    )
    .fetch_all(txn.connection())
    .await
}

/// A version on its way into the database.
pub struct NewVersion<'a> {
    pub id: Uuid,
    pub pupil: PupilId,
    pub by: PersonId,
    pub at: OffsetDateTime,
    pub canonical_json: &'a str,
    pub sha256: &'a str,
}

pub async fn create(txn: &mut SchoolTransaction, new: NewVersion<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into passports (school_id, id, pupil_id, person_id, saved_at, canonical_json, sha256)
         values ($1, $2, $3, $4, $5, $6, $7)",
        school,
        new.id,
        new.pupil.0,
        new.by.0,
        new.at,
        new.canonical_json,
        new.sha256
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Holds the child for this transaction, so that where the passport is written does not change meanwhile.
pub async fn lock(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<()> {
    sqlx::query!("select id from pupils where id = $1 for update", pupil.0).fetch_optional(txn.connection()).await?;
    Ok(())
}

/// A table whose passport can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    pub meeting: MeetingId,
    /// For the passport alone, and not a review.
    pub for_passport: bool,
}

/// Where the passport is written now: at the table of the passport alone, or else of the review to come. Not of a record
/// that is being corrected: its passport may be older than the newest.
pub async fn open_now(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Option<Open>> {
    let row = sqlx::query!(
        "select id, for_passport from meetings
         where pupil_id = $1 and stage <> 'agreed' and reopened_at is null
         order by for_passport desc, held_on desc limit 1",
        pupil.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(|row| Open { meeting: MeetingId(row.id), for_passport: row.for_passport }))
}

/// Whose passport is the newest of all tables: one that is open, or else the one that was agreed or kept last. A record
/// that was corrected is as old as its first version.
pub async fn newest_table(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Option<Open>> {
    if let Some(open) = open_now(txn, pupil).await? {
        return Ok(Some(open));
    }
    let row = sqlx::query!(
        "select m.id, m.for_passport from meetings m
         where m.pupil_id = $1
         order by coalesce((select min(r.agreed_at) from records r where r.meeting_id = m.id), m.agreed_at) desc nulls last,
                  m.for_passport desc, m.held_on desc, m.id desc
         limit 1",
        pupil.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(|row| Open { meeting: MeetingId(row.id), for_passport: row.for_passport }))
}
