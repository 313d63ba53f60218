//! Whose hand wrote which letters, and for whom.
//!
//! Every letter carries the Yjs client id it was written under, and the server knows whose each id is:
//! it bound the id to a person when it was first used. Only that is believed; a name that a client
//! writes into a document is not.
//!
//! The pupil’s named scribe writes under ids of two kinds: their own for what they say themselves, and
//! another for what they type for the pupil. The kind is one bit of the id. So it travels with every
//! letter, into the next meeting too, and nothing else has to be kept for it. The gate lets nobody but
//! the named scribe write under an id of the second kind, and protects what stands under it like the
//! pupil’s own words: also after somebody else was named.

use std::collections::BTreeMap;

use crate::PersonId;

/// Whose each client id is, as the server bound it.
pub type Owners = BTreeMap<u64, PersonId>;

/// The highest of the 53 bits of a client id. Yjs itself makes ids of 32 bits.
const FOR_PUPIL: u64 = 1 << 52;

/// This id as one for words of one’s own.
pub fn for_oneself(client: u64) -> u64 {
    client & !FOR_PUPIL
}

/// This id as one for words typed for the pupil.
pub fn for_pupil(client: u64) -> u64 {
    client | FOR_PUPIL
}

pub fn is_for_pupil(client: u64) -> bool {
    client & FOR_PUPIL != 0
}

/// Neighbouring letters under one client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub client: u64,
    pub words: String,
}

/// Who wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hand {
    /// Nobody yet, for what the server has not kept yet.
    pub person: Option<PersonId>,
    /// Typed for the pupil, as the named scribe.
    pub for_pupil: bool,
}

/// A sentence with everybody who wrote in it, whoever wrote most of it first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub words: String,
    pub hands: Vec<Hand>,
}

/// The sentences and lines of a text.
pub fn sentences(runs: &[Run], owners: &Owners) -> Vec<Sentence> {
    let mut sentences = vec![];
    let mut now = Sentence { words: String::new(), hands: vec![] };
    let mut shares = Shares::default();
    let mut letters = letters(runs).peekable();
    while let Some((client, letter)) = letters.next() {
        if now.words.is_empty() && letter.is_whitespace() {
            continue;
        }
        now.words.push(letter);
        shares.add(Hand::of(client, owners), letter);
        let next = letters.peek().map(|(_, letter)| *letter);
        if ends(letter, next) {
            sentences.push(finished(&mut now, &mut shares));
        }
    }
    if !now.words.is_empty() {
        sentences.push(finished(&mut now, &mut shares));
    }
    sentences
}

/// Everybody who wrote in a text, whoever wrote most of it first.
pub fn hands(runs: &[Run], owners: &Owners) -> Vec<Hand> {
    let mut shares = Shares::default();
    letters(runs).for_each(|(client, letter)| shares.add(Hand::of(client, owners), letter));
    shares.hands()
}

impl Hand {
    pub fn of(client: u64, owners: &Owners) -> Self {
        Self { person: owners.get(&client).copied(), for_pupil: is_for_pupil(client) }
    }
}

fn letters(runs: &[Run]) -> impl Iterator<Item = (u64, char)> + '_ {
    runs.iter().flat_map(|run| run.words.chars().map(|letter| (run.client, letter)))
}

/// A full stop inside of a word or a number ends nothing; a line does.
fn ends(letter: char, next: Option<char>) -> bool {
    letter == '\n' || (matches!(letter, '.' | '!' | '?' | '…') && next.is_none_or(char::is_whitespace))
}

fn finished(now: &mut Sentence, shares: &mut Shares) -> Sentence {
    let words = std::mem::take(&mut now.words);
    Sentence { words: words.trim_end().to_owned(), hands: std::mem::take(shares).hands() }
}

/// How much each hand wrote: letters and digits first, and whatever is not empty after.
#[derive(Default)]
struct Shares(BTreeMap<Hand, (usize, usize)>);

impl Shares {
    fn add(&mut self, hand: Hand, letter: char) {
        let (letters, marks) = self.0.entry(hand).or_default();
        *letters += usize::from(letter.is_alphanumeric());
        *marks += usize::from(!letter.is_whitespace());
    }

    /// Without those who only put a comma right, unless there is nothing but marks.
    fn hands(self) -> Vec<Hand> {
        let only_marks = self.0.values().all(|(letters, _)| *letters == 0);
        let wrote = |(letters, marks): &(usize, usize)| if only_marks { *marks > 0 } else { *letters > 0 };
        let mut hands: Vec<_> = self.0.into_iter().filter(|(_, share)| wrote(share)).collect();
        hands.sort_by_key(|(_, share)| std::cmp::Reverse(*share));
        hands.into_iter().map(|(hand, _)| hand).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const MAREK: PersonId = PersonId(Uuid::from_u128(1));
    const QURESHI: PersonId = PersonId(Uuid::from_u128(2));

    fn owners() -> Owners {
        Owners::from([(1, MAREK), (2, QURESHI), (for_pupil(2), QURESHI)])
    }

    fn run(client: u64, words: &str) -> Run {
        Run { client, words: words.to_owned() }
    }

    fn by(person: PersonId) -> Hand {
        Hand { person: Some(person), for_pupil: false }
    }

    #[test]
    fn each_sentence_has_its_writers_by_their_share() {
        let runs =
            [run(1, "Ask him first. At 8.30 he "), run(2, "is always ready for"), run(1, " it! "), run(2, "Yes")];
        let found = sentences(&runs, &owners());
        let words: Vec<_> = found.iter().map(|sentence| sentence.words.as_str()).collect();
        assert_eq!(words, ["Ask him first.", "At 8.30 he is always ready for it!", "Yes"]);
        assert_eq!(found[0].hands, [by(MAREK)]);
        assert_eq!(found[1].hands, [by(QURESHI), by(MAREK)]);
        assert_eq!(found[2].hands, [by(QURESHI)]);
        assert_eq!(hands(&runs, &owners()), [by(MAREK), by(QURESHI)]);
    }

    #[test]
    fn a_line_is_a_sentence_and_a_comma_is_no_share() {
        let found = sentences(&[run(1, "First thing\n\n  Then"), run(2, ","), run(1, " this")], &owners());
        let words: Vec<_> = found.iter().map(|sentence| sentence.words.as_str()).collect();
        assert_eq!(words, ["First thing", "Then, this"]);
        assert_eq!(found[1].hands, [by(MAREK)]);
        assert_eq!(sentences(&[run(2, "👍")], &owners())[0].hands, [by(QURESHI)]);
        assert_eq!(sentences(&[run(1, " \n ")], &owners()), []);
    }

    #[test]
    fn what_was_typed_for_the_pupil_is_another_hand_than_ones_own() {
        let found = hands(&[run(for_pupil(2), "let me draw"), run(2, "he means")], &owners());
        assert_eq!(found, [Hand { person: Some(QURESHI), for_pupil: true }, by(QURESHI)]);
        assert_eq!(hands(&[run(9, "not saved yet")], &owners()), [Hand { person: None, for_pupil: false }]);
        assert!(!is_for_pupil(for_oneself(u64::MAX >> 11)));
    }
}
