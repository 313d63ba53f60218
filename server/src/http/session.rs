//! Who is asking: the session cookie, and what it means.

use std::convert::Infallible;

use app::backend::Viewer;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::Response,
};
use time::{Duration, OffsetDateTime};

use crate::{
    db::{self, login_sessions::LoginSession},
    secret::Hash,
    state::AppState,
};

/// A school day. Whoever comes back tomorrow opens their link again.
pub(super) const LASTS: Duration = Duration::hours(12);

/// How exactly “last seen” is known: a write for each request would be too many.
const SEEN_EXACTLY: Duration = Duration::minutes(5);

/// The name of the cookie. `__Host-` makes browsers hold us to our word, but only over TLS.
pub(super) fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-sid" } else { "sid" }
}

/// The session id the browser sent, if it sent one.
pub(super) fn session_id(headers: &HeaderMap, secure: bool) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == cookie_name(secure)).then_some(value))
}

/// The person behind a request, for handlers. Nobody, if there is no good session.
#[derive(Clone, Copy, Debug)]
pub struct MaybeViewer(pub Option<Viewer>);

/// Middleware: reads the cookie and leaves an `Option<Viewer>` for whoever answers.
pub(super) async fn read(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let viewer = match session_id(request.headers(), state.is_secure()).map(Hash::of) {
        Some(id) => find(&state, id).await,
        None => None,
    };
    request.extensions_mut().insert(MaybeViewer(viewer));
    next.run(request).await
}

async fn find(state: &AppState, id: Hash) -> Option<Viewer> {
    let now = state.clock.now();
    let session = match db::login_sessions::find(&state.db, id).await {
        Ok(session) => session.filter(|session| now < session.expires_at)?,
        // Without the database nobody is anybody; the page says that we are not there just now.
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            return None;
        }
    };
    if now - session.seen_at > SEEN_EXACTLY
        && let Err(error) = touch(state, &session, id, now).await
    {
        tracing::warn!(%error, "a session could not be marked as seen");
    }
    Some(session.viewer)
}

async fn touch(state: &AppState, session: &LoginSession, id: Hash, now: OffsetDateTime) -> sqlx::Result<()> {
    let mut txn = state.db.begin(session.viewer.school).await?;
    db::login_sessions::touch(&mut txn, id, now).await?;
    txn.commit().await
}

impl<S: Sync> FromRequestParts<S> for MaybeViewer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}
