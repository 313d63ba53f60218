//! Children drawn by chance, their meetings with what was agreed, and the school they are put into.

use super::*;

pub(super) struct Told {
    pub(super) help: ItemId,
    pub(super) days: usize,
    pub(super) happened: usize,
}

pub(super) struct Cycle {
    pub(super) held_on: Date,
    /// Some have an earlier version, which must not count.
    pub(super) versions: Vec<AgreedRecord>,
    pub(super) costs: Vec<Cost>,
    pub(super) told: Vec<Told>,
}

pub(super) struct Child {
    pub(super) id: Uuid,
    pub(super) person: Uuid,
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) year: &'static str,
    /// The main one first.
    pub(super) needs: Vec<(&'static str, &'static str)>,
    /// From the SENCO.
    pub(super) kept: bool,
    /// Where the teacher sits.
    pub(super) taught: bool,
    /// Not at the school from then on; it may be to come.
    pub(super) left_on: Option<Date>,
    pub(super) cycles: Vec<Cycle>,
}

fn one<T: Copy, const N: usize>(chance: &mut StdRng, of: [T; N]) -> T {
    of[chance.random_range(0..N)]
}

fn maybe(chance: &mut StdRng, to: i64) -> Option<i64> {
    chance.random_bool(0.75).then(|| chance.random_range(0..=to))
}

/// None, or a main one and some more.
fn some_needs(chance: &mut StdRng, number: usize) -> Vec<(&'static str, &'static str)> {
    let main = chance.random_bool(0.8).then(|| one(chance, NEEDS));
    let more = &mut StdRng::seed_from_u64(number as u64);
    let others = NEEDS.into_iter().filter(|need| main.is_some_and(|main| main != *need) && more.random_bool(0.3));
    main.into_iter().chain(others).collect()
}

fn some_leaving(number: usize) -> Option<Date> {
    let chance = &mut StdRng::seed_from_u64(number as u64 + 100);
    chance.random_bool(0.4).then(|| NOON.date() + Duration::days(chance.random_range(-300..40)))
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
            pupil_words: String::new(),
            title: one(chance, ["A step", "Another step", "A third step"]).to_owned(),
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
        pupil_words: target.pupil_words.clone(),
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
                // Now and then nothing came of it.
                delivered: if chance.random_bool(0.25) { Some(0) } else { maybe(chance, 40) },
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
            plan_name: String::new(),
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
        needs: vec![],
        baselines: vec![],
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

pub(super) fn some_child(chance: &mut StdRng, number: usize) -> Child {
    let mut held_on = NOON.date() - Duration::days(chance.random_range(300..600));
    let mut cycles: Vec<Cycle> = vec![];
    for _ in 0..chance.random_range(0..5) {
        // Now and then somebody agrees a plan, and another one on the same day.
        let days = if chance.random_bool(0.2) { 0 } else { chance.random_range(40..120) };
        held_on += Duration::days(days);
        let last = cycles.last().map(|cycle| cycle.versions.last().unwrap().clone());
        cycles.push(some_cycle(chance, held_on, last.as_ref()));
    }
    Child {
        id: Uuid::from_u128(chance.random()),
        person: Uuid::from_u128(chance.random()),
        name: format!("Child {number:02}"),
        class: one(chance, ["3M", "4Q", ""]),
        year: one(chance, ["Year 3", "Year 4"]),
        needs: some_needs(chance, number),
        kept: chance.random_bool(0.1),
        taught: chance.random_bool(0.5),
        left_on: some_leaving(number),
        cycles,
    }
}

/// Writes a school down: its children row by row, its records as an agreement writes them.
pub(super) async fn found(
    server: &TestServer,
    owner: &mut PgConnection,
    school: SchoolId,
    staff: [Viewer; 2],
    all: &[Child],
) {
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
            "insert into pupils (school_id, id, person_id, year_group, looked_after, class_name, sen_provision, left_on)
             values ($1, $2, $3, $4, false, $5, $6, $7)",
            s,
            child.id,
            child.person,
            child.year,
            child.class,
            if child.needs.is_empty() { "N" } else { "K" },
            child.left_on
        );
        for (rank, (code, _)) in (1..).zip(&child.needs) {
            run!(
                &mut *owner,
                "insert into pupil_needs (school_id, pupil_id, rank, code) values ($1, $2, $3, $4)",
                s,
                child.id,
                rank,
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
                    nth: 1,
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
