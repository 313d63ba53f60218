//! A school’s rules: its own where it has some, and otherwise ours.

use time::Duration;

use crate::db::{SchoolTransaction, retention};

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Record,
    History,
    Draft,
    WayIn,
}

impl What {
    pub const ALL: [Self; 4] = [Self::Record, Self::History, Self::Draft, Self::WayIn];

    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::History => "history",
            Self::Draft => "draft",
            Self::WayIn => "way-in",
        }
    }

    /// From when on its time is counted.
    pub fn counted_from(self) -> &'static str {
        match self {
            Self::Record => "from the child’s date of birth",
            Self::History => "from the agreement",
            Self::Draft => "from the last word in a meeting that was never agreed",
            Self::WayIn => "from the end of a link, session or knock",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.name() == name)
    }
}

/// How long, and how long something stays marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub what: What,
    pub years: i32,
    pub days: i32,
    pub undo_days: i32,
}

impl Rule {
    /// Where the day of the year does not matter, a year has 365.
    pub(super) fn time(self) -> Duration {
        Duration::days(i64::from(self.years) * 365 + i64::from(self.days))
    }

    /// 25 years of a plan and six after it, from the date of birth (the schools’ records toolkit); what is no record
    /// as short as it can be. `keep_history` is what whoever runs the server set.
    fn ours(what: What, keep_history: Duration) -> Self {
        let rule = |years, days, undo_days| Self { what, years, days, undo_days };
        match what {
            What::Record => rule(31, 0, 30),
            What::Draft => rule(1, 0, 30),
            What::History => rule(0, i32::try_from(keep_history.whole_days()).unwrap_or(i32::MAX), 0),
            What::WayIn => rule(0, 1, 0),
        }
    }
}

/// One for each thing there is a rule about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules([Rule; 4]);

impl Rules {
    pub fn of(&self, what: What) -> Rule {
        self.0[what as usize]
    }

    pub fn all(&self) -> &[Rule] {
        &self.0
    }
}

/// The rules of the school of this transaction.
pub async fn of(txn: &mut SchoolTransaction, keep_history: Duration) -> sqlx::Result<Rules> {
    let own = retention::rules(txn).await?;
    Ok(Rules(What::ALL.map(|what| {
        own.iter().find(|rule| rule.what == what).copied().unwrap_or_else(|| Rule::ours(what, keep_history))
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_under_its_own_name() {
        let rules = Rules(What::ALL.map(|what| Rule::ours(what, Duration::days(14))));
        for what in What::ALL {
            assert_eq!(rules.of(what).what, what);
            assert_eq!(What::from_name(what.name()), Some(what));
        }
        assert_eq!(rules.of(What::History).time(), Duration::days(14));
    }
}
