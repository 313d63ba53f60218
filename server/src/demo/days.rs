//! The demo’s days. The file tells of one day on which three meetings are due; whenever the demo is made, that
//! day is today, and all others are as far from it as they are in the file. Nothing of the past comes to lie
//! ahead, and no meeting of the past on a Saturday or Sunday.

use serde_json::Value;
use time::{Date, Duration, Month, OffsetDateTime, Weekday, format_description::well_known::Rfc3339, macros::date};

use super::build::DAY;

/// The day that the file is written for.
const TODAY: Date = date!(2026 - 11 - 19);

/// The file, as if it had been written for `today`: its days, its moments, and those in its sentences.
pub(super) fn move_to(today: Date, value: &mut Value) {
    match value {
        Value::String(words) => *words = moved(words, today - TODAY),
        Value::Array(values) => values.iter_mut().for_each(|value| move_to(today, value)),
        Value::Object(values) => values.values_mut().for_each(|value| move_to(today, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn moved(words: &str, by: Duration) -> String {
    if let Ok(day) = Date::parse(words, DAY) {
        return later(day, by).to_string();
    }
    if let Ok(at) = OffsetDateTime::parse(words, &Rfc3339) {
        return at.replace_date(later(at.date(), by)).format(&Rfc3339).unwrap_or_else(|_| words.to_owned());
    }
    in_sentence(words, by)
}

/// Of the past, a Friday where it would be a weekend.
fn later(day: Date, by: Duration) -> Date {
    let new = day.saturating_add(by);
    match new.weekday() {
        _ if by.is_zero() || day >= TODAY => new,
        Weekday::Saturday => new - Duration::days(1),
        Weekday::Sunday => new - Duration::days(2),
        _ => new,
    }
}

/// “By 19 November 2026, Tomek …”, “rebooked for 8 December”.
fn in_sentence(words: &str, by: Duration) -> String {
    let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        let Some((month, after_month)) = month(&words[at]) else { continue };
        let (before, number) = words[at - 1].split_at(words[at - 1].len() - digits_at_end(&words[at - 1]));
        let before = before.to_owned();
        let year = words.get(at + 1).filter(|_| after_month.is_empty()).and_then(|word| word.get(..4)?.parse().ok());
        let Some(day) = number
            .parse()
            .ok()
            .and_then(|number| Date::from_calendar_date(year.unwrap_or(TODAY.year()), month, number).ok())
        else {
            continue;
        };
        let new = later(day, by);
        let after_month = after_month.to_owned();
        words[at - 1] = format!("{before}{}", new.day());
        words[at] = format!("{}{after_month}", new.month());
        if year.is_some() {
            words[at + 1].replace_range(..4, &new.year().to_string());
        }
    }
    words.join(" ")
}

fn digits_at_end(word: &str) -> usize {
    word.bytes().rev().take_while(u8::is_ascii_digit).count()
}

/// The month that a word is, and what follows its letters.
fn month(word: &str) -> Option<(Month, &str)> {
    let end = word.find(|letter: char| !letter.is_alphabetic()).unwrap_or(word.len());
    let (name, after) = word.split_at(end);
    name.parse().ok().map(|month| (month, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_on(today: Date, words: &str) -> String {
        let mut value = Value::from(words);
        move_to(today, &mut value);
        value.as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_meeting_that_is_due_is_today_and_the_others_as_far_away_as_they_were() {
        let today = date!(2027 - 03 - 04);
        assert_eq!(told_on(today, "2026-11-19"), "2027-03-04");
        assert_eq!(told_on(today, "2026-11-18T17:04:00Z"), "2027-03-03T17:04:00Z");
        assert_eq!(told_on(today, "2026-07-07"), "2026-10-20");
        assert_eq!(told_on(TODAY, "2026-07-07"), "2026-07-07");
    }

    #[test]
    fn a_day_in_a_sentence_goes_along() {
        let told = |words| told_on(date!(2026 - 12 - 03), words);
        assert_eq!(told("By 19 November 2026, Tomek eats"), "By 3 December 2026, Tomek eats");
        assert_eq!(told("1 of 5 (9 January 2026)"), "1 of 5 (23 January 2026)");
        assert_eq!(told("named by 11 December; training"), "named by 25 December; training");
        assert_eq!(told("88 wpm in July, 5 errors (2 July 2026)"), "88 wpm in July, 5 errors (16 July 2026)");
        assert_eq!(told("In May 2026 he moved 9 March hares"), "In May 2026 he moved 23 March hares");
    }

    #[test]
    fn nothing_that_is_over_comes_to_lie_on_a_weekend_or_ahead() {
        assert_eq!(told_on(date!(2026 - 11 - 29), "2026-11-18"), "2026-11-27");
        assert_eq!(told_on(date!(2026 - 11 - 30), "2026-11-17"), "2026-11-27");
    }
}
