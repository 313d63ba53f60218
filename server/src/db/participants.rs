//! Who sits at which table.

use shared::{MeetingId, ParticipantId, PersonId, Role};

use super::SchoolTransaction;

/// One person’s place in one meeting.
#[derive(Clone, Debug)]
pub struct Participant {
    pub id: ParticipantId,
    pub meeting: MeetingId,
    pub person: PersonId,
    /// As the place card says it.
    pub name: String,
    pub full_name: String,
    pub role: Role,
    pub title: String,
    pub colour: u8,
    pub scribe: bool,
    pub attendance: String,
    /// May come in: neither asked to leave nor left out on purpose.
    pub admitted: bool,
}

pub struct NewParticipant<'a> {
    pub id: ParticipantId,
    pub meeting: MeetingId,
    pub person: PersonId,
    pub position: i32,
    pub role: Role,
    pub title: &'a str,
    pub colour: u8,
    pub attendance: &'a str,
}

pub async fn create(txn: &mut SchoolTransaction, new: NewParticipant<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into participants (school_id, id, meeting_id, person_id, position, role, title, colour, attendance)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        school,
        new.id.0,
        new.meeting.0,
        new.person.0,
        new.position,
        new.role.name(),
        new.title,
        i32::from(new.colour),
        new.attendance
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

struct Row {
    id: uuid::Uuid,
    meeting_id: uuid::Uuid,
    person_id: uuid::Uuid,
    display_name: String,
    full_name: String,
    role: String,
    title: String,
    colour: i32,
    scribe: bool,
    attendance: String,
    admitted: bool,
}

impl TryFrom<Row> for Participant {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let role = Role::from_name(&row.role)
            .ok_or_else(|| sqlx::Error::Decode(format!("no role is called {}", row.role).into()))?;
        Ok(Self {
            id: ParticipantId(row.id),
            meeting: MeetingId(row.meeting_id),
            person: PersonId(row.person_id),
            name: row.display_name,
            full_name: row.full_name,
            role,
            title: row.title,
            colour: u8::try_from(row.colour).unwrap_or(1),
            scribe: row.scribe,
            attendance: row.attendance,
            admitted: row.admitted,
        })
    }
}

/// Everybody on the list, in its order; those who were left out on purpose too.
pub async fn list(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<Participant>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select seat.id, meeting_id, person_id, display_name, full_name, role, title, colour, scribe, attendance,
                  (removed_at is null and attendance <> 'not_invited_on_purpose') as "admitted!"
           from participants seat join people on people.id = person_id
           where meeting_id = $1
           order by position"#,
        meeting.0
    )
    .fetch_all(txn.connection())
    .await?;
    rows.into_iter().map(Participant::try_from).collect()
}

pub async fn find(txn: &mut SchoolTransaction, id: ParticipantId) -> sqlx::Result<Option<Participant>> {
    let row = sqlx::query_as!(
        Row,
        r#"select seat.id, meeting_id, person_id, display_name, full_name, role, title, colour, scribe, attendance,
                  (removed_at is null and attendance <> 'not_invited_on_purpose') as "admitted!"
           from participants seat join people on people.id = person_id
           where seat.id = $1"#,
        id.0
    )
    .fetch_optional(txn.connection())
    .await?;
    row.map(Participant::try_from).transpose()
}

/// The place of somebody who may come in. Nothing for anyone else.
pub async fn find_admitted(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    person: PersonId,
) -> sqlx::Result<Option<Participant>> {
    let row = sqlx::query_as!(
        Row,
        r#"select seat.id, meeting_id, person_id, display_name, full_name, role, title, colour, scribe, attendance,
                  true as "admitted!"
           from participants seat join people on people.id = person_id
           where meeting_id = $1 and person_id = $2
             and removed_at is null and attendance <> 'not_invited_on_purpose'"#,
        meeting.0,
        person.0
    )
    .fetch_optional(txn.connection())
    .await?;
    row.map(Participant::try_from).transpose()
}

/// Names the pupil’s scribe, or nobody. Says whether that participant is one of this meeting’s.
pub async fn set_scribe(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    scribe: Option<ParticipantId>,
) -> sqlx::Result<bool> {
    sqlx::query!("update participants set scribe = false where meeting_id = $1 and scribe", meeting.0)
        .execute(txn.connection())
        .await?;
    let Some(scribe) = scribe else { return Ok(true) };
    let named = sqlx::query!(
        "update participants set scribe = true
         where id = $1 and meeting_id = $2 and removed_at is null and attendance <> 'not_invited_on_purpose'",
        scribe.0,
        meeting.0
    )
    .execute(txn.connection())
    .await?;
    Ok(named.rows_affected() == 1)
}

/// Whoever was connected attended, though they had only sent their views or apologies.
pub async fn mark_attended(txn: &mut SchoolTransaction, here: &[ParticipantId]) -> sqlx::Result<()> {
    let ids: Vec<_> = here.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update participants set attendance = 'remote'
         where id = any ($1) and attendance in ('apologies', 'sent_views')",
        &ids
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}
