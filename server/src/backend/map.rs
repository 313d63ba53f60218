//! Who gets what: the sums of the rows that agreed records left.
//!
//! What must stay true: every number is a sum over [`help_given`](db::help), made by the plain functions below.

mod left;

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        Paging,
        map::{Coverage, Gap, Load, MapPage, MapQuery, MapRow, Sessions, Share, Twice},
    },
};
use shared::{
    MeetingId, PupilId, census,
    rights::{Breadth, Page, Post, breadth, may_see_costs, reaches_class},
    schema::{AREAS, plan::TIERS},
};
use time::Date;

use super::{ServerBackend, pupils::here};
use crate::{
    db::{
        self, SchoolTransaction,
        help::{self, Counted, Given, Wanted},
        known::{Known, Reach},
        pupils::has_left,
    },
    error::unavailable,
};

/// How far somebody may see on a page about many children.
pub(super) struct Sight {
    pub(super) whole_school: bool,
    pub(super) costs: bool,
    /// The children that the page speaks of.
    pub(super) known: Known,
}

pub(super) async fn sight(txn: &mut SchoolTransaction, viewer: Viewer, page: Page) -> Result<Sight, AppError> {
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let reach = match breadth(page, &posts) {
        Breadth::Nobody => return Err(AppError::NotAllowed),
        Breadth::TheirOwn if reaches_class(page) && posts.contains(&Post::Teacher) => Reach::TablesAndClass,
        Breadth::TheirOwn => Reach::Tables,
        Breadth::WholeSchool => Reach::WholeSchool,
    };
    Ok(Sight {
        whole_school: reach == Reach::WholeSchool,
        costs: may_see_costs(&posts),
        known: Known::to(txn, viewer.person, reach).await.map_err(unavailable)?,
    })
}

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, mut query: MapQuery) -> Result<MapPage, AppError> {
    let today = backend.clock.today();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let sight = sight(&mut txn, viewer, Page::Map).await?;
    let all = help::terms(&mut txn, &sight.known).await.map_err(unavailable)?;
    let hold = help::terms_that_hold(&mut txn, &sight.known.clone().here_on(today)).await.map_err(unavailable)?;
    if !all.contains(&query.term) {
        query.term = opening_term(&all, &hold);
    }
    let term = Wanted { known: sight.known.clone(), term: some(&query.term), ..Wanted::default() };
    let choices = once_a_term(help::given(&mut txn, &term).await.map_err(unavailable)?, &query.term);
    if !sight.costs {
        query.funding.clear();
    }
    let is = |wanted: &str, found: &str| some(wanted).is_none_or(|wanted| wanted == found);
    let given: Vec<Given> = choices
        .iter()
        .filter(|help| is(&query.year, &help.year_group) && is(&query.class, &help.class_name))
        .filter(|help| is(&query.tier, &help.tier) && is(&query.area, &help.area) && is(&query.who, &help.who))
        .filter(|help| is(&query.funding, help.funding.as_deref().unwrap_or_default()))
        .cloned()
        .collect();
    let asked_on = left::asked_on(&query.term, today);
    let still_here = sight.known.clone().here_on(asked_on);
    let mut needs = db::register::needs(&mut txn, &still_here).await.map_err(unavailable)?;
    // Of the chosen children, and of the chosen area; who gives the help and who pays is no matter of need.
    needs.retain(|need| is(&query.year, &need.year_group) && is(&query.class, &need.class_name));
    needs.retain(|need| is(&query.area, census::area(&need.code).unwrap_or_default()));
    let mut helped: Vec<_> = choices.iter().map(|help| (help.pupil, help.area.clone())).collect();
    // A plan of last term that nothing has replaced yet holds in this one.
    if hold.iter().any(|(term, _)| *term == query.term) {
        helped.extend(help::areas_that_hold(&mut txn, &sight.known).await.map_err(unavailable)?);
    }
    let is_helped = is_helped(&helped);
    let coverage = coverage(&is_helped, &needs);
    let gaps = gaps(&is_helped, needs);
    let gaps_paging = Paging::of(u32::try_from(gaps.len()).unwrap_or(u32::MAX), query.page);
    let rows = rows(&given, sight.costs);
    Ok(MapPage {
        here: here(&mut txn, viewer).await?,
        hold_too: hold.into_iter().filter(|(term, _)| *term != query.term).collect(),
        terms: all,
        query,
        years: each(choices.iter().map(|help| help.year_group.as_str())),
        staff: each(choices.iter().map(|help| help.who.as_str())),
        classes: each(choices.iter().map(|help| help.class_name.as_str())),
        fundings: each(choices.iter().filter(|_| sight.costs).filter_map(|help| help.funding.as_deref())),
        shows_cost: sight.costs,
        whole_school: sight.whole_school,
        children: count(given.iter().map(|help| help.pupil)),
        planned: rows.iter().map(|row| row.counted).sum(),
        delivered: rows.iter().map(|row| row.delivered).sum(),
        extra: rows.iter().map(|row| row.extra).sum(),
        load: load(given.iter().filter(|help| !has_left(help.left_on, asked_on))),
        coverage,
        gaps: gaps.into_iter().skip(gaps_paging.skipped() as usize).take(Paging::LINES as usize).collect(),
        gaps_paging,
        paid_from: paid_from(&given, sight.costs),
        twice: twice(&given),
        rows,
    })
}

