//! Everything that answers a request.
//!
//! What must stay true: a request without a good session is nobody’s; what changes something is a
//! POST from our own pages; every answer carries the security headers.

mod account;
pub mod assets;
mod check;
mod cookies;
pub mod csp;
mod csp_report;
mod delivery;
mod first;
mod health;
pub mod join;
mod line;
mod lobby;
pub mod origin;
pub mod pages;
mod passkeys;
mod password;
mod pep;
mod picture;
mod plain;
mod posts;
pub mod record;
mod refusal;
pub mod school;
mod school_account;
mod sent;
mod sent_file;
pub mod session;
mod set_up;
mod sign_in;
mod staff;
mod staff_file;
mod switch;
mod trail;
mod way_back;
mod welcome;
mod words;

use std::path::Path;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, StatusCode},
    middleware::from_fn_with_state,
    routing::{MethodRouter, any, get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

pub use self::check::Installation;
use crate::{
    limits::{BODY_LIMIT, PICTURE_FORM_LIMIT, PICTURE_PATIENCE, REGISTER_LIMIT},
    state::AppState,
    ws,
};

pub fn router(state: AppState, site: &Path) -> Router {
    // Only here is it asked who somebody is: a file needs no database.
    let personal = add(Router::new(), personal())
        .merge(pages::routes(&state))
        .route("/api/{*command}", any(pages::outdated))
        .layer(from_fn_with_state(state.clone(), way_back::to_a_page_of_ours))
        .layer(from_fn_with_state(state.clone(), session::read));
    let live = add(Router::new(), live())
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(from_fn_with_state(state.clone(), ws::knock));
    let patience = |time| TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, time);
    // A photograph is longer than any form, and takes longer to arrive.
    let pictures = add(Router::new(), pictures())
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(DefaultBodyLimit::max(PICTURE_FORM_LIMIT))
        .layer(patience(PICTURE_PATIENCE));
    // The register of a whole school is longer than any form, too; sent again, with every line’s end, a little more so.
    let lists = add(Router::new(), lists())
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(DefaultBodyLimit::max(2 * REGISTER_LIMIT))
        .layer(patience(state.limits.patience.request));
    add(Router::new(), for_anybody())
        .merge(personal)
        .merge(live)
        .nest_service("/pkg", assets::hashed(site))
        .fallback_service(assets::or_else(site, pages::not_found(&state)))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(patience(state.limits.patience.request))
        .merge(pictures)
        .merge(lists)
        .layer(from_fn_with_state(state.clone(), origin::guard))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state.clone(), refusal::in_plain_words))
        .layer(from_fn_with_state(state.clone(), csp::headers))
        .with_state(state)
}

