//! A looked-after child’s education plan: the PEP part of the last agreed meeting, beside the next steps, help and
//! attendance of the same record; and what the one that is being written still lacks.
//!
//! What must stay true: whoever it is not for is told what they would be told of a child who is not looked after; what
//! is taken from the section is what its schema declares, which has no place for care, placement or contact.

mod unfinished;
mod written;

use std::collections::BTreeMap;

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        self,
        map::term_words,
        pep::{Due, Measured, PaidHelp, Pep, PepPage, RatingSent},
    },
};
use shared::{
    PupilId, Section,
    doc::SectionDoc,
    pep::{self, Parts},
    record::{AgreedRecord, Attendee},
    rights::may_see_pep,
    role::Side,
};
use time::{Date, Month, macros::format_description};

use self::written::Written;
use super::{cycles, here, picture, rating, records, sharing, tie, who_came};
use crate::{
    audit::{Deed, Verb},
    backend::{ServerBackend, next::read},
    clock::school_day,
    db::{self, SchoolTransaction, help, pupils::Pupil},
    error::unavailable,
};

pub(in crate::backend) async fn page(
    backend: &ServerBackend,
    viewer: Viewer,
    id: PupilId,
) -> Result<PepPage, AppError> {
    let now = backend.clock.now();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let is_theirs = may_open(&mut txn, viewer, id).await?;
    let pupil = db::pupils::find(&mut txn, id, school_day(now)).await.map_err(unavailable)?;
    let Some(pupil) = pupil.filter(|pupil| is_theirs && pupil.looked_after) else {
        return Err(sharing::why_not(&mut txn, id, viewer.person).await?);
    };
    let records = records(&mut txn, id).await?;
    let plan = plan(&mut txn, &pupil, &records, school_day(now)).await?;
    let page = PepPage {
        here: here(&mut txn, viewer).await?,
        id,
        ratings: rating::given(&mut txn, id, plan.as_ref().map(|plan| plan.agreed_in)).await?,
        may_rate: plan.is_some() && rating::may_rate(&mut txn, viewer, id).await?,
        refused: RatingSent::default(),
        was_rated: false,
        plan,
        unfinished: unfinished::plan(&mut txn, &pupil, viewer.person, &records, now).await?,
        pupil: view::Pupil {
            person: pupil.person,
            name: pupil.name,
            portrait: picture::address(tie(&mut txn, viewer, id).await?, id, pupil.picture.is_some()),
            portrait_alt: pupil.picture.unwrap_or_default(),
            looked_after: true,
        },
    };
    let deed = Deed::new(viewer.person, Verb::PepRead).about(id.0);
    db::audit::add(&mut txn, deed, now).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(page)
}

pub(in crate::backend) async fn may_open(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    id: PupilId,
) -> Result<bool, AppError> {
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let place = db::pupils::place(txn, id, viewer).await.map_err(unavailable)?;
    Ok(may_see_pep(&posts, place))
}

async fn plan(
    txn: &mut SchoolTransaction,
    pupil: &Pupil,
    records: &[AgreedRecord],
    today: Date,
) -> Result<Option<Pep>, AppError> {
    let Some(record) = records.last() else { return Ok(None) };
    let wanted = help::Wanted { pupil: Some(pupil.id), ..help::Wanted::default() };
    let given = help::given(txn, &wanted).await.map_err(unavailable)?;
    let cycle = cycles::of(records, &given, pupil.person).pop();
    let targets = cycle.map(|cycle| cycle.targets).unwrap_or_default();
    let paid_help: Vec<PaidHelp> = given
        .iter()
        .filter(|help| help.meeting == record.meeting.id && is_premium(help.funding.as_deref()))
        .map(|help| PaidHelp {
            name: help.name.clone(),
            who: help.who.clone(),
            steps: record
                .targets
                .iter()
                .filter(|target| help.targets.contains(&target.id))
                .map(|target| words_of(&target.pupil_words, &target.title))
                .collect(),
            counted: help.counted().map(crate::backend::map::sessions),
        })
        .collect();
    let written = written(txn, record).await?;
    let last = last(txn, records.iter().rev().nth(1)).await?;
    let parts = Parts { is_first: records.len() == 1, ..written.parts(last.as_ref()) };
    let checks = pep::checks(&pupil.name, record, &parts);
    let attendance = attendance(records);
    Ok(Some(Pep {
        agreed_in: record.meeting.id,
        met_on: record.meeting.held_on.clone(),
        term: date(&record.meeting.held_on).map(|day| term_words(&term(day))).unwrap_or_default(),
        due: due(record, today),
        rating: pep::rating(&checks),
        checks,
        wishes: written.wishes,
        about: written.about,
        hopes: written.hopes,
        who_came: who_came(record),
        targets,
        subjects: written.subjects,
        spends: written.spends,
        paid_help,
        moving_on: written.moving_on,
        attendance_is_old: !attendance.is_empty() && attendance_of(record).is_empty(),
        attendance,
        sdq: written.sdq,
        agencies: record.attendance.iter().filter(|seat| seat.role.side() == Side::Visitor).map(agency).collect(),
    }))
}

