//! The education plan that is being written: what it still lacks, while there is time to write it.

use std::collections::BTreeMap;

use app::{error::AppError, view::pep::Unfinished};
use shared::{
    ItemId, PersonId, Stage,
    pep::{self, Parts},
    record::draft,
};
use time::OffsetDateTime;

use super::{is_premium, written::Written};
use crate::{
    backend::agreement,
    db::{self, SchoolTransaction, pupils::Pupil},
    error::unavailable,
};

/// As far as it has come, by what the table has kept; none where no meeting is to come or under way.
pub(super) async fn plan(
    txn: &mut SchoolTransaction,
    pupil: &Pupil,
    asks: PersonId,
    is_first: bool,
    now: OffsetDateTime,
) -> Result<Option<Unfinished>, AppError> {
    let meetings = db::meetings::list_of_pupil(txn, pupil.id, asks).await.map_err(unavailable)?;
    let Some(next) = meetings.iter().rev().find(|meeting| meeting.stage != Stage::Agreed) else { return Ok(None) };
    let Some(meeting) = db::meetings::find(txn, next.id).await.map_err(unavailable)? else { return Ok(None) };
    let stored = db::documents::load(txn, meeting.id).await.map_err(unavailable)?;
    let sections = agreement::read(&stored).map_err(unavailable)?;
    let facts = agreement::facts(txn, &meeting, 1, now).await.map_err(unavailable)?;
    let record = draft(&sections, facts);
    let funded: BTreeMap<_, _> =
        agreement::costs(&sections).into_iter().map(|cost| (cost.provision, cost.funding)).collect();
    let has_step = |ids: &[ItemId]| record.targets.iter().any(|target| ids.contains(&target.id));
    let premium_has_step = record
        .provision
        .iter()
        .any(|help| is_premium(funded.get(&help.id).map(String::as_str)) && has_step(&help.targets));
    let written = Written::read(|section| sections.get(&section));
    let parts = Parts { premium_has_step, is_first, ..written.parts() };
    let checks = pep::checks(&pupil.name, &record, &parts);
    Ok(Some(Unfinished { meeting: meeting.id, meets_on: record.meeting.held_on, rating: pep::rating(&checks), checks }))
}
