//! Meetings.

use std::collections::BTreeMap;

use app::backend::Viewer;
use shared::{MeetingId, PersonId, PupilId, Role, Stage};
use time::{Date, OffsetDateTime, Time};
use uuid::Uuid;

use super::{SchoolTransaction, known::Known, pupils::link};

/// A meeting and the pupil it is about.
#[derive(Clone, Debug)]
pub struct Meeting {
    pub id: MeetingId,
    pub kind: String,
    pub cycle: i32,
    pub stage: Stage,
    pub held_on: Date,
    pub held_at: Time,
    pub minutes: i32,
    pub place: String,
    pub mode: String,
    pub ground_rules: Vec<String>,
    pub spotlight: Option<String>,
    pub opened_at: Option<OffsetDateTime>,
    /// Agreed once, and open again to be corrected.
    pub is_reopened: bool,
    /// A table for the passport alone.
    pub for_passport: bool,
    pub previous: Option<MeetingId>,
    pub school: String,
    pub pupil: PupilId,
    pub pupil_person: PersonId,
    pub pupil_name: String,
    pub pupil_full_name: String,
    pub looked_after: bool,
    /// From this day on the pupil is not at the school any more.
    pub left_on: Option<Date>,
    /// What is on the pupil’s picture, if there is one.
    pub picture: Option<String>,
    /// Of the record, once there is one.
    pub version: Option<i32>,
}

/// A line in the list of meetings.
pub struct Listed {
    pub id: MeetingId,
    pub pupil_name: String,
    pub pupil: PupilId,
    pub has_picture: bool,
    pub year_group: String,
    pub kind: String,
    pub stage: Stage,
    pub held_on: Date,
    pub held_at: Time,
    pub version: Option<i32>,
    /// Meetings about this pupil that were agreed in the same school year.
    pub held_this_year: i64,
    /// The place of whoever asks.
    pub role: Option<Role>,
}

pub struct NewMeeting<'a> {
    pub id: MeetingId,
    pub pupil: PupilId,
    pub kind: &'a str,
    pub cycle: i32,
    pub held_on: Date,
    pub held_at: Time,
    pub minutes: i32,
    pub place: &'a str,
    pub mode: &'a str,
    pub ground_rules: &'a [String],
    pub previous: Option<MeetingId>,
    /// For the passport alone, and no review.
    pub for_passport: bool,
}

