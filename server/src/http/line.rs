//! A child’s line of the register, and who is kept from the child: plain forms.

use app::{
    backend::Viewer,
    error::AppError,
    view::line::{Fault, Line, NotChanged},
};
use axum::{
    Form,
    extract::{FromRequest, Path, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use shared::{PupilId, plain::plain};

use super::{pages, school::refusal, session::MaybeViewer};
use crate::state::AppState;

/// The fields of a form, in their order: types of need are ranked by it.
type Fields = Vec<(String, String)>;

/// Who sent what about which child, and the page to answer it with if it is not done.
struct Sent {
    viewer: Viewer,
    pupil: PupilId,
    fields: Fields,
    page: Request,
}

impl Sent {
    async fn read(id: &str, request: Request) -> Result<Self, Response> {
        let viewer = request.extensions().get::<MaybeViewer>().and_then(|viewer| viewer.0);
        let viewer = viewer.ok_or_else(|| refusal(&AppError::NotSignedIn))?;
        let pupil: PupilId = id.parse().map_err(|_| refusal(&AppError::NotFound))?;
        let page = pages::same_asker(&request, &format!("/pupils/{pupil}/register"));
        let fields = Form::<Fields>::from_request(request, &()).await.map(|Form(fields)| fields).unwrap_or_default();
        Ok(Self { viewer, pupil, fields, page })
    }

    fn value(&self, name: &str) -> String {
        self.fields.iter().rfind(|(key, _)| key == name).map(|(_, value)| plain(value)).unwrap_or_default()
    }

    async fn answer(
        self,
        state: &AppState,
        outcome: Result<Vec<Fault>, AppError>,
        done: &str,
        said: NotChanged,
    ) -> Response {
        match outcome {
            Ok(faults) if faults.is_empty() => {
                Redirect::to(&format!("/pupils/{}/register?done={done}", self.pupil)).into_response()
            }
            Ok(faults) => pages::refuse_with(state, self.page, NotChanged { faults, ..said }).await,
            Err(error) => refusal(&error),
        }
    }
}

pub(super) async fn change(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let needs = sent.fields.iter().filter(|(key, value)| key == "need" && !value.is_empty());
    let line = Line {
        provision: sent.value("provision"),
        since: sent.value("since"),
        needs: needs.map(|(_, value)| value.clone()).collect(),
        looked_after: !sent.value("looked_after").is_empty(),
        key_adult: sent.value("key_adult"),
        year_group: sent.value("year_group"),
        class_name: sent.value("class_name"),
        upn: sent.value("upn"),
        born_on: sent.value("born_on"),
        home_language: sent.value("home_language"),
    };
    let outcome = state.backend.line_change(sent.viewer, sent.pupil, line.clone()).await;
    sent.answer(&state, outcome, "line", NotChanged { line: Some(line), ..NotChanged::default() }).await
}

pub(super) async fn keep_from(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let (person, reason) = (sent.value("person"), sent.value("reason"));
    let outcome = state.backend.keep_from(sent.viewer, sent.pupil, person.parse().ok(), reason.clone()).await;
    sent.answer(&state, outcome, "kept", NotChanged { person, reason, ..NotChanged::default() }).await
}

pub(super) async fn let_near(State(state): State<AppState>, Path(id): Path<String>, request: Request) -> Response {
    let sent = match Sent::read(&id, request).await {
        Ok(sent) => sent,
        Err(refused) => return refused,
    };
    let (person, reason) = (sent.value("person"), sent.value("reason"));
    let Ok(whom) = person.parse() else { return refusal(&AppError::NotFound) };
    let outcome = state.backend.let_near(sent.viewer, sent.pupil, whom, reason.clone()).await;
    sent.answer(&state, outcome, "near", NotChanged { person, reason, ..NotChanged::default() }).await
}
