//! Who is kept from a child, and who no longer is.

use shared::{MeetingId, ParticipantId, PersonId, PupilId};
use time::OffsetDateTime;

use super::{SchoolTransaction, register_line::Choice};

#[derive(Clone, Debug)]
pub struct Kept {
    pub person: PersonId,
    pub name: String,
    pub reason: String,
}

pub async fn list(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Kept>> {
    let rows = sqlx::query!(
        "select w.person_id, full_name, reason from withheld w join people on people.id = w.person_id
         where pupil_id = $1 order by full_name, w.person_id",
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Kept { person: PersonId(row.person_id), name: row.full_name, reason: row.reason })
        .collect())
}

/// Somebody who was let near again.
#[derive(Clone, Debug)]
pub struct Near {
    pub name: String,
    pub kept_because: String,
    pub near_because: String,
    pub at: OffsetDateTime,
}

/// The newest first. Whoever is gone has no name any more.
pub async fn let_near_before(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Near>> {
    let rows = sqlx::query!(
        r#"select coalesce(full_name, 'Somebody who is gone') as "name!", kept_because, near_because, decided_at
           from let_near left join people on people.id = person_id
           where pupil_id = $1 order by decided_at desc limit 50"#,
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Near {
            name: row.name,
            kept_because: row.kept_because,
            near_because: row.near_because,
            at: row.decided_at,
        })
        .collect())
}

/// Who might be kept from a child: whoever ever had a place at the child’s tables or holds a post, and is not kept.
pub async fn choices(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Choice>> {
    let rows = sqlx::query!(
        "select id, full_name from people
         where id <> (select person_id from pupils where id = $1)
           and not exists (select from withheld w where w.pupil_id = $1 and w.person_id = people.id)
           and (exists (select from posts where person_id = people.id) or exists (
             select from participants seat join meetings m on m.id = seat.meeting_id
             where m.pupil_id = $1 and seat.person_id = people.id
           ))
         order by full_name, id limit 500",
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| Choice { person: PersonId(row.id), name: row.full_name }).collect())
}

/// Decides that they may learn of the child again, and keeps why they might not. Whether they were kept away.
pub async fn let_near(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    person: PersonId,
    reason: &str,
    by: PersonId,
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    let school = txn.school().0;
    let let_near = sqlx::query!(
        "with past as (
           delete from withheld where pupil_id = $2 and person_id = $3 returning reason
         )
         insert into let_near (school_id, pupil_id, person_id, kept_because, near_because, decided_by, decided_at)
         select $1, $2, $3, reason, $4, $5, $6 from past",
        school,
        pupil.0,
        person.0,
        reason,
        by.0,
        now
    )
    .execute(txn.connection())
    .await?;
    // A day until which the child was shared with them is over and done with: there may be another.
    sqlx::query!(
        "delete from sharing where pupil_id = $1 and person_id = $2 and ended_at is not null",
        pupil.0,
        person.0
    )
    .execute(txn.connection())
    .await?;
    Ok(let_near.rows_affected() == 1)
}

/// A meeting of a child at which somebody has a place.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub meeting: MeetingId,
    pub seat: ParticipantId,
    pub is_agreed: bool,
    /// And is still to be agreed.
    pub is_run_by_them: bool,
}

pub async fn tables(txn: &mut SchoolTransaction, pupil: PupilId, person: PersonId) -> sqlx::Result<Vec<Table>> {
    let rows = sqlx::query!(
        r#"select m.id as meeting, seat.id as seat, m.stage = 'agreed' as "is_agreed!",
                  (m.stage <> 'agreed' and seat.role = 'facilitator' and seat.removed_at is null) as "runs!"
           from participants seat join meetings m on m.id = seat.meeting_id
           where m.pupil_id = $1 and seat.person_id = $2
           order by m.held_on desc
           for update of seat"#,
        pupil.0,
        person.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Table {
            meeting: MeetingId(row.meeting),
            seat: ParticipantId(row.seat),
            is_agreed: row.is_agreed,
            is_run_by_them: row.runs,
        })
        .collect())
}
