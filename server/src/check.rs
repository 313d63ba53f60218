//! `roundtable check`, and `/check` on the admin address: looks at an installation as it is, and says in plain words
//! what is wrong with it.
//!
//! It changes nothing, and can be asked while the server runs.

mod backups;
mod outside;
mod proxies;

use std::{fmt, os::unix::fs::PermissionsExt, path::Path};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use time::OffsetDateTime;

use crate::{
    audit::{self, heads::Heads},
    config::Config,
    db::{self, Db, check},
    http::assets,
};

/// How many seconds two clocks may differ: asking takes time too.
const CLOCKS_APART: f64 = 5.0;

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub what: &'static str,
    /// What is wrong with it, and what to do; nothing, if it is as it should be.
    pub wrong: Option<String>,
}

impl Finding {
    fn new(what: &'static str, wrong: Option<String>) -> Self {
        Self { what, wrong }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wrong {
            None => write!(f, "good   {}", self.what),
            Some(wrong) => write!(f, "WRONG  {}: {wrong}", self.what),
        }
    }
}

/// Everything that can be looked at from here.
pub async fn all(config: &Config, database: &PgConnectOptions, now: OffsetDateTime) -> Vec<Finding> {
    let mut found = vec![
        Finding::new("the address people use", address(config)),
        Finding::new("whom the server believes about where people come from", proxies::wrong(config)),
        Finding::new(
            "what browsers download",
            assets::read_manifest(&config.site).err().map(|error| error.to_string()),
        ),
        Finding::new("the key of links and codes", key(&config.database.data.join("join-key"))),
        Finding::new("last night’s backup", backups::wrong(config.backups.as_deref(), now)),
        // Nobody’s own address is kept to write to: there is nothing that could be set up wrongly.
        Finding::new("mail: none is sent, whoever invites hands out the links", None),
    ];
    if let Some(url) = config.url.as_deref().filter(|url| url.starts_with("https://")) {
        found.push(Finding::new("the way from outside", outside::wrong(url.trim_end_matches('/')).await));
    }
    found.extend(of_database(database, now).await);
    found.push(Finding::new("what was written down reaches its end", end(config, database).await));
    found
}

/// The database alone.
pub async fn of_database(database: &PgConnectOptions, now: OffsetDateTime) -> Vec<Finding> {
    const REACHED: &str = "the database";
    let mut owner = match PgConnection::connect_with(database).await {
        Ok(owner) => owner,
        Err(error) => return vec![Finding::new(REACHED, Some(format!("it cannot be reached ({error})")))],
    };
    let known: Vec<_> = db::MIGRATIONS.iter().map(|migration| migration.version).collect();
    let applied = check::migrations(&mut owner).await.unwrap_or_default();
    let missing: Vec<_> = known.iter().filter(|version| !applied.contains(version)).collect();
    let mut found = vec![
        Finding::new(REACHED, None),
        Finding::new(
            "its migrations",
            (!missing.is_empty()).then(|| format!("{missing:?} were not applied; run roundtable migrate")),
        ),
    ];
    if !missing.is_empty() {
        return found;
    }
    let list = |answer: sqlx::Result<Vec<String>>| match answer {
        Ok(wrong) => (!wrong.is_empty()).then(|| wrong.join(", ")),
        Err(error) => Some(format!("it cannot be asked ({error})")),
    };
    let not_kept = list(check::unprotected(&mut owner).await);
    let not_kept = not_kept.map(|tables| format!("rows of one school can be read by another in {tables}"));
    found.push(Finding::new("schools are kept apart", not_kept));
    let mighty = list(check::too_mighty(&mut owner).await).map(|what| format!("the role roundtable_app {what}"));
    found.push(Finding::new("the role the server works as may do no more than it must", mighty));
    let forgetful = list(check::forgetful(&mut owner).await);
    let forgetful = forgetful.map(|what| format!("{what}: what is called saved may be lost when the power goes"));
    found.push(Finding::new("saved means saved", forgetful));
    found.push(Finding::new("the clock", clock(&mut owner, now).await));
    found.push(Finding::new("what was written down is whole", chain(database).await));
    found
}

/// Links, sessions and retention go by the clock: this machine’s and the database’s are to say the same.
async fn clock(owner: &mut PgConnection, now: OffsetDateTime) -> Option<String> {
    let seconds = match check::seconds_behind(owner, now).await {
        Ok(seconds) => seconds.abs(),
        Err(error) => return Some(format!("it cannot be asked ({error})")),
    };
    (seconds > CLOCKS_APART).then(|| {
        format!("this machine’s and the database’s are {seconds:.0} seconds apart: let both be set by the network")
    })
}

async fn chain(database: &PgConnectOptions) -> Option<String> {
    let db = match Db::connect(database.clone(), 1).await {
        Ok(db) => db,
        Err(error) => return Some(format!("it cannot be read ({error})")),
    };
    let verified = audit::verify(&db).await;
    db.close().await;
    verified.err().map(|error| error.to_string())
}

async fn end(config: &Config, database: &PgConnectOptions) -> Option<String> {
    let db = match Db::connect(database.clone(), 1).await {
        Ok(db) => db,
        Err(error) => return Some(format!("it cannot be read ({error})")),
    };
    let checked = Heads::in_directory(&config.database.data).check(&db).await;
    db.close().await;
    checked.err().map(|error| error.to_string())
}

/// Browsers keep secrets only over TLS, unless they are on this machine.
fn address(config: &Config) -> Option<String> {
    let url = config.public_url(config.addr);
    let is_safe = url.starts_with("https://") || (config.url.is_none() && config.addr.ip().is_loopback());
    (!is_safe).then(|| format!("{url} is not https: set ROUNDTABLE_URL to the address behind your TLS proxy"))
}

/// Made on the first start. Whoever can read it can make everybody’s links.
fn key(path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| format!("others can read {}: chmod 600 it", path.display()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::{Cli, Command};

    pub(super) fn config(arguments: &[&str]) -> Config {
        match Cli::parse_from([&["roundtable", "check"], arguments].concat()).command {
            Command::Check(config) => config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_address_is_good_over_tls_or_on_this_machine() {
        assert_eq!(address(&config(&[])), None);
        assert_eq!(address(&config(&["--url", "https://meetings.example"])), None);
        assert!(address(&config(&["--url", "http://meetings.example"])).is_some());
        assert!(address(&config(&["--addr", "0.0.0.0:80"])).is_some());
    }

    #[test]
    fn a_key_that_others_can_read_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("join-key");
        assert_eq!(key(&path), None, "not made yet");
        std::fs::write(&path, [7; 32]).unwrap();
        for (mode, is_good) in [(0o600, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(key(&path).is_none(), is_good, "{mode:o}");
        }
    }
}
