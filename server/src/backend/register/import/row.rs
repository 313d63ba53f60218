//! One row of a file of children, judged beside what the register says of that child so far.
//!
//! What must stay true: what a row does not mention stays as it is; a row is judged as a form on a page is, by
//! [`shared::census`].

use app::components::dates;
use shared::census;
use time::Date;

use super::{
    super::{
        child::Child,
        days::{NO_SUCH_DAY, left_before_met, no_beginning, no_birthday, no_leaving, read_day},
    },
    known::Known,
};
use crate::{csv::TableRow, db::pupils::has_left};

/// The child as the register would have it afterwards.
pub(super) fn read(row: &mut TableRow<'_>, known: Option<&Known>, today: Date) -> Child {
    let before = known.map(|known| &known.child);
    let mut child = before.cloned().unwrap_or_default();
    let mut words = |column: &str, place: &mut String| {
        let words = row.words(column);
        if !words.is_empty() {
            *place = words;
        }
    };
    words("Full name", &mut child.full_name);
    words("Called", &mut child.called);
    words("Class", &mut child.line.class_name);
    words("Home language", &mut child.line.home_language);
    if child.full_name.is_empty() {
        row.fault("Full name", "Every child needs a name.");
    }
    let mut child = Child::named(child.full_name, child.called, child.line);
    provision(row, &mut child);
    needs(row, &mut child);
    if let Some(upn) = Some(row.words("UPN")).filter(|upn| !upn.is_empty()) {
        // A child who has such a number already is still found by it.
        if let Some(why) = census::upn_fault(&upn).filter(|_| child.line.upn.as_ref() != Some(&upn)) {
            row.fault("UPN", why);
        }
        child.line.upn = Some(upn);
    }
    let born = day(row, "Born");
    if let Some(why) = born.and_then(|born| no_birthday(born, today)) {
        row.fault("Born", why);
    }
    child.line.born_on = born.or(child.line.born_on);
    year_group(row, &mut child);
    let since = day(row, "Since");
    child.line.sen_since = since.or(child.line.sen_since);
    if let Some(why) = child.line.sen_since.and_then(|since| no_beginning(since, child.line.born_on, today)) {
        row.fault("Since", why);
    }
    // Without extra help there is no day it began.
    if child.line.sen_provision == "N" && since.is_none() {
        child.line.sen_since = None;
    }
    child.line.left_on = day(row, "Left on").or(child.line.left_on);
    if let Some(why) = no_leaving(&child.line, today) {
        row.fault("Left on", why);
    }
    let met = known.and_then(|known| known.last_met);
    if let Some(why) = left_before_met(child.line.left_on, before.and_then(|before| before.line.left_on), met) {
        row.fault("Left on", why);
    }
    looked_after(row, &mut child);
    child
}

/// What may be a slip in it.
pub(super) fn doubts(child: &Child, today: Date) -> Vec<String> {
    let line = &child.line;
    let number = line.upn.as_deref().and_then(census::upn_fault);
    let year = line.born_on.and_then(|born| census::year_doubt(&line.year_group, born, today));
    number.into_iter().chain(year).collect()
}

/// Named among those who are here, and no longer here: a file empties no box.
pub(super) fn stays_away(before: Option<&Child>, after: &Child, today: Date) -> Option<String> {
    let left = before?.line.left_on.filter(|left| has_left(Some(*left), today))?;
    (after.line.left_on == Some(left)).then(|| {
        let day = dates::short(&left.to_string());
        format!("In the register they left the school on {day}. If they are back, empty that day on their line.")
    })
}

fn day(row: &mut TableRow<'_>, column: &str) -> Option<Date> {
    let words = row.cell(column);
    let day = read_day(&words);
    if day.is_none() && !words.is_empty() {
        row.fault(column, NO_SUCH_DAY);
    }
    day
}

fn provision(row: &mut TableRow<'_>, child: &mut Child) {
    let cell = row.cell("Extra help");
    match census::provision_code(&cell) {
        Some(code) => child.line.sen_provision = code.to_owned(),
        None if cell.is_empty() && !child.line.sen_provision.is_empty() => {}
        None => {
            row.fault("Extra help", census::NO_PROVISION);
            child.line.sen_provision = cell.to_uppercase();
        }
    }
}

fn needs(row: &mut TableRow<'_>, child: &mut Child) {
    let cell = row.cell("Needs");
    let provision = child.line.sen_provision.as_str();
    // Needs stay until a row names others, or says that there is no extra help any more.
    let words = match cell.is_empty() && provision != "N" {
        true => child.line.needs.join(" "),
        false => cell,
    };
    let (needs, wrong) = census::needs(&words, provision);
    for what in wrong {
        row.fault("Needs", what);
    }
    child.line.needs = needs;
}

fn year_group(row: &mut TableRow<'_>, child: &mut Child) {
    let cell = row.cell("Year group");
    match census::year_group(&cell) {
        Some(year) if year.is_empty() => {}
        Some(year) => child.line.year_group = year,
        None => row.fault("Year group", census::NO_YEAR_GROUP),
    }
}

fn looked_after(row: &mut TableRow<'_>, child: &mut Child) {
    match row.cell("Looked after").to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" => child.line.looked_after = true,
        "no" | "n" | "false" | "0" => child.line.looked_after = false,
        "" => {}
        _ => row.fault("Looked after", "Write yes or no."),
    }
}
