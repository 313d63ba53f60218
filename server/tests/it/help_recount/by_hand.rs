//! What anybody would count, from the JSON of the records that were agreed and nothing else.

use super::*;

/// A help somebody was given, with all that stands beside it.
pub(super) struct Given<'a> {
    pub(super) child: &'a Child,
    pub(super) help: &'a Provision,
    pub(super) term: String,
    pub(super) cost: Option<&'a Cost>,
    /// How many sessions were looked back on, and how many of them happened.
    pub(super) counted: Option<(i64, i64)>,
    pub(super) by_meeting: bool,
    /// Before its time was over.
    pub(super) replaced: bool,
    /// On the very day it was agreed.
    pub(super) never_held: bool,
    /// Which of the child’s plans, from 0.
    pub(super) cycle: usize,
    /// Somebody counted, and it was not given once.
    pub(super) never: bool,
    pub(super) review: Option<AgreedRecord>,
}

/// Its term, and whether the next plan was there before its time was over.
fn term(plan: &AgreedRecord, next: Option<&AgreedRecord>) -> (String, bool) {
    let day = |words: &str| Date::parse(words, &Iso8601::DATE);
    let from = day(&plan.meeting.held_on).unwrap();
    let days = day(&plan.review_on).map_or(84, |until| (until - from).whole_days());
    let held = next.map(|next| (day(&next.meeting.held_on).unwrap() - from).whole_days());
    let replaced = held.is_some_and(|held| held < days);
    let days = if replaced { held.unwrap() } else { days };
    (term_of(from + Duration::days(days / 2)), replaced)
}

fn term_of(day: Date) -> String {
    let number = match u8::from(day.month()) {
        1..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    format!("{}-{number}", day.year())
}

/// The term in which a child was last at the school, if they have left or are going to.
fn last_term(child: &Child) -> Option<String> {
    child.left_on.map(|left| term_of(left - Duration::days(1)))
}

pub(super) fn is_here(child: &Child) -> bool {
    child.left_on.is_none_or(|left| left > NOON.date())
}

fn sum(numbers: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    numbers.flatten().fold(None, |sum, number| Some(sum.unwrap_or(0) + number))
}

/// What is read back of a meeting is its JSON, and nothing else.
pub(super) async fn given<'a>(owner: &mut PgConnection, all: &'a [Child]) -> Vec<Given<'a>> {
    let mut given = vec![];
    for child in all {
        let mut newest = vec![];
        for cycle in &child.cycles {
            let json: String =
                sqlx::query_scalar("select canonical_json from records where meeting_id = $1 order by version desc")
                    .bind(cycle.versions[0].meeting.id.0)
                    .fetch_one(&mut *owner)
                    .await
                    .unwrap();
            newest.push(serde_json::from_str::<AgreedRecord>(&json).unwrap());
        }
        for (at, cycle) in child.cycles.iter().enumerate() {
            let review = newest.get(at + 1);
            for help in &cycle.versions.last().unwrap().provision {
                assert!(newest[at].provision.contains(help));
                let rows = || {
                    review
                        .into_iter()
                        .flat_map(|review| &review.delivery)
                        .filter(|row| row.provision == help.id.to_string())
                };
                let (planned, delivered) = (sum(rows().map(|row| row.planned)), sum(rows().map(|row| row.delivered)));
                let by_meeting = planned.zip(delivered);
                let told = cycle.told.iter().find(|told| told.help == help.id);
                let told = told.map(|told| (told.days as i64, told.happened as i64));
                let counted = by_meeting.or(told);
                let (planned, delivered) = counted.map_or((planned, delivered), |(all, some)| (Some(all), Some(some)));
                let was_meant = planned.or(help.sessions).is_none_or(|sessions| sessions > 0);
                let (term, replaced) = term(&newest[at], review);
                let never_held = review.is_some_and(|review| review.meeting.held_on <= newest[at].meeting.held_on);
                given.push(Given {
                    child,
                    help,
                    term,
                    replaced,
                    never_held,
                    cost: cycle.costs.iter().find(|cost| cost.provision == help.id),
                    counted,
                    by_meeting: by_meeting.is_some(),
                    cycle: at,
                    never: delivered == Some(0) && was_meant,
                    review: review.cloned(),
                });
            }
        }
    }
    given
}

