//! What was refused before any of our own answers was asked: a form that cannot be read, too much at once, too slow, a
//! panic. Libraries say so in their own words, or in none; a person in a browser reads ours.
//!
//! What must stay true: the status stays, and the headers that say when to try again; what is a page already stays as it
//! is, and so does what a program asked for.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

use super::plain::Plain;
use crate::state::AppState;

/// Middleware: a refusal that is no page becomes one, for whoever reads pages.
pub(super) async fn in_plain_words(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !says_html(request.headers(), header::ACCEPT) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(plain) = Plain::from_request_parts(&mut parts, &state).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    let is_refused = status.is_client_error() || status.is_server_error();
    if !is_refused || says_html(response.headers(), header::CONTENT_TYPE) {
        return response;
    }
    let words = app::plain::refused::words(status);
    let mut page = plain.page(words.title, None, || app::plain::refused::page(words));
    *page.status_mut() = status;
    if let Some(later) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, later.clone());
    }
    page
}

fn says_html(headers: &HeaderMap, name: header::HeaderName) -> bool {
    headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}
