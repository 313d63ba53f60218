//! What stands behind the pages: the app’s [`Backend`], from the database and the live rooms.
//!
//! What must stay true: every method finds out for itself who asks and what they may do; a command
//! that was begun runs to its end, though the person who gave it closes the page.

pub mod agreement;
mod commands;
pub mod delivery;
mod doors;
mod first;
mod hidden;
mod home;
mod impact;
mod lobby;
pub mod map;
mod next;
mod pages;
pub mod pupils;
pub mod records;
pub mod register;
mod reopen;
mod waiting;

use std::{sync::Arc, time::Duration};

use app::{
    backend::{Backend, Viewer},
    error::AppError,
    view::{
        JoinPage, MeetingPage, MeetingsPage, PeopleNow, RecordPage,
        delivery::{Before, DeliveryPage, DeliveryQuery},
        first::{FirstMeetingPage, FirstMeetingSent},
        hidden::HiddenPage,
        line::{AddPage, Fault, Line, LinePage, NewChild},
        map::{ImpactPage, ImpactQuery, MapPage, MapQuery},
        pep::{PepPage, RatingSent},
        pupils::{PassportPage, PupilPage},
        register::{RegisterPage, RegisterQuery},
    },
};
use async_trait::async_trait;
use shared::{
    Attendance, ItemId, MeetingId, ParticipantId, PersonId, PupilId, Stage, doc::FieldAddress, record::Response,
};
use uuid::Uuid;

use crate::{
    audit::{self, Deed, Verb},
    clock::SharedClock,
    db::{self, Db, SchoolTransaction, meetings::Meeting, participants::Participant},
    error::unavailable,
    room::hide::Passage,
    rooms::Rooms,
    secret::JoinKey,
};

/// How long whoever runs a meeting is away before somebody else may take it over.
pub const TAKE_OVER_AFTER: Duration = Duration::from_secs(120);

#[derive(Clone)]
pub struct ServerBackend {
    db: Db,
    rooms: Rooms,
    clock: SharedClock,
    join_key: JoinKey,
    take_over_after: Duration,
    url: Arc<str>,
}

impl ServerBackend {
    pub fn new(db: Db, rooms: Rooms, clock: SharedClock, join_key: JoinKey) -> Self {
        Self { db, rooms, clock, join_key, take_over_after: TAKE_OVER_AFTER, url: "".into() }
    }

    /// The same, for people who reach the server there: it is in the links they are handed.
    #[must_use]
    pub fn reached_at(self, url: &str) -> Self {
        Self { url: url.into(), ..self }
    }

    /// The same, where a meeting may be taken over sooner or later than usual.
    #[must_use]
    pub fn taking_over_after(self, take_over_after: Duration) -> Self {
        Self { take_over_after, ..self }
    }

    /// Writes down who read a record, before they have it.
    async fn was_read(&self, viewer: Viewer, meeting: MeetingId, verb: Verb) -> Result<(), AppError> {
        let deed = Deed::new(viewer.person, verb).in_meeting(meeting);
        audit::note(&self.db, viewer.school, deed, self.clock.now()).await.map_err(unavailable)
    }

    /// Runs a command on a task of its own: a request is dropped when its browser goes away, and
    /// between the commit and telling the room there must be no such moment.
    async fn to_the_end<T, F>(&self, command: impl FnOnce(Self) -> F) -> Result<T, AppError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        #[expect(clippy::disallowed_methods, reason = "awaited in the next line")]
        let running = tokio::spawn(command(self.clone()));
        running.await.map_err(unavailable)?
    }
}

/// A person at their place in a meeting: the beginning of everything a person may ask.
struct Seated {
    txn: SchoolTransaction,
    meeting: Meeting,
    me: Participant,
}

