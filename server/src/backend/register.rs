//! The SEN register: read, checked as the census would, taken out as a file, and children brought in by one.

mod child;
mod days;
mod import;

pub(super) use self::{
    child::Child,
    days::{NO_SUCH_DAY, OLDEST_YEARS, left_before_met, no_beginning, no_birthday, no_leaving, read_day, years},
};

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        Paging,
        file::Preview,
        register::{CensusCheck, RegisterPage, RegisterQuery, RegisterRow, Sent},
    },
};
use shared::{
    PupilId,
    census::{self, Fault},
    rights::{Page, breadth},
};
use time::{Date, OffsetDateTime};

use self::import::Plan;
use super::{
    map::{sight, some},
    pupils::here,
};
use crate::{
    audit::{Deed, Verb},
    clock::school_day,
    csv::{self, SentFile},
    db::{
        self, Db,
        known::Known,
        register::{Count, Line, Wanted},
    },
    error::unavailable,
};

/// More children than a school has.
const ALL: i64 = 10_000;

pub(super) async fn page(
    db: &Db,
    viewer: Viewer,
    mut query: RegisterQuery,
    today: Date,
) -> Result<RegisterPage, AppError> {
    query.page = query.page.max(1);
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Register).await?;
    let wanted = wanted(&query, &sight.known, today);
    let limit = i64::from(Paging::LINES);
    let offset = i64::from(query.page - 1) * limit;
    let mut lines = db::register::lines(&mut txn, &wanted, today, limit, offset).await.map_err(unavailable)?;
    if lines.is_empty() && query.page > 1 {
        query.page = 1;
        lines = db::register::lines(&mut txn, &wanted, today, limit, 0).await.map_err(unavailable)?;
    }
    let found = lines.first().map_or(0, |line| u32::try_from(line.all).unwrap_or(u32::MAX));
    let counts = db::register::counts(&mut txn, &sight.known, today).await.map_err(unavailable)?;
    let count = |is_of: &dyn Fn(&Count) -> bool| {
        let children: i64 = counts.iter().filter(|count| is_of(count)).map(|count| count.children).sum();
        u32::try_from(children).unwrap_or(u32::MAX)
    };
    let here_with = |code: &str| count(&|count| !count.has_left && count.sen_provision == code);
    let still_here = sight.known.clone().here_on(today);
    let posts = db::posts::held(&mut txn, viewer).await.map_err(unavailable)?;
    let met = still_here.clone().met_about();
    let faulty = db::register::faulty(&mut txn, &met).await.map_err(unavailable)?;
    let bare = db::register::bare(&mut txn, &met).await.map_err(unavailable)?;
    let twice = db::register::twice(&mut txn, &met).await.map_err(unavailable)?;
    Ok(RegisterPage {
        here: here(&mut txn, viewer).await?,
        whole_school: sight.whole_school,
        may_import: breadth(Page::Import, &posts) == shared::rights::Breadth::WholeSchool,
        classes: db::register::classes(&mut txn, &still_here).await.map_err(unavailable)?,
        rows: lines.into_iter().map(|line| row(as_known(line, &sight.known), today)).collect(),
        paging: Paging::of(found, query.page),
        support: here_with("K"),
        plans: here_with("E"),
        left: count(&|count| count.has_left && count.sen_provision != "N"),
        checks: checks(&faulty, twice, &bare),
        sent: None,
        query,
    })
}

fn wanted(query: &RegisterQuery, known: &Known, today: Date) -> Wanted {
    // Or who is found would tell who is looked after.
    let known = if query.looked_after { known.clone().met_about() } else { known.clone() };
    let name = some(&query.name);
    Wanted {
        // Whoever is looked for by name is found, here or not.
        known: if query.left || name.is_some() { known } else { known.here_on(today) },
        name,
        class_name: some(&query.class),
        provision: some(&query.provision),
        need: some(&query.need),
        only_late: query.late,
        only_looked_after: query.looked_after,
        only_left: query.left,
        by_review: false,
    }
}

/// Of a child known by the class alone neither numbers nor care are told.
fn as_known(line: Line, known: &Known) -> Line {
    if known.is_by_class(line.pupil) { Line { upn: None, born_on: None, looked_after: false, ..line } } else { line }
}

fn row(line: Line, today: Date) -> RegisterRow {
    let late_by = line.review_on.map_or(0, |day| (today - day).whole_days());
    let left_on = line.left_on.filter(|day| db::pupils::has_left(Some(*day), today));
    RegisterRow {
        pupil: line.pupil,
        full_name: line.full_name,
        class_name: if line.class_name.is_empty() { line.year_group } else { line.class_name },
        provision: line.sen_provision,
        needs: line.needs,
        looked_after: line.looked_after,
        key_adult: line.key_adult.unwrap_or_default(),
        held_this_year: u32::try_from(line.held_this_year).unwrap_or(u32::MAX),
        review_on: line.review_on.map(|day| day.to_string()).unwrap_or_default(),
        late_by: u32::try_from(late_by).unwrap_or(0),
        left_on: left_on.map(|day| day.to_string()).unwrap_or_default(),
    }
}

