//! Whose device this is, as its user said when they came in. Kept in a cookie beside the session’s,
//! which says `own` or is not there: a device is a shared one until somebody says otherwise.

/// The cookie, and what it says of a person’s own device. Over TLS browsers hold us to it that it is this host’s alone.
pub const COOKIE: &str = "device";
pub const COOKIE_OVER_TLS: &str = "__Host-device";
pub const OWN: &str = "own";

/// What that means, for whoever wants to know.
pub const OWN_WORDS: &str = "This device is your own: words that cannot be sent just now are kept on it, scrambled, until they are sent, and never longer than a day.";
pub const SHARED_WORDS: &str = "This is a shared device: nothing you write is kept on it. If the network goes away, leave the page open until it is back. To change this, open your link again.";

/// The same, of the device that this page is on.
pub fn words_of_this_device() -> &'static str {
    if is_own(&cookies()) { OWN_WORDS } else { SHARED_WORDS }
}

/// All cookies of this site: of the request that is being answered, or in this browser.
pub fn cookies() -> String {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::document;
        use wasm_bindgen::JsCast;
        document().dyn_into::<web_sys::HtmlDocument>().ok().and_then(|page| page.cookie().ok()).unwrap_or_default()
    }
    #[cfg(all(feature = "ssr", not(feature = "hydrate")))]
    {
        leptos::prelude::use_context::<http::request::Parts>()
            .and_then(|parts| Some(parts.headers.get(http::header::COOKIE)?.to_str().ok()?.to_owned()))
            .unwrap_or_default()
    }
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    String::new()
}

/// From all cookies of this site, as a request or a browser holds them.
pub fn is_own(cookies: &str) -> bool {
    let says_own =
        |cookie: &str| [COOKIE, COOKIE_OVER_TLS].map(|name| Some((name, OWN))).contains(&cookie.trim().split_once('='));
    cookies.split(';').any(says_own)
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn a_device_is_shared_until_somebody_says_otherwise() {
        assert!(is_own("sid=1; device=own") && is_own("device=own") && is_own("__Host-device=own"));
        assert!(!is_own("") && !is_own("device=shared") && !is_own("mydevice=own; sid=device"));
    }
}
