//! Money is kept in pence and time in minutes: whole numbers, that add up. Here they get their words.

/// “£48.38”.
pub fn pounds(pence: i64) -> String {
    if pence == 0 {
        return "no cost".to_owned();
    }
    format!("£{}", plain_pounds(pence))
}

/// “11¼ hours”, “40 minutes”.
pub fn hours(minutes: i64) -> String {
    if minutes < 60 {
        return format!("{minutes} minutes");
    }
    let quarter = match (minutes % 60 + 7) / 15 {
        1 => "¼",
        2 => "½",
        3 => "¾",
        _ => "",
    };
    let whole = minutes / 60 + i64::from(minutes % 60 >= 53);
    format!("{whole}{quarter} {}", if whole == 1 && quarter.is_empty() { "hour" } else { "hours" })
}

/// As it stands in a box: “48.38”.
pub fn plain_pounds(pence: i64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

/// What somebody typed, in pence; nothing, where it is no sum of money.
pub fn parse_pounds(text: &str) -> Option<i64> {
    const MOST: i64 = 1_000_000;
    let text = text.trim().trim_start_matches('£');
    // “12,50” is twelve pounds fifty to half of Europe, and “1,200” is a thousand to everybody here.
    let point = text.rfind(['.', ',']).filter(|at| text.len() - at <= 3);
    let (whole, part) = point.map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    let whole = whole.replace(',', "");
    let whole: u32 = if whole.is_empty() && !part.is_empty() { 0 } else { whole.parse().ok()? };
    let (whole, pence) = (i64::from(whole), i64::from(format!("{part:0<2}").parse::<u8>().ok()?));
    (0..=MOST).contains(&whole).then_some(whole * 100 + pence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_time_are_said_as_people_say_them() {
        assert_eq!([pounds(4838), pounds(500), pounds(5), pounds(0)], ["£48.38", "£5.00", "£0.05", "no cost"]);
        let said = [0, 40, 60, 75, 90, 119, 675].map(hours);
        assert_eq!(said, ["0 minutes", "40 minutes", "1 hour", "1¼ hours", "1½ hours", "2 hours", "11¼ hours"]);
    }

    #[test]
    fn pounds_read_back_as_pence() {
        for (text, pence) in
            [("35.75", 3575), ("£1,200", 120_000), (".5", 50), ("0", 0), ("12.3", 1230), ("12,50", 1250)]
        {
            assert_eq!(parse_pounds(text), Some(pence), "{text}");
        }
        assert_eq!(plain_pounds(3575), "35.75");
        for text in ["a lot", "-3", "1e3", "12.505", "1.2.3", "12.5x", "2000000"] {
            assert_eq!(parse_pounds(text), None, "{text}");
        }
    }
}
