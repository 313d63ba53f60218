//! Coming in by a personal link, and leaving.
//!
//! Whoever comes in says whether the device is a shared one. The answer lies in a cookie of its own,
//! which the page’s script may read; without the answer it is.
//!
//! What must stay true: opening a link uses nothing up, because mail scanners open links; only the
//! button signs somebody in. Nobody becomes somebody else in a browser without being asked.

use app::backend::Viewer;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    cookies::{self, Cookie, set_session},
    session::{self, MaybeViewer},
};
use crate::{
    arrivals::{self, Arrival, Place},
    audit::{Deed, Verb},
    db,
    secret::Hash,
    state::AppState,
};

/// The button on the invitation.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: String,
) -> Response {
    let here = session::viewer(&state, &headers).await;
    let device = device_name(&headers);
    match arrivals::by_link(&state, &token, &device, here, has(&form, "switch=yes")).await {
        Ok(Arrival::Nowhere) => back_to(&token),
        Ok(arrival) => {
            let mut response = arrived(&state, &headers, arrival);
            cookies::set_device(&mut response, is_own_device(&form), state.is_secure());
            response
        }
        Err(error) => {
            tracing::error!(%error, "somebody could not be signed in");
            back_to(&token)
        }
    }
}

/// The page behind the link says why.
fn back_to(token: &str) -> Response {
    Redirect::to(&format!("/join/{}", encode(token))).into_response()
}

/// Where they are now, and what their browser holds for it.
pub(super) fn arrived(state: &AppState, headers: &HeaderMap, arrival: Arrival) -> Response {
    let secure = state.is_secure();
    match arrival {
        Arrival::In { place, session } => {
            let mut response = Redirect::to(&address(place)).into_response();
            set_session(&mut response, headers, secure, &session, &[]);
            if Cookie::Knock.read(headers, secure).is_some() {
                Cookie::Knock.clear(&mut response, secure);
            }
            response
        }
        Arrival::AlreadyIn(place) => Redirect::to(&address(place)).into_response(),
        Arrival::AtDoor { secret } => {
            let mut response = Redirect::to("/lobby").into_response();
            cookies::add_knock(&mut response, headers, secure, &secret);
            response
        }
        Arrival::Nowhere => Redirect::to("/lobby").into_response(),
    }
}

pub(super) fn address(place: Place) -> String {
    match place {
        Place::Table(meeting) => format!("/meetings/{meeting}"),
        Place::Preparation(meeting) => format!("/meetings/{meeting}/prepare"),
        Place::Record(meeting) => format!("/meetings/{meeting}/record"),
    }
}

/// Leaves this device as if nobody had been here: it may belong to the school, or to a friend.
pub(super) async fn finish(
    State(state): State<AppState>,
    _: Result<MaybeViewer, (StatusCode, String)>,
    headers: HeaderMap,
) -> Response {
    let secure = state.is_secure();
    for id in cookies::all_sessions(&headers, secure) {
        // With the database away it is at least forgotten here.
        match end_session(&state, id).await {
            // Also in another tab of this browser.
            Ok(()) => state.sessions.end(id),
            Err(error) => tracing::error!(%error, "a session could not be ended"),
        }
    }
    if let Err(error) = arrivals::leave(&state, &cookies::knocks(&headers, secure), None).await {
        tracing::error!(%error, "a knock could not be taken back");
    }
    let mut response = Redirect::to("/goodbye").into_response();
    for cookie in [Cookie::Session, Cookie::Others, Cookie::Knock, Cookie::Ceremony] {
        cookie.clear(&mut response, secure);
    }
    cookies::set_device(&mut response, false, secure);
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    response
}

pub(super) async fn end_session(state: &AppState, id: Hash) -> sqlx::Result<()> {
    let Some(session) = db::login_sessions::find(&state.db, id).await? else { return Ok(()) };
    let Viewer { school, person, .. } = session.viewer;
    let mut txn = state.db.begin(school).await?;
    db::login_sessions::end(&mut txn, id).await?;
    db::audit::add(&mut txn, Deed::new(person, Verb::SignedOut), state.clock.now()).await?;
    txn.commit().await
}

/// The question was there, and the tick was not.
fn is_own_device(form: &str) -> bool {
    has(form, "asked=yes") && !has(form, "shared=yes")
}

fn has(form: &str, pair: &str) -> bool {
    form.split('&').any(|there| there == pair)
}

/// A token of ours stays as it is; anything else that came in its place says nothing in an address.
fn encode(token: &str) -> String {
    const NOT_OURS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');
    utf8_percent_encode(token, NOT_OURS).to_string()
}

/// What a person would call the device they use, and no more than that.
pub(super) fn device_name(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map_or("Unknown", |(_, name)| *name)
    };
    // In this order, because each pretends to be those after it.
    let browser = first(&[("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("CrOS", "Chromebook"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        ("Unknown", "Unknown") => "Another device".to_owned(),
        ("Unknown", system) => system.to_owned(),
        (browser, "Unknown") => browser.to_owned(),
        (browser, system) => format!("{browser} on {system}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(agent: &'static str, expected: &str) {
        let headers = HeaderMap::from_iter([(header::USER_AGENT, HeaderValue::from_static(agent))]);
        assert_eq!(device_name(&headers), expected);
    }

    #[test]
    fn a_device_is_shared_unless_its_user_was_asked_and_said_no() {
        assert!(is_own_device("asked=yes"));
        assert!(!is_own_device("asked=yes&shared=yes") && !is_own_device("") && !is_own_device("shared=no"));
    }

    #[test]
    fn devices_have_the_names_people_use() {
        check(
            "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Chrome on Android",
        );
        check(
            "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Safari/604.1",
            "Safari on iPad",
        );
        check(
            "Mozilla/5.0 (X11; CrOS x86_64 15633.0.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
            "Chrome on Chromebook",
        );
        check("curl/8.0", "Another device");
    }
}
