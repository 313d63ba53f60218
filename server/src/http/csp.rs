//! The headers that every answer carries, above all the content security policy.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::csp_report;
use crate::state::AppState;

/// For this answer’s own scripts: whatever else finds its way into a page does not run.
#[derive(Clone, Debug)]
pub(super) struct PageNonce(pub(super) String);

/// Middleware: makes the nonce, and puts the headers on the answer.
pub(super) async fn headers(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = BASE64_STANDARD.encode(rand::random::<[u8; 18]>());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| is_host(host));
    let policy = policy(&nonce, host);
    request.extensions_mut().insert(PageNonce(nonce));

    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // Nothing of ours is a part of another site’s page, not even a picture.
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.is_secure() {
        // Two years without a first request in the clear, in which somebody could stand between.
        let always = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, always);
    }
    // A page is about a child: it stays in no cache. Files that may be cached say so themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn policy(nonce: &str, host: Option<&str>) -> String {
    // `'self'` does not mean our sockets in every browser that schools still have.
    let sockets = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'{sockets}; form-action 'self'; base-uri 'none'; \
         object-src 'none'; frame-ancestors 'none'; report-uri {}",
        csp_report::ADDRESS
    )
}

/// Whether this can stand in a header without ending what it stands in.
fn is_host(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_host_is_left_out_of_the_policy() {
        assert!(is_host("[::1]:3000") && is_host("meetings.example"));
        assert!(!is_host("a; script-src *"));
        assert!(policy("n", Some("a.example")).contains("connect-src 'self' ws://a.example wss://a.example;"));
        assert!(policy("n", None).contains("connect-src 'self';"));
    }
}
