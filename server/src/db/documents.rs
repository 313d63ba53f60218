//! The documents of a meeting: checkpoints, the update log, and whose hand each client id is.
//!
//! What must stay true: a document is its checkpoint plus every later update; a checkpoint and the
//! deletion of what it supersedes are one transaction; whoever commits [`append`] may say “saved”.

use std::sync::Arc;

use shared::{MeetingId, PersonId, SchoolId, Section, Stage, schema};

use super::SchoolTransaction;

/// One section as it is kept.
#[derive(Clone, Debug)]
pub struct StoredSection {
    pub section: Section,
    pub epoch: u64,
    pub schema: u32,
    /// The whole document up to some update.
    pub checkpoint: Arc<[u8]>,
    /// The updates since, in order.
    pub updates: Vec<Arc<[u8]>>,
    /// Of the last update.
    pub seq: u64,
    /// Whose hand each client id is.
    pub owners: Vec<(u64, PersonId)>,
}

/// What a room needs to know of a meeting besides its documents.
#[derive(Clone, Debug)]
pub struct StoredMeeting {
    pub stage: Stage,
    /// The child it is about, whose words are protected.
    pub pupil: PersonId,
}

/// One accepted update on its way into the log.
#[derive(Clone, Debug)]
pub struct NewUpdate {
    pub school: SchoolId,
    pub meeting: MeetingId,
    pub section: Section,
    pub seq: u64,
    pub person: PersonId,
    pub update: Arc<[u8]>,
    /// Client ids that this update is the first to use.
    pub claims: Vec<u64>,
}

/// A document whole, up to `seq`.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pub meeting: MeetingId,
    pub section: Section,
    pub seq: u64,
    pub state: Arc<[u8]>,
}

