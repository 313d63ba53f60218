//! What the database says of itself. Asked by its owner, because the server may not.

use sqlx::PgConnection;
use time::OffsetDateTime;

/// Tables that would show one school’s rows to another.
pub async fn unprotected(owner: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select relname::text as "name!" from pg_class
           where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> '_sqlx_migrations'
             and not (relrowsecurity and relforcerowsecurity
                      and exists (select from pg_policy where polrelid = pg_class.oid and polname = 'within_school'))
           order by relname"#
    )
    .fetch_all(owner)
    .await
}

/// The migrations that were applied.
pub async fn migrations(owner: &mut PgConnection) -> sqlx::Result<Vec<i64>> {
    // Not known to the macros: the table is the migrator’s own.
    sqlx::query_scalar("select version from _sqlx_migrations where success order by version").fetch_all(owner).await
}

/// What the role that the server works as may do beyond what it needs, in words.
pub async fn too_mighty(owner: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select what as "what!" from (
             select 'is a superuser' as what from pg_roles where rolname = 'roundtable_app' and rolsuper
             union all
             select 'may look past row-level security' from pg_roles where rolname = 'roundtable_app' and rolbypassrls
             union all
             select 'owns the table ' || relname from pg_class
             where relkind = 'r' and pg_get_userbyid(relowner) = 'roundtable_app'
             union all
             select 'may ' || privilege || ' rows of ' || kept
             from unnest(array['update', 'delete', 'truncate']) privilege, unnest(array['audit', 'hidden_passages']) kept
             where has_table_privilege('roundtable_app', kept, privilege)
           ) as found"#
    )
    .fetch_all(owner)
    .await
}

/// Settings under which “Saved” would not mean that it survives the power going.
pub async fn forgetful(owner: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select name || ' is ' || setting as "what!" from pg_settings
           where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name"#
    )
    .fetch_all(owner)
    .await
}

/// How many seconds the database’s clock is behind `now`; less than none, if it is ahead.
pub async fn seconds_behind(owner: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<f64> {
    sqlx::query_scalar!(r#"select extract(epoch from $1::timestamptz - clock_timestamp())::float8 as "seconds!""#, now)
        .fetch_one(owner)
        .await
}