fn checks(
    faulty: &[db::register::Faulty],
    twice: Vec<(PupilId, String)>,
    bare: &[db::register::Bare],
) -> Vec<CensusCheck> {
    let of_codes = [
        (Fault::NeedMissing, "Every child with extra help has a main need."),
        (Fault::NsaWithoutSupport, "“No specialist assessment” is used only with SEN support."),
        (Fault::NeedWithoutHelp, "No child without extra help has a type of need."),
        (Fault::NsaBesideAnother, "“No specialist assessment” stands beside no other need."),
    ]
    .map(|(fault, rule)| CensusCheck {
        rule: rule.to_owned(),
        broken_by: faulty
            .iter()
            .filter(|child| census::faults(&child.provision, &child.needs).contains(&fault))
            .map(|child| (child.pupil, child.full_name.clone()))
            .collect(),
    });
    let once = CensusCheck { rule: "No two children have the same name and birthday.".to_owned(), broken_by: twice };
    let without = |rule: &str, has: fn(&db::register::Bare) -> bool| CensusCheck {
        rule: rule.to_owned(),
        broken_by: bare
            .iter()
            .filter(|child| !has(child))
            .map(|child| (child.pupil, child.full_name.clone()))
            .collect(),
    };
    let number = without("Every child has a unique pupil number.", |child| child.has_upn);
    let birthday = without("Every child has a date of birth.", |child| child.has_birthday);
    of_codes.into_iter().chain([once, number, birthday]).collect()
}

/// The register as a file, with the same filters as the page; it is written down who takes it away.
pub(crate) async fn file(
    db: &Db,
    viewer: Viewer,
    query: &RegisterQuery,
    now: OffsetDateTime,
) -> Result<String, AppError> {
    let today = school_day(now);
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Register).await?;
    let wanted = wanted(query, &sight.known, today);
    let lines = db::register::lines(&mut txn, &wanted, today, ALL, 0).await.map_err(unavailable)?;
    let mut file = String::new();
    csv::row(&mut file, child::COLUMNS);
    for line in lines {
        let by_class = sight.known.is_by_class(line.pupil);
        let mut cells = Child::from(as_known(line, &sight.known)).cells();
        if by_class {
            // “No” would be said of some of whom it is not so.
            cells[child::LOOKED_AFTER].clear();
        }
        csv::row(&mut file, cells.iter().map(String::as_str));
    }
    db::audit::add(&mut txn, Deed::new(viewer.person, Verb::RegisterExported), now).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(file)
}

/// So many new children change how the database best looks for them.
const MANY: u32 = 200;

pub(crate) async fn may_bring_in(db: &Db, viewer: Viewer) -> Result<(), AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    sight(&mut txn, viewer, Page::Import).await.map(drop)
}

/// What became of a file.
pub(crate) enum Outcome {
    /// Not as it is, or not before somebody has looked.
    Sent(Sent),
    Done {
        brought: u32,
        changed: u32,
    },
}

/// A file of children: what it would change, until somebody says yes to just that. Then all of it is done, or nothing.
pub(crate) async fn bring_in(
    db: &Db,
    viewer: Viewer,
    file: &SentFile,
    now: OffsetDateTime,
) -> Result<Outcome, AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    sight(&mut txn, viewer, Page::Import).await?;
    let sent = (file.name.as_str(), file.bytes.as_slice());
    let plan = Plan::make(&mut txn, sent, viewer.person, school_day(now)).await.map_err(unavailable)?;
    let plan = match plan {
        Ok(plan) => plan,
        Err(refused) => return Ok(Outcome::Sent(Sent::Refused(refused))),
    };
    if file.seen.as_ref() != Some(&plan.in_short()) {
        let preview = plan.preview(&file.name, &String::from_utf8_lossy(&file.bytes));
        return Ok(Outcome::Sent(Sent::Look(Preview { is_anew: file.seen.is_some(), ..preview })));
    }
    let (brought, changed) = plan.carry_out(&mut txn, viewer.person, now).await.map_err(unavailable)?;
    if brought >= MANY {
        db::register_file::count_anew(&mut txn).await.map_err(unavailable)?;
    }
    txn.commit().await.map_err(unavailable)?;
    Ok(Outcome::Done { brought, changed })
}
