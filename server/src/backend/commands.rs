//! What needs a person’s authority: opening the meeting, pointing, naming a scribe, noting who came,
//! answering, agreeing. Committed first, then told to the room.
//!
//! What must stay true: nothing is changed on a server that cannot have the meeting’s room, for then
//! nobody in it would hear.

use app::{backend::Viewer, error::AppError, pages::meeting::parts::Part};
use shared::{
    Attendance, MeetingId, ParticipantId, RecordId, Role, Section, Stage, doc::SectionDoc, event::ServerEvent,
    record::Response, schema::views::PRIVATE_LISTS,
};
use time::format_description::well_known::Rfc3339;

use super::{Seated, ServerBackend, agreement, next};
use crate::{
    audit::{Deed, Verb},
    db::{
        self, SchoolTransaction,
        agreements::{self, Answer},
    },
    error::{of_room, unavailable},
    room::RoomHandle,
};

/// How long a comment may be. The page says so too.
const LONGEST_COMMENT: usize = 2_000;

pub(super) async fn start(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    drop(Seated::find_facilitator(&backend.db, viewer, id).await?);
    let (room, here) = enter(backend, viewer, id).await?;
    let Seated { mut txn, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Agreed => return Err(AppError::Agreed),
        // Pressed twice.
        Stage::Meeting => return Ok(()),
        Stage::Preparing => {}
    }
    db::meetings::open(&mut txn, id, backend.clock.now()).await.map_err(unavailable)?;
    db::participants::were_connected(&mut txn, &here).await.map_err(unavailable)?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::MeetingStarted).in_meeting(id)).await?;
    txn.commit().await.map_err(unavailable)?;
    room.stage_changed(Stage::Meeting).await.map_err(of_room)
}

