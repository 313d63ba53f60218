//! Schools.

use shared::SchoolId;

use super::{Db, SchoolTransaction};

/// All schools there are. Needs none to be known.
pub async fn list(db: &Db) -> sqlx::Result<Vec<SchoolId>> {
    let rows =
        sqlx::query_scalar!(r#"select school_id as "id!" from school_ids()"#).fetch_all(db.without_school()).await?;
    Ok(rows.into_iter().map(SchoolId).collect())
}

pub async fn name(txn: &mut SchoolTransaction) -> sqlx::Result<String> {
    let school = txn.school().0;
    sqlx::query_scalar!("select name from schools where school_id = $1", school).fetch_one(txn.connection()).await
}

pub async fn create(txn: &mut SchoolTransaction, name: &str) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("insert into schools (school_id, name) values ($1, $2)", school, name)
        .execute(txn.connection())
        .await?;
    Ok(())
}
