//! What pages are made from, asked by the server while it renders them. None of it can be called from outside.

use leptos::prelude::*;
use shared::{MeetingId, PupilId};
use uuid::Uuid;

use crate::{
    backend::{AlsoSignedIn, KnockSecrets, Viewer, anonymous_backend, backend},
    error::AppError,
    view::{
        JoinPage, MeetingPage, MeetingsPage, RecordPage,
        delivery::{Before, DeliveryPage, DeliveryQuery},
        doors::{AlsoHere, LobbyPage},
        first::FirstMeetingPage,
        hidden::HiddenPage,
        line::{AddPage, LinePage, NotAdded},
        map::{ImpactPage, ImpactQuery, MapPage, MapQuery},
        pep::PepPage,
        pupils::{PassportPage, PupilPage},
        register::{RegisterPage, RegisterQuery},
    },
};

pub async fn read_join_page(token: String) -> Result<JoinPage, AppError> {
    let now_here = use_context::<Option<Viewer>>().flatten();
    anonymous_backend()?.join_page(now_here, &token).await
}

/// For those who wait at a door: asking says that they are still there.
pub async fn read_lobby() -> Result<LobbyPage, AppError> {
    let backend = anonymous_backend()?;
    let secrets = use_context::<KnockSecrets>().ok_or(AppError::NotSignedIn)?;
    backend.lobby_page(&secrets).await
}

/// Who else is signed in in this browser. Without an answer there is nobody to be.
pub async fn read_also_here() -> Vec<AlsoHere> {
    let Ok((backend, _)) = backend() else { return vec![] };
    backend.also_here(&use_context::<AlsoSignedIn>().unwrap_or_default()).await.unwrap_or_default()
}

pub async fn read_meetings(page: u32) -> Result<MeetingsPage, AppError> {
    let (backend, viewer) = backend()?;
    backend.meetings_page(viewer, page).await
}

pub async fn read_meeting(meeting: MeetingId) -> Result<MeetingPage, AppError> {
    let (backend, viewer) = backend()?;
    backend.meeting_page(viewer, meeting).await
}

/// What is known of that on which a meeting looks back. The table goes on without it.
pub async fn read_before(meeting: MeetingId) -> Before {
    let Ok((backend, viewer)) = backend() else { return Before::default() };
    backend.known_before(viewer, meeting).await.unwrap_or_default()
}

/// The newest version, or the one that is asked for.
pub async fn read_record(meeting: MeetingId, version: Option<u32>) -> Result<RecordPage, AppError> {
    let (backend, viewer) = backend()?;
    match version {
        Some(version) => backend.record_version_page(viewer, meeting, version).await,
        None => backend.record_page(viewer, meeting).await,
    }
}

pub async fn read_pupil(pupil: PupilId) -> Result<PupilPage, AppError> {
    let (backend, viewer) = backend()?;
    backend.pupil_page(viewer, pupil).await
}

/// The newest version, or the one that is asked for.
pub async fn read_passport(pupil: PupilId, version: Option<Uuid>) -> Result<PassportPage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.passport_page(viewer, pupil, version).await?;
    page.not_taken = use_context().unwrap_or_default();
    Ok(page)
}

pub async fn read_line(pupil: PupilId) -> Result<LinePage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.line_page(viewer, pupil).await?;
    // What was sent and is wrong stands in the boxes again.
    page.refused = use_context().unwrap_or_default();
    if let Some(line) = page.refused.line.take() {
        page.line = match page.refused.seen.take() {
            Some(seen) => line.onto(&seen, &page.seen).0,
            None => line,
        };
    }
    Ok(page)
}

pub async fn read_add_child() -> Result<AddPage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.add_page(viewer).await?;
    let NotAdded { child, faults } = use_context().unwrap_or_default();
    (page.child, page.faults) = (child, faults);
    Ok(page)
}

pub async fn read_first_meeting(pupil: PupilId) -> Result<FirstMeetingPage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.first_meeting_page(viewer, pupil).await?;
    if let Some(sent) = use_context() {
        page.sent = sent;
    }
    Ok(page)
}

pub async fn read_register(query: RegisterQuery) -> Result<RegisterPage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.register_page(viewer, query).await?;
    // When a file was sent, the page answers with what it would change, or what is wrong in it.
    page.sent = use_context();
    Ok(page)
}

pub async fn read_map(query: MapQuery) -> Result<MapPage, AppError> {
    let (backend, viewer) = backend()?;
    backend.map_page(viewer, query).await
}

pub async fn read_impact(query: ImpactQuery) -> Result<ImpactPage, AppError> {
    let (backend, viewer) = backend()?;
    backend.impact_page(viewer, query).await
}

pub async fn read_delivery(query: DeliveryQuery) -> Result<DeliveryPage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.delivery_page(viewer, query).await?;
    page.not_told = use_context();
    Ok(page)
}

pub async fn read_hidden(passage: Option<Uuid>) -> Result<HiddenPage, AppError> {
    let (backend, viewer) = backend()?;
    backend.hidden_page(viewer, passage).await
}

pub async fn read_pep(pupil: PupilId) -> Result<PepPage, AppError> {
    let (backend, viewer) = backend()?;
    let mut page = backend.pep_page(viewer, pupil).await?;
    page.refused = use_context().unwrap_or_default();
    Ok(page)
}
