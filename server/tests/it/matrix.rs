//! Every address the server answers and every section a socket opens, asked by everybody: exactly those who may are
//! answered.
//!
//! The list of addresses comes from the router itself, so that a new one without a row here fails; sections, stages,
//! roles and posts are those there are.

mod rows;
mod sockets;
mod table;
mod who;

use std::collections::{BTreeMap, BTreeSet};

use app::error::AppError;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use futures::future::join_all;
use server::http;
use shared::Stage;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tower::ServiceExt;

pub(crate) use self::{
    rows::{of_the_reopened, rows},
    table::{Table, colleague, session, viewer},
    who::{At, May, Told, Who},
};
use crate::{
    pictures,
    support::{TestServer, installation, owner, text},
};

/// What cannot be done here by those who may, each told so; where it can be is tested.
const NOT_NOW: [&str; 10] = [
    // With the link, name or proof of nobody: see `lobby`, `doors`, `sign_in`.
    "GET /join/{token}",
    "GET /welcome/{token}",
    "POST /welcome/{token}",
    "POST /switch",
    "POST /signin/passkey",
    "POST /account/passkeys/add",
    "GET /signin/school",
    // Not asked as a socket is: see the other test.
    "GET /live",
    // Of whom something was written: see `register_child`.
    "POST /pupils/{id}/take-out",
    // Of words that do not stand there: see `hide`.
    "hide_passage",
];

#[sqlx::test(migrations = false)]
async fn every_address_answers_exactly_those_who_may(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let table = Table::set(&server, &mut owner(&options).await).await;
    table.is_closed_to_others(&mut owner(&options).await).await;
    let addresses: BTreeMap<String, (Method, String)> = http::addresses(&server.state)
        .into_iter()
        .map(|(method, path)| (name(&method, &path), (method, path)))
        .collect();
    let mut rows = rows(&table);
    let known: BTreeSet<_> = rows.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(addresses.keys().cloned().collect::<BTreeSet<_>>(), known, "each address needs its row, and none else");

    // After the last of them nobody is here any more.
    let finish = rows.split_off(rows.len() - 1);
    let mut wrong = ask_all(&server, &table, &addresses, rows).await;
    table.come_to_the_reopened(&server, &mut owner(&options).await).await;
    wrong.extend(ask_all(&server, &table, &addresses, of_the_reopened(&table)).await);
    wrong.extend(ask_all(&server, &table, &addresses, finish).await);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Who was told something else than they should have been.
async fn ask_all(
    server: &TestServer,
    table: &Table,
    addresses: &BTreeMap<String, (Method, String)>,
    rows: Vec<(&'static str, String, May)>,
) -> Vec<String> {
    let mut wrong = vec![];
    for (name, given, may) in rows {
        let (method, path) = &addresses[name];
        let can_be_done = !NOT_NOW.contains(&name);
        let expected = |who| if can_be_done || may.told(who) != Told::Yes { may.told(who) } else { Told::NotNow };
        // Whoever may nothing asks at the same moment as the others; whoever may, alone.
        let (those, others): (Vec<_>, Vec<_>) = Who::all().into_iter().partition(|who| may.told(*who) == Told::Yes);
        let ask = async |who| (who, table.ask(server, who, method, path, &given).await);
        let mut told = join_all(others.into_iter().map(ask)).await;
        for who in those {
            told.push(ask(who).await);
        }
        let otherwise = told.into_iter().filter(|(who, told)| *told != expected(*who));
        wrong.extend(
            otherwise.map(|(who, told)| format!("{name} {given}, {who:?}: {told:?} in place of {:?}", expected(who))),
        );
    }
    wrong
}

#[sqlx::test(migrations = false)]
async fn what_is_for_who_runs_the_machine_is_answered_on_its_own_listener_alone(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let table = Table::set(&server, &mut owner(&options).await).await;
    let addresses = http::admin_addresses(server.state.clone(), installation(&[], options.clone()));
    let known: BTreeSet<_> = addresses.iter().map(|(method, path)| name(method, path)).collect();
    assert_eq!(known, rows::OF_THE_MACHINE.map(str::to_owned).into(), "each address needs its row, and none else");
    let admin = http::admin_router(server.state.clone(), installation(&[], options));
    for (method, path) in addresses {
        for who in Who::all() {
            assert_eq!(table.ask(&server, who, &method, &path, "").await, Told::NotFound, "{path}, {who:?}");
        }
        let (asked, body) = request(&method, &path, "");
        let answer = text(admin.clone().oneshot(asked.body(body).unwrap()).await.unwrap()).await;
        // Whoever reads it learns of the machine, and of nobody.
        assert!(!answer.is_empty() && !answer.contains("Tomek") && !answer.contains("Pike"), "{path}: {answer}");
    }
}

#[sqlx::test(migrations = false)]
async fn every_section_is_sent_to_exactly_those_who_may_read_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let table = Table::set(&server, &mut owner(&options).await).await;
    table.is_closed_to_others(&mut owner(&options).await).await;
    let server = TestServer::start_with(server.db, sockets::patient());
    let address = server.listen().await;
    let mut wrong = sockets::ask_all(&address, table.now, Stage::Preparing, At::This).await;
    let facilitator = table::viewer(&server, Who::Here(shared::Role::Facilitator)).await;
    server.backend.meeting_start(facilitator, table.now).await.unwrap();
    wrong.extend(sockets::ask_all(&address, table.now, Stage::Meeting, At::This).await);
    wrong.extend(sockets::ask_all(&address, table.agreed, Stage::Agreed, At::This).await);
    server.backend.record_reopen(facilitator, table.agreed, "The day was wrong".to_owned()).await.unwrap();
    table.come_to_the_reopened(&server, &mut owner(&options).await).await;
    wrong.extend(sockets::ask_all(&address, table.agreed, Stage::Meeting, At::This).await);
    wrong.extend(sockets::ask_all(&address, table.elsewhere, Stage::Preparing, At::Other).await);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// As it stands in the rows: the address, or the name of the command. Those end in figures that change.
pub(crate) fn name(method: &Method, path: &str) -> String {
    match path.strip_prefix("/api/") {
        Some(command) => command.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned(),
        None => format!("{method} {path}"),
    }
}

/// The request of a row, as a page of ours would send it.
pub(crate) fn request(method: &Method, path: &str, given: &str) -> (axum::http::request::Builder, Body) {
    let (path, form) = match given.split_once('?') {
        Some((path, form)) if method == Method::POST && given.starts_with('/') => (path, form),
        _ if given.starts_with('/') => (given, ""),
        _ => (path, given),
    };
    let (kind, form) = match path {
        "/register/import" => (pictures::KIND, file(&children(form)).into_bytes()),
        "/staff/import" => (pictures::KIND, file(&colleague_file(form)).into_bytes()),
        _ if method == Method::POST && path.ends_with("/picture") => {
            (pictures::KIND, pictures::form(form, &pictures::drawing(8, 8)))
        }
        _ => ("application/x-www-form-urlencoded", form.as_bytes().to_vec()),
    };
    // What a page asks by script it asks to be told as it knows it.
    let accept = if path.starts_with("/api/") { "application/json" } else { "*/*" };
    let request = Request::builder()
        .method(method)
        .header(header::ACCEPT, accept)
        .uri(path)
        .header(header::HOST, "meetings.example")
        .header(header::ORIGIN, "http://meetings.example")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, kind);
    (request, Body::from(form))
}

/// A file with these rows.
fn file(rows: &str) -> String {
    format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"starters.csv\"\r\n\r\n{rows}\r\n--x--\r\n"
    )
}

