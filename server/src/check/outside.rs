//! The installation as people reach it: over TLS, through whatever stands in front of the server.

use axum::http::{HeaderMap, Request, StatusCode, header};
use hyper::body::Bytes;

use crate::asker::Asker;

/// What must come through to a browser: a proxy may drop them, or put its own in their place.
const HEADERS: [header::HeaderName; 4] = [
    header::STRICT_TRANSPORT_SECURITY,
    header::CONTENT_SECURITY_POLICY,
    header::X_CONTENT_TYPE_OPTIONS,
    header::REFERRER_POLICY,
];

/// What is wrong on the way from `url`, an address that begins with `https://`, to the server.
pub(super) async fn wrong(url: &str) -> Option<String> {
    let asker = match Asker::new() {
        Ok(asker) => asker,
        Err(error) => return Some(error.to_string()),
    };
    let Ok(request) = Request::get(format!("{url}/code")).body(Bytes::new()) else {
        return Some(format!("{url} is not an address"));
    };
    match asker.ask(request).await {
        Err(_) => Some(format!(
            "{url} did not answer over TLS: look whether its certificate is good and its proxy leads to this server"
        )),
        Ok(answer) if answer.status() != StatusCode::OK => {
            Some(format!("{url} answered {}: its proxy does not lead to this server", answer.status()))
        }
        Ok(answer) => missing(answer.headers()).map(|names| format!("its proxy takes away {names}: let them through")),
    }
}

fn missing(answered: &HeaderMap) -> Option<String> {
    let missing: Vec<_> =
        HEADERS.iter().filter(|name| !answered.contains_key(*name)).map(|name| name.as_str()).collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_a_proxy_takes_away_is_named() {
        let mut headers: HeaderMap = HEADERS.into_iter().map(|name| (name, "x".parse().unwrap())).collect();
        assert_eq!(missing(&headers), None);
        headers.remove(header::STRICT_TRANSPORT_SECURITY);
        assert_eq!(missing(&headers).as_deref(), Some("strict-transport-security"));
    }

    #[tokio::test]
    async fn an_address_where_nobody_answers_is_wrong() {
        let said = wrong("https://127.0.0.1:1").await.unwrap();
        assert!(said.contains("did not answer over TLS"), "{said}");
    }
}
