//! Which words of a text came with certain updates: somebody’s own, to be given back to them when
//! those updates cannot be taken.
//!
//! What must stay true: a word of others’ is in it only if a letter of it came with the updates, or the
//! rest would be no word.

use yrs::{Update, updates::decoder::Decode};

use super::SectionDoc;
use crate::{ItemId, schema::List};

/// Between words that stand apart in the text.
const APART: &str = " … ";
/// How many words before them tell where they stood.
const WORDS_BEFORE: usize = 5;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Whole words, as they stand in the text.
    pub words: String,
    /// The last words that stand before them and are not among them.
    pub after: String,
}

impl SectionDoc {
    /// What these updates brought into this text, and what still stands there of it.
    pub fn brought(&self, list: &List, id: ItemId, field: &str, updates: &[Vec<u8>]) -> Brought {
        let updates = updates.iter().filter_map(|update| Update::decode_v1(update).ok());
        let new: Vec<_> = updates.map(|update| update.insertions(true)).collect();
        let is_new = |letter: &super::read::Letter| {
            letter.place.is_some_and(|place| new.iter().any(|places| places.contains(&place)))
        };
        let letters = self.letters(list, id, field);
        words_of(&letters.iter().map(|letter| (letter.is, is_new(letter))).collect::<Vec<_>>())
    }
}

/// Each letter of a text with whether it is new.
fn words_of(letters: &[(char, bool)]) -> Brought {
    let (mut brought, mut before, mut is_apart) = (Brought::default(), vec![], false);
    // Others’, after a word that is among them: needed only if the next one is too.
    let mut space = String::new();
    for part in letters.chunk_by(|(a, _), (b, _)| a.is_whitespace() == b.is_whitespace()) {
        let letters = part.iter().map(|(letter, _)| *letter);
        let (is_space, is_new) = (part[0].0.is_whitespace(), part.iter().any(|(_, is_new)| *is_new));
        match (is_space, is_new) {
            (true, _) if brought.words.is_empty() || is_apart => {}
            (true, true) => brought.words.extend(letters),
            (true, false) => space.extend(letters),
            (false, true) => {
                if is_apart {
                    brought.words.truncate(brought.words.trim_end().len());
                    brought.words.push_str(APART);
                    is_apart = false;
                }
                brought.words.push_str(&std::mem::take(&mut space));
                brought.words.extend(letters);
            }
            (false, false) if brought.words.is_empty() => before.push(letters.collect::<String>()),
            (false, false) => {
                space.clear();
                is_apart = true;
            }
        }
    }
    if !brought.words.is_empty() {
        brought.after = before[before.len().saturating_sub(WORDS_BEFORE)..].join(" ");
    }
    brought
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is new stands in brackets.
    #[track_caller]
    fn check(text: &str, words: &str, after: &str) {
        let mut is_new = false;
        let mut letters = vec![];
        for letter in text.chars() {
            match letter {
                '[' => is_new = true,
                ']' => is_new = false,
                letter => letters.push((letter, is_new)),
            }
        }
        assert_eq!(words_of(&letters), Brought { words: words.to_owned(), after: after.to_owned() });
    }

    #[test]
    fn of_what_others_wrote_only_the_word_that_was_mended_and_where_it_stood() {
        check("Play[ chess]", "chess", "Play");
        check("Play c[hess] with him", "chess", "Play");
        check("[Be patient]", "Be patient", "");
        check("He likes it most when we all [sit down]", "sit down", "it most when we all");
    }

    #[test]
    fn what_stands_apart_is_given_as_such_and_lines_stay_lines() {
        check("[Please: ]Play cards or[ chess] now", "Please: … chess", "");
        check("He [must] [ask]", "must ask", "He");
        check("Rules:[\nsit down\nask]", "sit down\nask", "Rules:");
    }

    #[test]
    fn who_only_took_words_away_brought_none() {
        check("Play", "", "");
        check("Play [ ]on", "", "");
    }
}
