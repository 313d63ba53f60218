//! Answers that are pages of plain forms, and what every way in with an account has in common.

use std::net::IpAddr;

use app::{SiteAssets, plain::Asked};
use axum::{
    Extension,
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;

use super::{
    cookies,
    csp::PageNonce,
    join,
    session::{self, MaybeViewer},
};
use crate::{
    door::{Peer, address},
    state::AppState,
};

/// Who asks, from where, and how they like their pages.
pub(super) struct Plain {
    parts: Parts,
    assets: SiteAssets,
    pub(super) from: Option<IpAddr>,
}

impl FromRequestParts<AppState> for Plain {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let peer = Option::<Extension<Peer>>::from_request_parts(parts, state).await.unwrap_or_default();
        let from = peer.and_then(|Extension(Peer(peer))| {
            address::of_client(peer, Some(&parts.headers), &state.limits.trusted_proxies)
        });
        Ok(Self { parts: parts.clone(), assets: state.assets.clone(), from })
    }
}

impl Plain {
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(super) fn device(&self) -> String {
        join::device_name(self.headers())
    }

    /// A page, and the module it brings.
    pub(super) fn page<V: IntoView + 'static>(
        self,
        title: &str,
        script: Option<&'static str>,
        body: impl FnOnce() -> V,
    ) -> Response {
        let nonce = self.parts.extensions.get().map(|PageNonce(nonce)| nonce.clone()).unwrap_or_default();
        let me = self.viewer().map(|viewer| viewer.person);
        let asked = Asked { parts: self.parts, me, assets: self.assets, nonce };
        Html(app::plain::page(asked, title, script, body)).into_response()
    }

    /// The same for something that was not as it should be.
    pub(super) fn wrong<V: IntoView + 'static>(self, title: &str, body: impl FnOnce() -> V) -> Response {
        let mut response = self.page(title, None, body);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response
    }

    /// What was read for whoever asks; for whom nothing could be read, it is not. `is_wrong` where something that was
    /// sent was not as it should be.
    pub(super) fn read<T, V: IntoView + 'static>(
        self,
        title: &str,
        read: sqlx::Result<Option<T>>,
        is_wrong: bool,
        body: impl FnOnce(T) -> V,
    ) -> Response {
        match read {
            Ok(Some(read)) if is_wrong => self.wrong(title, || body(read)),
            Ok(Some(read)) => self.page(title, None, || body(read)),
            Ok(None) => self.not_theirs(),
            Err(error) => later(&error),
        }
    }

    /// For who has an account, and not the post that this is for.
    pub(super) fn not_theirs(self) -> Response {
        let mut response = self.page("That is not yours to open", None, app::plain::not_yours::page);
        *response.status_mut() = StatusCode::FORBIDDEN;
        response
    }

    /// Whoever is signed in with an account.
    pub(super) fn viewer(&self) -> Option<app::backend::Viewer> {
        let viewer = self.parts.extensions.get::<MaybeViewer>().and_then(|viewer| viewer.0);
        viewer.filter(|viewer| viewer.by_link.is_none())
    }

    pub(super) fn session(&self, state: &AppState) -> Option<crate::secret::Hash> {
        session::session_id(self.headers(), state.is_secure()).map(crate::secret::Hash::of)
    }
}

/// Somebody has come in with an account: whoever was signed in in this browser before is not any more.
pub(super) async fn come_in(
    state: &AppState,
    headers: &HeaderMap,
    response: &mut Response,
    now: &str,
    own: Option<bool>,
) {
    let secure = state.is_secure();
    for id in cookies::all_sessions(headers, secure) {
        match join::end_session(state, id).await {
            Ok(()) => state.sessions.end(id),
            Err(error) => tracing::error!(%error, "an earlier session could not be ended"),
        }
    }
    cookies::set_account(response, secure, now);
    // Where nobody was asked, it stays whose it was.
    if let Some(own) = own {
        cookies::set_device(response, own, secure);
    }
}

/// To the sign-in page, which says why.
pub(super) fn to_sign_in(why: &str) -> Response {
    Redirect::to(&format!("/signin?why={why}")).into_response()
}

/// The database is away.
pub(super) fn later(error: &impl std::fmt::Display) -> Response {
    tracing::error!(%error, "an account could not be looked up");
    to_sign_in("later")
}
