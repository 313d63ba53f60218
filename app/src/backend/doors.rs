//! The doors: who is at the table, who may come to it, and who runs the meeting.

use async_trait::async_trait;
use shared::{KnockId, MeetingId, ParticipantId, Role};

use super::Viewer;
use crate::{
    error::AppError,
    view::doors::{AlsoHere, DoorPage, Doors as HowDoorsAre, Link, LobbyPage},
};

/// What a browser holds where somebody waits at a door, the latest first. In the context, if there is any.
#[derive(Clone, Debug)]
pub struct KnockSecrets(pub Vec<String>);

/// Who else is signed in in the browser that asks. In the context.
#[derive(Clone, Debug, Default)]
pub struct AlsoSignedIn(pub Vec<Viewer>);

#[async_trait]
pub trait Doors: Send + Sync {
    /// Facilitator: who is at the table, who was asked to leave it, and who is at the door.
    async fn door_page(&self, viewer: Viewer, meeting: MeetingId) -> Result<DoorPage, AppError>;

    /// Facilitator: asks somebody to leave. Their page closes within a second; what they wrote stays.
    async fn person_remove(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        participant: ParticipantId,
    ) -> Result<(), AppError>;
    /// Facilitator: lets somebody in again who was asked to leave.
    async fn person_let_back(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        participant: ParticipantId,
    ) -> Result<(), AppError>;

    /// Facilitator: gives the running of the meeting to somebody else of the school.
    async fn running_hand_over(&self, viewer: Viewer, meeting: MeetingId, to: ParticipantId) -> Result<(), AppError>;
    /// Somebody of the school, when whoever runs the meeting has been away for a while.
    async fn running_take_over(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError>;

    /// Facilitator: opens and closes the doors.
    async fn doors_set(&self, viewer: Viewer, meeting: MeetingId, doors: HowDoorsAre) -> Result<(), AppError>;
    /// Facilitator: makes a code to be said on the telephone, in place of the one before.
    async fn code_make(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError>;
    /// Facilitator: lets in who knocked; as what, if it is not what they were expected as.
    async fn knock_admit(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        knock: KnockId,
        role: Option<Role>,
    ) -> Result<(), AppError>;
    /// Facilitator: not now.
    async fn knock_decline(&self, viewer: Viewer, meeting: MeetingId, knock: KnockId) -> Result<(), AppError>;

    /// Facilitator: somebody’s own link, to be handed to them.
    async fn link_show(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<Link, AppError>;
    /// Facilitator: another link for somebody. Those before open nothing any more.
    async fn link_make(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<(), AppError>;
    /// Facilitator: takes back every link of somebody.
    async fn link_take_back(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<(), AppError>;

    /// For those who wait at a door, and say so by asking.
    async fn lobby_page(&self, knocks: &KnockSecrets) -> Result<LobbyPage, AppError>;
    /// Who else is signed in in this browser.
    async fn also_here(&self, also: &AlsoSignedIn) -> Result<Vec<AlsoHere>, AppError>;
}