/// A plan that was replaced before its time by one with the same help in the same term: what is planned and what it
/// costs stand in the newer one; of the older one, what was counted. So it is of a plan whose child had left by then.
fn once_a_term(given: Vec<Given>, term: &str) -> Vec<Given> {
    let mut newest: BTreeMap<(PupilId, String), Date> = BTreeMap::new();
    for help in &given {
        let day = newest.entry((help.pupil, key(&help.name))).or_insert(help.held_on);
        *day = help.held_on.max(*day);
    }
    let stands = |help: Given| {
        let is_again = help.replaced && newest[&(help.pupil, key(&help.name))] > help.held_on;
        if !(is_again || left::never_saw(term, help.left_on)) {
            return Some(help);
        }
        help.counted().filter(Counted::is_anything)?;
        Some(Given { sessions: None, pence: None, is_no_plan: true, ..help })
    };
    given.into_iter().filter_map(stands).collect()
}

/// Where nobody chose: the term that most of the plans that hold today are of, so that who has just agreed one finds what
/// holds from today and not what has just ended; of as many, the later.
fn opening_term(all: &[String], hold: &[(String, u32)]) -> String {
    let most = hold.iter().max_by_key(|(term, children)| (*children, term));
    most.map(|(term, _)| term).or(all.first()).cloned().unwrap_or_default()
}

/// What was chosen of a filter, if anything: without letters that a database cannot keep, whatever an address says.
pub(super) fn some(chosen: &str) -> Option<String> {
    let chosen = shared::plain::plain(chosen);
    let chosen = chosen.trim();
    (!chosen.is_empty()).then(|| chosen.to_owned())
}

