//! Passkeys (WebAuthn): a key that a device keeps, and gives out after a fingerprint, a face or a PIN. By itself it is
//! two proofs: the device, and who is at it.
//!
//! What must stay true: what was asked lies in our database, is bound to one browser by a cookie, and is answered once;
//! none is made at a screen that was left open, without whoever’s it is.

use std::{fmt, net::IpAddr, sync::Arc};

use app::backend::Viewer;
use serde_json::{Value, json};
use shared::{PersonId, SchoolId};
use time::Duration;
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    },
};

use super::{
    once_more::{self, NotThem},
    sign_in::{self, Refused},
};
use crate::{
    audit::{Deed, Verb},
    db::{
        self, SchoolTransaction,
        accounts::{self, Account},
        ceremonies,
        login_sessions::{self, Proof},
        passkeys,
    },
    secret::{self, Hash},
    state::AppState,
};

/// How long a browser has to answer.
const PATIENCE: Duration = Duration::minutes(5);

/// For how long a sign-in by the school’s account shows who it is.
const JUST_SIGNED_IN: Duration = Duration::minutes(5);

const ADD: &str = "passkey-add";
const USE: &str = "passkey-use";

/// Passkeys of one address. At a bare number, such as 127.0.0.1, browsers keep none.
#[derive(Clone)]
pub struct Passkeys(Option<Arc<Webauthn>>);

impl Passkeys {
    pub fn at(url: &str) -> Self {
        let origin = Url::parse(url).ok();
        let made = origin.and_then(|origin| match origin.host()? {
            Host::Domain(name) => WebauthnBuilder::new(name, &origin).ok()?.rp_name("Roundtable").build().ok(),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        });
        Self(made.map(Arc::new))
    }

    /// Whether there can be any here.
    pub fn are_kept(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passkeys({})", self.are_kept())
    }
}

/// What is asked of a browser, and the secret it shows with its answer.
pub struct Question {
    pub secret: String,
    pub options: Value,
}

/// What somebody who is signed in shows once more, before a key is made that opens their account by itself.
pub struct Shown<'a> {
    pub from: Option<IpAddr>,
    pub password: &'a str,
    /// From the code app, or a recovery code.
    pub code: &'a str,
    /// The session they ask in.
    pub session: Option<Hash>,
}

/// Why no passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAsked {
    /// There are none at this address, or there is no account.
    None,
    NotThem(NotThem),
    /// Who has no password signed in too long ago for that to be the proof.
    LongAgo,
}

/// Asks for a new passkey of somebody who is signed in, and shows that it is they.
pub async fn begin_adding(
    state: &AppState,
    viewer: Viewer,
    shown: &Shown<'_>,
) -> sqlx::Result<Result<Question, NotAsked>> {
    let Some(webauthn) = &state.passkeys.0 else { return Ok(Err(NotAsked::None)) };
    let account = accounts::lock(&mut state.db.begin(viewer.school).await?, viewer.person).await?;
    let Some(account) = account else { return Ok(Err(NotAsked::None)) };
    let (email, name) = (account.email.clone(), account.name.clone());
    let mut txn = match it_is_they(state, viewer, account, shown).await? {
        Ok(txn) => txn,
        Err(why) => return Ok(Err(why)),
    };
    let known = passkeys::list(&mut txn, viewer.person).await?;
    // Numbers are good once, whatever becomes of the key.
    txn.commit().await?;
    let known: Vec<Passkey> = known.into_iter().filter_map(|kept| serde_json::from_value(kept.key).ok()).collect();
    let known = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
    let begun = webauthn.start_passkey_registration(viewer.person.0, &email, &name, Some(known));
    let Some((options, expected)) = refused_as_none(begun) else { return Ok(Err(NotAsked::None)) };
    let (Ok(mut options), Ok(expected)) = (serde_json::to_value(options), serde_json::to_value(expected)) else {
        return Ok(Err(NotAsked::None));
    };
    // It is to be found without an address being typed.
    let choice = &mut options["publicKey"]["authenticatorSelection"];
    choice["residentKey"] = "required".into();
    choice["requireResidentKey"] = true.into();
    let asked = json!({ "school": viewer.school, "person": viewer.person, "expected": expected });
    ask(state, ADD, &asked, options).await.map(Ok)
}

/// Both proofs of now; of somebody who has none here, who comes by the school’s account, that they have just come by it.
async fn it_is_they(
    state: &AppState,
    viewer: Viewer,
    account: Account,
    shown: &Shown<'_>,
) -> sqlx::Result<Result<SchoolTransaction, NotAsked>> {
    if account.password_hash.is_none() {
        let (mut txn, now) = (state.db.begin(viewer.school).await?, state.clock.now());
        let sessions = login_sessions::list(&mut txn, viewer.person, now).await?;
        let is_new = |session: &login_sessions::Listed| {
            Some(session.id) == shown.session && now - session.created_at < JUST_SIGNED_IN
        };
        return Ok(if sessions.iter().any(is_new) { Ok(txn) } else { Err(NotAsked::LongAgo) });
    }
    match once_more::by_password(state, shown.from, viewer, account, shown.password).await? {
        Ok(known) => Ok(known.by_code(state, shown.code).await?.map_err(NotAsked::NotThem)),
        Err(why) => Ok(Err(NotAsked::NotThem(why))),
    }
}

