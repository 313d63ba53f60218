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
use tokio::try_join;

use super::{
    ServerBackend,
    map::{Sight, sight, some},
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
    let here = here(&mut txn, viewer).await?;
    drop(txn);
    // Two questions that take long, asked beside each other. Neither waits for the other with a connection in hand.
    let (mut rows, (terms, stuck)) =
        try_join!(worked(backend, viewer, &sight, &query), beside(backend, viewer, &sight))?;
    sort(&mut rows, &query.first);
    let paging = Paging::of(u32::try_from(stuck.len()).unwrap_or(u32::MAX), query.page);
    Ok(ImpactPage {
        here,
        query,
        terms,
        shows_cost: sight.costs,
        whole_school: sight.whole_school,
        rows,
        stuck: stuck.into_iter().skip(paging.skipped() as usize).take(Paging::LINES as usize).collect(),
        paging,
    })
}

/// The sums.
async fn worked(
    backend: &ServerBackend,
    viewer: Viewer,
    sight: &Sight,
    query: &ImpactQuery,
) -> Result<Vec<ImpactRow>, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let wanted =
        Wanted { known: sight.known.clone(), term: some(&query.term), area: some(&query.area), ..Wanted::default() };
    let mut helps = looked_back(&mut txn, &wanted, sight.costs).await.map_err(unavailable)?;
    // Here, because a database sorts names as people do, which takes it long.
    helps.sort_by(|a, b| (&a.term, &a.name, a.plan.0).cmp(&(&b.term, &b.name, b.plan.0)));
    let reviews: BTreeSet<_> = helps.iter().map(|help| help.review.0).collect();
    let reviews: Vec<_> = reviews.into_iter().collect();
    Ok(kinds::rows(&helps, &reviewed(&mut txn, &reviews).await.map_err(unavailable)?))
}

/// The terms that can be chosen, and the children for whom little has moved.
async fn beside(backend: &ServerBackend, viewer: Viewer, sight: &Sight) -> Result<(Vec<String>, Vec<Gap>), AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    // What to do next is asked of children who are here; what worked, of all.
    let still_here = sight.known.clone().here_on(backend.clock.today());
    let pupils = db::register::needs(&mut txn, &still_here).await.map_err(unavailable)?;
    let rated = help::rated_lately(&mut txn, &sight.known).await.map_err(unavailable)?;
    let terms = help::terms(&mut txn, &sight.known).await.map_err(unavailable)?;
    Ok((terms, stuck(pupils, rated)))
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
