//! What worked: the sums of what reviews found, for each kind of help.
//!
//! What must stay true: what did not happen is counted as not having happened, and never as not having worked.

mod kinds;

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        Paging,
        map::{Gap, ImpactPage, ImpactQuery, ImpactRow},
    },
};
use shared::{PupilId, rights::Page};

use super::{
    ServerBackend,
    map::{sight, some},
    pupils::{cycles::little_progress, here},
};
use crate::{
    db::{
        self,
        help::{self, Rated, Wanted},
        worked::{looked_back, reviewed},
    },
    error::unavailable,
};

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, query: ImpactQuery) -> Result<ImpactPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Impact).await?;
    let wanted =
        Wanted { known: sight.known.clone(), term: some(&query.term), area: some(&query.area), ..Wanted::default() };
    let mut helps = looked_back(&mut txn, &wanted, sight.costs).await.map_err(unavailable)?;
    // Here, because a database sorts names as people do, which takes it long.
    helps.sort_by(|a, b| (&a.term, &a.name, a.plan.0).cmp(&(&b.term, &b.name, b.plan.0)));
    let reviews: BTreeSet<_> = helps.iter().map(|help| help.review.0).collect();
    let reviews: Vec<_> = reviews.into_iter().collect();
    let mut rows = kinds::rows(&helps, &reviewed(&mut txn, &reviews).await.map_err(unavailable)?);
    sort(&mut rows, &query.first);
    // What to do next is asked of children who are here; what worked, of all.
    let still_here = sight.known.clone().here_on(backend.clock.today());
    let pupils = db::register::needs(&mut txn, &still_here).await.map_err(unavailable)?;
    let rated = help::rated_lately(&mut txn, &sight.known).await.map_err(unavailable)?;
    let stuck = stuck(pupils, rated);
    let paging = Paging::of(u32::try_from(stuck.len()).unwrap_or(u32::MAX), query.page);
    Ok(ImpactPage {
        here: here(&mut txn, viewer).await?,
        query,
        terms: help::terms(&mut txn, &sight.known).await.map_err(unavailable)?,
        shows_cost: sight.costs,
        whole_school: sight.whole_school,
        rows,
        stuck: stuck.into_iter().skip(paging.skipped() as usize).take(Paging::LINES as usize).collect(),
        paging,
    })
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

fn stuck(pupils: Vec<db::register::Need>, rated: Vec<Rated>) -> Vec<Gap> {
    let mut by_child: BTreeMap<PupilId, Vec<Rated>> = BTreeMap::new();
    for target in rated {
        by_child.entry(target.pupil).or_default().push(target);
    }
    pupils
        .into_iter()
        .filter(|need| need.is_main)
        .flat_map(|child| {
            let areas = by_child.get(&child.pupil).map(|rated| little_progress(rated)).unwrap_or_default();
            areas.into_iter().map(move |area| Gap {
                pupil: child.pupil,
                name: child.name.clone(),
                class_name: child.class_name.clone(),
                need: area,
            })
        })
        .collect()
}
