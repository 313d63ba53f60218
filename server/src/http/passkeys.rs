//! What `public/passkey.js` asks and brings: questions for a passkey, and its answers.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use super::{
    cookies::Cookie,
    plain::{Plain, come_in},
    refusal::Ours,
};
use crate::{
    keys::{
        once_more::NotThem,
        passkey::{self, NotAsked, Question, Shown},
    },
    limits::Limit,
    state::AppState,
};

pub(super) async fn begin_sign_in(State(state): State<AppState>, plain: Plain) -> Response {
    if !state.may_begin(plain.from) {
        Limit::PasswordTries.reached();
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    match passkey::begin_sign_in(&state).await {
        Ok(Some(question)) => asked(&state, question),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
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

/// The password and the numbers of now, as for new recovery codes.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Proofs {
    now: String,
    code: String,
}

pub(super) async fn begin_adding(
    State(state): State<AppState>,
    plain: Plain,
    proofs: Result<Json<Proofs>, JsonRejection>,
) -> Response {
    let Some(viewer) = plain.viewer() else { return StatusCode::UNAUTHORIZED.into_response() };
    let Proofs { now, code } = proofs.map(|Json(proofs)| proofs).unwrap_or_default();
    let shown = Shown { from: plain.from, password: &now, code: &code, session: plain.session(&state) };
    let words = match passkey::begin_adding(&state, viewer, &shown).await {
        Ok(Ok(question)) => return asked(&state, question),
        Ok(Err(NotAsked::None)) => return StatusCode::NOT_FOUND.into_response(),
        Ok(Err(NotAsked::NotThem(NotThem::Wrong))) => {
            "The password or the numbers are not right. Numbers are good once: wait for the next ones. No passkey was added."
        }
        Ok(Err(NotAsked::NotThem(NotThem::TooOften))) => {
            "Too many tries just now. Wait a minute, then try again. No passkey was added."
        }
        Ok(Err(NotAsked::LongAgo)) => {
            "It is a while since you signed in. Press Finish, sign in with your school account, and add it within five minutes. No passkey was added."
        }
        Err(error) => return unavailable(&error),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, Extension(Ours), words).into_response()
}

pub(super) async fn add(
    State(state): State<AppState>,
    plain: Plain,
    answer: Result<Json<RegisterPublicKeyCredential>, JsonRejection>,
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

fn asked(state: &AppState, question: Question) -> Response {
    let mut response = Json(question.options).into_response();
    Cookie::Ceremony.set(&mut response, &question.secret, state.is_secure());
    response
}

fn unavailable(error: &sqlx::Error) -> Response {
    tracing::error!(%error, "a passkey could not be looked up");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
