//! Whether this server is alive, ready, and busy.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use crate::{
    metrics::{METRICS, Seen},
    state::AppState,
};

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Ready when the database answers; it was brought up to date before we began to listen.
pub(super) async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.db.is_ready().await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
    }
}

/// On the admin listener.
pub(super) async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    let seen = Seen {
        rooms: state.rooms.count(),
        deepest_mailbox: state.rooms.deepest_mailbox(),
        log_queue: state.rooms.log().waiting(),
        database_connections: state.db.connections_in_use(),
    };
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], METRICS.write(&seen))
}
