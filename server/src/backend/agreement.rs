//! Making the agreed record out of a meeting: one transaction, all of it or nothing.
//!
//! What must stay true: the record is made from what the log holds, read after it was closed in the same
//! transaction. So no server, whatever its rooms believe, can add a word that is not in the record.

mod days;

use std::collections::BTreeMap;

use app::error::AppError;
use shared::{
    Attendance, ItemId, RecordId, Section,
    doc::{NotAnUpdate, SectionDoc},
    hand::Owners,
    record::{Agreement, Attendee, Facts, MeetingFacts, Missing, project},
    schema::staff,
};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

use self::days::Around;
pub(super) use self::days::in_passport;
use super::pages::facilitator;
use crate::{
    arrivals::READ_ON,
    clock::school_day,
    db::{
        self, SchoolTransaction,
        documents::StoredSection,
        meetings::Meeting,
        records::{Cost, NewRecord},
    },
    error::unavailable,
};

/// What a meeting’s documents hold.
type Sections = BTreeMap<Section, SectionDoc>;

/// Why there is no record.
#[derive(Debug, thiserror::Error)]
pub enum NotSaved {
    #[error("something the Code of Practice asks for is missing")]
    Missing(Vec<Missing>),
    #[error("a section cannot be read")]
    Unreadable(#[from] NotAnUpdate),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl From<NotSaved> for AppError {
    fn from(not_saved: NotSaved) -> Self {
        match not_saved {
            NotSaved::Missing(missing) => Self::Missing(missing),
            NotSaved::Unreadable(error) => unavailable(error),
            NotSaved::Database(error) => unavailable(error),
        }
    }
}

/// Closes the meeting’s documents and writes their record. Returns the record’s version.
pub async fn save(
    txn: &mut SchoolTransaction,
    meeting: &Meeting,
    id: RecordId,
    at: OffsetDateTime,
) -> Result<u32, NotSaved> {
    db::documents::close(txn, meeting.id).await?;
    let stored = db::documents::load(txn, meeting.id).await?;
    let sections = read(&stored)?;
    let owners: BTreeMap<Section, Owners> =
        stored.into_iter().map(|kept| (kept.section, kept.owners.into_iter().collect())).collect();
    let version = db::records::next_version(txn, meeting.id).await?;
    let facts = Facts { owners, ..facts(txn, meeting, version, at).await? };
    let record = project(&sections, facts).map_err(NotSaved::Missing)?;
    let around = around(txn, meeting, school_day(at)).await?;
    let wrong = days::that_cannot_be(&record.review_on, &sections, &around);
    if !wrong.is_empty() {
        return Err(NotSaved::Missing(wrong));
    }
    let new = NewRecord { id, record: &record, costs: &costs(&sections), at };
    db::records::create(txn, &[new]).await?;
    db::meetings::held_on(txn, meeting.id, held_on(meeting)).await?;
    db::meetings::agree(txn, meeting.id, at).await?;
    db::doors::end_code(txn, meeting.id, at).await?;
    db::login_sessions::end_by_code(txn, meeting.id, at + READ_ON).await?;
    Ok(version)
}

/// What this meeting’s days are judged by.
async fn around(txn: &mut SchoolTransaction, meeting: &Meeting, today: Date) -> sqlx::Result<Around> {
    let mut before = vec![];
    for agreed in [meeting.previous, Some(meeting.id)].into_iter().flatten() {
        let kept = db::records::find(txn, agreed, None).await?;
        before.extend(kept.and_then(|kept| serde_json::from_str(&kept.canonical_json).ok()));
    }
    let pupil = db::pupils::find(txn, meeting.pupil, today).await?;
    Ok(Around { met: held_on(meeting), today, born: pupil.and_then(|pupil| pupil.born_on), before })
}

/// The day it was opened, as the record says it.
fn held_on(meeting: &Meeting) -> Date {
    meeting.opened_at.map_or(meeting.held_on, OffsetDateTime::date)
}

/// What was kept has been through the gate, so it can be read.
pub(super) fn read(stored: &[StoredSection]) -> Result<Sections, NotAnUpdate> {
    let read = |kept: &StoredSection| {
        let doc = SectionDoc::from_state(kept.section, 0, &kept.checkpoint)?;
        kept.updates.iter().try_for_each(|update| doc.apply(update))?;
        Ok((kept.section, doc))
    };
    stored.iter().map(read).collect()
}

/// What the sections do not hold: who was there, who answered what, when.
pub(super) async fn facts(
    txn: &mut SchoolTransaction,
    meeting: &Meeting,
    version: u32,
    at: OffsetDateTime,
) -> sqlx::Result<Facts> {
    let seats = db::participants::list(txn, meeting.id).await?;
    let answers = db::agreements::list(txn, meeting.id).await?;
    let early = db::agreements::given_before_the_last_words(txn, meeting.id).await?;
    let moment = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    Ok(Facts {
        version,
        reason: db::reopenings::newest(txn, meeting.id).await?.map(|reopening| reopening.reason),
        agreed_at: moment(at),
        meeting: MeetingFacts {
            id: meeting.id,
            pupil_name: meeting.pupil_name.clone(),
            pupil_full_name: meeting.pupil_full_name.clone(),
            school: meeting.school.clone(),
            kind: meeting.kind.clone(),
            held_on: held_on(meeting).to_string(),
            place: meeting.place.clone(),
            facilitator: facilitator(&seats),
            plan_name: db::school_words::of(txn).await?.plan,
        },
        attendance: seats
            .iter()
            // Why somebody was left out on purpose stands elsewhere, and that they were is for the school alone:
            // the record lies on kitchen tables. Who came to correct it was not at the meeting.
            .filter(|seat| seat.attendance() != Attendance::NotInvitedOnPurpose)
            .map(|seat| Attendee {
                person: seat.person,
                name: seat.name.clone(),
                role: seat.role,
                title: seat.title.clone(),
                attendance: seat.attendance(),
            })
            .collect(),
        agreements: seats
            .iter()
            .filter_map(|seat| {
                let answer = answers.get(&seat.id)?;
                Some(Agreement {
                    person: seat.person,
                    name: seat.name.clone(),
                    role: seat.role,
                    title: seat.title.clone(),
                    response: answer.response,
                    comment: answer.comment.clone(),
                    at: moment(answer.at),
                    before_the_last_words: early.contains(&seat.id),
                })
            })
            .collect(),
        names: db::people::display_names(txn).await?,
        owners: BTreeMap::new(),
    })
}

/// From a section of their own: kept in rows beside the record, never in it.
pub(super) fn costs(sections: &Sections) -> Vec<Cost> {
    let Some(doc) = sections.get(&Section::Costs) else { return vec![] };
    let list = &staff::COSTS;
    doc.items(list)
        .into_iter()
        .filter_map(|item| {
            let provision: ItemId = doc.words(list, item, "provision").parse().ok()?;
            let pence = doc.number(list, item, "pence_per_pupil");
            // See `shared::record` for NUL.
            let funding = doc.words(list, item, "funding").replace('\0', "");
            Some(Cost { provision, pence_per_pupil: pence, funding })
        })
        .collect()
}
