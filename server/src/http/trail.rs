//! Who did, read and took away what, for the school’s data protection lead.
//!
//! What must stay true: it is for who came in with an account; reading it is written down too, before it is shown.

use app::{
    backend::Viewer,
    plain::trail::{Deed as Shown, Trail, page},
};
use axum::{
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    account::who,
    plain::{Plain, to_sign_in},
};
use crate::{
    audit::{self, Deed, Verb},
    clock::at_school,
    db::{
        self, accounts,
        trail::{self, Read, Wanted},
    },
    state::AppState,
};

/// Rows on a page.
const ROWS: usize = 100;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    who: String,
    child: String,
    what: String,
    before: String,
}

pub(super) async fn show(State(state): State<AppState>, Query(asked): Query<Asked>, plain: Plain) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    plain.read("Who did what", read(&state, viewer, asked).await, false, page)
}

async fn read(state: &AppState, viewer: Viewer, asked: Asked) -> sqlx::Result<Option<Trail>> {
    let mut txn = state.db.begin(viewer.school).await?;
    if !audit::may_read(&mut txn, viewer).await? {
        return Ok(None);
    }
    let Some(me) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let part = |words: String| shared::plain::plain(words.trim()).chars().take(80).collect::<String>();
    let verb = Verb::ALL.iter().find(|verb| verb.name() == asked.what);
    let wanted = Wanted {
        who: part(asked.who),
        child: part(asked.child),
        verb: verb.map(|verb| verb.name().to_owned()).unwrap_or_default(),
        before: asked.before.parse().ok(),
    };
    let mut rows = trail::list(&mut txn, viewer.person, &wanted, ROWS as i64 + 1).await?;
    let there_are_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    db::audit::add(&mut txn, Deed::new(viewer.person, Verb::TrailRead), state.clock.now()).await?;
    let here = who(&mut txn, &me).await?;
    txn.commit().await?;
    Ok(Some(Trail {
        here,
        older: rows.last().filter(|_| there_are_more).map(|row| row.number),
        is_newest: wanted.before.is_none(),
        deeds: rows.into_iter().map(shown).collect(),
        who: wanted.who,
        child: wanted.child,
        verb: wanted.verb,
        verbs: Verb::ALL.iter().map(|verb| verb.name()).collect(),
    }))
}

fn shown(row: Read) -> Shown {
    let at = at_school(row.at);
    Shown {
        number: row.number,
        on: at.date().to_string(),
        at: format!("{}.{:02}", at.hour(), at.minute()),
        who: row.actor,
        verb: row.verb,
        child: row.child,
        whom: row.whom,
    }
}
