//! Schools drawn by chance: the register, what the census would say and what waits on the first page equal what anybody
//! would count from the same children, meetings and records by hand.

use std::collections::BTreeSet;

use app::{
    backend::Viewer,
    view::{home::StaffHome, register::RegisterQuery},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::{PersonId, PupilId, SchoolId, census};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{Date, Duration, Month};
use uuid::Uuid;

use crate::support::{NOON, TestServer, owner};

const SCHOOLS: u64 = 6;
const CHILDREN: usize = 40;
const CLASSES: [&str; 4] = ["", "3M", "4Q", "5S"];

#[derive(Clone, Copy, PartialEq)]
enum Seat {
    None,
    In,
    Removed,
    LeftOut,
}

struct Promise {
    due: Option<Date>,
    done: bool,
    ticked: bool,
}

struct Meeting {
    id: Uuid,
    held_on: Date,
    agreed: bool,
    /// What was agreed is being corrected: it counts, and is to be agreed anew.
    reopened: bool,
    with_family: bool,
    review_on: Option<Date>,
    seat: Seat,
    promises: Vec<Promise>,
}

impl Meeting {
    fn stage(&self) -> &'static str {
        match (self.agreed, self.reopened) {
            (true, true) => "meeting",
            (true, false) => "agreed",
            (false, _) => "preparing",
        }
    }
}

struct Child {
    id: Uuid,
    person: Uuid,
    name: String,
    provision: &'static str,
    needs: Vec<&'static str>,
    upn: Option<String>,
    looked_after: bool,
    class: &'static str,
    /// Not at the school from then on; it may be to come.
    left_on: Option<Date>,
    /// Oldest first; only the last may still be to agree.
    meetings: Vec<Meeting>,
    kept_from: [bool; 2],
}

struct School {
    id: SchoolId,
    /// A SENCO and a teacher.
    staff: [Viewer; 2],
    children: Vec<Child>,
}

fn some_day(chance: &mut StdRng, from: i64, to: i64) -> Date {
    NOON.date() + Duration::days(chance.random_range(from..to))
}

fn some_child(chance: &mut StdRng, number: usize) -> Child {
    let mut held_on = NOON.date() - Duration::days(chance.random_range(200..500));
    let count = chance.random_range(0..4);
    let meetings = (0..count).map(|at| {
        held_on += Duration::days(chance.random_range(20..150));
        let agreed = at + 1 < count || chance.random_bool(0.7);
        let promises = (0..chance.random_range(0..3)).map(|_| Promise {
            due: chance.random_bool(0.8).then(|| some_day(chance, -60, 60)),
            done: chance.random_bool(0.3),
            ticked: chance.random_bool(0.3),
        });
        let promises = promises.collect();
        Meeting {
            id: Uuid::from_u128(chance.random()),
            held_on,
            agreed,
            with_family: agreed && chance.random_bool(0.8),
            reopened: agreed && chance.random_bool(0.2),
            review_on: chance.random_bool(0.8).then(|| some_day(chance, -60, 60)),
            seat: [Seat::None, Seat::In, Seat::In, Seat::In, Seat::Removed, Seat::LeftOut][chance.random_range(0..6)],
            promises,
        }
    });
    let meetings = meetings.collect();
    let codes: Vec<&str> = census::NEEDS.iter().map(|need| need.code).collect();
    let mut needs = vec![];
    for _ in 0..chance.random_range(0..4) {
        let code = codes[chance.random_range(0..codes.len())];
        if !needs.contains(&code) {
            needs.push(code);
        }
    }
    let own_upn = census::invented_upn(number.try_into().unwrap());
    Child {
        id: Uuid::from_u128(chance.random()),
        person: Uuid::from_u128(chance.random()),
        name: format!("Child {number:02}"),
        provision: ["N", "K", "K", "E"][chance.random_range(0..4)],
        needs,
        upn: match chance.random_range(0..4) {
            0 => None,
            // Another letter than the one that belongs there.
            1 => Some(format!("?{}", &own_upn[1..])),
            _ => Some(own_upn),
        },
        looked_after: chance.random_bool(0.2),
        class: CLASSES[chance.random_range(0..CLASSES.len())],
        left_on: chance.random_bool(0.3).then(|| some_day(chance, -60, 20)),
        meetings,
        kept_from: [chance.random_bool(0.1), chance.random_bool(0.1)],
    }
}

fn some_school(seed: u64) -> School {
    let chance = &mut StdRng::seed_from_u64(seed);
    let id = SchoolId(Uuid::from_u128(chance.random()));
    let viewer = |person| Viewer { school: id, person: PersonId(person), by_link: None };
    let staff = [viewer(Uuid::from_u128(chance.random())), viewer(Uuid::from_u128(chance.random()))];
    School { id, staff, children: (1..=CHILDREN).map(|number| some_child(chance, number)).collect() }
}

