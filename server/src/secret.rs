//! Secrets that open a door: the token in a personal link, and the id of a login session.
//!
//! The database only ever sees a [`Hash`]. A join token is derived from the installation’s own key,
//! so that the same link can be shown to a person again, though it is stored nowhere.

use std::{fmt, io, os::unix::fs::OpenOptionsExt, path::Path};

use app::backend::LinkSession;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};
use shared::{MeetingId, ParticipantId, PersonId};

/// SHA-256 of a secret. As these are random and long, a plain hash is enough.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// One that was kept. Nothing, if these are not the bytes of one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Hash> for LinkSession {
    fn from(session: Hash) -> Self {
        Self(session.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}

/// The key that join tokens are derived from.
#[derive(Clone)]
pub struct JoinKey([u8; 32]);

impl JoinKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The key of this data directory, made on the first start. Whoever can read it can make
    /// everybody’s links, so only its owner may.
    pub fn load_or_make(path: &Path) -> io::Result<Self> {
        match std::fs::read(path) {
            Ok(bytes) => bytes
                .try_into()
                .map(Self)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it does not hold 32 bytes")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = random();
                let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
                io::Write::write_all(&mut file, &key)?;
                file.sync_all()?;
                Ok(Self(key))
            }
            Err(error) => Err(error),
        }
    }

    /// The token in this participant’s first link.
    pub fn token(&self, participant: ParticipantId) -> String {
        self.nth_token(participant, 0)
    }

    /// The token in one of this participant’s links: 192 bits that nobody without the key can know.
    pub fn nth_token(&self, participant: ParticipantId, number: i32) -> String {
        let number = if number == 0 { vec![] } else { number.to_be_bytes().to_vec() };
        let bytes = self.derive(&[b"join ", participant.0.as_bytes(), &number]);
        BASE64_URL_SAFE_NO_PAD.encode(&bytes[..24])
    }

    /// The nine digits that lead to this meeting’s door.
    pub fn code(&self, meeting: MeetingId, number: i32) -> String {
        let bytes = self.derive(&[b"code ", meeting.0.as_bytes(), &number.to_be_bytes()]);
        let (first, _) = bytes.split_at(8);
        let number = first.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:09}", number % 1_000_000_000)
    }

    /// How a code is kept. Nine digits would soon be found by who has a plain hash of them.
    pub fn code_hash(&self, digits: &str) -> Hash {
        Hash(self.derive(&[b"typed ", digits.as_bytes()]))
    }

    /// What this person’s code app is told: the next number is another app’s.
    pub fn code_app_secret(&self, person: PersonId, number: i32) -> [u8; 20] {
        let bytes = self.derive(&[b"code app ", person.0.as_bytes(), &number.to_be_bytes()]);
        let mut secret = [0; 20];
        secret.copy_from_slice(&bytes[..20]);
        secret
    }

    /// What nobody without the key can put under these words.
    pub fn seal(&self, words: &[u8]) -> [u8; 32] {
        self.derive(&[b"sealed ", words])
    }

    fn derive(&self, words: &[&[u8]]) -> [u8; 32] {
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { unreachable!("HMAC takes keys of any length") };
        words.iter().fold(mac, |mac, word| mac.chain_update(word)).finalize().into_bytes().into()
    }
}

impl fmt::Debug for JoinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinKey(…)")
    }
}

/// A new session’s id: 256 random bits.
pub fn session_id() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random())
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_is_the_same_again_and_nobody_elses() {
        let key = JoinKey::new([7; 32]);
        let (one, other) = (ParticipantId(Uuid::from_u128(1)), ParticipantId(Uuid::from_u128(2)));
        assert_eq!(key.token(one), key.token(one));
        assert_ne!(key.token(one), key.token(other));
        assert_ne!(key.token(one), JoinKey::new([8; 32]).token(one));
        assert_eq!(key.token(one).len(), 32);
        assert_ne!(key.nth_token(one, 1), key.token(one));
    }

    #[test]
    fn a_code_is_nine_digits_of_one_meeting() {
        let key = JoinKey::new([7; 32]);
        let (one, other) = (MeetingId(Uuid::from_u128(1)), MeetingId(Uuid::from_u128(2)));
        let code = key.code(one, 0);
        assert!(code.len() == 9 && code.bytes().all(|digit| digit.is_ascii_digit()));
        assert!(code != key.code(other, 0) && code != key.code(one, 1));
        assert_ne!(key.code_hash(&code), Hash::of(&code));
    }

    #[test]
    fn the_key_is_kept_for_the_next_start() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("join-key");
        let one = ParticipantId(Uuid::from_u128(1));
        let first = JoinKey::load_or_make(&path).unwrap().token(one);
        assert_eq!(JoinKey::load_or_make(&path).unwrap().token(one), first);
    }
}
