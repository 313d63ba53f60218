//! Coming in with an account: from what somebody shows to a session.

use std::net::IpAddr;

use shared::PersonId;
use time::Duration;

use super::{code_app::CodeApp, recovery};
use crate::{
    arrivals::SESSION_LASTS,
    audit::{Deed, Verb},
    db::{
        self, SchoolTransaction,
        accounts::{self, Account},
        login_sessions::Proof,
    },
    limits::Limit,
    secret::{self, Hash},
    state::AppState,
};

/// Nobody has asked anything for so long: whoever sits down there next is somebody else. A meeting that is open in
/// the browser counts as asking.
pub const STAFF_IDLE: Duration = Duration::hours(1);

/// How long the second proof is waited for.
const HALF_LASTS: Duration = Duration::minutes(10);

/// Why somebody does not come in. Whatever is wrong is the same to who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Wrong,
    TooOften,
}

/// What was typed.
pub struct Typed<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// From the code app, or a recovery code.
    pub code: &'a str,
}

/// An address as accounts have it.
pub fn plain_email(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// An address, a password and a code. The id of a session by two proofs.
pub async fn by_password(
    state: &AppState,
    from: Option<IpAddr>,
    typed: &Typed<'_>,
    device: &str,
) -> sqlx::Result<Result<String, Refused>> {
    let email = plain_email(typed.email);
    if !state.may_try(from, &email) {
        Limit::PasswordTries.reached();
        return Ok(Err(Refused::TooOften));
    }
    let Some((school, person)) = accounts::find_by_email(&state.db, &email).await? else {
        state.passwords.is_right(typed.password, None).await;
        return Ok(Err(Refused::Wrong));
    };
    let mut txn = state.db.begin(school).await?;
    let kept = accounts::lock(&mut txn, person).await?.and_then(|account| account.password_hash);
    // Not held while a password is checked, which takes a while.
    drop(txn);
    let is_right = state.passwords.is_right(typed.password, kept.clone()).await;

    let mut txn = state.db.begin(school).await?;
    let account = accounts::lock(&mut txn, person).await?;
    let account = account.filter(|account| is_right && account.password_hash == kept && account.disabled_at.is_none());
    if let Some(account) = account
        && second_proof(state, &mut txn, &account, typed.code).await?
    {
        return start(state, txn, person, Proof::Full, device).await.map(Ok);
    }
    refuse(state, txn, person).await?;
    Ok(Err(Refused::Wrong))
}

/// The second proof of somebody whose first was good: for who came from a provider that asked for one only.
pub async fn by_second_proof(
    state: &AppState,
    from: Option<IpAddr>,
    half: Hash,
    code: &str,
    device: &str,
) -> sqlx::Result<Result<String, Refused>> {
    let now = state.clock.now();
    let found = db::login_sessions::find(&state.db, half).await?;
    let Some(session) = found.filter(|session| session.proof == Proof::Half && now < session.expires_at) else {
        return Ok(Err(Refused::Wrong));
    };
    let person = session.viewer.person;
    let mut txn = state.db.begin(session.viewer.school).await?;
    let Some(account) = accounts::lock(&mut txn, person).await?.filter(|account| account.disabled_at.is_none()) else {
        return Ok(Err(Refused::Wrong));
    };
    if !state.may_try(from, &account.email) {
        Limit::PasswordTries.reached();
        return Ok(Err(Refused::TooOften));
    }
    if second_proof(state, &mut txn, &account, code).await? {
        db::login_sessions::end(&mut txn, half).await?;
        return start(state, txn, person, Proof::Full, device).await.map(Ok);
    }
    refuse(state, txn, person).await?;
    Ok(Err(Refused::Wrong))
}

/// Six numbers of their app that were not used yet, or one of their recovery codes, which is gone then.
pub(super) async fn second_proof(
    state: &AppState,
    txn: &mut SchoolTransaction,
    account: &Account,
    typed: &str,
) -> sqlx::Result<bool> {
    let now = state.clock.now();
    if let Some(code) = recovery::hash(typed) {
        let used = accounts::use_code(txn, account.person, code).await?;
        if used {
            db::audit::add(txn, Deed::new(account.person, Verb::RecoveryCodeUsed), now).await?;
        }
        return Ok(used);
    }
    let Some(number) = account.totp_number else { return Ok(false) };
    let step = CodeApp::new(&state.join_key, account.person, number).check(typed, now);
    let Some(step) = step.filter(|step| *step > account.totp_used) else { return Ok(false) };
    accounts::use_totp(txn, account.person, step).await?;
    Ok(true)
}

/// A session with a new id. The account was looked at in this transaction.
pub(super) async fn start(
    state: &AppState,
    mut txn: SchoolTransaction,
    person: PersonId,
    proof: Proof,
    device: &str,
) -> sqlx::Result<String> {
    let now = state.clock.now();
    let session = secret::session_id();
    let (lasts, verb) = match proof {
        Proof::Half => (HALF_LASTS, None),
        Proof::Link | Proof::Full => (SESSION_LASTS, Some(Verb::SignedIn)),
    };
    db::login_sessions::end_expired(&mut txn, now).await?;
    db::login_sessions::create_with(&mut txn, Hash::of(&session), person, proof, device, now, now + lasts).await?;
    if let Some(verb) = verb {
        db::audit::add(&mut txn, Deed::new(person, verb), now).await?;
    }
    txn.commit().await?;
    Ok(session)
}

/// Somebody tried to come in as this person. By whom it was, nobody knows.
pub(super) async fn refuse(state: &AppState, mut txn: SchoolTransaction, person: PersonId) -> sqlx::Result<()> {
    let deed = Deed { actor: None, verb: Verb::SignInRefused, meeting: None, subject: Some(person.0) };
    db::audit::add(&mut txn, deed, state.clock.now()).await?;
    txn.commit().await
}
