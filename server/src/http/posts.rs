//! Who is what in the school, set by its head and its SENCO; what is kept ([`Post::is_kept`]), by who holds it.
//!
//! What must stay true: nobody gives or takes what [`may_set_post`] does not leave to them, nor sets a kept post of their
//! own; no kept post is taken from its last holder; whoever holds one is told of every change
//! ([`Verb::given`]). And nobody comes to a kept post while a way in to their account is in other hands. A form that
//! shows what somebody was before sets nothing ([`meanwhile`]).

mod meanwhile;

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
use shared::{
    PersonId,
    rights::{Post, may_set_post},
};

use super::{
    account::{runs_accounts, sets_posts, who},
    plain::{Plain, later, to_sign_in},
};
use crate::{
    audit::{Deed, Verb},
    db::{self, SchoolTransaction, accounts, posts},
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

async fn answer(state: &AppState, plain: Plain, said: Option<&'static str>, wrong: Option<String>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let read = read(state, viewer).await;
    plain.read("Who is what", read, wrong.is_some(), |posts| page(Posts { said, wrong, ..posts }))
}

/// A transaction of somebody who gives any post, and what they are.
async fn begin(state: &AppState, viewer: Viewer) -> sqlx::Result<Option<(SchoolTransaction, Vec<Post>)>> {
    let mut txn = state.db.begin(viewer.school).await?;
    let mine = posts::held(&mut txn, viewer).await?;
    Ok(sets_posts(&mine).then_some((txn, mine)))
}

async fn read(state: &AppState, viewer: Viewer) -> sqlx::Result<Option<Posts>> {
    let Some((mut txn, mine)) = begin(state, viewer).await? else { return Ok(None) };
    let Some(me) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let people = posts::holders(&mut txn).await?;
    let held = posts::all_held(&mut txn).await?;
    Ok(Some(Posts {
        here: who(&mut txn, &me).await?,
        mine: Post::ALL.into_iter().filter(|post| may_set_post(&mine, *post, &held)).collect(),
        runs_accounts: runs_accounts(&mine),
        classes: db::register::classes(&mut txn, &db::known::Known::default().here_on(state.clock.today())).await?,
        people: people
            .iter()
            .map(|holder| Holder {
                id: holder.person.to_string(),
                shown: meanwhile::shown(&holder.posts, &holder.class_name),
                name: holder.told_apart(&people),
                posts: holder.posts.clone(),
                class_name: holder.class_name.clone(),
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
        Ok(Some(Outcome::Not(why))) => answer(&state, plain, None, Some(why)).await,
        Ok(None) => plain.not_theirs(),
        Err(error) => later(&error),
    }
}

enum Outcome {
    Set,
    /// Nothing has changed.
    Not(String),
}

const TOO_LONG: &str = "The name of a class has 200 letters at most. Nothing has changed.";
const NOT_YOURS: &str = "That post is given and taken by who holds it already, the first time by the head or by whoever runs the server, and nobody sets their own. Nothing has changed.";
const LAST: &str = "Nobody would hold that post any more. Give it to somebody else first. Nothing has changed.";
const NOT_SHOWN: &str = "What was sent does not say what they were when it was chosen, so nothing was set. Their boxes are as it is now: change them, and set them again.";
const LINK_OPEN: &str = "A link to their account is waiting to be used. When they have used it, or when its week is over, give them the post. Nothing has changed.";

/// None for who may not, and for somebody who does not work here.
async fn set_here(state: &AppState, viewer: Viewer, fields: &Fields) -> sqlx::Result<Option<Outcome>> {
    let value = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let Some((mut txn, mine)) = begin(state, viewer).await? else { return Ok(None) };
    let Some(person) = value("person").and_then(|id| id.parse::<PersonId>().ok()) else { return Ok(None) };
    posts::lock(&mut txn).await?;
    let holders = posts::holders(&mut txn).await?;
    let Some(holder) = holders.iter().find(|holder| holder.person == person) else { return Ok(None) };
    let Some(shown) = value("shown") else { return Ok(Some(Outcome::Not(NOT_SHOWN.to_owned()))) };
    if let Some(why) = meanwhile::said(&mut txn, viewer, holder, shown).await? {
        return Ok(Some(Outcome::Not(why)));
    }
    let class_name = match value("class") {
        Some(class_name) if runs_accounts(&mine) => shared::plain::line(class_name),
        _ => holder.class_name.clone(),
    };
    if class_name.chars().count() > 200 {
        return Ok(Some(Outcome::Not(TOO_LONG.to_owned())));
    }
    let held = posts::all_held(&mut txn).await?;
    let is_theirs_to_set =
        |post: Post| may_set_post(&mine, post, &held) && !(person == viewer.person && post.is_kept());
    let is_asked = |post: Post| fields.iter().any(|(key, name)| key == "post" && name == post.name());
    // A box that is not theirs to tick is not sent: what it says stays.
    let is_wanted = |post: Post| if is_theirs_to_set(post) { is_asked(post) } else { holder.posts.contains(&post) };
    let changed = |post: &Post| is_wanted(*post) != holder.posts.contains(post);
    let kept: Vec<Post> = Post::ALL.into_iter().filter(|post| post.is_kept() && changed(post)).collect();
    if Post::ALL.into_iter().any(|post| is_asked(post) && !is_wanted(post)) {
        return Ok(Some(Outcome::Not(NOT_YOURS.to_owned())));
    }
    let is_last = |post: &Post| !holders.iter().any(|other| other.person != person && other.posts.contains(post));
    if kept.iter().any(|post| !is_wanted(*post) && is_last(post)) {
        return Ok(Some(Outcome::Not(LAST.to_owned())));
    }
    let now = state.clock.now();
    // Whoever made that link has seen it.
    if kept.iter().any(|post| is_wanted(*post)) && accounts::has_link(&mut txn, person, now).await? {
        return Ok(Some(Outcome::Not(LINK_OPEN.to_owned())));
    }
    let wanted: Vec<Post> = Post::ALL.into_iter().filter(|post| is_wanted(*post)).collect();
    posts::set(&mut txn, person, &wanted, &class_name).await?;
    let told = kept.into_iter().filter_map(|post| Verb::given(post, is_wanted(post)));
    for verb in [Verb::PostsSet].into_iter().chain(told) {
        db::audit::add(&mut txn, Deed::new(viewer.person, verb).about(person.0), now).await?;
    }
    txn.commit().await?;
    Ok(Some(Outcome::Set))
}
