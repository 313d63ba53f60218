//! Days as people say them. Documents and records keep `YYYY-MM-DD`; what is not a date is shown as it is.

use time::{Date, Month, Weekday};

/// “Tuesday 16 March 2027”.
pub fn long(day: &str) -> String {
    parse(day).map_or_else(
        || day.to_owned(),
        |date| format!("{} {} {} {}", weekday(date.weekday()), date.day(), month(date.month()), date.year()),
    )
}

/// “16 March 2027”.
pub fn short(day: &str) -> String {
    parse(day).map_or_else(|| day.to_owned(), |date| format!("{} {} {}", date.day(), month(date.month()), date.year()))
}

/// What is no day at all is no weekend either.
pub fn is_weekend(day: &str) -> bool {
    parse(day).is_some_and(|date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday))
}

/// Whether it is a day that a plan can speak of.
pub fn is_of_our_time(day: &str) -> bool {
    parse(day).is_some_and(|date| (1900..2200).contains(&date.year()))
}

/// By hand, because the parser of `time` knows every way to write a day, and every browser would download it.
fn parse(day: &str) -> Option<Date> {
    let mut numbers = day.trim().split('-');
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if numbers.next().is_some() || [year.len(), month.len(), day.len()] != [4, 2, 2] {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn month(month: Month) -> &'static str {
    match month {
        Month::January => "January",
        Month::February => "February",
        Month::March => "March",
        Month::April => "April",
        Month::May => "May",
        Month::June => "June",
        Month::July => "July",
        Month::August => "August",
        Month::September => "September",
        Month::October => "October",
        Month::November => "November",
        Month::December => "December",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        assert_eq!(long("2027-03-16"), "Tuesday 16 March 2027");
        assert_eq!(short("2026-11-09"), "9 November 2026");
        assert_eq!(short("2026-11-19"), "19 November 2026");
    }

    #[test]
    fn a_year_that_is_typed_letter_by_letter_is_of_our_time_at_its_last() {
        let typed = ["0002-03-11", "0020-03-11", "0202-03-11", "2027-03-11", "20270-03-11", ""].map(is_of_our_time);
        assert_eq!(typed, [false, false, false, true, false, false]);
    }

    #[test]
    fn what_is_not_a_date_is_shown_as_it_is() {
        assert_eq!(long("after half-term"), "after half-term");
        assert_eq!([long(""), long("2027-02-29"), long("27-3-16")], ["", "2027-02-29", "27-3-16"]);
    }
}
