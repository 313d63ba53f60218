//! A school and its SENCO: the first of an installation, made by whoever can read the console of the server, and each
//! further one, made by whoever runs the machine (`roundtable school add`).
//!
//! What must stay true: neither shows anything of a school that is there already.

use std::sync::Arc;

use shared::{SchoolId, rights::Post};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    accounts::{self, Joiner, NoJoiner},
    recovery,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, Db},
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
    if !db::schools::list(&state.db).await?.is_empty() {
        *expected = None;
        return Ok(Err(NotSetUp::Done));
    }
    let made = make(&state.db, name, senco, state.clock.now()).await?;
    if made.is_ok() {
        *expected = None;
    }
    Ok(made.map(|(_, path)| format!("{}{path}", state.url)))
}

/// A school with its SENCO, and where they set up their account: a path, good once, for seven days. Nothing is kept of
/// what is not made whole.
pub async fn make(
    db: &Db,
    name: &str,
    senco: (&str, &str),
    now: OffsetDateTime,
) -> sqlx::Result<Result<(SchoolId, String), NotSetUp>> {
    let name = shared::plain::line(name);
    if name.is_empty() || name.chars().count() > 120 {
        return Ok(Err(NotSetUp::School));
    }
    #[expect(clippy::disallowed_methods, reason = "a new school, made on the server alone")]
    let school = SchoolId(Uuid::now_v7());
    let mut txn = db.begin(school).await?;
    db::schools::create(&mut txn, &name).await?;
    db::schools::need_account(&mut txn).await?;
    let joiner = Joiner { name: senco.0, email: senco.1, post: Post::Senco };
    match accounts::join_at(&mut txn, &joiner, None, now).await? {
        Ok((person, path)) => {
            db::audit::add(&mut txn, Deed::new(person, Verb::SchoolSetUp), now).await?;
            txn.commit().await?;
            Ok(Ok((school, path)))
        }
        Err(wrong) => Ok(Err(NotSetUp::Joiner(wrong))),
    }
}
