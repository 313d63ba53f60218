//! The Virtual School’s rating of an education plan: a plain form.

use app::view::pep::RatingSent;
use axum::{
    extract::{Path, Request, State},
    response::Response,
};

use super::sent::Sent;
use crate::state::AppState;

pub(super) async fn rate(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, "pep", request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let rating = RatingSent {
        plan: sent.value("plan"),
        rating: sent.value("rating"),
        words: sent.value("words"),
        faults: vec![],
    };
    let outcome = state.backend.pep_rate(sent.viewer, sent.pupil, rating.clone()).await;
    sent.answer(&state, outcome, "rated", |faults| RatingSent { faults, ..rating }).await
}
