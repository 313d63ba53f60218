//! A plain form about one child: who sent it, and the page it came from, which answers where it was not done.

use app::{backend::Viewer, error::AppError, view::line::Fault};
use axum::{
    Form,
    extract::{FromRequest, Request},
    response::{IntoResponse, Redirect, Response},
};
use shared::{PupilId, plain::plain};

use super::{pages, school::refusal, session::MaybeViewer};
use crate::state::AppState;

/// The fields of a form, in their order.
pub(super) type Fields = Vec<(String, String)>;

pub(super) async fn fields(request: Request) -> Fields {
    Form::<Fields>::from_request(request, &()).await.map(|Form(fields)| fields).unwrap_or_default()
}

pub(super) fn value(fields: &Fields, name: &str) -> String {
    fields.iter().rfind(|(key, _)| key == name).map(|(_, value)| plain(value)).unwrap_or_default()
}

/// Who sent what about which child, and the page to answer it with if it is not done.
pub(super) struct Sent {
    pub(super) viewer: Viewer,
    pub(super) pupil: PupilId,
    pub(super) fields: Fields,
    path: String,
    page: Request,
}

impl Sent {
    /// What was sent from this page of the child’s.
    pub(super) async fn read(id: &str, from: &str, request: Request) -> Result<Self, Response> {
        let viewer = request.extensions().get::<MaybeViewer>().and_then(|viewer| viewer.0);
        let viewer = viewer.ok_or_else(|| refusal(&AppError::NotSignedIn))?;
        let pupil: PupilId = id.parse().map_err(|_| refusal(&AppError::NotFound))?;
        let path = format!("/pupils/{pupil}/{from}");
        let page = pages::same_asker(&request, &path);
        Ok(Self { viewer, pupil, fields: fields(request).await, path, page })
    }

    pub(super) fn value(&self, name: &str) -> String {
        value(&self.fields, name)
    }

    /// Back to the page, which says what was done; or the page, with what is wrong and what was typed.
    pub(super) async fn answer<T: Clone + Send + Sync + 'static>(
        self,
        state: &AppState,
        outcome: Result<Vec<Fault>, AppError>,
        done: &str,
        said: impl FnOnce(Vec<Fault>) -> T,
    ) -> Response {
        match outcome {
            Ok(faults) if faults.is_empty() => Redirect::to(&format!("{}?done={done}", self.path)).into_response(),
            Ok(faults) => pages::refuse_with(state, self.page, said(faults)).await,
            Err(error) => refusal(&error),
        }
    }
}
