//! The doors: who comes in, who leaves, who runs the meeting.

use leptos::prelude::*;
use shared::{KnockId, MeetingId, ParticipantId, Role};

use crate::{
    api::command::Command,
    error::AppError,
    view::doors::{DoorPage, Doors, Link},
};

#[server(protocol = Command)]
pub async fn read_door(meeting: MeetingId) -> Result<DoorPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.door_page(viewer, meeting).await
}

#[server(protocol = Command)]
pub async fn remove_person(meeting: MeetingId, participant: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.person_remove(viewer, meeting, participant).await
}

#[server(protocol = Command)]
pub async fn let_back(meeting: MeetingId, participant: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.person_let_back(viewer, meeting, participant).await
}

#[server(protocol = Command)]
pub async fn hand_over(meeting: MeetingId, to: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.running_hand_over(viewer, meeting, to).await
}

#[server(protocol = Command)]
pub async fn take_over(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.running_take_over(viewer, meeting).await
}

#[server(protocol = Command)]
pub async fn set_doors(meeting: MeetingId, doors: Doors) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.doors_set(viewer, meeting, doors).await
}

#[server(protocol = Command)]
pub async fn make_code(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.code_make(viewer, meeting).await
}

#[server(protocol = Command)]
pub async fn admit(meeting: MeetingId, knock: KnockId, role: Option<Role>) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.knock_admit(viewer, meeting, knock, role).await
}

#[server(protocol = Command)]
pub async fn decline(meeting: MeetingId, knock: KnockId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.knock_decline(viewer, meeting, knock).await
}

#[server(protocol = Command)]
pub async fn show_link(meeting: MeetingId, participant: ParticipantId) -> Result<Link, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.link_show(viewer, meeting, participant).await
}

#[server(protocol = Command)]
pub async fn make_link(meeting: MeetingId, participant: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.link_make(viewer, meeting, participant).await
}

#[server(protocol = Command)]
pub async fn take_back_link(meeting: MeetingId, participant: ParticipantId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.link_take_back(viewer, meeting, participant).await
}
