//! One device, several people: a parent and a child at one tablet, each with their own name on their words.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{MeetingId, PersonId};

use super::{
    cookies::{others, set_session},
    session::opens,
};
use crate::{db, secret::Hash, state::AppState};

#[derive(Deserialize)]
pub(super) struct Wanted {
    person: PersonId,
    /// Where they were, to go on there.
    meeting: Option<MeetingId>,
}

/// “Be Tomek”: only somebody who has come in here by themselves, and not left since.
pub(super) async fn switch(State(state): State<AppState>, headers: HeaderMap, Form(wanted): Form<Wanted>) -> Response {
    let secure = state.is_secure();
    let to = wanted.meeting.map_or_else(|| "/".to_owned(), |meeting| format!("/meetings/{meeting}"));
    let mut response = Redirect::to(&to).into_response();
    for id in others(&headers, secure) {
        match db::login_sessions::find(&state.db, Hash::of(id)).await {
            Ok(Some(session))
                if session.viewer.person == wanted.person
                    && session.viewer.by_link.is_some()
                    && opens(&session, state.clock.now()) =>
            {
                set_session(&mut response, &headers, secure, id, &[]);
                break;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "a session could not be looked up"),
        }
    }
    response
}
