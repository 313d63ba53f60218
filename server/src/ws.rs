//! The way to the socket: `GET /live`.
//!
//! What must stay true: the session cookie says who this is, and the origin must be ours. A browser
//! sends the cookie with a socket that any site opens, and no layer in front looks at a GET; so
//! without a good origin the answer is no.

use axum::{
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use shared::protocol::FRAME_LIMIT;

use crate::{
    connection,
    http::{
        origin,
        session::{self, MaybeViewer},
    },
    secret::Hash,
    state::AppState,
};

pub async fn upgrade(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin::is_ours(&headers) {
        return (StatusCode::FORBIDDEN, "This must be opened from the meeting’s own page.").into_response();
    }
    let session = session::session_id(&headers, state.is_secure()).map(Hash::of);
    let Some((viewer, session)) = viewer.zip(session) else {
        return (StatusCode::UNAUTHORIZED, "Open your own link to the meeting first.").into_response();
    };
    // A little more than a frame, so that one that is too large is told so rather than cut off.
    upgrade
        .max_message_size(2 * FRAME_LIMIT)
        .max_frame_size(2 * FRAME_LIMIT)
        .on_upgrade(move |socket| connection::serve(socket, viewer, state.rooms, session, state.sessions))
}
