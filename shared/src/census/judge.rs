//! What somebody wrote into a line of the register, in a file or a form: read as a code, or what to do about it.

use super::{NEEDS, PROVISION, faults};

pub const NO_PROVISION: &str = "Write K for SEN support, E for an Education, health and care plan, or N for none.";

pub const NO_YEAR_GROUP: &str = "Write Nursery, Reception, or a year from 1 to 14.";

/// `N`, `K` or `E`.
pub fn provision_code(words: &str) -> Option<&'static str> {
    let words = words.trim().to_uppercase();
    PROVISION.iter().map(|known| known.code).find(|code| *code == words)
}

/// “Year 4”, however it was written; empty where nothing was.
pub fn year_group(words: &str) -> Option<String> {
    let short = words.to_lowercase().trim().trim_start_matches("year").trim().to_owned();
    match short.as_str() {
        "" => Some(String::new()),
        "r" | "reception" => Some("Reception".to_owned()),
        "n" | "n1" | "n2" | "nursery" => Some("Nursery".to_owned()),
        year if year.parse::<u8>().is_ok_and(|year| (1..=14).contains(&year)) => {
            Some(format!("Year {}", year.trim_start_matches(['0', '+'])))
        }
        _ => None,
    }
}

/// Types of need, main one first, with what is wrong with them beside this provision.
pub fn needs(words: &str, provision: &str) -> (Vec<String>, Vec<String>) {
    let words = words.to_uppercase();
    let codes = words.split(|letter: char| !letter.is_alphanumeric()).filter(|code| !code.is_empty());
    let mut needs: Vec<String> = vec![];
    for code in codes {
        if !NEEDS.iter().any(|need| need.code == code) {
            let known: Vec<_> = NEEDS.iter().map(|need| need.code).collect();
            return (needs, vec![format!("{code} is no code of the census. The codes are {}.", known.join(", "))]);
        }
        if needs.iter().any(|need| need == code) {
            return (needs, vec![format!("{code} stands there twice. Write each need once, the main one first.")]);
        }
        needs.push(code.to_owned());
    }
    let wrong = faults(provision, &needs).into_iter().map(|fault| fault.what_to_do().to_owned()).collect();
    (needs, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_however_it_is_written() {
        assert_eq!(provision_code(" k "), Some("K"));
        assert_eq!((provision_code(""), provision_code("S")), (None, None));
        for (written, read) in [("4", "Year 4"), ("year 04", "Year 4"), ("R", "Reception"), ("n2", "Nursery"), ("", "")]
        {
            assert_eq!(year_group(written).as_deref(), Some(read), "{written}");
        }
        assert_eq!(year_group("40"), None);
        assert_eq!(needs("asd, slcn", "K"), (vec!["ASD".to_owned(), "SLCN".to_owned()], vec![]));
    }

    #[test]
    fn what_the_census_would_send_back_is_said_before_it_is_written() {
        for (words, provision) in [("", "K"), ("NSA", "E"), ("HI", "N"), ("SALT", "K"), ("ASD SLCN asd", "K")] {
            assert_eq!(needs(words, provision).1.len(), 1, "{words} {provision}");
        }
    }
}
