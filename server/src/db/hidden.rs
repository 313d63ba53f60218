//! Passages that were hidden in a meeting: evidence, for the safeguarding lead alone.
//!
//! What must stay true: rows are only added; nobody is shown a passage of a child they are kept from.

use shared::{MeetingId, PersonId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::SchoolTransaction;
use crate::room::hide::Hiding;

/// What is said of a passage before it is read.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: Uuid,
    pub pupil_name: String,
    /// None where the meeting is not kept any more.
    pub kind: Option<String>,
    pub held_on: Option<Date>,
    pub hidden_by: String,
    pub hidden_at: OffsetDateTime,
    /// By whoever asks.
    pub was_read: bool,
}

/// A passage, to be read.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub meeting: MeetingId,
    pub field: String,
    pub words: String,
    /// By their full names, whoever wrote most first.
    pub written_by: Vec<String>,
}

/// Keeps what is about to be taken out of a document.
pub async fn keep(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    hiding: &Hiding,
    written_by: &[PersonId],
) -> sqlx::Result<()> {
    let school = txn.school().0;
    let passage = &hiding.passage;
    let written_by: Vec<_> = written_by.iter().map(|person| person.0).collect();
    sqlx::query!(
        "insert into hidden_passages
           (school_id, id, pupil_id, meeting_id, section, field, words, written_by, hidden_by, hidden_at)
         values ($1, $2, (select pupil_id from meetings where id = $3), $3, $4, $5, $6, $7, $8, $9)",
        school,
        hiding.id,
        meeting.0,
        passage.field.section.name(),
        passage.field.to_string(),
        passage.words,
        &written_by,
        hiding.by.0,
        hiding.at
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// The newest first, as this person may read them.
pub async fn list(txn: &mut SchoolTransaction, reader: PersonId, most: i64) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select h.id, child.display_name as pupil_name, m.kind as "kind?", m.held_on as "held_on?",
                  hider.full_name as hidden_by, h.hidden_at,
                  exists (
                    select from audit a where a.verb = 'hidden-read' and a.subject = h.id and a.actor = $1
                  ) as "was_read!"
           from hidden_passages h
             join pupils p on p.id = h.pupil_id
             join people child on child.id = p.person_id
             join people hider on hider.id = h.hidden_by
             left join meetings m on m.id = h.meeting_id
           where not exists (select from withheld w where w.pupil_id = h.pupil_id and w.person_id = $1)
           order by h.hidden_at desc, h.id limit $2"#,
        reader.0,
        most
    )
    .fetch_all(txn.connection())
    .await
}

/// How many there are that this person may read, and how many of them they have not read.
pub async fn count(txn: &mut SchoolTransaction, reader: PersonId) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "all!", count(*) filter (where not exists (
                    select from audit a where a.verb = 'hidden-read' and a.subject = h.id and a.actor = $1
                  )) as "unread!"
           from hidden_passages h
           where not exists (select from withheld w where w.pupil_id = h.pupil_id and w.person_id = $1)"#,
        reader.0
    )
    .fetch_one(txn.connection())
    .await?;
    Ok((row.all, row.unread))
}

/// One of them. To be asked only where it is written down who reads it.
pub async fn find(txn: &mut SchoolTransaction, reader: PersonId, id: Uuid) -> sqlx::Result<Option<Evidence>> {
    let row = sqlx::query!(
        r#"select meeting_id, field, words,
                  array(
                    select coalesce(p.full_name, 'Somebody who is not here any more')
                    from unnest(written_by) with ordinality as by (person, place) left join people p on p.id = by.person
                    order by by.place
                  ) as "written_by!"
           from hidden_passages h
           where id = $2 and not exists (select from withheld w where w.pupil_id = h.pupil_id and w.person_id = $1)"#,
        reader.0,
        id
    )
    .fetch_optional(txn.connection())
    .await?;
    Ok(row.map(|row| Evidence {
        meeting: MeetingId(row.meeting_id),
        field: row.field,
        words: row.words,
        written_by: row.written_by,
    }))
}
