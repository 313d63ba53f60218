//! Which sessions of help happened, as it was told on the day.

use shared::{ItemId, MeetingId, PersonId, PupilId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::{SchoolTransaction, known::Known};

/// One help of a plan that holds now, of one child: once for each session that was told of the day, or once.
#[derive(Clone, Debug)]
pub struct Running {
    pub meeting: MeetingId,
    pub item: ItemId,
    pub pupil: PupilId,
    pub pupil_name: String,
    pub name: String,
    pub who: String,
    pub given_when: String,
    pub place: String,
    pub minutes: Option<i64>,
    pub sessions_per_week: Option<i64>,
    /// Which session of the day it is, from 1.
    pub nth: i16,
    /// What was told of it.
    pub today: Option<Told>,
    /// In the week of the day, that day included.
    pub told_this_week: i64,
    /// Since the plan was agreed.
    pub told: i64,
    pub happened: i64,
    pub missed: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Told {
    /// None if it happened.
    pub why: Option<String>,
    pub note: String,
    pub by: String,
}

/// What is given to the children somebody answers for, with what was told of this day. Help without sessions to count
/// (a seat at the front) has nothing to tell.
pub async fn running(txn: &mut SchoolTransaction, known: &Known, day: Date) -> sqlx::Result<Vec<Running>> {
    let rows = sqlx::query!(
        // Which plans hold now is found first, so that of earlier years’ help no row is read.
        r#"with held as materialized (
             select r.id, r.meeting_id, r.pupil_id from agreed_records r
             where r.held_on <= $3
               and not exists (select from agreed_records later where later.previous_meeting_id = r.meeting_id)
               and ($1::uuid[] is null or r.pupil_id = any ($1)) and r.pupil_id <> all ($2)
           )
           select r.meeting_id as "meeting_id!", h.item_id, r.pupil_id as "pupil_id!", person.display_name, h.name, h.who,
                  h.given_when, h.place, h.minutes, h.sessions_per_week,
                  coalesce(today.nth, 1::smallint) as "nth!", today.happened as "today?", today.why as "why?", today.note as "note?",
                  teller.display_name as "teller?",
                  log.week as "week!", log.told as "told!", log.happened as "happened!", log.missed
           from held r
             join provisions h on h.record_id = r.id
             join pupils p on p.id = r.pupil_id
             join people person on person.id = p.person_id
             left join help_sessions today
               on today.meeting_id = r.meeting_id and today.item_id = h.item_id and today.held_on = $3
             left join people teller on teller.id = today.person_id
             cross join lateral (
               select count(*) filter (where date_trunc('week', held_on) = date_trunc('week', $3::date)) as week,
                      count(*) as told, count(*) filter (where s.happened) as happened,
                      array_agg(s.why order by held_on) filter (where not s.happened) as missed
               from help_sessions s where s.meeting_id = r.meeting_id and s.item_id = h.item_id
             ) log
           where coalesce(h.sessions, 0) > 0 and (p.left_on <= $4) is not true
           order by h.name, person.display_name, r.pupil_id, h.position, today.nth"#,
        known.only.as_deref(),
        &known.never,
        day,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Running {
            meeting: MeetingId(row.meeting_id),
            item: ItemId(row.item_id),
            pupil: PupilId(row.pupil_id),
            pupil_name: row.display_name,
            name: row.name,
            who: row.who,
            given_when: row.given_when,
            place: row.place,
            minutes: row.minutes,
            sessions_per_week: row.sessions_per_week,
            nth: row.nth,
            today: row.today.map(|happened| Told {
                why: row.why.filter(|_| !happened),
                note: row.note.unwrap_or_default(),
                by: row.teller.unwrap_or_default(),
            }),
            told_this_week: row.week,
            told: row.told,
            happened: row.happened,
            missed: row.missed.unwrap_or_default(),
        })
        .collect())
}

/// Help of which no session is planned: there is nothing to tell of it.
pub struct Unplanned {
    pub pupil_name: String,
    pub name: String,
    pub who: String,
}

