//! What goes, some days after a meeting was agreed: the keystroke log, and every letter that no longer
//! stands on the page. The record keeps what was agreed and who agreed, not what a parent wrote and
//! thought better of.
//!
//! ```text
//! goes    every row of the update log · deleted letters and overwritten choices, wherever a checkpoint
//!         still had them · items that were taken off the page · their bytes in the tables’ files
//! stays   the record, attendance, who agreed · the documents as they stood at the end, because the page
//!         can still be read and the next meeting starts from the passport · whose hand each client id is
//! ```
//!
//! A meeting that was never agreed keeps its history as long as it is there. Not reached from here: Postgres’s
//! write-ahead log, until it has gone round, and backups, until they are thrown away.
//!
//! What must stay true: what can be read afterwards is what could be read before, letter by letter, in
//! the same history and by the same authors; a school’s documents are only touched in a transaction
//! that named the school.

use shared::{
    ItemId, MeetingId, SchoolId,
    doc::{ItemMeta, SectionDoc},
    schema,
};
use time::{Duration, OffsetDateTime};

use crate::{
    db::{
        Db,
        documents::{self, StoredSection},
        histories,
    },
    rooms::Rooms,
};

use super::rules::{self, What};

/// Destroys every history that is due, and returns how many were. A meeting that somebody has open
/// waits for the next time: their room still has all of it in memory. `keep` is for schools with no rule of their own.
pub async fn destroy_due(db: &Db, rooms: &Rooms, now: OffsetDateTime, keep: Duration) -> sqlx::Result<usize> {
    let mut destroyed = 0;
    for school in crate::db::schools::list(db).await? {
        let mut txn = db.begin(school).await?;
        let agreed_before = now - rules::of(&mut txn, keep).await?.of(What::History).time();
        let due = histories::due(&mut txn, agreed_before).await?;
        drop(txn);
        for meeting in due.into_iter().filter(|meeting| !rooms.is_live(school, *meeting)) {
            destroyed += usize::from(destroy(db, school, meeting, agreed_before, now).await?);
        }
    }
    Ok(destroyed)
}

/// One meeting, in one transaction: all of it or nothing.
async fn destroy(
    db: &Db,
    school: SchoolId,
    meeting: MeetingId,
    agreed_before: OffsetDateTime,
    now: OffsetDateTime,
) -> sqlx::Result<bool> {
    let mut txn = db.begin(school).await?;
    if !histories::lock_due(&mut txn, meeting, agreed_before).await? {
        return Ok(false);
    }
    for stored in documents::load(&mut txn, meeting).await? {
        let Some(state) = settled(&stored) else {
            tracing::error!(%meeting, section = stored.section.name(), "a history cannot be read, so it stays");
            return Ok(false);
        };
        histories::settle(&mut txn, meeting, stored.section, stored.seq, &state).await?;
    }
    histories::destroyed(&mut txn, meeting, now).await?;
    txn.commit().await?;
    tracing::info!(%meeting, "the keystrokes of an agreed meeting were destroyed");
    Ok(true)
}

/// The section without its past. Nothing, if it would not read the same.
fn settled(stored: &StoredSection) -> Option<Vec<u8>> {
    let doc = SectionDoc::from_state(stored.section, 0, &stored.checkpoint).ok()?;
    stored.updates.iter().try_for_each(|update| doc.apply(update)).ok()?;
    let before = page(&doc);
    doc.erase_removed();
    let state = doc.state();
    let after = SectionDoc::from_state(stored.section, 0, &state).ok()?;
    (page(&after) == before && after.state_vector() == doc.state_vector()).then_some(state)
}

/// One item as it can be read: its list, who said it, and its fields.
type Line = (&'static str, Option<ItemMeta>, Vec<(String, Option<i64>)>);

fn page(doc: &SectionDoc) -> Vec<Line> {
    let lists = schema::lists(doc.section()).iter();
    let items = lists.flat_map(|list| doc.items(list).into_iter().map(move |item: ItemId| (list, item)));
    let read = |(list, item): (&schema::List, ItemId)| {
        let fields =
            list.fields.iter().map(|field| (doc.words(list, item, field.key), doc.number(list, item, field.key)));
        (list.key, doc.meta(list, item), fields.collect())
    };
    items.map(read).collect()
}
