//! A file of colleagues, sent by the head or the SENCO.

use app::{
    backend::Viewer,
    plain::staff_file::{self as pages, Begun},
    view::{Here, file::Refused},
};
use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{
    account::who,
    plain::{Plain, later, to_sign_in},
    sent_file,
    staff::begin,
};
use crate::{
    csv::SentFile,
    db::accounts,
    keys::staff_file::{self, Outcome},
    qr,
    state::AppState,
};

const TITLE: &str = "Bring in a file of colleagues";

pub(super) async fn bring_in(State(state): State<AppState>, plain: Plain, request: Request) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    // Who may not is not waited for.
    match begin(&state, viewer).await {
        Ok(Some(_)) => {}
        Ok(None) => return plain.not_theirs(),
        Err(error) => return later(&error),
    }
    let file = sent_file::read(request, &state).await;
    match bring_in_here(&state, viewer, file).await {
        Ok(Some((here, Outcome::Refused(refused)))) => plain.wrong(TITLE, || pages::refused(here, refused)),
        Ok(Some((here, Outcome::Look(preview)))) => plain.page(TITLE, None, || pages::look(here, preview)),
        Ok(Some((here, Outcome::Begun(begun)))) => {
            let begun = begun.into_iter().map(|(name, url)| Begun { name, qr: qr::of(&url), url }).collect();
            plain.page(TITLE, None, || pages::begun(here, begun))
        }
        Ok(None) => plain.not_theirs(),
        Err(error) => later(&error),
    }
}

/// Who asks, and what became of their file; nothing for who may not.
async fn bring_in_here(
    state: &AppState,
    viewer: Viewer,
    file: Result<SentFile, Refused>,
) -> sqlx::Result<Option<(Here, Outcome)>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    let Some(me) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let here = who(&mut txn, &me).await?;
    let outcome = match file {
        Ok(file) => staff_file::bring_in(state, &mut txn, &file, viewer).await?,
        Err(refused) => Outcome::Refused(refused),
    };
    if matches!(outcome, Outcome::Begun(_)) {
        txn.commit().await?;
    }
    Ok(Some((here, outcome)))
}
