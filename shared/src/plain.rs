//! What a text may hold: letters, lines and tabs.
//!
//! Other control characters are written by no keyboard, but come along with what is pasted, and a program
//! can send them. No database keeps a NUL, a text box shows a carriage return as another text than it is, and what turns
//! letters around by force makes “evil” read “live”.

pub fn is_plain(words: &str) -> bool {
    !words.contains(is_control)
}

/// The same words without what no text may hold, for what a form sends: without what nobody sees either.
///
/// The boxes of a meeting keep that. There it harms nobody’s name, and some languages end their lines at it.
pub fn plain(words: &str) -> String {
    words.chars().filter_map(instead).filter(|letter| !is_unseen(*letter)).collect()
}

/// The same on one line: a name, a cell of a table.
pub fn line(words: &str) -> String {
    plain(words).split_whitespace().collect::<Vec<_>>().join(" ")
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
    letter.is_control() && !matches!(letter, '\n' | '\t') || matches!(letter, '\u{202d}' | '\u{202e}')
}

/// No letter, though it makes an empty box full; or what turns the letters after it around. What joins letters, or says
/// which way one is written, is none of these.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
        assert_eq!(plain("\u{202e}neB\u{202c} \u{2067}and\u{2069}\u{200b}\u{feff}"), "neB and");
        assert_eq!(
            plain("می\u{200c}خواهم क्\u{200d}ष \u{200f}"),
            "می\u{200c}خواهم क्\u{200d}ष \u{200f}",
            "these are needed"
        );
        assert_eq!(line(" Ada\n\t \u{1b}One\u{200b} "), "Ada One");
        assert!(is_plain("a\n\tb") && !is_plain("\0") && !is_plain("a\rb") && !is_plain("\u{9f}"));
        assert!(!is_plain("\u{202e}live") && is_plain("\u{202a}+44 20\u{202c}"));
    }
}
