//! Recovery codes: for the day the telephone with the code app is lost. Shown once, kept by their hash, used once.

use rand::Rng;

use crate::secret::Hash;

/// So many at a time: they fit a small sheet of paper.
const COUNT: usize = 8;
/// Letters of one, without those that look alike: 80 bits.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
const LENGTH: usize = 16;

/// New ones, as they are shown: `abcd-efgh-jkmn-pqrs`.
pub fn make() -> Vec<String> {
    (0..COUNT).map(|_| one()).collect()
}

/// One code of that kind.
pub fn one() -> String {
    let mut random = rand::rng();
    let letters: Vec<char> =
        (0..LENGTH).map(|_| char::from(LETTERS[usize::from(random.random::<u8>() % 32)])).collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// How one is kept, however it was typed. Nothing, if it cannot be one.
pub fn hash(typed: &str) -> Option<Hash> {
    let plain: String = typed.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    (plain.len() == LENGTH).then(|| Hash::of(&plain))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let codes = make();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), COUNT);
        let code = &codes[0];
        assert_eq!(code.len(), 19);
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert!(hash(code).is_some() && hash(code) == hash(&typed));
        assert!(hash("123456").is_none() && hash("").is_none());
    }
}
