//! Two people at one form: what the second did not see is not overwritten, and what each changed is kept.

use app::view::{
    delivery::{DeliveryQuery, EVERYBODY, Session},
    line::Line,
};
use axum::http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use shared::PupilId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, text};

/// The form as a browser sends it: what was seen, and what stands in the boxes.
fn form(seen: &Line, line: &Line) -> String {
    let encoded = |words: &str| utf8_percent_encode(words, NON_ALPHANUMERIC).to_string();
    let needs: String = line.needs.iter().map(|need| format!("&need={need}")).collect();
    let looked_after = if line.looked_after { "&looked_after=yes" } else { "" };
    format!(
        "seen={}&provision={}&since={}&key_adult={}&year_group={}&class_name={}&upn={}&born_on={}&home_language={}&left_on={}{needs}{looked_after}",
        encoded(&serde_json::to_string(seen).unwrap()),
        line.provision,
        line.since,
        line.key_adult,
        encoded(&line.year_group),
        encoded(&line.class_name),
        encoded(&line.upn),
        line.born_on,
        encoded(&line.home_language),
        line.left_on,
    )
}

impl TestServer {
    async fn line(&self, seat: &Seat, pupil: PupilId) -> Line {
        self.backend.line_page(seat.viewer, pupil).await.unwrap().line
    }
}

#[sqlx::test(migrations = false)]
async fn a_line_that_two_people_change_has_what_both_wrote(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (cookie, tomek) = (server.sign_in(&pike).await, server.pupil_of(&pike).await);
    let path = format!("/pupils/{tomek}/register");
    let seen = server.line(&pike, tomek).await;
    let send = async |line: &Line| server.post_form_as(&path, Some(&cookie), form(&seen, line)).await;
    let first = Line { class_name: "4A".into(), ..seen.clone() };
    assert_eq!(send(&first).await.status(), StatusCode::SEE_OTHER);
    // From a page of before: the class on it is the old one.
    let second = Line { home_language: "Kashubian".into(), ..seen.clone() };
    assert_eq!(send(&second).await.status(), StatusCode::SEE_OTHER);
    let now = server.line(&pike, tomek).await;
    assert_eq!((now.class_name.as_str(), now.home_language.as_str()), ("4A", "Kashubian"));

    // The same box by both: nothing is changed, and it is said what stands there, and by whom.
    let third = Line { class_name: "4B".into(), looked_after: !seen.looked_after, ..seen.clone() };
    let answer = send(&third).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(answer).await;
    assert!(page.contains("In the register stands “4A”") && page.contains("Class: You, on another page,"), "{page}");
    assert!(page.contains("value=\"4B\"") && page.contains("value=\"Kashubian\""), "both are in the boxes");
    assert_eq!(server.line(&pike, tomek).await, now);
    // Said once more from that page, who has seen it now, it is written down.
    let again = Line { class_name: "4B".into(), ..now.clone() };
    let answer = server.post_form_as(&path, Some(&cookie), form(&now, &again)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.line(&pike, tomek).await, again);

    // The day somebody left likewise: two days are one too many.
    let left = |day: &str| Line { left_on: day.into(), ..again.clone() };
    let send = async |line: Line| server.post_form_as(&path, Some(&cookie), form(&again, &line)).await;
    assert_eq!(send(left("2026-07-21")).await.status(), StatusCode::SEE_OTHER);
    let page = text(send(left("2026-07-22")).await).await;
    assert!(page.contains("Left the school on: You, on another page,") && page.contains("“21 July 2026”"), "{page}");
    assert_eq!(server.line(&pike, tomek).await.left_on, "2026-07-21");
}

#[sqlx::test(migrations = false)]
async fn a_session_that_two_people_tell_otherwise_is_asked_about(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (adeyemi, pike) = (server.seat("Tomek", "Mr Adeyemi", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let seen = named(&server, &pike, "Narrative group").await;
    let stands = async || named(&server, &pike, "Narrative group").await;
    let send = async |seat: &Seat, saw: &Session, told: &str, note: &str| {
        let (child, saw) = (&saw.children[0], utf8_percent_encode(&saw.seen(), NON_ALPHANUMERIC).to_string());
        let help = format!("{}.{}", child.meeting, child.item);
        let form = format!("help={help}&on=2026-11-19&who=everybody&told={told}&note={note}&seen={saw}");
        server.post_form_as("/delivery", Some(&server.sign_in(seat).await), form).await
    };
    assert_eq!(send(&adeyemi, &seen, "happened", "A+good+one").await.status(), StatusCode::SEE_OTHER);
    let told = stands().await;
    // Who says the same, with nothing to add, has nothing to be asked.
    assert_eq!(send(&pike, &seen, "happened", "").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(stands().await, told, "and the line for staff is still there");

    let answer = send(&pike, &seen, "room", "Choir").await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(answer).await;
    assert!(page.contains("Mr Adeyemi had told of it"), "{page}");
    assert!(page.contains("it happened (“A good one”)") && page.contains("the room was taken (“Choir”)"), "{page}");
    assert!(page.contains("value=\"Choir\""), "what was typed is kept");
    assert_eq!(stands().await, told);
    // Having seen it, she may say otherwise.
    let answer = send(&pike, &told, "room", "Choir").await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!((stands().await.told_by.as_str(), stands().await.note.as_str()), ("Mrs Pike", "Choir"));
}

async fn named(server: &TestServer, seat: &Seat, name: &str) -> Session {
    let query = DeliveryQuery { on: String::new(), who: EVERYBODY.to_owned(), page: 1 };
    let page = server.backend.delivery_page(seat.viewer, query).await.unwrap();
    page.sessions.into_iter().find(|session| session.name.starts_with(name)).unwrap()
}
