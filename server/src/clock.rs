//! The clock. Whoever needs the time is handed one of these, so that a test can stop it.

use std::{fmt, sync::Arc};

use time::{Date, Month, OffsetDateTime, UtcOffset, Weekday, macros::time};

pub trait Clock: Send + Sync {
    fn now(&self) -> OffsetDateTime;
}

const SUMMER: UtcOffset = match UtcOffset::from_hms(1, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// A clock that is shared by everything in one server.
#[derive(Clone)]
pub struct SharedClock(Arc<dyn Clock>);

impl SharedClock {
    pub fn new(clock: impl Clock + 'static) -> Self {
        Self(Arc::new(clock))
    }

    /// The machine’s.
    pub fn system() -> Self {
        Self::new(SystemClock)
    }

    pub fn now(&self) -> OffsetDateTime {
        self.0.now()
    }

    /// The day it is at school.
    pub fn today(&self) -> Date {
        school_day(self.now())
    }
}

/// The day of a moment at school. A school in England lives by Greenwich’s time, and in summer an hour ahead.
pub fn school_day(moment: OffsetDateTime) -> Date {
    at_school(moment).date()
}

/// A moment as the clock on a school’s wall has it: summer time is from the last Sunday of March to that of
/// October, from one o’clock at Greenwich.
pub fn at_school(moment: OffsetDateTime) -> OffsetDateTime {
    let moment = moment.to_offset(UtcOffset::UTC);
    let turns = |month| last_sunday(moment.year(), month).map(|day| day.with_time(time!(1:00)).assume_utc());
    match (turns(Month::March), turns(Month::October)) {
        (Some(from), Some(to)) if (from..to).contains(&moment) => moment.to_offset(SUMMER),
        _ => moment,
    }
}

/// Both months have 31 days.
fn last_sunday(year: i32, month: Month) -> Option<Date> {
    let last = Date::from_calendar_date(year, month, 31).ok()?;
    if last.weekday() == Weekday::Sunday { Some(last) } else { Some(last.prev_occurrence(Weekday::Sunday)) }
}

impl fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedClock")
    }
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes in")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_summer_evening_after_midnight_at_school_is_the_next_day() {
        assert_eq!(school_day(datetime!(2026-07-07 22:59 UTC)), date!(2026 - 07 - 07));
        assert_eq!(school_day(datetime!(2026-07-07 23:00 UTC)), date!(2026 - 07 - 08));
        assert_eq!(school_day(datetime!(2026-11-19 23:59 UTC)), date!(2026 - 11 - 19));
    }

    #[test]
    fn the_clocks_turn_on_the_last_sundays_of_march_and_october() {
        for (moment, hour) in [
            (datetime!(2026-03-29 0:59 UTC), 0),
            (datetime!(2026-03-29 1:00 UTC), 2),
            (datetime!(2026-10-25 0:59 UTC), 1),
            (datetime!(2026-10-25 1:00 UTC), 1),
            // A year in which October ends with a Sunday.
            (datetime!(2027-10-31 0:59 UTC), 1),
            (datetime!(2027-10-31 1:00 UTC), 1),
            (datetime!(2027-10-30 12:00 UTC), 13),
        ] {
            assert_eq!(at_school(moment).hour(), hour, "{moment}");
        }
    }
}
