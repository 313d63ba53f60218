//! Both proofs of now, asked for once more, before what opens an account is changed: somebody else may sit at a screen that was left
//! open.
//!
//! What must stay true: which of the two was wrong is not said, and each wrong try is counted and written down.

use std::net::IpAddr;

use app::backend::Viewer;

use super::sign_in;
use crate::{
    db::{
        SchoolTransaction,
        accounts::{self, Account},
    },
    limits::Limit,
    state::AppState,
};

/// Why nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotThem {
    /// One of the two proofs is not right.
    Wrong,
    TooOften,
}

/// Somebody who has given the password of now, and not yet the numbers.
pub struct Known {
    viewer: Viewer,
    password_hash: Option<String>,
}

/// Nothing is held while a password is checked, which takes a while.
pub async fn by_password(
    state: &AppState,
    from: Option<IpAddr>,
    viewer: Viewer,
    account: Account,
    password: &str,
) -> sqlx::Result<Result<Known, NotThem>> {
    if !state.may_try(from, &account.email) {
        Limit::PasswordTries.reached();
        return Ok(Err(NotThem::TooOften));
    }
    if state.passwords.is_right(password, account.password_hash.clone()).await {
        return Ok(Ok(Known { viewer, password_hash: account.password_hash }));
    }
    sign_in::refuse(state, state.db.begin(viewer.school).await?, viewer.person).await?;
    Ok(Err(NotThem::Wrong))
}

impl Known {
    /// From the code app, or a recovery code: a transaction in which the account is theirs alone.
    pub async fn by_code(self, state: &AppState, code: &str) -> sqlx::Result<Result<SchoolTransaction, NotThem>> {
        let Self { viewer, password_hash } = self;
        let mut txn = state.db.begin(viewer.school).await?;
        let is_theirs = |account: &Account| account.password_hash == password_hash && account.disabled_at.is_none();
        if let Some(account) = accounts::lock(&mut txn, viewer.person).await?.filter(is_theirs)
            && sign_in::second_proof(state, &mut txn, &account, code).await?
        {
            return Ok(Ok(txn));
        }
        sign_in::refuse(state, txn, viewer.person).await?;
        Ok(Err(NotThem::Wrong))
    }
}