/// An address, and what answers it.
type Answered = (Method, &'static str, MethodRouter<AppState>);

fn personal() -> Vec<Answered> {
    vec![
        (Method::POST, "/finish", post(join::finish)),
        (Method::POST, "/switch", post(switch::switch)),
        (Method::POST, "/lobby/enter", post(lobby::enter)),
        (Method::POST, "/lobby/leave", post(lobby::leave)),
        (Method::POST, "/code", post(lobby::knock)),
        (Method::GET, "/meetings/{id}/record.json", get(record::json)),
        (Method::POST, "/pupils/{id}/export", post(school::take_away)),
        (Method::POST, "/pupils/{id}/register", post(line::change)),
        (Method::POST, "/register/add", post(line::add)),
        (Method::POST, "/pupils/{id}/take-out", post(line::take_out)),
        (Method::POST, "/pupils/{id}/keep-from", post(line::keep_from)),
        (Method::POST, "/pupils/{id}/let-near", post(line::let_near)),
        (Method::POST, "/pupils/{id}/share-until", post(line::share_until)),
        (Method::POST, "/pupils/{id}/first-meeting", post(first::begin)),
        (Method::POST, "/pupils/{id}/pep/rating", post(pep::rate)),
        (Method::GET, "/register.csv", get(school::register)),
        (Method::POST, "/delivery", post(delivery::tell)),
        (Method::GET, "/map.csv", get(school::map)),
        (Method::GET, "/impact.csv", get(school::impact)),
        (Method::GET, "/account", get(account::show)),
        (Method::GET, "/account/password", get(password::show)),
        (Method::POST, "/account/password", post(password::change)),
        (Method::POST, "/account/end", post(account::end)),
        (Method::GET, "/account/codes", get(account::ask_for_codes)),
        (Method::POST, "/account/codes", post(account::make_codes)),
        (Method::POST, "/account/passkeys/begin", post(passkeys::begin_adding)),
        (Method::POST, "/account/passkeys/add", post(passkeys::add)),
        (Method::POST, "/account/passkeys/remove", post(account::remove_passkey)),
        (Method::GET, "/trail", get(trail::show)),
        (Method::GET, "/staff", get(staff::show)),
        (Method::POST, "/staff", post(staff::join)),
        (Method::GET, "/school", get(words::show)),
        (Method::POST, "/school", post(words::set)),
        (Method::GET, "/staff/posts", get(posts::show)),
        (Method::POST, "/staff/posts", post(posts::set)),
        (Method::POST, "/staff/open", post(staff::open)),
        (Method::POST, "/staff/link", post(staff::link)),
        (Method::POST, "/staff/close", post(staff::close)),
        (Method::POST, "/staff/reopen", post(staff::reopen)),
    ]
}

fn pictures() -> Vec<Answered> {
    vec![
        (Method::GET, "/pupils/{id}/picture", get(picture::show)),
        (Method::POST, "/pupils/{id}/picture", post(picture::choose)),
        (Method::POST, "/pupils/{id}/picture/remove", post(picture::take_away)),
    ]
}

fn lists() -> Vec<Answered> {
    vec![
        (Method::POST, "/register/import", post(school::bring_in)),
        (Method::POST, "/staff/import", post(staff_file::bring_in)),
    ]
}

fn live() -> Vec<Answered> {
    vec![(Method::GET, "/live", get(ws::upgrade))]
}

fn for_anybody() -> Vec<Answered> {
    vec![
        (Method::GET, "/healthz", get(health::alive)),
        (Method::GET, "/readyz", get(health::ready)),
        (Method::POST, csp_report::ADDRESS, post(csp_report::take)),
        (Method::POST, "/join/{token}", post(join::sign_in)),
        (Method::GET, "/signin", get(sign_in::show)),
        (Method::POST, "/signin", post(sign_in::sign_in)),
        (Method::GET, "/signin/second", get(sign_in::second)),
        (Method::POST, "/signin/second", post(sign_in::give_second)),
        (Method::POST, "/signin/passkey/begin", post(passkeys::begin_sign_in)),
        (Method::POST, "/signin/passkey", post(passkeys::sign_in)),
        (Method::GET, "/signin/school", get(school_account::begin)),
        (Method::GET, "/signin/school/back", get(school_account::back)),
        (Method::GET, "/set-up", get(set_up::show)),
        (Method::POST, "/set-up", post(set_up::set_up)),
        (Method::GET, "/welcome/{token}", get(welcome::show)),
        (Method::POST, "/welcome/{token}", post(welcome::set_up)),
    ]
}

fn add(router: Router<AppState>, answered: Vec<Answered>) -> Router<AppState> {
    answered.into_iter().fold(router, |router, (_, path, answer)| router.route(path, answer))
}

/// What runs on the admin listener.
pub fn admin_router(state: AppState, installation: Installation) -> Router {
    let answered = for_who_runs_the_machine(state, installation).into_iter();
    answered.fold(Router::new(), |router, (_, path, answer)| router.route(path, answer))
}

fn for_who_runs_the_machine(state: AppState, installation: Installation) -> Vec<(Method, &'static str, MethodRouter)> {
    vec![
        (Method::GET, "/metrics", get(health::metrics).with_state(state)),
        (Method::GET, "/check", get(check::check).with_state(installation)),
    ]
}

/// Every address of the admin listener.
pub fn admin_addresses(state: AppState, installation: Installation) -> Vec<(Method, String)> {
    let answered = for_who_runs_the_machine(state, installation).into_iter();
    answered.map(|(method, path, _)| (method, path.to_owned())).collect()
}

/// Every address there is, but for files: what a test must ask as everybody.
pub fn addresses(state: &AppState) -> Vec<(Method, String)> {
    let own = [personal(), pictures(), lists(), live(), for_anybody()].concat();
    let own = own.into_iter().map(|(method, path, _)| (method, path.to_owned()));
    own.chain(pages::addresses(state)).collect()
}
