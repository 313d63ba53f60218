//! What is kept by rules, marked before it goes, held, and gone when it is gone. The clock stands still until it is
//! put forward.

mod while_writing;

use axum::http::StatusCode;
use server::{
    db::{self, retention::set_rule},
    retention::{
        self, Deed,
        rules::{Rule, What},
    },
};
use shared::{PupilId, SchoolId};
use sqlx::{
    AssertSqlSafe, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::{Duration, OffsetDateTime};

use crate::{
    support::{Seat, TestServer, once_nobody_reads, owner},
    tenants::{everything, rows_of_all_tables, state_of},
};

const KEEP: Duration = Duration::days(14);

impl TestServer {
    async fn keep_up(&self) -> Vec<Deed> {
        let done = retention::run(&self.db, &self.rooms, self.state.clock.now(), KEEP).await.unwrap();
        // Said each time, of children who came without one.
        done.into_iter().filter(|deed| !matches!(deed, Deed::BirthUnknown(_))).collect()
    }
}

/// Of a child and what hangs on them: every id that stands for them, and the names of nobody else.
pub(crate) struct Traces(Vec<String>);

impl Traces {
    pub(crate) async fn of(owner: &mut PgConnection, pupil: PupilId) -> Self {
        let mut all: Vec<String> = vec![];
        for sql in [
            "select $1::text",
            "select person_id::text from pupils where id = $1",
            "select id::text from meetings where pupil_id = $1",
            "select r.id::text from records r join meetings m on m.id = r.meeting_id where m.pupil_id = $1",
            "select s.id::text from participants s join meetings m on m.id = s.meeting_id where m.pupil_id = $1",
            "select full_name from people join pupils on person_id = people.id where pupils.id = $1",
        ] {
            all.extend(sqlx::query_scalar::<_, String>(sql).bind(pupil.0).fetch_all(&mut *owner).await.unwrap());
        }
        assert!(all.len() > 20);
        Self(all)
    }

    /// Where they still are, but for what was written down about who did what, which holds ids alone.
    pub(crate) async fn left(&self, owner: &mut PgConnection) -> Vec<String> {
        let rows = rows_of_all_tables(owner).await;
        let said = rows.iter().filter(|(table, _)| table != "audit");
        let found = said.filter(|(_, row)| self.0.iter().any(|trace| row.contains(trace.as_str())));
        found.map(|(table, row)| format!("{table}: {}", &row[..row.len().min(300)])).collect()
    }
}

pub(crate) async fn born(owner: &mut PgConnection, pupil: PupilId, day: &str) {
    let sql = format!("update pupils set born_on = '{day}' where id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(pupil.0).execute(owner).await.unwrap();
}

struct Scene {
    server: TestServer,
    owner: PgConnection,
    senco: Seat,
    tomek: PupilId,
}

impl Scene {
    /// Tomek’s file is over the day after tomorrow: then he is 31.
    async fn start(pool: PgPoolOptions, options: PgConnectOptions) -> Self {
        let server = TestServer::start(pool, options.clone()).await;
        let mut owner = owner(&options).await;
        let senco = server.seat("Tomek", "Mrs Pike", 3).await;
        let tomek = server.pupil_of(&senco).await;
        born(&mut owner, tomek, "1995-11-21").await;
        Self { server, owner, senco, tomek }
    }

    fn forward(&self, days: i64) -> OffsetDateTime {
        self.server.clock.forward(Duration::days(days));
        self.server.state.clock.now()
    }
}

fn of_files(deeds: &[Deed]) -> Vec<&Deed> {
    deeds.iter().filter(|deed| !matches!(deed, Deed::WaysIn(_))).collect()
}

#[sqlx::test(migrations = false)]
async fn a_file_whose_time_is_over_is_marked_and_a_month_later_gone(pool: PgPoolOptions, options: PgConnectOptions) {
    let mut scene = Scene::start(pool, options).await;
    let traces = Traces::of(&mut scene.owner, scene.tomek).await;
    let other = scene.server.seat("Amara", "Denise", 3).await.viewer.school;
    let other_before = state_of(&mut scene.owner, other).await;
    assert_eq!(of_files(&scene.server.keep_up().await), Vec::<&Deed>::new());

    scene.forward(2);
    let deeds = scene.server.keep_up().await;
    let [Deed::Marked(mark)] = of_files(&deeds)[..] else { panic!("{deeds:?}") };
    assert_eq!((mark.pupil, mark.meeting), (scene.tomek, None));
    assert_eq!(mark.destroy_at, scene.server.state.clock.now() + Duration::days(30));
    assert_eq!(of_files(&scene.server.keep_up().await), Vec::<&Deed>::new(), "once");
    scene.forward(29);
    assert_eq!(of_files(&scene.server.keep_up().await), Vec::<&Deed>::new(), "not before its day");
    assert!(!traces.left(&mut scene.owner).await.is_empty());

    scene.forward(1);
    let deeds = scene.server.keep_up().await;
    assert!(matches!(of_files(&deeds)[..], [Deed::Destroyed(_)]), "{deeds:?}");
    assert_eq!(traces.left(&mut scene.owner).await, Vec::<String>::new());
    // Nobody else’s: Kai’s file is whole, and the other school as it was.
    let kai = scene.server.seat("Kai", "Pat", 2).await;
    assert!(!scene.server.backend.record_page(kai.viewer, kai.meeting).await.unwrap().record.targets.is_empty());
    assert_eq!(state_of(&mut scene.owner, other).await, other_before);
    server::audit::verify(&scene.server.db).await.unwrap();
    let verbs: Vec<String> = sqlx::query_scalar("select verb from audit where subject = $1 order by number")
        .bind(scene.tomek.0)
        .fetch_all(&mut scene.owner)
        .await
        .unwrap();
    assert_eq!(verbs, ["marked-for-destruction", "destroyed"]);
    // The bytes go with the files’ next writing.
    once_nobody_reads(async || db::erasures::rewrite(&scene.server.db).await).await;
}

#[sqlx::test(migrations = false)]
async fn a_mark_is_taken_back_and_a_hold_keeps_everything(pool: PgPoolOptions, options: PgConnectOptions) {
    let mut scene = Scene::start(pool, options).await;
    scene.forward(2);
    scene.server.keep_up().await;
    let now = scene.server.state.clock.now();
    let refused = retention::hold(&scene.server.db, scene.tomek, " ", now).await.unwrap_err().to_string();
    assert!(refused.contains("say why"));
    retention::hold(&scene.server.db, scene.tomek, "a complaint is being looked into", now).await.unwrap();
    let before = Traces::of(&mut scene.owner, scene.tomek).await.left(&mut scene.owner).await.len();
    scene.forward(4_000);
    let deeds = scene.server.keep_up().await;
    let his = |deed: &&Deed| matches!(deed, Deed::Marked(mark) | Deed::Destroyed(mark) if mark.pupil == scene.tomek);
    assert!(!deeds.iter().any(|deed| his(&deed)), "{deeds:?}");
    // Nor are the keystrokes of his meetings, which the rule for those would have had long ago.
    retention::destroy_due(&scene.server.db, &scene.server.rooms, scene.server.state.clock.now(), KEEP).await.unwrap();
    let destroyed: i64 =
        sqlx::query_scalar("select count(*) from meetings where pupil_id = $1 and history_destroyed_at is not null")
            .bind(scene.tomek.0)
            .fetch_one(&mut scene.owner)
            .await
            .unwrap();
    assert_eq!(destroyed, 0);
    assert!(Traces::of(&mut scene.owner, scene.tomek).await.left(&mut scene.owner).await.len() >= before);

    retention::release(&scene.server.db, scene.tomek, scene.server.state.clock.now()).await.unwrap();
    let deeds = scene.server.keep_up().await;
    assert!(deeds.iter().any(|deed| matches!(deed, Deed::Marked(mark) if mark.pupil == scene.tomek)), "{deeds:?}");
    // Once more there is nothing to release, and it says so.
    let refused = retention::release(&scene.server.db, scene.tomek, now).await.unwrap_err().to_string();
    assert_eq!(refused, "nothing keeps this child's file: nothing has changed");
    // A child that is in no school here.
    let nobody = PupilId(uuid::Uuid::from_u128(5));
    assert!(retention::hold(&scene.server.db, nobody, "why", now).await.is_err());
}

#[sqlx::test(migrations = false)]
async fn a_draft_nobody_agreed_goes_after_a_year_unless_somebody_writes(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut scene = Scene::start(pool, options).await;
    let (kai, kais) = (scene.server.seat("Kai", "Pat", 3).await, scene.server.seat("Kai", "Pat", 2).await);
    let pupil = scene.server.pupil_of(&kai).await;
    let of_kai = |deeds: &[Deed]| -> Vec<Deed> {
        let about = |deed: &&Deed| match deed {
            Deed::Marked(mark) | Deed::Spared(mark) | Deed::Destroyed(mark) => mark.pupil == pupil,
            _ => false,
        };
        deeds.iter().filter(about).cloned().collect()
    };
    scene.forward(300);
    assert_eq!(of_kai(&scene.server.keep_up().await), []);
    let now = scene.forward(100);
    let [Deed::Marked(mark)] = &of_kai(&scene.server.keep_up().await)[..] else { panic!() };
    assert_eq!((mark.meeting, mark.destroy_at), (Some(kai.meeting), now + Duration::days(30)));

    // A word in it, and it is no forgotten draft any more.
    let now = scene.forward(10);
    let sql = "insert into doc_updates (school_id, meeting_id, section, seq, person_id, update, at)
               values ($1, $2, 'plan', 900, $3, '\\x0000', $4)";
    let (school, person) = (kai.viewer.school.0, kai.viewer.person.0);
    let insert = sqlx::query(sql).bind(school).bind(kai.meeting.0).bind(person).bind(now);
    insert.execute(&mut scene.owner).await.unwrap();
    let deeds = of_kai(&scene.server.keep_up().await);
    assert!(matches!(deeds[..], [Deed::Spared(_)]), "{deeds:?}");

    scene.forward(366);
    scene.server.keep_up().await;
    scene.forward(31);
    let deeds = of_kai(&scene.server.keep_up().await);
    assert!(matches!(deeds[..], [Deed::Destroyed(_)]), "{deeds:?}");
    let rows = rows_of_all_tables(&mut scene.owner).await;
    let left: Vec<_> =
        rows.iter().filter(|(table, row)| table != "audit" && row.contains(&kai.meeting.to_string())).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(scene.server.backend.record_page(kais.viewer, kais.meeting).await.is_ok(), "what was agreed stays");
}

#[sqlx::test(migrations = false)]
async fn a_dry_run_says_what_a_run_does_and_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let mut scene = Scene::start(pool, options).await;
    scene.server.sign_in(&scene.senco).await;
    for days in [2, 30, 400, 31] {
        let now = scene.forward(days);
        let before = everything(&mut scene.owner).await;
        let dry: Vec<Deed> = retention::dry_run(&scene.server.db, now, KEEP)
            .await
            .unwrap()
            .into_iter()
            .flat_map(|(_, deeds)| deeds)
            .filter(|deed| !matches!(deed, Deed::History(_)))
            .collect();
        assert!(everything(&mut scene.owner).await == before);
        assert!(!dry.is_empty(), "after {days} days");
        let did = retention::run(&scene.server.db, &scene.server.rooms, now, KEEP).await.unwrap();
        assert_eq!(did, dry);
        assert!(did.iter().all(|deed| !deed.to_string().contains("Tomek")), "no names on a terminal");
    }
}

async fn histories_destroyed(scene: &mut Scene, school: SchoolId) -> i64 {
    let sql = "select count(*) from meetings where school_id = $1 and history_destroyed_at is not null";
    sqlx::query_scalar(sql).bind(school.0).fetch_one(&mut scene.owner).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn each_school_has_its_own_rules(pool: PgPoolOptions, options: PgConnectOptions) {
    let mut scene = Scene::start(pool, options).await;
    let school = scene.senco.viewer.school;
    let other = scene.server.seat("Amara", "Denise", 3).await.viewer.school;
    let mut txn = scene.server.db.begin(school).await.unwrap();
    set_rule(&mut txn, Rule { what: What::Record, years: 40, days: 0, undo_days: 1 }).await.unwrap();
    set_rule(&mut txn, Rule { what: What::History, years: 10, days: 0, undo_days: 0 }).await.unwrap();
    txn.commit().await.unwrap();
    let now = scene.forward(2);
    assert_eq!(of_files(&scene.server.keep_up().await), Vec::<&Deed>::new(), "forty years, not 31");
    retention::destroy_due(&scene.server.db, &scene.server.rooms, now, KEEP).await.unwrap();
    assert_eq!(histories_destroyed(&mut scene, school).await, 0);
    assert!(histories_destroyed(&mut scene, other).await > 0, "the other school’s are our fourteen days");
}

#[sqlx::test(migrations = false)]
async fn a_rule_by_which_files_are_due_at_once_is_not_set_unasked(pool: PgPoolOptions, options: PgConnectOptions) {
    let mut scene = Scene::start(pool, options).await;
    let (school, db, now) = (scene.senco.viewer.school, scene.server.db.clone(), scene.forward(0));
    let rule = Rule { what: What::Record, years: 0, days: 0, undo_days: 0 };
    let Err(retention::NotDone::DueAtOnce(files, _)) = retention::set_rule(&db, school, rule, false, now).await else {
        panic!("it was set")
    };
    assert!(files > 0);
    let sets = "select count(*) from audit where verb = 'retention-rule-set'";
    assert_eq!(sqlx::query_scalar::<_, i64>(sets).fetch_one(&mut scene.owner).await.unwrap(), 0);
    let still = retention::dry_run(&db, now, KEEP).await.unwrap();
    assert!(
        still
            .iter()
            .flat_map(|(_, deeds)| deeds)
            .all(|deed| !matches!(deed, Deed::Marked(mark) if mark.meeting.is_none()))
    );
    // One by which nothing is due is, and so is this one where somebody says so.
    retention::set_rule(&db, school, Rule { years: 40, ..rule }, false, now).await.unwrap();
    retention::set_rule(&db, school, rule, true, now).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(sets).fetch_one(&mut scene.owner).await.unwrap(), 2);
    let marked = retention::dry_run(&db, now, KEEP).await.unwrap();
    let marked = marked.iter().flat_map(|(_, deeds)| deeds).filter(|deed| matches!(deed, Deed::Marked(_))).count();
    assert_eq!(marked, files);
}

#[sqlx::test(migrations = false)]
async fn what_let_somebody_in_is_forgotten_and_never_made_again(pool: PgPoolOptions, options: PgConnectOptions) {
    let mut scene = Scene::start(pool, options).await;
    let mum = scene.server.seat("Tomek", "Agnieszka", 3).await;
    scene.server.sign_in(&mum).await;
    let (viewer, meeting) = (scene.senco.viewer, scene.senco.meeting);
    let backend = scene.server.backend.clone();
    let first = backend.link_show(viewer, meeting, mum.participant).await.unwrap().url;
    backend.link_take_back(viewer, meeting, mum.participant).await.unwrap();
    backend.link_make(viewer, meeting, mum.participant).await.unwrap();
    let second = backend.link_show(viewer, meeting, mum.participant).await.unwrap().url;
    // What the first one let in ended with it.
    let way_in = &second[second.find("/join/").unwrap()..];
    assert_eq!(scene.server.post(way_in, None).await.status(), StatusCode::SEE_OTHER);
    scene.forward(100);
    assert!(scene.server.keep_up().await.iter().any(|deed| matches!(deed, Deed::WaysIn(count) if *count >= 2)));
    let sessions: i64 =
        sqlx::query_scalar("select count(*) from login_sessions").fetch_one(&mut scene.owner).await.unwrap();
    assert_eq!(sessions, 0);
    backend.link_make(viewer, meeting, mum.participant).await.unwrap();
    let third = backend.link_show(viewer, meeting, mum.participant).await.unwrap().url;
    assert!(third != first && third != second, "a link that was taken back is good again");
}
