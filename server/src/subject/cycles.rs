//! Every cycle on one page, to be printed: what was tried, whether it happened, what it came to and what it cost. What a
//! local authority asks for before it decides whether to assess a child for an education, health and care plan.
//!
//! What must stay true: nothing here is typed; what nobody counted or costed is said to be so.

use std::fmt::Write;

use app::{
    components::money::pounds,
    view::map::{ALWAYS_THERE, and_extra, term_words},
};
use shared::{
    PupilId,
    record::{AgreedRecord, Scores, Target},
    schema::{label_of, review},
};

use super::{
    NotExported,
    html::{escape, page},
};
use crate::db::{
    self, SchoolTransaction,
    help::{self, Given, Wanted},
};

pub(super) const NAME: &str = "cycles.html";

/// Of all that was agreed, the oldest first.
pub(super) async fn of(txn: &mut SchoolTransaction, pupil: PupilId, name: &str) -> Result<String, NotExported> {
    let kept = db::records::list_of_pupil(txn, pupil).await?;
    let read = kept.iter().map(|kept| serde_json::from_str(&kept.canonical_json));
    let records: Vec<AgreedRecord> = read.collect::<Result<_, _>>().map_err(|_| NotExported::Unreadable)?;
    let given = help::given(txn, &Wanted { pupil: Some(pupil), ..Wanted::default() }).await?;
    let mut body = "<p>For a request that asks what the school has tried: each cycle with its next steps, the help, \
         whether it happened, what it came to and what it cost.</p>"
        .to_owned();
    for (at, plan) in records.iter().enumerate() {
        let help: Vec<&Given> = given.iter().filter(|help| help.meeting == plan.meeting.id).collect();
        body += &cycle(plan, records.get(at + 1), &help);
    }
    if records.is_empty() {
        body += "<p>Nothing has been agreed yet.</p>";
    }
    Ok(page(&format!("Every cycle of {name}"), &body))
}

fn cycle(plan: &AgreedRecord, review: Option<&AgreedRecord>, help: &[&Given]) -> String {
    let term = help.first().map(|help| term_words(&help.term)).unwrap_or_default();
    let until = match review {
        Some(review) => format!("looked back on {}", review.meeting.held_on),
        None => "not looked back on yet".to_owned(),
    };
    let steps = plan.targets.iter().map(|target| step(target, review));
    let costs: Vec<i64> = help.iter().filter_map(|help| help.pence).collect();
    let mut words = format!("<h2>{} planned on {}, {until}</h2>", escape(&term), escape(&plan.meeting.held_on));
    words += &table(&["Next step", "From", "To", "How it went", "Out of ten", "What next"], steps);
    words += &table(&["Help", "Who", "Sessions", "Why not all", "Cost"], help.iter().map(|help| given(help)));
    if !costs.is_empty() {
        // Writing into a `String` cannot fail.
        let _ = write!(words, "<p>In all, of what was written down: {}.</p>", pounds(costs.iter().sum()));
    }
    if let Some(review) = review {
        let said = review.remarks.iter().map(|said| vec![said.said_by_name.clone(), said.words.clone()]);
        words += &table(&["Who", "What they said of it"], said);
    }
    let there = plan.attendance.iter();
    let there = there.map(|seat| vec![seat.name.clone(), seat.title.clone(), seat.attendance.label().to_owned()]);
    words + &table(&["At the meeting", "As", "How"], there)
}

fn step(target: &Target, review: Option<&AgreedRecord>) -> Vec<String> {
    let found = review.and_then(|review| review.reviews.iter().find(|found| found.id == target.id));
    let Some(found) = found else {
        let before = scores(target.before, Scores::default());
        return vec![
            target.title.clone(),
            target.baseline.clone(),
            String::new(),
            String::new(),
            before,
            String::new(),
        ];
    };
    vec![
        target.title.clone(),
        found.baseline.clone(),
        found.exit.clone(),
        label_of(review::RATINGS, &found.rating),
        scores(found.before, found.after),
        label_of(review::NEXT_STEPS, &found.next_step),
    ]
}

/// “child 3 to 7, home 4, school 5 to 6”.
fn scores(before: Scores, after: Scores) -> String {
    let voices = [
        ("child", before.pupil, after.pupil),
        ("home", before.home, after.home),
        ("school", before.school, after.school),
    ];
    let voice = |(who, before, after): (&str, Option<i64>, Option<i64>)| match (before, after) {
        (Some(before), Some(after)) => Some(format!("{who} {before} to {after}")),
        (Some(before), None) => Some(format!("{who} {before}")),
        (None, Some(after)) => Some(format!("{who} now {after}")),
        (None, None) => None,
    };
    voices.into_iter().filter_map(voice).collect::<Vec<_>>().join(", ")
}

fn given(help: &Given) -> Vec<String> {
    let sessions = match (help.counted(), help.sessions.filter(|sessions| *sessions > 0)) {
        (Some(counted), _) => {
            format!("{} of {} happened{}", counted.delivered, counted.planned, and_extra(counted.extra))
        }
        (None, Some(planned)) => format!("{planned} planned, not counted"),
        (None, None) => ALWAYS_THERE.to_owned(),
    };
    let cost = help.pence.map_or("not written down".to_owned(), pounds);
    vec![help.name.clone(), help.who.clone(), sessions, help.missed(), cost]
}

/// Nothing where it has no row.
fn table(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let row = |cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
        format!("<tr>{cells}</tr>")
    };
    let rows: String = rows.map(row).collect();
    let head: String = columns.iter().map(|column| format!("<th>{}</th>", escape(column))).collect();
    if rows.is_empty() { rows } else { format!("<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>") }
}
