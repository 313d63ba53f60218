//! The first school and its SENCO, made by whoever can read the console of the server.

use std::sync::Arc;

use shared::{SchoolId, rights::Post};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    accounts::{self, Joiner, NoJoiner},
    recovery,
};
use crate::{
    audit::{Deed, Verb},
    db,
    secret::Hash,
    state::AppState,
};

/// The code that was printed, for as long as there is no school.
#[derive(Clone, Debug, Default)]
pub struct SetUp(Arc<Mutex<Option<Hash>>>);

/// Why there is no school yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSetUp {
    /// There is one already.
    Done,
    Code,
    TooOften,
    School,
    Joiner(NoJoiner),
}

/// A code for whoever sets up this installation, if nobody has: to be printed where only they can read it.
pub async fn begin(state: &AppState) -> sqlx::Result<Option<String>> {
    if !db::schools::list(&state.db).await?.is_empty() {
        return Ok(None);
    }
    let code = recovery::one();
    *state.set_up.0.lock().await = recovery::hash(&code);
    Ok(Some(code))
}

/// Whether somebody may set up a school here.
pub async fn is_open(state: &AppState) -> sqlx::Result<bool> {
    Ok(state.set_up.0.lock().await.is_some() && db::schools::list(&state.db).await?.is_empty())
}

/// The school, and a link by which its SENCO chooses what opens their account.
pub async fn school(
    state: &AppState,
    from: Option<std::net::IpAddr>,
    code: &str,
    name: &str,
    senco: (&str, &str),
) -> sqlx::Result<Result<String, NotSetUp>> {
    // Held to the end: one of two who press at the same moment comes second.
    let mut expected = state.set_up.0.lock().await;
    let Some(hash) = *expected else { return Ok(Err(NotSetUp::Done)) };
    if !state.may_try(from, "set-up") {
        crate::limits::Limit::PasswordTries.reached();
        return Ok(Err(NotSetUp::TooOften));
    }
    if recovery::hash(code) != Some(hash) {
        return Ok(Err(NotSetUp::Code));
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 120 || name.chars().any(char::is_control) {
        return Ok(Err(NotSetUp::School));
    }
    if !db::schools::list(&state.db).await?.is_empty() {
        *expected = None;
        return Ok(Err(NotSetUp::Done));
    }
    #[expect(clippy::disallowed_methods, reason = "a new school, made on the server alone")]
    let school = SchoolId(Uuid::now_v7());
    let mut txn = state.db.begin(school).await?;
    db::schools::create(&mut txn, &name).await?;
    db::schools::need_account(&mut txn).await?;
    let joiner = Joiner { name: senco.0, email: senco.1, post: Post::Senco };
    match accounts::join(state, &mut txn, &joiner, None).await? {
        Ok((person, link)) => {
            let deed = Deed::new(person, Verb::SchoolSetUp);
            db::audit::add(&mut txn, deed, state.clock.now()).await?;
            txn.commit().await?;
            *expected = None;
            Ok(Ok(link))
        }
        Err(wrong) => Ok(Err(NotSetUp::Joiner(wrong))),
    }
}
