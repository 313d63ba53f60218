//! Money is kept in pence and time in minutes: whole numbers, that add up. Here they get their words.

/// “£48.38”.
pub fn pounds(pence: i64) -> String {
    if pence == 0 {
        return "no cost".to_owned();
    }
    format!("£{}.{:02}", pence / 100, pence % 100)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_time_are_said_as_people_say_them() {
        assert_eq!([pounds(4838), pounds(500), pounds(5), pounds(0)], ["£48.38", "£5.00", "£0.05", "no cost"]);
        let said = [0, 40, 60, 75, 90, 119, 675].map(hours);
        assert_eq!(said, ["0 minutes", "40 minutes", "1 hour", "1¼ hours", "1½ hours", "2 hours", "11¼ hours"]);
    }
}
