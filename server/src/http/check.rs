//! `/check` on the admin listener: what `roundtable check` says, as a page.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use html_escape::encode_text;
use sqlx::postgres::PgConnectOptions;

use crate::{
    check::{self, Finding},
    clock::SharedClock,
    config::Config,
};

/// What is checked.
#[derive(Clone)]
pub struct Installation(Arc<(Config, PgConnectOptions, SharedClock)>);

impl Installation {
    pub fn new(config: Config, database: PgConnectOptions, clock: SharedClock) -> Self {
        Self(Arc::new((config, database, clock)))
    }
}

/// Its status says the same, for whatever asks every hour.
pub(super) async fn check(State(installation): State<Installation>) -> Response {
    let (config, database, clock) = &*installation.0;
    let found = check::all(config, database, clock.now()).await;
    let is_good = found.iter().all(|finding| finding.wrong.is_none());
    let status = if is_good { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR };
    (status, Html(page(&found))).into_response()
}

fn page(found: &[Finding]) -> String {
    let wrong = found.iter().filter(|finding| finding.wrong.is_some()).count();
    let title = match wrong {
        0 => "All is as it should be".to_owned(),
        1 => "One thing is not as it should be".to_owned(),
        _ => format!("{wrong} things are not as they should be"),
    };
    let mut lines = String::new();
    for finding in found {
        let (mark, why) = match &finding.wrong {
            None => ("Good", String::new()),
            Some(why) => ("Wrong", format!(": {why}")),
        };
        // Writing into a `String` cannot fail.
        let _ = write!(lines, "<li><strong>{mark}</strong> – {}{}</li>", encode_text(finding.what), encode_text(&why));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.6 sans-serif;max-width:44rem;margin:2rem auto;\
         padding:0 1rem}}li{{margin-bottom:.75rem}}</style></head>\
         <body><h1>{title}</h1><ul>{lines}</ul><p>The same is said by <code>roundtable check</code>.</p></body></html>\n"
    )
}
