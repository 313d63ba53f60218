//! The doors: who is at the table, who may come to it, and who runs the meeting.

use async_trait::async_trait;
use shared::{MeetingId, ParticipantId};

use super::Viewer;
use crate::{error::AppError, view::doors::DoorPage};

#[async_trait]
pub trait Doors: Send + Sync {
    /// Facilitator: who is at the table, and who was asked to leave it.
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
}
