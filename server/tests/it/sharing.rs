//! Until when a child is shared with somebody from outside: before the end of the day nothing changes, after it nothing
//! opens, and it is said why.

use axum::http::{StatusCode, header};
use server::backend::pupils::sharing::end_due;
use shared::{PupilId, Section, event::ServerEvent, protocol::CloseCode};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

use crate::support::{Seat, TestServer, owner, socket::Tab, text};

const WORDS: &str = "shared this child’s meetings and records with you until a day that is over";

async fn set(server: &TestServer, by: &Seat, pupil: PupilId, whom: &Seat, until: &str) -> StatusCode {
    let cookie = server.sign_in(by).await;
    let form = format!("person={}&until={until}", whom.viewer.person);
    server.post_form_as(&format!("/pupils/{pupil}/share-until"), Some(&cookie), form).await.status()
}

impl TestServer {
    async fn end_sharing(&self) -> usize {
        end_due(&self.db, &self.rooms, self.state.clock.now()).await.unwrap()
    }
}

async fn days(options: &PgConnectOptions) -> Vec<String> {
    let sql = "select ends_on::text from sharing order by ends_on";
    sqlx::query_scalar(sql).fetch_all(&mut owner(options).await).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn after_the_day_links_pages_and_open_lines_refuse_in_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (senco, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let agnieszka = server.seat("Tomek", "Agnieszka", 3).await;
    let tomek = server.pupil_of(&senco).await;
    let earlier = server.seat("Tomek", "Marek", 2).await.meeting;
    assert_eq!(set(&server, &senco, tomek, &marek, "2026-11-30").await, StatusCode::SEE_OTHER);
    let sencos = server.sign_in(&senco).await;
    let line = format!("/pupils/{tomek}/register");
    let said = text(server.get(&line, Some(&sencos)).await).await;
    assert!(said.contains("Until Monday 30 November 2026, that day too"), "it is on the SENCO’s page");

    // Nearly midnight at school: the day is not over.
    server.clock.forward(Duration::days(11) + Duration::minutes(11 * 60 + 59));
    assert_eq!(server.end_sharing().await, 0);
    let his = server.sign_in(&marek).await;
    let pages = [
        format!("/pupils/{tomek}"),
        format!("/pupils/{tomek}/passport"),
        format!("/meetings/{}", marek.meeting),
        format!("/meetings/{earlier}/record"),
        format!("/meetings/{earlier}/record.json"),
    ];
    for page in &pages {
        assert_eq!(server.get(page, Some(&his)).await.status(), StatusCode::OK, "{page}");
    }
    let mut tab = Tab::connect(&address, &his, marek.meeting, Section::Plan, 5).await;
    tab.begin().await;

    server.clock.forward(Duration::minutes(2));
    assert_eq!(server.end_sharing().await, 1);
    tab.until_event(&ServerEvent::Removed).await;
    assert_eq!(tab.until_closed().await, CloseCode::Removed.code());
    for page in &pages {
        let answer = server.get(page, Some(&his)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{page}");
        let said = text(answer).await;
        assert!(said.contains(WORDS) && !said.contains("Tomek"), "{page}: {said}");
    }
    assert!(!text(server.get("/", Some(&his)).await).await.contains("Tomek"));
    let link = format!("/join/{}", server.token(&marek).await);
    let letter = server.get(&link, None).await;
    assert_eq!(letter.status(), StatusCode::FORBIDDEN);
    assert!(text(letter).await.contains(WORDS));
    assert!(server.post(&link, None).await.headers().get(header::SET_COOKIE).is_none(), "nor does the button");
    // It is nobody else’s day, and it comes once.
    let hers = server.sign_in(&agnieszka).await;
    assert_eq!(server.get(&pages[0], Some(&hers)).await.status(), StatusCode::OK);
    assert_eq!(server.end_sharing().await, 0);
    let written = server.verbs(&options, marek.viewer.person.0).await;
    let written: Vec<_> = written.iter().filter(|verb| verb.starts_with("sharing")).collect();
    assert_eq!(written, ["sharing-set", "sharing-ended"]);
    server::audit::verify(&server.db).await.unwrap();

    // Whoever answers for the child reads why, and lets him near again: then there may be another day.
    let sencos = server.sign_in(&senco).await;
    let said = text(server.get(&line, Some(&sencos)).await).await;
    assert!(said.contains("The day until which this child was shared with them is over: 30 November 2026."));
    assert_eq!(set(&server, &senco, tomek, &marek, "2027-03-01").await, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("person={}&reason=He+is+back", marek.viewer.person);
    let near = server.post_form_as(&format!("/pupils/{tomek}/let-near"), Some(&sencos), form).await;
    assert_eq!(near.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.end_sharing().await, 0);
    let his = server.sign_in(&marek).await;
    assert_eq!(server.get(&pages[0], Some(&his)).await.status(), StatusCode::OK);
    assert_eq!(set(&server, &senco, tomek, &marek, "2027-03-01").await, StatusCode::SEE_OTHER);
    assert_eq!(days(&options).await, ["2027-03-01"]);
}

#[sqlx::test(migrations = false)]
async fn a_day_is_set_by_those_who_answer_for_the_child_and_is_still_to_come(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let (senco, ruth) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Ruth", 3).await);
    let tomek = server.pupil_of(&senco).await;
    // Over, no day at all, a year nobody means: each is told, and changes nothing.
    for wrong in ["2026-11-18", "2027-02-31", "soon", "9999-12-31"] {
        assert_eq!(set(&server, &senco, tomek, &ruth, wrong).await, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    // Not of herself, nor by family or a teacher; nor of the school’s own people, nor of another child’s.
    for (by, whom) in [("Agnieszka", "Ruth"), ("Miss Qureshi", "Ruth"), ("Mrs Pike", "Miss Qureshi")] {
        let (by, whom) = (server.seat("Tomek", by, 3).await, server.seat("Tomek", whom, 3).await);
        assert_eq!(set(&server, &by, tomek, &whom, "2027-01-31").await, StatusCode::NOT_FOUND);
    }
    let chidi = server.seat("Kai", "Chidi", 3).await;
    assert_eq!(set(&server, &senco, tomek, &chidi, "2027-01-31").await, StatusCode::NOT_FOUND);
    assert_eq!(days(&options).await, Vec::<String>::new());

    // Today is a day to come until it ends; and a day is taken back.
    assert_eq!(set(&server, &senco, tomek, &ruth, "2026-11-19").await, StatusCode::SEE_OTHER);
    assert_eq!(server.end_sharing().await, 0);
    assert_eq!(set(&server, &senco, tomek, &ruth, "").await, StatusCode::SEE_OTHER);
    server.clock.forward(Duration::days(400));
    assert_eq!(server.end_sharing().await, 0);

    // Whoever is kept away for another reason meanwhile stays so for that reason.
    assert_eq!(set(&server, &senco, tomek, &ruth, "2028-01-31").await, StatusCode::SEE_OTHER);
    let mut txn = server.db.begin(senco.viewer.school).await.unwrap();
    server::db::pupils::withhold(&mut txn, tomek, ruth.viewer.person, "A court order").await.unwrap();
    txn.commit().await.unwrap();
    server.clock.forward(Duration::days(100));
    assert_eq!(server.end_sharing().await, 1);
    let sql = "select reason from withheld where person_id = $1";
    let reason: String =
        sqlx::query_scalar(sql).bind(ruth.viewer.person.0).fetch_one(&mut owner(&options).await).await.unwrap();
    assert_eq!(reason, "A court order");
}
