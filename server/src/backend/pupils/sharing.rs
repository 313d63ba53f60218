//! Until when a child is shared with somebody from outside the school: set by those who answer for the child.
//!
//! What must stay true: a day ends at its end, at school; from then on nothing of the child is theirs, on pages, links
//! and open lines, and they are told so in words.

use std::collections::BTreeSet;

use app::{
    backend::Viewer,
    error::AppError,
    view::line::{Fault, Shared},
};
use shared::{MeetingId, PersonId, PupilId, SchoolId};
use time::{Date, OffsetDateTime};

use super::line::begin;
use crate::{
    audit::{Deed, Verb},
    backend::{
        ServerBackend,
        register::{NO_SUCH_DAY, OLDEST_YEARS, read_day, years},
    },
    clock::school_day,
    db::{self, Db, SchoolTransaction, kept, sharing},
    error::unavailable,
    rooms::Rooms,
};

pub(super) async fn list(txn: &mut SchoolTransaction, pupil: PupilId) -> Result<Vec<Shared>, AppError> {
    let all = sharing::outsiders(txn, pupil).await.map_err(unavailable)?;
    let shown = |outsider: sharing::Outsider| Shared {
        person: outsider.person,
        name: outsider.name,
        title: outsider.title,
        until: outsider.ends_on.map(|day| day.to_string()).unwrap_or_default(),
        has_ended: outsider.has_ended,
    };
    Ok(all.into_iter().map(shown).collect())
}

/// Sets the last day, or says what is wrong with it. Nothing means that there is none.
pub(crate) async fn set(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    person: PersonId,
    until: &str,
) -> Result<Vec<Fault>, AppError> {
    let now = backend.clock.now();
    let mut txn = begin(backend, viewer, pupil).await?;
    let all = sharing::outsiders(&mut txn, pupil).await.map_err(unavailable)?;
    let outsider = all.into_iter().find(|outsider| outsider.person == person).ok_or(AppError::NotFound)?;
    let field = format!("until_{person}");
    if outsider.has_ended {
        return Ok(vec![Fault::new(&field, "It has ended. Let them near again first, below; then set another day.")]);
    }
    let day = match read(until, school_day(now)) {
        Ok(day) => day,
        Err(what) => return Ok(vec![Fault::new(&field, what)]),
    };
    if day == outsider.ends_on {
        return Ok(vec![]);
    }
    sharing::set(&mut txn, pupil, person, day).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::SharingSet).about(person.0);
    db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(vec![])
}

fn read(until: &str, today: Date) -> Result<Option<Date>, &'static str> {
    let until = until.trim();
    if until.is_empty() {
        return Ok(None);
    }
    match read_day(until) {
        None => Err(NO_SUCH_DAY),
        Some(day) if day < today => Err("That day is over. To end it now, keep them away, below."),
        Some(day) if day > years(today, OLDEST_YEARS) => {
            Err("That is more than 26 years away: nobody is at a school for so long. Look at the year.")
        }
        Some(day) => Ok(Some(day)),
    }
}

/// Ends what ended with yesterday, in every school, and has open meetings look again who may be in them. How many.
pub async fn end_due(db: &Db, rooms: &Rooms, now: OffsetDateTime) -> sqlx::Result<usize> {
    let mut count = 0;
    for school in sharing::due_in(db, school_day(now)).await? {
        count += end_due_in(db, rooms, school, now).await?;
    }
    Ok(count)
}

async fn end_due_in(db: &Db, rooms: &Rooms, school: SchoolId, now: OffsetDateTime) -> sqlx::Result<usize> {
    let mut txn = db.begin(school).await?;
    let ended = sharing::end_due(&mut txn, school_day(now), now).await?;
    let mut tables: BTreeSet<MeetingId> = BTreeSet::new();
    for (pupil, person) in &ended {
        let theirs = kept::tables(&mut txn, *pupil, *person).await?;
        let open = theirs.iter().filter(|table| !table.is_agreed || rooms.is_live(school, table.meeting));
        tables.extend(open.map(|table| table.meeting));
        let deed = Deed { actor: None, verb: Verb::SharingEnded, meeting: None, subject: Some(person.0) };
        db::audit::add(&mut txn, deed, now).await?;
    }
    txn.commit().await?;
    for meeting in tables {
        if let Err(error) = rooms.open(school, meeting).participants_changed().await {
            tracing::warn!(%error, "a room was not told who may be in it");
        }
    }
    Ok(ended.len())
}

/// Why nothing of a meeting or a child is there for somebody: because sharing it ended, or because it never was theirs.
pub(in crate::backend) async fn why_not(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    person: PersonId,
) -> Result<AppError, AppError> {
    let is_over = sharing::is_over(txn, pupil, person).await.map_err(unavailable)?;
    Ok(if is_over { AppError::SharingEnded } else { AppError::NotFound })
}
