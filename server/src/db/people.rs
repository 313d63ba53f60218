//! The people a school knows.

use std::collections::BTreeMap;

use shared::PersonId;

use super::SchoolTransaction;

pub struct NewPerson<'a> {
    pub id: PersonId,
    pub kind: &'a str,
    pub full_name: &'a str,
    pub display_name: &'a str,
}

pub async fn create(txn: &mut SchoolTransaction, person: NewPerson<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into people (school_id, id, kind, full_name, display_name) values ($1, $2, $3, $4, $5)",
        school,
        person.id.0,
        person.kind,
        person.full_name,
        person.display_name
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Somebody is called otherwise from now on. What was agreed keeps the names of its day.
pub async fn rename(txn: &mut SchoolTransaction, person: PersonId, full: &str, display: &str) -> sqlx::Result<()> {
    sqlx::query!("update people set full_name = $2, display_name = $3 where id = $1", person.0, full, display)
        .execute(txn.connection())
        .await?;
    Ok(())
}

pub async fn display_name(txn: &mut SchoolTransaction, person: PersonId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select display_name from people where id = $1", person.0)
        .fetch_optional(txn.connection())
        .await
}

/// A person’s names.
pub struct Names {
    pub person: PersonId,
    /// As the place card says it.
    pub name: String,
    pub full_name: String,
}

pub async fn names(txn: &mut SchoolTransaction, people: &[PersonId]) -> sqlx::Result<Vec<Names>> {
    let ids: Vec<_> = people.iter().map(|person| person.0).collect();
    let rows = sqlx::query!("select id, display_name, full_name from people where id = any ($1)", &ids)
        .fetch_all(txn.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Names { person: PersonId(row.id), name: row.display_name, full_name: row.full_name })
        .collect())
}

/// As place cards say them, for everybody whose words a meeting about this pupil may quote.
pub async fn display_names(txn: &mut SchoolTransaction) -> sqlx::Result<BTreeMap<PersonId, String>> {
    let rows = sqlx::query!("select id, display_name from people").fetch_all(txn.connection()).await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.id), row.display_name)).collect())
}
