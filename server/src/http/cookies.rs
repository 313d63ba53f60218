//! The cookies of this site: who somebody is, who else is signed in in this browser, which door they wait at,
//! and whose the device is.
//!
//! What must stay true: only the last can be read by a script.

use app::components::device;
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

use crate::{arrivals::SESSION_LASTS, secret::Hash};

/// So many are remembered in one browser: a family at one tablet.
const TOGETHER: usize = 4;

/// As long as the longest is waited for.
const CEREMONY_LASTS: i64 = 10 * 60;

/// One that no script can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    Session,
    /// The sessions of others who use this browser, with dots between them.
    Others,
    /// What those hold who wait at a door, the same way.
    Knock,
    /// What was asked of a passkey or of a school’s provider, until there is an answer.
    Ceremony,
}

impl Cookie {
    /// `__Host-` makes browsers hold us to our word, but only over TLS.
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, false) => "sid",
            (Self::Session, true) => "__Host-sid",
            (Self::Others, false) => "others",
            (Self::Others, true) => "__Host-others",
            (Self::Knock, false) => "knock",
            (Self::Knock, true) => "__Host-knock",
            (Self::Ceremony, false) => "asked",
            (Self::Ceremony, true) => "__Host-asked",
        }
    }

    /// What the browser sent of it.
    pub(crate) fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find_map(|(name, value)| (name == self.name(secure) && !value.is_empty()).then_some(value))
    }

    pub(crate) fn set(self, response: &mut Response, value: &str, secure: bool) {
        let lasts = if self == Self::Ceremony { CEREMONY_LASTS } else { SESSION_LASTS.whole_seconds() };
        set(response, self.name(secure), value, lasts, secure, "; HttpOnly");
    }

    /// Those with dots between them, of which there are never more.
    fn several(self, headers: &HeaderMap, secure: bool) -> Vec<&str> {
        let all = self.read(headers, secure).unwrap_or_default();
        all.split('.').filter(|one| !one.is_empty()).take(TOGETHER).collect()
    }

    pub(crate) fn set_several(self, response: &mut Response, all: &[&str], secure: bool) {
        if all.is_empty() {
            self.clear(response, secure);
        } else {
            self.set(response, &all.join("."), secure);
        }
    }

    pub(crate) fn clear(self, response: &mut Response, secure: bool) {
        set(response, self.name(secure), "", 0, secure, "; HttpOnly");
    }
}

/// Whose the device is. The page’s script asks it: without an answer it is a shared one.
pub(crate) fn set_device(response: &mut Response, is_own: bool, secure: bool) {
    let (whose, seconds) = if is_own { (device::OWN, SESSION_LASTS.whole_seconds()) } else { ("", 0) };
    let name = if secure { device::COOKIE_OVER_TLS } else { device::COOKIE };
    set(response, name, whose, seconds, secure, "");
}

/// Who else is signed in here.
pub(crate) fn others(headers: &HeaderMap, secure: bool) -> Vec<&str> {
    let mut others = Cookie::Others.several(headers, secure);
    others.truncate(TOGETHER - 1);
    others
}

/// Somebody is here now, perhaps with others; and everybody who was before is among the others.
pub(crate) fn set_session(response: &mut Response, headers: &HeaderMap, secure: bool, now: &str, with: &[&str]) {
    let before = Cookie::Session.read(headers, secure);
    let others = with.iter().copied().chain(before).chain(others(headers, secure)).filter(|id| *id != now);
    let others: Vec<_> = others.take(TOGETHER - 1).collect();
    Cookie::Session.set(response, now, secure);
    Cookie::Others.set_several(response, &others, secure);
}

/// Who waits here at a door, the latest first.
pub(crate) fn knocks(headers: &HeaderMap, secure: bool) -> Vec<&str> {
    Cookie::Knock.several(headers, secure)
}

/// Who waited here before goes on waiting.
pub(crate) fn add_knock(response: &mut Response, headers: &HeaderMap, secure: bool, secret: &str) {
    let all: Vec<_> = [secret].into_iter().chain(knocks(headers, secure)).take(TOGETHER).collect();
    Cookie::Knock.set_several(response, &all, secure);
}

/// Somebody is here now with an account, and nobody else is any more.
pub(crate) fn set_account(response: &mut Response, secure: bool, now: &str) {
    Cookie::Session.set(response, now, secure);
    Cookie::Others.clear(response, secure);
    Cookie::Ceremony.clear(response, secure);
}

/// Everybody who is signed in here.
pub(crate) fn all_sessions(headers: &HeaderMap, secure: bool) -> Vec<Hash> {
    let now = Cookie::Session.read(headers, secure);
    now.into_iter().chain(others(headers, secure)).map(Hash::of).collect()
}

fn set(response: &mut Response, name: &str, value: &str, seconds: i64, secure: bool, more: &str) {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}{more}; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
