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
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};

use crate::{state::AppState, ws};

/// No form and no command is longer than this; the socket has limits of its own.
const LONGEST_BODY: usize = 64 * 1024;

pub fn router(state: AppState, site: &Path) -> Router {
    // Only here is it asked who somebody is: a file needs no database.
    let personal = Router::new()
        .route("/live", get(ws::upgrade))
        .route("/finish", post(join::finish))
        .route("/meetings/{id}/record.json", get(record::json))
        .merge(pages::routes(&state))
        .route("/api/{*command}", any(pages::outdated))
        .layer(from_fn_with_state(state.clone(), session::read));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/join/{token}", post(join::sign_in))
        .merge(personal)
        .nest_service("/pkg", assets::hashed(site))
        .fallback_service(assets::or_else(site, pages::not_found(&state)))
        .layer(from_fn(origin::guard))
        .layer(from_fn(csp::headers))
        .layer(RequestBodyLimitLayer::new(LONGEST_BODY))
        .layer(CatchPanicLayer::new())
        .with_state(state)
}
