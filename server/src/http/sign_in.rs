//! Staff sign in: by a password and a code, and what follows when a school’s provider asked for one proof.

use app::plain::sign_in::{SignIn, Why, page, second as second_page};
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::plain::{Plain, come_in, later, to_sign_in};
use crate::{
    db::{self, login_sessions::Proof},
    keys::sign_in::{self, Refused, Typed},
    secret::Hash,
    state::AppState,
};

/// The module that talks to passkeys.
pub(super) const PASSKEY_SCRIPT: &str = "/passkey.js";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    why: String,
}

pub(super) async fn show(State(state): State<AppState>, Query(asked): Query<Asked>, plain: Plain) -> Response {
    let why = Why::from_name(&asked.why);
    let offered = match offers(&state).await {
        Ok(offered) => offered,
        Err(error) => {
            tracing::error!(%error, "schools could not be looked up");
            SignIn::default()
        }
    };
    let offered = SignIn { why, passkeys: state.passkeys.are_kept(), ..offered };
    let mut response = plain.page("Staff sign in", Some(PASSKEY_SCRIPT), || page(offered));
    if why == Some(Why::Later) {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// One school is named; of several, those whose staff come by a provider of their own.
async fn offers(state: &AppState) -> sqlx::Result<SignIn> {
    let schools = db::schools::list(&state.db).await?;
    let (mut named, mut providers) = (None, vec![]);
    for school in &schools {
        let provider = state.school_accounts.of(*school, &schools);
        if provider.is_none() && schools.len() > 1 {
            continue;
        }
        let mut txn = state.db.begin(*school).await?;
        let name = db::schools::name(&mut txn).await?;
        if let Some(provider) = provider {
            let words = match (&provider.name, schools.len()) {
                (Some(words), _) => words.clone(),
                (None, 1) => "With my school account".to_owned(),
                (None, _) => format!("With my account of {name}"),
            };
            providers.push((format!("/signin/school?school={school}"), words));
        }
        named = Some(name);
    }
    Ok(SignIn { school: named.filter(|_| schools.len() == 1), providers, ..SignIn::default() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Given {
    email: String,
    password: String,
    code: String,
    asked: String,
    shared: String,
}

pub(super) async fn sign_in(State(state): State<AppState>, plain: Plain, Form(given): Form<Given>) -> Response {
    let typed = Typed { email: &given.email, password: &given.password, code: &given.code };
    let own = given.asked == "yes" && given.shared != "yes";
    match sign_in::by_password(&state, plain.from, &typed, &plain.device()).await {
        Ok(Ok(session)) => {
            let mut response = Redirect::to("/").into_response();
            come_in(&state, plain.headers(), &mut response, &session, Some(own)).await;
            response
        }
        Ok(Err(refused)) => to_sign_in(why(refused)),
        Err(error) => later(&error),
    }
}

fn why(refused: Refused) -> &'static str {
    match refused {
        Refused::Wrong => "wrong",
        Refused::TooOften => "often",
    }
}

/// The question after a provider that asked for one proof.
pub(super) async fn second(State(state): State<AppState>, Query(asked): Query<Asked>, plain: Plain) -> Response {
    match half(&state, &plain).await {
        Ok(Some(_)) => plain.page("One more proof", None, || second_page(Why::from_name(&asked.why))),
        Ok(None) => to_sign_in("first"),
        Err(error) => later(&error),
    }
}

pub(super) async fn give_second(State(state): State<AppState>, plain: Plain, Form(given): Form<Given>) -> Response {
    let half = match half(&state, &plain).await {
        Ok(Some(half)) => half,
        Ok(None) => return to_sign_in("first"),
        Err(error) => return later(&error),
    };
    match sign_in::by_second_proof(&state, plain.from, half, &given.code, &plain.device()).await {
        Ok(Ok(session)) => {
            let mut response = Redirect::to("/").into_response();
            come_in(&state, plain.headers(), &mut response, &session, None).await;
            response
        }
        Ok(Err(refused)) => Redirect::to(&format!("/signin/second?why={}", why(refused))).into_response(),
        Err(error) => later(&error),
    }
}

/// Their session, if it is one that waits for the second proof.
async fn half(state: &AppState, plain: &Plain) -> sqlx::Result<Option<Hash>> {
    let Some(id) = plain.session(state) else { return Ok(None) };
    let session = db::login_sessions::find(&state.db, id).await?;
    let waits = session.is_some_and(|session| session.proof == Proof::Half && state.clock.now() < session.expires_at);
    Ok(waits.then_some(id))
}
