//! Nothing crosses from one school to another.

use server::db;
use shared::{PersonId, SchoolId};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::support::{TestServer, connect, owner};

const ONE: SchoolId = SchoolId(Uuid::from_u128(1));
const OTHER: SchoolId = SchoolId(Uuid::from_u128(2));

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn a_transaction_for_no_school_sees_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let db = with_two_schools(options).await;
    let mut txn = db.begin_for(&[]).await.unwrap();
    assert!(db::people::display_names(&mut txn).await.unwrap().is_empty());
    let schools: i64 = sqlx::query_scalar("select count(*) from schools").fetch_one(txn.connection()).await.unwrap();
    assert_eq!(schools, 0);
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn a_transaction_sees_its_own_school_and_no_other(_: PgPoolOptions, options: PgConnectOptions) {
    let db = with_two_schools(options).await;
    for (school, name) in [(ONE, "Agnieszka"), (OTHER, "Denise")] {
        let mut txn = db.begin(school).await.unwrap();
        let names: Vec<String> = db::people::display_names(&mut txn).await.unwrap().into_values().collect();
        assert_eq!(names, [name]);
    }
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn what_one_transaction_may_see_the_next_on_that_connection_may_not(_: PgPoolOptions, options: PgConnectOptions) {
    drop(with_two_schools(options.clone()).await);
    let db = db::Db::connect(options, 1).await.unwrap();
    db.begin(ONE).await.unwrap().commit().await.unwrap();
    let mut txn = db.begin_for(&[]).await.unwrap();
    assert!(db::people::display_names(&mut txn).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn nothing_can_be_written_into_another_school(_: PgPoolOptions, options: PgConnectOptions) {
    let db = with_two_schools(options).await;
    let mut txn = db.begin(ONE).await.unwrap();
    let written = sqlx::query(
        "insert into people (school_id, id, kind, full_name, display_name) values ($1, $2, 'staff', 'X', 'X')",
    )
    .bind(OTHER.0)
    .bind(Uuid::from_u128(9))
    .execute(txn.connection())
    .await;
    assert!(written.unwrap_err().to_string().contains("row-level security"));

    let mut txn = db.begin(ONE).await.unwrap();
    let changed = sqlx::query("update people set display_name = 'Somebody else' where school_id = $1")
        .bind(OTHER.0)
        .execute(txn.connection())
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 0);
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn every_table_keeps_within_its_school(_: PgPoolOptions, options: PgConnectOptions) {
    let mut connection = owner(&options).await;
    let careless: Vec<String> = sqlx::query_scalar(
        "select c.relname::text
         from pg_class c
         where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> '_sqlx_migrations'
           and not (
             c.relrowsecurity and c.relforcerowsecurity
             and exists (select from pg_policy where polrelid = c.oid and polname = 'within_school' and polcmd = '*')
             and exists (select from pg_attribute where attrelid = c.oid and attname = 'school_id' and attnotnull)
           )",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(careless, Vec::<String>::new());
}

/// Foreign keys are looked up past the policies, so each says itself that both ends are of one school.
#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn what_hangs_on_another_row_hangs_on_one_of_its_school(_: PgPoolOptions, options: PgConnectOptions) {
    let keys: Vec<(String, bool)> = sqlx::query_as(
        "select format('%s.%s', c.conrelid::regclass, c.conname), exists (
           select from unnest(c.conkey, c.confkey) as pair (ours, theirs)
             join pg_attribute ours on ours.attrelid = c.conrelid and ours.attnum = pair.ours
             join pg_attribute theirs on theirs.attrelid = c.confrelid and theirs.attnum = pair.theirs
           where ours.attname = 'school_id' and theirs.attname = 'school_id'
         )
         from pg_constraint c
         where c.contype = 'f' and c.connamespace = 'public'::regnamespace and c.conparentid = 0",
    )
    .fetch_all(&mut owner(&options).await)
    .await
    .unwrap();
    assert!(keys.len() > 50, "{}", keys.len());
    let careless: Vec<_> = keys.into_iter().filter(|(_, names_the_school)| !names_the_school).collect();
    assert_eq!(careless, []);
}

/// A section of the other school, which is there, is for this one no section at all.
#[sqlx::test(migrations = false)]
async fn nobody_is_the_author_of_a_section_of_another_school(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (mum, amara) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Amara", "Denise", 3).await);
    for (meeting, is_ours) in [(mum.meeting, true), (amara.meeting, false)] {
        let mut txn = server.db.begin(mum.viewer.school).await.unwrap();
        let sql = "insert into section_authors (school_id, meeting_id, section, client_id, person_id)
                   values ($1, $2, 'plan', 77, $3)";
        let claim = sqlx::query(sql).bind(mum.viewer.school.0).bind(meeting.0).bind(mum.viewer.person.0);
        match claim.execute(txn.connection()).await {
            Ok(_) => assert!(is_ours),
            Err(refused) => assert!(!is_ours && refused.to_string().contains("section_in_school"), "{refused}"),
        }
    }
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn the_servers_role_owns_nothing_and_cannot_look_past(_: PgPoolOptions, options: PgConnectOptions) {
    let mut connection = owner(&options).await;
    let powers: Vec<(bool, bool, bool)> = sqlx::query_as(
        "select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname in ('roundtable_app', 'roundtable_lookup')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(powers, [(false, false, false); 2]);
    let owned: i64 = sqlx::query_scalar(
        "select count(*) from pg_class where relowner in (select oid from pg_roles where rolname like 'roundtable\\_%')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(owned, 0);

    let db = connect(options).await;
    let mut txn = db.begin(ONE).await.unwrap();
    sqlx::query("set local row_security = off").execute(txn.connection()).await.unwrap();
    assert!(db::people::display_names(&mut txn).await.unwrap_err().to_string().contains("row-level security"));
}

async fn with_two_schools(options: PgConnectOptions) -> db::Db {
    let db = connect(options).await;
    for (school, person, name) in [(ONE, 3, "Agnieszka"), (OTHER, 4, "Denise")] {
        let mut txn = db.begin(school).await.unwrap();
        db::schools::create(&mut txn, "A school").await.unwrap();
        let new = db::people::NewPerson {
            id: PersonId(Uuid::from_u128(person)),
            kind: "parent",
            full_name: name,
            display_name: name,
        };
        db::people::create(&mut txn, new).await.unwrap();
        txn.commit().await.unwrap();
    }
    db
}
