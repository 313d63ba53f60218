//! The UI’s only way to the server: one trait, provided in context.
//!
//! Every method is told who asks and decides for itself whether they may: a server function is a
//! route that anybody can call.

mod doors;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use shared::{
    Attendance, ItemId, MeetingId, ParticipantId, PersonId, PupilId, SchoolId, doc::FieldAddress, record::Response,
};
use uuid::Uuid;

pub use self::doors::{AlsoSignedIn, Doors, KnockSecrets};
use crate::{
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

/// Who is asking: read from the session cookie by the server, never from the request’s words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub school: SchoolId,
    pub person: PersonId,
    /// The session that a link to a meeting made; none of whoever came with an account.
    pub by_link: Option<LinkSession>,
}

/// By the hash that the server keeps of it: which doors it went through is asked of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LinkSession(pub [u8; 32]);

impl fmt::Debug for LinkSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSession(…)")
    }
}

impl Viewer {
    /// Whether this is the same person, however they came in.
    pub fn is_same(self, other: Self) -> bool {
        (self.school, self.person) == (other.school, other.person)
    }
}

#[async_trait]
pub trait Backend: Doors {
    /// What a personal link shows before it is used, and whom this browser would have to change for it. Reading it
    /// uses nothing up.
    async fn join_page(&self, now_here: Option<Viewer>, token: &str) -> Result<JoinPage, AppError>;

    /// As many meetings as a page has lines.
    async fn meetings_page(&self, viewer: Viewer, page: u32) -> Result<MeetingsPage, AppError>;
    async fn meeting_page(&self, viewer: Viewer, meeting: MeetingId) -> Result<MeetingPage, AppError>;
    /// Asked again and again while the page is open: it is not opened anew by that, and not written down.
    async fn people_now(&self, viewer: Viewer, meeting: MeetingId) -> Result<PeopleNow, AppError>;
    async fn record_page(&self, viewer: Viewer, meeting: MeetingId) -> Result<RecordPage, AppError>;

