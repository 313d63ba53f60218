//! The accounts of a school’s staff, for its head and its SENCO.
//!
//! What must stay true: whoever makes a way in sees it, and could go in by it. So nobody makes one for who holds a post
//! that they could not give themselves ([`may_make_way_in`]).

use app::{
    backend::Viewer,
    plain::staff::{Colleague, Staff, Wrongly, page},
};
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{
    PersonId,
    rights::{Post, may_make_way_in, may_set_post},
};

use super::{
    account::{runs_accounts, who},
    plain::{Plain, later, to_sign_in},
};
use crate::{
    audit::{Deed, Verb},
    db::{self, SchoolTransaction, accounts},
    keys::accounts::{self as keys, Joiner, NoJoiner},
    qr,
    state::AppState,
};

/// What was just done, for the page that says so.
#[derive(Default)]
struct Done {
    link: Option<(PersonId, String)>,
    wrong: Option<NoJoiner>,
    name: String,
    email: String,
}

pub(super) async fn show(State(state): State<AppState>, plain: Plain) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    answer(&state, plain, viewer, Done::default()).await
}

async fn answer(state: &AppState, plain: Plain, viewer: Viewer, done: Done) -> Response {
    let is_wrong = done.wrong.is_some();
    plain.read("Staff accounts", read(state, viewer, done).await, is_wrong, page)
}

/// A transaction of somebody who runs the accounts here.
pub(super) async fn begin(state: &AppState, viewer: Viewer) -> sqlx::Result<Option<SchoolTransaction>> {
    let mut txn = state.db.begin(viewer.school).await?;
    let posts = db::posts::held(&mut txn, viewer).await?;
    Ok(runs_accounts(&posts).then_some(txn))
}

async fn read(state: &AppState, viewer: Viewer, done: Done) -> sqlx::Result<Option<Staff>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    let Some(me) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let people = accounts::staff(&mut txn).await?;
    let posts = db::posts::held(&mut txn, viewer).await?;
    let held = db::posts::all_held(&mut txn).await?;
    let link = done.link.map(|(person, url)| {
        let name = people.iter().find(|other| other.person == person).map(|other| other.name.clone());
        let qr = qr::of(&url);
        (name.unwrap_or_default(), url, qr)
    });
    Ok(Some(Staff {
        here: who(&mut txn, &me).await?,
        people: people
            .into_iter()
            .map(|other| Colleague {
                id: other.person.to_string(),
                name: other.name,
                gets_way_in: may_make_way_in(&posts, &other.posts),
                posts: other.posts,
                email: other.email,
                is_disabled: other.is_disabled,
                is_ready: other.is_ready,
                is_me: other.person == viewer.person,
            })
            .collect(),
        link,
        gives: Post::ALL.into_iter().filter(|post| may_set_post(&posts, *post, &held)).collect(),
        wrong: done.wrong.map(|wrong| match wrong {
            NoJoiner::Post => Wrongly::Post,
            NoJoiner::Name => Wrongly::Name,
            NoJoiner::Email => Wrongly::Email,
            NoJoiner::Taken => Wrongly::Taken,
        }),
        name: done.name,
        email: done.email,
    }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct New {
    name: String,
    email: String,
    post: String,
}

/// Somebody begins here.
pub(super) async fn join(State(state): State<AppState>, plain: Plain, Form(new): Form<New>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let done = match join_here(&state, viewer, &new).await {
        Ok(Some(Ok((person, url)))) => Done { link: Some((person, url)), ..Done::default() },
        Ok(Some(Err(wrong))) => Done { wrong: Some(wrong), name: new.name, email: new.email, ..Done::default() },
        Ok(None) => return plain.not_theirs(),
        Err(error) => return later(&error),
    };
    answer(&state, plain, viewer, done).await
}

async fn join_here(
    state: &AppState,
    viewer: Viewer,
    new: &New,
) -> sqlx::Result<Option<Result<(PersonId, String), NoJoiner>>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    db::posts::lock(&mut txn).await?;
    let post = Post::from_name(&new.post).unwrap_or(Post::Teacher);
    let mine = db::posts::held(&mut txn, viewer).await?;
    if !may_set_post(&mine, post, &db::posts::all_held(&mut txn).await?) {
        return Ok(Some(Err(NoJoiner::Post)));
    }
    let joiner = Joiner { name: &new.name, email: &new.email, post };
    let joined = keys::join(state, &mut txn, &joiner, Some(viewer.person)).await?;
    if joined.is_ok() {
        txn.commit().await?;
    }
    Ok(Some(joined))
}

#[derive(Deserialize)]
pub(super) struct Whom {
    person: PersonId,
    #[serde(default)]
    email: String,
}

/// Somebody who works here already gets an account.
pub(super) async fn open(State(state): State<AppState>, plain: Plain, Form(whom): Form<Whom>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let done = match open_here(&state, viewer, &whom).await {
        Ok(Some(Ok(url))) => Done { link: Some((whom.person, url)), ..Done::default() },
        Ok(Some(Err(wrong))) => Done { wrong: Some(wrong), email: whom.email, ..Done::default() },
        Ok(None) => return plain.not_theirs(),
        Err(error) => return later(&error),
    };
    answer(&state, plain, viewer, done).await
}

async fn open_here(state: &AppState, viewer: Viewer, whom: &Whom) -> sqlx::Result<Option<Result<String, NoJoiner>>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    // Nobody of a family, nor a visitor: those who hold a post.
    let other = whose(&mut txn, viewer, whom.person).await?;
    if other.is_none_or(|other| other.email.is_some()) {
        return Ok(None);
    }
    let opened = keys::open(state, &mut txn, whom.person, &whom.email, Some(viewer.person)).await?;
    if opened.is_ok() {
        txn.commit().await?;
    }
    Ok(Some(opened))
}

