//! Where a plain form’s command leads: back to the page of ours it was sent from, or to the first one.
//!
//! The library of commands leads to whatever `Referer` says. What must stay true: never to another site, nor anywhere a
//! stranger wrote; and no name of a command leaves in a header.

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

use super::origin;
use crate::state::AppState;

/// Middleware: the library sees a `Referer` of ours, or none, and then leads to “/”.
pub(super) async fn to_a_page_of_ours(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if !origin::is_after_our_page(request.headers(), state.named()) {
        request.headers_mut().remove(header::REFERER);
    }
    let mut response = next.run(request).await;
    response.headers_mut().remove(SERVER_FN_ERROR_HEADER);
    response
}
