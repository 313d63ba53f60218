//! Whether this server is alive, ready, and busy.

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::state::AppState;

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

/// What runs on the admin listener.
pub fn admin_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(state)
}

async fn metrics(State(state): State<AppState>) -> String {
    let (rooms, in_use) = (state.rooms.count(), state.db.connections_in_use());
    format!(
        "# HELP roundtable_rooms Meetings with somebody in them.\n\
         # TYPE roundtable_rooms gauge\n\
         roundtable_rooms {rooms}\n\
         # HELP roundtable_database_connections_in_use Connections that a request or the update log is using.\n\
         # TYPE roundtable_database_connections_in_use gauge\n\
         roundtable_database_connections_in_use {in_use}\n"
    )
}
