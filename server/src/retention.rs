//! How long what is kept, by each school’s rules: what is over is marked, and destroyed some time later, unless
//! somebody says no.
//!
//! ```text
//! what      counted from                                   unless the school says otherwise
//! record    the child’s date of birth                      31 years, then marked for 30 days
//! draft     the last word in a meeting never agreed        a year, then marked for 30 days
//! history   the agreement: keystrokes, see `histories`     14 days, at once
//! way-in    the end of a link, session or knock            1 day, at once
//! ```
//!
//! A child without a date of birth is kept, and [`Deed::BirthUnknown`] says so. A *hold* on a child keeps everything of
//! theirs. Not reached from here: backups, until they are thrown away.
//!
//! What must stay true: nothing with words in it is destroyed that was not marked before, and is not still due on the
//! day; a dry run does exactly what a run does, and lets go of the transaction.

mod histories;
pub mod rules;

use std::fmt;

use shared::{MeetingId, PupilId, SchoolId};
use time::{Duration, OffsetDateTime};

pub use self::histories::destroy_due;
use self::rules::{Rule, Rules, What};
use crate::{
    audit::{self, Verb},
    db::{
        self, Db, SchoolTransaction, erasures,
        retention::{self, Due, Mark},
    },
    rooms::Rooms,
};

/// Something that was done, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    Marked(Mark),
    /// It is not due any more: somebody wrote in it again, or a rule or a date of birth has changed.
    Spared(Mark),
    Destroyed(Mark),
    /// Keystrokes of an agreed meeting.
    History(MeetingId),
    /// Links, sessions and knocks that had ended.
    WaysIn(u64),
    /// Children whose file has no end, because nobody said when they were born.
    BirthUnknown(i64),
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Marked(mark) => write!(f, "mark {mark}, to be destroyed on {}", mark.destroy_at.date()),
            Self::Spared(mark) => write!(f, "take the mark off {mark}: it is not due any more"),
            Self::Destroyed(mark) => write!(f, "destroy {mark}, marked on {}", mark.marked_at.date()),
            Self::History(meeting) => write!(f, "destroy the keystrokes of meeting {meeting}"),
            Self::WaysIn(count) => write!(f, "forget {count} links, sessions and knocks that have ended"),
            Self::BirthUnknown(count) => write!(f, "keep the files of {count} children without a date of birth"),
        }
    }
}

/// Does what the rules ask for today, in every school; keystrokes are [`destroy_due`]’s. A meeting that somebody has
/// open waits for the next time.
pub async fn run(db: &Db, rooms: &Rooms, now: OffsetDateTime, keep_history: Duration) -> sqlx::Result<Vec<Deed>> {
    let mut done = vec![];
    for school in db::schools::list(db).await? {
        let mut txn = db.begin(school).await?;
        let rules = rules::of(&mut txn, keep_history).await?;
        let is_live = |meeting| rooms.is_live(school, meeting);
        done.extend(step(&mut txn, &rules, now, is_live).await?);
        txn.commit().await?;
    }
    Ok(done)
}

/// What [`run`] and [`destroy_due`] would do now. Changes nothing.
pub async fn dry_run(db: &Db, now: OffsetDateTime, keep_history: Duration) -> sqlx::Result<Vec<(SchoolId, Vec<Deed>)>> {
    let mut all = vec![];
    for school in db::schools::list(db).await? {
        let mut txn = db.begin(school).await?;
        let rules = rules::of(&mut txn, keep_history).await?;
        let histories = db::histories::due(&mut txn, now - rules.of(What::History).time()).await?;
        let mut deeds: Vec<_> = histories.into_iter().map(Deed::History).collect();
        deeds.extend(step(&mut txn, &rules, now, |_| false).await?);
        all.push((school, deeds));
        // Dropped, it never happened.
    }
    Ok(all)
}

/// One school, in one transaction.
async fn step(
    txn: &mut SchoolTransaction,
    rules: &Rules,
    now: OffsetDateTime,
    is_live: impl Fn(MeetingId) -> bool,
) -> sqlx::Result<Vec<Deed>> {
    let (record, draft) = (rules.of(What::Record), rules.of(What::Draft));
    let mut due = retention::records_due(txn, now.date(), record.years, record.days).await?;
    let files: Vec<PupilId> = due.iter().map(|due| due.pupil).collect();
    // Where the whole file goes, its drafts go with it.
    let drafts = retention::drafts_due(txn, now - draft.time()).await?;
    due.extend(drafts.into_iter().filter(|draft| !files.contains(&draft.pupil)));

    let marks = retention::marks(txn).await?;
    let is_due = |mark: &Mark| due.iter().any(|due| due.is(mark));
    let mut done = vec![];
    for mark in marks.iter().filter(|mark| !is_due(mark)) {
        retention::unmark(txn, mark).await?;
        note(txn, Verb::Spared, mark, now).await?;
        done.push(Deed::Spared(mark.clone()));
    }
    for mark in marks.iter().filter(|mark| is_due(mark) && mark.destroy_at <= now) {
        if meetings_of(txn, mark).await?.into_iter().any(&is_live) {
            continue;
        }
        match mark.meeting {
            Some(meeting) => erasures::destroy_meeting(txn, meeting).await?,
            None => erasures::destroy_pupil(txn, mark.pupil).await?,
        };
        note(txn, Verb::Destroyed, mark, now).await?;
        done.push(Deed::Destroyed(mark.clone()));
    }
    for due in due.iter().filter(|due| !marks.iter().any(|mark| due.is(mark))) {
        let undo = if due.meeting.is_some() { draft.undo_days } else { record.undo_days };
        let mark = due.marked(now, now + Duration::days(undo.into()));
        retention::mark(txn, &mark).await?;
        note(txn, Verb::Marked, &mark, now).await?;
        done.push(Deed::Marked(mark));
    }
    let ways = retention::forget_ways_in(txn, now - rules.of(What::WayIn).time()).await?;
    done.extend((ways > 0).then_some(Deed::WaysIn(ways)));
    let unknown = retention::without_birth(txn).await?;
    done.extend((unknown > 0).then_some(Deed::BirthUnknown(unknown)));
    Ok(done)
}

