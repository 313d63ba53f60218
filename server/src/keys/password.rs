//! Passwords: how they are kept, and which are no use.
//!
//! What must stay true: a check takes as long for an account that is not there; so many checks at once take all the
//! memory that there is for them, and no more.

use std::sync::{Arc, OnceLock};

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng},
};
use tokio::sync::Semaphore;

use crate::limits::{Limit, PASSWORD_CHECKS};

/// Long enough that nobody guesses it before the numbers of a code app change; no rules about letters beside it.
pub const SHORTEST: usize = 12;
/// A sentence fits. Longer ones would only be work.
pub const LONGEST: usize = 128;

/// What is wrong with a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    TooShort,
    TooLong,
    /// Among those that are tried first.
    Common,
}

/// The work that passwords are, a few at a time.
#[derive(Clone, Debug)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Of nobody: checked where there is no account.
    decoy: Arc<OnceLock<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(PASSWORD_CHECKS)), decoy: Arc::default() }
    }
}

impl Passwords {
    /// As it is kept.
    pub async fn hash(&self, password: &str) -> Option<String> {
        let password = password.to_owned();
        self.take_turn(move || hash(&password)).await?
    }

    /// Whether it is this one’s. Of no hash it never is, and that takes as long.
    pub async fn is_right(&self, password: &str, kept: Option<String>) -> bool {
        let (password, decoy) = (password.to_owned(), self.decoy.clone());
        let checked = self.take_turn(move || {
            let (kept, is_real) = match kept {
                Some(kept) => (kept, true),
                None => (decoy.get_or_init(|| hash("nobody’s own password").unwrap_or_default()).clone(), false),
            };
            let Ok(parsed) = PasswordHash::new(&kept) else { return false };
            Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && is_real
        });
        checked.await.unwrap_or(false)
    }

    async fn take_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        if self.turns.available_permits() == 0 {
            Limit::PasswordChecks.reached();
        }
        let turn = self.turns.clone().acquire_owned().await.ok()?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .ok()
    }
}

