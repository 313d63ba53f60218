//! A child who leaves the school: on no list of who is here from that day on, found where one looks for them, with all
//! that was written; and back when the day is taken away.

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        delivery::{DeliveryQuery, EVERYBODY},
        first::FirstMeetingSent,
        map::MapQuery,
        register::RegisterQuery,
    },
};
use axum::http::StatusCode;
use shared::PupilId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

use crate::support::{Seat, TestServer, text};

const TODAY: &str = "2026-11-19";

impl TestServer {
    async fn leaves(&self, by: &Seat, pupil: PupilId, day: &str) -> axum::http::Response<axum::body::Body> {
        let form = format!(
            "provision=K&since=2024-09-01&need=ASD&need=SLCN&year_group=Year+4&class_name=4Q&upn=E000432100001\
             &born_on=2018-02-14&home_language=Polish&left_on={day}"
        );
        self.post_form_as(&format!("/pupils/{pupil}/register"), Some(&self.sign_in(by).await), form).await
    }

    /// On which of the lists of who is here somebody finds Tomek.
    async fn lists(&self, viewer: Viewer, tomek: PupilId) -> Vec<&'static str> {
        let backend = &self.backend;
        let register = backend.register_page(viewer, RegisterQuery::default()).await.unwrap();
        let home = backend.meetings_page(viewer, 1).await.unwrap().staff.unwrap();
        let map = backend.map_page(viewer, MapQuery::default()).await.unwrap();
        let query = DeliveryQuery { who: EVERYBODY.to_owned(), ..DeliveryQuery::default() };
        let delivery = backend.delivery_page(viewer, query).await.unwrap();
        [
            ("register", register.rows.iter().any(|row| row.pupil == tomek)),
            ("reviews", home.reviews.iter().any(|row| row.pupil == tomek)),
            ("drafts", home.drafts.iter().any(|row| row.pupil == tomek)),
            ("promises", home.actions.iter().any(|row| row.pupil == tomek)),
            ("carried", map.load.iter().any(|load| load.who == "Mr Adeyemi")),
            ("needs", map.coverage.iter().any(|row| row.area == "C&I" && row.with_need > 0)),
            (
                "sessions",
                delivery.sessions.iter().flat_map(|session| &session.children).any(|child| child.name == "Tomek"),
            ),
        ]
        .into_iter()
        .filter_map(|(list, is_there)| is_there.then_some(list))
        .collect()
    }
}