async fn meetings_of(txn: &mut SchoolTransaction, mark: &Mark) -> sqlx::Result<Vec<MeetingId>> {
    match mark.meeting {
        Some(meeting) => Ok(vec![meeting]),
        None => retention::meetings_of(txn, mark.pupil).await,
    }
}

async fn note(txn: &mut SchoolTransaction, verb: Verb, mark: &Mark, now: OffsetDateTime) -> sqlx::Result<()> {
    let deed = audit::Deed { actor: None, verb, meeting: mark.meeting, subject: Some(mark.pupil.0) };
    db::audit::add(txn, deed, now).await
}

/// A school’s new rule. What it would have done at once it does not do unasked: whoever sets it says so, having read what.
pub async fn set_rule(
    db: &Db,
    school: SchoolId,
    rule: Rule,
    all_the_same: bool,
    now: OffsetDateTime,
) -> Result<(), NotDone> {
    let mut txn = db.begin(school).await?;
    retention::set_rule(&mut txn, rule).await?;
    let rules = rules::of(&mut txn, Duration::ZERO).await?;
    let deeds = step(&mut txn, &rules, now, |_| false).await?;
    // Dropped, none of it happened.
    drop(txn);
    let due = deeds.iter().filter(|deed| matches!(deed, Deed::Marked(_) | Deed::Destroyed(_))).count();
    if due > 0 && !all_the_same {
        return Err(NotDone::DueAtOnce(due, rule.undo_days));
    }
    let mut txn = db.begin(school).await?;
    retention::set_rule(&mut txn, rule).await?;
    let deed = audit::Deed { actor: None, verb: Verb::RuleSet, meeting: None, subject: None };
    db::audit::add(&mut txn, deed, now).await?;
    Ok(txn.commit().await?)
}

/// Whoever is not one of ours.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    #[error(
        "by that rule {0} files and drafts are due at once: the next run marks them, and one {1} days later destroys them. Nothing has changed. To set it all the same, say the same with --yes"
    )]
    DueAtOnce(usize, i32),
    #[error("no school here has a child with that id")]
    NoSuchPupil,
    #[error("nothing keeps this child's file: nothing has changed")]
    NotHeld,
    #[error("say why: somebody will ask, in years")]
    NoReason,
    #[error("the database did not answer")]
    Database(#[from] sqlx::Error),
}

/// Keeps everything of this child, whatever the rules say, and takes all marks off. Also how a mark is taken back.
pub async fn hold(db: &Db, pupil: PupilId, reason: &str, now: OffsetDateTime) -> Result<(), NotDone> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(NotDone::NoReason);
    }
    let mut txn = find(db, pupil).await?;
    retention::hold(&mut txn, pupil, reason, now).await?;
    let deed = audit::Deed { actor: None, verb: Verb::Held, meeting: None, subject: Some(pupil.0) };
    db::audit::add(&mut txn, deed, now).await?;
    Ok(txn.commit().await?)
}

/// The rules apply again, where they did not.
pub async fn release(db: &Db, pupil: PupilId, now: OffsetDateTime) -> Result<(), NotDone> {
    let mut txn = find(db, pupil).await?;
    if retention::held(&mut txn, pupil).await?.is_none() {
        return Err(NotDone::NotHeld);
    }
    retention::release(&mut txn, pupil).await?;
    let deed = audit::Deed { actor: None, verb: Verb::Released, meeting: None, subject: Some(pupil.0) };
    db::audit::add(&mut txn, deed, now).await?;
    Ok(txn.commit().await?)
}

/// A transaction in the school of this child.
pub async fn find(db: &Db, pupil: PupilId) -> Result<SchoolTransaction, NotDone> {
    for school in db::schools::list(db).await? {
        let mut txn = db.begin(school).await?;
        if erasures::is_there(&mut txn, pupil).await? {
            return Ok(txn);
        }
    }
    Err(NotDone::NoSuchPupil)
}

impl Due {
    fn is(&self, mark: &Mark) -> bool {
        (self.pupil, self.meeting) == (mark.pupil, mark.meeting)
    }

    fn marked(&self, now: OffsetDateTime, destroy_at: OffsetDateTime) -> Mark {
        Mark { pupil: self.pupil, meeting: self.meeting, marked_at: now, destroy_at }
    }
}
