//! Telling which sessions of help happened, and who may.

use app::{
    error::AppError,
    view::delivery::{DeliveryPage, DeliveryQuery, Session, Told},
};
use axum::http::{StatusCode, header};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{Seat, TestServer, owner, text};

/// The day of the tests’ clock.
const TODAY: &str = "2026-11-19";

impl TestServer {
    async fn sessions(&self, seat: &Seat, who: &str) -> Result<DeliveryPage, AppError> {
        let query = DeliveryQuery { on: TODAY.to_owned(), who: who.to_owned(), page: 1 };
        self.backend.delivery_page(seat.viewer, query).await
    }

    /// How many rows there are, whoever told them.
    async fn told(&self, seat: &Seat) -> i64 {
        let mut txn = self.db.begin(seat.viewer.school).await.unwrap();
        sqlx::query_scalar("select count(*) from help_sessions").fetch_one(txn.connection()).await.unwrap()
    }
}

fn form(session: &Session, on: &str, told: &str, more: &str) -> String {
    let child = &session.children[0];
    format!("help={}.{}&on={on}&who=&told={told}{more}", child.meeting, child.item)
}

fn named<'a>(page: &'a DeliveryPage, name: &str) -> &'a Session {
    page.sessions.iter().find(|session| session.name.starts_with(name)).unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_session_is_told_changed_and_taken_back(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let cookie = server.sign_in(&assistant).await;
    let page = server.sessions(&assistant, "").await.unwrap();
    assert!(page.sessions.len() == 3 && page.sessions.iter().all(|session| session.who == "Mr Adeyemi"));
    let narrative = named(&page, "Narrative group").clone();
    assert_eq!((narrative.per_week, narrative.minutes, narrative.told), (3, Some(20), 0));
    assert_eq!(narrative.children[0].name, "Tomek");

    let send = async |form: String| server.post_form_as("/delivery", Some(&cookie), form).await;
    let told = send(form(&narrative, TODAY, "happened", "&note=")).await;
    assert_eq!(told.status(), StatusCode::SEE_OTHER);
    let back = told.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert!(back.starts_with("/delivery?on=2026-11-19&who=#s-"), "{back}");
    let now = async || named(&server.sessions(&assistant, "").await.unwrap(), "Narrative group").clone();
    assert_eq!(now().await.children[0].told, Some(Told::Happened));
    assert_eq!((now().await.told, now().await.happened, now().await.told_this_week), (1, 1, 1));

    // Told again it says the same once, told otherwise it is changed.
    send(form(&narrative, TODAY, "happened", "&note=")).await;
    send(form(&narrative, TODAY, "room", "&note=Choir+practice")).await;
    assert_eq!(now().await.children[0].told, Some(Told::Not("room".to_owned())));
    let session = now().await;
    assert_eq!((session.told, session.happened, session.missed.as_str()), (1, 0, "the room was taken"));
    assert_eq!((session.note.as_str(), session.told_by.as_str()), ("Choir practice", "Mr Adeyemi"));
    let html = text(server.get("/delivery", Some(&cookie)).await).await;
    assert!(html.contains("Choir practice") && html.contains("It didn’t happen"));
    send(form(&narrative, "2026-11-17", "happened", "")).await;
    assert_eq!((now().await.told, now().await.told_this_week), (2, 2));
    // Whoever opens the child’s page sees it there, beside the help, without asking; the note is not on it.
    let child = format!("/pupils/{}", server.pupil_of(&assistant).await);
    let marek = server.sign_in(&server.seat("Tomek", "Marek", 3).await).await;
    for cookie in [&cookie, &marek] {
        let html = text(server.get(&child, Some(cookie)).await).await;
        assert!(html.contains("1 of 2 sessions happened; not: the room was taken"));
        assert!(!html.contains("Choir practice"));
    }
    let map = text(server.get("/map", Some(&cookie)).await).await;
    assert!(map.contains("1 of 2 sessions happened, of those that were told or a meeting counted."));

    send(form(&narrative, TODAY, "taken-back", "")).await;
    assert_eq!((now().await.told, now().await.children[0].told.clone()), (1, None));
    let mut txn = server.db.begin(assistant.viewer.school).await.unwrap();
    let written = sqlx::query_scalar::<_, i64>("select count(*) from audit where verb = 'session-told'");
    assert_eq!(written.fetch_one(txn.connection()).await.unwrap(), 5);
}

