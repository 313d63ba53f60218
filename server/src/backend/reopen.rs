//! Putting right what was agreed: the meeting is opened again, with the reason, and everybody answers anew.
//!
//! What must stay true: the record that was made stays as it is, and counts until the next version is agreed; nobody’s
//! answer to it is taken for one to the next; whoever comes to correct was not at the meeting by that.

use app::{backend::Viewer, error::AppError};
use shared::{
    Attendance, MeetingId, ParticipantId, Role, Stage, plain,
    rights::{Post, may_correct},
};
use uuid::Uuid;

use super::{
    ServerBackend,
    commands::{enter, lock, note},
    records::Reader,
    stay_in,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, SchoolTransaction, participants::NewParticipant},
    error::{of_room, unavailable},
};

/// How long a reason may be. The form says so too.
const LONGEST_REASON: usize = 300;

pub(super) async fn reopen(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    reason: &str,
) -> Result<(), AppError> {
    drop(find(backend, viewer, id).await?);
    let reason = plain::plain(reason).trim().to_owned();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(AppError::ReasonMissing);
    }
    let (room, _) = enter(backend, viewer, id).await?;
    let Reader { mut txn, meeting, .. } = find(backend, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Agreed => {}
        // Pressed twice, or by two: the first reason is what it was opened for.
        Stage::Meeting if meeting.is_reopened => return Ok(()),
        Stage::Meeting | Stage::Preparing => return Err(AppError::NotAllowed),
    }
    let now = backend.clock.now();
    let version = db::records::next_version(&mut txn, id).await.map_err(unavailable)?;
    if version == 1 {
        return Err(AppError::NotFound);
    }
    seat(&mut txn, viewer, id, true).await?;
    db::reopenings::create(&mut txn, id, version, &reason, viewer.person, now).await.map_err(unavailable)?;
    db::agreements::forget(&mut txn, id).await.map_err(unavailable)?;
    db::documents::reopen(&mut txn, id).await.map_err(unavailable)?;
    db::meetings::reopen(&mut txn, id, now).await.map_err(unavailable)?;
    stay_in(&mut txn, viewer, id).await?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::RecordReopened).in_meeting(id)).await?;
    txn.commit().await.map_err(unavailable)?;

    room.stage_changed(Stage::Meeting).await.map_err(of_room)?;
    room.participants_changed().await.map_err(of_room)
}

/// Whoever may correct this record. To who reads it and may not, it is said; to everybody else there is no such record.
async fn find(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<Reader, AppError> {
    let reader = Reader::find(&backend.db, viewer, id).await?;
    if may_correct(reader.place, reader.tie) { Ok(reader) } else { Err(AppError::NotAllowed) }
}

/// Who answers for every child and was not at this table gets a place at its end. Whether it is a new one.
pub(super) async fn seat(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    id: MeetingId,
    for_correction: bool,
) -> Result<bool, AppError> {
    let seats = db::participants::list(txn, id).await.map_err(unavailable)?;
    match seats.iter().find(|seat| seat.person == viewer.person) {
        Some(seat) if seat.admitted => return Ok(false),
        // Left out on purpose, or asked to leave: somebody else does it.
        Some(_) => return Err(AppError::PlaceClosed),
        None => {}
    }
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let others = seats.iter().filter(|seat| seat.role != Role::Pupil).count();
    let new = NewParticipant {
        // Derived, so that it needs no chance: one person has one place in one meeting.
        id: ParticipantId(Uuid::new_v5(&id.0, viewer.person.0.as_bytes())),
        meeting: id,
        person: viewer.person,
        position: db::seats::last_position(txn, id).await.map_err(unavailable)? + 1,
        role: Role::Teacher,
        title: if posts.contains(&Post::Senco) { "SENCO" } else { "Head teacher" },
        colour: u8::try_from(others % 8 + 1).unwrap_or(1),
        expected: Attendance::Remote,
        for_correction,
    };
    db::participants::create(txn, new).await.map_err(unavailable)?;
    Ok(true)
}
