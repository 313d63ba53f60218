//! Personal links: made for a place in a meeting, and shown again to whoever may hand them out.

use shared::ParticipantId;
use time::{Duration, OffsetDateTime};

use crate::{
    db::{SchoolTransaction, join_links},
    secret::{Hash, JoinKey},
};

/// Long enough to send an invitation, to meet, and to read the record after.
const LASTS: Duration = Duration::days(60);

/// Makes this participant’s link, or makes it last from now.
pub async fn keep(
    txn: &mut SchoolTransaction,
    key: &JoinKey,
    participant: ParticipantId,
    now: OffsetDateTime,
) -> sqlx::Result<()> {
    join_links::keep(txn, participant, Hash::of(&key.token(participant)), now + LASTS).await
}

/// What a person is sent.
pub fn url(base: &str, key: &JoinKey, participant: ParticipantId) -> String {
    format!("{base}/join/{}", key.token(participant))
}
