//! What a term’s map says of children who have left the school.
//!
//! The rule: a child counts among the needs, the gaps and in “who carries it” of every term they were at the school in, but
//! of the present one only until they leave. What was agreed and delivered stands in its sums all the same.

use time::{Date, Month};

/// Whoever has left by this day does not count in this term: today, and of a term that is over the day it began.
pub(super) fn asked_on(term: &str, today: Date) -> Date {
    first_and_next(term).filter(|(_, next)| *next <= today).map_or(today, |(first, _)| first)
}

/// A plan can be of a term that its child never saw: agreed in July, to be looked back on in autumn.
pub(super) fn never_saw(term: &str, left_on: Option<Date>) -> bool {
    left_on.zip(first_and_next(term)).is_some_and(|(left, (first, _))| left <= first)
}

/// The first day of a term and of the one after it, as `term_of` in the migrations has them.
fn first_and_next(term: &str) -> Option<(Date, Date)> {
    let (year, number) = term.split_once('-')?;
    let year: i32 = year.parse().ok()?;
    let (from, until, next) = match number {
        "1" => (Month::January, year, Month::April),
        "2" => (Month::April, year, Month::September),
        "3" => (Month::September, year.checked_add(1)?, Month::January),
        _ => return None,
    };
    Some((Date::from_calendar_date(year, from, 1).ok()?, Date::from_calendar_date(until, next, 1).ok()?))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_term_that_is_over_stays_as_it_was() {
        let today = date!(2026 - 11 - 19);
        assert_eq!(asked_on("2026-3", today), today);
        assert_eq!(asked_on("2027-1", today), today);
        assert_eq!(asked_on("2026-2", today), date!(2026 - 04 - 01));
        assert_eq!(asked_on("2026-3", date!(2027 - 01 - 01)), date!(2026 - 09 - 01));
        assert_eq!(asked_on("whenever", today), today);
    }

    #[test]
    fn who_left_before_it_began_never_saw_it() {
        let left = Some(date!(2026 - 07 - 21));
        assert_eq!(["2026-2", "2026-3", "2027-1"].map(|term| never_saw(term, left)), [false, true, true]);
        assert!(!never_saw("2026-3", None));
    }
}