fn key(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn map_is_counted_right(page: &MapPage, query: &MapQuery, known: &[&Child], given: &[&Given], costs: bool) {
    let asked = |filter: &str, what: &str| filter.is_empty() || filter == what;
    let of_term: Vec<_> = given.iter().filter(|one| one.term == page.query.term && !one.never_held).collect();
    // The same help of a plan that came in the same term before this one’s time was over.
    let is_again = |one: &Given| {
        let is_newer = |other: &&&Given| {
            other.child.id == one.child.id && other.cycle > one.cycle && key(&other.help.name) == key(&one.help.name)
        };
        one.replaced && of_term.iter().any(is_newer)
    };
    // Or of a child who was gone before the term began.
    let is_no_plan = |one: &Given| is_again(one) || last_term(one.child).is_some_and(|last| last < one.term);
    let has_happened = |one: &Given| one.counted.is_some_and(|(planned, happened)| planned > 0 || happened > 0);
    let of_term: Vec<_> = of_term.iter().filter(|one| !is_no_plan(one) || has_happened(one)).collect();
    // In a term that is over, whoever was there in it counts; in the present one, whoever still is.
    let is_over = page.query.term < term_of(NOON.date());
    let was_there = |child: &Child| last_term(child).is_none_or(|last| last >= page.query.term);
    let counts = |child: &Child| if is_over { was_there(child) } else { is_here(child) };
    let wanted: Vec<_> = of_term
        .iter()
        .filter(|given| {
            asked(&query.year, given.child.year)
                && asked(&query.class, given.child.class)
                && asked(&query.tier, &given.help.tier)
                && asked(&query.area, &given.help.area)
                && asked(&query.who, &given.help.who)
                && (!costs || asked(&query.funding, given.cost.map_or("", |cost| &cost.funding)))
        })
        .collect();

    type Sums<'a> = (Vec<&'a str>, i64, i64, [i64; 3], i64, Option<i64>);
    // What is not planned costs nothing; but it does not make known what is planned at a cost that nobody wrote down.
    let is_planned = |of: &Given| {
        let is_same = |help: &Provision| help.tier == of.help.tier && key(&help.name) == key(&of.help.name);
        wanted.iter().any(|one| is_same(one.help) && !is_no_plan(one))
    };
    let pence = |one: &Given| match (is_no_plan(one), is_planned(one)) {
        (false, _) => one.cost.and_then(|cost| cost.pence_per_pupil),
        (true, is_planned) => (!is_planned).then_some(0),
    };
    let mut kinds: BTreeMap<(String, String), Sums> = BTreeMap::new();
    let mut loads: BTreeMap<&str, BTreeMap<String, (i64, i64, i64)>> = BTreeMap::new();
    for one in &wanted {
        let help = one.help;
        let row = kinds.entry((help.tier.clone(), key(&help.name))).or_default();
        row.0.push(&one.child.name);
        let sessions = help.sessions.filter(|_| !is_no_plan(one)).unwrap_or(0);
        row.1 += help.minutes.unwrap_or(0) * sessions;
        row.2 += sessions;
        let (planned, happened) = one.counted.unwrap_or((0, 0));
        row.3[0] += planned;
        row.3[1] += std::cmp::max(0, happened - planned);
        row.3[2] += if one.by_meeting { 0 } else { planned };
        row.4 += std::cmp::min(planned, happened);
        if costs {
            row.5 = sum([row.5, pence(one)].into_iter());
        }
        if !help.who.is_empty() && counts(one.child) {
            let (children, group, weekly) =
                loads.entry(&help.who).or_default().entry(key(&help.name)).or_insert((0, 1, 0));
            *children += 1;
            *group = (*group).max(if help.ratio == "1:3" { 3 } else { 1 });
            *weekly = (*weekly).max(help.sessions_per_week.unwrap_or(0) * help.minutes.unwrap_or(0));
        }
    }
    for sums in kinds.values_mut() {
        sums.0.sort_unstable();
    }
    let shown: BTreeMap<_, Sums> = page
        .rows
        .iter()
        .map(|row| {
            let mut names: Vec<_> = row.children.iter().map(|share| share.name.as_str()).collect();
            names.sort_unstable();
            (
                (row.tier.clone(), key(&row.name)),
                (names, row.minutes, row.planned, [row.counted, row.extra, row.told], row.delivered, row.pence),
            )
        })
        .collect();
    assert_eq!(shown, kinds, "{query:?}");
    let children: BTreeSet<_> = wanted.iter().map(|one| one.child.id).collect();
    assert_eq!(page.children as usize, children.len());
    assert_eq!(page.delivered, kinds.values().map(|sums| sums.4).sum::<i64>());

    let hours = |helps: BTreeMap<String, (i64, i64, i64)>| -> i64 {
        // A group is given once, however many children are in it, and a group that is not full is one too.
        helps
            .into_values()
            .map(|(children, group, weekly)| (children / group + i64::from(children % group > 0)) * weekly)
            .sum()
    };
    let loads: BTreeMap<_, _> =
        loads.into_iter().map(|(who, helps)| (who, hours(helps))).filter(|(_, minutes)| *minutes > 0).collect();
    assert_eq!(page.load.iter().map(|load| (load.who.as_str(), load.minutes)).collect::<BTreeMap<_, _>>(), loads);

    // Need and help is of the chosen children and area, whoever gives it and whoever pays; each need of a child counts.
    let known = known.iter().filter(|child| counts(child));
    let known = known.filter(|child| asked(&query.year, child.year) && asked(&query.class, child.class));
    let needs: Vec<_> =
        known.flat_map(|child| child.needs.iter().map(move |(code, area)| (*child, *code, *area))).collect();
    let needs: Vec<_> = needs.into_iter().filter(|(_, _, area)| asked(&query.area, area)).collect();
    // Where plans of the term hold today, those of other terms that hold help in it too.
    let holds: Vec<_> = given.iter().filter(|one| one.review.is_none()).collect();
    let is_of_today = holds.iter().any(|one| one.term == query.term && is_here(one.child));
    let holds = if is_of_today { holds } else { vec![] };
    let is_helped = |child: &Child, area: &str| {
        let helps = of_term.iter().map(|one| &****one).chain(holds.iter().map(|one| &***one));
        helps.filter(|one| one.child.id == child.id).any(|one| area.is_empty() || one.help.area == area)
    };
    let gaps = needs.iter().filter(|(child, _, area)| !is_helped(child, area));
    let gaps: Vec<_> = gaps.map(|(child, code, _)| (child.name.as_str(), *code)).collect();
    let shown = page.gaps.iter().map(|gap| (gap.name.as_str(), gap.need.as_str()));
    let first: Vec<_> = gaps.iter().copied().take(Paging::LINES as usize).collect();
    assert_eq!((shown.collect::<Vec<_>>(), page.gaps_paging.found as usize), (first, gaps.len()));
    for area in AREAS {
        let with_need = || needs.iter().filter(|(_, _, of)| *of == area);
        let with_help = with_need().filter(|(child, ..)| is_helped(child, area)).count();
        let shown = page.coverage.iter().find(|row| row.area == area).map(|row| (row.with_need, row.with_help));
        let expected = (with_need().count() as u32, with_help as u32);
        assert_eq!(shown.unwrap_or_default(), expected, "{area}");
    }
    let paid = |rows: &mut dyn Iterator<Item = Option<i64>>| rows.flatten().sum::<i64>();
    let rows_paid = paid(&mut page.rows.iter().map(|row| row.pence));
    assert_eq!(page.paid_from.iter().map(|(_, pence)| pence).sum::<i64>(), rows_paid);
    let mut in_plan: BTreeMap<(Uuid, Option<MeetingId>, String), usize> = BTreeMap::new();
    for one in &wanted {
        // Two plans of a child in one term are told apart by what looked back on them.
        let review = one.review.as_ref().map(|review| review.meeting.id);
        *in_plan.entry((one.child.id, review, key(&one.help.name))).or_default() += 1;
    }
    let twice = in_plan.values().filter(|times| **times > 1).count();
    assert_eq!(page.twice.len(), twice);
}

