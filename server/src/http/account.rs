//! “Your account”: where one is signed in, what opens it, and ending either.

use app::{
    backend::Viewer,
    plain::{
        account::{Account, Passkey, Session, page},
        codes::{self, NewCodes, NotMade},
    },
    view::Here,
};
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use shared::rights::Post;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    plain::{Plain, later, to_sign_in},
    sign_in::PASSKEY_SCRIPT,
};
use crate::{
    audit::{Deed, Verb},
    clock::at_school,
    db::{self, SchoolTransaction, accounts, login_sessions, passkeys},
    keys::{self, once_more::NotThem, passkey},
    secret::Hash,
    state::AppState,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    said: String,
}

pub(super) async fn show(State(state): State<AppState>, Query(asked): Query<Asked>, plain: Plain) -> Response {
    let said = match asked.said.as_str() {
        "password" => Some("Your password is changed. Everywhere else you are signed out."),
        "ended" => Some(
            "It is ended. Nothing more comes to a page that is still open there, and nothing more is taken from it.",
        ),
        "added" => Some("Your passkey is kept. From now on it opens your account."),
        "removed" => Some("The passkey opens nothing any more."),
        _ => None,
    };
    answer(&state, plain, vec![], said).await
}

async fn answer(state: &AppState, plain: Plain, codes: Vec<String>, said: Option<&'static str>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    match read(state, viewer, plain.session(state)).await {
        Ok(Some(account)) => {
            let account = Account { codes, said, ..account };
            plain.page("Your account", Some(PASSKEY_SCRIPT), || page(account))
        }
        Ok(None) => to_sign_in("first"),
        Err(error) => later(&error),
    }
}

async fn read(state: &AppState, viewer: Viewer, here: Option<Hash>) -> sqlx::Result<Option<Account>> {
    let now = state.clock.now();
    let mut txn = state.db.begin(viewer.school).await?;
    let Some(account) = accounts::lock(&mut txn, viewer.person).await? else { return Ok(None) };
    let sessions = login_sessions::list(&mut txn, viewer.person, now).await?;
    let keys = passkeys::list(&mut txn, viewer.person).await?;
    let posts = db::posts::held(&mut txn, viewer).await?;
    Ok(Some(Account {
        here: who(&mut txn, &account).await?,
        email: account.email,
        sessions: sessions
            .into_iter()
            .map(|session| Session {
                name: BASE64_URL_SAFE_NO_PAD.encode(session.id.as_bytes()),
                is_here: Some(session.id) == here,
                device: session.device,
                since: moment(session.created_at, now),
                seen: moment(session.seen_at, now),
                by_link: session.by_link,
            })
            .collect(),
        passkeys: keys
            .into_iter()
            .map(|key| Passkey {
                id: key.id.to_string(),
                name: key.name,
                since: moment(key.created_at, now),
                used: key.used_at.map(|at| moment(at, now)),
            })
            .collect(),
        can_have_passkeys: state.passkeys.are_kept(),
        has_password: account.password_hash.is_some() && account.totp_number.is_some(),
        has_school_account: account.subject.is_some(),
        codes_left: accounts::codes_left(&mut txn, viewer.person).await?,
        codes: vec![],
        said: None,
        wrong: None,
        runs_accounts: runs_accounts(&posts),
        sets_posts: sets_posts(&posts),
    }))
}

/// Who says who begins and who has left.
pub(super) fn runs_accounts(posts: &[Post]) -> bool {
    posts.iter().any(|post| matches!(post, Post::Head | Post::Senco))
}

/// Who gives any post: those, and whoever holds one that is kept.
pub(super) fn sets_posts(posts: &[Post]) -> bool {
    runs_accounts(posts) || posts.iter().any(|post| post.is_kept())
}

pub(super) async fn who(txn: &mut SchoolTransaction, account: &accounts::Account) -> sqlx::Result<Here> {
    Ok(Here {
        school: db::schools::name(txn).await?,
        name: account.name.clone(),
        is_staff: true,
        has_account: true,
        words: db::school_words::of(txn).await?,
    })
}

