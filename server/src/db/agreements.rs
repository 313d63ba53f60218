//! What each person answers while the meeting goes on.

use std::collections::BTreeMap;

use shared::{MeetingId, ParticipantId, record::Response};
use time::OffsetDateTime;

use super::SchoolTransaction;

#[derive(Clone, Debug)]
pub struct Answer {
    pub response: Response,
    pub comment: String,
    pub at: OffsetDateTime,
}

/// Answers, or answers differently.
pub async fn answer(txn: &mut SchoolTransaction, participant: ParticipantId, answer: &Answer) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into agreements (school_id, participant_id, response, comment, answered_at) values ($1, $2, $3, $4, $5)
         on conflict (participant_id) do update
           set response = excluded.response, comment = excluded.comment, answered_at = excluded.answered_at",
        school,
        participant.0,
        answer.response.name(),
        answer.comment,
        answer.at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Takes back what everybody answered: there is something else to answer to.
pub async fn forget(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from agreements where participant_id in (select id from participants where meeting_id = $1)",
        meeting.0
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn list(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<BTreeMap<ParticipantId, Answer>> {
    let rows = sqlx::query!(
        "select participant_id, response, comment, answered_at
         from agreements join participants seat on seat.id = participant_id
         where meeting_id = $1",
        meeting.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let response = Response::from_name(&row.response)?;
            let answer = Answer { response, comment: row.comment, at: row.answered_at };
            Some((ParticipantId(row.participant_id), answer))
        })
        .collect())
}
