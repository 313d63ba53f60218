//! What worked: the sums of what reviews found, for each kind of help.
//!
//! What must stay true: what did not happen is counted as not having happened, and never as not having worked.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    error::AppError,
    view::map::{Gap, ImpactPage, ImpactQuery, ImpactRow},
};
use shared::{ItemId, PupilId, RecordId, rights::Page, schema::review};

use super::{
    ServerBackend,
    map::{count, key, sight, some},
    pupils::{cycles::little_progress, here},
};
use crate::{
    db::{
        self,
        help::{self, Given, Rated, Wanted},
    },
    error::unavailable,
};

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, query: ImpactQuery) -> Result<ImpactPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Impact).await?;
    let wanted =
        Wanted { known_to: sight.known_to, term: some(&query.term), area: some(&query.area), ..Wanted::default() };
    let given = help::given(&mut txn, &wanted).await.map_err(unavailable)?;
    let rated = help::rated(&mut txn, None, sight.known_to).await.map_err(unavailable)?;
    let mut rows = worked(&given, &rated, sight.costs);
    sort(&mut rows, &query.first);
    let pupils = db::register::needs(&mut txn, sight.known_to).await.map_err(unavailable)?;
    Ok(ImpactPage {
        here: here(&mut txn, viewer).await?,
        query,
        terms: help::terms(&mut txn, sight.known_to).await.map_err(unavailable)?,
        shows_cost: sight.costs,
        whole_school: sight.whole_school,
        rows,
        stuck: stuck(pupils, &rated),
    })
}

/// One row for each kind of help that a review has looked back on.
fn worked(given: &[Given], rated: &[Rated], costs: bool) -> Vec<ImpactRow> {
    let mut by_target: BTreeMap<(RecordId, ItemId), &Rated> = BTreeMap::new();
    for target in rated {
        by_target.insert((target.review, target.target), target);
    }
    let mut kinds: BTreeMap<String, Vec<&Given>> = BTreeMap::new();
    for help in given.iter().filter(|help| help.review.is_some()) {
        kinds.entry(key(&help.name)).or_default().push(help);
    }
    let row = |kind: Vec<&Given>| {
        let mut row = ImpactRow {
            name: kind.first()?.name.clone(),
            area: kind.first()?.area.clone(),
            who: names(&kind),
            children: count(kind.iter().map(|help| help.pupil)),
            ..ImpactRow::default()
        };
        let (mut judged, mut pence, mut minutes) = (vec![], vec![], vec![]);
        for help in kind {
            let (planned, delivered) = help.counted().unwrap_or_default();
            row.planned += planned;
            row.delivered += delivered;
            let review = help.review?;
            let targets: Vec<&Rated> =
                help.targets.iter().filter_map(|target| by_target.get(&(review, *target)).copied()).collect();
            if targets.iter().filter(|target| add(&mut row, target)).count() > 0 {
                judged.push(help.pupil);
                pence.extend(help.pence.filter(|_| costs));
                minutes.push(help.counted().zip(help.minutes).map(|((_, happened), each)| happened * each));
            }
        }
        row.judged_children = count(judged.into_iter());
        row.minutes = minutes.into_iter().sum::<Option<i64>>().filter(|_| row.judged_children > 0);
        row.pence = (!pence.is_empty()).then(|| pence.iter().sum());
        // Help that was for no target in particular says nothing about what it did.
        (row.judged() + row.not_tried > 0).then_some(row)
    };
    kinds.into_values().filter_map(row).collect()
}

fn names(kind: &[&Given]) -> String {
    let names: BTreeSet<&str> = kind.iter().map(|help| help.who.as_str()).filter(|who| !who.is_empty()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Adds one target to the sums, and says whether it could be judged.
fn add(row: &mut ImpactRow, target: &Rated) -> bool {
    let Some(steps) = review::steps(&target.rating) else {
        row.not_tried += u32::from(target.rating == "NOT_DELIVERED");
        return false;
    };
    match target.rating.as_str() {
        "EXCEEDED" | "ACHIEVED" => row.got_there += 1,
        "PARTLY" | "SMALL_STEPS" => row.part_way += 1,
        _ => row.not_yet += 1,
    }
    row.steps += steps;
    for (before, after) in
        target.before.into_iter().zip(target.after).filter_map(|(before, after)| Some((before?, after?)))
    {
        row.before += before;
        row.after += after;
        row.scored += 1;
    }
    true
}

fn sort(rows: &mut [ImpactRow], first: &str) {
    let share = |part: i64, of: i64| (part * 10_000).checked_div(of).unwrap_or(0);
    match first {
        "children" => rows.sort_by_key(|row| std::cmp::Reverse(row.children)),
        // What costs the least for one step; where nobody can say, last.
        "money" => rows.sort_by_key(|row| row.pence_per_step().unwrap_or(i64::MAX)),
        "missed" => rows.sort_by_key(|row| share(row.delivered, row.planned)),
        _ => rows.sort_by_key(|row| std::cmp::Reverse(share(row.got_there.into(), row.judged().into()))),
    }
}

fn stuck(pupils: Vec<db::register::MainNeed>, rated: &[Rated]) -> Vec<Gap> {
    let areas = |pupil: PupilId| {
        let own: Vec<Rated> = rated.iter().filter(|target| target.pupil == pupil).cloned().collect();
        little_progress(&own)
    };
    pupils
        .into_iter()
        .flat_map(|child| {
            let areas = areas(child.pupil);
            areas.into_iter().map(move |area| Gap {
                pupil: child.pupil,
                name: child.name.clone(),
                class_name: child.class_name.clone(),
                need: area,
            })
        })
        .collect()
}
