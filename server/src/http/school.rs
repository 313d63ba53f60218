//! What leaves the school’s pages as a file, and the one file that comes in.

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        map::{ImpactQuery, MapQuery, MapRow, term_words},
        register::{RegisterQuery, Sent},
    },
};
use axum::{
    extract::{Path, Query, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::schema::{AREAS, label_of};

use super::{pages, sent_file, session::MaybeViewer};
use crate::{
    audit::{self, Deed, Verb},
    backend::{
        pupils,
        register::{self, Outcome},
    },
    csv,
    error::unavailable,
    state::AppState,
};

/// The filters as an address holds them: whatever is not said means everything.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    name: String,
    class: String,
    provision: String,
    need: String,
    late: Option<String>,
    looked_after: Option<String>,
    left: Option<String>,
    term: String,
    year: String,
    tier: String,
    area: String,
    who: String,
    funding: String,
}

pub(super) async fn register(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(viewer) = viewer else { return refusal(&AppError::NotSignedIn) };
    let query = RegisterQuery {
        name: asked.name,
        class: asked.class,
        provision: asked.provision,
        need: asked.need,
        late: asked.late.is_some(),
        looked_after: asked.looked_after.is_some(),
        left: asked.left.is_some(),
        ..RegisterQuery::default()
    };
    match register::file(&state.db, viewer, &query, state.clock.now()).await {
        Ok(rows) => file("sen-register.csv", rows),
        Err(error) => refusal(&error),
    }
}

pub(super) async fn map(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(viewer) = viewer else { return refusal(&AppError::NotSignedIn) };
    let Asked { term, year, tier, area, who, class, funding, .. } = asked;
    let page =
        match state.backend.map_page(viewer, MapQuery { term, year, tier, area, who, class, funding, page: 1 }).await {
            Ok(page) => page,
            Err(error) => return refusal(&error),
        };
    if let Err(error) = taken_away(&state, viewer, Verb::MapExported).await {
        return refusal(&error);
    }
    let mut rows = String::new();
    let columns = ["Term", "Help", "Tier", "Who", "Children", "Minutes planned", "Sessions planned", "Counted"];
    let more = ["Happened", "Extra", "Area of need", "Year groups", "Classes"];
    let money = ["Paid from", "Cost in pounds"].into_iter().filter(|_| page.shows_cost);
    csv::row(&mut rows, columns.into_iter().chain(more).chain(money));
    let sum = |of: fn(&MapRow) -> i64| page.rows.iter().map(of).sum::<i64>().to_string();
    for row in &page.rows {
        let numbers = [row.children.len() as i64, row.minutes, row.planned, row.counted, row.delivered, row.extra];
        let mut cells =
            vec![term_words(&page.query.term), row.name.clone(), page.here.words.tier(&row.tier), row.who.clone()];
        cells.extend(numbers.iter().map(ToString::to_string));
        let areas: Vec<_> = row.areas.iter().map(|area| label_of(AREAS, area)).collect();
        cells.extend([areas.join("; "), row.years.join("; "), row.classes.join("; ")]);
        if page.shows_cost {
            cells.extend([row.fundings.join("; "), pounds(row.pence)]);
        }
        csv::row(&mut rows, cells.iter().map(String::as_str));
    }
    let mut last = vec![term_words(&page.query.term), "Together".to_owned(), String::new(), String::new()];
    last.extend([page.children.to_string(), sum(|row| row.minutes), sum(|row| row.planned), sum(|row| row.counted)]);
    last.extend([sum(|row| row.delivered), sum(|row| row.extra), String::new(), String::new(), String::new()]);
    if page.shows_cost {
        last.extend([String::new(), pounds(Some(page.paid_from.iter().map(|(_, pence)| pence).sum()))]);
    }
    if !page.rows.is_empty() {
        csv::row(&mut rows, last.iter().map(String::as_str));
    }
    file("who-gets-what.csv", rows)
}

pub(super) async fn impact(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(viewer) = viewer else { return refusal(&AppError::NotSignedIn) };
    let query = ImpactQuery { term: asked.term, area: asked.area, ..ImpactQuery::default() };
    let page = match state.backend.impact_page(viewer, query).await {
        Ok(page) => page,
        Err(error) => return refusal(&error),
    };
    if let Err(error) = taken_away(&state, viewer, Verb::ImpactExported).await {
        return refusal(&error);
    }
    let mut rows = String::new();
    let columns = [
        "Help",
        "Children",
        "Got there",
        "Part of the way",
        "Not yet",
        "Did not get to try it",
        "Under no next step",
        "Sessions planned",
        "Sessions happened",
        "Extra sessions",
        "Steps",
        "Scores before, sum",
        "Scores now, sum",
        "Scores",
        "Next",
        "Why",
        "Minutes of one step",
    ];
    let money = ["Cost in pounds", "Cost of one step in pounds"];
    csv::row(&mut rows, columns.into_iter().chain(money.into_iter().filter(|_| page.shows_cost)));
    for row in &page.rows {
        let marks =
            [row.children, row.got_there, row.part_way, row.not_yet, row.not_tried, row.under_no_step].map(i64::from);
        let sums = [row.planned, row.delivered, row.extra, row.steps, row.before, row.after, row.scored.into()];
        let mut cells = vec![row.name.clone()];
        cells.extend(marks.iter().chain(&sums).map(ToString::to_string));
        let (advice, why) = row.advice();
        let time = row.minutes_per_step().map(|minutes| minutes.to_string()).unwrap_or_default();
        cells.extend([advice.words().to_owned(), why, time]);
        if page.shows_cost {
            cells.extend([pounds(row.pence), pounds(row.pence_per_step())]);
        }
        csv::row(&mut rows, cells.iter().map(String::as_str));
    }
    file("what-worked.csv", rows)
}

/// Everything that is held about a child. A POST, because it is written down that it was taken.
pub(super) async fn take_away(
    State(state): State<AppState>,
    MaybeViewer(viewer): MaybeViewer,
    Path(id): Path<String>,
) -> Response {
    let Some(viewer) = viewer else { return refusal(&AppError::NotSignedIn) };
    let Ok(pupil) = id.parse() else { return refusal(&AppError::NotFound) };
    match pupils::take_away(&state.db, viewer, pupil, state.clock.now()).await {
        Ok(archive) => {
            let headers = [
                (header::CONTENT_TYPE, "application/zip"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"everything-about-one-child.zip\""),
            ];
            (headers, archive).into_response()
        }
        Err(error) => refusal(&error),
    }
}

/// Written down before the file is given: what cannot be written down does not leave.
async fn taken_away(state: &AppState, viewer: Viewer, verb: Verb) -> Result<(), AppError> {
    let deed = Deed::new(viewer.person, verb);
    audit::note(&state.db, viewer.school, deed, state.clock.now()).await.map_err(unavailable)
}

/// A file of children: what it would change, what is wrong with it, or that it is done.
pub(super) async fn bring_in(State(state): State<AppState>, request: Request) -> Response {
    let Some(viewer) = request.extensions().get::<MaybeViewer>().and_then(|viewer| viewer.0) else {
        return refusal(&AppError::NotSignedIn);
    };
    if let Err(error) = register::may_bring_in(&state.db, viewer).await {
        return refusal(&error);
    }
    let page = pages::same_asker(&request, "/register/import");
    let outcome = match sent_file::read(request, &state).await {
        Ok(file) => register::bring_in(&state.db, viewer, &file, state.clock.now()).await,
        Err(refused) => Ok(Outcome::Sent(Sent::Refused(refused))),
    };
    match outcome {
        Ok(Outcome::Done { brought, changed }) => {
            Redirect::to(&format!("/register?brought={brought}&changed={changed}")).into_response()
        }
        Ok(Outcome::Sent(sent @ Sent::Look(_))) => pages::answer_with(&state, page, sent).await,
        Ok(Outcome::Sent(sent)) => pages::refuse_with(&state, page, sent).await,
        Err(error) => refusal(&error),
    }
}

/// “48.38”, and nothing where nobody wrote down a cost.
fn pounds(pence: Option<i64>) -> String {
    pence.map(|pence| format!("{}.{:02}", pence / 100, pence % 100)).unwrap_or_default()
}

fn file(name: &str, rows: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    // Excel takes a file for something older than Unicode unless it begins so.
    (headers, format!("\u{feff}{rows}")).into_response()
}

pub(super) fn refusal(error: &AppError) -> Response {
    let status = match error {
        AppError::NotSignedIn => StatusCode::UNAUTHORIZED,
        AppError::NotAllowed | AppError::SharingEnded => StatusCode::FORBIDDEN,
        AppError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::NOT_FOUND,
    };
    (status, format!("{error}\n")).into_response()
}