fn colleague_file(id: &str) -> String {
    format!("Name,E-mail,Post\nZoe Ward,f.{id}@new.example,Teacher\n")
}

/// One child, with a number of its own, whose beginning is its name: no page says that of itself.
fn children(number: &str) -> String {
    let name = number.get(..13).unwrap_or_default();
    let number = u32::from_str_radix(number.get(..8).unwrap_or_default(), 16).unwrap_or_default();
    let upn = shared::census::invented_upn(number);
    format!("Full name,Year group,Class,Extra help,Needs,UPN,Looked after\n{name},4,4A,K,ASD,{upn},no\n")
}

impl Table {
    async fn ask(&self, server: &TestServer, who: Who, method: &Method, path: &str, given: &str) -> Told {
        let is_command = path.starts_with("/api/");
        let given = given.replace(&self.colleague.to_string(), &colleague(who).to_string());
        let (mut request, body) = request(method, path, &given);
        if who != Who::SignedOut {
            request = request.header(header::COOKIE, format!("sid={}", session(who)));
        }
        let response = server.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        if is_command {
            let body = text(response).await;
            // By the words for pages, by the status for programs.
            return match (serde_json::from_str(&body), status) {
                (Ok(AppError::NotSignedIn), StatusCode::UNAUTHORIZED) => Told::NotSignedIn,
                (Ok(AppError::NotFound), StatusCode::NOT_FOUND) => Told::NotFound,
                (Ok(AppError::NotAllowed), StatusCode::FORBIDDEN) => Told::NotAllowed,
                (Ok(AppError::PlaceClosed), StatusCode::FORBIDDEN) => Told::PlaceClosed,
                (_, status) if status.is_success() => Told::Yes,
                (_, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY) => Told::NotNow,
                (_, status) => panic!("{path}, given {given}: {status}, {body}"),
            };
        }
        match status {
            StatusCode::SEE_OTHER if response.headers()[header::LOCATION] == "/signin?why=first" => Told::SignIn,
            StatusCode::UNAUTHORIZED => Told::NotSignedIn,
            StatusCode::NOT_FOUND => Told::NotFound,
            StatusCode::FORBIDDEN => Told::PlaceClosed,
            status if status.is_success() || status.is_redirection() => Told::Yes,
            _ => Told::NotNow,
        }
    }
}