pub async fn create(txn: &mut SchoolTransaction, meeting: NewMeeting<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into meetings (
           school_id, id, pupil_id, kind, cycle, stage, held_on, held_at, minutes, place, mode, ground_rules,
           previous_meeting_id, for_passport
         ) values ($1, $2, $3, $4, $5, 'preparing', $6, $7, $8, $9, $10, $11, $12, $13)",
        school,
        meeting.id.0,
        meeting.pupil.0,
        meeting.kind,
        meeting.cycle,
        meeting.held_on,
        meeting.held_at,
        meeting.minutes,
        meeting.place,
        meeting.mode,
        meeting.ground_rules,
        meeting.previous.map(|id| id.0),
        meeting.for_passport
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn find(txn: &mut SchoolTransaction, id: MeetingId) -> sqlx::Result<Option<Meeting>> {
    let row = sqlx::query!(
        r#"select m.id, m.kind, m.cycle, m.stage, m.held_on, m.held_at, m.minutes, m.place, m.mode, m.ground_rules,
                  m.spotlight, m.opened_at, m.reopened_at, m.for_passport, m.previous_meeting_id, s.name as school, p.id as pupil_id, p.person_id, p.looked_after, p.left_on,
                  pictures.words as "picture?", person.display_name, person.full_name,
                  (select max(version) from records where meeting_id = m.id) as version
           from meetings m
             join schools s using (school_id)
             join pupils p on p.id = m.pupil_id
             join people person on person.id = p.person_id
             left join pictures on pictures.pupil_id = p.id
           where m.id = $1"#,
        id.0
    )
    .fetch_optional(txn.connection())
    .await?;
    row.map(|row| {
        Ok(Meeting {
            id: MeetingId(row.id),
            kind: row.kind,
            cycle: row.cycle,
            stage: stage(&row.stage)?,
            held_on: row.held_on,
            held_at: row.held_at,
            minutes: row.minutes,
            place: row.place,
            mode: row.mode,
            ground_rules: row.ground_rules,
            spotlight: row.spotlight,
            opened_at: row.opened_at,
            is_reopened: row.reopened_at.is_some(),
            for_passport: row.for_passport,
            previous: row.previous_meeting_id.map(MeetingId),
            school: row.school,
            pupil: PupilId(row.pupil_id),
            pupil_person: PersonId(row.person_id),
            pupil_name: row.display_name,
            pupil_full_name: row.full_name,
            looked_after: row.looked_after,
            left_on: row.left_on,
            picture: row.picture,
            version: row.version,
        })
    })
    .transpose()
}

/// How many meetings this person has a place in; by a link, those of its own child.
pub struct Count {
    pub all: i64,
    pub to_come: i64,
}

pub async fn count_for(txn: &mut SchoolTransaction, viewer: Viewer) -> sqlx::Result<Count> {
    sqlx::query_as!(
        Count,
        r#"select count(*) as "all!", count(*) filter (where m.stage <> 'agreed') as "to_come!"
           from meetings m
             join participants seat on seat.meeting_id = m.id
           where seat.person_id = $1 and not m.for_passport and seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose'
             and not exists (select from withheld w where w.pupil_id = m.pupil_id and w.person_id = $1)
             and ($2::bytea is null or link_reads($2, m.pupil_id))"#,
        viewer.person.0,
        link(&viewer)
    )
    .fetch_one(txn.connection())
    .await
}

/// The meetings that were counted: those to come, the next one first, and then the others, the last one first.
pub async fn list_for(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select m.id, m.pupil_id, person.display_name, exists (select from pictures where pupil_id = p.id) as "has_picture!", p.year_group, m.kind, m.stage, m.held_on, m.held_at,
                  seat.role,
                  (select max(version) from records where meeting_id = m.id) as version,
                  -- A school year begins in September: four months on, it is a calendar year.
                  (select count(distinct other.held_on) from meetings other
                   where other.pupil_id = m.pupil_id and not other.for_passport and other.with_family
                     and date_part('year', other.held_on + interval '4 months')
                       = date_part('year', m.held_on + interval '4 months')) as "held_this_year!"
           from meetings m
             join pupils p on p.id = m.pupil_id
             join people person on person.id = p.person_id
             join participants seat on seat.meeting_id = m.id
           where seat.person_id = $1 and not m.for_passport and seat.removed_at is null and seat.attendance <> 'not_invited_on_purpose'
             and not exists (select from withheld w where w.pupil_id = m.pupil_id and w.person_id = $1)
             and ($4::bytea is null or link_reads($4, m.pupil_id))
           order by m.stage = 'agreed', case when m.stage <> 'agreed' then m.held_on end, m.held_on desc, m.held_at desc,
                    m.id
           limit $2 offset $3"#,
        viewer.person.0,
        limit,
        offset,
        link(&viewer)
    )
    .fetch_all(txn.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Listed {
                id: MeetingId(row.id),
                pupil_name: row.display_name,
                pupil: PupilId(row.pupil_id),
                has_picture: row.has_picture,
                year_group: row.year_group,
                kind: row.kind,
                stage: stage(&row.stage)?,
                held_on: row.held_on,
                held_at: row.held_at,
                version: row.version,
                held_this_year: row.held_this_year,
                role: Role::from_name(&row.role),
            })
        })
        .collect()
}

/// A meeting as one line of a child’s page.
pub struct OfPupil {
    pub id: MeetingId,
    pub held_on: Date,
    pub stage: Stage,
    /// Whether whoever asks has a place at it.
    pub mine: bool,
}

/// A child’s review meetings, newest first.
pub async fn list_of_pupil(txn: &mut SchoolTransaction, pupil: PupilId, asks: PersonId) -> sqlx::Result<Vec<OfPupil>> {
    let rows = sqlx::query!(
        r#"select id, held_on, stage,
                  exists (
                    select from participants seat
                    where seat.meeting_id = m.id and seat.person_id = $2 and seat.removed_at is null
                      and seat.attendance <> 'not_invited_on_purpose'
                      and not exists (select from withheld w where w.pupil_id = m.pupil_id and w.person_id = $2)
                  ) as "mine!"
           from meetings m
           where pupil_id = $1 and not for_passport
           order by held_on desc, held_at desc"#,
        pupil.0,
        asks.0
    )
    .fetch_all(txn.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OfPupil { id: MeetingId(row.id), held_on: row.held_on, stage: stage(&row.stage)?, mine: row.mine })
        })
        .collect()
}

/// A meeting whose day has come, and that is not agreed.
pub struct Draft {
    pub pupil: PupilId,
    pub pupil_name: String,
    pub class_name: String,
    pub has_picture: bool,
    pub held_on: Date,
    pub is_open: bool,
    /// The child is not at the school any more, and the meeting is still to be closed.
    pub has_left: bool,
    /// Who has a say and has not answered.
    pub waits_for: Vec<String>,
}

