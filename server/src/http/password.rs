//! Another password for one’s own account.
//!
//! What must stay true: both proofs of now are asked for, whoever sits there; afterwards no session of before is good,
//! and the one that goes on has a new id.

use app::plain::{
    password::{Change, NotChanged, page},
    welcome::Wrongly,
};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    account::who,
    plain::{Plain, come_in, later, to_sign_in},
};
use crate::{
    db::accounts,
    keys::{
        once_more::NotThem,
        password::Unfit,
        renewal::{self, NotRenewed, Renewal},
    },
    state::AppState,
};

const TITLE: &str = "Change your password";

pub(super) async fn show(State(state): State<AppState>, plain: Plain) -> Response {
    answer(&state, plain, None).await
}

/// To the account, for who has no password: there is none to change.
async fn answer(state: &AppState, plain: Plain, wrong: Option<NotChanged>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let read = async {
        let mut txn = state.db.begin(viewer.school).await?;
        let account = accounts::lock(&mut txn, viewer.person).await?;
        let Some(account) = account.filter(|account| account.password_hash.is_some()) else { return Ok(None) };
        Ok::<_, sqlx::Error>(Some(Change { here: who(&mut txn, &account).await?, email: account.email, wrong }))
    };
    match read.await {
        Ok(Some(change)) if wrong.is_some() => plain.wrong(TITLE, || page(change)),
        Ok(Some(change)) => plain.page(TITLE, None, || page(change)),
        Ok(None) => Redirect::to("/account").into_response(),
        Err(error) => later(&error),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Given {
    now: String,
    code: String,
    password: String,
    again: String,
}

pub(super) async fn change(State(state): State<AppState>, plain: Plain, Form(given): Form<Given>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    if given.password != given.again {
        return answer(&state, plain, Some(NotChanged::New(Wrongly::Differ))).await;
    }
    let asked = Renewal { password: &given.now, code: &given.code, new: &given.password };
    let wrong = match renewal::renew(&state, plain.from, viewer, &asked, &plain.device()).await {
        Ok(Ok(session)) => {
            let mut response = Redirect::to("/account?said=password").into_response();
            come_in(&state, plain.headers(), &mut response, &session, None).await;
            return response;
        }
        Ok(Err(NotRenewed::NotThem(NotThem::Wrong))) => NotChanged::NotYou,
        Ok(Err(NotRenewed::NotThem(NotThem::TooOften))) => NotChanged::New(Wrongly::Often),
        Ok(Err(NotRenewed::Unfit(Unfit::TooShort))) => NotChanged::New(Wrongly::TooShort),
        Ok(Err(NotRenewed::Unfit(Unfit::TooLong))) => NotChanged::New(Wrongly::TooLong),
        Ok(Err(NotRenewed::Unfit(Unfit::Common))) => NotChanged::New(Wrongly::Common),
        Err(error) => {
            tracing::error!(%error, "a password could not be changed");
            NotChanged::New(Wrongly::Later)
        }
    };
    answer(&state, plain, Some(wrong)).await
}
