//! The school’s own provider of accounts: Microsoft Entra, Google Workspace, or any that speaks OpenID Connect.
//!
//! The authorization code flow with PKCE, `state` and `nonce`. The first time, somebody is known by an address that
//! the provider answers for; from then on by who they are to it, so that an address which is given to somebody else
//! opens nothing.
//!
//! What must stay true: an answer is believed only of the provider that this browser was sent to, for the school it
//! was sent for, once; a provider opens accounts of its own school alone.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use openidconnect::{
    AsyncHttpClient, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
    core::{CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreResponseType},
};
use serde::{Deserialize, Serialize};
use shared::{PersonId, SchoolId};
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use super::sign_in::{self, plain_email};
use crate::{
    asker::{Asker, NotAnswered},
    audit::{Deed, Verb},
    db::{self, accounts, ceremonies, login_sessions::Proof},
    secret::{self, Hash},
    state::AppState,
};

/// How long somebody has to sign in at their provider.
const PATIENCE: time::Duration = time::Duration::minutes(10);
/// How long what a provider says of itself, its keys too, is believed.
const METADATA_LASTS: Duration = Duration::from_secs(60 * 60);

const KIND: &str = "school-account";

/// One school’s provider, as `ROUNDTABLE_SCHOOL_ACCOUNTS` names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Whose accounts it opens. May be left out where there is one school.
    pub school: Option<SchoolId>,
    /// What the button says of it; “my school account” if nothing.
    pub name: Option<String>,
    pub issuer: IssuerUrl,
    pub client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_env: Option<String>,
    /// The provider is the school’s alone, and its addresses are given out by the school: those it does not call
    /// verified are believed too. Microsoft Entra calls none so.
    #[serde(default)]
    pub trusts_email: bool,
    /// The school has its provider ask everybody for two proofs, always. Without it `amr` must say so.
    #[serde(default)]
    pub trusts_second_proof: bool,
    #[serde(skip)]
    secret: Option<Secret>,
}

/// Shown in no log.
#[derive(Clone)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Reads who provides accounts for which school: a list in JSON. Secrets lie in files or variables of their own.
pub fn read(path: &Path) -> anyhow::Result<Vec<Provider>> {
    let text = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut providers: Vec<Provider> =
        serde_json::from_slice(&text).with_context(|| format!("{} is not a list of providers", path.display()))?;
    for provider in &mut providers {
        let issuer = provider.issuer.url();
        let is_here = matches!(issuer.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        anyhow::ensure!(issuer.scheme() == "https" || is_here, "{issuer} is not https");
        provider.secret = match (&provider.client_secret_file, &provider.client_secret_env) {
            (Some(file), None) => {
                let secret = std::fs::read_to_string(file)
                    .with_context(|| format!("The secret in {} cannot be read", file.display()))?;
                Some(Secret(secret.trim().to_owned()))
            }
            (None, Some(name)) => Some(Secret(std::env::var(name).with_context(|| format!("{name} is not set"))?)),
            (None, None) => None,
            (Some(_), Some(_)) => anyhow::bail!("{issuer}: say where its secret is once, as a file or a variable"),
        };
    }
    Ok(providers)
}

type Said = HashMap<String, (Instant, CoreProviderMetadata)>;

/// Every provider, and the way to ask them.
#[derive(Clone, Default)]
pub struct SchoolAccounts {
    providers: Arc<[Provider]>,
    asker: Option<Asker>,
    said: Arc<Mutex<Said>>,
}

impl SchoolAccounts {
    pub fn new(providers: Vec<Provider>) -> anyhow::Result<Self> {
        let asker = if providers.is_empty() { None } else { Some(Asker::new()?) };
        Ok(Self { providers: providers.into(), asker, said: Arc::default() })
    }

    /// The provider of this school, where these are all schools there are.
    pub fn of(&self, school: SchoolId, all: &[SchoolId]) -> Option<&Provider> {
        let is_its = |provider: &&Provider| match provider.school {
            Some(its) => its == school,
            None => all == [school],
        };
        self.providers.iter().find(is_its)
    }

    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    /// What the provider says of itself, with its keys. Not believed for ever: keys change.
    async fn metadata(&self, issuer: &IssuerUrl) -> anyhow::Result<CoreProviderMetadata> {
        let mut said = self.said.lock().await;
        if let Some((at, metadata)) = said.get(issuer.as_str())
            && at.elapsed() < METADATA_LASTS
        {
            return Ok(metadata.clone());
        }
        let metadata = CoreProviderMetadata::discover_async(issuer.clone(), self.asker()?).await?;
        said.insert(issuer.to_string(), (Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    fn asker(&self) -> anyhow::Result<&Asker> {
        self.asker.as_ref().context("nobody has a provider here")
    }
}

impl<'c> AsyncHttpClient<'c> for Asker {
    type Error = NotAnswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NotAnswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async { Ok(self.ask(request.map(Into::into)).await?.map(|body| body.to_vec())) })
    }
}

impl std::fmt::Debug for SchoolAccounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SchoolAccounts").field(&self.providers).finish()
    }
}

type OurClient =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

fn client(state: &AppState, provider: &Provider, metadata: CoreProviderMetadata) -> anyhow::Result<OurClient> {
    let secret = provider.secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(provider.client_id.clone()), secret);
    Ok(client.set_redirect_uri(RedirectUrl::new(format!("{}/signin/school/back", state.url))?))
}

