//! The agreed record as it was agreed, byte for byte: what its hash is of.

use app::{backend::Viewer, error::AppError};
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use shared::MeetingId;

use super::session::MaybeViewer;
use crate::{
    audit::{self, Deed, Verb},
    backend::records,
    db::records::Kept,
    error::unavailable,
    state::AppState,
};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// The newest, if none is asked for.
    version: Option<u32>,
}

pub(super) async fn json(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let answer = match (viewer, id.parse::<MeetingId>(), asked) {
        (None, ..) => Err(AppError::NotSignedIn),
        (Some(viewer), Ok(meeting), Ok(asked)) => taken(&state, viewer, meeting, asked.version).await,
        (Some(_), ..) => Err(AppError::NotFound),
    };
    match answer {
        Ok(kept) => ([(header::CONTENT_TYPE, "application/json")], kept.canonical_json).into_response(),
        Err(error) => {
            let status = match error {
                AppError::NotSignedIn => StatusCode::UNAUTHORIZED,
                AppError::PlaceClosed | AppError::SharingEnded => StatusCode::FORBIDDEN,
                AppError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::NOT_FOUND,
            };
            (status, format!("{error}\n")).into_response()
        }
    }
}

/// The record, once it is written down who takes it away.
async fn taken(state: &AppState, viewer: Viewer, meeting: MeetingId, version: Option<u32>) -> Result<Kept, AppError> {
    let kept = records::kept(&state.db, viewer, meeting, version).await?;
    let deed = Deed::new(viewer.person, Verb::RecordExported).in_meeting(meeting);
    audit::note(&state.db, viewer.school, deed, state.clock.now()).await.map_err(unavailable)?;
    Ok(kept)
}
