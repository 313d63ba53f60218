//! Requests drawn by chance: somebody of one school, any address there is, ids of the other school of every kind in its
//! path, its query and its form.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use server::http;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::{
    asked::{ask, words_of},
    catalogue::state_of,
    drawn::{Chance, SEED, every_kind_of_id},
    schools,
};
use crate::{
    matrix::{self, Table, Who},
    support::{TestServer, owner},
};

/// How often every address is asked.
const ROUNDS: usize = 3;

/// Requests between two looks at what is kept of the other school, which take longer than those.
const LOOK: usize = 20;

/// What pages read from their address, beside the names of fields that forms send.
const BESIDE: [&str; 14] = [
    "id", "school", "passage", "name", "class", "term", "year", "who", "area", "page", "need", "on", "person", "record",
];

/// A row of the matrix, with its address.
struct Asked {
    name: &'static str,
    method: Method,
    path: String,
    given: String,
}

impl Asked {
    /// Its path and its form, with ids of theirs in them, whatever they are the ids of.
    fn draw(&self, chance: &mut Chance, ids: &[String], fields: &[String]) -> (String, String) {
        let (path, form) = match self.given.split_once('?') {
            Some((path, form)) if self.given.starts_with('/') => (path, form),
            _ if self.given.starts_with('/') => (self.given.as_str(), ""),
            _ => (self.path.as_str(), self.given.as_str()),
        };
        // In place of the token of nobody, too.
        let path = path.replace("AAAA", chance.of::<String>(ids));
        let (mut path, mut form) = (mixed(chance, ids, &path), mixed(chance, ids, form));
        let pair = |chance: &mut Chance| format!("{}={}", chance.of(fields), chance.of(ids));
        if chance.one_in(2) {
            path = format!("{path}?{}&{}", pair(chance), pair(chance));
        }
        // A second value for a field, or one that nobody asked for.
        if self.method == Method::POST && (form.is_empty() || chance.one_in(3)) {
            form = format!("{form}&{}&{}", pair(chance), pair(chance)).trim_start_matches('&').to_owned();
        }
        (path, form)
    }
}

/// This with most of its ids changed for some of theirs.
fn mixed(chance: &mut Chance, ids: &[String], given: &str) -> String {
    let is_part = |letter: char| !(letter.is_ascii_hexdigit() || letter == '-');
    let held: BTreeSet<&str> = given.split(is_part).filter(|word| Uuid::try_parse(word).is_ok()).collect();
    held.into_iter().fold(given.to_owned(), |given, ours| {
        if chance.one_in(4) { given } else { given.replace(ours, chance.of::<String>(ids)) }
    })
}

#[sqlx::test(migrations = false)]
async fn no_drawn_request_with_ids_of_another_school_tells_or_changes_anything_of_it(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let addresses: BTreeMap<String, (Method, String)> = http::addresses(&server.state)
        .into_iter()
        .map(|(method, path)| (matrix::name(&method, &path), (method, path)))
        .collect();
    // Last what takes the asker’s own way in.
    let ends = |name: &str| ["POST /finish", "POST /account/end"].contains(&name);
    let mut all: Vec<_> = matrix::rows(&table)
        .into_iter()
        .map(|(name, given, _)| {
            let (method, path) = addresses[name].clone();
            Asked { name, method, path, given }
        })
        .collect();
    all.sort_by_key(|asked| ends(asked.name));
    let fields: BTreeSet<String> = all
        .iter()
        .flat_map(|asked| asked.given.rsplit('?').next().unwrap().split('&'))
        .filter_map(|pair| pair.split_once('=').map(|(name, _)| name.to_owned()))
        .chain(BESIDE.map(str::to_owned))
        .collect();
    let fields: Vec<_> = fields.into_iter().collect();
    assert!(fields.len() > 25, "{fields:?}");

    let (here, there) = schools(&server).await;
    let is_there = |who: &Who| matches!(who, Who::HoldsThere(_) | Who::OtherSchool(_));
    let (of_there, of_here): (Vec<_>, Vec<_>) =
        Who::all().into_iter().filter(|who| *who != Who::SignedOut).partition(is_there);
    let mut chance = Chance(SEED);
    let (mut asked, mut answered) = (0, 0);
    for (askers, ours, theirs) in [(of_here, here, there), (of_there, there, here)] {
        let ids = every_kind_of_id(&mut owner, theirs).await;
        let words = words_of(&mut owner, theirs, ours).await;
        assert!(ids.len() > 20 && words.len() > 100, "{} {}", ids.len(), words.len());
        let before = state_of(&mut owner, theirs).await;
        let mut since = vec![];
        // What somebody wrote down as words of their own, and a page may say again.
        let mut written = String::new();
        for round in 0..ROUNDS {
            for request in &all {
                let who = *chance.of(&askers);
                let (path, form) = request.draw(&mut chance, &ids, &fields);
                let cookie = format!("sid={}", matrix::session(who));
                let (status, said) = ask(&server, &cookie, &request.method, &path, &form).await;
                let drawn = format!("{} {path} {form}, {who:?} in round {round}: {status}", request.name);
                let leaked: Vec<_> = words
                    .iter()
                    .filter(|word| said.contains(word.as_str()))
                    .filter(|word| !path.contains(word.as_str()) && !form.contains(word.as_str()))
                    .filter(|word| !written.contains(word.as_str()))
                    .collect();
                assert!(leaked.is_empty(), "{drawn}, {leaked:?}");
                let is_broken = status == StatusCode::SERVICE_UNAVAILABLE || said.contains("\"Unavailable\"");
                assert!(!is_broken, "{drawn}, {said}");
                if request.method == Method::POST && (status.is_success() || status.is_redirection()) {
                    written += &form;
                }
                asked += 1;
                answered += usize::from(status.is_success());
                since.push(drawn);
                if since.len() == LOOK {
                    assert_eq!(state_of(&mut owner, theirs).await, before, "one of {since:#?}");
                    since.clear();
                }
            }
        }
        assert_eq!(state_of(&mut owner, theirs).await, before, "one of {since:#?}");
    }
    // Not all were refused at the door.
    assert!(asked > 400 && answered > asked / 12, "{answered} of {asked}");
}
