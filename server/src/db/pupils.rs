//! Pupils: the people that meetings are about.

use app::backend::Viewer;
use shared::{PersonId, PupilId, Role, rights::Place};
use time::Date;

use super::SchoolTransaction;

/// What a school knows of a child, beside who it is.
#[derive(Default)]
pub struct Facts<'a> {
    pub class_name: &'a str,
    pub upn: Option<&'a str>,
    pub born_on: Option<Date>,
    pub pronouns: &'a str,
    pub home_language: &'a str,
    pub communication: &'a [String],
    pub key_adult: Option<PersonId>,
    /// `N`, `K` or `E`.
    pub sen_provision: &'a str,
    pub sen_since: Option<Date>,
    /// Codes of the census, main need first.
    pub needs: &'a [String],
}

/// A child, with everything the register says.
pub struct Pupil {
    pub id: PupilId,
    pub person: PersonId,
    pub name: String,
    pub full_name: String,
    /// What is on their picture, if they have one.
    pub picture: Option<String>,
    pub looked_after: bool,
    pub year_group: String,
    pub class_name: String,
    pub upn: Option<String>,
    pub born_on: Option<Date>,
    pub pronouns: String,
    pub home_language: String,
    pub communication: Vec<String>,
    pub key_adult: Option<String>,
    pub sen_provision: String,
    pub sen_since: Option<Date>,
    pub needs: Vec<String>,
    /// From this day on they are not at the school any more.
    pub left_on: Option<Date>,
    /// Meetings that were agreed in the school year of `today`.
    pub held_this_year: i64,
}

/// As every list has it: who leaves on a day is not at the school on that day.
pub fn has_left(left_on: Option<Date>, by: Date) -> bool {
    left_on.is_some_and(|left| left <= by)
}

pub struct NewPupil<'a> {
    pub id: PupilId,
    pub person: PersonId,
    pub year_group: &'a str,
    pub looked_after: bool,
}

pub async fn create(txn: &mut SchoolTransaction, pupil: NewPupil<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into pupils (school_id, id, person_id, year_group, looked_after) values ($1, $2, $3, $4, $5)",
        school,
        pupil.id.0,
        pupil.person.0,
        pupil.year_group,
        pupil.looked_after
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Writes the facts down, whatever stood there before.
pub async fn set_facts(txn: &mut SchoolTransaction, pupil: PupilId, facts: Facts<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "update pupils set class_name = $2, upn = $3, born_on = $4, pronouns = $5, home_language = $6,
                communication = $7, key_adult_id = $8, sen_provision = $9, sen_since = $10
         where id = $1",
        pupil.0,
        facts.class_name,
        facts.upn,
        facts.born_on,
        facts.pronouns,
        facts.home_language,
        facts.communication,
        facts.key_adult.map(|id| id.0),
        facts.sen_provision,
        facts.sen_since
    )
    .execute(txn.connection())
    .await?;
    set_needs(txn, pupil, facts.needs).await
}

