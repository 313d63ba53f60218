//! Rules of how long, what is due by them, what is marked, and what is held.

use std::fmt;

use shared::{MeetingId, PupilId};
use time::{Date, OffsetDateTime};

use super::SchoolTransaction;
use crate::retention::rules::{Rule, What};

/// A child’s whole file, or one meeting of theirs that was never agreed, whose time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub pupil: PupilId,
    pub meeting: Option<MeetingId>,
}

/// The same, once it is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub pupil: PupilId,
    pub meeting: Option<MeetingId>,
    pub marked_at: OffsetDateTime,
    pub destroy_at: OffsetDateTime,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meeting {
            None => write!(f, "the whole file of pupil {}", self.pupil),
            Some(meeting) => write!(f, "the draft of meeting {meeting} of pupil {}", self.pupil),
        }
    }
}

/// The school’s own rules.
pub async fn rules(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<Rule>> {
    let rows =
        sqlx::query!("select what, years, days, undo_days from retention_rules").fetch_all(txn.connection()).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let what = What::from_name(&row.what)?;
            Some(Rule { what, years: row.years, days: row.days, undo_days: row.undo_days })
        })
        .collect())
}

pub async fn set_rule(txn: &mut SchoolTransaction, rule: Rule) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into retention_rules (school_id, what, years, days, undo_days) values ($1, $2, $3, $4, $5)
         on conflict (school_id, what) do update set years = $3, days = $4, undo_days = $5",
        school,
        rule.what.name(),
        rule.years,
        rule.days,
        rule.undo_days
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Children born so long ago that nothing of theirs is to be kept, and who are not held.
pub async fn records_due(txn: &mut SchoolTransaction, today: Date, years: i32, days: i32) -> sqlx::Result<Vec<Due>> {
    let ids = sqlx::query_scalar!(
        "select id from pupils
         where born_on + make_interval(years => $2, days => $3) <= $1
           and not exists (select from retention_holds held where held.pupil_id = pupils.id)
         order by born_on",
        today.midnight(),
        years,
        days
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(ids.into_iter().map(|id| Due { pupil: PupilId(id), meeting: None }).collect())
}

/// Children with records and no date of birth.
pub async fn without_birth(txn: &mut SchoolTransaction) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from pupils
           where born_on is null and exists (select from meetings where meetings.pupil_id = pupils.id)"#
    )
    .fetch_one(txn.connection())
    .await
}

/// Meetings never agreed whose day, and whose last word, was before this moment.
pub async fn drafts_due(txn: &mut SchoolTransaction, before: OffsetDateTime) -> sqlx::Result<Vec<Due>> {
    let rows = sqlx::query!(
        "select id, pupil_id from meetings
         where stage <> 'agreed' and reopened_at is null and greatest(held_on::timestamptz, opened_at) <= $1
           and not exists (select from doc_updates where meeting_id = meetings.id and at > $1)
           and not exists (select from retention_holds held where held.pupil_id = meetings.pupil_id)
         order by held_on",
        before
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows.into_iter().map(|row| Due { pupil: PupilId(row.pupil_id), meeting: Some(MeetingId(row.id)) }).collect())
}

pub async fn meetings_of(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Vec<MeetingId>> {
    let ids = sqlx::query_scalar!("select id from meetings where pupil_id = $1", pupil.0);
    Ok(ids.fetch_all(txn.connection()).await?.into_iter().map(MeetingId).collect())
}

pub async fn marks(txn: &mut SchoolTransaction) -> sqlx::Result<Vec<Mark>> {
    let rows =
        sqlx::query!("select pupil_id, meeting_id, marked_at, destroy_at from retention_marks order by destroy_at")
            .fetch_all(txn.connection())
            .await?;
    Ok(rows
        .into_iter()
        .map(|row| Mark {
            pupil: PupilId(row.pupil_id),
            meeting: row.meeting_id.map(MeetingId),
            marked_at: row.marked_at,
            destroy_at: row.destroy_at,
        })
        .collect())
}

pub async fn mark(txn: &mut SchoolTransaction, mark: &Mark) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into retention_marks (school_id, pupil_id, meeting_id, marked_at, destroy_at)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        school,
        mark.pupil.0,
        mark.meeting.map(|meeting| meeting.0),
        mark.marked_at,
        mark.destroy_at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn unmark(txn: &mut SchoolTransaction, mark: &Mark) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from retention_marks where pupil_id = $1 and meeting_id is not distinct from $2",
        mark.pupil.0,
        mark.meeting.map(|meeting| meeting.0)
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Keeps everything of this child, and takes off what was marked.
pub async fn hold(txn: &mut SchoolTransaction, pupil: PupilId, reason: &str, now: OffsetDateTime) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("delete from retention_marks where pupil_id = $1", pupil.0).execute(txn.connection()).await?;
    sqlx::query!(
        "insert into retention_holds (school_id, pupil_id, reason, since) values ($1, $2, $3, $4)
         on conflict (pupil_id) do update set reason = $3",
        school,
        pupil.0,
        reason,
        now
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn release(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<()> {
    sqlx::query!("delete from retention_holds where pupil_id = $1", pupil.0).execute(txn.connection()).await?;
    Ok(())
}

/// Why this child’s file is held, if it is.
pub async fn held(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select reason from retention_holds where pupil_id = $1", pupil.0)
        .fetch_optional(txn.connection())
        .await
}

/// Sessions, knocks, and links with a later one, that ended before this moment. Says how many.
///
/// Somebody’s last link stays, though it ended, and so does a meeting’s code, until the meeting goes: the next is made
/// from the number of the one before, and without it a link that was taken back would be made again.
pub async fn forget_ways_in(txn: &mut SchoolTransaction, before: OffsetDateTime) -> sqlx::Result<u64> {
    let links = sqlx::query!(
        "delete from join_links old
         where least(expires_at, revoked_at) <= $1 and exists (
           select from join_links later where later.participant_id = old.participant_id and later.number > old.number
         )",
        before
    );
    let links = links.execute(txn.connection()).await?;
    let sessions = sqlx::query!("delete from login_sessions where expires_at <= $1", before);
    let sessions = sessions.execute(txn.connection()).await?;
    let knocks = sqlx::query!("delete from knocks where seen_at <= $1", before).execute(txn.connection()).await?;
    Ok([links, sessions, knocks].iter().map(|gone| gone.rows_affected()).sum())
}
