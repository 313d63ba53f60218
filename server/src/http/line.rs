//! A child’s line of the register, who is kept from the child, and until when it is shared with whom: plain forms.

use app::{
    error::AppError,
    view::line::{Line, NotChanged},
};
use axum::{
    extract::{Path, Request, State},
    response::Response,
};

use super::{school::refusal, sent::Sent};
use crate::state::AppState;

/// The page that has these forms.
const PAGE: &str = "register";

pub(super) async fn change(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, PAGE, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    // In their order: types of need are ranked by it.
    let needs = sent.fields.iter().filter(|(key, value)| key == "need" && !value.is_empty());
    let line = Line {
        provision: sent.value("provision"),
        since: sent.value("since"),
        needs: needs.map(|(_, value)| value.clone()).collect(),
        looked_after: !sent.value("looked_after").is_empty(),
        key_adult: sent.value("key_adult"),
        year_group: sent.value("year_group"),
        class_name: sent.value("class_name"),
        upn: sent.value("upn"),
        born_on: sent.value("born_on"),
        home_language: sent.value("home_language"),
    };
    let outcome = state.backend.line_change(sent.viewer, sent.pupil, line.clone()).await;
    let said = |faults| NotChanged { line: Some(line), faults, ..NotChanged::default() };
    sent.answer(&state, outcome, "line", said).await
}

pub(super) async fn keep_from(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, PAGE, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let (person, reason) = (sent.value("person"), sent.value("reason"));
    let outcome = state.backend.keep_from(sent.viewer, sent.pupil, person.parse().ok(), reason.clone()).await;
    let said = |faults| NotChanged { person, reason, faults, ..NotChanged::default() };
    sent.answer(&state, outcome, "kept", said).await
}

pub(super) async fn let_near(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, PAGE, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let (person, reason) = (sent.value("person"), sent.value("reason"));
    let Ok(whom) = person.parse() else { return refusal(&AppError::NotFound) };
    let outcome = state.backend.let_near(sent.viewer, sent.pupil, whom, reason.clone()).await;
    let said = |faults| NotChanged { person, reason, faults, ..NotChanged::default() };
    sent.answer(&state, outcome, "near", said).await
}

pub(super) async fn share_until(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, PAGE, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let (person, until) = (sent.value("person"), sent.value("until"));
    let Ok(whom) = person.parse() else { return refusal(&AppError::NotFound) };
    let outcome = state.backend.share_until(sent.viewer, sent.pupil, whom, until.clone()).await;
    let said = |faults| NotChanged { person, reason: until, faults, ..NotChanged::default() };
    sent.answer(&state, outcome, "until", said).await
}