/// Somebody who works here, if who asks may make a way in for them.
async fn whose(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    person: PersonId,
) -> sqlx::Result<Option<accounts::Colleague>> {
    // What they are now, they are until the way in is there.
    db::posts::lock(txn).await?;
    let mine = db::posts::held(txn, viewer).await?;
    let staff = accounts::staff(txn).await?;
    Ok(staff.into_iter().find(|other| other.person == person && may_make_way_in(&mine, &other.posts)))
}

/// A new way in for somebody who has lost theirs. Nobody makes their own: at a screen that was left open, that would be
/// a new password without the old one.
pub(super) async fn link(State(state): State<AppState>, plain: Plain, Form(whom): Form<Whom>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    match link_here(&state, viewer, whom.person).await {
        Ok(Some(url)) => {
            answer(&state, plain, viewer, Done { link: Some((whom.person, url)), ..Done::default() }).await
        }
        Ok(None) => plain.not_theirs(),
        Err(error) => later(&error),
    }
}

async fn link_here(state: &AppState, viewer: Viewer, person: PersonId) -> sqlx::Result<Option<String>> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(None) };
    let other = whose(&mut txn, viewer, person).await?;
    if person == viewer.person || other.is_none_or(|other| other.email.is_none() || other.is_disabled) {
        return Ok(None);
    }
    let url = keys::link(state, &mut txn, person).await?;
    let deed = Deed::new(viewer.person, Verb::AccountLinkMade).about(person.0);
    db::audit::add(&mut txn, deed, state.clock.now()).await?;
    txn.commit().await?;
    Ok(Some(url))
}

/// Somebody has left.
pub(super) async fn close(State(state): State<AppState>, plain: Plain, Form(whom): Form<Whom>) -> Response {
    change(state, plain, whom.person, true).await
}

/// Somebody is back.
pub(super) async fn reopen(State(state): State<AppState>, plain: Plain, Form(whom): Form<Whom>) -> Response {
    change(state, plain, whom.person, false).await
}

async fn change(state: AppState, plain: Plain, person: PersonId, closes: bool) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    match change_here(&state, viewer, person, closes).await {
        Ok(true) => Redirect::to("/staff").into_response(),
        Ok(false) => plain.not_theirs(),
        Err(error) => later(&error),
    }
}

async fn change_here(state: &AppState, viewer: Viewer, person: PersonId, closes: bool) -> sqlx::Result<bool> {
    let Some(mut txn) = begin(state, viewer).await? else { return Ok(false) };
    // Nobody closes their own account: then nobody might be left who opens one. Nor is said to be done what is of
    // another school. Who holds a kept post is out of the hands of whoever they look at: it is held on, and nobody
    // could name another.
    let other = whose(&mut txn, viewer, person).await?;
    if person == viewer.person || other.is_none() || accounts::lock(&mut txn, person).await?.is_none() {
        return Ok(false);
    }
    drop(txn);
    if closes {
        keys::close(state, viewer, person).await?;
    } else {
        keys::reopen(state, viewer, person).await?;
    }
    Ok(true)
}
