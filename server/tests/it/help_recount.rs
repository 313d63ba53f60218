//! Schools drawn by chance: who gets what and what worked equal what anybody would count from the JSON of the records
//! that were agreed, with what help costs and what was told between meetings beside it.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    view::map::{ImpactPage, ImpactQuery, ImpactRow, MapPage, MapQuery},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use server::db::{self, records::Cost};
use shared::{
    ItemId, MeetingId, PersonId, RecordId, SchoolId,
    record::{AgreedRecord, Delivery, MeetingFacts, Provision, ReviewedTarget, Scores, Target},
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{Date, Duration, format_description::well_known::Iso8601};
use uuid::Uuid;

use crate::support::{NOON, TestServer, owner};

const SCHOOLS: u64 = 4;
const CHILDREN: usize = 24;
const HELPS: [&str; 5] = ["Precision teaching", " precision  Teaching", "ELSA", "Reading buddy", "Coloured overlay"];
const AREAS: [&str; 5] = ["C&I", "C&L", "SEMH", "S&P", ""];
const NEEDS: [(&str, &str); 5] = [("ASD", "C&I"), ("MLD", "C&L"), ("SEMH", "SEMH"), ("HI", "S&P"), ("OTH", "")];

struct Told {
    help: ItemId,
    days: usize,
    happened: usize,
}

struct Cycle {
    held_on: Date,
    /// Some have an earlier version, which must not count.
    versions: Vec<AgreedRecord>,
    costs: Vec<Cost>,
    told: Vec<Told>,
}

struct Child {
    id: Uuid,
    person: Uuid,
    name: String,
    class: &'static str,
    year: &'static str,
    need: Option<(&'static str, &'static str)>,
    /// From the SENCO.
    kept: bool,
    /// Where the teacher sits.
    taught: bool,
    cycles: Vec<Cycle>,
}

fn one<T: Copy, const N: usize>(chance: &mut StdRng, of: [T; N]) -> T {
    of[chance.random_range(0..N)]
}

fn maybe(chance: &mut StdRng, to: i64) -> Option<i64> {
    chance.random_bool(0.75).then(|| chance.random_range(0..=to))
}

fn scores(chance: &mut StdRng) -> Scores {
    Scores { pupil: maybe(chance, 10), home: maybe(chance, 10), school: maybe(chance, 10) }
}

fn item(chance: &mut StdRng) -> ItemId {
    ItemId(Uuid::from_u128(chance.random()))
}

fn some_help(chance: &mut StdRng, targets: &[Target]) -> Provision {
    let words = String::new;
    Provision {
        id: item(chance),
        name: one(chance, HELPS).to_owned(),
        who: one(chance, ["Mr Bell", "Mrs Aziz", ""]).to_owned(),
        when: words(),
        often: words(),
        place: words(),
        tier: one(chance, ["universal", "targeted", "specialist", ""]).to_owned(),
        area: one(chance, AREAS).to_owned(),
        ratio: one(chance, ["1:1", "1:3", "1:0", "whole class", ""]).to_owned(),
        evidence: words(),
        targets: targets.iter().map(|target| target.id).filter(|_| chance.random_bool(0.5)).collect(),
        sessions_per_week: maybe(chance, 5),
        minutes: maybe(chance, 60),
        weeks: None,
        sessions: maybe(chance, 60),
    }
}

/// A plan, and what it found of the one before.
fn some_record(chance: &mut StdRng, meeting: MeetingId, held_on: Date, last: Option<&AgreedRecord>) -> AgreedRecord {
    let words = String::new;
    let targets: Vec<Target> = (0..chance.random_range(0..3))
        .map(|_| Target {
            id: item(chance),
            pupil_words: words(),
            title: "A step".to_owned(),
            baseline: words(),
            success: words(),
            impact: words(),
            by: words(),
            area: one(chance, AREAS).to_owned(),
            outcome: words(),
            before: scores(chance),
        })
        .collect();
    let ratings = ["EXCEEDED", "ACHIEVED", "PARTLY", "SMALL_STEPS", "NOT_YET", "NOT_YET", "NOT_DELIVERED", ""];
    let reviews = last.into_iter().flat_map(|last| &last.targets).map(|target| ReviewedTarget {
        id: target.id,
        pupil_words: words(),
        title: target.title.clone(),
        baseline: words(),
        exit: words(),
        delivered: words(),
        rating: one(chance, ratings).to_owned(),
        next_step: words(),
        before: target.before,
        after: scores(chance),
    });
    let reviews = reviews.collect();
    let mut delivery = vec![];
    for help in last.into_iter().flat_map(|last| &last.provision) {
        for _ in 0..one(chance, [0, 1, 1, 2]) {
            delivery.push(Delivery {
                id: item(chance),
                name: help.name.clone(),
                provision: help.id.to_string(),
                planned: maybe(chance, 40),
                delivered: maybe(chance, 40),
                why_not: words(),
            });
        }
    }
    let review_on = held_on + Duration::days(chance.random_range(30..140));
    AgreedRecord {
        schema: 1,
        version: 1,
        reason: None,
        agreed_at: words(),
        meeting: MeetingFacts {
            id: meeting,
            pupil_name: words(),
            pupil_full_name: words(),
            school: words(),
            kind: words(),
            held_on: held_on.to_string(),
            place: words(),
            facilitator: words(),
        },
        attendance: vec![],
        agreements: vec![],
        passport: vec![],
        access: vec![],
        boards: vec![],
        differences: vec![],
        reviews,
        remarks: vec![],
        impact: words(),
        outcomes: vec![],
        provision: (0..chance.random_range(0..4)).map(|_| some_help(chance, &targets)).collect(),
        targets,
        by_school: vec![],
        by_home: vec![],
        by_pupil: vec![],
        actions: vec![],
        delivery,
        expected_impact: words(),
        // Without a day the plan is taken for twelve weeks.
        review_on: if chance.random_bool(0.8) { review_on.to_string() } else { words() },
        decision: words(),
    }
}

fn some_cycle(chance: &mut StdRng, held_on: Date, last: Option<&AgreedRecord>) -> Cycle {
    let meeting = MeetingId(Uuid::from_u128(chance.random()));
    let mut versions = vec![some_record(chance, meeting, held_on, last)];
    if chance.random_bool(0.3) {
        let mended = some_record(chance, meeting, held_on, last);
        versions.push(AgreedRecord { version: 2, reason: Some("mended".to_owned()), ..mended });
    }
    let (mut costs, mut told) = (vec![], vec![]);
    for help in &versions.last().unwrap().provision {
        if chance.random_bool(0.7) {
            let funding = one(chance, ["", "school", "pupil premium plus"]).to_owned();
            costs.push(Cost { provision: help.id, pence_per_pupil: maybe(chance, 50_000), funding });
        }
        if chance.random_bool(0.5) {
            let days = chance.random_range(1..8);
            told.push(Told { help: help.id, days, happened: chance.random_range(0..=days) });
        }
    }
    Cycle { held_on, versions, costs, told }
}

fn some_child(chance: &mut StdRng, number: usize) -> Child {
    let mut held_on = NOON.date() - Duration::days(chance.random_range(300..600));
    let mut cycles: Vec<Cycle> = vec![];
    for _ in 0..chance.random_range(0..5) {
        held_on += Duration::days(chance.random_range(40..120));
        let last = cycles.last().map(|cycle| cycle.versions.last().unwrap().clone());
        cycles.push(some_cycle(chance, held_on, last.as_ref()));
    }
    Child {
        id: Uuid::from_u128(chance.random()),
        person: Uuid::from_u128(chance.random()),
        name: format!("Child {number:02}"),
        class: one(chance, ["3M", "4Q", ""]),
        year: one(chance, ["Year 3", "Year 4"]),
        need: chance.random_bool(0.8).then(|| one(chance, NEEDS)),
        kept: chance.random_bool(0.1),
        taught: chance.random_bool(0.5),
        cycles,
    }
}

/// Writes a school down: its children row by row, its records as an agreement writes them.
async fn found(server: &TestServer, owner: &mut PgConnection, school: SchoolId, staff: [Viewer; 2], all: &[Child]) {
    macro_rules! run {
        ($on:expr, $sql:literal $(, $value:expr)*) => {
            sqlx::query($sql)$(.bind($value))*.execute($on).await.unwrap()
        };
    }
    let s = school.0;
    run!(&mut *owner, "insert into schools (school_id, name) values ($1, 'Drawn by chance')", s);
    let person = "insert into people (school_id, id, kind, full_name, display_name) values ($1, $2, $3, $4, $4)";
    for (viewer, post) in staff.iter().zip(["senco", "teacher"]) {
        let id = viewer.person.0;
        sqlx::query(person).bind(s).bind(id).bind("staff").bind(post).execute(&mut *owner).await.unwrap();
        run!(&mut *owner, "insert into posts (school_id, person_id, post) values ($1, $2, $3)", s, id, post);
    }
    for child in all {
        sqlx::query(person)
            .bind(s)
            .bind(child.person)
            .bind("pupil")
            .bind(&child.name)
            .execute(&mut *owner)
            .await
            .unwrap();
        run!(
            &mut *owner,
            "insert into pupils (school_id, id, person_id, year_group, looked_after, portrait_alt, class_name, sen_provision)
             values ($1, $2, $3, $4, false, '', $5, $6)",
            s, child.id, child.person, child.year, child.class, if child.need.is_some() { "K" } else { "N" }
        );
        if let Some((code, _)) = child.need {
            run!(
                &mut *owner,
                "insert into pupil_needs (school_id, pupil_id, rank, code) values ($1, $2, 1, $3)",
                s,
                child.id,
                code
            );
        }
        if child.kept {
            let senco = staff[0].person.0;
            run!(
                &mut *owner,
                "insert into withheld (school_id, pupil_id, person_id, reason) values ($1, $2, $3, 'x')",
                s,
                child.id,
                senco
            );
        }
        let mut previous: Option<Uuid> = None;
        for (number, cycle) in (1i32..).zip(&child.cycles) {
            let meeting = cycle.versions[0].meeting.id.0;
            run!(
                &mut *owner,
                "insert into meetings (school_id, id, pupil_id, kind, cycle, stage, held_on, held_at, minutes, place, mode,
                                       ground_rules, previous_meeting_id, agreed_at)
                 values ($1, $2, $3, '', $4, 'agreed', $5, '10:00', 60, '', '', '{}', $6, $7)",
                s, meeting, child.id, number, cycle.held_on, previous, NOON
            );
            previous = Some(meeting);
            if child.taught {
                run!(
                    &mut *owner,
                    "insert into participants (school_id, id, meeting_id, person_id, position, role, title, colour, attendance)
                     values ($1, gen_random_uuid(), $2, $3, 1, 'teacher', '', 1, 'in_person')",
                    s, meeting, staff[1].person.0
                );
            }
        }
    }
    let mut txn = server.db.begin(school).await.unwrap();
    for cycle in all.iter().flat_map(|child| &child.cycles) {
        for record in &cycle.versions {
            let id = RecordId(Uuid::new_v5(&record.meeting.id.0, &record.version.to_be_bytes()));
            let costs = if record == cycle.versions.last().unwrap() { cycle.costs.as_slice() } else { &[] };
            let new = db::records::NewRecord { id, record, costs, at: NOON };
            db::records::create(&mut txn, &[new]).await.unwrap();
        }
        for told in &cycle.told {
            for at in 0..told.days {
                let told = db::delivery::NewTold {
                    meeting: cycle.versions[0].meeting.id,
                    item: told.help,
                    day: cycle.held_on + Duration::days(i64::try_from(at).unwrap() + 1),
                    why: (at >= told.happened).then_some("room"),
                    note: "",
                    by: staff[0].person,
                    at: NOON,
                };
                db::delivery::tell(&mut txn, told).await.unwrap();
            }
        }
    }
    txn.commit().await.unwrap();
}