#[sqlx::test(migrations = false)]
async fn the_same_help_twice_on_one_day_is_two_sessions_each_told_by_itself(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let cookie = server.sign_in(&assistant).await;
    let page = async || text(server.get(&format!("/delivery?on={TODAY}"), Some(&cookie)).await).await;
    let narrative = named(&server.sessions(&assistant, "").await.unwrap(), "Narrative group").clone();
    let send = async |form: String| server.post_form_as("/delivery", Some(&cookie), form).await;
    assert!(!page().await.contains("There was another one this day"), "there was none yet");
    send(form(&narrative, TODAY, "happened", "")).await;
    assert!(page().await.contains("There was another one this day"));
    let back = send(form(&narrative, TODAY, "room", "&nth=2")).await;
    assert!(back.headers()[header::LOCATION].to_str().unwrap().ends_with("-2"), "to the second of them");
    let told = async || -> Vec<_> {
        let all = server.sessions(&assistant, "").await.unwrap().sessions;
        let same = all.into_iter().filter(|session| session.name == narrative.name);
        same.map(|session| (session.nth, session.children[0].told.clone(), session.told, session.happened)).collect()
    };
    let not = Some(Told::Not("room".to_owned()));
    assert_eq!(told().await, [(1, Some(Told::Happened), 2, 1), (2, not.clone(), 2, 1)]);
    assert!(page().await.contains("number 2 of this day"));
    let map = text(server.get("/map", Some(&cookie)).await).await;
    assert!(map.contains("1 of 2 sessions happened, of those that were told or a meeting counted."));
    // Taking one back leaves the other; no day has a tenth.
    send(form(&narrative, TODAY, "taken-back", "")).await;
    assert_eq!(told().await, [(2, not, 1, 0)]);
    for nth in ["0", "10", "many"] {
        let refused = send(form(&narrative, TODAY, "happened", &format!("&nth={nth}"))).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{nth}");
    }
    // Nothing waits on a weekend, and what is looked for is a school day.
    let html = page().await;
    let (friday, saturday) = (html.find("Friday 13 November 2026<"), html.find("Saturday 14 November 2026, weekend<"));
    assert!(friday.is_some() && friday < saturday, "{friday:?} {saturday:?}");
    assert!(!html.contains("It is the weekend."));
    let html = text(server.get("/delivery?on=2026-11-14", Some(&cookie)).await).await;
    assert!(html.contains("It is the weekend."));
}