/// The oldest first; of the children that this person has a place with, or of all, also where they have left.
pub async fn list_drafts(
    txn: &mut SchoolTransaction,
    known: &Known,
    today: Date,
    limit: i64,
) -> sqlx::Result<Vec<Draft>> {
    let rows = sqlx::query!(
        r#"select m.pupil_id, child.display_name, p.class_name, exists (select from pictures where pupil_id = p.id) as "has_picture!", m.held_on, m.stage = 'meeting' as "is_open!",
                  (p.left_on <= $1) is true as "has_left!",
                  array(
                    select people.display_name
                    from participants seat
                      join people on people.id = seat.person_id
                      left join agreements on agreements.participant_id = seat.id
                    where seat.meeting_id = m.id and seat.removed_at is null and agreements.participant_id is null
                      and seat.attendance <> 'not_invited_on_purpose' and seat.role not in ('interpreter', 'observer')
                      and not exists (
                        select from withheld w where w.pupil_id = m.pupil_id and w.person_id = seat.person_id
                      )
                    order by seat.position
                  ) as "waits_for!"
           from meetings m
             join pupils p on p.id = m.pupil_id
             join people child on child.id = p.person_id
           where m.stage <> 'agreed' and not m.for_passport and m.held_on <= $1
             and ($2::uuid[] is null or m.pupil_id = any ($2)) and m.pupil_id <> all ($4)
           order by m.held_on, child.display_name
           limit $3"#,
        today,
        known.only.as_deref(),
        limit,
        &known.never
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Draft {
            pupil: PupilId(row.pupil_id),
            pupil_name: row.display_name,
            class_name: row.class_name,
            has_picture: row.has_picture,
            held_on: row.held_on,
            is_open: row.is_open,
            has_left: row.has_left,
            waits_for: row.waits_for,
        })
        .collect())
}

/// The last day each of these children was met about: that of a meeting that was agreed, or of one that is open.
pub async fn last_met(txn: &mut SchoolTransaction, pupils: &[PupilId]) -> sqlx::Result<BTreeMap<PupilId, Date>> {
    let pupils: Vec<Uuid> = pupils.iter().map(|pupil| pupil.0).collect();
    let rows = sqlx::query!(
        r#"select pupil_id,
                  max(case when stage = 'agreed' then held_on else (opened_at at time zone 'UTC')::date end) as "day!"
           from meetings
           where pupil_id = any ($1) and not for_passport and (stage = 'agreed' or opened_at is not null)
           group by pupil_id"#,
        &pupils
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (PupilId(row.pupil_id), row.day)).collect())
}

/// Those that no other follows: for each pupil the one that is next, or was last.
pub async fn list_latest(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<MeetingId>> {
    let ids = sqlx::query_scalar!(
        "select id from meetings m
         where not for_passport and not exists (select from meetings next where next.previous_meeting_id = m.id)
         order by held_on desc, held_at desc"
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(ids.into_iter().map(MeetingId).collect())
}

/// Holds the meeting for this transaction, so that two commands cannot both find it as it was, and
/// says its stage.
pub async fn lock(txn: &mut SchoolTransaction, id: MeetingId) -> sqlx::Result<Option<Stage>> {
    let name = sqlx::query_scalar!("select stage from meetings where id = $1 for update", id.0)
        .fetch_optional(txn.connection())
        .await?;
    name.map(|name| stage(&name)).transpose()
}

/// For when it is planned, and once it was agreed the day it was held on.
pub async fn day(txn: &mut SchoolTransaction, id: MeetingId) -> sqlx::Result<Option<Date>> {
    sqlx::query_scalar!("select held_on from meetings where id = $1", id.0).fetch_optional(txn.connection()).await
}

pub async fn open(txn: &mut SchoolTransaction, id: MeetingId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update meetings set stage = 'meeting', opened_at = $2 where id = $1", id.0, now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// From now on the meeting has the day it was held on, whatever day it had been planned for.
pub async fn held_on(txn: &mut SchoolTransaction, id: MeetingId, day: Date) -> sqlx::Result<()> {
    sqlx::query!("update meetings set held_on = $2 where id = $1 and held_on <> $2", id.0, day)
        .execute(txn.connection())
        .await?;
    Ok(())
}

pub async fn agree(txn: &mut SchoolTransaction, id: MeetingId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update meetings set stage = 'agreed', agreed_at = $2, reopened_at = null where id = $1", id.0, now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Opens an agreed meeting again. Its record stays what it is.
pub async fn reopen(txn: &mut SchoolTransaction, id: MeetingId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update meetings set stage = 'meeting', agreed_at = null, reopened_at = $2, spotlight = null where id = $1",
        id.0,
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn set_spotlight(txn: &mut SchoolTransaction, id: MeetingId, part: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!("update meetings set spotlight = $2 where id = $1", id.0, part).execute(txn.connection()).await?;
    Ok(())
}

/// The meeting that was made from this one’s record.
pub async fn next(txn: &mut SchoolTransaction, id: MeetingId) -> sqlx::Result<Option<MeetingId>> {
    let next = sqlx::query_scalar!("select id from meetings where previous_meeting_id = $1", id.0)
        .fetch_optional(txn.connection())
        .await?;
    Ok(next.map(MeetingId))
}

fn stage(name: &str) -> sqlx::Result<Stage> {
    Stage::from_name(name).ok_or_else(|| sqlx::Error::Decode(format!("no stage is called {name}").into()))
}