#[sqlx::test(migrations = false)]
async fn who_has_left_is_on_no_list_and_all_that_was_written_stays(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (pike, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let (backend, tomek) = (&server.backend, server.pupil_of(&pike).await);
    let cookie = server.sign_in(&pike).await;
    let everywhere = server.lists(pike.viewer, tomek).await;
    assert!(everywhere.len() >= 6, "{everywhere:?}");
    let before = backend.map_page(pike.viewer, MapQuery::default()).await.unwrap();

    // Announced, and nothing changes yet; from the day itself on they are gone.
    assert_eq!(server.leaves(&pike, tomek, "2026-11-20").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.lists(pike.viewer, tomek).await, everywhere);
    let page = text(server.get(&format!("/pupils/{tomek}"), Some(&cookie)).await).await;
    assert!(page.contains("Leaves the school on 20 November 2026."));
    assert_eq!(server.leaves(&pike, tomek, TODAY).await.status(), StatusCode::SEE_OTHER);
    // But the meeting that was prepared: somebody still has to close it, and reads that they are gone.
    assert_eq!(server.lists(pike.viewer, tomek).await, ["drafts"]);
    let home = text(server.get("/", Some(&cookie)).await).await.replace("<!>", "");
    assert!(home.contains("Has left the school. For 19 November 2026"), "{home}");
    assert_eq!(server.verbs(&options, tomek.0).await, ["register-changed", "register-changed"]);

    // What was agreed and given while they were here is in the sums.
    let map = backend.map_page(pike.viewer, MapQuery::default()).await.unwrap();
    assert_eq!(map.rows, before.rows);
    // On the days before, their sessions may still be told.
    let query = DeliveryQuery { on: "2026-11-18".to_owned(), who: EVERYBODY.to_owned(), page: 1 };
    assert!(!backend.delivery_page(pike.viewer, query).await.unwrap().sessions.is_empty());

    // Found among those who left, and by name.
    let found = async |query: RegisterQuery| {
        let page = backend.register_page(pike.viewer, query).await.unwrap();
        page.rows.into_iter().map(|row| (row.pupil, row.left_on)).collect::<Vec<_>>()
    };
    let row = (tomek, TODAY.to_owned());
    assert_eq!(found(RegisterQuery { left: true, ..RegisterQuery::default() }).await, std::slice::from_ref(&row));
    assert_eq!(found(RegisterQuery { name: "wieczorek".to_owned(), ..RegisterQuery::default() }).await, [row]);
    let register = text(server.get("/register?left=yes", Some(&cookie)).await).await.replace("<!>", "");
    assert!(register.contains("Left (1)") && register.contains("Left on 19 November 2026"), "{register}");

    // Their page and their records are read as before, by the family too.
    for seat in [&pike, &marek] {
        let cookie = server.sign_in(seat).await;
        let page = text(server.get(&format!("/pupils/{tomek}"), Some(&cookie)).await).await;
        assert!(page.contains("Left the school on 19 November 2026."));
        let earlier = server.seat("Tomek", "Marek", 2).await.meeting;
        assert_eq!(server.get(&format!("/meetings/{earlier}/record"), Some(&cookie)).await.status(), StatusCode::OK);
    }

    assert_eq!(server.leaves(&pike, tomek, "").await.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.lists(pike.viewer, tomek).await, everywhere, "back again, and nothing was lost");
}

#[sqlx::test(migrations = false)]
async fn a_term_that_is_over_stays_as_it_was(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let tomek = server.pupil_of(&pike).await;
    let autumn = MapQuery { term: "2026-3".to_owned(), ..MapQuery::default() };
    let carried = async || server.backend.map_page(pike.viewer, autumn.clone()).await.unwrap().load;
    let all = carried().await;
    server.leaves(&pike, tomek, TODAY).await;
    assert!(carried().await.len() < all.len());
    server.clock.forward(Duration::days(60));
    assert_eq!(carried().await, all, "what was carried in autumn was carried");

    // Agreed in July and gone that month: no plan of autumn.
    server.leaves(&pike, tomek, "2026-07-21").await;
    let map = server.backend.map_page(pike.viewer, autumn.clone()).await.unwrap();
    let children = map.rows.iter().flat_map(|row| &row.children).filter(|child| child.pupil == tomek);
    assert_eq!(children.filter_map(|child| child.planned).sum::<i64>(), 0);
    assert!(map.load.len() < all.len());
}

#[sqlx::test(migrations = false)]
async fn what_was_given_to_who_has_left_stands_at_a_cost_that_is_known(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, tomek, cookie) = (&server.backend, server.pupil_of(&pike).await, server.sign_in(&pike).await);
    let autumn = MapQuery { term: "2026-3".to_owned(), ..MapQuery::default() };
    let his = async || {
        let mut rows = backend.map_page(pike.viewer, autumn.clone()).await.unwrap().rows;
        rows.retain(|row| row.children.iter().all(|child| child.pupil == tomek));
        rows
    };
    let before = his().await;

    // Agreed in July, gone that month; what was counted of it in November was given all the same, and costs nothing then.
    server.leaves(&pike, tomek, "2026-07-21").await;
    assert_eq!(his().await, vec![], "nothing is left of what nobody counted");
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let after = his().await;
    assert!(!after.is_empty() && after.len() <= before.len(), "{after:?}");
    assert!(after.iter().all(|row| row.counted > 0 && row.planned == 0 && row.pence == Some(0)), "{after:?}");
    // So the page says of no more help than before that its cost is not known.
    let map = backend.map_page(pike.viewer, autumn.clone()).await.unwrap();
    let page = text(server.get("/map?term=2026-3", Some(&cookie)).await).await;
    assert_eq!(page.contains("is not written down."), map.rows.iter().any(|row| row.pence.is_none()), "{page}");
}

#[sqlx::test(migrations = false)]
async fn no_meeting_begins_about_who_has_left_and_an_open_one_goes_on(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, tomek, cookie) = (&server.backend, server.pupil_of(&pike).await, server.sign_in(&pike).await);
    server.leaves(&pike, tomek, TODAY).await;
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    assert!(!backend.record_page(pike.viewer, pike.meeting).await.unwrap().can_start_next);
    assert_eq!(backend.meeting_start_next(pike.viewer, pike.meeting).await, Err(AppError::HasLeft));
    server.leaves(&pike, tomek, "").await;
    assert!(backend.record_page(pike.viewer, pike.meeting).await.unwrap().can_start_next);
    assert!(backend.meeting_start_next(pike.viewer, pike.meeting).await.is_ok());

    // Of somebody new who never came.
    let file = format!("Full name,Extra help,Left on\nAda One,N,{TODAY}\n");
    server.bring_in("/register/import", file.as_bytes(), Some(&cookie)).await;
    let query = RegisterQuery { left: true, provision: "all".to_owned(), ..RegisterQuery::default() };
    let ada = backend.register_page(pike.viewer, query).await.unwrap().rows[0].pupil;
    assert!(!backend.pupil_page(pike.viewer, ada).await.unwrap().may_begin_first);
    let path = format!("/pupils/{ada}/first-meeting");
    let page = text(server.get(&path, Some(&cookie)).await).await;
    assert!(page.contains("has left the school") && !page.contains("<form class=\"line-form\""));
    let sent = FirstMeetingSent { on: "2026-12-03".to_owned(), at: "15:30".to_owned(), ..FirstMeetingSent::default() };
    let refused = backend.first_meeting_begin(pike.viewer, ada, sent).await.unwrap().unwrap_err();
    assert!(refused[0].what_to_do.contains("empty “Left the school on”"), "{refused:?}");
}