#[sqlx::test(migrations = false)]
async fn one_more_than_the_week_has_is_asked_about_once_and_then_written_down(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let cookie = server.sign_in(&assistant).await;
    let narrative = named(&server.sessions(&assistant, "").await.unwrap(), "Narrative group").clone();
    let send = async |form: String| server.post_form_as("/delivery", Some(&cookie), form).await;
    for nth in ["1", "2", "3"] {
        let sent = send(form(&narrative, TODAY, "happened", &format!("&nth={nth}"))).await;
        assert_eq!(sent.status(), StatusCode::SEE_OTHER, "{nth}");
    }
    let more = |also: &str| form(&narrative, TODAY, "happened", &format!("&nth=4&note=After+lunch{also}"));
    let asked = send(more("")).await;
    assert_eq!(asked.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(asked).await;
    assert!(page.contains(": 3 of 3 told this week. Another one?"), "{page}");
    // The form that says yes stands open, with what was typed.
    assert!(page.contains("name=\"one-more\"") && page.contains("value=\"After lunch\""));
    assert_eq!(server.told(&assistant).await, 3);
    assert_eq!(send(more("&one-more=yes")).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.told(&assistant).await, 4);
    // What was told is changed and taken back without a question.
    assert_eq!(send(form(&narrative, TODAY, "room", "&nth=4")).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(send(form(&narrative, TODAY, "taken-back", "&nth=4")).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(server.told(&assistant).await, 3);
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_so_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let cookie = server.sign_in(&assistant).await;
    let page = server.sessions(&assistant, "").await.unwrap();
    let session = named(&page, "Narrative group");
    let long = format!("&note={}", "a".repeat(301));
    for (wrong, says) in [
        (form(session, "2026-11-20", "happened", ""), "two weeks"),
        (form(session, "2026-10-01", "happened", ""), "two weeks"),
        (form(session, "2026-02-30", "happened", ""), "two weeks"),
        (form(session, "", "happened", ""), "two weeks"),
        (form(session, TODAY, "because", ""), "one of the reasons"),
        (form(session, TODAY, "", ""), "one of the reasons"),
        (form(session, TODAY, "happened", &long), "too long"),
    ] {
        let answer = server.post_form_as("/delivery", Some(&cookie), wrong.clone()).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(text(answer).await.contains(says), "{wrong}");
    }
    // One child of the form that is nobody’s spoils all of it.
    let half = form(session, TODAY, "happened", &format!("&help={}.{}", uuid::Uuid::nil(), uuid::Uuid::nil()));
    for wrong in [half, form(session, TODAY, "happened", "&help=nobody"), format!("on={TODAY}&told=happened")] {
        let answer = server.post_form_as("/delivery", Some(&cookie), wrong.clone()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(server.told(&assistant).await, 0);
}

#[sqlx::test(migrations = false)]
async fn staff_tell_of_the_children_they_meet_for_and_nobody_else_does(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let everybody = server.sessions(&pike, "everybody").await.unwrap();
    let of = |page: &DeliveryPage, child: &str| {
        page.sessions.iter().flat_map(|session| &session.children).any(|one| one.name == child)
    };
    assert!(of(&everybody, "Tomek") && of(&everybody, "Kai") && !of(&everybody, "Amara"));
    let chosen = server.sessions(&pike, "Miss Fenn").await.unwrap();
    assert!(!chosen.sessions.is_empty() && chosen.sessions.iter().all(|session| session.who == "Miss Fenn"));

    // Whoever meets for Tomek alone learns nothing of Kai, and cannot tell of him.
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let own = server.sessions(&assistant, "everybody").await.unwrap();
    assert!(of(&own, "Tomek") && !of(&own, "Kai") && !own.staff.contains(&"Miss Fenn".to_owned()));
    let of_kai = form(&chosen.sessions[0], TODAY, "happened", "");
    let post = async |seat: &Seat, form: String| {
        let cookie = server.sign_in(seat).await;
        server.post_form_as("/delivery", Some(&cookie), form).await.status()
    };
    assert_eq!(post(&assistant, of_kai.clone()).await, StatusCode::NOT_FOUND);
    // Families, visitors and social care have no such page, though the child is theirs.
    for (child, name) in [("Kai", "Pat"), ("Kai", "Kai"), ("Kai", "Chidi"), ("Tomek", "Agnieszka"), ("Tomek", "Ruth")] {
        let seat = server.seat(child, name, 3).await;
        assert_eq!(server.sessions(&seat, "").await, Err(AppError::NotAllowed), "{name}");
        assert_eq!(post(&seat, of_kai.clone()).await, StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(server.post_form_as("/delivery", None, of_kai.clone()).await.status(), StatusCode::UNAUTHORIZED);
    // Another school’s SENCO does not find the child at all.
    let amara = server.seat("Amara", "Mr Prys", 3).await;
    assert_eq!(post(&amara, of_kai.clone()).await, StatusCode::NOT_FOUND);
    assert_eq!(server.told(&pike).await, 0);
    // The SENCO may, for whoever was away, until the child is withheld from her.
    assert_eq!(post(&pike, of_kai.clone()).await, StatusCode::SEE_OTHER);
    let kai = server.pupil_of(&server.seat("Kai", "Pat", 3).await).await;
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    server::db::pupils::withhold(&mut txn, kai, pike.viewer.person, "A relative").await.unwrap();
    txn.commit().await.unwrap();
    assert!(!of(&server.sessions(&pike, "everybody").await.unwrap(), "Kai"));
    assert_eq!(post(&pike, of_kai).await, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = false)]
async fn a_note_for_staff_reaches_no_family(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let page = server.sessions(&assistant, "").await.unwrap();
    let cookie = server.sign_in(&assistant).await;
    let told = form(named(&page, "Narrative group"), TODAY, "other", "&note=Zwischenfall");
    server.post_form_as("/delivery", Some(&cookie), told).await;
    let tomek = server.pupil_of(&assistant).await;
    for name in ["Agnieszka", "Tomek", "Ruth"] {
        let seat = server.seat("Tomek", name, 3).await;
        let cookie = server.sign_in(&seat).await;
        for path in
            [format!("/pupils/{tomek}"), format!("/meetings/{}", seat.meeting), "/delivery".to_owned(), "/".to_owned()]
        {
            let page = text(server.get(&path, Some(&cookie)).await).await;
            assert!(!page.contains("Zwischenfall"), "{name} {path}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn at_the_review_it_is_read_by_who_reads_it_of_the_child_and_by_nobody_else(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    const SAID: &str = "0 of 1 sessions happened; not: the room was taken";
    let server = TestServer::start(pool, options.clone()).await;
    let assistant = server.seat("Tomek", "Mr Adeyemi", 3).await;
    let page = server.sessions(&assistant, "").await.unwrap();
    let cookie = server.sign_in(&assistant).await;
    let table = format!("/meetings/{}", assistant.meeting);
    assert!(!text(server.get(&table, Some(&cookie)).await).await.contains("Told on the day"));
    let told = form(named(&page, "Narrative group"), TODAY, "room", "&note=Zwischenfall");
    server.post_form_as("/delivery", Some(&cookie), told).await;
    // Whoever only came along learns nothing of it, nor the child, whose page has no such question.
    let reads = [("Mr Adeyemi", true), ("Mrs Pike", true), ("Agnieszka", true), ("Ruth", true), ("Ewa", false)];
    for (name, is_theirs) in reads.into_iter().chain([("Tomek", false)]) {
        let seat = server.seat("Tomek", name, 3).await;
        let cookie = server.sign_in(&seat).await;
        let page = text(server.get(&table, Some(&cookie)).await).await;
        assert_eq!(page.contains(SAID), is_theirs, "{name}");
        assert!(!page.contains("Zwischenfall"), "{name}");
        assert_eq!(page.contains("that is what counts"), is_theirs, "{name}");
    }
    // A plan that is replaced on its own day counts nowhere: nobody is told that it does.
    let of_today = "set session_replication_role = replica;
                    update meetings set held_on = '2026-11-19'
                    where id in (select meeting_id from help_sessions)";
    sqlx::raw_sql(of_today).execute(&mut owner(&options).await).await.unwrap();
    let page = text(server.get(&table, Some(&cookie)).await).await;
    assert!(page.contains(SAID) && page.contains("counts in no sum") && !page.contains("that is what counts"));
    let kai = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    assert_eq!(server.backend.known_before(kai.viewer, assistant.meeting).await, Err(AppError::NotFound));
}

#[sqlx::test(migrations = false)]
async fn staff_are_told_before_a_second_review_of_little_progress_that_it_is_the_second(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    const SAID: &str = "Communication and interaction: little progress last time too.";
    let server = TestServer::start(pool, options.clone()).await;
    let read = async |name| {
        let seat = server.seat("Tomek", name, 3).await;
        text(server.get(&format!("/meetings/{}", seat.meeting), Some(&server.sign_in(&seat).await)).await).await
    };
    assert!(!read("Mrs Pike").await.contains("little progress last time too"));
    let mut owner = owner(&options).await;
    sqlx::raw_sql(
        "set session_replication_role = replica;
         update target_reviews set rating = 'SMALL_STEPS' where rating not in ('', 'NOT_DELIVERED')",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    for (name, is_theirs) in [("Mrs Pike", true), ("Mr Adeyemi", true), ("Agnieszka", false), ("Tomek", false)] {
        let page = read(name).await;
        assert_eq!(page.contains(SAID), is_theirs, "{name}");
        assert!(!page.contains("Sensory and/or physical: little"), "nothing of that area was looked back on");
    }
}