/// The meeting, or nothing if this school has no such one.
pub async fn meeting(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Option<StoredMeeting>> {
    let row = sqlx::query!(
        "select stage, person_id from meetings join pupils on pupils.id = pupil_id where meetings.id = $1",
        meeting.0
    )
    .fetch_optional(txn.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let stage = Stage::from_name(&row.stage).ok_or_else(|| unreadable("stage"))?;
    Ok(Some(StoredMeeting { stage, pupil: PersonId(row.person_id) }))
}

/// Every section of a meeting.
pub async fn load(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<StoredSection>> {
    let rows = sqlx::query!(
        "select section, epoch, schema, seq, state from doc_checkpoints where meeting_id = $1 order by section",
        meeting.0
    )
    .fetch_all(txn.connection())
    .await?;
    let mut sections = Vec::with_capacity(rows.len());
    for row in rows {
        sections.push(StoredSection {
            section: Section::from_name(&row.section).ok_or_else(|| unreadable("section"))?,
            epoch: row.epoch.cast_unsigned(),
            schema: row.schema.cast_unsigned(),
            checkpoint: row.state.into(),
            updates: vec![],
            seq: row.seq.cast_unsigned(),
            owners: vec![],
        });
    }
    let find = |sections: &mut [StoredSection], name: &str| sections.iter().position(|s| s.section.name() == name);

    let updates = sqlx::query!(
        "select u.section, u.seq, u.update
         from doc_updates u join doc_checkpoints c on c.meeting_id = u.meeting_id and c.section = u.section
         where u.meeting_id = $1 and u.seq > c.seq
         order by u.section, u.seq",
        meeting.0
    )
    .fetch_all(txn.connection())
    .await?;
    for row in updates {
        if let Some(i) = find(&mut sections, &row.section) {
            sections[i].updates.push(row.update.into());
            sections[i].seq = row.seq.cast_unsigned();
        }
    }

    let owners =
        sqlx::query!("select section, client_id, person_id from section_authors where meeting_id = $1", meeting.0)
            .fetch_all(txn.connection())
            .await?;
    for row in owners {
        if let Some(i) = find(&mut sections, &row.section) {
            sections[i].owners.push((row.client_id.cast_unsigned(), PersonId(row.person_id)));
        }
    }
    Ok(sections)
}

/// Appends these updates, of whichever of the transaction’s schools, and the client ids they claim.
pub async fn append(txn: &mut SchoolTransaction, updates: &[NewUpdate]) -> sqlx::Result<()> {
    let schools: Vec<_> = updates.iter().map(|u| u.school.0).collect();
    let meetings: Vec<_> = updates.iter().map(|u| u.meeting.0).collect();
    let sections: Vec<_> = updates.iter().map(|u| u.section.name().to_owned()).collect();
    let seqs: Vec<_> = updates.iter().map(|u| u.seq.cast_signed()).collect();
    let people: Vec<_> = updates.iter().map(|u| u.person.0).collect();
    let bodies: Vec<_> = updates.iter().map(|u| u.update.to_vec()).collect();
    sqlx::query!(
        r#"insert into doc_updates (school_id, meeting_id, section, seq, person_id, "update")
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::bytea[])"#,
        &schools,
        &meetings,
        &sections,
        &seqs,
        &people,
        &bodies
    )
    .execute(txn.connection())
    .await?;

    let claims: Vec<_> = updates.iter().flat_map(|u| u.claims.iter().map(move |client| (u, *client))).collect();
    if claims.is_empty() {
        return Ok(());
    }
    let schools: Vec<_> = claims.iter().map(|(u, _)| u.school.0).collect();
    let meetings: Vec<_> = claims.iter().map(|(u, _)| u.meeting.0).collect();
    let sections: Vec<_> = claims.iter().map(|(u, _)| u.section.name().to_owned()).collect();
    let clients: Vec<_> = claims.iter().map(|(_, client)| client.cast_signed()).collect();
    let people: Vec<_> = claims.iter().map(|(u, _)| u.person.0).collect();
    sqlx::query!(
        "insert into section_authors (school_id, meeting_id, section, client_id, person_id)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[])",
        &schools,
        &meetings,
        &sections,
        &clients,
        &people
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Compacts: the document up to `seq` as one, and what it supersedes gone.
pub async fn checkpoint(txn: &mut SchoolTransaction, new: &Checkpoint) -> sqlx::Result<()> {
    let (section, seq) = (new.section.name(), new.seq.cast_signed());
    sqlx::query!(
        "update doc_checkpoints set seq = $3, state = $4 where meeting_id = $1 and section = $2 and seq < $3",
        new.meeting.0,
        section,
        seq,
        &*new.state
    )
    .execute(txn.connection())
    .await?;
    sqlx::query!(
        "delete from doc_updates where meeting_id = $1 and section = $2 and seq <= $3",
        new.meeting.0,
        section,
        seq
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// Gives a meeting a section, with its first content. Each person’s words in it are written under a
/// client id of that person: `owners` says whose is which.
pub async fn seed(
    txn: &mut SchoolTransaction,
    school: SchoolId,
    meeting: MeetingId,
    section: Section,
    epoch: u64,
    state: &[u8],
    owners: &[(u64, PersonId)],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into doc_checkpoints (school_id, meeting_id, section, epoch, schema, seq, state)
         values ($1, $2, $3, $4, $5, 0, $6)",
        school.0,
        meeting.0,
        section.name(),
        epoch.cast_signed(),
        schema::VERSION.cast_signed(),
        state
    )
    .execute(txn.connection())
    .await?;
    let clients: Vec<_> = owners.iter().map(|(client, _)| client.cast_signed()).collect();
    let people: Vec<_> = owners.iter().map(|(_, person)| person.0).collect();
    sqlx::query!(
        "insert into section_authors (school_id, meeting_id, section, client_id, person_id)
         select $1, $2, $3, * from unnest($4::bigint[], $5::uuid[])",
        school.0,
        meeting.0,
        section.name(),
        &clients,
        &people
    )
    .execute(txn.connection())
    .await?;
    Ok(())
}

/// A name in a row that this server does not know: made by a newer one.
fn unreadable(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "unknown to this version".into() }
}
