//! Another password, by whoever has both proofs of now.

use std::net::IpAddr;

use app::backend::Viewer;

use super::{
    once_more::{self, NotThem},
    password::{self, Unfit},
    sign_in,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, accounts, login_sessions::Proof},
    state::AppState,
};

/// What was typed.
pub struct Renewal<'a> {
    /// That of now.
    pub password: &'a str,
    /// From the code app, or a recovery code.
    pub code: &'a str,
    pub new: &'a str,
}

/// Why it is still the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRenewed {
    NotThem(NotThem),
    Unfit(Unfit),
}

/// The id of a new session. Every session of before, and every link to set the account up, is over.
pub async fn renew(
    state: &AppState,
    from: Option<IpAddr>,
    viewer: Viewer,
    asked: &Renewal<'_>,
    device: &str,
) -> sqlx::Result<Result<String, NotRenewed>> {
    let wrong = |why: NotThem| Ok(Err(NotRenewed::NotThem(why)));
    let person = viewer.person;
    let mut txn = state.db.begin(viewer.school).await?;
    let Some(account) = accounts::lock(&mut txn, person).await? else { return wrong(NotThem::Wrong) };
    let school = db::schools::name(&mut txn).await?;
    drop(txn);
    if let Err(unfit) = password::check(asked.new, &[&account.email, &account.name, &school]) {
        return Ok(Err(NotRenewed::Unfit(unfit)));
    }
    let known = match once_more::by_password(state, from, viewer, account, asked.password).await? {
        Ok(known) => known,
        Err(why) => return wrong(why),
    };
    let Some(hash) = state.passwords.hash(asked.new).await else { return wrong(NotThem::TooOften) };
    let mut txn = match known.by_code(state, asked.code).await? {
        Ok(txn) => txn,
        Err(why) => return wrong(why),
    };
    accounts::set_password(&mut txn, person, &hash).await?;
    accounts::delete_link(&mut txn, person).await?;
    let ended = db::login_sessions::end_all(&mut txn, person, None).await?;
    db::audit::add(&mut txn, Deed::new(person, Verb::PasswordChanged), state.clock.now()).await?;
    let session = sign_in::start(state, txn, person, Proof::Full, device).await?;
    ended.into_iter().for_each(|id| state.sessions.end(id));
    Ok(Ok(session))
}
