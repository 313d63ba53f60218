//! A child’s line of the register, who is kept from the child, and until when it is shared with whom: plain forms.

use app::{
    error::AppError,
    view::line::{Line, NewChild, NotAdded, NotChanged},
};
use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    pages,
    school::refusal,
    sent::{Fields, Sent, fields, value},
    session::MaybeViewer,
};
use crate::state::AppState;

/// The page that has these forms.
const PAGE: &str = "register";

pub(super) async fn change(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, PAGE, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let line = line(&sent.fields);
    let seen: Option<Line> = shared::json::read(sent.value("seen").as_bytes()).ok();
    let outcome = state.backend.line_change(sent.viewer, sent.pupil, line.clone(), seen.clone()).await;
    let said = |faults| NotChanged { line: Some(line), seen, faults, ..NotChanged::default() };
    sent.answer(&state, outcome, "line", said).await
}

fn line(fields: &Fields) -> Line {
    let value = |name: &str| value(fields, name);
    // In their order: types of need are ranked by it.
    let needs = fields.iter().filter(|(key, value)| key == "need" && !value.is_empty());
    Line {
        provision: value("provision"),
        since: value("since"),
        needs: needs.map(|(_, value)| value.clone()).collect(),
        looked_after: !value("looked_after").is_empty(),
        key_adult: value("key_adult"),
        year_group: value("year_group"),
        class_name: value("class_name"),
        upn: value("upn"),
        born_on: value("born_on"),
        home_language: value("home_language"),
        left_on: value("left_on"),
    }
}

/// A child who is not here yet.
pub(super) async fn add(State(state): State<AppState>, request: Request) -> Response {
    let Some(viewer) = request.extensions().get::<MaybeViewer>().and_then(|viewer| viewer.0) else {
        return refusal(&AppError::NotSignedIn);
    };
    let page = pages::same_asker(&request, "/register/add");
    let fields = fields(request).await;
    let child =
        NewChild { full_name: value(&fields, "full_name"), called: value(&fields, "called"), line: line(&fields) };
    match state.backend.child_add(viewer, child.clone()).await {
        Ok(Ok(pupil)) => Redirect::to(&format!("/pupils/{pupil}/register?done=added")).into_response(),
        Ok(Err(faults)) => pages::refuse_with(&state, page, NotAdded { child, faults }).await,
        Err(error) => refusal(&error),
    }
}

/// Somebody who was put on the register by mistake: their page is gone with them.
pub(super) async fn take_out(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, PAGE, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let outcome = state.backend.child_take_out(sent.viewer, sent.pupil, !sent.value("sure").is_empty()).await;
    match outcome {
        Ok(faults) if faults.is_empty() => Redirect::to("/register?taken_out=1").into_response(),
        outcome => sent.answer(&state, outcome, "", |faults| NotChanged { faults, ..NotChanged::default() }).await,
    }
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
