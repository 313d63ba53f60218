//! What the school calls its plans and its tiers of help, set by its head and its SENCO.
//!
//! What must stay true: a name is words and nothing else; what is empty is called as everywhere.

use app::{
    backend::Viewer,
    plain::words::{Words, page},
    view::words::{PLAN_LIMIT, SchoolWords, TIER_LIMIT},
};
use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::schema::plan::TIERS;

use super::{
    account::who,
    plain::{Plain, later, to_sign_in},
    staff::begin,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, accounts, school_words},
    state::AppState,
};

const TITLE: &str = "What we call things";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    said: String,
}

pub(super) async fn show(State(state): State<AppState>, Query(asked): Query<Asked>, plain: Plain) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let read = read(&state, viewer).await;
    plain.read(TITLE, read, false, |words| page(Words { was_set: asked.said == "set", ..words }))
}

async fn read(state: &AppState, viewer: Viewer) -> sqlx::Result<Option<Words>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    let Some(me) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let here = who(&mut txn, &me).await?;
    Ok(Some(Words { words: here.words.clone(), here, wrong: vec![], was_set: false }))
}

type Fields = Vec<(String, String)>;

pub(super) async fn set(
    State(state): State<AppState>,
    plain: Plain,
    fields: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let fields = fields.map(|Form(fields)| fields).unwrap_or_default();
    let (words, wrong) = given(&fields);
    let outcome = if wrong.is_empty() { set_here(&state, viewer, &words).await } else { Ok(true) };
    match outcome {
        Ok(true) if wrong.is_empty() => Redirect::to("/school?said=set").into_response(),
        Ok(true) => {
            let read = read(&state, viewer).await;
            plain.read(TITLE, read, true, |now| page(Words { words, wrong, ..now }))
        }
        Ok(false) => plain.not_theirs(),
        Err(error) => later(&error),
    }
}

/// What was typed, and what is wrong in which boxes.
fn given(fields: &Fields) -> (SchoolWords, Vec<(String, String)>) {
    let mut wrong = vec![];
    let mut value = |name: &str, limit: usize| {
        let typed = fields.iter().find(|(key, _)| key == name).map(|(_, value)| shared::plain::line(value));
        let words = typed.unwrap_or_default();
        if words.chars().count() > limit {
            wrong.push((name.to_owned(), format!("That is longer than {limit} letters.")));
        }
        words
    };
    let plan = value("plan", PLAN_LIMIT);
    let tiers = TIERS.iter().map(|tier| (tier.code.to_owned(), value(tier.code, TIER_LIMIT)));
    // What is as everywhere is not the school’s own word: should that change, it changes here too.
    let is_own = |(code, name): &(String, String)| {
        !name.is_empty() && TIERS.iter().all(|tier| tier.code != code.as_str() || tier.label != name.as_str())
    };
    let words = SchoolWords { tiers: tiers.filter(is_own).collect(), plan };
    wrong.extend(called_alike(&words));
    (words, wrong)
}

/// A tier that nobody could tell from one before it: in every list and count they would look like one.
fn called_alike(words: &SchoolWords) -> Vec<(String, String)> {
    let tiers = words.all_tiers();
    let first =
        |at: usize, name: &str| tiers.iter().take(at).find(|(_, other)| other.to_lowercase() == name.to_lowercase());
    let alike = tiers.iter().enumerate().filter_map(|(at, (code, name))| {
        let (other, _) = first(at, name)?;
        let usual = TIERS.iter().find(|tier| tier.code == other).map_or("", |tier| tier.label);
        Some((
            code.clone(),
            format!("“{name}” is what the tier in place of “{usual}” is called. Give each a name of its own."),
        ))
    });
    alike.collect()
}

/// False for who may not.
async fn set_here(state: &AppState, viewer: Viewer, words: &SchoolWords) -> sqlx::Result<bool> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(false) };
    school_words::set(&mut txn, words).await?;
    db::audit::add(&mut txn, Deed::new(viewer.person, Verb::WordsSet), state.clock.now()).await?;
    txn.commit().await?;
    Ok(true)
}
