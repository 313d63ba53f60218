//! The agreed record.

use leptos::prelude::*;
use shared::MeetingId;

use crate::{error::AppError, view::RecordPage};

#[server]
pub async fn read_record(meeting: MeetingId) -> Result<RecordPage, AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.record_page(viewer, meeting).await
}

#[server]
pub async fn agree_and_save(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.record_agree(viewer, meeting).await
}
