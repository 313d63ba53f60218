//! Who did what: rows that are only ever added. The database numbers and chains them.

use shared::{MeetingId, PersonId, PupilId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::SchoolTransaction;
use crate::audit::{Deed, Verb};

/// A row, as it was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    pub number: i64,
    pub at: OffsetDateTime,
    pub actor: Option<Uuid>,
    pub verb: String,
    pub meeting: Option<Uuid>,
    pub subject: Option<Uuid>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Written with what was done, or not at all.
pub async fn add(txn: &mut SchoolTransaction, deed: Deed, at: OffsetDateTime) -> sqlx::Result<()> {
    let school = txn.school().0;
    let Deed { actor, verb, meeting, subject } = deed;
    sqlx::query!(
        "insert into audit (school_id, number, at, actor, verb, meeting_id, subject, previous, hash)
         values ($1, 0, $2, $3, $4, $5, $6, '', '')",
        school,
        at,
        actor.map(|PersonId(id)| id),
        Verb::name(verb),
        meeting.map(|MeetingId(id)| id),
        subject
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// The newest row: its number and its hash.
pub async fn newest(txn: &mut SchoolTransaction) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    let school = txn.school().0;
    let row = sqlx::query!("select number, hash from audit where school_id = $1 order by number desc limit 1", school)
        .fetch_optional(txn.connection())
        .await?;
    Ok(row.map(|row| (row.number, row.hash)))
}

/// The hash of this row, if it is there.
pub async fn hash(txn: &mut SchoolTransaction, number: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let school = txn.school().0;
    sqlx::query_scalar!("select hash from audit where school_id = $1 and number = $2", school, number)
        .fetch_optional(txn.connection())
        .await
}

/// So many rows after this number, in their order.
pub async fn after(txn: &mut SchoolTransaction, number: i64, most: i64) -> sqlx::Result<Vec<Kept>> {
    let school = txn.school().0;
    sqlx::query_as!(
        Kept,
        "select number, at, actor, verb, meeting_id as meeting, subject, previous, hash
         from audit where school_id = $1 and number > $2 order by number limit $3",
        school,
        number,
        most
    )
    .fetch_all(txn.connection())
    .await
}

/// Who changed this child’s line of the register last.
pub async fn changed_line(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Option<PersonId>> {
    let actor = sqlx::query_scalar!(
        "select actor from audit where subject = $1 and verb = 'register-changed' order by at desc limit 1",
        pupil.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(actor.flatten().map(PersonId))
}

/// Who set this person’s posts last, if anybody did: none of us, where it was whoever runs the machine.
pub async fn set_posts(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Option<Option<PersonId>>> {
    let actor = sqlx::query_scalar!(
        "select actor from audit where subject = $1 and verb = 'posts-set' order by at desc, number desc limit 1",
        person.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(actor.map(|actor| actor.map(PersonId)))
}
