//! Another password, by whoever has both proofs of now.

use std::net::IpAddr;

use app::backend::Viewer;

use super::{
    password::{self, Unfit},
    sign_in,
};
use crate::{
    audit::{Deed, Verb},
    db::{
        self,
        accounts::{self, Account},
        login_sessions::Proof,
    },
    limits::Limit,
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
    /// One of the two proofs of now is not right.
    NotThem,
    Unfit(Unfit),
    TooOften,
}

/// The id of a new session. Every session of before, and every link to set the account up, is over.
pub async fn renew(
    state: &AppState,
    from: Option<IpAddr>,
    viewer: Viewer,
    asked: &Renewal<'_>,
    device: &str,
) -> sqlx::Result<Result<String, NotRenewed>> {
    let person = viewer.person;
    let mut txn = state.db.begin(viewer.school).await?;
    let Some(account) = accounts::lock(&mut txn, person).await? else { return Ok(Err(NotRenewed::NotThem)) };
    let school = db::schools::name(&mut txn).await?;
    // Not held while passwords are checked, which takes a while.
    drop(txn);
    if let Err(unfit) = password::check(asked.new, &[&account.email, &account.name, &school]) {
        return Ok(Err(NotRenewed::Unfit(unfit)));
    }
    if !state.may_try(from, &account.email) {
        Limit::PasswordTries.reached();
        return Ok(Err(NotRenewed::TooOften));
    }
    let kept = account.password_hash.clone();
    let is_right = state.passwords.is_right(asked.password, kept.clone()).await;
    let hash = if is_right { state.passwords.hash(asked.new).await } else { None };

    let mut txn = state.db.begin(viewer.school).await?;
    let is_theirs = |account: &Account| account.password_hash == kept && account.disabled_at.is_none();
    let account = accounts::lock(&mut txn, person).await?.filter(is_theirs);
    if let Some((account, hash)) = account.zip(hash)
        && sign_in::second_proof(state, &mut txn, &account, asked.code).await?
    {
        accounts::set_password(&mut txn, person, &hash).await?;
        accounts::delete_link(&mut txn, person).await?;
        let ended = db::login_sessions::end_all(&mut txn, person, None).await?;
        db::audit::add(&mut txn, Deed::new(person, Verb::PasswordChanged), state.clock.now()).await?;
        let session = sign_in::start(state, txn, person, Proof::Full, device).await?;
        ended.into_iter().for_each(|id| state.sessions.end(id));
        return Ok(Ok(session));
    }
    sign_in::refuse(state, txn, person).await?;
    Ok(Err(NotRenewed::NotThem))
}
