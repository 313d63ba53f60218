//! Who is at the door. Only hashes of their secrets come here.

use shared::{KnockId, MeetingId, ParticipantId, SchoolId};
use time::OffsetDateTime;

use super::{Db, SchoolTransaction};
use crate::secret::Hash;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Admitted,
    Declined,
}

impl Answer {
    fn name(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Declined => "declined",
        }
    }
}

pub struct Knock {
    pub id: KnockId,
    pub meeting: MeetingId,
    /// Whose link it was, or whose place it is now.
    pub participant: Option<ParticipantId>,
    /// As they typed it.
    pub name: String,
    pub device: String,
    pub knocked_at: OffsetDateTime,
    pub seen_at: OffsetDateTime,
    pub answer: Option<Answer>,
    pub answered_at: Option<OffsetDateTime>,
}

pub struct NewKnock<'a> {
    pub id: KnockId,
    pub meeting: MeetingId,
    pub participant: Option<ParticipantId>,
    pub name: &'a str,
    pub device: &'a str,
    pub secret: Hash,
}

pub async fn create(txn: &mut SchoolTransaction, new: NewKnock<'_>, now: OffsetDateTime) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into knocks
           (school_id, id, meeting_id, participant_id, name, device, secret_hash, knocked_at, seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        school,
        new.id.0,
        new.meeting.0,
        new.participant.map(|participant| participant.0),
        new.name,
        new.device,
        new.secret.as_bytes(),
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Whose secret this is. Needs no school to be known.
pub async fn find_by_secret(db: &Db, secret: Hash) -> sqlx::Result<Option<(SchoolId, KnockId)>> {
    let row = sqlx::query!(r#"select school_id as "school_id!", id as "id!" from knock_find($1)"#, secret.as_bytes())
        .fetch_optional(db.without_school())
        .await?;
    Ok(row.map(|row| (SchoolId(row.school_id), KnockId(row.id))))
}

struct Row {
    id: uuid::Uuid,
    meeting_id: uuid::Uuid,
    participant_id: Option<uuid::Uuid>,
    name: String,
    device: String,
    knocked_at: OffsetDateTime,
    seen_at: OffsetDateTime,
    answer: Option<String>,
    answered_at: Option<OffsetDateTime>,
}

impl From<Row> for Knock {
    fn from(row: Row) -> Self {
        let answer = |name: String| if name == "admitted" { Answer::Admitted } else { Answer::Declined };
        Self {
            id: KnockId(row.id),
            meeting: MeetingId(row.meeting_id),
            participant: row.participant_id.map(ParticipantId),
            name: row.name,
            device: row.device,
            knocked_at: row.knocked_at,
            seen_at: row.seen_at,
            answer: row.answer.map(answer),
            answered_at: row.answered_at,
        }
    }
}

/// Held for this transaction: two who answer the same knock, answer one after the other.
pub async fn lock(txn: &mut SchoolTransaction, id: KnockId) -> sqlx::Result<Option<Knock>> {
    let row = sqlx::query_as!(
        Row,
        "select id, meeting_id, participant_id, name, device, knocked_at, seen_at, answer, answered_at
         from knocks where id = $1 for update",
        id.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(Knock::from))
}

pub async fn find(txn: &mut SchoolTransaction, id: KnockId) -> sqlx::Result<Option<Knock>> {
    let row = sqlx::query_as!(
        Row,
        "select id, meeting_id, participant_id, name, device, knocked_at, seen_at, answer, answered_at
         from knocks where id = $1",
        id.0
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(Knock::from))
}

/// Who waits at this door and was seen since then, first come first.
pub async fn waiting(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    since: OffsetDateTime,
) -> sqlx::Result<Vec<Knock>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, meeting_id, participant_id, name, device, knocked_at, seen_at, answer, answered_at
         from knocks where meeting_id = $1 and answer is null and seen_at >= $2 order by knocked_at, id",
        meeting.0,
        since
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(Knock::from).collect())
}

/// Still there.
pub async fn touch(txn: &mut SchoolTransaction, id: KnockId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update knocks set seen_at = $2 where id = $1", id.0, now).execute(txn.connection()).await?;
    Ok(())
}

/// Whoever was let in comes in as this participant.
pub async fn answer(
    txn: &mut SchoolTransaction,
    id: KnockId,
    answer: Answer,
    participant: Option<ParticipantId>,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update knocks set answer = $2, answered_at = $3, participant_id = coalesce($4, participant_id) where id = $1",
        id.0,
        answer.name(),
        now,
        participant.map(|participant| participant.0)
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// They came in, or went away.
pub async fn delete(txn: &mut SchoolTransaction, id: KnockId) -> sqlx::Result<()> {
    sqlx::query!("delete from knocks where id = $1", id.0).execute(txn.connection()).await?;
    Ok(())
}

/// Of who knocks with the same link again and again: only the latest but these are left.
pub async fn delete_all_but(txn: &mut SchoolTransaction, participant: ParticipantId, latest: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from knocks where participant_id = $1 and answer is null and id not in (
           select id from knocks where participant_id = $1 and answer is null order by knocked_at desc, id desc limit $2
         )",
        participant.0,
        latest
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Nobody knocks with this link any more, nor comes in by having knocked.
pub async fn delete_of(txn: &mut SchoolTransaction, participant: ParticipantId) -> sqlx::Result<()> {
    sqlx::query!("delete from knocks where participant_id = $1", participant.0).execute(txn.connection()).await?;
    Ok(())
}

/// Nobody stands at a door for so long.
pub async fn delete_old(txn: &mut SchoolTransaction, before: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("delete from knocks where seen_at < $1", before).execute(txn.connection()).await?;
    Ok(())
}
