//! One child’s line of the register, changed on a page by those who answer for it.
//!
//! What must stay true: a line is judged as a row of a file is, by [`shared::census`]; one that is wrong changes
//! nothing; what somebody else wrote since the page was opened is not overwritten unseen.

mod meanwhile;

use app::{
    backend::Viewer,
    error::AppError,
    view::line::{Fault, Kept, LetNear, Line, LinePage, NotChanged, Somebody},
};
use shared::{PersonId, PupilId, census, rights::Matter};
use time::Date;

use super::{add, here, may_see, sharing, tie};
use crate::{
    audit::{Deed, Verb},
    backend::{
        ServerBackend,
        register::{NO_SUCH_DAY, left_before_met, no_beginning, no_birthday, no_leaving, read_day},
    },
    clock::school_day,
    csv::CELL_LIMIT,
    db::{self, SchoolTransaction, kept, register_line},
    error::unavailable,
};

/// A transaction of somebody who answers for this child; to everybody else there is no such page.
pub(super) async fn begin(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
) -> Result<SchoolTransaction, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    if may_see(Matter::Line, tie(&mut txn, viewer, pupil).await?) { Ok(txn) } else { Err(AppError::NotFound) }
}

pub(crate) async fn page(backend: &ServerBackend, viewer: Viewer, id: PupilId) -> Result<LinePage, AppError> {
    let mut txn = begin(backend, viewer, id).await?;
    let today = backend.clock.today();
    let pupil = db::pupils::find(&mut txn, id, today).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    let line = register_line::lock(&mut txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    let kept = kept::list(&mut txn, id).await.map_err(unavailable)?;
    let let_near = kept::let_near_before(&mut txn, id).await.map_err(unavailable)?;
    let key_adults = register_line::key_adults(&mut txn, Some(id)).await.map_err(unavailable)?;
    let others = kept::choices(&mut txn, id).await.map_err(unavailable)?;
    let page = LinePage {
        here: here(&mut txn, viewer).await?,
        pupil: id,
        name: pupil.name,
        key_adults: key_adults.into_iter().map(somebody).collect(),
        kept: kept.into_iter().map(|kept| Kept { person: kept.person, name: kept.name, reason: kept.reason }).collect(),
        let_near: let_near
            .into_iter()
            .map(|near| LetNear {
                name: near.name,
                kept_because: near.kept_because,
                near_because: near.near_because,
                on: school_day(near.at).to_string(),
            })
            .collect(),
        // Nobody keeps themselves away: they could not take it back.
        others: others.into_iter().filter(|other| other.person != viewer.person).map(somebody).collect(),
        shared: sharing::list(&mut txn, id).await?,
        doubts: doubts(&mut txn, id, &line, today).await?,
        may_take_out: add::is_a_line_alone(&mut txn, id).await?,
        seen: written(line.clone()),
        line: written(line),
        refused: NotChanged::default(),
        done: String::new(),
    };
    let deed = Deed::new(viewer.person, Verb::PupilRead).about(id.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(page)
}

pub(super) fn somebody(choice: register_line::Choice) -> Somebody {
    Somebody { person: choice.person, name: choice.name }
}

/// What may be a slip in it.
async fn doubts(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    line: &register_line::Line,
    today: Date,
) -> Result<Vec<String>, AppError> {
    let number = line.upn.as_deref().and_then(census::upn_fault);
    let year = line.born_on.and_then(|born| census::year_doubt(&line.year_group, born, today));
    let is_twice = register_line::has_namesake(txn, pupil).await.map_err(unavailable)?;
    let twice = is_twice.then(|| "Another child of the school has the same name and birthday.".to_owned());
    Ok(number.into_iter().chain(year).chain(twice).collect())
}

fn written(line: register_line::Line) -> Line {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Line {
        provision: line.sen_provision,
        since: day(line.sen_since),
        needs: line.needs,
        looked_after: line.looked_after,
        key_adult: line.key_adult.map(|person| person.to_string()).unwrap_or_default(),
        year_group: line.year_group,
        class_name: line.class_name,
        upn: line.upn.unwrap_or_default(),
        born_on: day(line.born_on),
        home_language: line.home_language,
        left_on: day(line.left_on),
    }
}

/// Writes the line down, or says what is wrong with it.
pub(crate) async fn change(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    line: &Line,
    seen: Option<&Line>,
) -> Result<Vec<Fault>, AppError> {
    let mut txn = begin(backend, viewer, pupil).await?;
    let before = register_line::lock(&mut txn, pupil).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    let now = written(before.clone());
    let (line, both) = seen.map_or_else(|| (line.clone(), vec![]), |seen| line.onto(seen, &now));
    let (new, mut faults) = read(&line, backend.clock.today());
    faults.extend(meanwhile::faults(&mut txn, viewer, pupil, &now, &both).await?);
    check_key_adult(&mut txn, Some(pupil), &new, &mut faults).await?;
    let met = db::meetings::last_met(&mut txn, &[pupil]).await.map_err(unavailable)?.remove(&pupil);
    faults.extend(left_before_met(new.left_on, before.left_on, met).map(|why| Fault::new("left_on", why)));
    if let Some(upn) = new.upn.clone().filter(|_| new.upn != before.upn) {
        faults.extend(wrong_number(&upn));
        faults.extend(is_taken(&mut txn, viewer, upn).await?);
    }
    if !faults.is_empty() || new == before {
        return Ok(faults);
    }
    register_line::set(&mut txn, pupil, &new).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::RegisterChanged).about(pupil.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(faults)
}

/// That another child has this number, who is named to nobody who is kept from them.
async fn is_taken(txn: &mut SchoolTransaction, viewer: Viewer, upn: String) -> Result<Option<Fault>, AppError> {
    let known = db::register_file::lock_known(txn, viewer.person, &[upn], &[]).await.map_err(unavailable)?;
    Ok(known.first().map(has_number))
}

pub(super) fn wrong_number(upn: &str) -> Option<Fault> {
    census::upn_fault(upn).map(|why| Fault::new("upn", why))
}

pub(super) fn has_number(known: &db::register_file::Known) -> Fault {
    let whose = if known.is_withheld { "another child" } else { &known.full_name };
    Fault::new("upn", format!("Already belongs to {whose}. One child, one number."))
}

pub(super) async fn check_key_adult(
    txn: &mut SchoolTransaction,
    pupil: Option<PupilId>,
    line: &register_line::Line,
    faults: &mut Vec<Fault>,
) -> Result<(), AppError> {
    let adults = register_line::key_adults(txn, pupil).await.map_err(unavailable)?;
    if line.key_adult.is_some_and(|adult| adults.iter().all(|known| known.person != adult)) {
        faults.push(Fault::new("key_adult", "Choose somebody who works here."));
    }
    Ok(())
}

/// The line as it would be kept, and what is wrong with it.
pub(super) fn read(line: &Line, today: Date) -> (register_line::Line, Vec<Fault>) {
    let mut faults = vec![];
    let mut words = |field: &str, words: &str| {
        let words = shared::plain::line(words);
        if words.chars().count() > CELL_LIMIT {
            faults.push(Fault::new(field, format!("That is longer than {CELL_LIMIT} letters.")));
        }
        words
    };
    let class_name = words("class_name", &line.class_name);
    let upn = Some(words("upn", &line.upn)).filter(|upn| !upn.is_empty());
    let home_language = words("home_language", &line.home_language);
    let mut day = |field: &str, words: &str| {
        let day = read_day(words.trim());
        if day.is_none() && !words.trim().is_empty() {
            faults.push(Fault::new(field, NO_SUCH_DAY));
        }
        day
    };
    let born_on = day("born_on", &line.born_on);
    let since = day("since", &line.since);
    let left_on = day("left_on", &line.left_on);
    faults.extend(born_on.and_then(|born| no_birthday(born, today)).map(|why| Fault::new("born_on", why)));
    let wrong = since.and_then(|since| no_beginning(since, born_on, today));
    faults.extend(wrong.map(|why| Fault::new("since", why)));
    let provision = census::provision_code(&line.provision);
    if provision.is_none() {
        faults.push(Fault::new("provision", census::NO_PROVISION));
    }
    let provision = provision.unwrap_or_default();
    let (needs, wrong) = census::needs(&line.needs.join(" "), provision);
    if !provision.is_empty() {
        faults.extend(wrong.into_iter().map(|what| Fault::new("need", what)));
    }
    let year_group = census::year_group(&line.year_group);
    if year_group.is_none() {
        faults.push(Fault::new("year_group", census::NO_YEAR_GROUP));
    }
    let key_adult: Option<PersonId> = line.key_adult.parse().ok();
    if key_adult.is_none() && !line.key_adult.is_empty() {
        faults.push(Fault::new("key_adult", "Choose somebody who works here."));
    }
    let kept = register_line::Line {
        year_group: year_group.unwrap_or_default(),
        class_name,
        upn,
        born_on,
        home_language,
        key_adult,
        looked_after: line.looked_after,
        sen_provision: provision.to_owned(),
        // Without extra help there is no day it began.
        sen_since: since.filter(|_| provision != "N"),
        needs,
        left_on,
    };
    faults.extend(no_leaving(&kept, today).map(|why| Fault::new("left_on", why)));
    (kept, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = time::macros::date!(2026 - 11 - 19);

    fn faults(line: &Line) -> Vec<String> {
        read(line, TODAY).1.into_iter().map(|fault| fault.field).collect()
    }

    #[test]
    fn each_box_is_told_what_is_wrong_with_it() {
        let good =
            Line { provision: "K".into(), needs: vec!["ASD".into()], year_group: "Year 4".into(), ..Line::default() };
        assert!(faults(&good).is_empty());
        let bad = Line {
            provision: "X".into(),
            since: "31/02/2019".into(),
            year_group: "Year 40".into(),
            class_name: "x".repeat(201),
            key_adult: "nobody".into(),
            ..good.clone()
        };
        assert_eq!(faults(&bad), ["class_name", "since", "provision", "year_group", "key_adult"]);
        for (provision, needs) in [("K", vec![]), ("N", vec!["ASD".to_owned()]), ("E", vec!["NSA".to_owned()])] {
            let line = Line { provision: provision.into(), needs, ..good.clone() };
            assert_eq!(faults(&line), ["need"], "{provision}");
        }
    }

    #[test]
    fn without_extra_help_there_is_no_day_it_began() {
        let line = Line { provision: "N".into(), since: "2024-09-01".into(), ..Line::default() };
        let (kept, faults) = read(&line, TODAY);
        assert_eq!((kept.sen_since, faults), (None, vec![]));
    }
}
