//! Who sits at which table.

use shared::{Attendance, MeetingId, ParticipantId, PersonId, Role, policy::Scribe};

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
    pub scribe: Scribe,
    /// How they were expected to come.
    pub expected: Attendance,
    /// Came to correct what was agreed, and not to the meeting.
    pub for_correction: bool,
    /// Connected at some time while the meeting went on.
    pub was_connected: bool,
    /// How they came, by the word of whoever runs the meeting.
    pub noted: Option<Attendance>,
    /// Came by the spoken code: for this meeting, and as long as nobody made a link for them by name.
    pub by_code: bool,
    /// Works at the school, and does not only sit there as if they did because they were let in so.
    pub is_staff: bool,
    /// May come in: neither asked to leave, nor left out on purpose, nor kept from the child.
    pub admitted: bool,
}

impl Participant {
    /// Whether they may run the meeting, if it is handed to them or nobody else is there. Nobody who came by a code.
    pub fn may_run(&self) -> bool {
        self.role.may_run() && self.is_staff
    }

    /// How they came, as far as it is known now. Who came to correct the record was not asked to the meeting.
    pub fn attendance(&self) -> Attendance {
        if self.for_correction {
            return Attendance::NotInvitedOnPurpose;
        }
        Attendance::of(self.expected, self.was_connected, self.noted)
    }
}

pub struct NewParticipant<'a> {
    pub id: ParticipantId,
    pub meeting: MeetingId,
    pub person: PersonId,
    pub position: i32,
    pub role: Role,
    pub title: &'a str,
    pub colour: u8,
    pub expected: Attendance,
    pub for_correction: bool,
}

pub async fn create(txn: &mut SchoolTransaction, new: NewParticipant<'_>) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into participants (school_id, id, meeting_id, person_id, position, role, title, colour, attendance,
           for_correction)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        school,
        new.id.0,
        new.meeting.0,
        new.person.0,
        new.position,
        new.role.name(),
        new.title,
        i32::from(new.colour),
        new.expected.name(),
        new.for_correction
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
    scribe_from_the_start: bool,
    attendance: String,
    for_correction: bool,
    was_connected: bool,
    noted: Option<String>,
    by_code: bool,
    is_staff: bool,
    admitted: bool,
}

impl TryFrom<Row> for Participant {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let role = Role::from_name(&row.role)
            .ok_or_else(|| sqlx::Error::Decode(format!("no role is called {}", row.role).into()))?;
        let attendance = |name: &str| {
            Attendance::from_name(name)
                .ok_or_else(|| sqlx::Error::Decode(format!("no attendance is called {name}").into()))
        };
        Ok(Self {
            id: ParticipantId(row.id),
            meeting: MeetingId(row.meeting_id),
            person: PersonId(row.person_id),
            name: row.display_name,
            full_name: row.full_name,
            role,
            title: row.title,
            colour: u8::try_from(row.colour).unwrap_or(1),
            scribe: match (row.scribe, row.scribe_from_the_start) {
                (false, _) => Scribe::No,
                (true, false) => Scribe::Later,
                (true, true) => Scribe::FromTheStart,
            },
            expected: attendance(&row.attendance)?,
            for_correction: row.for_correction,
            was_connected: row.was_connected,
            noted: row.noted.as_deref().map(attendance).transpose()?,
            by_code: row.by_code,
            is_staff: row.is_staff,
            admitted: row.admitted,
        })
    }
}