async fn written(txn: &mut SchoolTransaction, record: &AgreedRecord) -> Result<Written, AppError> {
    let stored = db::documents::load(txn, record.meeting.id).await.map_err(unavailable)?;
    let docs: BTreeMap<Section, SectionDoc> =
        stored.iter().filter_map(|stored| Some((stored.section, read(stored)?))).collect();
    Ok(Written::read(|section| docs.get(&section), record))
}

/// What the plan before said, if there is one.
async fn last(txn: &mut SchoolTransaction, before: Option<&AgreedRecord>) -> Result<Option<Written>, AppError> {
    match before {
        Some(before) => Ok(Some(written(txn, before).await?)),
        None => Ok(None),
    }
}

/// What the support plan measured of it, the newest that was: both plans have the same figure, and it is written once.
fn attendance(records: &[AgreedRecord]) -> Vec<Measured> {
    records.iter().rev().map(attendance_of).find(|found| !found.is_empty()).unwrap_or_default()
}

fn attendance_of(record: &AgreedRecord) -> Vec<Measured> {
    let wanted = record.baselines.iter().filter(|measured| measured.measure.to_lowercase().contains("attendance"));
    wanted.map(|one| Measured { value: one.value.clone(), on: one.measured_on.clone() }).collect()
}

/// “Virtual School (Ruth)”: whoever sits at the table from outside.
fn agency(seat: &Attendee) -> String {
    format!("{} ({})", seat.title, seat.name)
}

/// A next step as the child says it, where the child does.
fn words_of(pupil_words: &str, title: &str) -> String {
    if pupil_words.is_empty() { title.to_owned() } else { pupil_words.to_owned() }
}

/// As whoever wrote the cost down called it: “Pupil premium plus”, “PP+”.
fn is_premium(funding: Option<&str>) -> bool {
    let funding = funding.unwrap_or_default().to_lowercase();
    funding.contains("premium plus") || funding.contains("pp+")
}

fn date(words: &str) -> Option<Date> {
    Date::parse(words, format_description!("[year]-[month]-[day]")).ok()
}

/// The school term of a day, as `term_of` in the migrations has it.
fn term(day: Date) -> String {
    let number = match day.month() {
        Month::January | Month::February | Month::March => 1,
        Month::September | Month::October | Month::November | Month::December => 3,
        Month::April | Month::May | Month::June | Month::July | Month::August => 2,
    };
    format!("{}-{number}", day.year())
}

/// The one after it; the figure sorts.
fn term_after(term: &str) -> String {
    let (year, number) = term.split_once('-').unwrap_or((term, "1"));
    match (year.parse::<i32>(), number) {
        (Ok(year), "3") => format!("{}-1", year + 1),
        (_, "2") => format!("{year}-3"),
        _ => format!("{year}-2"),
    }
}

fn due(record: &AgreedRecord, today: Date) -> Due {
    let next = date(&record.meeting.held_on).map(|day| term_after(&term(day))).unwrap_or_default();
    Due {
        is_late: term(today) > next,
        is_planned_late: date(&record.review_on).is_some_and(|day| term(day) > next),
        planned_on: record.review_on.clone(),
        term: term_words(&next),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn one_is_due_in_every_term() {
        assert_eq!(term_after(&term(date!(2026 - 07 - 02))), "2026-3");
        assert_eq!(term_after(&term(date!(2026 - 11 - 17))), "2027-1");
        assert_eq!(term_after(&term(date!(2027 - 02 - 25))), "2027-2");
    }

    #[test]
    fn pupil_premium_alone_is_other_money() {
        assert!(is_premium(Some("Pupil premium plus")) && is_premium(Some("PP+")));
        assert!(!is_premium(Some("Pupil premium")) && !is_premium(None));
    }
}
