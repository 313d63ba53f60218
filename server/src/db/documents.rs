//! The documents of a meeting: checkpoints, the update log, and whose hand each client id is.
//!
//! What must stay true: a document is its checkpoint plus every later update; a checkpoint and the
//! deletion of what it supersedes are one transaction; when [`append`] returns, what it let in may be
//! called “saved”. Rows of `doc_heads` are locked in the order of meeting and section, by everybody.

use std::{collections::BTreeMap, sync::Arc};

use shared::{MeetingId, PersonId, SchoolId, Section, Stage, schema};

use super::{Db, SchoolTransaction};

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
    /// As [`take`] or [`term`] gave it to the room.
    pub term: u64,
    pub person: PersonId,
    pub update: Arc<[u8]>,
    /// Client ids that this update is the first to use.
    pub claims: Vec<u64>,
}

/// One update as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedUpdate {
    pub seq: u64,
    pub person: PersonId,
    pub update: Arc<[u8]>,
}

/// What a section has beyond some update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// The whole document up to a later update, where the ones between are gone.
    pub checkpoint: Option<(u64, Arc<[u8]>)>,
    pub updates: Vec<LoggedUpdate>,
    /// Whose hand each client id of the section is.
    pub owners: Vec<(u64, PersonId)>,
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

/// Every section of a meeting. Until this transaction ends, none of them is compacted under its eyes.
pub async fn load(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<StoredSection>> {
    let rows = sqlx::query!(
        "select section, epoch, schema, seq, state from doc_checkpoints where meeting_id = $1
         order by section for share",
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

/// What the log holds of a section after this update. Nothing if there is no such section.
pub async fn since(
    txn: &mut SchoolTransaction,
    meeting: MeetingId,
    section: Section,
    after: u64,
) -> sqlx::Result<Option<Since>> {
    let checkpoint = sqlx::query!(
        "select seq, case when seq > $3 then state end as state from doc_checkpoints
         where meeting_id = $1 and section = $2 for share",
        meeting.0,
        section.name(),
        after.cast_signed()
    )
    .fetch_optional(txn.connection())
    .await?;
    let Some(checkpoint) = checkpoint else { return Ok(None) };
    let from = checkpoint.seq.max(after.cast_signed());
    let checkpoint = checkpoint.state.map(|state| (checkpoint.seq.cast_unsigned(), state.into()));
    let updates = sqlx::query!(
        r#"select seq, person_id, "update" from doc_updates
           where meeting_id = $1 and section = $2 and seq > $3 order by seq"#,
        meeting.0,
        section.name(),
        from
    )
    .fetch_all(txn.connection())
    .await?;
    let owners = sqlx::query!(
        "select client_id, person_id from section_authors where meeting_id = $1 and section = $2",
        meeting.0,
        section.name()
    )
    .fetch_all(txn.connection())
    .await?;
    Ok(Some(Since {
        checkpoint,
        updates: updates
            .into_iter()
            .map(|row| LoggedUpdate {
                seq: row.seq.cast_unsigned(),
                person: PersonId(row.person_id),
                update: row.update.into(),
            })
            .collect(),
        owners: owners.into_iter().map(|row| (row.client_id.cast_unsigned(), PersonId(row.person_id))).collect(),
    }))
}

/// How far each section of a meeting has come.
pub async fn heads(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<Vec<(Section, u64)>> {
    let rows = sqlx::query!("select section, head from doc_heads where meeting_id = $1", meeting.0)
        .fetch_all(txn.connection())
        .await?;
    let known = |name: &str| Section::from_name(name).ok_or_else(|| unreadable("section"));
    rows.into_iter().map(|row| Ok((known(&row.section)?, row.head.cast_unsigned()))).collect()
}

/// The term in which the meeting may be written just now.
pub async fn term(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<u64> {
    let term = sqlx::query_scalar!("select max(term) from doc_heads where meeting_id = $1", meeting.0)
        .fetch_one(txn.connection())
        .await?;
    Ok(term.unwrap_or_default().cast_unsigned())
}

/// Begins a new term: whatever was given to the log in an earlier one is not let in any more.
pub async fn take(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<u64> {
    lock(txn, meeting).await?;
    sqlx::query!(
        "update doc_heads set term = (select max(term) + 1 from doc_heads where meeting_id = $1) where meeting_id = $1",
        meeting.0
    )
    .execute(txn.connection())
    .await?;
    term(txn, meeting).await
}

/// Lets nothing more into the meeting’s documents. What is read of them afterwards in this transaction
/// is all there is until they are opened again.
pub async fn close(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<()> {
    lock(txn, meeting).await?;
    sqlx::query!("update doc_heads set closed = true where meeting_id = $1", meeting.0)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Lets words in again.
pub async fn reopen(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<()> {
    lock(txn, meeting).await?;
    sqlx::query!("update doc_heads set closed = false where meeting_id = $1", meeting.0)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Waits for whoever is appending, and keeps the next from it.
async fn lock(txn: &mut SchoolTransaction, meeting: MeetingId) -> sqlx::Result<()> {
    sqlx::query!("select from doc_heads where meeting_id = $1 order by section collate \"C\" for update", meeting.0)
        .execute(txn.connection())
        .await?;
    Ok(())
}

/// Appends these updates, and the client ids they claim, in a transaction of their own. Returns for
/// each its `seq`, or nothing where it was not let in: the meeting is agreed, or another server has
/// taken it.
pub async fn append(db: &Db, updates: &[&NewUpdate]) -> sqlx::Result<Vec<Option<u64>>> {
    // In the order in which everybody locks.
    let mut sections: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, update) in updates.iter().enumerate() {
        sections.entry((update.meeting, update.section.name(), update.term)).or_default().push(at);
    }
    let first = |ats: &Vec<usize>| updates[ats[0]];
    let head_schools: Vec<_> = sections.values().map(|ats| first(ats).school.0).collect();
    let head_meetings: Vec<_> = sections.keys().map(|(meeting, ..)| meeting.0).collect();
    let head_sections: Vec<_> = sections.keys().map(|(_, section, _)| (*section).to_owned()).collect();
    let head_terms: Vec<_> = sections.keys().map(|(.., term)| term.cast_signed()).collect();
    let head_counts: Vec<_> = sections.values().map(|ats| number(ats.len())).collect();
    let mut schools = head_schools.clone();
    schools.sort_unstable();
    schools.dedup();

    let (mut heads, mut numbers, mut people, mut bodies) = (vec![], vec![], vec![], vec![]);
    let (mut claim_heads, mut claim_clients, mut claim_people) = (vec![], vec![], vec![]);
    for (place, ats) in (1..).zip(sections.values()) {
        for (nth, at) in (1..).zip(ats) {
            let update = updates[*at];
            heads.push(place);
            numbers.push(nth);
            people.push(update.person.0);
            bodies.push(&*update.update);
            for client in &update.claims {
                claim_heads.push(place);
                claim_clients.push(client.cast_signed());
                claim_people.push(update.person.0);
            }
        }
    }
    let before = sqlx::query_scalar!(
        r#"select append_updates($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as "heads!: Vec<Option<i64>>""#,
        &schools,
        &head_schools,
        &head_meetings,
        &head_sections,
        &head_terms,
        &head_counts,
        &heads,
        &numbers,
        &people,
        &bodies as _,
        &claim_heads,
        &claim_clients,
        &claim_people
    )
    .fetch_one(db.pool())
    .await?;

    let mut seqs = vec![None; updates.len()];
    for (before, ats) in before.into_iter().zip(sections.values()) {
        let Some(before) = before else { continue };
        for (seq, at) in (before.cast_unsigned() + 1..).zip(ats) {
            seqs[*at] = Some(seq);
        }
    }
    Ok(seqs)
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
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
    sqlx::query!(
        "insert into doc_heads (school_id, meeting_id, section) values ($1, $2, $3)",
        school.0,
        meeting.0,
        section.name()
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
