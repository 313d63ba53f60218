//! What `public/passkey.js` asks and brings: questions for a passkey, and its answers.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::{
    cookies::Cookie,
    plain::{Plain, come_in},
};
use crate::{
    keys::passkey::{self, Question},
    limits::Limit,
    state::AppState,
};

pub(super) async fn begin_sign_in(State(state): State<AppState>, plain: Plain) -> Response {
    if !state.may_begin(plain.from) {
        Limit::PasswordTries.reached();
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    asked(&state, passkey::begin_sign_in(&state).await)
}

pub(super) async fn sign_in(
    State(state): State<AppState>,
    plain: Plain,
    Json(answer): Json<PublicKeyCredential>,
) -> Response {
    let secret = Cookie::Ceremony.read(plain.headers(), state.is_secure()).unwrap_or_default();
    match passkey::sign_in(&state, secret, &answer, &plain.device()).await {
        Ok(Ok(session)) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            come_in(&state, plain.headers(), &mut response, &session, None).await;
            response
        }
        Ok(Err(_)) => StatusCode::FORBIDDEN.into_response(),
        Err(error) => unavailable(&error),
    }
}

pub(super) async fn begin_adding(State(state): State<AppState>, plain: Plain) -> Response {
    let Some(viewer) = plain.viewer() else { return StatusCode::UNAUTHORIZED.into_response() };
    asked(&state, passkey::begin_adding(&state, viewer).await)
}

pub(super) async fn add(
    State(state): State<AppState>,
    plain: Plain,
    answer: Result<Json<RegisterPublicKeyCredential>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let Some(viewer) = plain.viewer() else { return StatusCode::UNAUTHORIZED.into_response() };
    let Ok(Json(answer)) = answer else { return StatusCode::BAD_REQUEST.into_response() };
    let secret = Cookie::Ceremony.read(plain.headers(), state.is_secure()).unwrap_or_default();
    match passkey::add(&state, viewer, secret, &answer, &plain.device()).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => StatusCode::FORBIDDEN.into_response(),
        Err(error) => unavailable(&error),
    }
}

fn asked(state: &AppState, question: sqlx::Result<Option<Question>>) -> Response {
    match question {
        Ok(Some(Question { secret, options })) => {
            let mut response = Json(options).into_response();
            Cookie::Ceremony.set(&mut response, &secret, state.is_secure());
            response
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

fn unavailable(error: &sqlx::Error) -> Response {
    tracing::error!(%error, "a passkey could not be looked up");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
