//! Whether a request comes from our own pages.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::state::AppState;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether `Origin` is where our own pages are. Without one the answer is no: a socket is opened by a GET, and this is
/// all that keeps other sites from opening it.
pub fn is_ours(headers: &HeaderMap, named: Option<&str>) -> bool {
    let ours = of_our_pages(headers, named);
    text(headers, header::ORIGIN).zip(ours).is_some_and(|(origin, ours)| origin.eq_ignore_ascii_case(&ours))
}

/// Whether `Referer` is a page of ours. Whatever merely begins like our address is another’s.
pub(super) fn is_after_our_page(headers: &HeaderMap, named: Option<&str>) -> bool {
    let ours = of_our_pages(headers, named);
    text(headers, header::REFERER).zip(ours).is_some_and(|(page, ours)| {
        page.get(..ours.len()).is_some_and(|start| start.eq_ignore_ascii_case(&ours))
            && page[ours.len()..].starts_with('/')
    })
}

/// The address people use, where it is known; on a machine’s own network, the host that was asked.
fn of_our_pages(headers: &HeaderMap, named: Option<&str>) -> Option<String> {
    match named {
        Some(url) => Some(url.trim_end_matches('/').to_owned()),
        None => text(headers, header::HOST).map(|host| format!("http://{host}")),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Middleware: what changes something must come from our own pages. Every browser says where a POST
/// comes from; what says nothing at all is no browser, and carries nobody’s cookie by accident.
pub(super) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let harmless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if harmless || is_from_our_page(request.headers(), state.named()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This must be sent from the meeting’s own page.").into_response()
    }
}

fn is_from_our_page(headers: &HeaderMap, named: Option<&str>) -> bool {
    match (headers.get(SEC_FETCH_SITE).map(|site| site.as_bytes()), headers.contains_key(header::ORIGIN)) {
        (Some(b"same-origin"), _) => true,
        (Some(_), _) => false,
        (None, true) => is_ours(headers, named),
        (None, false) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    const URL: Option<&str> = Some("https://meetings.example");
    const HOST: (&str, &str) = ("host", "meetings.example");

    #[test]
    fn only_our_own_pages_open_sockets() {
        let is_ours = |pairs: &[_]| is_ours(&headers(pairs), URL);
        assert!(is_ours(&[HOST, ("origin", "https://meetings.example")]));
        assert!(!is_ours(&[HOST, ("origin", "http://meetings.example")]), "what anybody on the way could have written");
        assert!(!is_ours(&[HOST, ("origin", "https://evil.example")]));
        assert!(!is_ours(&[("host", "evil.example"), ("origin", "https://evil.example")]));
        assert!(!is_ours(&[HOST, ("origin", "https://meetings.example.evil")]));
        assert!(!is_ours(&[HOST, ("origin", "null")]));
        assert!(!is_ours(&[HOST]));
    }

    #[test]
    fn on_a_machines_own_network_it_is_the_host_that_was_asked() {
        let is_ours = |pairs: &[_]| is_ours(&headers(pairs), None);
        assert!(is_ours(&[("host", "localhost:3000"), ("origin", "http://localhost:3000")]));
        assert!(!is_ours(&[("host", "localhost:3000"), ("origin", "http://localhost:4000")]));
        assert!(!is_ours(&[("origin", "http://localhost:3000")]));
    }

    #[test]
    fn where_the_address_is_known_the_host_that_was_asked_says_nothing() {
        let is_ours = |pairs: &[_]| is_ours(&headers(pairs), Some("http://localhost:3000/"));
        assert!(is_ours(&[("host", "localhost:3000"), ("origin", "http://localhost:3000")]));
        assert!(
            !is_ours(&[("host", "evil.example"), ("origin", "http://evil.example")]),
            "a name led here by its owner"
        );
    }

    #[test]
    fn the_way_back_leads_to_pages_of_ours_alone() {
        let is_after = |page| is_after_our_page(&headers(&[HOST, ("referer", page)]), URL);
        assert!(is_after("https://meetings.example/pupils/1?newer=yes") && is_after("https://meetings.example/"));
        for other in [
            "https://evil.example/",
            "http://meetings.example/",
            "https://meetings.example.evil/",
            "https://meetings.example@evil.example/",
            "https://meetings.example:8443/",
            "//evil.example",
            "/pupils",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!is_after(other), "{other}");
        }
        let asked = [("host", "localhost:3000"), ("referer", "http://localhost:3000/")];
        assert!(is_after_our_page(&headers(&asked), None));
        assert!(!is_after_our_page(&headers(&asked[1..]), None));
    }

    #[test]
    fn a_form_on_another_site_is_refused() {
        let is_from_our_page = |pairs: &[_]| is_from_our_page(&headers(pairs), URL);
        assert!(is_from_our_page(&[HOST, ("sec-fetch-site", "same-origin")]));
        assert!(!is_from_our_page(&[HOST, ("sec-fetch-site", "cross-site")]));
        assert!(!is_from_our_page(&[HOST, ("sec-fetch-site", "same-site")]));
        assert!(!is_from_our_page(&[HOST, ("origin", "https://evil.example")]));
        assert!(is_from_our_page(&[HOST, ("origin", "https://meetings.example")]));
    }
}
