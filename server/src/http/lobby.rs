//! The door from outside: typing the code, coming in when it opens, going away again.

use std::net::IpAddr;

use axum::{
    Extension, Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    cookies::{self, Cookie},
    join::{arrived, device_name},
    session,
};
use crate::{
    arrivals::{self, Arrival, NoDoor},
    door::{Peer, address},
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
    address::of_client(peer, Some(headers), &state.limits.trusted_proxies)
}

/// The page that waits sends this by itself once the door is open.
pub(super) async fn enter(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let Some(secret) = Cookie::Knock.read(&headers, state.is_secure()) else {
        return Redirect::to("/lobby").into_response();
    };
    let here = session::viewer(&state, &headers).await;
    let arrival = arrivals::enter(&state, secret, here).await.unwrap_or_else(|error| {
        tracing::error!(%error, "somebody who was let in could not come in");
        Arrival::Nowhere
    });
    arrived(&state, &headers, arrival)
}

/// Not any more.
pub(super) async fn leave(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let secure = state.is_secure();
    if let Some(secret) = Cookie::Knock.read(&headers, secure)
        && let Err(error) = arrivals::leave(&state, secret).await
    {
        tracing::error!(%error, "a knock could not be taken back");
    }
    let mut response = Redirect::to("/").into_response();
    Cookie::Knock.clear(&mut response, secure);
    response
}
