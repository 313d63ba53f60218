//! What worked: the sums of what reviews found, for each kind of help.
//!
//! What must stay true: what did not happen is counted as not having happened, and never as not having worked.

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
    map::{count, key, sight, some},
    pupils::{cycles::little_progress, here},
};
use crate::{
    db::{
        self,
        help::{self, Rated, Wanted},
        worked::{Worked, worked},
    },
    error::unavailable,
};

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, query: ImpactQuery) -> Result<ImpactPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Impact).await?;
    let wanted =
        Wanted { known: sight.known.clone(), term: some(&query.term), area: some(&query.area), ..Wanted::default() };
    let mut rows = rows(worked(&mut txn, &wanted, sight.costs).await.map_err(unavailable)?);
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

/// The same help by another capital or space is one row, named as its first plan named it.
fn rows(worked: Vec<Worked>) -> Vec<ImpactRow> {
    let mut kinds: BTreeMap<String, Vec<Worked>> = BTreeMap::new();
    for help in worked {
        kinds.entry(key(&help.name)).or_default().push(help);
    }
    let row = |mut kind: Vec<Worked>| {
        kind.sort_by(|a, b| (&a.first_term, &a.name).cmp(&(&b.first_term, &b.name)));
        let first = kind.first()?;
        let sum = |of: fn(&Worked) -> i64| kind.iter().map(of).sum::<i64>();
        let number = |of: fn(&Worked) -> i64| u32::try_from(sum(of)).unwrap_or(u32::MAX);
        let names: BTreeSet<&str> =
            kind.iter().flat_map(|help| &help.who).map(String::as_str).filter(|who| !who.is_empty()).collect();
        let is_known = sum(|help| help.counted + help.got_there + help.part_way + help.not_yet + help.not_tried) > 0;
        is_known.then(|| ImpactRow {
            name: first.name.clone(),
            area: first.area.clone(),
            who: names.into_iter().collect::<Vec<_>>().join(", "),
            children: count(kind.iter().flat_map(|help| help.pupils.iter().copied())),
            judged_children: count(kind.iter().flat_map(|help| help.judged_pupils.iter().copied())),
            under_no_step: number(|help| help.under_no_step),
            planned: sum(|help| help.planned),
            delivered: sum(|help| help.delivered),
            extra: sum(|help| help.extra),
            got_there: number(|help| help.got_there),
            part_way: number(|help| help.part_way),
            not_yet: number(|help| help.not_yet),
            not_tried: number(|help| help.not_tried),
            steps: sum(|help| help.steps),
            before: sum(|help| help.before),
            after: sum(|help| help.after),
            scored: number(|help| help.scored),
            // Where it is not known how long one child had it, it is not known how long it took.
            minutes: (sum(|help| help.judged) > 0 && sum(|help| help.judged) == sum(|help| help.timed))
                .then(|| sum(|help| help.minutes)),
            pence: kind.iter().filter_map(|help| help.pence).reduce(|a, b| a + b),
            judged_pence: kind.iter().filter_map(|help| help.judged_pence).reduce(|a, b| a + b),
        })
    };
    // Of help that nobody has judged, missed or counted, there is nothing to say.
    kinds.into_values().filter_map(row).collect()
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
