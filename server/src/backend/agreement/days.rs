//! Days in a plan that cannot be meant: over when it was agreed, not there yet, or so far away that a year was mistyped.
//!
//! What must stay true: nothing is agreed with such a day, and nothing that was written is changed; what is told leads to
//! the box. A promise and a hope that were taken over from last time as they were may be late: nobody chose that day now.

use app::components::dates::short;
use shared::{
    ItemId, Section,
    doc::{FieldAddress, SectionDoc},
    record::{AgreedRecord, Missing},
    schema::{List, actions, assess, passport, pep, plan},
};
use time::{Date, Duration, format_description::BorrowedFormatItem, macros::format_description};

use super::Sections;
use crate::backend::register::{OLDEST_YEARS, years};

const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

/// However seldom they meet, they look back once a year.
const REVIEW: Duration = Duration::days(366);
/// A step or a promise is of one plan, or of a few.
const STEP: Duration = Duration::days(2 * 366);

/// What the days are judged by.
pub(super) struct Around {
    pub(super) met: Date,
    pub(super) today: Date,
    pub(super) born: Option<Date>,
    /// What was agreed last time, and in this meeting before it was opened again.
    pub(super) before: Vec<AgreedRecord>,
}

/// What a day stands for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Step,
    Hope,
    Promise,
    Happened,
}

/// Every day that is chosen for a line of its own.
const DAYS: [(Section, &List, &str, Kind); 7] = [
    (Section::Plan, &plan::TARGETS, "by", Kind::Step),
    (Section::Plan, &plan::OUTCOMES, "by", Kind::Hope),
    (Section::Do, &actions::ACTIONS, "by", Kind::Promise),
    (Section::Assess, &assess::BASELINES, "measured_on", Kind::Happened),
    (Section::PepRestricted, &pep::SDQ, "measured_on", Kind::Happened),
    (Section::Passport, &passport::DATA, "measured_on", Kind::Happened),
    (Section::Passport, &passport::ACCESS, "since", Kind::Happened),
];

pub(super) fn that_cannot_be(review_on: &str, sections: &Sections, around: &Around) -> Vec<Missing> {
    no_review(review_on, around.met).into_iter().chain(on_lines(sections, around)).collect()
}

/// The same of a passport that is kept outside a meeting.
pub(in crate::backend) fn in_passport(passport: SectionDoc, today: Date) -> Vec<Missing> {
    let around = Around { met: today, today, born: None, before: vec![] };
    on_lines(&Sections::from([(Section::Passport, passport)]), &around)
}

fn on_lines(sections: &Sections, around: &Around) -> Vec<Missing> {
    let days = DAYS.into_iter().filter_map(|(section, list, field, kind)| {
        let (doc, field) = (sections.get(&section)?, list.field(field)?);
        Some(doc.items(list).into_iter().filter_map(move |id| {
            let (words, by) = (first_words(doc, list, id)?, doc.words(list, id, field.key));
            let why = around.why_not(kind, day(&by)?, || around.is_as_it_was(doc, list, id, &by))?;
            Some(Missing {
                words: format!("The day of “{words}”, {}, {why}.", short(&by)),
                part: FieldAddress::new(section, list, id, field).dom_id(),
            })
        }))
    });
    days.flatten().collect()
}

fn no_review(review_on: &str, met: Date) -> Option<Missing> {
    let words = match day(review_on) {
        Some(day) if day <= met => "We meet again on a day that is over: choose a later one.".to_owned(),
        Some(day) if day <= met + REVIEW => return None,
        _ => format!(
            "We meet again on {}, more than a year away: look at the year, and choose an earlier day.",
            short(review_on)
        ),
    };
    Some(Missing { words, part: "targets".to_owned() })
}

impl Around {
    fn why_not(&self, kind: Kind, day: Date, is_as_it_was: impl Fn() -> bool) -> Option<&'static str> {
        let is_over = || day < self.met;
        match kind {
            Kind::Happened if day > self.today => Some("has not come yet: look at the year"),
            Kind::Happened if day < years(self.today, -OLDEST_YEARS) => {
                Some("is more than 26 years ago: look at the year")
            }
            Kind::Happened => None,
            Kind::Step if is_over() => Some("is over: choose a later one"),
            Kind::Hope | Kind::Promise if is_over() => (!is_as_it_was()).then_some("is over: choose a later one"),
            Kind::Step | Kind::Promise if day > self.met + STEP => {
                Some("is more than two years away: look at the year")
            }
            Kind::Hope if day > years(self.born.unwrap_or(self.met), OLDEST_YEARS) => Some(match self.born {
                Some(_) => "is after their 26th birthday: look at the year",
                None => "is more than 26 years away: look at the year",
            }),
            Kind::Step | Kind::Hope | Kind::Promise => None,
        }
    }

    /// A promise that was kept may be of any day; one that was agreed before, and a hope, may have become late.
    fn is_as_it_was(&self, doc: &SectionDoc, list: &List, id: ItemId, by: &str) -> bool {
        let is_done = list == &actions::ACTIONS && doc.words(list, id, "status") == "done";
        let promised = |record: &AgreedRecord| record.actions.iter().any(|action| action.id == id && action.by == by);
        let hoped = |record: &AgreedRecord| record.outcomes.iter().any(|hope| hope.id == id && hope.by == by);
        is_done || self.before.iter().any(|record| promised(record) || hoped(record))
    }
}

fn day(words: &str) -> Option<Date> {
    Date::parse(words, DAY).ok()
}

/// What the line is known by; an empty one is no part of what is agreed.
fn first_words(doc: &SectionDoc, list: &List, id: ItemId) -> Option<String> {
    let texts = list.texts().map(|field| doc.words(list, id, field.key).trim().to_owned());
    texts.into_iter().find(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn what_nobody_chose_now_may_be_late_and_nothing_that_happened_is_still_to_come() {
        let met = date!(2026 - 11 - 19);
        let around = Around { met, today: met, born: Some(date!(2018 - 03 - 02)), before: vec![] };
        let why = |kind, day, is_as_it_was| around.why_not(kind, day, || is_as_it_was);
        let yesterday = date!(2026 - 11 - 18);
        for kind in [Kind::Hope, Kind::Promise] {
            assert_eq!(why(kind, yesterday, true), None);
            assert!(why(kind, yesterday, false).is_some());
            assert_eq!(why(kind, met, false), None);
        }
        assert!(why(Kind::Step, yesterday, true).is_some(), "a step is of this plan");
        assert_eq!(why(Kind::Happened, met, false), None);
        assert!(why(Kind::Happened, date!(2026 - 11 - 20), true).is_some());
        assert!(why(Kind::Happened, date!(1926 - 11 - 20), true).is_some());
        assert_eq!(why(Kind::Hope, date!(2044 - 03 - 02), false), None);
        assert!(why(Kind::Hope, date!(2044 - 03 - 03), true).is_some());
        assert!(why(Kind::Promise, date!(2029 - 01 - 01), true).is_some());
    }
}
