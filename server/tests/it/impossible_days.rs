//! Days that nobody can mean: told when it is agreed or kept, each with the box it stands in, and nothing is lost.

use app::error::AppError;
use axum::{
    body::Body,
    http::{Request, header},
};
use server::http;
use shared::{
    Section, Stage,
    doc::NewItem,
    schema::{List, actions, assess, passport, plan},
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use tower::ServiceExt;

use crate::{
    corrections::agreed,
    support::{TestServer, table::item, text},
};

/// A field, and what is written in it.
type Written = (&'static str, &'static str);

/// What was typed in this meeting: a section, a line with its words, and its day.
const TYPED: [(Section, &List, Written, Written); 4] = [
    (Section::Plan, &plan::OUTCOMES, ("text", "To swim a length"), ("by", "1999-01-01")),
    (Section::Do, &actions::ACTIONS, ("what", "Ring the swimming pool"), ("by", "2020-01-01")),
    (Section::Assess, &assess::BASELINES, ("measure", "Lengths swum"), ("measured_on", "2026-11-20")),
    (Section::Passport, &passport::ACCESS, ("arrangement", "A prompter"), ("since", "2099-01-01")),
];
const TOLD: [&str; 4] = [
    "The day of “To swim a length”, 1 January 1999, is over: choose a later one.",
    "The day of “Ring the swimming pool”, 1 January 2020, is over: choose a later one.",
    "The day of “Lengths swum”, 20 November 2026, has not come yet: look at the year.",
    "The day of “A prompter”, 1 January 2099, has not come yet: look at the year.",
];

#[sqlx::test(migrations = false)]
async fn each_day_that_cannot_be_is_told_with_its_box_and_what_was_taken_over_may_be_late(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let mut pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let mut tabs = vec![];
    for (n, (section, list, (key, words), (field, day))) in (0..).zip(TYPED) {
        let mut tab = server.open(&address, &pike, section, 90_001 + n).await;
        tab.begin().await;
        let line = NewItem::by(pike.viewer.person).with(key, words).with(field, day);
        tab.edit(|doc| doc.add(list, item(n.into()), line)).await;
        tab.until_saved().await;
        tabs.push(tab);
    }
    // Found out before whoever runs it is asked whether they are sure, and said again where they are.
    let would = server.backend.record_can_be_agreed(pike.viewer, pike.meeting).await.unwrap_err();
    let refused = server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap_err();
    assert_eq!(would, refused);
    let AppError::Missing(missing) = refused else { panic!("{refused}") };
    assert_eq!(missing.iter().map(|missing| missing.words.as_str()).collect::<Vec<_>>(), TOLD);
    for (missing, (_, _, _, (field, _))) in missing.iter().zip(TYPED) {
        assert!(missing.part.ends_with(&format!("-{field}")), "{missing:?}");
    }
    assert_eq!(server.backend.meeting_page(pike.viewer, pike.meeting).await.unwrap().stage, Stage::Meeting);
    for (n, (tab, (_, list, _, (field, _)))) in (0..).zip(tabs.iter_mut().zip(TYPED)) {
        tab.edit(|doc| doc.set_words(list, item(n), field, "2026-11-19")).await;
        tab.until_saved().await;
    }
    server.backend.record_can_be_agreed(pike.viewer, pike.meeting).await.unwrap();
    assert_eq!(server.backend.meeting_page(pike.viewer, pike.meeting).await.unwrap().stage, Stage::Meeting);
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();

    // A term later the hope and the promise are late, and nobody typed them anew.
    pike.meeting = server.backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();
    server.clock.forward(Duration::days(100));
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let mut tab = server.open(&address, &pike, Section::Plan, 90_011).await;
    tab.begin().await;
    let whole = tab.doc.items(&plan::WHOLE)[0];
    let impact = Splice { at: 0, delete: 0, insert: "Swimming.".to_owned() };
    tab.edit(|doc| doc.splice(&plan::WHOLE, whole, "expected_impact", &impact)).await;
    tab.edit(|doc| doc.set_words(&plan::WHOLE, whole, "review_on", "2027-07-01")).await;
    tab.edit(|doc| doc.set_words(&plan::OUTCOMES, item(0), "by", "2027-01-01")).await;
    tab.until_saved().await;
    let refused = server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap_err();
    let AppError::Missing(missing) = refused else { panic!("{refused}") };
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].words.starts_with("The day of “To swim a length”, 1 January 2027, is over"), "{missing:?}");
    tab.edit(|doc| doc.set_words(&plan::OUTCOMES, item(0), "by", "2026-11-19")).await;
    tab.until_saved().await;
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn a_passport_is_not_kept_with_a_day_that_has_not_come(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (mut pike, _) = agreed(&server).await;
    let child = server.pupil_of(&pike).await;
    let cookie = server.sign_in(&pike).await;
    pike.meeting = server.backend.passport_open(pike.viewer, child).await.unwrap();
    let mut tab = server.open(&address, &pike, Section::Passport, 90_021).await;
    tab.begin().await;
    let line = NewItem::by(pike.viewer.person).with("arrangement", "A prompter").with("since", "2099-01-01");
    tab.edit(|doc| doc.add(&passport::ACCESS, item(1), line)).await;
    tab.until_saved().await;
    let addresses = http::addresses(&server.state);
    let (_, save) = addresses.iter().find(|(_, path)| path.starts_with("/api/save_passport")).unwrap();
    let pressed = Request::post(save)
        .header("sec-fetch-site", "same-origin")
        .header(header::HOST, "meetings.example")
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, format!("http://meetings.example/pupils/{child}/passport"))
        .header(header::COOKIE, &cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = Body::from(format!("pupil={child}"));
    let answer = server.router.clone().oneshot(pressed.body(form).unwrap()).await.unwrap();
    let back = answer.headers()[header::LOCATION].to_str().unwrap().trim_start_matches("http://meetings.example");
    let html = text(server.get(back, Some(&cookie)).await).await;
    assert!(html.contains("It was not saved yet. The day of “A prompter”, 1 January 2099, has not come yet"), "{html}");

    tab.edit(|doc| doc.set_words(&passport::ACCESS, item(1), "since", "2026-11-19")).await;
    tab.until_saved().await;
    server.backend.passport_save(pike.viewer, child).await.unwrap();
}
