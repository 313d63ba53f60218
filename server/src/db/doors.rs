//! Whether the doors of a meeting are open, and the code that leads to them.

use app::{backend::Viewer, view::doors::Doors};
use shared::{MeetingId, PupilId, SchoolId};
use time::OffsetDateTime;

use super::{Db, SchoolTransaction};
use crate::secret::Hash;

/// As set; nothing, if there is no such meeting in this school.
pub async fn find(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Option<Doors>> {
    let name = sqlx::query_scalar!("select doors from meetings where id = $1", meeting.0)
        .fetch_optional(txn.connection())
        .await?;
    let doors = |name: String| {
        Doors::from_name(&name).ok_or_else(|| sqlx::Error::Decode(format!("no doors are called {name}").into()))
    };
    name.map(doors).transpose()
}

/// Whether this door is open for whoever asks, or let them in before. An account needs no door, and the table for a
/// passport alone has none: the way to it is the child’s page. No door is open by a link to another child’s meeting.
pub async fn lets_in(txn: &mut SchoolTransaction, meeting: MeetingId, viewer: Viewer) -> sqlx::Result<bool> {
    let Some(session) = viewer.by_link else { return Ok(true) };
    let lets_in = sqlx::query_scalar!(
        r#"select ((for_passport or doors = 'open') and link_reads($2, pupil_id) or exists (
             select from login_sessions where id_hash = $2 and m.id = any (let_in)
           )) as "lets_in!"
           from meetings m where id = $1"#,
        meeting.0,
        session.0.as_slice()
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(lets_in == Some(true))
}

/// Whether whoever asks may learn of this child at all, by the way they came in: a link opens what is of its own child.
pub async fn reads(txn: &mut SchoolTransaction, child: PupilId, viewer: Viewer) -> sqlx::Result<bool> {
    let Some(session) = viewer.by_link else { return Ok(true) };
    sqlx::query_scalar!(r#"select link_reads($1, $2) as "reads!""#, session.0.as_slice(), child.0)
        .fetch_one(txn.connection())
        .await
}

pub async fn set(txn: &mut SchoolTransaction, meeting: MeetingId, doors: Doors) -> sqlx::Result<()> {
    sqlx::query!("update meetings set doors = $2 where id = $1", meeting.0, doors.name())
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// The code of a meeting: the how-manieth, and until when it leads to the door.
pub struct Code {
    pub number: i32,
    pub expires_at: OffsetDateTime,
}

pub async fn code(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Option<Code>> {
    sqlx::query_as!(Code, "select number, expires_at from meeting_codes where meeting_id = $1", meeting.0)
        .fetch_optional(txn.connection())
        .await
}

/// In place of the one before, which opens nothing any more.
pub async fn set_code(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    number: i32,
    hash: Hash,
    expires_at: OffsetDateTime,
) -> sqlx::Result<()> {
    let school = txn.school().0;
    sqlx::query!(
        "insert into meeting_codes (school_id, meeting_id, number, code_hash, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (meeting_id) do update
           set number = excluded.number, code_hash = excluded.code_hash, expires_at = excluded.expires_at",
        school,
        meeting.0,
        number,
        hash.as_bytes(),
        expires_at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Nobody comes to the door by the code of now any more: not when the doors are opened again either.
pub async fn end_code(txn: &mut SchoolTransaction, meeting: MeetingId, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update meeting_codes set expires_at = $2 where meeting_id = $1 and expires_at > $2", meeting.0, now)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Which meeting’s door a code leads to. Needs no school to be known.
pub async fn find_by_code(db: &Db, code: Hash, now: OffsetDateTime) -> sqlx::Result<Option<(SchoolId, MeetingId)>> {
    let row = sqlx::query!(
        r#"select school_id as "school_id!", meeting_id as "meeting_id!" from meeting_code_find($1, $2)"#,
        code.as_bytes(),
        now
    )
    .fetch_optional(db.without_school())
    .await?;
    Ok(row.map(|row| (SchoolId(row.school_id), MeetingId(row.meeting_id))))
}
