//! What each person answers while the meeting goes on.

use std::collections::{BTreeMap, BTreeSet};

use shared::{MeetingId, ParticipantId, Section, record::Response};
use time::OffsetDateTime;

use super::SchoolTransaction;

#[derive(Clone, Debug)]
pub struct Answer {
    pub response: Response,
    pub comment: String,
    pub at: OffsetDateTime,
}

/// What is answered to. What was prepared, and what the staff note for themselves, is nobody’s to agree to.
const ANSWERED_TO: [Section; 6] =
    [Section::Passport, Section::Assess, Section::Plan, Section::Do, Section::Review, Section::Pep];

/// Answers, or answers differently: to what the log holds now.
pub async fn answer(txn: &mut SchoolTransaction, participant: ParticipantId, answer: &Answer) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into agreements (school_id, participant_id, response, comment, answered_at, heads)
         select $1, seat.id, $3, $4, $5, coalesce(jsonb_object_agg(section, head) filter (where section = any ($6)), '{}')
         from participants seat left join doc_heads on doc_heads.meeting_id = seat.meeting_id
         where seat.id = $2
         group by seat.id
         on conflict (participant_id) do update
           set response = excluded.response, comment = excluded.comment, answered_at = excluded.answered_at,
               heads = excluded.heads",
        school,
        participant.0,
        answer.response.name(),
        answer.comment,
        answer.at,
        &answered_to()
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

fn answered_to() -> [String; ANSWERED_TO.len()] {
    ANSWERED_TO.map(|section| section.name().to_owned())
}

/// Whose answers were given before the last words of what they answer to.
pub async fn given_before_the_last_words(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
) -> sqlx::Result<BTreeSet<ParticipantId>> {
    let rows = sqlx::query_scalar!(
        "select distinct participant_id
         from agreements
           join participants seat on seat.id = participant_id
           join doc_heads on doc_heads.meeting_id = seat.meeting_id
         where seat.meeting_id = $1 and section = any ($2) and head > (heads ->> section)::bigint",
        meeting.0,
        &answered_to()
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(ParticipantId).collect())
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
