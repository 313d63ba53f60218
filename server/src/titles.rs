//! What stands before a name and is none, in England.

/// With a surname: “Mrs Pike”, “Mx Reed”.
const BEFORE_A_SURNAME: [&str; 9] = ["Mr", "Mrs", "Miss", "Ms", "Mx", "Dr", "Prof", "Rev", "Revd"];

/// With a first name: “Dame Laila”.
const BEFORE_A_FIRST_NAME: [&str; 2] = ["Sir", "Dame"];

/// With a full stop or without.
pub(crate) fn is_title(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    BEFORE_A_SURNAME.contains(&word) || BEFORE_A_FIRST_NAME.contains(&word)
}

/// How somebody with a title is called: “Mrs Joanna Pike” is Mrs Pike. None without one, or with nothing after it.
pub(crate) fn called(name: &str) -> Option<String> {
    let mut words = name.split_whitespace();
    let title = words.next().filter(|word| is_title(word))?;
    let name = if BEFORE_A_FIRST_NAME.contains(&title) { words.next() } else { words.next_back() };
    Some(format!("{title} {}", name?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_called_by_their_title() {
        for (name, expected) in [
            ("Mrs Joanna Pike", "Mrs Pike"),
            ("Mx Alex Reed", "Mx Reed"),
            ("Dr. Kwabena Osei", "Dr. Osei"),
            ("Prof Laila Hussain-Webb", "Prof Hussain-Webb"),
            ("Revd Sam Okoro", "Revd Okoro"),
            ("Sir Alex Reed", "Sir Alex"),
            ("Dame Laila Hussain-Webb", "Dame Laila"),
        ] {
            assert_eq!(called(name).as_deref(), Some(expected));
        }
        for name in ["Joanna Pike", "Dr", "Mira", "Revda Okoro"] {
            assert_eq!(called(name), None);
        }
    }
}
