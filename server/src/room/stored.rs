//! What the database knows of a meeting: all of it when the room opens, who may do what whenever that changes, and
//! what other servers wrote meanwhile. Evidence goes there from here too.
//!
//! What must stay true: nobody waits for ever; a database that is away for a moment is asked again.

use std::time::Duration;

use shared::{PersonId, Stage};
use tokio::time::{error::Elapsed, sleep, timeout};

use super::{
    RoomError,
    hide::Hiding,
    numbers::{Committed, Since},
    state::{Loaded, LoadedSection, Participant},
};
use crate::{
    audit::{Deed, Verb},
    db::{Db, audit, documents, hidden, participants},
    rooms::RoomKey,
};

/// How long a meeting may take to load, Postgres being away for a moment included.
const LOAD_PATIENCE: Duration = Duration::from_secs(8);
const LOAD_PAUSE: Duration = Duration::from_millis(200);

/// How long somebody who hides a passage waits for the evidence to be kept; the room waits with them.
const EVIDENCE_PATIENCE: Duration = Duration::from_secs(5);

/// The whole meeting, and the term in which it may be written. Nothing, if there is no such meeting.
///
/// # Errors
///
/// The database did not answer in time, however often it was asked.
pub(super) async fn meeting(db: &Db, key: RoomKey, among_others: bool) -> Result<Option<(Loaded, u64)>, Elapsed> {
    timeout(LOAD_PATIENCE, load_patiently(db, key, among_others)).await
}

async fn load_patiently(db: &Db, key: RoomKey, among_others: bool) -> Option<(Loaded, u64)> {
    loop {
        match load(db, key, among_others).await {
            Ok(loaded) => return loaded,
            Err(error) => {
                tracing::warn!(meeting = %key.1, %error, "a meeting cannot be loaded; trying again");
                sleep(LOAD_PAUSE).await;
            }
        }
    }
}

/// The term is a new one where nobody else may write.
async fn load(db: &Db, key: RoomKey, among_others: bool) -> sqlx::Result<Option<(Loaded, u64)>> {
    let (school, meeting) = key;
    let Some((stage, pupil, participants)) = authority(db, key).await? else { return Ok(None) };
    let mut txn = db.begin(school).await?;
    let term = if among_others {
        documents::term(&mut txn, meeting).await?
    } else {
        documents::take(&mut txn, meeting).await?
    };
    let sections = documents::load(&mut txn, meeting).await?.into_iter().map(|stored| LoadedSection {
        section: stored.section,
        epoch: stored.epoch,
        schema: stored.schema,
        checkpoint: stored.checkpoint,
        updates: stored.updates,
        seq: stored.seq,
        owners: stored.owners,
    });
    let loaded = Loaded { meeting, stage, pupil, participants, sections: sections.collect() };
    txn.commit().await?;
    Ok(Some((loaded, term)))
}

/// Who may do what: the stage, the pupil, and who is at the table.
type Authority = (Stage, PersonId, Vec<Participant>);

/// Nothing, if the meeting is gone.
async fn authority(db: &Db, key: RoomKey) -> sqlx::Result<Option<Authority>> {
    let (school, meeting) = key;
    let mut txn = db.begin(school).await?;
    let Some(stored) = documents::meeting(&mut txn, meeting).await? else { return Ok(None) };
    let seats = participants::list(&mut txn, meeting).await?;
    let participants = seats.into_iter().filter(|seat| seat.admitted).map(|seat| Participant {
        id: seat.id,
        person: seat.person,
        role: seat.role,
        scribe: seat.scribe,
        name: seat.name,
        colour: seat.colour,
    });
    let mut participants: Vec<_> = participants.collect();
    // They lie where the larger rows lay that they were made of, and stay as long as the room.
    participants.shrink_to_fit();
    Ok(Some((stored.stage, stored.pupil, participants)))
}

/// The stage and who is at the table, as they were committed. Nothing at all, if it has no answer just now.
pub(super) async fn rights(db: &Db, key: RoomKey) -> Option<Option<Authority>> {
    asked("rights", authority(db, key)).await
}

/// The answer of the database, unless it has none just now: then it is asked again in a moment.
pub(super) async fn asked<T>(what: &str, question: impl Future<Output = sqlx::Result<T>>) -> Option<T> {
    match timeout(LOAD_PATIENCE, question).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, what, "cannot be read; trying again");
            None
        }
        Err(_) => {
            tracing::warn!(what, "cannot be read in time; trying again");
            None
        }
    }
}

pub(super) fn since_of(since: documents::Since) -> Since {
    let committed = |logged: documents::LoggedUpdate| Committed {
        seq: logged.seq,
        person: logged.person,
        claims: vec![],
        update: logged.update,
    };
    Since {
        checkpoint: since.checkpoint,
        updates: since.updates.into_iter().map(committed).collect(),
        owners: since.owners,
    }
}

/// What was hidden, and who wrote it, for the safeguarding lead. Without it nothing is hidden.
pub(super) async fn keep_evidence(
    db: &Db,
    (school, meeting): RoomKey,
    hiding: &Hiding,
    written_by: &[PersonId],
) -> Result<(), RoomError> {
    let kept = async {
        let mut txn = db.begin(school).await?;
        hidden::keep(&mut txn, meeting, hiding, written_by).await?;
        let deed = Deed::new(hiding.by, Verb::PassageHidden).in_meeting(meeting).about(hiding.id);
        audit::add(&mut txn, deed, hiding.at).await?;
        txn.commit().await
    };
    match timeout(EVIDENCE_PATIENCE, kept).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "evidence could not be kept, so nothing was hidden");
            Err(RoomError::Busy)
        }
        Err(_) => {
            tracing::warn!("evidence could not be kept in time, so nothing was hidden");
            Err(RoomError::Busy)
        }
    }
}
