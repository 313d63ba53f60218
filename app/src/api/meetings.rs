//! Reading and steering meetings.

use leptos::prelude::*;
use shared::{Attendance, MeetingId, ParticipantId, record::Response};

use crate::{
    error::AppError,
    view::{JoinPage, MeetingPage, MeetingsPage},
};

#[server]
pub async fn read_join_page(token: String) -> Result<JoinPage, AppError> {
    let now_here = use_context::<Option<crate::backend::Viewer>>().flatten();
    crate::backend::anonymous_backend()?.join_page(now_here, &token).await
}

#[server]
pub async fn read_meetings() -> Result<MeetingsPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meetings_page(viewer).await
}

#[server]
pub async fn read_meeting(meeting: MeetingId) -> Result<MeetingPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_page(viewer, meeting).await
}

#[server]
pub async fn start_meeting(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_start(viewer, meeting).await
}

#[server]
pub async fn spotlight(meeting: MeetingId, part: Option<String>) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_spotlight(viewer, meeting, part).await
}

#[server]
pub async fn name_scribe(meeting: MeetingId, scribe: Option<ParticipantId>) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_scribe(viewer, meeting, scribe).await
}

#[server]
pub async fn note_attendance(
    meeting: MeetingId,
    who: Vec<ParticipantId>,
    attendance: Attendance,
) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_attendance(viewer, meeting, who, attendance).await
}

#[server]
pub async fn answer(meeting: MeetingId, response: Response, comment: String) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_answer(viewer, meeting, response, comment).await
}

#[server]
pub async fn start_next_meeting(meeting: MeetingId) -> Result<MeetingId, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.meeting_start_next(viewer, meeting).await
}
