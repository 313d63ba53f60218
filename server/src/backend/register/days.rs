//! Days as somebody writes them, in a cell or a box, and those that cannot be.

use app::components::dates;
use time::{Date, Month, format_description::BorrowedFormatItem, macros::format_description};

use crate::db::register_line::Line;

const ISO: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");
const BRITISH: &[BorrowedFormatItem<'static>] = format_description!("[day padding:none]/[month padding:none]/[year]");

pub(in crate::backend) const NO_SUCH_DAY: &str =
    "There is no such day, or it cannot be read. Write it with its whole year, as 2018-02-14 or 14/02/2018.";
const NOT_YET: &str = "That day has not come yet. Look at the year.";
const LONG_AGO: &str = "That is more than 26 years ago: nobody born then is at a school. Look at the year.";
const TOO_FAR: &str = "That is more than a year ahead. Look at the year.";
const BEFORE_HELP: &str = "That is before their extra help began. Look at both days.";
const BEFORE_BIRTH: &str = "That is before the child was born. Look at both days.";

/// Older is nobody who has a plan of a school.
pub(in crate::backend) const OLDEST_YEARS: i32 = 26;

/// A day as a spreadsheet or a browser writes it.
pub(in crate::backend) fn read_day(words: &str) -> Option<Date> {
    Date::parse(words, ISO).or_else(|_| Date::parse(words, BRITISH)).ok()
}

/// The same day, so many years on; what there is in leap years alone is a day later.
pub(in crate::backend) fn years(day: Date, more: i32) -> Date {
    let year = day.year() + more;
    day.replace_year(year).or_else(|_| Date::from_calendar_date(year, Month::March, 1)).unwrap_or(day)
}

/// Why a child cannot have been born then.
pub(in crate::backend) fn no_birthday(born: Date, today: Date) -> Option<&'static str> {
    match born {
        born if born > today => Some(NOT_YET),
        born if born.year() + OLDEST_YEARS < today.year() => Some(LONG_AGO),
        _ => None,
    }
}

/// Why a child cannot have left then, or be going to.
pub(in crate::backend) fn no_leaving(line: &Line, today: Date) -> Option<&'static str> {
    match line.left_on? {
        left if left > years(today, 1) => Some(TOO_FAR),
        left if line.born_on.is_some_and(|born| left < born) => Some(BEFORE_BIRTH),
        left if line.sen_since.is_some_and(|since| left < since) => Some(BEFORE_HELP),
        _ => None,
    }
}

/// Nobody left before the day they were last met: terms that are over would be told otherwise. A day that stands
/// already is not asked about again: a meeting that was open goes on when a child leaves.
pub(in crate::backend) fn left_before_met(
    left: Option<Date>,
    before: Option<Date>,
    last_met: Option<Date>,
) -> Option<String> {
    let met = last_met.filter(|met| left != before && left.is_some_and(|left| left < *met))?;
    let day = dates::short(&met.to_string());
    Some(format!("They were met on {day}: choose that day or a later one."))
}

/// Why extra help cannot have been decided then.
pub(in crate::backend) fn no_beginning(since: Date, born: Option<Date>, today: Date) -> Option<&'static str> {
    match since {
        since if since > today => Some(NOT_YET),
        since if born.is_some_and(|born| since < born) => Some(BEFORE_BIRTH),
        _ => None,
    }
}
