//! Who is kept from a child, by person and never by role, and who is let near again.
//!
//! What must stay true: it holds from the moment it is written down, on every page and every open line; what was
//! decided, by whom and why stays known after it has ended; a meeting that is still to be agreed is never left without
//! somebody who runs it.

use app::{
    backend::Viewer,
    error::AppError,
    view::line::{Fault, REASON_LIMIT},
};
use shared::{PersonId, PupilId, Role, rights::may_make_way_in};

use super::line::begin;
use crate::{
    audit::{Deed, Verb},
    backend::ServerBackend,
    db::{self, SchoolTransaction, kept, participants::Participant, seats},
    error::unavailable,
};

/// Keeps somebody from a child, or says what is missing.
pub(crate) async fn keep_from(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    person: Option<PersonId>,
    reason: &str,
) -> Result<Vec<Fault>, AppError> {
    let mut txn = begin(backend, viewer, pupil).await?;
    let others = kept::choices(&mut txn, pupil).await.map_err(unavailable)?;
    let known = others.iter().find(|other| Some(other.person) == person && other.person != viewer.person);
    let mut faults = vec![];
    if known.is_none() {
        faults.push(Fault::new("keep", "Choose whom."));
    }
    let mine = db::posts::held(&mut txn, viewer).await.map_err(unavailable)?;
    let staff = db::accounts::staff(&mut txn).await.map_err(unavailable)?;
    let theirs = staff.iter().find(|other| Some(other.person) == person).map(|other| other.posts.as_slice());
    if theirs.is_some_and(|theirs| !may_make_way_in(&mine, theirs)) {
        // They would look after what is hidden, and after who did what, of all children but one.
        faults.push(Fault::new(
            "keep",
            "They answer for what is kept and hidden of every child. Only somebody who holds the same post decides this.",
        ));
    }
    let reason = because(reason, "keep_reason", &mut faults);
    let Some(person) = known.map(|known| known.person).filter(|_| faults.is_empty()) else { return Ok(faults) };
    let tables = kept::tables(&mut txn, pupil, person).await.map_err(unavailable)?;
    for table in tables.iter().filter(|table| table.is_run_by_them) {
        if !take_over(backend, &mut txn, viewer, table).await? {
            let what = "They run a meeting of this child that is still to be agreed. Have it handed over first: on \
                        the meeting’s page, to you or to a colleague.";
            return Ok(vec![Fault::new("keep", what)]);
        }
    }
    db::pupils::withhold(&mut txn, pupil, person, &reason).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::KeptFrom).about(person.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    tell(backend, viewer, &tables).await;
    Ok(vec![])
}

/// Lets somebody near a child again, or says what is missing.
pub(crate) async fn let_near(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    person: PersonId,
    reason: &str,
) -> Result<Vec<Fault>, AppError> {
    let mut txn = begin(backend, viewer, pupil).await?;
    let mut faults = vec![];
    let reason = because(reason, &format!("near_{person}"), &mut faults);
    if !faults.is_empty() {
        return Ok(faults);
    }
    let now = backend.clock.now();
    if !kept::let_near(&mut txn, pupil, person, &reason, viewer.person, now).await.map_err(unavailable)? {
        return Err(AppError::NotFound);
    }
    let deed = Deed::new(viewer.person, Verb::LetNear).about(person.0);
    db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
    let tables = kept::tables(&mut txn, pupil, person).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    tell(backend, viewer, &tables).await;
    Ok(vec![])
}

fn because(reason: &str, field: &str, faults: &mut Vec<Fault>) -> String {
    let reason = shared::plain::plain(reason).trim().to_owned();
    if reason.is_empty() {
        faults.push(Fault::new(field, "Write why: whoever reads this in a year has only your words."));
    } else if reason.chars().count() > REASON_LIMIT {
        faults.push(Fault::new(field, format!("That is longer than {REASON_LIMIT} letters.")));
    }
    reason
}

/// Whoever decides this goes on running the meeting, if they have a place at it. Whether they do.
async fn take_over(
    backend: &ServerBackend,
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    table: &kept::Table,
) -> Result<bool, AppError> {
    let me = db::participants::find_admitted(txn, table.meeting, viewer.person).await.map_err(unavailable)?;
    let Some(me) = me.filter(Participant::may_run) else { return Ok(false) };
    // In this order, because two cannot run it.
    seats::set_role(txn, table.seat, Role::Teacher).await.map_err(unavailable)?;
    seats::set_role(txn, me.id, Role::Facilitator).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::HandedOver).in_meeting(table.meeting).to(me.id);
    db::audit::add(txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    Ok(true)
}

/// The rooms ask again who may be in them. One that cannot be asked now finds out by itself: it reads this before it
/// lets anybody in.
async fn tell(backend: &ServerBackend, viewer: Viewer, tables: &[kept::Table]) {
    for table in tables.iter().filter(|table| !table.is_agreed || backend.rooms.is_live(viewer.school, table.meeting)) {
        if let Err(error) = backend.rooms.open(viewer.school, table.meeting).participants_changed().await {
            tracing::warn!(%error, "a room was not told who may be in it");
        }
    }
}
