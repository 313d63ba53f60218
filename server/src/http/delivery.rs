//! Telling a session of help: a plain form, one tap.

use app::view::delivery::session_id;
use axum::{
    Extension,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use shared::{ItemId, MeetingId};

use super::{
    pages,
    refusal::Ours,
    school::refusal,
    sent::{Fields, fields, value},
    session::MaybeViewer,
};
use crate::{
    backend::delivery::{self, NotTold, Telling, What},
    state::AppState,
};

pub(super) async fn tell(State(state): State<AppState>, request: Request) -> Response {
    let Some(viewer) = request.extensions().get::<MaybeViewer>().and_then(|viewer| viewer.0) else {
        return refusal(&app::error::AppError::NotSignedIn);
    };
    let mut page = pages::same_asker(&request, "/delivery");
    let fields = fields(request).await;
    let telling = read(&fields);
    let back = back(&telling, &value(&fields, "who"));
    match delivery::tell(&state.db, viewer, &telling, state.clock.now()).await {
        Ok(()) => Redirect::to(&back).into_response(),
        Err(NotTold::Meanwhile(not_told)) => {
            *page.uri_mut() = back.parse().unwrap_or_default();
            pages::refuse_with(&state, page, not_told).await
        }
        Err(NotTold::Refused(error)) => refusal(&error),
        Err(NotTold::Wrong(words)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Extension(Ours), format!("{words}\n")).into_response()
        }
    }
}

/// A group sends one `help` for each child.
fn read(fields: &Fields) -> Telling {
    let all = |name: &'static str| fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
    let help = |words: &str| -> Option<(MeetingId, ItemId)> {
        let (meeting, item) = words.split_once('.')?;
        Some((meeting.parse().ok()?, item.parse().ok()?))
    };
    Telling {
        on: value(fields, "on"),
        // A page of the version before this one knew one a day.
        nth: match value(fields, "nth").as_str() {
            "" => 1,
            nth => nth.parse().unwrap_or(0),
        },
        // One that cannot be read is nobody’s: then nothing of the form is written down.
        helps: all("help").map(help).collect::<Option<_>>().unwrap_or_default(),
        away: all("away").filter_map(|item| item.parse().ok()).collect(),
        what: match value(fields, "told").as_str() {
            "happened" => What::Happened,
            "taken-back" => What::TakenBack,
            why => What::Not(why.to_owned()),
        },
        note: value(fields, "note"),
        one_more: fields.iter().any(|(key, _)| key == "one-more"),
        seen: fields.iter().any(|(key, _)| key == "seen").then(|| value(fields, "seen")),
    }
}

/// To the day it was told for, at the same session.
fn back(telling: &Telling, who: &str) -> String {
    let who = utf8_percent_encode(who, NON_ALPHANUMERIC);
    let at = telling.helps.first().map(|(_, item)| format!("#{}", session_id(*item, telling.nth))).unwrap_or_default();
    format!("/delivery?on={}&who={who}{at}", telling.on)
}