/// Whatever is said, once each and in order.
fn each<'a>(said: impl Iterator<Item = &'a str>) -> Vec<String> {
    said.filter(|words| !words.is_empty()).collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

/// A plan holds from one meeting to the next, so what overlaps stands in one plan: no other plan of the child holds then.
fn twice(given: &[Given]) -> Vec<Twice> {
    let mut plans: BTreeMap<(&str, MeetingId, String), Vec<&Given>> = BTreeMap::new();
    for help in given {
        plans.entry((&help.pupil_name, help.meeting, key(&help.name))).or_default().push(help);
    }
    let again = plans.into_iter().filter_map(|((name, ..), helps)| {
        let first = helps.first().filter(|_| helps.len() > 1)?;
        let who = helps.iter().map(|help| help.who.clone()).collect();
        Some(Twice { pupil: first.pupil, name: name.to_owned(), help: first.name.clone(), who })
    });
    again.collect()
}

pub(super) fn count(pupils: impl Iterator<Item = PupilId>) -> u32 {
    u32::try_from(pupils.collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX)
}

/// The same help by another capital or space is the same help.
pub(super) fn key(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// One row for each kind of help, by tier and then by name.
fn rows(given: &[Given], costs: bool) -> Vec<MapRow> {
    let mut kinds: BTreeMap<(usize, String), Vec<&Given>> = BTreeMap::new();
    for help in given {
        let tier = TIERS.iter().position(|tier| tier.code == help.tier).unwrap_or(TIERS.len());
        kinds.entry((tier, key(&help.name))).or_default().push(help);
    }
    kinds.into_values().filter_map(|kind| row(&kind, costs)).collect()
}

fn row(kind: &[&Given], costs: bool) -> Option<MapRow> {
    let first = kind.first()?;
    let counted = || kind.iter().filter_map(|help| help.counted());
    let mut plans = kind.iter().filter(|help| !help.is_no_plan).peekable();
    // Where no plan is, nothing is paid, and that is known.
    let is_free = plans.peek().is_none();
    let pence: Vec<i64> = plans.filter_map(|help| help.pence).collect();
    Some(MapRow {
        name: first.name.clone(),
        tier: first.tier.clone(),
        who: kind
            .iter()
            .map(|help| help.who.as_str())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(", "),
        children: kind
            .iter()
            .map(|help| Share {
                pupil: help.pupil,
                name: help.pupil_name.clone(),
                year_group: help.year_group.clone(),
                planned: help.sessions,
                counted: help.counted().map(sessions),
                why_not: help.missed(),
            })
            .collect(),
        years: each(kind.iter().map(|help| help.year_group.as_str())),
        classes: each(kind.iter().map(|help| help.class_name.as_str())),
        areas: each(kind.iter().map(|help| help.area.as_str())),
        fundings: each(kind.iter().filter(|_| costs).filter_map(|help| help.funding.as_deref())),
        minutes: kind.iter().filter_map(|help| Some(help.minutes? * help.sessions?)).sum(),
        planned: kind.iter().filter_map(|help| help.sessions).sum(),
        counted: counted().map(|counted| counted.planned).sum(),
        delivered: counted().map(|counted| counted.delivered).sum(),
        extra: counted().map(|counted| counted.extra).sum(),
        told: counted().filter(|counted| !counted.by_meeting).map(|counted| counted.planned).sum(),
        pence: (costs && (is_free || !pence.is_empty())).then(|| pence.iter().sum()),
    })
}

pub(super) fn sessions(counted: Counted) -> Sessions {
    let Counted { planned, delivered: happened, extra, by_meeting } = counted;
    Sessions { planned, happened, extra, by_meeting }
}

/// What each gives in a week, the most first. A help in groups is given once for each group, not for each child.
fn load<'a>(given: impl Iterator<Item = &'a Given>) -> Vec<Load> {
    let mut helps: BTreeMap<(&str, String), (i64, i64, i64)> = BTreeMap::new();
    for help in given.filter(|help| !help.who.is_empty()) {
        let weekly = help.sessions_per_week.unwrap_or(0) * help.minutes.unwrap_or(0);
        let (children, group, minutes) = helps.entry((&help.who, key(&help.name))).or_default();
        *children += 1;
        *group = (*group).max(group_size(&help.ratio));
        *minutes = (*minutes).max(weekly);
    }
    let mut people: BTreeMap<&str, Load> = BTreeMap::new();
    for ((who, _), (children, group, minutes)) in helps {
        let load = people.entry(who).or_insert_with(|| Load { who: who.to_owned(), minutes: 0, kinds: 0 });
        let groups = (children + group - 1) / group;
        load.minutes += groups * minutes;
        load.kinds += 1;
    }
    let mut people: Vec<_> = people.into_values().filter(|load| load.minutes > 0).collect();
    people.sort_by_key(|load| std::cmp::Reverse(load.minutes));
    people
}

/// “1:3” is a group of three. What is not said so is one child’s.
fn group_size(ratio: &str) -> i64 {
    ratio.split_once(':').and_then(|(_, children)| children.trim().parse().ok()).filter(|size| *size > 0).unwrap_or(1)
}

/// Whether somebody has help in the area of a need; for a need that belongs to no area, any at all.
fn is_helped(by: &[(PupilId, String)]) -> impl Fn(&db::register::Need) -> bool {
    let helped: BTreeSet<(PupilId, &str)> = by.iter().map(|(pupil, area)| (*pupil, area.as_str())).collect();
    let at_all: BTreeSet<PupilId> = by.iter().map(|(pupil, _)| *pupil).collect();
    move |need| match census::area(&need.code) {
        Some(area) => helped.contains(&(need.pupil, area)),
        None => at_all.contains(&need.pupil),
    }
}

/// Pence of all help, by who pays, as far as somebody wrote it down.
fn paid_from(given: &[Given], costs: bool) -> Vec<(String, i64)> {
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    for help in given.iter().filter(|_| costs) {
        let Some(pence) = help.pence else { continue };
        *paid.entry(help.funding.as_deref().unwrap_or_default()).or_default() += pence;
    }
    paid.into_iter().map(|(funding, pence)| (funding.to_owned(), pence)).collect()
}

/// By area: a child with needs in two of them is in both rows. A need that belongs to no area is helped by any help.
fn coverage(is_helped: impl Fn(&db::register::Need) -> bool, needs: &[db::register::Need]) -> Vec<Coverage> {
    let areas = AREAS.iter().map(|area| Some(area.code)).chain([None]);
    areas
        .map(|area| {
            let with_need = || needs.iter().filter(move |need| census::area(&need.code) == area);
            Coverage {
                area: area.unwrap_or_default().to_owned(),
                with_need: count(with_need().map(|need| need.pupil)),
                with_help: count(with_need().filter(|need| is_helped(need)).map(|need| need.pupil)),
            }
        })
        .filter(|coverage| coverage.with_need > 0)
        .collect()
}

/// A need, main or not, and nothing in its area this term; for a need that belongs to no area, nothing at all.
fn gaps(is_helped: impl Fn(&db::register::Need) -> bool, needs: Vec<db::register::Need>) -> Vec<Gap> {
    needs
        .into_iter()
        .filter(|need| !is_helped(need))
        .map(|need| Gap { pupil: need.pupil, name: need.name, class_name: need.class_name, need: need.code })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_opens_on_what_holds_today() {
        let all = ["2027-1", "2026-3", "2026-2"].map(str::to_owned);
        let hold = |terms: &[(&str, u32)]| terms.iter().map(|(term, of)| ((*term).to_owned(), *of)).collect::<Vec<_>>();
        // Whoever meets for one child, and has agreed their plan this morning.
        assert_eq!(opening_term(&all, &hold(&[("2027-1", 1)])), "2027-1");
        assert_eq!(opening_term(&all, &hold(&[("2027-1", 1), ("2026-3", 40)])), "2026-3");
        assert_eq!(opening_term(&all, &hold(&[("2027-1", 2), ("2026-3", 2)])), "2027-1");
        assert_eq!(opening_term(&all, &[]), "2027-1");
        assert_eq!(opening_term(&[], &[]), "");
    }

    #[test]
    fn a_group_is_as_large_as_its_ratio_says() {
        assert_eq!(
            [group_size("1:3"), group_size("1:1"), group_size("staff coaching"), group_size("1:0")],
            [3, 1, 1, 1]
        );
    }
}
