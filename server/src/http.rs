//! Everything that answers a request.
//!
//! What must stay true: a request without a good session is nobody’s; what changes something is a
//! POST from our own pages; every answer carries the security headers.

pub mod assets;
pub mod csp;
pub mod health;
pub mod join;
pub mod origin;
pub mod pages;
pub mod record;
pub mod session;

use std::path::Path;

use axum::{
    Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{
    limits::{BODY_LIMIT, REQUEST_PATIENCE},
    state::AppState,
    ws,
};

pub fn router(state: AppState, site: &Path) -> Router {
    // Only here is it asked who somebody is: a file needs no database.
    let personal = Router::new()
        .route("/finish", post(join::finish))
        .route("/meetings/{id}/record.json", get(record::json))
        .merge(pages::routes(&state))
        .route("/api/{*command}", any(pages::outdated))
        .layer(from_fn_with_state(state.clone(), session::read));
    let live = Router::new()
        .route("/live", get(ws::upgrade))
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(from_fn_with_state(state.clone(), ws::knock));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/join/{token}", post(join::sign_in))
        .merge(personal)
        .merge(live)
        .nest_service("/pkg", assets::hashed(site))
        .fallback_service(assets::or_else(site, pages::not_found(&state)))
        .layer(from_fn(origin::guard))
        .layer(from_fn(csp::headers))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_PATIENCE))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}