/// Argon2id with 19 MiB and two passes: what OWASP asks at least, and what a small machine has.
fn hash(password: &str) -> Option<String> {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// Whether a new password may be kept. Every letter counts, spaces too, and none is asked for. `own` is what a stranger
/// would try for this person: their address, their name, their school’s name.
pub fn check(password: &str, own: &[&str]) -> Result<(), Unfit> {
    match password.chars().count() {
        length if length < SHORTEST => Err(Unfit::TooShort),
        length if length > LONGEST => Err(Unfit::TooLong),
        _ if is_common(password, own) => Err(Unfit::Common),
        _ => Ok(()),
    }
}

/// What is tried first among passwords of this length: what stands in the lists of those that were stolen, as the
/// pieces that they are made of, one a line.
const COMMON: &str = include_str!("common.txt");

/// How many letters there must be that are not of such a piece.
const OWN_LETTERS: usize = 6;

/// Hardly more than pieces that everybody tries; one short piece again and again; or hardly more than one’s own address
/// or name, or the school’s.
fn is_common(password: &str, own: &[&str]) -> bool {
    let small = plain(password);
    let letters: Vec<char> = small.chars().collect();
    let repeats = (1..=4).any(|length| letters.iter().enumerate().all(|(at, letter)| *letter == letters[at % length]));
    let own = own.iter().map(|own| plain(own.split('@').next().unwrap_or_default()));
    let own: Vec<String> =
        own.flat_map(|own| own.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()).collect();
    // The longest first: what is left of “qwertyuiop” without “qwerty” is no word of anybody’s.
    let mut pieces: Vec<&str> =
        COMMON.lines().chain(own.iter().map(String::as_str)).filter(|piece| piece.chars().count() > 3).collect();
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    let mut rest = small;
    let mut found = false;
    for piece in pieces {
        if rest.contains(piece) {
            rest = rest.replace(piece, " ");
            found = true;
        }
    }
    repeats || found && rest.chars().filter(|letter| letter.is_alphabetic()).count() < OWN_LETTERS
}

/// Small letters, and those that are put for one another as the ones they are put for.
fn plain(words: &str) -> String {
    let letter = |letter: char| match letter {
        '@' => 'a',
        '$' => 's',
        '0' => 'o',
        other => other,
    };
    words.to_lowercase().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::limits::Answer;

    #[tokio::test]
    async fn so_many_passwords_are_checked_at_once_and_the_next_one_waits_its_turn() {
        let passwords = Passwords::default();
        let (begun, beginning) = mpsc::channel();
        let checks: Vec<_> = (0..=PASSWORD_CHECKS)
            .map(|n| {
                let (go_on, told) = mpsc::channel::<()>();
                let (passwords, begun) = (passwords.clone(), begun.clone());
                let check = async move {
                    passwords
                        .take_turn(move || {
                            begun.send(n).unwrap();
                            // Until it is let go on, or nobody is there to let it.
                            let _ = told.recv();
                        })
                        .await
                };
                (go_on, Box::pin(check))
            })
            .collect();
        let (go_on, checks): (Vec<_>, Vec<_>) = checks.into_iter().unzip();
        let mut checks = futures::future::join_all(checks);
        assert!(futures::poll!(&mut checks).is_pending());
        let under_way: Vec<_> = (0..PASSWORD_CHECKS).map(|_| beginning.recv().unwrap()).collect();
        assert!(!under_way.contains(&PASSWORD_CHECKS) && beginning.try_recv().is_err());
        assert_eq!(Limit::PasswordChecks.row().answer, Answer::Wait);
        drop(go_on);
        assert!(checks.await.iter().all(Option::is_some));
        assert_eq!(beginning.recv(), Ok(PASSWORD_CHECKS));
    }

    #[test]
    fn only_length_and_the_first_guesses_count() {
        let own = ["joanna.pike@larkfield.example", "Mrs Joanna Pike", "Larkfield Hollow Primary School"];
        let check = |password: &str| check(password, &own);
        for good in ["blue kettle on the hob", "UPPERCASEONLYOK", "two trains to Wenshire", "żółta łódka na rzece"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check("blue kettle"), Err(Unfit::TooShort));
        assert_eq!(check(&"long ".repeat(40)), Err(Unfit::TooLong));
        for common in [
            "Password1234",
            "welcome12345!",
            "aaaaaaaaaaaa",
            "abababababab",
            "1234567890123",
            "joanna.pike2026",
            "Roundtable2026",
            "P@ssw0rdP@ssw0rd",
            "qwertyuiop123456",
            "1q2w3e4r5t6y7u8i",
            "LarkfieldHollow1",
            "larkfield school",
            "MrsJoannaPike1984",
            "iloveyousunshine",
            "Larkfield2026!!",
        ] {
            assert_eq!(check(common), Err(Unfit::Common), "{common}");
        }
    }

    #[tokio::test]
    async fn a_long_password_is_taken_to_its_last_letter() {
        let passwords = Passwords::default();
        let words = "seven grey herons stood about in the shallow water, until the tide came and each of them left by \
                     itself for the far side of it, where nobody was yet";
        for letters in [64, LONGEST] {
            let long: String = words.chars().take(letters).collect();
            assert_eq!((long.chars().count(), check(&long, &[])), (letters, Ok(())));
            let kept = passwords.hash(&long).await.unwrap();
            let other = format!("{}!", long.chars().take(letters - 1).collect::<String>());
            assert!(passwords.is_right(&long, Some(kept.clone())).await);
            assert!(!passwords.is_right(&other, Some(kept)).await, "the last of {letters} letters counts");
        }
        assert_eq!(check(&format!("{words}{words}"), &[]), Err(Unfit::TooLong));
    }

    #[tokio::test]
    async fn a_password_is_kept_as_something_else_and_known_again() {
        let passwords = Passwords::default();
        let kept = passwords.hash("blue kettle on the hob").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.is_right("blue kettle on the hob", Some(kept.clone())).await);
        // As it was typed, to the letter: no case is made one, nothing at its ends is cut off.
        for other in
            ["blue kettle on the hub", "Blue kettle on the hob", " blue kettle on the hob", "blue kettle on the hob "]
        {
            assert!(!passwords.is_right(other, Some(kept.clone())).await, "{other:?}");
        }
        assert!(!passwords.is_right("nobody’s own password", None).await, "there is no account to open");
    }
}
