//! Hiding a passage, and what was hidden, for the safeguarding lead.
//!
//! What must stay true: nobody hides what they may not read, or learns whether it stands there; nobody is given the
//! words whose reading was not written down before.

use app::{
    backend::Viewer,
    error::AppError,
    view::hidden::{Evidence, HiddenCount, HiddenPage, HiddenPassage},
};
use shared::{
    MeetingId, Stage,
    doc::FieldAddress,
    hand,
    policy::access_for,
    rights::{self, Post},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Seated, ServerBackend, pupils::here};
use crate::{
    audit::{Deed, Verb},
    clock::{at_school, school_day},
    db::{self, SchoolTransaction, hidden},
    error::{of_room, unavailable},
    room::hide::{Hiding, Passage},
};

/// Of what was hidden, the newest.
const SHOWN: usize = 100;

pub(super) async fn hide(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    passage: Passage,
) -> Result<(), AppError> {
    let Seated { mut txn, meeting, me } = Seated::find(&backend.db, viewer, id).await?;
    let posts = db::posts::held(&mut txn, viewer).await.map_err(unavailable)?;
    drop(txn);
    if !rights::may_hide(me.role, &posts) {
        return Err(AppError::NotAllowed);
    }
    if !access_for(passage.field.section, me.role, me.scribe, meeting.stage).can_read() {
        return Err(AppError::NotFound);
    }
    if meeting.stage == Stage::Agreed {
        return Err(AppError::Agreed);
    }
    let hiding = Hiding {
        id: evidence_id(),
        passage,
        by: viewer.person,
        client: hand::for_oneself(rand::random::<u64>() >> 11),
        at: backend.clock.now(),
    };
    backend.rooms.open(viewer.school, id).hide(hiding).await.map_err(of_room)
}

#[expect(clippy::disallowed_methods, reason = "a new row, made on the server alone")]
fn evidence_id() -> Uuid {
    Uuid::now_v7()
}

/// Of one of them the words too, where one is asked for.
pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, asked: Option<Uuid>) -> Result<HiddenPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    if !may_read(&mut txn, viewer).await? {
        return Err(AppError::NotAllowed);
    }
    let mut evidence = None;
    if let Some(id) = asked {
        let found = hidden::find(&mut txn, viewer.person, id).await.map_err(unavailable)?;
        let found = found.ok_or(AppError::NotFound)?;
        let deed = Deed::new(viewer.person, Verb::HiddenRead).in_meeting(found.meeting).about(id);
        db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
        evidence = Some((id, found));
    }
    let mut listed = hidden::list(&mut txn, viewer.person, SHOWN as i64 + 1).await.map_err(unavailable)?;
    let there_are_more = listed.len() > SHOWN;
    listed.truncate(SHOWN);
    let here = here(&mut txn, viewer).await?;
    txn.commit().await.map_err(unavailable)?;
    let passages = listed.into_iter().map(|listed| {
        let of_this = evidence.as_ref().filter(|(id, _)| *id == listed.id).map(|(_, evidence)| evidence);
        passage(listed, of_this)
    });
    Ok(HiddenPage { here, passages: passages.collect(), there_are_more })
}

/// Nothing for whoever may not read them.
pub(super) async fn count(txn: &mut SchoolTransaction, viewer: Viewer) -> Result<Option<HiddenCount>, AppError> {
    if !may_read(txn, viewer).await? {
        return Ok(None);
    }
    let (all, unread) = hidden::count(txn, viewer.person).await.map_err(unavailable)?;
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    Ok((all > 0).then(|| HiddenCount { all: number(all), unread: number(unread) }))
}

async fn may_read(txn: &mut SchoolTransaction, viewer: Viewer) -> Result<bool, AppError> {
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let has_lead = db::posts::is_held(txn, Post::SafeguardingLead).await.map_err(unavailable)?;
    Ok(rights::may_read_hidden(&posts, has_lead))
}

fn passage(listed: hidden::Listed, evidence: Option<&hidden::Evidence>) -> HiddenPassage {
    let meeting = listed.kind.zip(listed.held_on);
    HiddenPassage {
        id: listed.id.to_string(),
        pupil: listed.pupil_name,
        kind: meeting.as_ref().map(|(kind, _)| kind.clone()).unwrap_or_default(),
        held_on: meeting.map(|(_, day)| day.to_string()).unwrap_or_default(),
        hidden_by: listed.hidden_by,
        hidden_on: school_day(listed.hidden_at).to_string(),
        hidden_at: at(listed.hidden_at),
        was_read: listed.was_read,
        evidence: evidence.map(|evidence| Evidence {
            place: place(&evidence.field),
            words: evidence.words.clone(),
            written_by: evidence.written_by.clone(),
        }),
    }
}

/// “Targets and provision: How we’ll know”, as the page of the meeting calls it.
fn place(field: &str) -> String {
    let address = field.parse::<FieldAddress>().ok();
    let named = address.and_then(|address| Some((address.section, address.schema()?)));
    named.map(|(section, (_, field))| format!("{}: {}", section.label(), field.label)).unwrap_or_default()
}

/// “12.04”, by the school’s clock.
fn at(at: OffsetDateTime) -> String {
    let at = at_school(at);
    format!("{}.{:02}", at.hour(), at.minute())
}
