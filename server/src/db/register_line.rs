//! Children’s lines of the register, read and written by whoever answers for it.

use std::collections::BTreeMap;

use shared::{PersonId, PupilId};
use time::Date;
use uuid::Uuid;

use super::{
    SchoolTransaction,
    posts::{Holder, Row},
};

/// What the line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub year_group: String,
    pub class_name: String,
    pub upn: Option<String>,
    pub born_on: Option<Date>,
    pub home_language: String,
    pub key_adult: Option<PersonId>,
    pub looked_after: bool,
    /// `N`, `K` or `E`.
    pub sen_provision: String,
    pub sen_since: Option<Date>,
    /// Codes of the census, main need first.
    pub needs: Vec<String>,
    /// From this day on they are not at the school any more.
    pub left_on: Option<Date>,
}

/// The line, which nobody else changes until this transaction ends.
pub async fn lock(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<Option<Line>> {
    Ok(lock_all(txn, &[pupil]).await?.remove(&pupil))
}

/// The lines of these, likewise.
pub async fn lock_all(txn: &mut SchoolTransaction, pupils: &[PupilId]) -> sqlx::Result<BTreeMap<PupilId, Line>> {
    let pupils: Vec<Uuid> = pupils.iter().map(|pupil| pupil.0).collect();
    let rows = sqlx::query!(
        r#"select id, year_group, class_name, upn, born_on, home_language, key_adult_id, looked_after, sen_provision,
                  sen_since, left_on,
                  array(select code from pupil_needs where pupil_id = p.id order by rank) as "needs!"
           from pupils p where p.id = any ($1) order by p.id for update"#,
        &pupils
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let line = Line {
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
                left_on: row.left_on,
            };
            (PupilId(row.id), line)
        })
        .collect())
}

pub async fn set(txn: &mut SchoolTransaction, pupil: PupilId, line: &Line) -> sqlx::Result<()> {
    sqlx::query!(
        "update pupils set year_group = $2, class_name = $3, upn = $4, born_on = $5, home_language = $6,
                key_adult_id = $7, looked_after = $8, sen_provision = $9, sen_since = $10, left_on = $11
         where id = $1",
        pupil.0,
        line.year_group,
        line.class_name,
        line.upn,
        line.born_on,
        line.home_language,
        line.key_adult.map(|id| id.0),
        line.looked_after,
        line.sen_provision,
        line.sen_since,
        line.left_on
    )
    .execute(txn.connection())
    .await?;
    super::pupils::set_needs(txn, pupil, &line.needs).await
}

/// Whether somebody else here has the same name and birthday.
pub async fn has_namesake(txn: &mut SchoolTransaction, pupil: PupilId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from pupils p join people person on person.id = p.person_id
               join pupils other on other.born_on = p.born_on and other.id <> p.id
               join people namesake on namesake.id = other.person_id
             where p.id = $1 and lower(namesake.full_name) = lower(person.full_name)
           ) as "has!""#,
        pupil.0
    )
    .fetch_one(txn.connection())
    .await
}

/// Somebody who may be chosen on a form.
#[derive(Clone, Debug)]
pub struct Choice {
    pub person: PersonId,
    pub name: String,
}

/// Who may be a child’s key adult: whoever holds a post, and whoever it is now. Two of one name are told apart.
pub async fn key_adults(txn: &mut SchoolTransaction, pupil: Option<PupilId>) -> sqlx::Result<Vec<Choice>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.full_name,
                  array(select post from posts where person_id = p.id order by post) as "posts!",
                  coalesce((select max(class_name) from posts where person_id = p.id), '') as "class_name!",
                  (select email from accounts where person_id = p.id) as "email?"
           from people p
           where exists (select from posts where person_id = p.id)
              or id = (select key_adult_id from pupils where id = $1)
           order by p.full_name, p.id limit 500"#,
        pupil.map(|pupil| pupil.0)
    )
    .fetch_all(txn.connection())
    .await?;
    let adults: Vec<_> = rows.into_iter().map(Holder::from).collect();
    Ok(adults.iter().map(|adult| Choice { person: adult.person, name: adult.told_apart(&adults) }).collect())
}
