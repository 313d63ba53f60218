//! What was refused before any of our own answers was asked: a form that cannot be read, too much at once, too slow, a
//! panic. Libraries say so in their own words, with the names of fields and types, or in none; whoever asked reads ours:
//! a person in a browser a page, a program the same in two lines.
//!
//! What must stay true: the status stays, and the headers that say when to try again; what is a page already stays as it
//! is, and so do words of ours, and what a program asked for by its kind.

use app::error::AppError;
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::plain::Plain;
use crate::state::AppState;

/// On a refusal in plain text: it is in our words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours;

/// Longer than any refusal.
const MOST: usize = 64 << 10;

/// Middleware: a refusal that is no page becomes one for whoever reads pages, and is said in our words to others.
pub(super) async fn in_plain_words(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !says(request.headers(), header::ACCEPT, "text/html") {
        // As our own pages do when they send a command.
        let reads_json = says(request.headers(), header::ACCEPT, "json");
        let is_command = request.uri().path().starts_with("/api/");
        let response = next.run(request).await;
        return match (is_refused(response.status()), is_command) {
            (true, true) if !reads_json => command_in_words(response).await,
            (true, false) if is_of_a_library(&response) => with_words(response, lines_of),
            _ => response,
        };
    }
    let (mut parts, body) = request.into_parts();
    let Ok(plain) = Plain::from_request_parts(&mut parts, &state).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if !is_refused(status) || says(response.headers(), header::CONTENT_TYPE, "text/html") {
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

fn is_refused(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// What could not be read, in the words of whatever could not read it.
fn is_of_a_library(response: &Response) -> bool {
    let could_not_read = matches!(
        response.status(),
        StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    );
    let is_text = says(response.headers(), header::CONTENT_TYPE, "text/plain");
    could_not_read && is_text && response.extensions().get::<Ours>().is_none()
}

/// What a page is told as a name that it knows.
async fn command_in_words(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let said = to_bytes(body, MOST).await.unwrap_or_default();
    let error: Option<AppError> = serde_json::from_slice(&said).ok();
    with_words(Response::from_parts(parts, Body::empty()), |status| {
        error.map_or_else(|| lines_of(status), |error| format!("{error}\n"))
    })
}

fn lines_of(status: StatusCode) -> String {
    app::plain::refused::words(status).lines()
}

fn with_words(response: Response, words: impl FnOnce(StatusCode) -> String) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    let words = words(parts.status);
    Response::from_parts(parts, Body::from(words))
}

fn says(headers: &HeaderMap, name: header::HeaderName, kind: &str) -> bool {
    headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(kind))
}
