//! Who of the staff has read which version of a passport, by their own word.

use shared::{MeetingId, PersonId, PupilId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::SchoolTransaction;

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// In this version of the meeting’s record.
    Agreed(MeetingId, i32),
    /// Outside a meeting.
    Saved(Uuid),
}

impl Version {
    /// As `reads_of_passports` knows it.
    fn key(self) -> (Uuid, i32) {
        match self {
            Self::Agreed(meeting, version) => (meeting.0, version),
            Self::Saved(id) => (id, 1),
        }
    }
}

/// Somebody of the child’s staff.
#[derive(Clone, Debug)]
pub struct Reader {
    pub person: PersonId,
    pub name: String,
    pub read_at: Option<OffsetDateTime>,
}

/// Who works with the child, by their place at the table or by teaching the class, and whoever else has read this version.
pub async fn of_version(txn: &mut SchoolTransaction, pupil: PupilId, version: Version) -> sqlx::Result<Vec<Reader>> {
    let (id, number) = version.key();
    let rows = sqlx::query!(
        r#"select p.id, p.full_name, r.read_at as "read_at?"
           from (
             select person_id from places
             where pupil_id = $1 and admitted and role in ('facilitator', 'teacher', 'assistant')
             union
             select posts.person_id from pupils p join posts on posts.class_name = p.class_name and posts.post = 'teacher'
             where p.id = $1 and p.class_name <> ''
               and not exists (select from withheld w where w.pupil_id = p.id and w.person_id = posts.person_id)
             union
             select person_id from reads_of_passports where id = $2 and version = $3
           ) who
             join people p on p.id = who.person_id
             left join reads_of_passports r on r.person_id = p.id and r.id = $2 and r.version = $3
           where not exists (select from accounts a where a.person_id = p.id and a.disabled_at is not null)
           order by p.full_name, p.id"#,
        pupil.0,
        id,
        number
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Reader { person: PersonId(row.id), name: row.full_name, read_at: row.read_at })
        .collect())
}

pub async fn read_at(
    txn: &mut SchoolTransaction,
    version: Version,
    person: PersonId,
) -> sqlx::Result<Option<OffsetDateTime>> {
    let (id, number) = version.key();
    sqlx::query_scalar!(
        r#"select read_at as "read_at!" from reads_of_passports where id = $1 and version = $2 and person_id = $3"#,
        id,
        number,
        person.0
    )
    .fetch_optional(txn.connection())
    .await
}

/// They have read it. Whether that is news.
pub async fn add(
    txn: &mut SchoolTransaction,
    version: Version,
    person: PersonId,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let school = txn.school().0;
    let query = match version {
        Version::Agreed(meeting, version) => sqlx::query!(
            "insert into passport_reads (school_id, meeting_id, version, person_id, read_at)
             values ($1, $2, $3, $4, $5) on conflict do nothing",
            school,
            meeting.0,
            version,
            person.0,
            at
        ),
        Version::Saved(id) => sqlx::query!(
            "insert into saved_passport_reads (school_id, passport_id, person_id, read_at)
             values ($1, $2, $3, $4) on conflict do nothing",
            school,
            id,
            person.0,
            at
        ),
    };
    Ok(query.execute(txn.connection()).await?.rows_affected() == 1)
}