/// Of the plans that hold on this day.
pub async fn unplanned(txn: &mut SchoolTransaction, known: &Known, day: Date) -> sqlx::Result<Vec<Unplanned>> {
    sqlx::query_as!(
        Unplanned,
        "select person.display_name as pupil_name, h.name, h.who
         from agreed_records r
           join provisions h on h.record_id = r.id and coalesce(h.sessions, 0) = 0
           join pupils p on p.id = r.pupil_id
           join people person on person.id = p.person_id
         where r.held_on <= $3
           and not exists (select from agreed_records later where later.previous_meeting_id = r.meeting_id)
           and ($1::uuid[] is null or r.pupil_id = any ($1)) and r.pupil_id <> all ($2)
           and (p.left_on <= $4) is not true
         order by h.name, person.display_name",
        known.only.as_deref(),
        &known.never,
        day,
        known.here_on
    )
    .fetch_all(txn.connection())
    .await
}

/// What was told, day by day, of one help of a plan.
#[derive(Clone, Debug)]
pub struct ToldOf {
    pub item: ItemId,
    pub name: String,
    /// The day of the plan that promised it.
    pub since: Date,
    pub told: i64,
    pub happened: i64,
    /// Why the others did not: codes of [`shared::delivery::WHY`].
    pub missed: Vec<String>,
}

/// Of each help of this plan of which anything was told.
pub async fn told(txn: &mut SchoolTransaction, plan: MeetingId) -> sqlx::Result<Vec<ToldOf>> {
    let rows = sqlx::query!(
        r#"select h.item_id, h.name, r.held_on as "since!", count(*) as "told!", count(*) filter (where s.happened) as "happened!",
                  array_agg(s.why order by s.held_on) filter (where not s.happened) as missed
           from agreed_records r
             join provisions h on h.record_id = r.id
             join help_sessions s on s.meeting_id = r.meeting_id and s.item_id = h.item_id
           where r.meeting_id = $1
           group by h.item_id, h.name, h.position, r.held_on
           order by h.position"#,
        plan.0
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ToldOf {
            item: ItemId(row.item_id),
            name: row.name,
            since: row.since,
            told: row.told,
            happened: row.happened,
            missed: row.missed.unwrap_or_default(),
        })
        .collect())
}

/// Nobody else who holds these plans goes on until this transaction ends.
pub async fn hold(txn: &mut SchoolTransaction, plans: &[MeetingId]) -> sqlx::Result<()> {
    let plans: Vec<Uuid> = plans.iter().map(|plan| plan.0).collect();
    sqlx::query!("select id from meetings where id = any ($1) order by id for no key update", &plans)
        .fetch_all(txn.connection())
        .await?;
    Ok(())
}

/// What somebody tells of one session of one child.
pub struct NewTold<'a> {
    pub meeting: MeetingId,
    pub item: ItemId,
    pub day: Date,
    /// Which of that day, from 1.
    pub nth: i16,
    /// None if it happened.
    pub why: Option<&'a str>,
    pub note: &'a str,
    pub by: PersonId,
    pub at: OffsetDateTime,
}

/// Writes it down in place of what was told of that session before.
pub async fn tell(txn: &mut SchoolTransaction, told: NewTold<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into help_sessions (school_id, meeting_id, item_id, held_on, nth, happened, why, note, person_id, told_at)
         values ($1, $2, $3, $4, $10, $5, $6, $7, $8, $9)
         on conflict (meeting_id, item_id, held_on, nth) do update
           set happened = excluded.happened, why = excluded.why, note = excluded.note,
               person_id = excluded.person_id, told_at = excluded.told_at",
        school,
        told.meeting.0,
        told.item.0,
        told.day,
        told.why.is_none(),
        told.why.unwrap_or_default(),
        told.note,
        told.by.0,
        told.at,
        told.nth
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// There was no such session after all.
pub async fn take_back(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    item: ItemId,
    day: Date,
    nth: i16,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from help_sessions where meeting_id = $1 and item_id = $2 and held_on = $3 and nth = $4",
        meeting.0,
        item.0,
        day,
        nth
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
