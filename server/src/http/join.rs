//! Coming in by a personal link, and leaving.
//!
//! Whoever comes in says whether the device is a shared one. The answer lies in a cookie of its own,
//! which the page’s script may read; without the answer it is.
//!
//! What must stay true: opening a link uses nothing up, because mail scanners open links; only the
//! button signs somebody in.

use app::{backend::Viewer, components::device};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use shared::MeetingId;

use super::session::{self, LASTS, MaybeViewer, cookie_name};
use crate::{
    audit::{Deed, Verb},
    db,
    secret::{self, Hash},
    state::AppState,
};

/// The button on the invitation.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: String,
) -> Response {
    match start_session(&state, &token, &device_name(&headers)).await {
        Ok(Some((meeting, id))) => {
            let mut response = Redirect::to(&format!("/meetings/{meeting}")).into_response();
            let (seconds, secure) = (LASTS.whole_seconds(), state.is_secure());
            set_cookie(&mut response, cookie_name(secure), &id, seconds, secure, "; HttpOnly");
            let whose = if is_own_device(&form) { (device::OWN, seconds) } else { ("", 0) };
            set_cookie(&mut response, device::COOKIE, whose.0, whose.1, secure, "");
            response
        }
        // The page behind the link says why.
        Ok(None) => Redirect::to(&format!("/join/{}", encode(&token))).into_response(),
        Err(error) => {
            tracing::error!(%error, "somebody could not be signed in");
            Redirect::to(&format!("/join/{}", encode(&token))).into_response()
        }
    }
}

/// The meeting the link leads to, and the new session’s id.
async fn start_session(state: &AppState, token: &str, device: &str) -> sqlx::Result<Option<(MeetingId, String)>> {
    let now = state.clock.now();
    let Some(link) = db::join_links::find(&state.db, Hash::of(token)).await?.filter(|link| link.is_good(now)) else {
        return Ok(None);
    };
    let mut txn = state.db.begin(link.school).await?;
    let Some(seat) = db::participants::find(&mut txn, link.participant).await?.filter(|seat| seat.admitted) else {
        return Ok(None);
    };
    let id = secret::session_id();
    db::login_sessions::end_expired(&mut txn, now).await?;
    db::login_sessions::create(&mut txn, Hash::of(&id), seat.person, device, now, now + LASTS).await?;
    let deed = Deed::new(seat.person, Verb::SignedIn).in_meeting(seat.meeting);
    db::audit::add(&mut txn, deed, now).await?;
    txn.commit().await?;
    Ok(Some((seat.meeting, id)))
}

/// Leaves this device as if nobody had been here: it may belong to the school, or to a friend.
pub(super) async fn finish(
    State(state): State<AppState>,
    viewer: Result<MaybeViewer, (StatusCode, String)>,
    headers: HeaderMap,
) -> Response {
    // With the database away it is at least forgotten here.
    let viewer = viewer.ok().and_then(|MaybeViewer(viewer)| viewer);
    if let (Some(viewer), Some(id)) = (viewer, session::session_id(&headers, state.is_secure()).map(Hash::of)) {
        match end_session(&state, viewer, id).await {
            // Also in another tab of this browser.
            Ok(()) => state.sessions.end(id),
            Err(error) => tracing::error!(%error, "a session could not be ended"),
        }
    }
    let mut response = Redirect::to("/goodbye").into_response();
    let secure = state.is_secure();
    set_cookie(&mut response, cookie_name(secure), "", 0, secure, "; HttpOnly");
    set_cookie(&mut response, device::COOKIE, "", 0, secure, "");
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    response
}

async fn end_session(state: &AppState, viewer: Viewer, id: Hash) -> sqlx::Result<()> {
    let mut txn = state.db.begin(viewer.school).await?;
    db::login_sessions::end(&mut txn, id).await?;
    db::audit::add(&mut txn, Deed::new(viewer.person, Verb::SignedOut), state.clock.now()).await?;
    txn.commit().await
}

fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: i64, secure: bool, more: &str) {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}{more}; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The question was there, and the tick was not.
fn is_own_device(form: &str) -> bool {
    let has = |pair: &str| form.split('&').any(|there| there == pair);
    has("asked=yes") && !has("shared=yes")
}

fn encode(token: &str) -> String {
    percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What a person would call the device they use, and no more than that.
fn device_name(headers: &HeaderMap) -> String {
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
