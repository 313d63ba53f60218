//! How the Virtual School rated education plans. Rows are only added.

use shared::{MeetingId, PersonId, PupilId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::SchoolTransaction;

/// A rating that was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// Agreed the plan that was rated.
    pub meeting: MeetingId,
    pub met_on: Date,
    pub name: String,
    pub title: String,
    /// As [`shared::pep::Rating::name`] has it.
    pub rating: String,
    pub words: String,
    pub at: OffsetDateTime,
}

/// All of a child, the newest first.
pub async fn of_pupil(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Given>> {
    let rows = sqlx::query!(
        "select r.meeting_id, m.held_on, p.full_name, r.title, r.rating, r.words, r.rated_at
         from meetings m
           join pep_ratings r on r.meeting_id = m.id
           join people p on p.id = r.person_id
         where m.pupil_id = $1
         order by r.rated_at desc, r.id desc limit 100",
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Given {
            meeting: MeetingId(row.meeting_id),
            met_on: row.held_on,
            name: row.full_name,
            title: row.title,
            rating: row.rating,
            words: row.words,
            at: row.rated_at,
        })
        .collect())
}

/// Adds one, by somebody at the child’s table, with the job they have there.
pub async fn add(
    txn: &mut SchoolTransaction,
    id: Uuid,
    (pupil, meeting): (PupilId, MeetingId),
    person: PersonId,
    (rating, words): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into pep_ratings (school_id, id, meeting_id, person_id, title, rating, words, rated_at)
         values ($1, $2, $3, $4, coalesce((
           select seat.title from participants seat join meetings m on m.id = seat.meeting_id
           where m.pupil_id = $5 and seat.person_id = $4 order by m.held_on desc, m.held_at desc limit 1
         ), ''), $6, $7, $8)",
        school,
        id,
        meeting.0,
        person.0,
        pupil.0,
        rating,
        words,
        at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
