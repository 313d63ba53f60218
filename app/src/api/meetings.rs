//! Steering a meeting, and who is in it now.

use leptos::prelude::*;
use shared::{Attendance, MeetingId, ParticipantId, record::Response};

use crate::{api::command::Command, error::AppError, view::PeopleNow};

/// What the server alone knows of the people, for a page that is open already.
#[server(protocol = Command)]
pub async fn read_people(meeting: MeetingId) -> Result<PeopleNow, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.people_now(viewer, meeting).await
}

#[server(protocol = Command)]
pub async fn start_meeting(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_start(viewer, meeting).await
}

#[server(protocol = Command)]
pub async fn spotlight(meeting: MeetingId, part: Option<String>) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_spotlight(viewer, meeting, part).await
}

#[server(protocol = Command)]
pub async fn name_scribe(meeting: MeetingId, scribe: Option<ParticipantId>) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_scribe(viewer, meeting, scribe).await
}

#[server(protocol = Command)]
pub async fn note_attendance(
    meeting: MeetingId,
    who: Vec<ParticipantId>,
    attendance: Attendance,
) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_attendance(viewer, meeting, who, attendance).await
}

/// Takes these words out of a text for everybody at once, if they stand there from this letter on.
#[server(protocol = Command)]
pub async fn hide_passage(meeting: MeetingId, field: String, from: u32, words: String) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    let field = field.parse().map_err(|_| AppError::Unreadable)?;
    backend.passage_hide(viewer, meeting, field, from, words).await
}

#[server(protocol = Command)]
pub async fn answer(meeting: MeetingId, response: Response, comment: String) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_answer(viewer, meeting, response, comment).await
}
