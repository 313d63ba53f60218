//! The pages and their server functions: Leptos, with everything it may ask for in its context.

use app::{
    backend::{AlsoSignedIn, Backend, KnockSecrets, NotJustNow},
    error::AppError,
};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any},
};
use leptos::{
    nonce::Nonce,
    prelude::{FromServerFnError, provide_context, use_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};
use std::sync::Arc;

use super::{cookies, csp::PageNonce, session::MaybeViewer};
use crate::state::AppState;

pub(super) fn routes(state: &AppState) -> Router<AppState> {
    let assets = state.assets.clone();
    let shell = move || app::shell(assets.clone());
    let paths = generate_route_list(shell.clone());
    Router::new().leptos_routes_with_context(state, paths, context(state), shell)
}

/// The addresses of all pages and commands.
pub(super) fn addresses(state: &AppState) -> Vec<(Method, String)> {
    let assets = state.assets.clone();
    let pages = generate_route_list(move || app::shell(assets.clone()));
    let pages = pages.into_iter().map(|page| (Method::GET, page.path().to_owned())).collect::<Vec<_>>();
    let commands = server_fn_paths().map(|(path, method)| (method, path.to_owned()));
    pages.into_iter().chain(commands).collect()
}

/// For a command this server does not know by that name: its page was made by another version.
pub(super) async fn outdated() -> (StatusCode, axum::body::Bytes) {
    (StatusCode::GONE, AppError::Outdated.ser())
}

/// For an address that is no page of ours: the app’s own page that says so.
pub(super) fn not_found(state: &AppState) -> MethodRouter<(), std::convert::Infallible> {
    let assets = state.assets.clone();
    let render = render_app_async_with_context(context(state), move || app::shell(assets.clone()));
    any(move |request: Request<Body>| {
        let render = render.clone();
        async move {
            let mut response = render(request).await.into_response();
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        }
    })
}

/// One of our pages as the answer to something that was sent, with what it has to say about it.
pub(super) async fn answer_with<T: Clone + Send + Sync + 'static>(
    state: &AppState,
    request: Request<Body>,
    said: T,
) -> Response {
    let assets = state.assets.clone();
    let context = context(state);
    let with = move || {
        context();
        provide_context(said.clone());
    };
    render_app_async_with_context(with, move || app::shell(assets.clone()))(request).await.into_response()
}

/// The same, where what was sent was not done.
pub(super) async fn refuse_with<T: Clone + Send + Sync + 'static>(
    state: &AppState,
    request: Request<Body>,
    said: T,
) -> Response {
    let mut response = answer_with(state, request, said).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// A request for this page by whoever sent that one: who asks, how they like their pages, the nonce.
pub(super) fn same_asker(sent: &Request<Body>, path: &str) -> Request<Body> {
    let mut page = Request::get(path).body(Body::empty()).unwrap_or_default();
    *page.headers_mut() = sent.headers().clone();
    *page.extensions_mut() = sent.extensions().clone();
    page
}

/// What a page finds in its context: the backend, who asks, and the nonce that the header names.
fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend = state.backend.clone();
    let assets = state.assets.clone();
    let secure = state.is_secure();
    move || {
        provide_context::<Arc<dyn Backend>>(backend.clone());
        provide_context(assets.clone());
        let Some(parts) = use_context::<Parts>() else { return };
        if let Some(not_just_now) = parts.extensions.get::<NotJustNow>() {
            provide_context(*not_just_now);
        }
        provide_context(parts.extensions.get::<MaybeViewer>().and_then(|viewer| viewer.0));
        if let Some(also) = parts.extensions.get::<AlsoSignedIn>() {
            provide_context(also.clone());
        }
        let knocks = cookies::knocks(&parts.headers, secure);
        if !knocks.is_empty() {
            provide_context(KnockSecrets(knocks.into_iter().map(str::to_owned).collect()));
        }
        if let Some(PageNonce(nonce)) = parts.extensions.get() {
            provide_context(Nonce::from_value(nonce.as_str()));
        }
    }
}
