//! Personal links. Only hashes of their tokens come here.

use shared::{ParticipantId, SchoolId};
use time::OffsetDateTime;

use super::{Db, SchoolTransaction};
use crate::secret::Hash;

/// A link that somebody holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinLink {
    pub school: SchoolId,
    pub participant: ParticipantId,
    pub expires_at: OffsetDateTime,
    pub revoked_at: Option<OffsetDateTime>,
}

impl JoinLink {
    pub fn is_good(&self, now: OffsetDateTime) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// What a token opens. Needs no school to be known.
pub async fn find(db: &Db, token: Hash) -> sqlx::Result<Option<JoinLink>> {
    let row = sqlx::query!(
        r#"select school_id as "school_id!", participant_id as "participant_id!", expires_at as "expires_at!", revoked_at
           from join_link_find($1)"#,
        token.as_bytes()
    )
    .fetch_optional(db.without_school())
    .await?;
    Ok(row.map(|row| JoinLink {
        school: SchoolId(row.school_id),
        participant: ParticipantId(row.participant_id),
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }))
}

/// The last link that was made for somebody.
#[derive(Clone, Copy, Debug)]
pub struct Newest {
    pub participant: ParticipantId,
    pub number: i32,
    pub expires_at: OffsetDateTime,
    pub revoked_at: Option<OffsetDateTime>,
}

impl Newest {
    pub fn is_good(&self, now: OffsetDateTime) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

pub async fn newest(txn: &mut SchoolTransaction, participant: ParticipantId) -> sqlx::Result<Option<Newest>> {
    Ok(newest_of(txn, &[participant]).await?.into_iter().next())
}

/// Of each of these who has one.
pub async fn newest_of(txn: &mut SchoolTransaction, participants: &[ParticipantId]) -> sqlx::Result<Vec<Newest>> {
    let ids: Vec<_> = participants.iter().map(|participant| participant.0).collect();
    let rows = sqlx::query!(
        "select distinct on (participant_id) participant_id, number, expires_at, revoked_at
         from join_links where participant_id = any ($1) order by participant_id, number desc",
        &ids
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Newest {
            participant: ParticipantId(row.participant_id),
            number: row.number,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
        .collect())
}

/// Makes the link, or makes it last longer. One that was taken back stays taken back.
pub async fn keep(
    txn: &mut SchoolTransaction,
    participant: ParticipantId,
    number: i32,
    token: Hash,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into join_links (school_id, token_hash, participant_id, number, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (token_hash) do update set expires_at = greatest(join_links.expires_at, excluded.expires_at)",
        school,
        token.as_bytes(),
        participant.0,
        number,
        expires_at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Takes back every link of this participant.
pub async fn revoke(txn: &mut SchoolTransaction, participant: ParticipantId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update join_links set revoked_at = $2 where participant_id = $1 and revoked_at is null",
        participant.0,
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
