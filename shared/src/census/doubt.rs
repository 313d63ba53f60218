//! What is wrong with a child’s number, which is refused when it is written; and what may be a slip in a line of the
//! register, and may be right: said in words, and never refused.

use time::{Date, Month};

/// A number of a child as the Department for Education makes it: a check letter, the council, the school, the year, and
/// the child.
const UPN_LENGTH: usize = 13;

/// Twenty-three letters: none that looks like a figure or another.
const CHECK: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

pub fn upn_fault(upn: &str) -> Option<String> {
    let letters = upn.as_bytes();
    let (figures, last) = (letters.get(1..UPN_LENGTH - 1).unwrap_or_default(), letters.last().copied());
    // A number for the time being ends in a letter.
    let is_shaped = letters.len() == UPN_LENGTH
        && figures.iter().all(u8::is_ascii_digit)
        && last.is_some_and(|last| last.is_ascii_digit() || CHECK.contains(&last));
    if !is_shaped {
        return Some(format!(
            "“{upn}” is not as the census has numbers: {UPN_LENGTH} signs, a letter first and then figures."
        ));
    }
    let (first, rest) = letters.split_first()?;
    (check(rest) != *first).then(|| format!("The letter and the figures of “{upn}” do not belong together."))
}

/// The letter that belongs before the rest of a number.
fn check(rest: &[u8]) -> u8 {
    let value = |sign: &u8| match sign.is_ascii_digit() {
        true => usize::from(sign - b'0'),
        false => CHECK.iter().position(|letter| letter == sign).unwrap_or_default(),
    };
    let sum: usize = rest.iter().zip(2..).map(|(sign, weight)| value(sign) * weight).sum();
    CHECK.get(sum % CHECK.len()).copied().unwrap_or_default()
}

/// A number for an invented child: right in its form, and of council 000, which there is not.
pub fn invented_upn(number: u32) -> String {
    let figures = format!("000{:09}", number % 1_000_000_000);
    format!("{}{figures}", char::from(check(figures.as_bytes())))
}

/// A year group more than one from where children born then usually are.
pub fn year_doubt(year_group: &str, born: Date, today: Date) -> Option<String> {
    let written = years_after_reception(year_group)?;
    // A school year is of those who had their birthday by the end of the August before it.
    let began = if today.month() >= Month::September { today.year() } else { today.year() - 1 };
    let age = began - born.year() - i32::from(born.month() >= Month::September);
    let usual = age - AGE_IN_RECEPTION;
    let words = match usual {
        ..-1 => "not at school yet".to_owned(),
        -1 => "in Nursery".to_owned(),
        0 => "in Reception".to_owned(),
        1..=14 => format!("in Year {usual}"),
        _ => "out of school by now".to_owned(),
    };
    // Nursery has two years.
    let is_off = (written - usual).abs() > 1 && !(written == -1 && usual == -3);
    is_off.then(|| format!("A child born then is usually {words}, and not in {year_group}."))
}

const AGE_IN_RECEPTION: i32 = 4;

/// Year 1 is one after; Nursery one before.
fn years_after_reception(year_group: &str) -> Option<i32> {
    match year_group {
        "Nursery" => Some(-1),
        "Reception" => Some(0),
        year => year.strip_prefix("Year ")?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_number_whose_letter_does_not_fit_is_wrong() {
        assert_eq!(upn_fault("H801200001001"), None);
        for odd in
            ["J801200001001", "H801200001010", "H80120000100", "h801200001001", "FICTIONAL-UPN-0001", "ü80120000100"]
        {
            assert!(upn_fault(odd).is_some(), "{odd}");
        }
        for number in [0, 7, 432_100_001, u32::MAX] {
            assert_eq!(upn_fault(&invented_upn(number)), None, "{number}");
        }
    }

    #[test]
    fn a_year_group_that_is_far_from_the_age_is_doubted() {
        let today = date!(2026 - 11 - 19);
        for (year, born) in [
            ("Year 4", date!(2018 - 02 - 14)),
            // The oldest and the youngest of Reception, and a child kept back a year.
            ("Reception", date!(2021 - 09 - 01)),
            ("Reception", date!(2022 - 08 - 31)),
            ("Year 3", date!(2018 - 02 - 14)),
            ("Nursery", date!(2024 - 06 - 01)),
            ("", date!(2018 - 02 - 14)),
        ] {
            assert_eq!(year_doubt(year, born, today), None, "{year} {born}");
        }
        let doubt = year_doubt("Year 9", date!(2018 - 02 - 14), today);
        assert_eq!(doubt.as_deref(), Some("A child born then is usually in Year 4, and not in Year 9."));
        assert!(year_doubt("Year 2", date!(2018 - 02 - 14), today).is_some());
        // In July the school year is still last autumn’s.
        assert_eq!(year_doubt("Year 3", date!(2018 - 02 - 14), date!(2026 - 07 - 19)), None);
    }
}