/// The child’s own page: what nobody counted is in no number, and what nobody wrote of is not called done.
pub(super) fn cycles_are_counted_right(page: &PupilPage, child: &Child, given: &[&Given]) {
    assert_eq!(page.cycles.len(), child.cycles.len());
    let mut newest = child.cycles.iter().filter_map(|cycle| cycle.versions.last());
    assert_eq!(page.was_promised, newest.any(|record| !record.actions.is_empty()));
    for (at, shown) in page.cycles.iter().enumerate() {
        let Some(review) = child.cycles.get(at + 1).map(|next| next.versions.last().unwrap()) else {
            assert_eq!((shown.delivered, shown.extra, shown.uncounted, shown.looked_back), (None, 0, 0, false));
            continue;
        };
        let helps = given.iter().filter(|one| one.child.id == child.id && one.cycle == at);
        let helps: Vec<_> = helps.filter(|one| !one.never_held).collect();
        let known: Vec<(i64, i64)> = helps.iter().filter_map(|one| one.counted).collect();
        let up_to_plan = known.iter().map(|(planned, happened)| *planned.min(happened)).sum();
        assert_eq!(shown.delivered, (!known.is_empty()).then_some(up_to_plan));
        assert_eq!(shown.planned, known.iter().map(|(planned, _)| planned).sum::<i64>());
        assert_eq!(shown.extra, known.iter().map(|(planned, happened)| (happened - planned).max(0)).sum::<i64>());
        let unknown = helps.iter().filter(|one| one.counted.is_none());
        assert_eq!(shown.uncounted, unknown.filter_map(|one| one.help.sessions).sum::<i64>());
        let targets = &child.cycles[at].versions.last().unwrap().targets;
        let is_said = review.reviews.iter().any(|found| !found.rating.is_empty());
        assert_eq!(shown.looked_back, targets.is_empty() || is_said);
    }
}

