//! The door from outside: typing the code, coming in when it opens, going away again.

use std::net::IpAddr;

use axum::{
    Extension, Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::KnockId;

use super::{
    cookies::{self, Cookie, set_session},
    join::{address, arrived, device_name},
    session,
};
use crate::{
    arrivals::{self, NoDoor},
    door::{self, Peer},
    state::AppState,
};

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
}

/// A name and the meeting code.
pub(super) async fn knock(
    State(state): State<AppState>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Response {
    let from = client(&state, peer, &headers);
    let why = match arrivals::by_code(&state, from, &typed.code, &typed.name, &device_name(&headers)).await {
        Ok(Ok(arrival)) => {
            let mut response = arrived(&state, &headers, arrival);
            // Nobody was asked whose device it is.
            cookies::set_device(&mut response, false, state.is_secure());
            return response;
        }
        Ok(Err(NoDoor::NoName)) => "name",
        Ok(Err(NoDoor::Unknown)) => "unknown",
        Ok(Err(NoDoor::TooOften)) => "often",
        Err(error) => {
            tracing::error!(%error, "a code could not be looked up");
            "later"
        }
    };
    Redirect::to(&format!("/code?why={why}")).into_response()
}

fn client(state: &AppState, peer: Option<Extension<Peer>>, headers: &HeaderMap) -> Option<IpAddr> {
    let Extension(Peer(peer)) = peer?;
    door::address::of_client(peer, Some(headers), &state.limits.trusted_proxies)
}

/// The page that waits sends this by itself once the door is open. Whoever waits at the same device and was let in too
/// comes in with them.
pub(super) async fn enter(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let secure = state.is_secure();
    let here = session::viewer(&state, &headers).await;
    let (mut came, mut outside) = (vec![], vec![]);
    for secret in cookies::knocks(&headers, secure) {
        match arrivals::enter(&state, secret, here).await {
            Ok(Some(in_)) => came.push(in_),
            Ok(None) => outside.push(secret),
            Err(error) => {
                tracing::error!(%error, "somebody who was let in could not come in");
                outside.push(secret);
            }
        }
    }
    let sessions: Vec<_> = came.iter().map(|(_, session)| session.as_str()).collect();
    let (Some((place, _)), Some((now, with))) = (came.first(), sessions.split_first()) else {
        return Redirect::to("/lobby").into_response();
    };
    let mut response = Redirect::to(&address(*place)).into_response();
    set_session(&mut response, &headers, secure, now, with);
    Cookie::Knock.set_several(&mut response, &outside, secure);
    response
}

#[derive(Deserialize)]
pub(super) struct Left {
    /// Whose page it was, of those who wait at this device.
    knock: KnockId,
}

/// Not any more.
pub(super) async fn leave(State(state): State<AppState>, headers: HeaderMap, Form(left): Form<Left>) -> Response {
    let secure = state.is_secure();
    let waiting = cookies::knocks(&headers, secure);
    let still = arrivals::leave(&state, &waiting, Some(left.knock)).await.unwrap_or_else(|error| {
        // Nobody asks for them here any more, and nobody sees them at the door then.
        tracing::error!(%error, "a knock could not be taken back");
        vec![]
    });
    let mut response = Redirect::to(if still.is_empty() { "/" } else { "/lobby" }).into_response();
    Cookie::Knock.set_several(&mut response, &still, secure);
    response
}