/// Writes a school down, row by row.
async fn found(owner: &mut PgConnection, school: &School) {
    macro_rules! run {
        ($sql:literal $(, $value:expr)*) => {
            sqlx::query($sql)$(.bind($value))*.execute(&mut *owner).await.unwrap()
        };
    }
    let s = school.id.0;
    run!("insert into schools (school_id, name) values ($1, 'Drawn by chance')", s);
    for (viewer, post) in school.staff.iter().zip(["senco", "teacher"]) {
        let person = viewer.person.0;
        run!(
            "insert into people (school_id, id, kind, full_name, display_name) values ($1, $2, 'staff', 'X', 'X')",
            s,
            person
        );
        run!("insert into posts (school_id, person_id, post) values ($1, $2, $3)", s, person, post);
    }
    for child in &school.children {
        run!(
            "insert into people (school_id, id, kind, full_name, display_name) values ($1, $2, 'pupil', $3, $3)",
            s,
            child.person,
            &child.name
        );
        run!(
            "insert into pupils (school_id, id, person_id, year_group, looked_after, class_name, sen_provision, upn, left_on)
             values ($1, $2, $3, '', $4, $5, $6, $7, $8)",
            s,
            child.id,
            child.person,
            child.looked_after,
            child.class,
            child.provision,
            child.upn.as_deref(),
            child.left_on
        );
        for (rank, code) in (1i32..).zip(&child.needs) {
            run!(
                "insert into pupil_needs (school_id, pupil_id, rank, code) values ($1, $2, $3, $4)",
                s,
                child.id,
                rank,
                *code
            );
        }
        for (viewer, kept) in school.staff.iter().zip(child.kept_from) {
            if kept {
                run!(
                    "insert into withheld (school_id, pupil_id, person_id, reason) values ($1, $2, $3, 'x')",
                    s,
                    child.id,
                    viewer.person.0
                );
            }
        }
        let mut previous: Option<Uuid> = None;
        for (cycle, meeting) in (1i32..).zip(&child.meetings) {
            run!(
                "insert into meetings (school_id, id, pupil_id, kind, cycle, stage, held_on, held_at, minutes, place, mode,
                                       ground_rules, previous_meeting_id, agreed_at, reopened_at, with_family)
                 values ($1, $2, $3, '', $4, $5, $6, '10:00', 60, '', '', '{}', $7, $8, $9, $10)",
                s, meeting.id, child.id, cycle, meeting.stage(), meeting.held_on, previous,
                (meeting.agreed && !meeting.reopened).then_some(NOON), meeting.reopened.then_some(NOON), meeting.with_family
            );
            previous = Some(meeting.id);
            if meeting.seat != Seat::None {
                let attendance = if meeting.seat == Seat::LeftOut { "not_invited_on_purpose" } else { "in_person" };
                run!(
                    "insert into participants (school_id, id, meeting_id, person_id, position, role, title, colour, attendance,
                                               removed_at)
                     values ($1, gen_random_uuid(), $2, $3, 1, 'teacher', '', 1, $4, $5)",
                    s, meeting.id, school.staff[1].person.0, attendance, (meeting.seat == Seat::Removed).then_some(NOON)
                );
            }
            if !meeting.agreed {
                continue;
            }
            // An earlier version, which must not count; and the one that holds.
            for (version, review_on) in [(1i32, Some(NOON.date() - Duration::days(400))), (2, meeting.review_on)] {
                run!(
                    "insert into records (school_id, id, meeting_id, version, reason, canonical_json, sha256, agreed_at,
                                          impact, expected_impact, decision, review_on)
                     values ($1, gen_random_uuid(), $2, $3, $4, '{}', encode(sha256('{}'), 'hex'), $5, '', '', '', $6)",
                    s, meeting.id, version, (version == 2).then_some("mended"), NOON, review_on
                );
                for (position, promise) in (1i64..).zip(&meeting.promises) {
                    let item = Uuid::new_v5(&meeting.id, &position.to_be_bytes());
                    run!(
                        "insert into actions (school_id, record_id, position, item_id, what, who, due_on, status)
                         select $1, id, $4, $5, $6, '', $7, $8 from records where meeting_id = $2 and version = $3",
                        s,
                        meeting.id,
                        version,
                        position,
                        item,
                        format!("{} {position}", child.name),
                        promise.due,
                        if promise.done { "done" } else { "open" }
                    );
                    if promise.ticked && version == 2 {
                        run!(
                            "insert into actions_done (school_id, meeting_id, item_id, person_id, done_on)
                             values ($1, $2, $3, $4, $5)",
                            s,
                            meeting.id,
                            item,
                            school.staff[1].person.0,
                            NOON.date()
                        );
                    }
                }
            }
        }
    }
}