/// Main need first.
pub(super) async fn set_needs(txn: &mut SchoolTransaction, pupil: PupilId, needs: &[String]) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!("delete from pupil_needs where pupil_id = $1", pupil.0).execute(txn.connection()).await?;
    sqlx::query!(
        "insert into pupil_needs (school_id, pupil_id, rank, code)
         select $1, $2, rank::integer, code from unnest($3::text[]) with ordinality as need (code, rank)",
        school,
        pupil.0,
        needs
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

pub async fn find(txn: &mut SchoolTransaction, id: PupilId, today: Date) -> sqlx::Result<Option<Pupil>> {
    let row = sqlx::query!(
        r#"select p.person_id, person.display_name, person.full_name, pictures.words as "picture?", p.looked_after,
                  p.year_group, p.class_name, p.upn, p.born_on, p.pronouns, p.home_language, p.communication,
                  adult.display_name as "key_adult?", p.sen_provision, p.sen_since, p.left_on,
                  array(select code from pupil_needs where pupil_id = p.id order by rank) as "needs!",
                  -- A school year begins in September: four months on, it is a calendar year. Two on one day are one.
                  (select count(distinct m.held_on) from meetings m
                   where m.pupil_id = p.id and not m.for_passport and m.with_family
                     and extract(year from m.held_on + interval '4 months')
                       = extract(year from $2::date + interval '4 months')) as "held!"
           from pupils p
             join people person on person.id = p.person_id
             left join people adult on adult.id = p.key_adult_id
             left join pictures on pictures.pupil_id = p.id
           where p.id = $1"#,
        id.0,
        today
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(|row| Pupil {
        id,
        person: PersonId(row.person_id),
        name: row.display_name,
        full_name: row.full_name,
        picture: row.picture,
        looked_after: row.looked_after,
        year_group: row.year_group,
        class_name: row.class_name,
        upn: row.upn,
        born_on: row.born_on,
        pronouns: row.pronouns,
        home_language: row.home_language,
        communication: row.communication,
        key_adult: row.key_adult,
        sen_provision: row.sen_provision,
        sen_since: row.sen_since,
        needs: row.needs,
        left_on: row.left_on,
        held_this_year: row.held,
    }))
}

/// As far as the way they came in shows it: a link shows the place at its own child’s table.
pub async fn place(txn: &mut SchoolTransaction, pupil: PupilId, viewer: Viewer) -> sqlx::Result<Place> {
    let row = sqlx::query!(
        r#"select (select role from places where pupil_id = $1 and person_id = $2 and admitted
                     and ($3::bytea is null or link_reads($3, $1))) as role,
                  exists (select from pupils p join posts on posts.class_name = p.class_name and posts.post = 'teacher'
                          where p.id = $1 and p.class_name <> '' and posts.person_id = $2) as "in_class!",
                  exists (select from withheld where pupil_id = $1 and person_id = $2) as "withheld!""#,
        pupil.0,
        viewer.person.0,
        link(&viewer)
    )
    .fetch_one(txn.connection())
    .await?;
    let role = row.role.and_then(|role| Role::from_name(&role));
    Ok(Place { role, in_class: row.in_class, withheld: row.withheld })
}

/// The same, of each of these children.
pub async fn places(
    txn: &mut SchoolTransaction,
    pupils: &[PupilId],
    viewer: Viewer,
) -> sqlx::Result<Vec<(PupilId, Place)>> {
    let ids: Vec<_> = pupils.iter().map(|pupil| pupil.0).collect();
    let rows = sqlx::query!(
        r#"select asked.id as "id!",
                  (select role from places where pupil_id = asked.id and person_id = $2 and admitted
                     and ($3::bytea is null or link_reads($3, asked.id))) as role,
                  exists (select from pupils p join posts on posts.class_name = p.class_name and posts.post = 'teacher'
                          where p.id = asked.id and p.class_name <> '' and posts.person_id = $2) as "in_class!",
                  exists (select from withheld where pupil_id = asked.id and person_id = $2) as "withheld!"
           from unnest($1::uuid[]) as asked (id)"#,
        &ids,
        viewer.person.0,
        link(&viewer)
    )
    .fetch_all(txn.connection())
    .await?;
    let role = |role: Option<String>| role.and_then(|role| Role::from_name(&role));
    let place = rows
        .into_iter()
        .map(|row| (PupilId(row.id), Place { role: role(row.role), in_class: row.in_class, withheld: row.withheld }));
    Ok(place.collect())
}

/// The session of who came by a link, for what it reads.
pub(super) fn link(viewer: &Viewer) -> Option<&[u8]> {
    viewer.by_link.as_ref().map(|session| session.0.as_slice())
}

/// Decides that this person learns nothing of this child.
pub async fn withhold(txn: &mut SchoolTransaction, pupil: PupilId, person: PersonId, reason: &str) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into withheld (school_id, pupil_id, person_id, reason) values ($1, $2, $3, $4)
         on conflict (pupil_id, person_id) do update set reason = excluded.reason",
        school,
        pupil.0,
        person.0,
        reason
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