    /// Facilitator: opens the meeting; everybody’s views become visible to everybody.
    async fn meeting_start(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError>;
    /// Facilitator: asks everybody to look at a part of the page.
    async fn meeting_spotlight(&self, viewer: Viewer, meeting: MeetingId, part: Option<String>)
    -> Result<(), AppError>;
    /// Facilitator: names the person who writes for the pupil, or nobody.
    async fn meeting_scribe(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        scribe: Option<ParticipantId>,
    ) -> Result<(), AppError>;
    /// Facilitator: notes how these people came. Everybody’s record says so.
    async fn meeting_attendance(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        who: Vec<ParticipantId>,
        attendance: Attendance,
    ) -> Result<(), AppError>;
    /// Everybody for themselves: agree, agree with a comment, disagree with a part, views only.
    async fn meeting_answer(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        response: Response,
        comment: String,
    ) -> Result<(), AppError>;
    /// Facilitator, and staff who answer for the child: takes words out of a text for everybody at once, if they stand
    /// there from this letter on. They are kept for the safeguarding lead alone.
    async fn passage_hide(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        field: FieldAddress,
        from: u32,
        words: String,
    ) -> Result<(), AppError>;
    /// Safeguarding lead: what was hidden; of one of them, the words too, which is written down.
    async fn hidden_page(&self, viewer: Viewer, passage: Option<Uuid>) -> Result<HiddenPage, AppError>;
    /// Facilitator: saves the record and closes the sections, or says what is missing.
    async fn record_agree(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError>;
    /// Facilitator: says what is missing, and does nothing.
    async fn record_can_be_agreed(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError>;
    /// The record as it was in an earlier version.
    async fn record_version_page(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        version: u32,
    ) -> Result<RecordPage, AppError>;
    /// Facilitator, and those who answer for every child: opens an agreed meeting again, for this reason.
    async fn record_reopen(&self, viewer: Viewer, meeting: MeetingId, reason: String) -> Result<(), AppError>;
    /// Facilitator: makes the next meeting from this record.
    async fn meeting_start_next(&self, viewer: Viewer, meeting: MeetingId) -> Result<MeetingId, AppError>;

    /// Those who answer for the child: when the first meeting may be, and who is invited to it.
    async fn first_meeting_page(&self, viewer: Viewer, pupil: PupilId) -> Result<FirstMeetingPage, AppError>;
    /// The same: makes the first meeting, or finds the one that was made already; or says what is wrong.
    async fn first_meeting_begin(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        sent: FirstMeetingSent,
    ) -> Result<Result<MeetingId, Vec<Fault>>, AppError>;

    /// One child’s page, with what this person may see of them.
    async fn pupil_page(&self, viewer: Viewer, pupil: PupilId) -> Result<PupilPage, AppError>;
    /// The child’s passport, the newest or as it was in this version.
    async fn passport_page(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        version: Option<Uuid>,
    ) -> Result<PassportPage, AppError>;
    /// Those who live or work with the child, and the child: where the passport is written now.
    async fn passport_open(&self, viewer: Viewer, pupil: PupilId) -> Result<MeetingId, AppError>;
    /// The same: keeps it as it stands as a version of today.
    async fn passport_save(&self, viewer: Viewer, pupil: PupilId) -> Result<(), AppError>;
    /// The line of a child’s in the register, and who is kept from the child: for those who answer for it.
    async fn line_page(&self, viewer: Viewer, pupil: PupilId) -> Result<LinePage, AppError>;
    /// Writes down what of the line is otherwise than it was seen, or says what is wrong with it.
    async fn line_change(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        line: Line,
        seen: Option<Line>,
    ) -> Result<Vec<Fault>, AppError>;
    /// Those who answer for the register: the form for a child who is not here yet.
    async fn add_page(&self, viewer: Viewer) -> Result<AddPage, AppError>;
    /// The child, or what is wrong with what was said of them.
    async fn child_add(&self, viewer: Viewer, child: NewChild) -> Result<Result<PupilId, Vec<Fault>>, AppError>;
    /// Takes somebody out of the register of whom nothing was written in a meeting, or says why not.
    async fn child_take_out(&self, viewer: Viewer, pupil: PupilId, is_sure: bool) -> Result<Vec<Fault>, AppError>;
    /// This person learns nothing of the child from now on, or what is missing to say so.
    async fn keep_from(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        person: Option<PersonId>,
        reason: String,
    ) -> Result<Vec<Fault>, AppError>;
    /// The same, taken back.
    async fn let_near(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        person: PersonId,
        reason: String,
    ) -> Result<Vec<Fault>, AppError>;
    /// Sets the last day on which the child is shared with somebody from outside, or that there is none.
    async fn share_until(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        person: PersonId,
        until: String,
    ) -> Result<Vec<Fault>, AppError>;
    /// Staff: this version of the passport was read. Whether it is the newest.
    async fn passport_confirm(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        version: Uuid,
        number: u32,
    ) -> Result<bool, AppError>;
    /// Social care at the child’s table: the Virtual School’s rating of the newest plan, or what is missing.
    async fn pep_rate(&self, viewer: Viewer, pupil: PupilId, sent: RatingSent) -> Result<Vec<Fault>, AppError>;
    /// A looked-after child’s education plan, for those who answer for it.
    async fn pep_page(&self, viewer: Viewer, pupil: PupilId) -> Result<PepPage, AppError>;
    /// Staff: the children with extra help, of the whole school or their own.
    async fn register_page(&self, viewer: Viewer, query: RegisterQuery) -> Result<RegisterPage, AppError>;
    /// Staff: who gets what.
    async fn map_page(&self, viewer: Viewer, query: MapQuery) -> Result<MapPage, AppError>;
    /// Staff: what worked.
    async fn impact_page(&self, viewer: Viewer, query: ImpactQuery) -> Result<ImpactPage, AppError>;
    /// Staff: what somebody gives to whom on a day, and whether it happened.
    async fn delivery_page(&self, viewer: Viewer, query: DeliveryQuery) -> Result<DeliveryPage, AppError>;
    /// Staff: something that was promised is done.
    /// What is known of that on which this meeting looks back.
    async fn known_before(&self, viewer: Viewer, meeting: MeetingId) -> Result<Before, AppError>;

    async fn action_tick(
        &self,
        viewer: Viewer,
        pupil: PupilId,
        meeting: MeetingId,
        item: ItemId,
    ) -> Result<(), AppError>;
}

/// In the context when nobody can be looked up: then it is not known who asks, not even that it is
/// nobody.
#[derive(Clone, Copy, Debug)]
pub struct NotJustNow;

/// The backend of this request, and who asks. Only on the server.
pub fn backend() -> Result<(Arc<dyn Backend>, Viewer), AppError> {
    if leptos::prelude::use_context::<NotJustNow>().is_some() {
        return Err(AppError::Unavailable);
    }
    let viewer = leptos::prelude::use_context::<Option<Viewer>>().flatten().ok_or(AppError::NotSignedIn)?;
    Ok((anonymous_backend()?, viewer))
}

/// The backend alone, for what a stranger may ask.
pub fn anonymous_backend() -> Result<Arc<dyn Backend>, AppError> {
    leptos::prelude::use_context::<Arc<dyn Backend>>().ok_or(AppError::Unavailable)
}
