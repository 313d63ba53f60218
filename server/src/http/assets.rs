//! What browsers download: the files that `scripts/build-site.mjs` made.

use std::{convert::Infallible, io, path::Path};

use anyhow::Context;
use app::SiteAssets;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Uri, header},
    response::Response,
};
use tower::{Service, ServiceBuilder, util::BoxCloneSyncService};
use tower_http::{
    services::{ServeDir, fs::DefaultServeDirFallback},
    set_header::SetResponseHeaderLayer,
};

/// Today’s names of the script, the module and the style.
pub fn read_manifest(site: &Path) -> anyhow::Result<SiteAssets> {
    let path = site.join("manifest.json");
    let json = std::fs::read(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!(
            "There is nothing for browsers to download in {}: run 'make site' first, or say where it is with ROUNDTABLE_SITE.",
            site.display()
        ),
        _ => anyhow::anyhow!("{} cannot be read: {error}", path.display()),
    })?;
    serde_json::from_slice(&json).with_context(|| format!("{} is not what 'make site' writes", path.display()))
}

/// Files whose names say their content: they never change, so browsers need never ask again.
pub(super) fn hashed(site: &Path) -> BoxCloneSyncService<Request, Response, Infallible> {
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, move |response: &Response| {
                response.status().is_success().then(|| forever.clone())
            }))
            .map_request(without_long_names)
            .map_response(|response: axum::http::Response<_>| response.map(Body::new))
            .service(compressed(&site.join("pkg"))),
    )
}

/// Pictures, fonts and the like; for what is not there, the other service answers.
pub(super) fn or_else<S>(site: &Path, otherwise: S) -> BoxCloneSyncService<Request, Response, Infallible>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
{
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .map_request(without_long_names)
            .map_response(|mut response: axum::http::Response<_>| {
                if response.status().is_success() && is_file(&response) {
                    let hour = HeaderValue::from_static("public, max-age=3600");
                    response.headers_mut().insert(header::CACHE_CONTROL, hour);
                }
                response.map(Body::new)
            })
            .service(compressed(site).append_index_html_on_directories(false).fallback(otherwise)),
    )
}

fn compressed(directory: &Path) -> ServeDir<DefaultServeDirFallback> {
    ServeDir::new(directory).precompressed_br().precompressed_gzip()
}

/// No file of ours has a longer name, and a name that no file can have is to the disk a fault of its own.
const LONGEST_NAME: usize = 200;
const LONGEST_PATH: usize = 1_000;

/// Asks for one that is not there in place of one that cannot be.
fn without_long_names(mut request: Request) -> Request {
    let path = request.uri().path();
    if path.len() > LONGEST_PATH || path.split('/').any(|name| name.len() > LONGEST_NAME) {
        *request.uri_mut() = Uri::from_static("/-");
    }
    request
}

/// Only files know when they were last written.
fn is_file<B>(response: &axum::http::Response<B>) -> bool {
    response.headers().contains_key(header::LAST_MODIFIED)
}