/// “today at 8.12”, “on 6 November”, by the school’s clock.
fn moment(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let (at, now) = (at_school(at), at_school(now));
    if at.date() == now.date() {
        format!("today at {}.{:02}", at.hour(), at.minute())
    } else {
        format!("on {} {}", at.day(), at.month())
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Which {
    session: String,
    passkey: String,
}

/// Ends one of one’s own sessions, or all others.
pub(super) async fn end(State(state): State<AppState>, plain: Plain, Form(which): Form<Which>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    match end_sessions(&state, viewer, plain.session(&state), &which.session).await {
        Ok(()) => Redirect::to("/account?said=ended").into_response(),
        Err(error) => later(&error),
    }
}

async fn end_sessions(state: &AppState, viewer: Viewer, here: Option<Hash>, which: &str) -> sqlx::Result<()> {
    let now = state.clock.now();
    let mut txn = state.db.begin(viewer.school).await?;
    let ended = if which == "others" {
        login_sessions::end_all(&mut txn, viewer.person, here).await?
    } else {
        let wanted = BASE64_URL_SAFE_NO_PAD.decode(which).ok().and_then(|bytes| Hash::from_bytes(&bytes));
        let theirs = login_sessions::list(&mut txn, viewer.person, now).await?;
        let found = theirs.into_iter().map(|session| session.id).find(|id| Some(*id) == wanted);
        if let Some(id) = found {
            login_sessions::end(&mut txn, id).await?;
        }
        found.into_iter().collect()
    };
    if !ended.is_empty() {
        db::audit::add(&mut txn, Deed::new(viewer.person, Verb::SessionEnded), now).await?;
    }
    txn.commit().await?;
    ended.into_iter().for_each(|id| state.sessions.end(id));
    Ok(())
}

pub(super) async fn ask_for_codes(State(state): State<AppState>, plain: Plain) -> Response {
    before_codes(&state, plain, None).await
}

/// What is asked before there are new ones. To the account, for who has no password.
async fn before_codes(state: &AppState, plain: Plain, wrong: Option<NotThem>) -> Response {
    const TITLE: &str = "New recovery codes";
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let read = async {
        let mut txn = state.db.begin(viewer.school).await?;
        let account = accounts::lock(&mut txn, viewer.person).await?;
        let Some(account) = account.filter(|account| account.password_hash.is_some()) else { return Ok(None) };
        let wrong = wrong.map(|why| match why {
            NotThem::Wrong => NotMade::NotYou,
            NotThem::TooOften => NotMade::TooOften,
        });
        Ok::<_, sqlx::Error>(Some(NewCodes { here: who(&mut txn, &account).await?, email: account.email, wrong }))
    };
    match read.await {
        Ok(Some(asked)) if wrong.is_some() => plain.wrong(TITLE, || codes::page(asked)),
        Ok(Some(asked)) => plain.page(TITLE, None, || codes::page(asked)),
        Ok(None) => Redirect::to("/account").into_response(),
        Err(error) => later(&error),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Proofs {
    now: String,
    code: String,
}

/// New recovery codes, in place of those on paper.
pub(super) async fn make_codes(State(state): State<AppState>, plain: Plain, Form(proofs): Form<Proofs>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    match keys::accounts::codes_once_more(&state, plain.from, viewer, &proofs.now, &proofs.code).await {
        Ok(Ok(codes)) => answer(&state, plain, codes, None).await,
        Ok(Err(why)) => before_codes(&state, plain, Some(why)).await,
        Err(error) => later(&error),
    }
}

pub(super) async fn remove_passkey(State(state): State<AppState>, plain: Plain, Form(which): Form<Which>) -> Response {
    let Some(viewer) = plain.viewer() else { return to_sign_in("first") };
    let Ok(id) = Uuid::parse_str(&which.passkey) else { return Redirect::to("/account").into_response() };
    match passkey::remove(&state, viewer, id).await {
        Ok(true) => Redirect::to("/account?said=removed").into_response(),
        Ok(false) => Redirect::to("/account").into_response(),
        Err(error) => later(&error),
    }
}
