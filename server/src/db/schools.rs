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

/// From now on staff open this school’s pages only with an account.
pub async fn need_account(txn: &mut SchoolTransaction) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("update schools set pages_need_account = true where school_id = $1", school)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Whether they do.
pub async fn needs_account(txn: &mut SchoolTransaction) -> sqlx::Result<bool> {
    let school = txn.school().0;
    sqlx::query_scalar!("select pages_need_account from schools where school_id = $1", school)
        .fetch_one(txn.connection())
        .await
}

pub async fn create(txn: &mut SchoolTransaction, name: &str) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("insert into schools (school_id, name) values ($1, $2)", school, name)
        .execute(txn.connection())
        .await?;
    Ok(())
}
