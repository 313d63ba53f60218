//! Two schools in one database, and nothing of one ever answers in the other: whatever table or view there is, and
//! whatever address.
//!
//! The lists of tables, columns and addresses come from the catalogue and the router, so that a new one is asked
//! from its first day.

mod asked;
mod catalogue;
mod drawn;
mod requests;

use std::collections::BTreeSet;

use server::db;
use shared::SchoolId;
use sqlx::{
    AssertSqlSafe, PgConnection, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use self::catalogue::{Relation, fill, relations};
pub(crate) use self::{
    asked::{ask, words_of},
    catalogue::state_of,
};
use crate::support::{TestServer, owner};

/// Refused because of whose row it is, or because the server may not do this at all.
const NOT_ALLOWED: &str = "42501";

/// The two schools of the demo.
async fn schools(server: &TestServer) -> (SchoolId, SchoolId) {
    let (tomek, amara) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Amara", "Denise", 3).await);
    assert_ne!(tomek.viewer.school, amara.viewer.school);
    (tomek.viewer.school, amara.viewer.school)
}

/// Every id and secret that stands in this text: UUIDs, and bytes as Postgres prints them.
fn ids(rows: &[String]) -> BTreeSet<String> {
    let looks_like_one =
        |word: &&str| word.len() >= 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let words = rows.iter().flat_map(|row| row.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-'));
    words.filter(looks_like_one).map(str::to_owned).collect()
}

async fn rows(connection: &mut PgConnection, relation: &Relation, of: Option<SchoolId>) -> Vec<String> {
    let only = of.map(|school| format!("where school_id = '{school}'")).unwrap_or_default();
    let sql = format!("select to_jsonb(t)::text from {} t {only}", relation.name);
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn no_row_of_another_school_is_seen_in_any_table_or_view(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (ours, theirs) = schools(&server).await;
    let mut owner = owner(&options).await;
    fill(&mut owner, &[ours, theirs]).await;
    for (we, they) in [(ours, theirs), (theirs, ours)] {
        let (mut of_us, mut of_them) = (BTreeSet::new(), BTreeSet::new());
        for relation in relations(&mut owner).await {
            of_us.extend(ids(&rows(&mut owner, &relation, Some(we)).await));
            of_them.extend(ids(&rows(&mut owner, &relation, Some(they)).await));
        }
        let of_them_alone: BTreeSet<_> = of_them.difference(&of_us).collect();
        assert!(of_them_alone.len() > 100, "{}", of_them_alone.len());

        for relation in relations(&mut owner).await {
            let mut txn = server.db.begin(we).await.unwrap();
            let seen = rows(txn.connection(), &relation, None).await;
            let own = rows(&mut owner, &relation, Some(we)).await.len();
            assert_eq!(seen.len(), own, "{} shows its own school’s rows", relation.name);
            assert!(own > 0, "{} has no rows to be shown", relation.name);
            let leaked: Vec<_> = ids(&seen).into_iter().filter(|id| of_them_alone.contains(id)).collect();
            assert!(leaked.is_empty(), "{} shows {leaked:?} of another school", relation.name);
        }
    }
    // Whoever names no school, or what is none, sees nothing at all.
    for relation in relations(&mut owner).await {
        let mut txn = server.db.begin_for(&[]).await.unwrap();
        assert!(rows(txn.connection(), &relation, None).await.is_empty(), "{}", relation.name);
        sqlx::query("select set_config('app.schools', '*', true)").execute(txn.connection()).await.unwrap();
        let sql = format!("select count(*) from {}", relation.name);
        let asked = sqlx::query(AssertSqlSafe(sql)).fetch_one(txn.connection()).await;
        assert!(asked.is_err(), "{}: a school that is none", relation.name);
    }
}

#[sqlx::test(migrations = false)]
async fn no_row_of_another_school_is_made_changed_or_deleted(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (ours, theirs) = schools(&server).await;
    let mut owner = owner(&options).await;
    fill(&mut owner, &[ours, theirs]).await;
    let before = state_of(&mut owner, theirs).await;
    for table in relations(&mut owner).await.into_iter().filter(|relation| !relation.is_view) {
        let Relation { name, .. } = &table;
        let theirs_row = rows(&mut owner, &table, Some(theirs)).await.remove(0);
        let row = theirs_row.replace('\'', "''");
        // A row like one of theirs, in their name; ours made theirs; all of theirs made ours, deleted, swept away.
        for (sql, must_be_refused) in [
            (format!("insert into {name} select * from jsonb_populate_record(null::{name}, '{row}')"), true),
            (format!("update {name} set school_id = '{theirs}'"), true),
            (format!("update {name} set school_id = '{ours}' where school_id = '{theirs}'"), false),
            (format!("delete from {name} where school_id = '{theirs}'"), false),
        ] {
            let mut txn = server.db.begin(ours).await.unwrap();
            match sqlx::query(AssertSqlSafe(sql.clone())).execute(txn.connection()).await {
                Ok(done) => assert!(!must_be_refused && done.rows_affected() == 0, "{sql}: {done:?}"),
                Err(sqlx::Error::Database(refused)) => {
                    assert_eq!(refused.code().as_deref(), Some(NOT_ALLOWED), "{sql}: {refused}");
                    continue;
                }
                Err(other) => panic!("{sql}: {other}"),
            }
            txn.commit().await.unwrap();
        }
        let mut txn = server.db.begin(ours).await.unwrap();
        let swept = sqlx::query(AssertSqlSafe(format!("truncate {name} cascade"))).execute(txn.connection()).await;
        assert!(swept.unwrap_err().to_string().contains("permission denied"), "truncate {name}");
    }
    assert_eq!(state_of(&mut owner, theirs).await, before);
}

#[sqlx::test(migrations = false)]
async fn nothing_of_another_school_is_destroyed(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (ours, theirs) = schools(&server).await;
    let amara = server.seat("Amara", "Denise", 3).await;
    let child = server.pupil_of(&amara).await;
    let mut owner = owner(&options).await;
    let before = state_of(&mut owner, theirs).await;
    let mut txn = server.db.begin(ours).await.unwrap();
    assert!(!db::erasures::destroy_pupil(&mut txn, child).await.unwrap());
    assert!(!db::erasures::destroy_meeting(&mut txn, amara.meeting).await.unwrap());
    txn.commit().await.unwrap();
    assert_eq!(state_of(&mut owner, theirs).await, before);
    let mut txn = server.db.begin(theirs).await.unwrap();
    assert!(db::erasures::destroy_pupil(&mut txn, child).await.unwrap());
    // But not from the records themselves.
    drop(txn);
    let mut txn = server.db.begin(theirs).await.unwrap();
    sqlx::query("select set_config('app.destroys', 'yes', true)").execute(txn.connection()).await.unwrap();
    let refused = sqlx::query("delete from records").execute(txn.connection()).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
}

/// What answers before a school is known: a hash leads to an id, and never to a word.
#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn what_looks_across_schools_returns_no_words(_: PgPoolOptions, options: PgConnectOptions) {
    let mut owner = owner(&options).await;
    let found = sqlx::query(
        "select proname::text as name, format_type(kind, null) as kind, pg_get_userbyid(proowner)::text as owner
         from pg_proc, lateral unnest(coalesce(proallargtypes, array[prorettype])) with ordinality as of (kind, at)
         where pronamespace = 'public'::regnamespace and prosecdef
           and coalesce(proargmodes[at], 't') = 't'
         order by 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(found.len() > 10);
    for row in found {
        let (name, kind, by): (String, String, String) = (row.get("name"), row.get("kind"), row.get("owner"));
        let is_a_word = ["text", "json", "jsonb", "character varying", "record"].contains(&kind.trim_end_matches("[]"));
        // Which proof a session was made with is a word of ours, one of three.
        let is_of_ours = (name.as_str(), kind.as_str()) == ("login_session_find", "text");
        assert!(!is_a_word || is_of_ours, "{name} returns {kind}");
        // What destroys says only whether it did; that it keeps to one school is tried below.
        assert!(
            by == "roundtable_lookup" || ["void", "boolean"].contains(&kind.as_str()),
            "{name}, with the eyes of {by}"
        );
    }
    let careless: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
           and not coalesce(reloptions @> array['security_invoker=true'], false)",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert_eq!(careless, Vec::<String>::new(), "a view that looks with its owner’s eyes");
}

/// A fingerprint of every table.
pub(crate) async fn everything(owner: &mut PgConnection) -> std::collections::BTreeMap<String, String> {
    let mut all = std::collections::BTreeMap::new();
    for table in relations(owner).await.into_iter().filter(|relation| !relation.is_view) {
        let sql = format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t", table.name);
        all.insert(table.name, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *owner).await.unwrap());
    }
    all
}

/// Every row of every table, as text.
pub(crate) async fn rows_of_all_tables(owner: &mut PgConnection) -> Vec<(String, String)> {
    let mut all = vec![];
    for table in relations(owner).await.into_iter().filter(|relation| !relation.is_view) {
        all.extend(rows(owner, &table, None).await.into_iter().map(|row| (table.name.clone(), row)));
    }
    all
}