// By hand, from here on.

/// A help somebody was given, with all that stands beside it.
struct Given<'a> {
    child: &'a Child,
    help: &'a Provision,
    term: String,
    cost: Option<&'a Cost>,
    /// How many sessions were looked back on, and how many of them happened.
    counted: Option<(i64, i64)>,
    review: Option<AgreedRecord>,
}

fn term(plan: &AgreedRecord) -> String {
    let day = |words: &str| Date::parse(words, &Iso8601::DATE);
    let from = day(&plan.meeting.held_on).unwrap();
    let days = day(&plan.review_on).map_or(84, |until| (until - from).whole_days());
    let middle = from + Duration::days(days / 2);
    let number = match u8::from(middle.month()) {
        1..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    format!("{}-{number}", middle.year())
}

fn sum(numbers: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    numbers.flatten().fold(None, |sum, number| Some(sum.unwrap_or(0) + number))
}

/// What is read back of a meeting is its JSON, and nothing else.
async fn given<'a>(owner: &mut PgConnection, all: &'a [Child]) -> Vec<Given<'a>> {
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
                let by_meeting = sum(rows().map(|row| row.planned)).zip(sum(rows().map(|row| row.delivered)));
                let told = cycle.told.iter().find(|told| told.help == help.id);
                let told = told.map(|told| (told.days as i64, told.happened as i64));
                given.push(Given {
                    child,
                    help,
                    term: term(&newest[at]),
                    cost: cycle.costs.iter().find(|cost| cost.provision == help.id),
                    counted: by_meeting.or(told),
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

fn map_is_counted_right(page: &MapPage, query: &MapQuery, known: &[&Child], given: &[&Given], costs: bool) {
    let asked = |filter: &str, what: &str| filter.is_empty() || filter == what;
    let of_term: Vec<_> = given.iter().filter(|given| given.term == page.query.term).collect();
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

    type Sums<'a> = (Vec<&'a str>, i64, i64, i64, i64, Option<i64>);
    let mut kinds: BTreeMap<(String, String), Sums> = BTreeMap::new();
    let mut loads: BTreeMap<&str, BTreeMap<String, (i64, i64, i64)>> = BTreeMap::new();
    for one in &wanted {
        let help = one.help;
        let row = kinds.entry((help.tier.clone(), key(&help.name))).or_default();
        row.0.push(&one.child.name);
        row.1 += help.minutes.unwrap_or(0) * help.sessions.unwrap_or(0);
        row.2 += help.sessions.unwrap_or(0);
        row.3 += one.counted.map_or(0, |(planned, _)| planned);
        row.4 += one.counted.map_or(0, |(_, delivered)| delivered);
        row.5 = sum([row.5, one.cost.and_then(|cost| cost.pence_per_pupil).filter(|_| costs)].into_iter());
        if !help.who.is_empty() {
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
                (names, row.minutes, row.planned, row.counted, row.delivered, row.pence),
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

    // Need and help is of the whole term, whatever else was chosen.
    let is_helped = |child: &Child, area: &str| {
        of_term.iter().any(|one| one.child.id == child.id && (area.is_empty() || one.help.area == area))
    };
    let gaps: Vec<_> = known
        .iter()
        .filter(|child| child.need.is_some_and(|(_, area)| !is_helped(child, area)))
        .map(|child| child.name.as_str())
        .collect();
    assert_eq!(page.gaps.iter().map(|gap| gap.name.as_str()).collect::<Vec<_>>(), gaps);
    for coverage in &page.coverage {
        let with_need: Vec<_> =
            known.iter().filter(|child| child.need.is_some_and(|(_, area)| area == coverage.area)).collect();
        let with_help = with_need.iter().filter(|child| is_helped(child, &coverage.area)).count();
        assert_eq!((coverage.with_need as usize, coverage.with_help as usize), (with_need.len(), with_help));
    }
    let mut in_plan: BTreeMap<(Uuid, Option<MeetingId>, String), usize> = BTreeMap::new();
    for one in &wanted {
        // Two plans of a child in one term are told apart by what looked back on them.
        let review = one.review.as_ref().map(|review| review.meeting.id);
        *in_plan.entry((one.child.id, review, key(&one.help.name))).or_default() += 1;
    }
    let twice = in_plan.values().filter(|times| **times > 1).count();
    assert_eq!(page.twice.len(), twice);
}

fn impact_is_counted_right(page: &ImpactPage, query: &ImpactQuery, given: &[&Given], costs: bool) {
    let mut expected: BTreeMap<String, ImpactRow> = BTreeMap::new();
    let mut children: BTreeMap<String, (BTreeSet<Uuid>, BTreeSet<Uuid>)> = BTreeMap::new();
    let mut unclear = BTreeSet::new();
    for one in given {
        let (help, Some(review)) = (one.help, &one.review) else { continue };
        if !(query.term.is_empty() || query.term == one.term) || !(query.area.is_empty() || query.area == help.area) {
            continue;
        }
        let row = expected.entry(key(&help.name)).or_default();
        let (all, judged) = children.entry(key(&help.name)).or_default();
        all.insert(one.child.id);
        let (planned, delivered) = one.counted.unwrap_or((0, 0));
        row.planned += planned;
        row.delivered += delivered;
        let mut is_judged = false;
        for target in review.reviews.iter().filter(|target| help.targets.contains(&target.id)) {
            let steps = match target.rating.as_str() {
                "EXCEEDED" => 4,
                "ACHIEVED" => 3,
                "PARTLY" => 2,
                "SMALL_STEPS" => 1,
                "NOT_YET" => 0,
                "NOT_DELIVERED" => {
                    row.not_tried += 1;
                    continue;
                }
                _ => continue,
            };
            is_judged = true;
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
        if is_judged {
            judged.insert(one.child.id);
            row.pence = sum([row.pence, one.cost.and_then(|cost| cost.pence_per_pupil).filter(|_| costs)].into_iter());
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
    expected.retain(|_, row| row.judged() + row.not_tried > 0);
    let bare =
        |row: &ImpactRow| ImpactRow { name: String::new(), area: String::new(), who: String::new(), ..row.clone() };
    let shown: BTreeMap<_, _> = page.rows.iter().map(|row| (key(&row.name), bare(row))).collect();
    assert_eq!(shown, expected, "{query:?}");
}

/// Twice running nothing, or little, moved in one area.
fn stuck<'a>(known: &[&'a Child]) -> BTreeSet<(&'a str, &'static str)> {
    let mut stuck = BTreeSet::new();
    for child in known.iter().filter(|child| child.need.is_some()) {
        let pairs =
            child.cycles.windows(2).map(|pair| (pair[0].versions.last().unwrap(), pair[1].versions.last().unwrap()));
        let looked: Vec<_> = pairs.filter(|(_, review)| !review.reviews.is_empty()).collect();
        let Some([before, last]) = looked.last_chunk::<2>() else { continue };
        for area in AREAS.into_iter().filter(|area| !area.is_empty()) {
            let little = |(plan, review): &(&AgreedRecord, &AgreedRecord)| {
                let of_area = plan.targets.iter().filter(|target| target.area == area).map(|target| target.id);
                let ids: BTreeSet<_> = of_area.collect();
                let found: Vec<_> = review
                    .reviews
                    .iter()
                    .filter(|found| ids.contains(&found.id))
                    .map(|found| found.rating.as_str())
                    .collect();
                let judged: Vec<_> =
                    found.into_iter().filter(|rating| !matches!(*rating, "" | "NOT_DELIVERED")).collect();
                !judged.is_empty() && judged.iter().all(|rating| matches!(*rating, "NOT_YET" | "SMALL_STEPS"))
            };
            if little(before) && little(last) {
                stuck.insert((child.name.as_str(), area));
            }
        }
    }
    stuck
}

#[sqlx::test(migrations = false)]
async fn who_gets_what_and_what_worked_are_what_anybody_would_count(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    for seed in 0..SCHOOLS {
        let chance = &mut StdRng::seed_from_u64(seed);
        let school = SchoolId(Uuid::from_u128(chance.random()));
        let staff = [chance.random(), chance.random()].map(|id| Viewer {
            school,
            person: PersonId(Uuid::from_u128(id)),
            by_link: true,
        });
        let all: Vec<Child> = (1..=CHILDREN).map(|number| some_child(chance, number)).collect();
        found(&server, &mut owner, school, staff, &all).await;
        let given = given(&mut owner, &all).await;
        for (who, viewer) in staff.into_iter().enumerate() {
            // The SENCO sees whom she is not kept from; the teacher whom he sits at the newest table of.
            let is_known =
                |child: &Child| if who == 0 { !child.kept } else { child.taught && !child.cycles.is_empty() };
            let known: Vec<&Child> = all.iter().filter(|child| is_known(child)).collect();
            let given: Vec<&Given> = given.iter().filter(|given| is_known(given.child)).collect();
            let terms: BTreeSet<String> = given.iter().map(|given| given.term.clone()).collect();
            assert!(terms.len() > 2 && given.len() > 10, "the drawn school asks nothing");
            for term in &terms {
                let of_term = MapQuery { term: term.clone(), ..MapQuery::default() };
                for query in [
                    of_term.clone(),
                    MapQuery { year: "Year 3".to_owned(), who: "Mr Bell".to_owned(), ..of_term.clone() },
                    MapQuery { class: "4Q".to_owned(), ..of_term.clone() },
                    MapQuery { tier: "targeted".to_owned(), ..of_term.clone() },
                    MapQuery { area: "SEMH".to_owned(), ..of_term.clone() },
                    MapQuery { funding: "school".to_owned(), ..of_term },
                ] {
                    let page = server.backend.map_page(viewer, query.clone()).await.unwrap();
                    assert_eq!(page.terms, terms.iter().rev().cloned().collect::<Vec<_>>());
                    map_is_counted_right(&page, &query, &known, &given, who == 0);
                }
                let query = ImpactQuery { term: term.clone(), area: "C&L".to_owned(), ..ImpactQuery::default() };
                let page = server.backend.impact_page(viewer, query.clone()).await.unwrap();
                impact_is_counted_right(&page, &query, &given, who == 0);
            }
            let page = server.backend.impact_page(viewer, ImpactQuery::default()).await.unwrap();
            impact_is_counted_right(&page, &ImpactQuery::default(), &given, who == 0);
            let shown: BTreeSet<_> = page.stuck.iter().map(|gap| (gap.name.as_str(), gap.need.as_str())).collect();
            assert_eq!(shown, stuck(&known).into_iter().collect());
        }
    }
}
