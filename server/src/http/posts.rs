//! Who is what in the school, set by its head and its SENCO.
//!
//! What must stay true: nobody takes from themselves, or gives themselves, a post that is kept ([`Post::is_kept`]): there
//! is always somebody left who sets posts, and nobody makes themselves the one who looks at what they did. Whoever invents a colleague to hold one leaves that in the audit, which
//! is what is there against it.

use app::{
    backend::Viewer,
    plain::posts::{Holder, Posts, page},
};
use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{PersonId, rights::Post};

use super::{
    account::who,
    plain::{Plain, later, to_sign_in},
    staff::begin,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, accounts, posts},
    state::AppState,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    said: String,
}

pub(super) async fn show(State(state): State<AppState>, Query(asked): Query<Asked>, plain: Plain) -> Response {
    let said = (asked.said == "set").then_some("It is so from this moment.");
    answer(&state, plain, said, None).await
}

async fn answer(state: &AppState, plain: Plain, said: Option<&'static str>, wrong: Option<&'static str>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let read = read(state, viewer).await;
    plain.read("Who is what", read, wrong.is_some(), |posts| page(Posts { said, wrong, ..posts }))
}

async fn read(state: &AppState, viewer: Viewer) -> sqlx::Result<Option<Posts>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    let Some(me) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let people = posts::holders(&mut txn).await?;
    Ok(Some(Posts {
        here: who(&mut txn, &me).await?,
        classes: db::register::classes(&mut txn, None).await?,
        people: people
            .into_iter()
            .map(|holder| Holder {
                id: holder.person.to_string(),
                name: holder.name,
                posts: holder.posts,
                class_name: holder.class_name,
                is_me: holder.person == viewer.person,
            })
            .collect(),
        said: None,
        wrong: None,
    }))
}

/// The fields of the form; each post that was ticked is one.
type Fields = Vec<(String, String)>;

pub(super) async fn set(
    State(state): State<AppState>,
    plain: Plain,
    fields: Result<Form<Fields>, FormRejection>,
) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let fields = fields.map(|Form(fields)| fields).unwrap_or_default();
    match set_here(&state, viewer, &fields).await {
        Ok(Some(Outcome::Set)) => Redirect::to("/staff/posts?said=set").into_response(),
        Ok(Some(Outcome::TooLong)) => {
            answer(&state, plain, None, Some("The name of a class has 200 letters at most. Nothing has changed.")).await
        }
        Ok(None) => plain.not_theirs(),
        Err(error) => later(&error),
    }
}

enum Outcome {
    Set,
    TooLong,
}

/// None for who may not, and for somebody who does not work here.
async fn set_here(state: &AppState, viewer: Viewer, fields: &Fields) -> sqlx::Result<Option<Outcome>> {
    let value = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    let Some(person) = value("person").and_then(|id| id.parse::<PersonId>().ok()) else { return Ok(None) };
    let Some(holder) = posts::holders(&mut txn).await?.into_iter().find(|holder| holder.person == person) else {
        return Ok(None);
    };
    let class_name = shared::plain::line(value("class").unwrap_or_default());
    if class_name.chars().count() > 200 {
        return Ok(Some(Outcome::TooLong));
    }
    let asked: Vec<Post> =
        fields.iter().filter(|(key, _)| key == "post").filter_map(|(_, name)| Post::from_name(name)).collect();
    let is_asked = |post: &Post| {
        let is_kept = person == viewer.person && post.is_kept();
        if is_kept { holder.posts.contains(post) } else { asked.contains(post) }
    };
    let wanted: Vec<Post> = Post::ALL.into_iter().filter(is_asked).collect();
    posts::set(&mut txn, person, &wanted, &class_name).await?;
    db::audit::add(&mut txn, Deed::new(viewer.person, Verb::PostsSet).about(person.0), state.clock.now()).await?;
    txn.commit().await?;
    Ok(Some(Outcome::Set))
}
