//! Children of the school whom a file may mean.

use shared::{PersonId, PupilId};

use super::{SchoolTransaction, register_line::Line};

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
    let rows = sqlx::query!(
        r#"select p.id, p.person_id, person.full_name, person.display_name, p.year_group, p.class_name, p.upn, p.born_on,
                  p.home_language, p.key_adult_id, p.looked_after, p.sen_provision, p.sen_since,
                  array(select code from pupil_needs where pupil_id = p.id order by rank) as "needs!",
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
    Ok(rows
        .into_iter()
        .map(|row| Known {
            pupil: PupilId(row.id),
            person: PersonId(row.person_id),
            full_name: row.full_name,
            name: row.display_name,
            line: Line {
                year_group: row.year_group,
                class_name: row.class_name,
                upn: row.upn,
                born_on: row.born_on,
                home_language: row.home_language,
                key_adult: row.key_adult_id.map(PersonId),
                looked_after: row.looked_after,
                sen_provision: row.sen_provision,
                sen_since: row.sen_since,
                needs: row.needs,
            },
            is_withheld: row.is_withheld,
        })
        .collect())
}
