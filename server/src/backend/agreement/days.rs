//! Days in a plan that cannot be meant: over when it was agreed, or so far away that a year was mistyped.
//!
//! What must stay true: nothing is agreed with such a day, and nothing that was written is changed; what is told leads to
//! the box. What is carried over from last time may be late: a promise, and a hope.

use shared::{
    ItemId, Section,
    doc::FieldAddress,
    record::{AgreedRecord, Missing},
    schema::{List, plan},
};
use time::{Date, Duration, format_description::BorrowedFormatItem, macros::format_description};

const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

/// However seldom they meet, they look back once a year.
const REVIEW: Duration = Duration::days(366);
/// A step is of one plan, or of a few.
const STEP: Duration = Duration::days(3 * 366);
/// The big hope is often years long: until somebody is grown up.
const HOPE: Duration = Duration::days(25 * 366);

pub(super) fn that_cannot_be(record: &AgreedRecord) -> Vec<Missing> {
    let Some(met) = day(&record.meeting.held_on) else { return vec![] };
    let mut wrong = vec![];
    let review = record.review_on.as_str();
    match day(review) {
        Some(day) if day <= met => {
            wrong.push(("We meet again on a day that is over: choose a later one.".to_owned(), "targets".to_owned()));
        }
        Some(day) if day <= met + REVIEW => {}
        _ => wrong.push((
            format!("We meet again on {review}, more than a year away: look at the year, and choose an earlier day."),
            "targets".to_owned(),
        )),
    }
    let steps = record.targets.iter().map(|step| {
        let words = if step.pupil_words.is_empty() { &step.title } else { &step.pupil_words };
        (&plan::TARGETS, step.id, words, &step.by, STEP, "three years")
    });
    let hopes = record.outcomes.iter().map(|hope| (&plan::OUTCOMES, hope.id, &hope.words, &hope.by, HOPE, "25 years"));
    for (list, id, words, by, longest, how_long) in steps.chain(hopes).filter(|(_, _, _, by, ..)| !by.is_empty()) {
        let why = match day(by) {
            Some(day) if day < met && list == &plan::TARGETS => "is over: choose a later one".to_owned(),
            Some(day) if day <= met + longest => continue,
            _ => format!("is more than {how_long} away: look at the year"),
        };
        wrong.push((format!("The day of “{words}”, {by}, {why}."), box_of(list, id)));
    }
    wrong.into_iter().map(|(words, part)| Missing { words, part }).collect()
}

fn day(words: &str) -> Option<Date> {
    Date::parse(words, DAY).ok()
}

/// Where this day was chosen.
fn box_of(list: &'static List, id: ItemId) -> String {
    let field = list.field("by");
    field.map(|field| FieldAddress::new(Section::Plan, list, id, field).dom_id()).unwrap_or_default()
}
