//! Personal links: made for a place in a meeting, and shown again to whoever may hand them out.

use shared::ParticipantId;
use time::{Duration, OffsetDateTime};

use crate::{
    db::{SchoolTransaction, join_links},
    secret::{Hash, JoinKey},
};

/// Long enough to send an invitation, to meet, and to read the record after.
const LASTS: Duration = Duration::days(60);

/// Makes this participant’s link, or makes the newest last from now. Returns its number.
pub async fn keep(
    txn: &mut SchoolTransaction,
    key: &JoinKey,
    participant: ParticipantId,
    now: OffsetDateTime,
) -> sqlx::Result<i32> {
    let number = join_links::newest(txn, participant).await?.map_or(0, |link| link.number);
    make(txn, key, participant, number, now).await
}

/// Another link in place of all before.
pub async fn renew(
    txn: &mut SchoolTransaction,
    key: &JoinKey,
    participant: ParticipantId,
    now: OffsetDateTime,
) -> sqlx::Result<i32> {
    let number = join_links::newest(txn, participant).await?.map_or(0, |link| link.number + 1);
    join_links::revoke(txn, participant, now).await?;
    make(txn, key, participant, number, now).await
}

async fn make(
    txn: &mut SchoolTransaction,
    key: &JoinKey,
    participant: ParticipantId,
    number: i32,
    now: OffsetDateTime,
) -> sqlx::Result<i32> {
    let token = Hash::of(&key.nth_token(participant, number));
    join_links::keep(txn, participant, number, token, now + LASTS).await?;
    Ok(number)
}

/// What a person is sent.
pub fn url(base: &str, key: &JoinKey, participant: ParticipantId, number: i32) -> String {
    format!("{base}/join/{}", key.nth_token(participant, number))
}
