//! Making the agreed record.

use leptos::prelude::*;
use shared::MeetingId;

use crate::{api::command::Command, error::AppError};

#[server(protocol = Command)]
pub async fn agree_and_save(meeting: MeetingId) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    backend.record_agree(viewer, meeting).await
}
