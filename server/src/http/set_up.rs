//! The first school of an installation.

use app::plain::set_up::{SetUp, Wrongly, page};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::plain::{Plain, later};
use crate::{
    keys::{
        accounts::NoJoiner,
        set_up::{self, NotSetUp},
    },
    state::AppState,
};

pub(super) async fn show(State(state): State<AppState>, plain: Plain) -> Response {
    match set_up::is_open(&state).await {
        Ok(true) => plain.page("Set up this school", None, || page(SetUp::default())),
        Ok(false) => Redirect::to("/signin").into_response(),
        Err(error) => later(&error),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Given {
    code: String,
    school: String,
    name: String,
    email: String,
}

pub(super) async fn set_up(State(state): State<AppState>, plain: Plain, Form(given): Form<Given>) -> Response {
    let senco = (given.name.as_str(), given.email.as_str());
    let wrong = match set_up::school(&state, plain.from, &given.code, &given.school, senco).await {
        Ok(Ok(link)) => return Redirect::to(link.trim_start_matches(&*state.url)).into_response(),
        Ok(Err(NotSetUp::Done)) => return Redirect::to("/signin").into_response(),
        Ok(Err(NotSetUp::Code)) => Wrongly::Code,
        Ok(Err(NotSetUp::TooOften)) => Wrongly::Often,
        Ok(Err(NotSetUp::School)) => Wrongly::School,
        Ok(Err(NotSetUp::Joiner(NoJoiner::Name))) => Wrongly::Name,
        Ok(Err(NotSetUp::Joiner(NoJoiner::Email | NoJoiner::Taken | NoJoiner::Post))) => Wrongly::Email,
        Err(error) => {
            tracing::error!(%error, "a school could not be set up");
            Wrongly::Later
        }
    };
    let again = SetUp { school: given.school, name: given.name, email: given.email, wrong: Some(wrong) };
    plain.wrong("Set up this school", || page(again))
}