pub(super) async fn spotlight(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    part: Option<String>,
) -> Result<(), AppError> {
    drop(Seated::find_facilitator(&backend.db, viewer, id).await?);
    let (room, _) = enter(backend, viewer, id).await?;
    let Seated { mut txn, me, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    if part.as_deref().is_some_and(|part| Part::from_key(part).is_none()) {
        return Err(AppError::Unreadable);
    }
    db::meetings::set_spotlight(&mut txn, id, part.as_deref()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    let event = ServerEvent::Spotlight { part, by: me.name };
    room.announce(event).await.map_err(of_room)
}

pub(super) async fn name_scribe(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    scribe: Option<ParticipantId>,
) -> Result<(), AppError> {
    drop(Seated::find_facilitator(&backend.db, viewer, id).await?);
    let (room, _) = enter(backend, viewer, id).await?;
    let Seated { mut txn, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    if lock(&mut txn, id).await? == Stage::Agreed {
        return Err(AppError::Agreed);
    }
    // What the pupil asked not to share stays with whom it was said to be for: who is named after it was begun does not read it.
    let stored = db::documents::load(&mut txn, id).await.map_err(unavailable)?;
    let private = stored.iter().find(|stored| stored.section == Section::PupilPrivate);
    let is_begun = private.is_some_and(|stored| next::read(stored).is_none_or(|doc| says_anything(&doc)));
    if !db::participants::set_scribe(&mut txn, id, scribe, !is_begun).await.map_err(unavailable)? {
        return Err(AppError::NotFound);
    }
    let named = Deed::new(viewer.person, Verb::ScribeNamed).in_meeting(id);
    note(backend, &mut txn, scribe.map_or(named, |scribe| named.to(scribe))).await?;
    txn.commit().await.map_err(unavailable)?;
    room.participants_changed().await.map_err(of_room)
}

/// Also what was taken off the page.
fn says_anything(private: &SectionDoc) -> bool {
    PRIVATE_LISTS.iter().any(|list| {
        let says = |id| list.texts().any(|field| !private.words(list, id, field.key).is_empty());
        private.all_items(list).into_iter().any(|item| says(item.id))
    })
}

/// Notes how people came: whoever runs the meeting sees the room, and their word wins.
pub(super) async fn note_attendance(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    who: Vec<ParticipantId>,
    attendance: Attendance,
) -> Result<(), AppError> {
    drop(Seated::find_facilitator(&backend.db, viewer, id).await?);
    let (room, _) = enter(backend, viewer, id).await?;
    let Seated { mut txn, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Agreed => return Err(AppError::Agreed),
        // Nobody has come before it begins.
        Stage::Preparing => return Err(AppError::NotStarted),
        Stage::Meeting => {}
    }
    // The rest is what an invitation says, or what is true when nobody says anything.
    if !Attendance::MAY_BE_NOTED.contains(&attendance) {
        return Err(AppError::Unreadable);
    }
    if !db::participants::note_attendance(&mut txn, id, &who, attendance).await.map_err(unavailable)? {
        return Err(AppError::NotFound);
    }
    txn.commit().await.map_err(unavailable)?;
    room.announce(ServerEvent::Attended { participants: who }).await.map_err(of_room)
}

pub(super) async fn answer(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    response: Response,
    comment: String,
) -> Result<(), AppError> {
    drop(Seated::find(&backend.db, viewer, id).await?);
    let (room, _) = enter(backend, viewer, id).await?;
    let Seated { mut txn, me, .. } = Seated::find(&backend.db, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Agreed => return Err(AppError::Agreed),
        // There is nothing to agree to before everybody has talked.
        Stage::Preparing => return Err(AppError::NotAllowed),
        Stage::Meeting => {}
    }
    if !me.role.can_agree() {
        return Err(AppError::NotAllowed);
    }
    // More than the box of the page holds is not kept in part.
    if comment.chars().count() > LONGEST_COMMENT {
        return Err(AppError::Unreadable);
    }
    let comment = shared::plain::plain(&comment).trim().to_owned();
    // A child who says “not all of it” has answered, whether or not they can say which part.
    if response.needs_words() && comment.is_empty() && me.role != Role::Pupil {
        return Err(AppError::WordsMissing);
    }
    let answer = Answer { response, comment, at: backend.clock.now() };
    agreements::answer(&mut txn, me.id, &answer).await.map_err(unavailable)?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::Answered).in_meeting(id)).await?;
    txn.commit().await.map_err(unavailable)?;
    let event = ServerEvent::Answered { participant: me.id };
    room.announce(event).await.map_err(of_room)
}

/// Saves the record: the room holds its breath, one transaction writes it all, the room closes. A room on
/// another server that writes at the same moment is in time, or begins again and finds it agreed.
pub(super) async fn agree(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    // Who asks is looked up first, so that nobody else can make the room hold its breath.
    drop(Seated::find_facilitator(&backend.db, viewer, id).await?);
    let (room, here) = enter(backend, viewer, id).await?;
    let quiet = room.quiesce().await.map_err(of_room)?;

    let Seated { mut txn, meeting, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Agreed => return Err(AppError::Agreed),
        Stage::Preparing => return Err(AppError::NotAllowed),
        Stage::Meeting => {}
    }
    let now = backend.clock.now();
    // Who comes to correct what was agreed was not at the meeting by that.
    if !meeting.is_reopened {
        db::participants::were_connected(&mut txn, &here).await.map_err(unavailable)?;
    }
    #[expect(clippy::disallowed_methods, reason = "a new record, made on the server alone")]
    let record = RecordId(uuid::Uuid::now_v7());
    let version = agreement::save(&mut txn, &meeting, record, now).await?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::Agreed).in_meeting(id).about(record.0)).await?;
    txn.commit().await.map_err(unavailable)?;

    // From here it is agreed, whatever else happens.
    room.stage_changed(Stage::Agreed).await.map_err(of_room)?;
    let at = now.format(&Rfc3339).unwrap_or_default();
    room.announce(ServerEvent::Recorded { version, at }).await.map_err(of_room)?;
    quiet.resume();
    Ok(())
}

/// Whether [`agree`] would find something that keeps it from being saved. Nothing of it happens.
pub(super) async fn can_be_agreed(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    let Seated { mut txn, meeting, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Agreed => return Err(AppError::Agreed),
        Stage::Preparing => return Err(AppError::NotAllowed),
        Stage::Meeting => {}
    }
    #[expect(clippy::disallowed_methods, reason = "of a record that is not kept")]
    let record = RecordId(uuid::Uuid::now_v7());
    agreement::save(&mut txn, &meeting, record, backend.clock.now()).await?;
    Ok(())
}

/// The meeting’s room, if it can be had here, and who is in it. Not to be asked with a transaction open:
/// the room may itself be waiting for a connection.
pub(super) async fn enter(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
) -> Result<(RoomHandle, Vec<ParticipantId>), AppError> {
    let room = backend.rooms.open(viewer.school, id);
    let here = room.here().await.map_err(of_room)?;
    Ok((room, here))
}

/// The stage, which nobody else can change until this transaction ends.
pub(super) async fn lock(txn: &mut SchoolTransaction, id: MeetingId) -> Result<Stage, AppError> {
    db::meetings::lock(txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)
}

/// Writes down what is done in this transaction.
pub(super) async fn note(backend: &ServerBackend, txn: &mut SchoolTransaction, deed: Deed) -> Result<(), AppError> {
    db::audit::add(txn, deed, backend.clock.now()).await.map_err(unavailable)
}
