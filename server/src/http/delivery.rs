//! Telling a session of help: a plain form, one tap.

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use shared::{ItemId, MeetingId, plain::plain};

use super::{school::refusal, session::MaybeViewer};
use crate::{
    backend::delivery::{self, NotTold, Telling, What},
    state::AppState,
};

/// The fields of the form, in their order; a group sends one `help` for each child.
type Fields = Vec<(String, String)>;

pub(super) async fn tell(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    fields: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(viewer) = viewer else { return refusal(&app::error::AppError::NotSignedIn) };
    let fields = fields.map(|Form(fields)| fields).unwrap_or_default();
    let telling = read(&fields);
    match delivery::tell(&state.db, viewer, &telling, state.clock.now()).await {
        Ok(()) => Redirect::to(&back(&telling, &value(&fields, "who"))).into_response(),
        Err(NotTold::Refused(error)) => refusal(&error),
        Err(NotTold::Wrong(words)) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{words}\n")).into_response(),
    }
}

fn value(fields: &Fields, name: &str) -> String {
    fields.iter().rfind(|(key, _)| key == name).map(|(_, value)| plain(value)).unwrap_or_default()
}

fn read(fields: &Fields) -> Telling {
    let all = |name: &'static str| fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
    let help = |words: &str| -> Option<(MeetingId, ItemId)> {
        let (meeting, item) = words.split_once('.')?;
        Some((meeting.parse().ok()?, item.parse().ok()?))
    };
    Telling {
        on: value(fields, "on"),
        // One that cannot be read is nobody’s: then nothing of the form is written down.
        helps: all("help").map(help).collect::<Option<_>>().unwrap_or_default(),
        away: all("away").filter_map(|item| item.parse().ok()).collect(),
        what: match value(fields, "told").as_str() {
            "happened" => What::Happened,
            "taken-back" => What::TakenBack,
            why => What::Not(why.to_owned()),
        },
        note: value(fields, "note"),
    }
}

/// To the day it was told for, at the same session.
fn back(telling: &Telling, who: &str) -> String {
    let who = utf8_percent_encode(who, NON_ALPHANUMERIC);
    let at = telling.helps.first().map(|(_, item)| format!("#s-{item}")).unwrap_or_default();
    format!("/delivery?on={}&who={who}{at}", telling.on)
}
