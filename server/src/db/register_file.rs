//! Children of the school whom a file may mean.

use shared::{PersonId, PupilId};

use super::{
    SchoolTransaction,
    register_line::{self, Line},
};

#[derive(Clone, Debug)]
pub struct Known {
    pub pupil: PupilId,
    pub person: PersonId,
    pub full_name: String,
    pub name: String,
    pub line: Line,
    /// Whoever asks is kept from this child.
    pub is_withheld: bool,
}

/// By number, or by full name in small letters. Nobody else brings a file in, or changes these lines, until this
/// transaction ends.
pub async fn lock_known(
    txn: &mut SchoolTransaction,
    asker: PersonId,
    upns: &[String],
    names: &[String],
) -> sqlx::Result<Vec<Known>> {
    let school = txn.school().0;
    sqlx::query!("select from schools where school_id = $1 for no key update", school)
        .execute(txn.connection())
        .await?;
    // Held from here on: nothing is read of a line that somebody is changing.
    let rows = sqlx::query!(
        r#"select p.id, p.person_id, person.full_name, person.display_name,
                  exists (select from withheld where pupil_id = p.id and person_id = $1) as "is_withheld!"
           from pupils p join people person on person.id = p.person_id
           where p.upn = any ($2) or lower(person.full_name) = any ($3)
           order by p.id for update of p"#,
        asker.0,
        upns,
        names
    )
    .fetch_all(txn.connection())
    .await?;
    let pupils: Vec<_> = rows.iter().map(|row| PupilId(row.id)).collect();
    let mut lines = register_line::lock_all(txn, &pupils).await?;
    Ok(rows
        .into_iter()
        .map(|row| Known {
            pupil: PupilId(row.id),
            person: PersonId(row.person_id),
            full_name: row.full_name,
            name: row.display_name,
            line: lines.remove(&PupilId(row.id)).unwrap_or_default(),
            is_withheld: row.is_withheld,
        })
        .collect())
}

/// So that questions about the children of a large file are planned for as many as there are now.
pub async fn count_anew(txn: &mut SchoolTransaction) -> sqlx::Result<()> {
    sqlx::query!(r#"select count_children_anew() as "counted: ()""#).execute(txn.connection()).await?;
    Ok(())
}
