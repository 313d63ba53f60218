//! Who is asking: the session cookie, and what it means.

use app::{
    backend::{AlsoSignedIn, NotJustNow, Viewer},
    error::AppError,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, StatusCode, request::Parts},
    middleware::Next,
    response::Response,
};
use time::{Duration, OffsetDateTime};
use tokio::time::timeout;

use super::cookies::{Cookie, others};
use crate::{
    db::{
        self,
        login_sessions::{LoginSession, Proof},
    },
    keys::sign_in::STAFF_IDLE,
    secret::Hash,
    state::AppState,
};

/// How exactly “last seen” is known: a write for each request would be too many.
const SEEN_EXACTLY: Duration = Duration::minutes(5);

/// The session id the browser sent, if it sent one.
pub(crate) fn session_id(headers: &HeaderMap, secure: bool) -> Option<&str> {
    Cookie::Session.read(headers, secure)
}

/// Who is signed in in this browser now. Nobody, if they cannot be looked up.
pub(super) async fn viewer(state: &AppState, headers: &HeaderMap) -> Option<Viewer> {
    let id = session_id(headers, state.is_secure()).map(Hash::of)?;
    find(state, id).await.ok().flatten()
}

/// Who else is, each person once.
async fn also_signed_in(state: &AppState, headers: &HeaderMap, now: Option<Viewer>) -> AlsoSignedIn {
    let mut also = vec![];
    for id in others(headers, state.is_secure()) {
        let found = timeout(PATIENCE, find(state, Hash::of(id))).await;
        let other = found.ok().and_then(Result::ok).flatten();
        // An account is opened by its own proofs, and by nobody who merely uses the same browser.
        let other = other.filter(|other| other.by_link.is_some() && !now.is_some_and(|now| now.is_same(*other)));
        also.extend(other.filter(|other| !also.iter().any(|known: &Viewer| known.is_same(*other))));
    }
    AlsoSignedIn(also)
}

/// The person behind a request, for handlers. Nobody, if there is no good session.
#[derive(Clone, Copy, Debug)]
pub struct MaybeViewer(pub Option<Viewer>);

/// How long a person waits to hear that the database is away.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Middleware: reads the cookie and leaves an `Option<Viewer>` for whoever answers. While nobody can be
/// looked up it says so, rather than that they were not signed in.
pub(super) async fn read(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let viewer = match session_id(request.headers(), state.is_secure()).map(Hash::of) {
        Some(id) => timeout(PATIENCE, find(&state, id)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)),
        None => Ok(None),
    };
    match viewer {
        Ok(viewer) => {
            let also = also_signed_in(&state, request.headers(), viewer).await;
            request.extensions_mut().insert(also);
            request.extensions_mut().insert(MaybeViewer(viewer)).map(drop)
        }
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            request.extensions_mut().insert(NotJustNow).map(drop)
        }
    };
    next.run(request).await
}

/// Whether a session still opens something: one proof of an account opens nothing, and an account that nobody uses
/// for a while has to be opened again.
pub(super) fn opens(session: &LoginSession, now: OffsetDateTime) -> bool {
    let in_use = match session.proof {
        Proof::Link => true,
        Proof::Half => false,
        Proof::Full => now < session.seen_at + STAFF_IDLE,
    };
    in_use && now < session.expires_at
}

async fn find(state: &AppState, id: Hash) -> sqlx::Result<Option<Viewer>> {
    let now = state.clock.now();
    let session = db::login_sessions::find(&state.db, id).await?.filter(|session| opens(session, now));
    let Some(session) = session else { return Ok(None) };
    if now - session.seen_at > SEEN_EXACTLY
        && let Err(error) = touch(state, &session, id, now).await
    {
        tracing::warn!(%error, "a session could not be marked as seen");
    }
    Ok(Some(session.viewer))
}

async fn touch(state: &AppState, session: &LoginSession, id: Hash, now: OffsetDateTime) -> sqlx::Result<()> {
    let mut txn = state.db.begin(session.viewer.school).await?;
    db::login_sessions::touch(&mut txn, id, now).await?;
    txn.commit().await
}

impl<S: Sync> FromRequestParts<S> for MaybeViewer {
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        if parts.extensions.get::<NotJustNow>().is_some() {
            return Err((StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", AppError::Unavailable)));
        }
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}
