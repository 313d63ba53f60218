//! What a school calls its plans and its tiers of help.

use app::view::words::SchoolWords;

use super::SchoolTransaction;

pub async fn of(txn: &mut SchoolTransaction) -> sqlx::Result<SchoolWords> {
    let school = txn.school().0;
    let row = sqlx::query!(
        r#"select plan_name,
                  array(select code from school_tiers order by code) as "codes!",
                  array(select name from school_tiers order by code) as "names!"
           from schools where school_id = $1"#,
        school
    )
    .fetch_one(txn.connection())
    .await?;
    Ok(SchoolWords { plan: row.plan_name, tiers: row.codes.into_iter().zip(row.names).collect() })
}

/// These in place of all before. Whatever is empty is called as it is everywhere.
pub async fn set(txn: &mut SchoolTransaction, words: &SchoolWords) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("update schools set plan_name = $2 where school_id = $1", school, words.plan)
        .execute(txn.connection())
        .await?;
    sqlx::query!("delete from school_tiers where school_id = $1", school).execute(txn.connection()).await?;
    let (codes, names): (Vec<_>, Vec<_>) = words.tiers.iter().cloned().unzip();
    sqlx::query!(
        "insert into school_tiers (school_id, code, name) select $1, code, name
         from unnest($2::text[], $3::text[]) as tier (code, name)",
        school,
        &codes,
        &names
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
