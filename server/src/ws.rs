//! The way to the socket: `GET /live`.
//!
//! What must stay true: the session cookie says who this is, and the origin must be ours. A browser
//! sends the cookie with a socket that any site opens, and no layer in front looks at a GET; so
//! without a good origin the answer is no.

use std::time::Instant;

use axum::{
    extract::{Query, Request, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use shared::{PersonId, protocol::MESSAGE_LIMIT};

use crate::{
    connection,
    door::{Peer, address},
    http::{
        origin,
        session::{self, MaybeViewer},
    },
    limits::Limit,
    metrics::{Handshake, METRICS},
    secret::Hash,
    state::AppState,
};

/// Most messages are a letter long, and there is a buffer each way for every person, which grows with what is
/// longer and never shrinks: so little is gathered before it is written.
const BUFFER: usize = 1024;

/// When to try again, for an address that tried too often.
const LATER: [(header::HeaderName, &str); 1] = [(header::RETRY_AFTER, "10")];

/// Middleware: turns away what another site opened, and whoever comes too often, before anybody asks the
/// database who they are.
pub(crate) async fn knock(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !origin::is_ours(headers, state.named()) {
        METRICS.handshake_refused(Handshake::Origin);
        return (StatusCode::FORBIDDEN, "This must be opened from the meeting’s own page.").into_response();
    }
    if !may_knock(&state, request.extensions().get().copied(), headers) {
        METRICS.handshake_refused(Handshake::Address);
        Limit::Handshakes.reached();
        return (StatusCode::TOO_MANY_REQUESTS, LATER, "Too many at once. Please try again later.").into_response();
    }
    next.run(request).await
}

fn may_knock(state: &AppState, peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let Some(Peer(peer)) = peer else { return true };
    let client = address::of_client(peer, Some(headers), &state.limits.trusted_proxies);
    client.is_none_or(|client| state.handshakes.allow(client, Instant::now()))
}

/// Whose page asks.
#[derive(Deserialize)]
pub struct Whose {
    person: Option<PersonId>,
}

pub async fn upgrade(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Query(whose): Query<Whose>,
    headers: HeaderMap,
    // Who is nobody hears that first, whatever else is wrong with their request.
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let session = session::session_id(&headers, state.is_secure()).map(Hash::of);
    let Some((viewer, session)) = viewer.zip(session) else {
        METRICS.handshake_refused(Handshake::Session);
        return (StatusCode::UNAUTHORIZED, "Open your own link to the meeting first.").into_response();
    };
    // A page that was left open must not write under the name of who came after.
    if whose.person.is_some_and(|person| person != viewer.person) {
        METRICS.handshake_refused(Handshake::Session);
        return (StatusCode::CONFLICT, "Somebody else is signed in in this browser now.").into_response();
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(MESSAGE_LIMIT)
        .max_frame_size(MESSAGE_LIMIT)
        .on_upgrade(move |socket| connection::serve(socket, viewer, state.rooms, session, state.sessions, state.limits))
}