pub(super) fn impact_is_counted_right(page: &ImpactPage, query: &ImpactQuery, given: &[&Given], costs: bool) {
    let mut expected: BTreeMap<String, ImpactRow> = BTreeMap::new();
    let mut children: BTreeMap<String, (BTreeSet<Uuid>, BTreeSet<Uuid>)> = BTreeMap::new();
    let (mut unclear, mut marked, mut counted) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for one in given {
        let (help, Some(review)) = (one.help, &one.review) else { continue };
        if one.never_held {
            continue;
        }
        if !(query.term.is_empty() || query.term == one.term) || !(query.area.is_empty() || query.area == help.area) {
            continue;
        }
        let row = expected.entry(key(&help.name)).or_default();
        let (all, judged) = children.entry(key(&help.name)).or_default();
        all.insert(one.child.id);
        let (planned, delivered) = one.counted.unwrap_or((0, 0));
        row.planned += planned;
        row.delivered += std::cmp::min(planned, delivered);
        row.extra += std::cmp::max(0, delivered - planned);
        if one.counted.is_some() {
            counted.insert(key(&help.name));
            row.under_no_step += u32::from(help.targets.is_empty());
        }
        let mut is_judged = false;
        for target in review.reviews.iter().filter(|target| help.targets.contains(&target.id)) {
            let steps = match target.rating.as_str() {
                "" => continue,
                "NOT_DELIVERED" => {
                    // A target is one mark of a kind of help, however often the kind is in the plan.
                    row.not_tried += u32::from(marked.insert((one.child.id, one.cycle, key(&help.name), target.id)));
                    continue;
                }
                // Judged, and not by what was not given.
                _ if one.never => continue,
                "EXCEEDED" => 4,
                "ACHIEVED" => 3,
                "PARTLY" => 2,
                "SMALL_STEPS" => 1,
                "NOT_YET" => 0,
                _ => continue,
            };
            is_judged = true;
            if !marked.insert((one.child.id, one.cycle, key(&help.name), target.id)) {
                continue;
            }
            row.steps += steps;
            row.got_there += u32::from(steps >= 3);
            row.part_way += u32::from(steps == 1 || steps == 2);
            row.not_yet += u32::from(steps == 0);
            let (before, after) = (target.before, target.after);
            for voice in [(before.pupil, after.pupil), (before.home, after.home), (before.school, after.school)] {
                if let (Some(before), Some(after)) = voice {
                    (row.before, row.after, row.scored) = (row.before + before, row.after + after, row.scored + 1);
                }
            }
        }
        let pence = one.cost.and_then(|cost| cost.pence_per_pupil).filter(|_| costs);
        let is_summed = one.counted.is_some() || !one.replaced;
        row.pence = sum([row.pence, pence.filter(|_| is_summed)].into_iter());
        if is_judged {
            judged.insert(one.child.id);
            row.judged_pence = sum([row.judged_pence, pence].into_iter());
            match (one.counted, help.minutes) {
                (Some((_, happened)), Some(each)) => row.minutes = Some(row.minutes.unwrap_or(0) + happened * each),
                _ => drop(unclear.insert(key(&help.name))),
            }
        }
    }
    for (kind, row) in &mut expected {
        (row.children, row.judged_children) = (children[kind].0.len() as u32, children[kind].1.len() as u32);
        row.minutes = row.minutes.filter(|_| !unclear.contains(kind));
    }
    expected.retain(|kind, row| counted.contains(kind) || row.judged() + row.not_tried > 0);
    let bare =
        |row: &ImpactRow| ImpactRow { name: String::new(), area: String::new(), who: String::new(), ..row.clone() };
    let shown: BTreeMap<_, _> = page.rows.iter().map(|row| (key(&row.name), bare(row))).collect();
    assert_eq!(shown, expected, "{query:?}");
}