#[sqlx::test(migrations = false)]
async fn the_day_goes_out_and_comes_in_by_a_file(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (tomek, cookie) = (server.pupil_of(&pike).await, server.sign_in(&pike).await);
    let import = "/register/import";
    let left = async || server.backend.line_page(pike.viewer, tomek).await.unwrap().line.left_on;

    let file = "UPN,Full name,Left on\nE000432100001,Tomasz Wieczorek,21/07/2026\n";
    let page = text(server.send_file(import, file.as_bytes(), Some(&cookie)).await).await.replace("<!>", "");
    assert!(page.contains("Left on") && page.contains("<ins>21 July 2026</ins>"), "{page}");
    assert!(!page.contains("If they are back"));
    assert_eq!(left().await, "");
    server.say_yes(import, &page, Some(&cookie)).await;
    assert_eq!(left().await, "2026-07-21");
    let out = async |query: &str| text(server.get(&format!("/register.csv{query}"), Some(&cookie)).await).await;
    let (here, gone) = (out("").await, out("?left=yes").await);
    assert!(here.contains("\"Left on\"") && !here.contains("E000432100001"), "{here}");
    assert!(gone.contains("\"2026-07-21\""), "{gone}");

    // What names no such column, or nothing in it, leaves it alone; and says so before.
    for file in ["UPN,Full name,Class\nE000432100001,,5A\n", "UPN,Full name,Left on,Class\nE000432100001,,,5B\n"] {
        let page = text(server.send_file(import, file.as_bytes(), Some(&cookie)).await).await;
        assert!(page.contains("they left the school on 21 July 2026. If they are back"), "{page}");
        server.say_yes(import, &page, Some(&cookie)).await;
        assert_eq!(left().await, "2026-07-21");
    }
    for (day, said) in [
        ("2026-02-30", "no such day"),
        ("2017-02-14", "before the child was born"),
        ("2024-08-31", "before their extra help began"),
        ("2026-07-06", "They were met on 7 July 2026: choose that day or a later one."),
        ("2027-11-20", "more than a year ahead"),
    ] {
        let file = format!("UPN,Full name,Left on\nE000432100001,,{day}\n");
        let answer = server.send_file(import, file.as_bytes(), Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text(answer).await.contains(said), "{day}");
        let answer = server.leaves(&pike, tomek, day).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains(said) && page.contains("id=\"left_on-error\""), "{day}: {page}");
    }
    assert_eq!(left().await, "2026-07-21");
}

#[sqlx::test(migrations = false)]
async fn nobody_left_before_they_were_last_met(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, tomek) = (&server.backend, server.pupil_of(&pike).await);
    let left = async || backend.line_page(pike.viewer, tomek).await.unwrap().line.left_on;
    let yesterday = "2026-11-18";

    // A table that is open is one at which they are met, and so it is once it has agreed.
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    for is_agreed in [false, true] {
        if is_agreed {
            backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
        }
        let page = text(server.leaves(&pike, tomek, yesterday).await).await;
        let beside = page.split("id=\"left_on-error\"").nth(1).expect("it stands beside the box");
        assert!(beside.contains("They were met on 19 November 2026: choose that day or a later one."), "{page}");
        assert!(page.contains(&format!("value=\"{yesterday}\"")), "what was typed is kept");
        assert_eq!(left().await, "");
    }
    assert_eq!(server.leaves(&pike, tomek, TODAY).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(left().await, TODAY);
}

#[sqlx::test(migrations = false)]
async fn a_meeting_held_after_somebody_left_locks_no_line(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (backend, tomek) = (&server.backend, server.pupil_of(&pike).await);
    assert_eq!(server.leaves(&pike, tomek, "2026-11-10").await.status(), StatusCode::SEE_OTHER);
    backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    // The day stands already: the other boxes are still to be changed.
    let form =
        "provision=K&since=2024-09-01&need=ASD&year_group=Year+5&born_on=2018-02-14&left_on=2026-11-10".to_owned();
    let path = format!("/pupils/{tomek}/register");
    let answer = server.post_form_as(&path, Some(&server.sign_in(&pike).await), form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}
