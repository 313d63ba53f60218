//! The education plan that is being written: what it still lacks, while there is time to write it.

use app::{error::AppError, view::pep::Unfinished};
use shared::{
    PersonId, Stage,
    pep::{self, Parts},
    record::{AgreedRecord, draft},
};
use time::OffsetDateTime;

use super::{last, written::Written};
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
    records: &[AgreedRecord],
    now: OffsetDateTime,
) -> Result<Option<Unfinished>, AppError> {
    let meetings = db::meetings::list_of_pupil(txn, pupil.id, asks).await.map_err(unavailable)?;
    let Some(next) = meetings.iter().rev().find(|meeting| meeting.stage != Stage::Agreed) else { return Ok(None) };
    let Some(meeting) = db::meetings::find(txn, next.id).await.map_err(unavailable)? else { return Ok(None) };
    let stored = db::documents::load(txn, meeting.id).await.map_err(unavailable)?;
    let sections = agreement::read(&stored).map_err(unavailable)?;
    let facts = agreement::facts(txn, &meeting, 1, now).await.map_err(unavailable)?;
    let record = draft(&sections, facts);
    let written = Written::read(|section| sections.get(&section), &record);
    // Where it was agreed and is open again, what it had agreed itself is not the plan before it.
    let before = records.iter().take_while(|agreed| agreed.meeting.id != meeting.id).last();
    let last = last(txn, before).await?;
    let parts = Parts { is_first: before.is_none(), ..written.parts(last.as_ref()) };
    let checks = pep::checks(&pupil.name, &record, &parts);
    Ok(Some(Unfinished { meeting: meeting.id, meets_on: record.meeting.held_on, rating: pep::rating(&checks), checks }))
}
