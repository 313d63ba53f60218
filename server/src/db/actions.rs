//! What was promised in meetings, as far as it is not done. Who promised it is a name as the meeting wrote it down.

use shared::{ItemId, MeetingId, PersonId, PupilId};
use time::Date;

use super::{SchoolTransaction, known::Known};

pub struct Open {
    pub meeting: MeetingId,
    pub id: ItemId,
    pub pupil: PupilId,
    pub pupil_name: String,
    pub what: String,
    pub who: String,
    pub due_on: Option<Date>,
}

/// Whose: one child’s, or those of everybody somebody works with.
#[derive(Clone, Default)]
pub struct Of {
    pub pupil: Option<PupilId>,
    /// Only children that whoever asks may read about.
    pub known: Known,
    /// Only what was due before.
    pub due_before: Option<Date>,
    pub limit: i64,
}

/// What the last meeting about each child left to do; what was not done before, it carried on. The most urgent first.
pub async fn open(txn: &mut SchoolTransaction, of: Of) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query!(
        // The last of each child first: what those before them promised is nine times as much.
        r#"with last as materialized (
             select r.id, r.meeting_id, r.pupil_id from agreed_records r
             where not exists (select from agreed_records later where later.previous_meeting_id = r.meeting_id)
               and ($1::uuid is null or r.pupil_id = $1)
               and ($2::uuid[] is null or r.pupil_id = any ($2)) and r.pupil_id <> all ($5)
           )
           select r.meeting_id as "meeting_id!", a.item_id, r.pupil_id as "pupil_id!", person.display_name, a.what, a.who,
                  a.due_on
           from last r
             join actions a on a.record_id = r.id
             join pupils p on p.id = r.pupil_id
             join people person on person.id = p.person_id
           where a.status <> 'done'
             and not exists (select from actions_done d where d.meeting_id = r.meeting_id and d.item_id = a.item_id)
             and ($3::date is null or a.due_on < $3)
             and (p.left_on <= $6) is not true
           order by a.due_on nulls last, person.display_name, a.position
           limit $4"#,
        of.pupil.map(|id| id.0),
        of.known.only.as_deref(),
        of.due_before,
        of.limit,
        &of.known.never,
        of.known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Open {
            meeting: MeetingId(row.meeting_id),
            id: ItemId(row.item_id),
            pupil: PupilId(row.pupil_id),
            pupil_name: row.display_name,
            what: row.what,
            who: row.who,
            due_on: row.due_on,
        })
        .collect())
}

/// Says whether there is such an action of this child.
pub async fn tick(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    meeting: MeetingId,
    item: ItemId,
    by: PersonId,
    on: Date,
) -> sqlx::Result<bool> {
    let school = txn.school().0;
    let known = sqlx::query_scalar!(
        r#"select exists (
             select from agreed_records r join actions a on a.record_id = r.id
             where r.pupil_id = $1 and r.meeting_id = $2 and a.item_id = $3
           ) as "known!""#,
        pupil.0,
        meeting.0,
        item.0
    )
    .fetch_one(txn.connection())
    .await?;
    if known {
        sqlx::query!(
            "insert into actions_done (school_id, meeting_id, item_id, person_id, done_on) values ($1, $2, $3, $4, $5)
             on conflict do nothing",
            school,
            meeting.0,
            item.0,
            by.0,
            on
        )
        .execute(txn.connection())
        .await?;
    }
    Ok(known)
}