/// What was asked, until somebody comes back with an answer.
#[derive(Serialize, Deserialize)]
struct Sent {
    school: SchoolId,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// Where to send the browser, and the secret it brings back beside the answer.
pub async fn begin(state: &AppState, school: SchoolId) -> anyhow::Result<Option<(Url, String)>> {
    let all = db::schools::list(&state.db).await?;
    let Some(provider) = state.school_accounts.of(school, &all) else { return Ok(None) };
    let metadata = state.school_accounts.metadata(&provider.issuer).await?;
    let client = client(state, provider, metadata)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, csrf, nonce) = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let sent = serde_json::to_value(Sent { school, state: csrf, nonce, verifier })?;
    let (now, secret) = (state.clock.now(), secret::session_id());
    ceremonies::keep(&state.db, Hash::of(&secret), KIND, &sent, now, now + PATIENCE).await?;
    Ok(Some((url, secret)))
}

/// Somebody who has come back, and whose account it is.
pub enum Came {
    /// The id of a session by two proofs.
    In(String),
    /// The id of one that waits for the second.
    Half(String),
    /// The provider asked for one proof, and there is no second one here.
    OneProof,
    /// No account of this school is theirs.
    Nobody,
}

/// What somebody brings back from a provider.
pub struct Brought<'a> {
    pub secret: &'a str,
    pub state: &'a str,
    pub code: &'a str,
    /// Who says so, where the provider tells.
    pub issuer: Option<&'a str>,
}

pub async fn finish(state: &AppState, brought: Brought<'_>, device: &str) -> anyhow::Result<Came> {
    let now = state.clock.now();
    let sent = ceremonies::take(&state.db, Hash::of(brought.secret), KIND, now).await?;
    let sent: Sent = serde_json::from_value(sent.context("nobody was sent there from this browser")?)?;
    // Compared as hashes, so that the time it takes says nothing.
    anyhow::ensure!(Hash::of(sent.state.secret()) == Hash::of(brought.state), "another answer than was asked for");
    let all = db::schools::list(&state.db).await?;
    let provider = state.school_accounts.of(sent.school, &all).context("the school has no provider any more")?;
    let said = brought.issuer.is_none_or(|issuer| issuer == provider.issuer.as_str());
    anyhow::ensure!(said, "another provider’s answer");
    let metadata = state.school_accounts.metadata(&provider.issuer).await?;
    let client = client(state, provider, metadata)?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(brought.code.to_owned()))?
        .set_pkce_verifier(sent.verifier)
        .request_async(state.school_accounts.asker()?)
        .await?;
    let token = openidconnect::TokenResponse::id_token(&tokens).context("the provider sent no id token")?;
    let claims = token.claims(&client.id_token_verifier(), &sent.nonce)?;
    come_in(state, sent.school, provider, claims, device).await
}

async fn come_in(
    state: &AppState,
    school: SchoolId,
    provider: &Provider,
    claims: &CoreIdTokenClaims,
    device: &str,
) -> anyhow::Result<Came> {
    let (issuer, subject) = (provider.issuer.as_str(), claims.subject().as_str());
    let mut txn = state.db.begin(school).await?;
    let known = accounts::find_by_subject(&mut txn, issuer, subject).await?;
    let person = match known {
        Some(person) => Some(person),
        None => find_by_email(state, &mut txn, provider, claims).await?,
    };
    let Some(person) = person else { return Ok(Came::Nobody) };
    let account = accounts::lock(&mut txn, person).await?.filter(|account| account.disabled_at.is_none());
    // Whoever is somebody else to the provider already is not this one, whatever their address; nor is who was before a
    // link ended all that opened the account.
    let account = account.filter(|account| known.is_some() || account.may_be(issuer, subject));
    let Some(account) = account else {
        sign_in::refuse(state, txn, person).await?;
        return Ok(Came::Nobody);
    };
    let is_full = provider.trusts_second_proof || has_two_proofs(claims);
    if !is_full && account.totp_number.is_none() {
        sign_in::refuse(state, txn, person).await?;
        return Ok(Came::OneProof);
    }
    if known.is_none() {
        accounts::bind(&mut txn, person, issuer, subject).await?;
        let deed = Deed::new(person, Verb::SchoolAccountBound);
        db::audit::add(&mut txn, deed, state.clock.now()).await?;
    }
    if is_full {
        return Ok(Came::In(sign_in::start(state, txn, person, Proof::Full, device).await?));
    }
    Ok(Came::Half(sign_in::start(state, txn, person, Proof::Half, device).await?))
}

/// Whose address the provider answers for, in this school.
async fn find_by_email(
    state: &AppState,
    txn: &mut db::SchoolTransaction,
    provider: &Provider,
    claims: &CoreIdTokenClaims,
) -> sqlx::Result<Option<PersonId>> {
    let is_verified = claims.email_verified() == Some(true) || provider.trusts_email;
    let name = claims.preferred_username().map(|name| name.as_str()).filter(|_| provider.trusts_email);
    let Some(email) = claims.email().map(|email| email.as_str()).or(name).filter(|_| is_verified) else {
        return Ok(None);
    };
    let found = accounts::find_by_email(&state.db, &plain_email(email)).await?;
    Ok(found.filter(|(school, _)| *school == txn.school()).map(|(_, person)| person))
}

/// Whether the provider says that it asked for two (RFC 8176).
fn has_two_proofs(claims: &CoreIdTokenClaims) -> bool {
    claims.auth_method_refs().is_some_and(|methods| methods.iter().any(|method| method.as_str() == "mfa"))
}
