//! Until when a child is shared with somebody from outside the school.

use shared::{MeetingId, PersonId, PupilId, SchoolId};
use time::{Date, OffsetDateTime};

use super::{Db, SchoolTransaction};

/// Somebody from outside who has a place at a table of this child.
#[derive(Clone, Debug)]
pub struct Outsider {
    pub person: PersonId,
    pub name: String,
    pub title: String,
    /// None where nobody set a day.
    pub ends_on: Option<Date>,
    pub has_ended: bool,
}

/// Everybody with whom the child is shared, or was until a day: family and visitors, never the school’s own people.
pub async fn outsiders(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<Outsider>> {
    let rows = sqlx::query!(
        r#"select p.id, p.full_name, seat.title, s.ends_on as "ends_on?", (s.ended_at is not null) as "has_ended!"
           from (
             select distinct on (seat.person_id) seat.person_id, seat.title, seat.role
             from participants seat join meetings m on m.id = seat.meeting_id
             where m.pupil_id = $1
             order by seat.person_id, m.held_on desc, m.held_at desc
           ) seat
             join people p on p.id = seat.person_id
             left join sharing s on s.pupil_id = $1 and s.person_id = p.id
           where seat.role in ('parent', 'supporter', 'specialist', 'social-care', 'interpreter', 'observer')
             and not exists (select from posts where person_id = p.id)
             and (s.ended_at is not null
               or not exists (select from withheld w where w.pupil_id = $1 and w.person_id = p.id))
           order by p.full_name, p.id limit 200"#,
        pupil.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Outsider {
            person: PersonId(row.id),
            name: row.full_name,
            title: row.title,
            ends_on: row.ends_on,
            has_ended: row.has_ended,
        })
        .collect())
}

/// The last day, or that there is none.
pub async fn set(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    person: PersonId,
    ends_on: Option<Date>,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    match ends_on {
        None => {
            sqlx::query!("delete from sharing where pupil_id = $1 and person_id = $2", pupil.0, person.0)
                .execute(txn.connection())
                .await?;
        }
        Some(ends_on) => {
            sqlx::query!(
                "insert into sharing (school_id, pupil_id, person_id, ends_on) values ($1, $2, $3, $4)
                 on conflict (pupil_id, person_id) do update set ends_on = excluded.ends_on",
                school,
                pupil.0,
                person.0,
                ends_on
            )
            .execute(txn.connection())
            .await?;
        }
    }
    Ok(())
}

/// In which schools a day has passed. Needs none to be known.
pub async fn due_in(db: &Db, today: Date) -> sqlx::Result<Vec<SchoolId>> {
    let rows = sqlx::query_scalar!(r#"select school_id as "id!" from sharing_due_in($1)"#, today)
        .fetch_all(db.without_school())
        .await?;
    Ok(rows.into_iter().map(SchoolId).collect())
}

/// Marks those whose day has passed as over, and keeps them from the child from now on; who is kept away already stays
/// so for the reason there is. Who they are, and of which child.
pub async fn end_due(
    txn: &mut SchoolTransaction,
    today: Date,
    now: OffsetDateTime,
) -> sqlx::Result<Vec<(PupilId, PersonId)>> {
    let rows = sqlx::query!(
        "update sharing set ended_at = $2 where ended_at is null and ends_on < $1
         returning pupil_id, person_id, ends_on",
        today,
        now
    )
    .fetch_all(txn.connection())
    .await?;
    let school = txn.school().0;
    for row in &rows {
        sqlx::query!(
            "insert into withheld (school_id, pupil_id, person_id, reason)
             values ($1, $2, $3, 'The day until which this child was shared with them is over: ' || to_char($4::date, 'FMDD FMMonth YYYY') || '.')
             on conflict (pupil_id, person_id) do nothing",
            school,
            row.pupil_id,
            row.person_id,
            row.ends_on
        )
        .execute(txn.connection())
        .await?;
    }
    Ok(rows.into_iter().map(|row| (PupilId(row.pupil_id), PersonId(row.person_id))).collect())
}

/// Whether sharing this child with them has ended, and that is why they are kept away.
pub async fn is_over(txn: &mut SchoolTransaction, pupil: PupilId, person: PersonId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from sharing where pupil_id = $1 and person_id = $2 and ended_at is not null
           ) as "over!""#,
        pupil.0,
        person.0
    )
    .fetch_one(txn.connection())
    .await
}

/// The same of the child whom a meeting is about, for somebody who has a place at it.
pub async fn is_over_at(txn: &mut SchoolTransaction, meeting: MeetingId, person: PersonId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from sharing s
               join meetings m on m.pupil_id = s.pupil_id
               join participants seat on seat.meeting_id = m.id and seat.person_id = s.person_id
             where m.id = $1 and s.person_id = $2 and s.ended_at is not null
           ) as "over!""#,
        meeting.0,
        person.0
    )
    .fetch_one(txn.connection())
    .await
}
