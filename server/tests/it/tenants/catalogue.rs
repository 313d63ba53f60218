//! What tables there are, and rows for those that would have none.

use shared::SchoolId;
use sqlx::{AssertSqlSafe, PgConnection, Row};

/// A table or view that holds rows of schools.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) is_view: bool,
}

pub(super) async fn relations(owner: &mut PgConnection) -> Vec<Relation> {
    let found = sqlx::query(
        "select relname::text as name, relkind = 'v' as is_view from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
           and relname <> '_sqlx_migrations'
         order by relname",
    )
    .fetch_all(owner)
    .await
    .unwrap();
    assert!(found.len() > 30);
    found.into_iter().map(|row| Relation { name: row.get("name"), is_view: row.get("is_view") }).collect()
}

/// Gives each of these schools a row in every table that has none of it. They need make no sense: what is asked is
/// whose they are.
pub(super) async fn fill(owner: &mut PgConnection, schools: &[SchoolId]) {
    let checks: Vec<String> = sqlx::query_scalar(
        "select format('alter table %s drop constraint %I', conrelid::regclass, conname) from pg_constraint
         where contype = 'c' and connamespace = 'public'::regnamespace and conrelid <> 0",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    for sql in checks {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *owner).await.unwrap();
    }
    // No foreign keys are looked at, and no triggers run.
    sqlx::query("set session_replication_role = replica").execute(&mut *owner).await.unwrap();
    for table in relations(owner).await.into_iter().filter(|relation| !relation.is_view) {
        for school in schools {
            let sql = format!("select exists (select from {} where school_id = '{school}')", table.name);
            if !sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql)).fetch_one(&mut *owner).await.unwrap() {
                add(owner, &table.name, *school).await;
            }
        }
    }
    sqlx::query("reset session_replication_role").execute(&mut *owner).await.unwrap();
}

async fn add(owner: &mut PgConnection, table: &str, school: SchoolId) {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select attname::text, format_type(atttypid, null) from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
    )
    .bind(table)
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let values = columns.iter().map(|(column, kind)| {
        let unlike_any_other = format!("{table} {column} {school}");
        match (column.as_str(), kind.as_str()) {
            ("school_id", _) => format!("'{school}'"),
            (_, "uuid") => format!("md5('{unlike_any_other}')::uuid"),
            (_, "bytea") => format!("sha256('{unlike_any_other}')"),
            (_, "text" | "character varying") => format!("md5('{unlike_any_other}')"),
            (_, "smallint" | "integer" | "bigint") => "7".to_owned(),
            (_, "boolean") => "true".to_owned(),
            (_, "date" | "timestamp with time zone") => "now()".to_owned(),
            (_, "time without time zone") => "'12:00'".to_owned(),
            (_, "interval") => "'1 day'".to_owned(),
            (_, "json" | "jsonb") => "'{}'".to_owned(),
            (_, list) if list.ends_with("[]") => "'{}'".to_owned(),
            (column, other) => panic!("nobody knows what to put into {table}.{column}, a {other}"),
        }
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let columns = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let sql = format!("insert into {table} ({columns}) values ({values})");
    sqlx::query(AssertSqlSafe(sql)).execute(owner).await.unwrap();
}

/// A fingerprint of everything that is kept of a school.
pub(crate) async fn state_of(owner: &mut PgConnection, school: SchoolId) -> Vec<(String, String)> {
    let mut all = vec![];
    for table in relations(owner).await.into_iter().filter(|relation| !relation.is_view) {
        let sql = format!(
            "select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {} t where school_id = '{school}'",
            table.name
        );
        let print = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *owner).await.unwrap();
        all.push((table.name, print));
    }
    all
}
