//! The link by which somebody sets up their account. Opening it uses nothing up; the button does.

use app::plain::welcome::{Welcome, Wrongly, ended, page, ready};
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::plain::{Plain, come_in, later};
use crate::{
    keys::{
        accounts::{self, NotYet},
        password::Unfit,
    },
    qr,
    state::AppState,
};

const TITLE: &str = "Your account";

pub(super) async fn show(State(state): State<AppState>, Path(token): Path<String>, plain: Plain) -> Response {
    answer(&state, plain, token, None).await
}

async fn answer(state: &AppState, plain: Plain, token: String, wrong: Option<Wrongly>) -> Response {
    let found = match accounts::welcome(state, &token).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let mut response = plain.page("This link has ended", None, ended);
            *response.status_mut() = StatusCode::GONE;
            return response;
        }
        Err(error) => return later(&error),
    };
    let welcome = Welcome {
        token,
        name: found.account.name,
        school: found.school_name,
        qr: qr::of(&found.app.address(&found.account.email)),
        email: found.account.email,
        spelled: found.app.spelled(),
        wrong,
    };
    match wrong {
        None => plain.page(TITLE, None, || page(welcome)),
        Some(_) => plain.wrong(TITLE, || page(welcome)),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Given {
    password: String,
    again: String,
    code: String,
    asked: String,
    shared: String,
}

pub(super) async fn set_up(
    State(state): State<AppState>,
    Path(token): Path<String>,
    plain: Plain,
    Form(given): Form<Given>,
) -> Response {
    if given.password != given.again {
        return answer(&state, plain, token, Some(Wrongly::Differ)).await;
    }
    let name = match accounts::welcome(&state, &token).await {
        Ok(found) => found.map(|found| found.account.name).unwrap_or_default(),
        Err(error) => return later(&error),
    };
    let set_up = accounts::set_up(&state, plain.from, &token, &given.password, &given.code, &plain.device()).await;
    let wrong = match set_up {
        Ok(Ok(set_up)) => {
            let (headers, own) = (plain.headers().clone(), given.asked == "yes" && given.shared != "yes");
            let mut response = plain.page(TITLE, None, || ready(name, set_up.codes, set_up.ended_school_account));
            come_in(&state, &headers, &mut response, &set_up.session, Some(own)).await;
            return response;
        }
        // The page says so.
        Ok(Err(NotYet::LinkEnded)) => return answer(&state, plain, token, None).await,
        Ok(Err(NotYet::Password(Unfit::TooShort))) => Wrongly::TooShort,
        Ok(Err(NotYet::Password(Unfit::TooLong))) => Wrongly::TooLong,
        Ok(Err(NotYet::Password(Unfit::Common))) => Wrongly::Common,
        Ok(Err(NotYet::Code)) => Wrongly::Code,
        Ok(Err(NotYet::TooOften)) => Wrongly::Often,
        Err(error) => {
            tracing::error!(%error, "an account could not be set up");
            Wrongly::Later
        }
    };
    answer(&state, plain, token, Some(wrong)).await
}
