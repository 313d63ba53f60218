//! Making the agreed record.

use leptos::prelude::*;
use shared::MeetingId;

use crate::{api::command::Command, error::AppError};

/// Who only looks finds out whether it can be done.
#[server(protocol = Command)]
pub async fn agree_and_save(meeting: MeetingId, #[server(default)] only_look: bool) -> Result<(), AppError> {
    let (backend, viewer) = crate::backend::backend()?;
    match only_look {
        true => backend.record_can_be_agreed(viewer, meeting).await,
        false => backend.record_agree(viewer, meeting).await,
    }
}
