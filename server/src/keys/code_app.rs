//! Six numbers from a code app: RFC 6238, as every app speaks it (SHA-1, half a minute).
//!
//! The secret is derived from the installation’s key, as links are, and stored nowhere. What is stored is its number,
//! so that a lost telephone gets another one.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use shared::PersonId;
use time::OffsetDateTime;
use totp_rs::{Builder, Secret, Totp};

use crate::secret::JoinKey;

/// What the app calls us.
const ISSUER: &str = "Roundtable";

/// One app’s secret.
pub struct CodeApp(Totp);

impl CodeApp {
    pub fn new(key: &JoinKey, person: PersonId, number: i32) -> Self {
        let secret = Secret::new_stack(key.code_app_secret(person, number));
        Self(Builder::new().with_secret(secret).build_noncompliant())
    }

    /// The half minute these numbers belong to: this one, the one before or the one after, because clocks differ.
    pub fn check(&self, typed: &str, now: OffsetDateTime) -> Option<i64> {
        let digits: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
        let step = self.0.check(&digits, u64::try_from(now.unix_timestamp()).ok()?)?;
        i64::try_from(step).ok()
    }

    /// The numbers of this moment: for who has no app, which is a test.
    pub fn now(&self, now: OffsetDateTime) -> String {
        self.0.generate(u64::try_from(now.unix_timestamp()).unwrap_or_default()).to_string()
    }

    /// For a telephone’s camera.
    pub fn address(&self, email: &str) -> String {
        let email = utf8_percent_encode(email, NON_ALPHANUMERIC);
        format!("otpauth://totp/{ISSUER}:{email}?secret={}&issuer={ISSUER}", self.0.secret().to_base32())
    }

    /// To be typed where there is no camera.
    pub fn spelled(&self) -> String {
        let letters: Vec<char> = self.0.secret().to_base32().chars().collect();
        letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};
    use uuid::Uuid;

    use super::*;

    fn app(number: i32) -> CodeApp {
        CodeApp::new(&JoinKey::new([7; 32]), PersonId(Uuid::from_u128(1)), number)
    }

    #[test]
    fn numbers_are_good_for_their_half_minute_and_a_neighbouring_one() {
        let now = datetime!(2026-11-19 12:00 UTC);
        let numbers = app(0).now(now);
        assert_eq!(numbers.len(), 6);
        let step = app(0).check(&numbers, now);
        assert!(step.is_some());
        let spaced = format!("{} {} ", &numbers[..3], &numbers[3..]);
        assert_eq!(app(0).check(&spaced, now + Duration::seconds(30)), step);
        assert_eq!(app(0).check(&numbers, now + Duration::seconds(61)), None);
        assert_eq!(app(1).check(&numbers, now), None, "another app’s");
        for typed in ["", "12345", "1234567", "abcdef", "-12345"] {
            assert_eq!(app(0).check(typed, now), None, "{typed}");
        }
    }

    #[test]
    fn an_app_is_told_as_apps_expect_it() {
        let address = app(0).address("j.pike@larkfield.example");
        assert!(address.starts_with("otpauth://totp/Roundtable:j%2Epike%40larkfield%2Eexample?secret="));
        assert_eq!(app(0).spelled().replace(' ', "").len(), 32);
    }
}
