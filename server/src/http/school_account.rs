//! To a school’s own provider and back.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::SchoolId;

use super::{
    cookies::Cookie,
    plain::{Plain, come_in, to_sign_in},
};
use crate::{
    keys::school_account::{self, Brought, Came},
    state::AppState,
};

#[derive(Deserialize)]
pub(super) struct Wanted {
    school: SchoolId,
}

/// A link and no form, because the policy of our pages lets no form lead elsewhere. It changes nothing but what this
/// browser is asked next; another site cannot press it.
pub(super) async fn begin(State(state): State<AppState>, Query(wanted): Query<Wanted>, plain: Plain) -> Response {
    if !is_pressed_here(plain.headers()) {
        return (StatusCode::FORBIDDEN, "Press it on the sign-in page.").into_response();
    }
    if !state.may_begin(plain.from) {
        return to_sign_in("often");
    }
    match school_account::begin(&state, wanted.school).await {
        Ok(Some((url, secret))) => {
            let mut response = Redirect::to(url.as_str()).into_response();
            Cookie::Ceremony.set(&mut response, &secret, state.is_secure());
            response
        }
        Ok(None) => to_sign_in("school"),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "a school’s provider cannot be used");
            to_sign_in("school")
        }
    }
}

fn is_pressed_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Answer {
    state: String,
    code: String,
    iss: Option<String>,
    error: Option<String>,
}

pub(super) async fn back(State(state): State<AppState>, Query(answer): Query<Answer>, plain: Plain) -> Response {
    let secure = state.is_secure();
    let Some(secret) = Cookie::Ceremony.read(plain.headers(), secure) else { return to_sign_in("school") };
    if answer.error.as_deref() == Some("access_denied") {
        // They pressed “No” there, or “Cancel”.
        return to_sign_in("broken-off");
    }
    if let Some(error) = &answer.error {
        // Of a closed list, but it comes from an address.
        let error: String = error.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        tracing::info!(error, "a school’s provider refused somebody");
        return to_sign_in("school");
    }
    let brought = Brought { secret, state: &answer.state, code: &answer.code, issuer: answer.iss.as_deref() };
    let came = school_account::finish(&state, brought, &plain.device()).await;
    let (session, to) = match came {
        Ok(Came::In(session)) => (session, "/"),
        Ok(Came::Half(session)) => (session, "/signin/second"),
        Ok(Came::OneProof) => return to_sign_in("one-proof"),
        Ok(Came::Nobody) => return to_sign_in("school"),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "an answer of a school’s provider is not believed");
            return to_sign_in("school");
        }
    };
    let mut response = Redirect::to(to).into_response();
    come_in(&state, plain.headers(), &mut response, &session, None).await;
    response
}