impl Seated {
    /// Nobody who came by a link walks past this meeting’s door with a link to another. What is agreed has none.
    async fn find(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Self, AppError> {
        let mut seated = Self::past_door(db, viewer, id).await?;
        if seated.meeting.stage != Stage::Agreed {
            in_by_door(&mut seated.txn, viewer, id).await?;
        }
        Ok(seated)
    }

    /// The same for what was agreed here, though the meeting be open again: by a link to a meeting of this child. A meeting that is not there and one that is
    /// somebody else’s look the same.
    async fn past_door(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Self, AppError> {
        let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
        let meeting = db::meetings::find(&mut txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
        let me = db::participants::find_admitted(&mut txn, id, viewer.person).await.map_err(unavailable)?;
        let Some(me) = me else {
            let removed = db::seats::was_removed(&mut txn, id, viewer.person).await.map_err(unavailable)?;
            let is_over = db::sharing::is_over_at(&mut txn, id, viewer.person).await.map_err(unavailable)?;
            return Err(match (removed, is_over) {
                (true, _) => AppError::PlaceClosed,
                (false, true) => AppError::SharingEnded,
                (false, false) => AppError::NotFound,
            });
        };
        if !db::doors::reads(&mut txn, meeting.pupil, viewer).await.map_err(unavailable)? {
            return Err(AppError::NotSignedIn);
        }
        Ok(Self { txn, meeting, me })
    }

    /// For what only the person running the meeting may do.
    async fn find_facilitator(db: &Db, viewer: Viewer, id: MeetingId) -> Result<Self, AppError> {
        let seated = Self::find(db, viewer, id).await?;
        if seated.me.role.can_facilitate() { Ok(seated) } else { Err(AppError::NotAllowed) }
    }
}

/// Whoever has to open this meeting’s own link first is told so.
async fn in_by_door(txn: &mut SchoolTransaction, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    let is_in = db::doors::lets_in(txn, id, viewer).await.map_err(unavailable)?;
    if is_in { Ok(()) } else { Err(AppError::NotSignedIn) }
}

/// Whoever made or opened this meeting needs no link to it.
async fn stay_in(txn: &mut SchoolTransaction, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    if let Some(session) = viewer.by_link {
        db::login_sessions::let_in(txn, session, id).await.map_err(unavailable)?;
    }
    Ok(())
}

#[async_trait]
impl Backend for ServerBackend {
    async fn join_page(&self, now_here: Option<Viewer>, token: &str) -> Result<JoinPage, AppError> {
        pages::join(self, now_here, token).await
    }

    async fn meetings_page(&self, viewer: Viewer, page: u32) -> Result<MeetingsPage, AppError> {
        pages::meetings(self, viewer, page).await
    }

    async fn meeting_page(&self, viewer: Viewer, meeting: MeetingId) -> Result<MeetingPage, AppError> {
        let page = pages::meeting(self, viewer, meeting).await?;
        self.was_read(viewer, meeting, Verb::MeetingOpened).await?;
        Ok(page)
    }

    async fn people_now(&self, viewer: Viewer, meeting: MeetingId) -> Result<PeopleNow, AppError> {
        pages::meeting(self, viewer, meeting).await.map(PeopleNow::from)
    }

    async fn record_page(&self, viewer: Viewer, meeting: MeetingId) -> Result<RecordPage, AppError> {
        let page = records::page(&self.db, viewer, meeting, None, self.clock.today()).await?;
        self.was_read(viewer, meeting, Verb::RecordRead).await?;
        Ok(page)
    }

    async fn meeting_start(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError> {
        self.to_the_end(async move |this| commands::start(&this, viewer, meeting).await).await
    }

    async fn meeting_spotlight(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        part: Option<String>,
    ) -> Result<(), AppError> {
        self.to_the_end(async move |this| commands::spotlight(&this, viewer, meeting, part).await).await
    }

    async fn meeting_scribe(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        scribe: Option<ParticipantId>,
    ) -> Result<(), AppError> {
        self.to_the_end(async move |this| commands::name_scribe(&this, viewer, meeting, scribe).await).await
    }

    async fn meeting_attendance(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        who: Vec<ParticipantId>,
        attendance: Attendance,
    ) -> Result<(), AppError> {
        self.to_the_end(async move |this| commands::note_attendance(&this, viewer, meeting, who, attendance).await)
            .await
    }

    async fn meeting_answer(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        response: Response,
        comment: String,
    ) -> Result<(), AppError> {
        self.to_the_end(async move |this| commands::answer(&this, viewer, meeting, response, comment).await).await
    }

    async fn passage_hide(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        field: FieldAddress,
        from: u32,
        words: String,
    ) -> Result<(), AppError> {
        let passage = Passage { field, from, words };
        self.to_the_end(async move |this| hidden::hide(&this, viewer, meeting, passage).await).await
    }

    async fn hidden_page(&self, viewer: Viewer, passage: Option<Uuid>) -> Result<HiddenPage, AppError> {
        hidden::page(self, viewer, passage).await
    }

    async fn record_agree(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError> {
        self.to_the_end(async move |this| commands::agree(&this, viewer, meeting).await).await
    }

    async fn record_can_be_agreed(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError> {
        commands::can_be_agreed(self, viewer, meeting).await
    }

    async fn record_version_page(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        version: u32,
    ) -> Result<RecordPage, AppError> {
        let page = records::page(&self.db, viewer, meeting, Some(version), self.clock.today()).await?;
        self.was_read(viewer, meeting, Verb::RecordRead).await?;
        Ok(page)
    }

    async fn record_reopen(&self, viewer: Viewer, meeting: MeetingId, reason: String) -> Result<(), AppError> {
        self.to_the_end(async move |this| reopen::reopen(&this, viewer, meeting, &reason).await).await
    }

    async fn meeting_start_next(&self, viewer: Viewer, meeting: MeetingId) -> Result<MeetingId, AppError> {
        self.to_the_end(async move |this| next::start(&this, viewer, meeting).await).await
    }

    async fn first_meeting_page(&self, viewer: Viewer, pupil: PupilId) -> Result<FirstMeetingPage, AppError> {
        first::page(self, viewer, pupil).await
    }

    async fn first_meeting_begin(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        sent: FirstMeetingSent,
    ) -> Result<Result<MeetingId, Vec<Fault>>, AppError> {
        self.to_the_end(async move |this| first::begin(&this, viewer, pupil, &sent).await).await
    }

    async fn pupil_page(&self, viewer: Viewer, pupil: PupilId) -> Result<PupilPage, AppError> {
        pupils::page(self, viewer, pupil).await
    }

    async fn passport_page(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        version: Option<Uuid>,
    ) -> Result<PassportPage, AppError> {
        pupils::passport::page(self, viewer, pupil, version).await
    }

    async fn passport_open(&self, viewer: Viewer, pupil: PupilId) -> Result<MeetingId, AppError> {
        self.to_the_end(async move |this| pupils::passport::open(&this, viewer, pupil).await).await
    }

    async fn passport_save(&self, viewer: Viewer, pupil: PupilId) -> Result<(), AppError> {
        self.to_the_end(async move |this| pupils::passport::save(&this, viewer, pupil).await).await
    }

    async fn pep_page(&self, viewer: Viewer, pupil: PupilId) -> Result<PepPage, AppError> {
        pupils::pep::page(self, viewer, pupil).await
    }

    async fn pep_rate(&self, viewer: Viewer, pupil: PupilId, sent: RatingSent) -> Result<Vec<Fault>, AppError> {
        pupils::rating::rate(self, viewer, pupil, &sent).await
    }

    async fn passport_confirm(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        version: Uuid,
        number: u32,
    ) -> Result<bool, AppError> {
        pupils::reading::confirm(self, viewer, pupil, (version, number)).await
    }

    async fn share_until(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        person: PersonId,
        until: String,
    ) -> Result<Vec<Fault>, AppError> {
        pupils::sharing::set(self, viewer, pupil, person, &until).await
    }

    async fn line_page(&self, viewer: Viewer, pupil: PupilId) -> Result<LinePage, AppError> {
        pupils::line::page(self, viewer, pupil).await
    }

    async fn line_change(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        line: Line,
        seen: Option<Line>,
    ) -> Result<Vec<Fault>, AppError> {
        pupils::line::change(self, viewer, pupil, &line, seen.as_ref()).await
    }

    async fn add_page(&self, viewer: Viewer) -> Result<AddPage, AppError> {
        pupils::add::page(self, viewer).await
    }

    async fn child_add(&self, viewer: Viewer, child: NewChild) -> Result<Result<PupilId, Vec<Fault>>, AppError> {
        pupils::add::add(self, viewer, &child).await
    }

    async fn child_take_out(&self, viewer: Viewer, pupil: PupilId, is_sure: bool) -> Result<Vec<Fault>, AppError> {
        pupils::add::take_out(self, viewer, pupil, is_sure).await
    }

    async fn keep_from(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        person: Option<PersonId>,
        reason: String,
    ) -> Result<Vec<Fault>, AppError> {
        self.to_the_end(async move |this| pupils::kept::keep_from(&this, viewer, pupil, person, &reason).await).await
    }

    async fn let_near(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        person: PersonId,
        reason: String,
    ) -> Result<Vec<Fault>, AppError> {
        self.to_the_end(async move |this| pupils::kept::let_near(&this, viewer, pupil, person, &reason).await).await
    }

    async fn register_page(&self, viewer: Viewer, query: RegisterQuery) -> Result<RegisterPage, AppError> {
        register::page(&self.db, viewer, query, self.clock.today()).await
    }

    async fn map_page(&self, viewer: Viewer, query: MapQuery) -> Result<MapPage, AppError> {
        map::page(self, viewer, query).await
    }

    async fn impact_page(&self, viewer: Viewer, query: ImpactQuery) -> Result<ImpactPage, AppError> {
        impact::page(self, viewer, query).await
    }

    async fn delivery_page(&self, viewer: Viewer, query: DeliveryQuery) -> Result<DeliveryPage, AppError> {
        delivery::page(self, viewer, query).await
    }

    async fn known_before(&self, viewer: Viewer, meeting: MeetingId) -> Result<Before, AppError> {
        delivery::known_before(self, viewer, meeting).await
    }

    async fn action_tick(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        meeting: MeetingId,
        item: ItemId,
    ) -> Result<(), AppError> {
        self.to_the_end(async move |this| pupils::tick(&this, viewer, pupil, meeting, item).await).await
    }
}
