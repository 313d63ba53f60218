//! What a text may hold: letters, lines and tabs.
//!
//! Other control characters are written by no keyboard, but come along with what is pasted, and a program
//! can send them. No database keeps a NUL, and a text box shows a carriage return as another text than it is.

pub fn is_plain(words: &str) -> bool {
    !words.contains(is_control)
}

/// The same words without what no text may hold.
pub fn plain(words: &str) -> String {
    words.chars().filter_map(instead).collect()
}

/// What to have in place of this letter, if anything: what breaks a line elsewhere breaks it here.
pub fn instead(letter: char) -> Option<char> {
    match letter {
        // A carriage return, a line within a paragraph, a page, a next line.
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' => Some('\n'),
        letter if is_control(letter) => None,
        letter => Some(letter),
    }
}

fn is_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_lost_with_what_cannot_be_plain() {
        assert_eq!(
            plain("One\0 line\u{b}and\u{7} another\u{c}and\ta third\u{85}!"),
            "One line\nand another\nand\ta third\n!"
        );
        assert_eq!(plain("Nothing\nto\tdo 😀 سلام"), "Nothing\nto\tdo 😀 سلام");
        assert!(is_plain("a\n\tb") && !is_plain("\0") && !is_plain("a\rb") && !is_plain("\u{9f}"));
    }
}
