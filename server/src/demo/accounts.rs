//! A way to try the sign-in of staff: an account for the SENCO of each school. What opens it is new with each start,
//! and printed.

use std::fmt::Write;

use anyhow::Context;
use shared::rights::Post;

use crate::{
    db::{self, accounts},
    keys::recovery,
    state::AppState,
};

/// Codes for so many tries. Whoever wants more makes a link on “Staff accounts”.
const CODES: usize = 3;

pub(super) async fn renew(state: &AppState) -> anyhow::Result<String> {
    let mut said =
        format!("\nStaff sign in on {}/signin. Each code is good once, in place of six numbers:\n", state.url);
    for school in db::schools::list(&state.db).await? {
        let mut txn = state.db.begin(school).await?;
        let staff = accounts::staff(&mut txn).await?;
        let Some(senco) = staff.into_iter().find(|other| other.posts.contains(&Post::Senco)) else {
            continue;
        };
        let name = senco.name.split_whitespace().next_back().unwrap_or("senco").to_lowercase();
        let place = db::schools::name(&mut txn).await?.split_whitespace().next().unwrap_or("school").to_lowercase();
        let email = format!("{name}@{place}.example");
        if senco.email.is_none() {
            accounts::create(&mut txn, senco.person, &email, state.clock.now()).await?;
        }
        let (password, codes): (_, Vec<_>) = (recovery::one(), (0..CODES).map(|_| recovery::one()).collect());
        let hash = state.passwords.hash(&password).await.context("a password could not be hashed")?;
        accounts::set_password(&mut txn, senco.person, &hash).await?;
        // Nobody has been shown its numbers: the codes are in their place.
        accounts::set_totp(&mut txn, senco.person, 0, 0).await?;
        let hashes: Vec<_> = codes.iter().filter_map(|code| recovery::hash(code)).collect();
        accounts::keep_codes(&mut txn, senco.person, &hashes).await?;
        txn.commit().await?;
        let email = senco.email.unwrap_or(email);
        writeln!(said, "  {:<18} {email:<36} {password}   codes: {}", senco.name, codes.join(", "))?;
    }
    Ok(said)
}