// By hand, from here on.

fn school_year(day: Date) -> i32 {
    day.year() + i32::from(day.month() >= Month::September)
}

impl Child {
    fn last_agreed(&self) -> Option<&Meeting> {
        self.meetings.iter().rev().find(|meeting| meeting.agreed)
    }

    fn review_on(&self) -> Option<Date> {
        self.last_agreed()?.review_on
    }

    fn is_here(&self) -> bool {
        self.left_on.is_none_or(|left| left > NOON.date())
    }

    fn is_late(&self) -> bool {
        self.review_on().is_some_and(|day| day < NOON.date())
    }

    fn held_this_year(&self) -> usize {
        let this = school_year(NOON.date());
        let with_family = self.meetings.iter().filter(|meeting| meeting.with_family);
        let days: BTreeSet<Date> = with_family.map(|meeting| meeting.held_on).collect();
        days.into_iter().filter(|day| school_year(*day) == this).count()
    }

    /// Of the SENCO (0), who may see every child, or the teacher (1), who sees those they have a place with.
    fn is_known_to(&self, who: usize) -> bool {
        let since = self.last_agreed().map(|meeting| meeting.held_on);
        let mut newest = self.meetings.iter().rev().filter(|meeting| meeting.seat != Seat::None);
        let place = newest.find(|meeting| since.is_none_or(|since| meeting.held_on >= since));
        !self.kept_from[who] && (who == 0 || place.is_some_and(|meeting| meeting.seat == Seat::In))
    }

    fn would_be_sent_back(&self) -> [bool; 7] {
        [
            self.provision != "N" && self.needs.is_empty(),
            self.provision != "K" && self.needs.contains(&"NSA"),
            self.provision == "N" && !self.needs.is_empty(),
            self.needs.len() > 1 && self.needs.contains(&"NSA"),
            // Nobody here has a birthday that is known: so nobody is known to be here twice.
            false,
            self.upn.as_deref().is_none_or(|upn| upn.starts_with('?')),
            true,
        ]
    }
}

fn queries() -> Vec<RegisterQuery> {
    let all = RegisterQuery::default();
    let mut queries = vec![
        all.clone(),
        RegisterQuery { late: true, ..all.clone() },
        RegisterQuery { looked_after: true, ..all.clone() },
        RegisterQuery { name: "cHILD 1".to_owned(), ..all.clone() },
        RegisterQuery { left: true, ..all.clone() },
        RegisterQuery { left: true, name: "cHILD 1".to_owned(), provision: "all".to_owned(), ..all.clone() },
        RegisterQuery { provision: "K".to_owned(), class: "4Q".to_owned(), ..all.clone() },
    ];
    queries.extend(["N", "K", "E", "all"].map(|code| RegisterQuery { provision: code.to_owned(), ..all.clone() }));
    queries.extend(["ASD", "NSA"].map(|code| RegisterQuery { need: code.to_owned(), ..all.clone() }));
    queries
}

fn is_asked_for(child: &Child, query: &RegisterQuery) -> bool {
    let provision = match query.provision.as_str() {
        "" => child.provision != "N",
        "all" => true,
        provision => child.provision == provision,
    };
    let is_meant = if query.left { !child.is_here() } else { child.is_here() || !query.name.is_empty() };
    provision
        && is_meant
        && query.name.to_lowercase().split(' ').all(|part| child.name.to_lowercase().contains(part))
        && (query.class.is_empty() || child.class == query.class)
        && (query.need.is_empty() || child.needs.iter().any(|need| *need == query.need))
        && (!query.late || child.is_late())
        && (!query.looked_after || child.looked_after)
}

