//! The doors: who comes in, who leaves, who runs the meeting.

use leptos::prelude::*;
use shared::{MeetingId, ParticipantId};

use crate::{error::AppError, view::doors::DoorPage};

#[server]
pub async fn read_door(meeting: MeetingId) -> Result<DoorPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.door_page(viewer, meeting).await
}

#[server]
pub async fn remove_person(meeting: MeetingId, participant: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.person_remove(viewer, meeting, participant).await
}

#[server]
pub async fn let_back(meeting: MeetingId, participant: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.person_let_back(viewer, meeting, participant).await
}

#[server]
pub async fn hand_over(meeting: MeetingId, to: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.running_hand_over(viewer, meeting, to).await
}

#[server]
pub async fn take_over(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.running_take_over(viewer, meeting).await
}
