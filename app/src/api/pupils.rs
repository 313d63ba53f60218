//! One child’s page, and what can be done there.

use leptos::prelude::*;
use shared::{ItemId, MeetingId, PupilId};

use crate::{error::AppError, view::pupils::PupilPage};

#[server]
pub async fn read_pupil(pupil: PupilId) -> Result<PupilPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.pupil_page(viewer, pupil).await
}

/// Something that was promised is done. A form sends it, so that it works without a script.
#[server]
pub async fn tick_action(pupil: PupilId, meeting: MeetingId, item: ItemId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.action_tick(viewer, pupil, meeting, item).await?;
    leptos_axum::redirect(&format!("/pupils/{pupil}#to-do"));
    Ok(())
}