async fn register_is_counted_right(server: &TestServer, school: &School, who: usize) {
    let known: Vec<&Child> = school.children.iter().filter(|child| child.is_known_to(who)).collect();
    let here: Vec<&&Child> = known.iter().filter(|child| child.is_here()).collect();
    for query in queries() {
        let expected: Vec<&&Child> = known.iter().filter(|child| is_asked_for(child, &query)).collect();
        let mut rows = vec![];
        for number in 1..=2 {
            let query = RegisterQuery { page: number, ..query.clone() };
            let page = server.backend.register_page(school.staff[who], query.clone()).await.unwrap();
            // Where there is no second page, the first is shown.
            assert_eq!(page.paging.page, number.min(page.paging.pages));
            if page.paging.page == number {
                rows.extend(page.rows);
            }
            let left = known.iter().filter(|child| !child.is_here() && child.provision != "N").count();
            assert_eq!(page.left as usize, left);
            let of = |code| here.iter().filter(|child| child.provision == code).count();
            assert_eq!((page.support as usize, page.plans as usize), (of("K"), of("E")));
            let classes: BTreeSet<_> = here.iter().map(|child| child.class).filter(|class| !class.is_empty()).collect();
            assert_eq!(page.classes, classes.into_iter().collect::<Vec<_>>());
            for (at, check) in page.checks.iter().enumerate() {
                let broken: Vec<_> =
                    here.iter().filter(|child| child.would_be_sent_back()[at]).map(|child| child.id).collect();
                assert_eq!(
                    check.broken_by.iter().map(|(pupil, _)| pupil.0).collect::<Vec<_>>(),
                    broken,
                    "{}",
                    check.rule
                );
            }
            if number == 1 {
                assert_eq!(page.paging.found as usize, expected.len(), "{query:?}");
            }
        }
        assert_eq!(rows.len(), expected.len(), "{query:?}");
        for (row, child) in rows.iter().zip(expected) {
            assert_eq!((row.pupil, &row.full_name), (PupilId(child.id), &child.name), "{query:?}");
            assert_eq!((row.provision.as_str(), row.looked_after), (child.provision, child.looked_after));
            assert_eq!(row.needs, child.needs);
            let left_on = child.left_on.filter(|_| !child.is_here());
            assert_eq!(row.left_on, left_on.map(|day| day.to_string()).unwrap_or_default());
            assert_eq!(row.held_this_year as usize, child.held_this_year(), "{}", child.name);
            assert_eq!(row.review_on, child.review_on().map(|day| day.to_string()).unwrap_or_default());
            let late = child.review_on().map_or(0, |day| (NOON.date() - day).whole_days().max(0));
            assert_eq!(i64::from(row.late_by), late, "{}", child.name);
        }
    }
}

fn home_is_counted_right(home: &StaffHome, school: &School, who: usize) {
    let known = || school.children.iter().filter(|child| child.is_known_to(who) && child.is_here());
    let with_help = || known().filter(|child| child.provision != "N");
    assert_eq!(home.late_reviews as usize, with_help().filter(|child| child.is_late()).count());

    let mut reviews: Vec<_> = with_help().collect();
    reviews.sort_by_key(|child| (child.review_on().is_none(), child.review_on(), child.name.clone()));
    let names = reviews.into_iter().take(12).map(|child| child.name.as_str());
    assert_eq!(home.reviews.iter().map(|due| due.name.as_str()).collect::<Vec<_>>(), names.collect::<Vec<_>>());

    // Also of who has left: somebody has to close it.
    let everybody = school.children.iter().filter(|child| child.is_known_to(who));
    let to_agree = everybody.flat_map(|child| child.meetings.iter().map(move |meeting| (meeting, child)));
    let mut drafts: Vec<_> = to_agree
        .filter(|(meeting, _)| (!meeting.agreed || meeting.reopened) && meeting.held_on <= NOON.date())
        .collect();
    drafts.sort_by_key(|(meeting, child)| (meeting.held_on, child.name.clone()));
    let names = drafts.into_iter().take(12).map(|(_, child)| child.name.as_str());
    assert_eq!(home.drafts.iter().map(|draft| draft.name.as_str()).collect::<Vec<_>>(), names.collect::<Vec<_>>());

    let mut promises = vec![];
    for child in known() {
        let last = child.last_agreed().map(|meeting| meeting.promises.as_slice()).unwrap_or_default();
        for (position, promise) in (1..).zip(last) {
            if let Some(due) = promise.due.filter(|due| !promise.done && !promise.ticked && *due < NOON.date()) {
                promises.push((due, child.name.clone(), position));
            }
        }
    }
    promises.sort();
    let words = promises.into_iter().take(12).map(|(_, name, position): (_, _, i64)| format!("{name} {position}"));
    assert_eq!(home.actions.iter().map(|action| action.what.clone()).collect::<Vec<_>>(), words.collect::<Vec<_>>());
}

#[sqlx::test(migrations = false)]
async fn the_register_of_any_school_is_what_anybody_would_count(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    for seed in 0..SCHOOLS {
        let school = some_school(seed);
        found(&mut owner, &school).await;
        for who in [0, 1] {
            let known = school.children.iter().filter(|child| child.is_known_to(who)).count();
            assert!(known > 3 && known < CHILDREN, "the drawn school asks nothing: {known}");
            register_is_counted_right(&server, &school, who).await;
            let page = server.backend.meetings_page(school.staff[who], 1).await.unwrap();
            home_is_counted_right(&page.staff.unwrap(), &school, who);
        }
    }
}
