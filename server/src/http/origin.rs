//! Whether a request comes from our own pages.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether `Origin` names the host that was asked. Without one the answer is no: a socket is opened
/// by a GET, and this is all that keeps other sites from opening it.
pub fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
    match (origin, text(header::HOST)) {
        (Some(("http" | "https", from)), Some(host)) => from.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// Middleware: what changes something must come from our own pages. Every browser says where a POST
/// comes from; what says nothing at all is no browser, and carries nobody’s cookie by accident.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if harmless || is_from_our_page(request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This must be sent from the meeting’s own page.").into_response()
    }
}

fn is_from_our_page(headers: &HeaderMap) -> bool {
    match (headers.get(SEC_FETCH_SITE).map(|site| site.as_bytes()), headers.contains_key(header::ORIGIN)) {
        (Some(b"same-origin"), _) => true,
        (Some(_), _) => false,
        (None, true) => is_ours(headers),
        (None, false) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_open_sockets() {
        let host = ("host", "meetings.example");
        assert!(is_ours(&headers(&[host, ("origin", "https://meetings.example")])));
        assert!(!is_ours(&headers(&[host, ("origin", "https://evil.example")])));
        assert!(!is_ours(&headers(&[host, ("origin", "https://meetings.example.evil")])));
        assert!(!is_ours(&headers(&[host, ("origin", "null")])));
        assert!(!is_ours(&headers(&[host])));
        assert!(!is_ours(&headers(&[("origin", "https://meetings.example")])));
    }

    #[test]
    fn a_form_on_another_site_is_refused() {
        let host = ("host", "meetings.example");
        assert!(is_from_our_page(&headers(&[host, ("sec-fetch-site", "same-origin")])));
        assert!(!is_from_our_page(&headers(&[host, ("sec-fetch-site", "cross-site")])));
        assert!(!is_from_our_page(&headers(&[host, ("sec-fetch-site", "same-site")])));
        assert!(!is_from_our_page(&headers(&[host, ("origin", "https://evil.example")])));
        assert!(is_from_our_page(&headers(&[host, ("origin", "https://meetings.example")])));
    }
}
