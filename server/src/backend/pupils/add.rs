//! One child more on the register, by a form; and one less, who was put there by mistake.
//!
//! What must stay true: what a form says is judged as a row of a file is; nobody is taken out of whom anything was
//! written in a meeting.

use app::{
    backend::Viewer,
    error::AppError,
    view::line::{AddPage, Fault, NewChild},
};
use shared::{PupilId, rights::Page};

use super::{here, line};
use crate::{
    audit::{Deed, Verb},
    backend::{ServerBackend, map::sight, register::Child},
    csv::CELL_LIMIT,
    db::{self, SchoolTransaction, erasures, register_line, retention},
    error::unavailable,
};

pub(crate) async fn page(backend: &ServerBackend, viewer: Viewer) -> Result<AddPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    sight(&mut txn, viewer, Page::Import).await?;
    let key_adults = register_line::key_adults(&mut txn, None).await.map_err(unavailable)?;
    Ok(AddPage {
        here: here(&mut txn, viewer).await?,
        key_adults: key_adults.into_iter().map(line::somebody).collect(),
        child: NewChild::default(),
        faults: vec![],
    })
}

/// The child, or what is wrong with what was said of them.
pub(crate) async fn add(
    backend: &ServerBackend,
    viewer: Viewer,
    new: &NewChild,
) -> Result<Result<PupilId, Vec<Fault>>, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    sight(&mut txn, viewer, Page::Import).await?;
    let (line, mut faults) = line::read(&new.line, backend.clock.today());
    let name = |field: &str, words: &str, faults: &mut Vec<Fault>| {
        let words = shared::plain::line(words);
        if words.chars().count() > CELL_LIMIT {
            faults.push(Fault::new(field, format!("That is longer than {CELL_LIMIT} letters.")));
        }
        words
    };
    let full_name = name("full_name", &new.full_name, &mut faults);
    let called = name("called", &new.called, &mut faults);
    if full_name.is_empty() {
        faults.push(Fault::new("full_name", "Every child needs a name."));
    }
    let child = Child::named(full_name, called, line);
    line::check_key_adult(&mut txn, None, &child.line, &mut faults).await?;
    faults.extend(child.line.upn.as_deref().and_then(line::wrong_number));
    faults.extend(is_here(&mut txn, viewer, &child).await?);
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let pupil = child.create(&mut txn).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::ChildrenBroughtIn).about(pupil.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(Ok(pupil))
}

/// That this child has come before.
async fn is_here(txn: &mut SchoolTransaction, viewer: Viewer, child: &Child) -> Result<Option<Fault>, AppError> {
    let upns: Vec<_> = child.line.upn.iter().cloned().collect();
    let names = [child.full_name.to_lowercase()];
    let known = db::register_file::lock_known(txn, viewer.person, &upns, &names).await.map_err(unavailable)?;
    let whose = known.iter().find(|known| known.line.upn.is_some() && known.line.upn == child.line.upn);
    if let Some(known) = whose {
        return Ok(Some(line::has_number(known)));
    }
    let is_same = |known: &db::register_file::Known| {
        known.full_name.to_lowercase() == child.full_name.to_lowercase()
            && known.line.born_on == child.line.born_on
            && (known.line.upn.is_none() || child.line.upn.is_none())
    };
    let words = "A child of this name and birthday is here already. If they are two, each needs a number of their own.";
    Ok(known.iter().any(is_same).then(|| Fault::new("full_name", words)))
}

/// Whether somebody is no more than a line of the register: no meeting, no record, and nobody holds the file.
pub(super) async fn is_a_line_alone(txn: &mut SchoolTransaction, pupil: PupilId) -> Result<bool, AppError> {
    let meetings = retention::meetings_of(txn, pupil).await.map_err(unavailable)?;
    let held = retention::held(txn, pupil).await.map_err(unavailable)?;
    Ok(meetings.is_empty() && held.is_none())
}

/// Takes such a child out, for good; or says why not.
pub(crate) async fn take_out(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    is_sure: bool,
) -> Result<Vec<Fault>, AppError> {
    let mut txn = line::begin(backend, viewer, pupil).await?;
    // Nobody begins a meeting about them meanwhile.
    register_line::lock(&mut txn, pupil).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    if !is_a_line_alone(&mut txn, pupil).await? {
        let words = "Meetings were prepared or held about this child, so nothing was taken out: what was written there is kept as long as your school’s rules say.";
        return Ok(vec![Fault::new("sure", words)]);
    }
    if !is_sure {
        return Ok(vec![Fault::new("sure", "Tick the box first. Nothing was taken out.")]);
    }
    erasures::destroy_pupil(&mut txn, pupil).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::TakenOut).about(pupil.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(vec![])
}
