//! What the plain forms of pages without live text send. Each leads back to its page, which says it if it was not done
//! (`pages::NotDone`).

use leptos::prelude::*;
use shared::{ItemId, MeetingId, PupilId};
use uuid::Uuid;

use super::command::Command;
use crate::error::AppError;

/// Something that was promised is done.
#[server(protocol = Command)]
pub async fn tick_action(pupil: PupilId, meeting: MeetingId, item: ItemId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.action_tick(viewer, pupil, meeting, item).await?;
    leptos_axum::redirect(&format!("/pupils/{pupil}#to-do"));
    Ok(())
}

/// Somebody of the staff has read this version of a child’s passport. Another than the newest leads to the newest.
#[server(protocol = Command)]
pub async fn confirm_passport(pupil: PupilId, version: Uuid, number: u32) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    let is_newest = backend.passport_confirm(viewer, pupil, version, number).await?;
    let newer = if is_newest { "" } else { "?newer=yes" };
    leptos_axum::redirect(&format!("/pupils/{pupil}/passport{newer}#read"));
    Ok(())
}

/// To where the passport is written.
#[server(protocol = Command)]
pub async fn change_passport(pupil: PupilId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    let meeting = backend.passport_open(viewer, pupil).await?;
    leptos_axum::redirect(&format!("/meetings/{meeting}?part=passport#passport"));
    Ok(())
}

/// The passport as it stands is a version of today.
#[server(protocol = Command)]
pub async fn save_passport(pupil: PupilId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.passport_save(viewer, pupil).await?;
    leptos_axum::redirect(&format!("/pupils/{pupil}/passport"));
    Ok(())
}

/// What was agreed is to be corrected, for this reason: to the meeting, which is open again.
#[server(protocol = Command)]
pub async fn reopen_record(meeting: MeetingId, reason: String) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.record_reopen(viewer, meeting, reason).await?;
    leptos_axum::redirect(&format!("/meetings/{meeting}"));
    Ok(())
}

/// The next meeting, from what this one agreed.
#[server(protocol = Command)]
pub async fn start_next_meeting(meeting: MeetingId) -> Result<MeetingId, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    let next = backend.meeting_start_next(viewer, meeting).await?;
    leptos_axum::redirect(&format!("/meetings/{meeting}/record#next-cycle"));
    Ok(next)
}
