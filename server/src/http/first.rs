//! The first meeting about a child: a plain form, and on to the meeting.

use app::view::first::{COLLEAGUES, FirstMeetingSent, GUESTS, Guest};
use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};

use super::sent::Sent;
use crate::state::AppState;

pub(super) async fn begin(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, "first-meeting", request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let wanted = wanted(&sent);
    let outcome = match state.backend.first_meeting_begin(sent.viewer, sent.pupil, wanted.clone()).await {
        Ok(Ok(meeting)) => return Redirect::to(&format!("/meetings/{meeting}")).into_response(),
        Ok(Err(faults)) => Ok(faults),
        Err(error) => Err(error),
    };
    sent.answer(&state, outcome, "", |faults| FirstMeetingSent { faults, ..wanted }).await
}

fn wanted(sent: &Sent) -> FirstMeetingSent {
    let numbered = |field: &str, at: usize| sent.value(&format!("{field}-{at}"));
    let guest = |at| Guest { name: numbered("guest", at), comes_as: numbered("as", at) };
    FirstMeetingSent {
        on: sent.value("on"),
        at: sent.value("at"),
        place: sent.value("place"),
        colleagues: (1..=COLLEAGUES).map(|at| numbered("colleague", at)).collect(),
        guests: (1..=GUESTS).map(guest).collect(),
        faults: vec![],
    }
}