/// Everybody on the list, in its order; those who were left out on purpose too.
pub async fn list(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<Participant>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select seat.id, meeting_id, person_id, display_name, full_name, role, title, colour, scribe,
                  scribe_from_the_start, attendance,
                  for_correction, was_connected, noted, by_code,
                  (kind = 'staff' or exists (select from posts where posts.person_id = people.id)) as "is_staff!",
                  (removed_at is null and attendance <> 'not_invited_on_purpose' and not exists (
                    select from withheld w join meetings m on m.pupil_id = w.pupil_id
                    where m.id = seat.meeting_id and w.person_id = seat.person_id
                  )) as "admitted!"
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
        r#"select seat.id, meeting_id, person_id, display_name, full_name, role, title, colour, scribe,
                  scribe_from_the_start, attendance,
                  for_correction, was_connected, noted, by_code,
                  (kind = 'staff' or exists (select from posts where posts.person_id = people.id)) as "is_staff!",
                  (removed_at is null and attendance <> 'not_invited_on_purpose' and not exists (
                    select from withheld w join meetings m on m.pupil_id = w.pupil_id
                    where m.id = seat.meeting_id and w.person_id = seat.person_id
                  )) as "admitted!"
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
        r#"select seat.id, meeting_id, person_id, display_name, full_name, role, title, colour, scribe,
                  scribe_from_the_start, attendance,
                  for_correction, was_connected, noted, by_code,
                  (kind = 'staff' or exists (select from posts where posts.person_id = people.id)) as "is_staff!",
                  true as "admitted!"
           from participants seat join people on people.id = person_id
           where meeting_id = $1 and person_id = $2
             and removed_at is null and attendance <> 'not_invited_on_purpose' and not exists (
               select from withheld w join meetings m on m.pupil_id = w.pupil_id
               where m.id = seat.meeting_id and w.person_id = seat.person_id
             )"#,
        meeting.0,
        person.0
    )
    .fetch_optional(txn.connection())
    .await?;
    row.map(Participant::try_from).transpose()
}

/// Names the pupil’s scribe, or nobody; and whether that is from the start. Who is it already stays it as they were.
/// Says whether that participant is one of this meeting’s who may write.
pub async fn set_scribe(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    scribe: Option<ParticipantId>,
    from_the_start: bool,
) -> sqlx::Result<bool> {
    sqlx::query!(
        "update participants set scribe = false where meeting_id = $1 and scribe and id is distinct from $2",
        meeting.0,
        scribe.map(|scribe| scribe.0)
    )
    .execute(txn.connection())
    .await?;
    let Some(scribe) = scribe else { return Ok(true) };
    let named = sqlx::query!(
        "update participants
         set scribe = true, scribe_from_the_start = case when scribe then scribe_from_the_start else $3 end
         where id = $1 and meeting_id = $2 and removed_at is null and attendance <> 'not_invited_on_purpose'
           and role <> 'observer'",
        scribe.0,
        meeting.0,
        from_the_start
    )
    .execute(txn.connection())
    .await?;
    Ok(named.rows_affected() == 1)
}

/// These were connected while the meeting went on.
pub async fn were_connected(txn: &mut SchoolTransaction, here: &[ParticipantId]) -> sqlx::Result<()> {
    let ids: Vec<_> = here.iter().map(|id| id.0).collect();
    sqlx::query!("update participants set was_connected = true where id = any ($1) and not was_connected", &ids)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// The same of somebody who comes, if the meeting goes on; whoever comes to correct its record was not there for that.
/// Says whether that is news.
pub async fn connects(txn: &mut SchoolTransaction, id: ParticipantId) -> sqlx::Result<bool> {
    let came = sqlx::query!(
        "update participants seat set was_connected = true
         from meetings m
         where seat.id = $1 and not was_connected and m.id = seat.meeting_id and m.stage = 'meeting'
           and m.reopened_at is null",
        id.0
    )
    .execute(txn.connection())
    .await?;
    Ok(came.rows_affected() == 1)
}

/// Notes how these people came. Says whether all of them may sit at this table.
pub async fn note_attendance(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    who: &[ParticipantId],
    attendance: Attendance,
) -> sqlx::Result<bool> {
    let ids: Vec<_> = who.iter().map(|id| id.0).collect();
    let noted = sqlx::query!(
        "update participants set noted = $3
         where id = any ($1) and meeting_id = $2 and removed_at is null and attendance <> 'not_invited_on_purpose'",
        &ids,
        meeting.0,
        attendance.name()
    )
    .execute(txn.connection())
    .await?;
    Ok(noted.rows_affected() == ids.len() as u64)
}
