//! Pupils: the people that meetings are about.

use shared::{PersonId, PupilId};

use super::SchoolTransaction;

pub struct NewPupil<'a> {
    pub id: PupilId,
    pub person: PersonId,
    pub year_group: &'a str,
    pub looked_after: bool,
    pub portrait: Option<&'a str>,
    pub portrait_alt: &'a str,
}

pub async fn create(txn: &mut SchoolTransaction, pupil: NewPupil<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into pupils (school_id, id, person_id, year_group, looked_after, portrait, portrait_alt)
         values ($1, $2, $3, $4, $5, $6, $7)",
        school,
        pupil.id.0,
        pupil.person.0,
        pupil.year_group,
        pupil.looked_after,
        pupil.portrait,
        pupil.portrait_alt
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
