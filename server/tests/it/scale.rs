//! A large school’s pages: nobody is lost between two pages of a list, and what is asked of the tables that grow is
//! asked by an index.

use std::collections::BTreeSet;

use app::{
    backend::Viewer,
    view::{
        delivery::{DeliveryQuery, EVERYBODY},
        register::RegisterQuery,
    },
};
use server::{
    db::{help::Wanted, worked::looked_back},
    demo::crowd::{self, Made, Size},
};
use shared::{PersonId, Stage};
use sqlx::{
    AssertSqlSafe, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::support::{NOON, TestServer, owner};

const PUPILS: u32 = 165;

/// Two in eleven.
const HELPED: usize = 30;

async fn large(server: &TestServer) -> Made {
    crowd::make(&server.db, Size { schools: 1, pupils: PUPILS }, NOON).await.unwrap().remove(0)
}

fn viewer(made: &Made, person: PersonId) -> Viewer {
    Viewer { school: made.school, person, by_link: None }
}

#[sqlx::test(migrations = false)]
async fn long_lists_page_and_nobody_is_lost_between_pages(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let made = large(&server).await;
    let senco = viewer(&made, made.senco);

    let mut met = BTreeSet::new();
    for page in 1..=2 {
        let query = RegisterQuery { page, ..RegisterQuery::default() };
        let register = server.backend.register_page(senco, query).await.unwrap();
        assert_eq!((register.paging.found as usize, register.paging.page), (HELPED, page));
        assert!(register.rows.len() <= 25);
        met.extend(register.rows.into_iter().map(|row| row.pupil));
    }
    assert_eq!(met.len(), HELPED);

    // Those to come first; whoever runs them all has them all.
    let (mut met, mut agreed) = (BTreeSet::new(), vec![]);
    let first = server.backend.meetings_page(senco, 1).await.unwrap();
    assert!(first.coming > 25 && first.paging.found == first.coming * 10, "{:?}", first.paging);
    for page in 1..=first.paging.pages {
        let home = server.backend.meetings_page(senco, page).await.unwrap();
        assert!(home.meetings.len() <= 25);
        assert_eq!(home.staff.is_some(), page == 1);
        agreed.extend(home.meetings.iter().map(|row| row.stage == Stage::Agreed));
        met.extend(home.meetings.into_iter().map(|row| row.id));
    }
    assert_eq!(met.len(), first.paging.found as usize);
    assert!(agreed.is_sorted());
    // A page that is not there any more is the last there is.
    let last = server.backend.meetings_page(senco, 10_000).await.unwrap();
    assert_eq!(last.paging.page, first.paging.pages);
    assert!(!last.meetings.is_empty());

    let mut sessions = 0;
    let query = |page| DeliveryQuery { who: EVERYBODY.to_owned(), page, ..DeliveryQuery::default() };
    let first = server.backend.delivery_page(senco, query(1)).await.unwrap();
    for page in 1..=first.paging.pages {
        sessions += server.backend.delivery_page(senco, query(page)).await.unwrap().sessions.len();
    }
    assert!(first.paging.pages > 1 && sessions == first.paging.found as usize);

    // Three years of three meetings of each, and what they agreed can be read.
    let child = server.backend.pupil_page(senco, made.child).await.unwrap();
    assert_eq!((child.cycles.len(), child.meetings.len()), (9, 10));
    assert!(child.cycles.iter().take(8).all(|cycle| cycle.delivered.is_some() && !cycle.targets.is_empty()));
    let teacher = viewer(&made, made.teacher);
    assert!(server.backend.pupil_page(teacher, made.child).await.is_ok());
    assert!(server.backend.pupil_page(viewer(&made, made.parent), made.child).await.is_ok());
}

/// Tables that are read whole at times, and why they may be.
const READ_WHOLE: [(&str, &str); 3] = [
    ("knocks", "swept by the clock; nobody knocks for long"),
    ("login_sessions", "swept by the clock; who has come in within hours"),
    ("retention_marks", "looked through by the clock; what is about to go"),
];

/// With sequential scans made dear beyond measure, whatever still has one has no index to go by. What the planner takes
/// where both are to be had depends on how large a school is among how many: that is its business, and `make scale`’s.
#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn every_question_has_an_index_to_be_answered_by(_: PgPoolOptions, options: PgConnectOptions) {
    let mut owner = owner(&options).await;
    let school = uuid::Uuid::nil();
    for setting in [
        "set role roundtable_app".to_owned(),
        format!("set app.schools = '{school}'"),
        "set enable_seqscan = off".to_owned(),
        "set plan_cache_mode = force_generic_plan".to_owned(),
    ] {
        sqlx::raw_sql(AssertSqlSafe(setting)).execute(&mut owner).await.unwrap();
    }
    let mut asked = 0;
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.sqlx")).unwrap() {
        let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        let query = kept["query"].as_str().unwrap().trim();
        let parameters = kept["describe"]["parameters"]["Left"].as_array().unwrap().len();
        if !["select", "with", "update", "delete"].iter().any(|word| query.to_lowercase().starts_with(word)) {
            continue;
        }
        asked += 1;
        let nulls = vec!["null"; parameters].join(", ");
        let execute = if nulls.is_empty() {
            "explain execute asked".to_owned()
        } else {
            format!("explain execute asked ({nulls})")
        };
        sqlx::raw_sql(AssertSqlSafe(format!("prepare asked as {query}"))).execute(&mut owner).await.unwrap();
        let plan = sqlx::raw_sql(AssertSqlSafe(execute)).fetch_all(&mut owner).await.unwrap();
        sqlx::raw_sql("deallocate asked").execute(&mut owner).await.unwrap();
        for line in plan {
            let line: String = line.get(0);
            let Some((_, table)) = line.split_once("Seq Scan on ") else { continue };
            let table = table.split_whitespace().next().unwrap();
            let may = table.starts_with("pg_") || READ_WHOLE.iter().any(|(whole, _)| *whole == table);
            assert!(may, "{table} is read whole by: {query}");
        }
    }
    assert!(asked > 100, "{asked}");
}

/// A plan that is kept for every school is as good as chance: where it was bad, this page took seconds.
#[sqlx::test(migrations = false)]
async fn what_worked_is_planned_for_the_school_that_asks_each_time(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let made = large(&server).await;
    let mut txn = server.db.begin(made.school).await.unwrap();
    // As Postgres comes to like it in a large school, and in this one does not.
    sqlx::query("set local plan_cache_mode = force_generic_plan").execute(txn.connection()).await.unwrap();
    for _ in 0..8 {
        assert!(!looked_back(&mut txn, &Wanted::default(), true).await.unwrap().is_empty());
    }
    let kept = "select sum(generic_plans)::bigint, sum(custom_plans)::bigint from pg_prepared_statements
                where statement like 'select h.pupil_id%from help_given%'";
    let (generic, own): (i64, i64) = sqlx::query_as(kept).fetch_one(txn.connection()).await.unwrap();
    assert_eq!((generic, own), (0, 8));
}