/// Keeps the passkey that a browser has made. Whether it is kept.
pub async fn add(
    state: &AppState,
    viewer: Viewer,
    secret: &str,
    answer: &RegisterPublicKeyCredential,
    device: &str,
) -> sqlx::Result<bool> {
    let now = state.clock.now();
    let Some(webauthn) = &state.passkeys.0 else { return Ok(false) };
    let Some(asked) = ceremonies::take(&state.db, Hash::of(secret), ADD, now).await? else { return Ok(false) };
    let (school, person): (Option<SchoolId>, Option<PersonId>) =
        (serde_json::from_value(asked["school"].clone()).ok(), serde_json::from_value(asked["person"].clone()).ok());
    let Ok(expected) = serde_json::from_value::<PasskeyRegistration>(asked["expected"].clone()) else {
        return Ok(false);
    };
    if (school, person) != (Some(viewer.school), Some(viewer.person)) {
        return Ok(false);
    }
    let Some(passkey) = refused_as_none(webauthn.finish_passkey_registration(answer, &expected)) else {
        return Ok(false);
    };
    let Ok(key) = serde_json::to_value(&passkey) else { return Ok(false) };
    let mut txn = state.db.begin(viewer.school).await?;
    if accounts::lock(&mut txn, viewer.person).await?.is_none_or(|account| account.disabled_at.is_some()) {
        return Ok(false);
    }
    #[expect(clippy::disallowed_methods, reason = "a new passkey, kept on the server alone")]
    let id = Uuid::now_v7();
    if !passkeys::create(&mut txn, id, viewer.person, passkey.cred_id(), &key, device, now).await? {
        return Ok(false);
    }
    db::audit::add(&mut txn, Deed::new(viewer.person, Verb::PasskeyAdded).about(id), now).await?;
    txn.commit().await?;
    Ok(true)
}

/// Asks whoever is there for any passkey of ours.
pub async fn begin_sign_in(state: &AppState) -> sqlx::Result<Option<Question>> {
    let Some(webauthn) = &state.passkeys.0 else { return Ok(None) };
    let Some((options, expected)) = refused_as_none(webauthn.start_discoverable_authentication()) else {
        return Ok(None);
    };
    let (Ok(mut options), Ok(expected)) = (serde_json::to_value(options), serde_json::to_value(expected)) else {
        return Ok(None);
    };
    // They pressed a button: the browser asks at once, and not among what it fills in.
    if let Some(options) = options.as_object_mut() {
        options.remove("mediation");
    }
    ask(state, USE, &expected, options).await.map(Some)
}

/// The id of a session, for whoever showed a passkey of theirs.
pub async fn sign_in(
    state: &AppState,
    secret: &str,
    answer: &PublicKeyCredential,
    device: &str,
) -> sqlx::Result<Result<String, Refused>> {
    const WRONG: sqlx::Result<Result<String, Refused>> = Ok(Err(Refused::Wrong));
    let now = state.clock.now();
    let Some(webauthn) = &state.passkeys.0 else { return WRONG };
    let Some(expected) = ceremonies::take(&state.db, Hash::of(secret), USE, now).await? else { return WRONG };
    let Ok(expected) = serde_json::from_value::<DiscoverableAuthentication>(expected) else { return WRONG };
    let Some((whose, credential)) = refused_as_none(webauthn.identify_discoverable_authentication(answer)) else {
        return WRONG;
    };
    let Some((school, person)) = passkeys::find(&state.db, credential).await? else { return WRONG };
    let mut txn = state.db.begin(school).await?;
    let account = accounts::lock(&mut txn, person).await?;
    let kept = passkeys::lock(&mut txn, person, credential).await?;
    let known = kept.and_then(|kept| Some((kept.id, serde_json::from_value::<Passkey>(kept.key).ok()?)));
    let is_open = person.0 == whose && account.is_some_and(|account| account.disabled_at.is_none());
    if let Some((id, mut passkey)) = known.filter(|_| is_open)
        && let Some(shown) = refused_as_none(webauthn.finish_discoverable_authentication_v2(answer, expected, &passkey))
        && shown.user_verified()
    {
        passkey.update_credential(&shown);
        let Ok(key) = serde_json::to_value(&passkey) else { return WRONG };
        passkeys::used(&mut txn, id, &key, now).await?;
        return sign_in::start(state, txn, person, Proof::Full, device).await.map(Ok);
    }
    sign_in::refuse(state, txn, person).await?;
    WRONG
}

/// Takes a passkey away from an account. Whether it was theirs.
pub async fn remove(state: &AppState, viewer: Viewer, id: Uuid) -> sqlx::Result<bool> {
    let mut txn = state.db.begin(viewer.school).await?;
    let removed = passkeys::remove(&mut txn, viewer.person, id).await?;
    if removed {
        let deed = Deed::new(viewer.person, Verb::PasskeyRemoved).about(id);
        db::audit::add(&mut txn, deed, state.clock.now()).await?;
        txn.commit().await?;
    }
    Ok(removed)
}

async fn ask(state: &AppState, kind: &str, asked: &Value, options: Value) -> sqlx::Result<Question> {
    let (now, secret) = (state.clock.now(), secret::session_id());
    ceremonies::keep(&state.db, Hash::of(&secret), kind, asked, now, now + PATIENCE).await?;
    Ok(Question { secret, options })
}

/// Whatever is wrong with an answer is the same to who sent it; why, the log knows.
fn refused_as_none<T>(answer: Result<T, webauthn_rs::prelude::WebauthnError>) -> Option<T> {
    answer.inspect_err(|error| tracing::info!(%error, "a passkey was refused")).ok()
}

#[cfg(test)]
mod tests {
    use super::Passkeys;

    #[test]
    fn passkeys_belong_to_a_name() {
        assert!(
            Passkeys::at("https://meetings.example").are_kept() && Passkeys::at("http://localhost:3000").are_kept()
        );
        assert!(!Passkeys::at("http://127.0.0.1:3000").are_kept() && !Passkeys::at("").are_kept());
    }
}