/// Twice running nothing, or little, moved in one area, or in one step of an area in which others moved.
pub(super) fn stuck<'a>(known: &[&'a Child]) -> BTreeSet<(&'a str, String)> {
    let mut stuck = BTreeSet::new();
    for child in known.iter().filter(|child| !child.needs.is_empty() && is_here(child)) {
        let pairs =
            child.cycles.windows(2).map(|pair| (pair[0].versions.last().unwrap(), pair[1].versions.last().unwrap()));
        let looked: Vec<_> = pairs.filter(|(_, review)| !review.reviews.is_empty()).collect();
        let Some([before, last]) = looked.last_chunk::<2>() else { continue };
        let little_in = |(plan, review): &(&AgreedRecord, &AgreedRecord), area: &str| {
            let of_area = plan.targets.iter().filter(|target| target.area == area).map(|target| target.id);
            let ids: BTreeSet<_> = of_area.collect();
            let found: Vec<_> = review
                .reviews
                .iter()
                .filter(|found| ids.contains(&found.id))
                .map(|found| found.rating.as_str())
                .collect();
            let judged: Vec<_> = found.into_iter().filter(|rating| !matches!(*rating, "" | "NOT_DELIVERED")).collect();
            !judged.is_empty() && judged.iter().all(|rating| is_little(rating))
        };
        let areas: BTreeSet<_> = AREAS
            .into_iter()
            .filter(|area| !area.is_empty() && little_in(before, area) && little_in(last, area))
            .collect();
        for found in last.1.reviews.iter().filter(|found| is_little(&found.rating)) {
            let area = last.0.targets.iter().find(|step| step.id == found.id).map_or("", |step| step.area.as_str());
            let failed_before =
                before.1.reviews.iter().any(|earlier| earlier.title == found.title && is_little(&earlier.rating));
            if failed_before && !areas.contains(area) {
                stuck.insert((child.name.as_str(), format!("“{}”", found.title)));
            }
        }
        stuck.extend(areas.into_iter().map(|area| (child.name.as_str(), area.to_owned())));
    }
    stuck
}

fn is_little(rating: &str) -> bool {
    matches!(rating, "NOT_YET" | "SMALL_STEPS")
}
