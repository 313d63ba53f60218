//! A child’s line of the register, changed on a page; who is kept from the child; who is what in the school.

use std::time::Duration;

use app::{backend::Viewer, error::AppError, view::register::RegisterQuery};
use axum::http::{StatusCode, header};
use server::{
    db::{
        self, accounts,
        login_sessions::{self, Proof},
    },
    secret::Hash,
};
use shared::{PupilId, Section, event::ServerEvent, protocol::CloseCode, rights::Post};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::Instant;

use crate::support::{NOON, Seat, TestServer, owner, socket::Tab, text};

const SOON: Duration = Duration::from_secs(5);

/// A line that the census takes.
const GOOD: &str = "provision=E&since=2026-09-01&need=SEMH&need=ASD&need=&looked_after=yes&key_adult=&year_group=Year+5\
                    &class_name=5S&upn=P000000000001&born_on=2016-05-04&home_language=Polish";

impl TestServer {
    pub(crate) async fn verbs(&self, options: &PgConnectOptions, about: uuid::Uuid) -> Vec<String> {
        sqlx::query_scalar("select verb from audit where subject = $1 and verb <> 'pupil-read' order by number")
            .bind(about)
            .fetch_all(&mut owner(options).await)
            .await
            .unwrap()
    }

    /// Signed in with an account, and not by a link.
    pub(crate) async fn account(&self, viewer: Viewer) -> String {
        let mut txn = self.db.begin(viewer.school).await.unwrap();
        let email = format!("{}@school.example", viewer.person);
        accounts::create(&mut txn, viewer.person, &email, NOON).await.unwrap();
        let (id, ends) = (viewer.person.to_string(), NOON + time::Duration::hours(1));
        login_sessions::create_with(&mut txn, Hash::of(&id), viewer.person, Proof::Full, "", NOON, ends).await.unwrap();
        txn.commit().await.unwrap();
        format!("sid={id}")
    }

    async fn on_register(&self, viewer: Viewer, pupil: PupilId) -> app::view::register::RegisterRow {
        let page = self.backend.register_page(viewer, RegisterQuery::default()).await.unwrap();
        page.rows.into_iter().find(|row| row.pupil == pupil).unwrap()
    }
}

#[sqlx::test(migrations = false)]
async fn a_line_is_changed_and_the_register_says_so(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (cookie, tomek) = (server.sign_in(&pike).await, server.pupil_of(&pike).await);
    let path = format!("/pupils/{tomek}/register");
    let form = text(server.get(&path, Some(&cookie)).await).await;
    assert!(form.contains("Autism (ASD)") && form.contains("SEN support (K)"));

    let answer = server.post_form_as(&path, Some(&cookie), GOOD.to_owned()).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION], format!("{path}?done=line").as_str());
    let row = server.on_register(pike.viewer, tomek).await;
    assert_eq!((row.provision.as_str(), row.class_name.as_str(), row.looked_after), ("E", "5S", true));
    assert_eq!(row.needs, ["SEMH", "ASD"], "ranked as they were written");
    let page = server.backend.pupil_page(pike.viewer, tomek).await.unwrap();
    assert_eq!((page.year_group.as_str(), page.home_language.as_str()), ("Year 5", "Polish"));
    assert_eq!(page.identity.unwrap().born_on.as_deref(), Some("2016-05-04"));
    assert_eq!(page.pronouns, "he/him", "what is not on the form stays");
    // Pressed twice it is one change.
    server.post_form_as(&path, Some(&cookie), GOOD.to_owned()).await;
    assert_eq!(server.verbs(&options, tomek.0).await, ["register-changed"]);
}

#[sqlx::test(migrations = false)]
async fn what_the_census_would_send_back_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (cookie, tomek) = (server.sign_in(&pike).await, server.pupil_of(&pike).await);
    let path = format!("/pupils/{tomek}/register");
    let before = server.on_register(pike.viewer, tomek).await;
    for (from, to, said) in [
        ("need=SEMH&need=ASD", "need=", "needs a main need"),
        ("need=SEMH&need=ASD", "need=NSA", "only for SEN support"),
        ("provision=E", "provision=N", "has no type of need"),
        ("provision=E", "provision=S", "Write K for SEN support"),
        ("need=SEMH", "need=SALT", "no code of the census"),
        ("Year+5", "Year+50", "a year from 1 to 14"),
        ("2016-05-04", "2016-02-30", "no such day"),
        ("2016-05-04", "2061-05-04", "has not come yet"),
        ("key_adult=", "key_adult=00000000-0000-0000-0000-000000000001", "somebody who works here"),
        ("upn=P000000000001", "upn=P000000000010", "do not belong together"),
        ("upn=P000000000001", "upn=H000432100003", "One child, one number"),
    ] {
        let answer = server.post_form_as(&path, Some(&cookie), GOOD.replace(from, to)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        let page = text(answer).await;
        assert!(page.contains("Nothing has changed yet") && page.contains(said), "{to}: {page}");
        assert!(page.contains("value=\"5S\""), "what was typed is still there");
    }
    assert_eq!(server.on_register(pike.viewer, tomek).await, before);
    assert_eq!(server.verbs(&options, tomek.0).await, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn a_number_names_no_child_that_who_asks_is_kept_from(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (cookie, tomek) = (server.sign_in(&pike).await, server.pupil_of(&pike).await);
    let sql = "select p.id, full_name from pupils p join people on people.id = person_id where upn = 'H000432100003'";
    let (other, name): (uuid::Uuid, String) = sqlx::query_as(sql).fetch_one(&mut owner(&options).await).await.unwrap();
    let said = async || {
        let form = GOOD.replace("upn=P000000000001", "upn=H000432100003");
        text(server.post_form_as(&format!("/pupils/{tomek}/register"), Some(&cookie), form).await).await
    };
    assert!(said().await.contains(&format!("Already belongs to {name}")));
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    db::pupils::withhold(&mut txn, PupilId(other), pike.viewer.person, "A relative").await.unwrap();
    txn.commit().await.unwrap();
    let said = said().await;
    assert!(said.contains("Already belongs to another child") && !said.contains(&name), "{said}");
}

#[sqlx::test(migrations = false)]
async fn a_line_is_for_those_who_answer_for_the_child(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let tomek = server.pupil_of(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    for name in ["Miss Qureshi", "Mr Adeyemi", "Agnieszka", "Marek", "Tomek"] {
        let seat = server.seat("Tomek", name, 3).await;
        let cookie = server.sign_in(&seat).await;
        let child = text(server.get(&format!("/pupils/{tomek}"), Some(&cookie)).await).await;
        assert!(!child.contains(&format!("/pupils/{tomek}/register")), "{name} is not led to it");
        let path = format!("/pupils/{tomek}/register");
        assert_eq!(server.get(&path, Some(&cookie)).await.status(), StatusCode::NOT_FOUND, "{name}");
        for (doing, form) in [("register", GOOD), ("keep-from", "person=&reason=x"), ("let-near", "person=&reason=x")] {
            let path = format!("/pupils/{tomek}/{doing}");
            let answer = server.post_form_as(&path, Some(&cookie), form.to_owned()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}: {doing}");
        }
    }
    // Nor may a SENCO write the line of another school’s child.
    let prys = server.seat("Amara", "Mr Prys", 3).await;
    let page = server.backend.line_page(prys.viewer, tomek).await;
    assert_eq!(page.map(|page| page.name), Err(AppError::NotFound));
}

/// Keeps somebody away as the form does.
async fn keep(server: &TestServer, by: &Seat, pupil: PupilId, whom: &Seat, reason: &str) -> StatusCode {
    let cookie = server.sign_in(by).await;
    let form = format!("person={}&reason={}", whom.viewer.person, reason.replace(' ', "+"));
    server.post_form_as(&format!("/pupils/{pupil}/keep-from"), Some(&cookie), form).await.status()
}

#[sqlx::test(migrations = false)]
async fn whoever_is_kept_from_a_child_is_out_on_every_page_and_line_at_once(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let (senco, marek) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let (tomek, his) = (server.pupil_of(&senco).await, server.sign_in(&marek).await);
    let earlier = server.seat("Tomek", "Marek", 2).await.meeting;
    let mut tab = Tab::connect(&address, &his, marek.meeting, Section::Plan, 5).await;
    tab.begin().await;
    let pages = [
        format!("/pupils/{tomek}"),
        format!("/meetings/{}", marek.meeting),
        format!("/meetings/{earlier}/record"),
        format!("/meetings/{earlier}/record.json"),
    ];
    for page in &pages {
        assert_eq!(server.get(page, Some(&his)).await.status(), StatusCode::OK, "{page}");
    }

    assert_eq!(
        keep(&server, &senco, tomek, &marek, " ").await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "not without a reason"
    );
    let asked = Instant::now();
    assert_eq!(keep(&server, &senco, tomek, &marek, "A court order of March").await, StatusCode::SEE_OTHER);
    tab.until_event(&ServerEvent::Removed).await;
    assert_eq!(tab.until_closed().await, CloseCode::Removed.code());
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    for page in &pages {
        let answer = server.get(page, Some(&his)).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{page}");
        assert!(!text(answer).await.contains("Tomek"), "{page}");
    }
    assert!(!text(server.get("/", Some(&his)).await).await.contains("Tomek"));
    let letter = server.get(&format!("/join/{}", server.token(&marek).await), None).await;
    assert!(!text(letter).await.contains("Tomek"), "nor does his link open it");
    // The reason is read where it was written, and nowhere else.
    let sencos = server.sign_in(&senco).await;
    let line = text(server.get(&format!("/pupils/{tomek}/register"), Some(&sencos)).await).await;
    assert!(line.contains("A court order of March"));
    for page in &pages {
        assert!(!text(server.get(page, Some(&sencos)).await).await.contains("court order"), "{page}");
    }

    let near = format!("/pupils/{tomek}/let-near");
    let person = marek.viewer.person;
    let answer = server.post_form_as(&near, Some(&sencos), format!("person={person}&reason=")).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let answer = server.post_form_as(&near, Some(&sencos), format!("person={person}&reason=The+order+has+ended")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    for page in &pages {
        assert_eq!(server.get(page, Some(&his)).await.status(), StatusCode::OK, "{page}");
    }
    let line = text(server.get(&format!("/pupils/{tomek}/register"), Some(&sencos)).await).await;
    assert!(line.contains("A court order of March") && line.contains("The order has ended"), "both stay known");
    assert_eq!(server.verbs(&options, person.0).await, ["kept-from", "let-near"]);
}

#[sqlx::test(migrations = false)]
async fn a_meeting_is_not_left_without_somebody_who_runs_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (senco, teacher) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let tomek = server.pupil_of(&senco).await;
    server.backend.running_hand_over(senco.viewer, senco.meeting, teacher.participant).await.unwrap();
    // Who decides it has a place at that table, and goes on.
    assert_eq!(keep(&server, &senco, tomek, &teacher, "A relative").await, StatusCode::SEE_OTHER);
    assert!(server.backend.door_page(senco.viewer, senco.meeting).await.is_ok());
    let hers = server.backend.pupil_page(teacher.viewer, tomek).await;
    assert_eq!(hers.map(|page| page.full_name), Err(AppError::NotFound));

    // Without a place there, it is handed over first.
    let runs = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let kai = server.pupil_of(&runs).await;
    // Were she the safeguarding lead, that alone would keep it from being done.
    let mut txn = server.db.begin(senco.viewer.school).await.unwrap();
    db::posts::set(&mut txn, runs.viewer.person, &[Post::DesignatedTeacher], "").await.unwrap();
    txn.commit().await.unwrap();
    let page = server.backend.keep_from(senco.viewer, kai, Some(runs.viewer.person), "A relative".to_owned()).await;
    assert!(page.unwrap()[0].what_to_do.contains("handed over first"));
}

#[sqlx::test(migrations = false)]
async fn what_somebody_sees_follows_from_the_posts_that_are_set(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (senco, teacher) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Miss Qureshi", 3).await);
    let (hers, sencos) = (server.account(teacher.viewer).await, server.account(senco.viewer).await);
    let page = text(server.get("/staff/posts", Some(&sencos)).await).await;
    assert!(page.contains("Qureshi") && page.contains("Designated teacher"));
    for ask in [server.get("/staff/posts", Some(&hers)).await.status(), {
        let own = format!("person={}&post=senco", teacher.viewer.person);
        server.post_form_as("/staff/posts", Some(&hers), own).await.status()
    }] {
        assert_eq!(ask, StatusCode::FORBIDDEN, "nobody gives themselves a post");
    }

    let costs = async || server.backend.map_page(teacher.viewer, Default::default()).await.map(|page| page.shows_cost);
    assert_eq!(costs().await, Ok(false));
    let person = teacher.viewer.person;
    let form = format!("person={person}&post=senco&post=teacher&class=4Q");
    let answer = server.set_posts(&sencos, &form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(costs().await, Ok(true), "from this moment");
    let tomek = server.pupil_of(&teacher).await;
    let child = server.backend.pupil_page(senco.viewer, tomek).await.unwrap();
    assert_eq!(child.class_teachers, ["Miss Qureshi"]);
    let answer = server.set_posts(&sencos, &format!("person={person}&class=")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(costs().await, Err(AppError::NotAllowed), "and not a moment longer");
    assert_eq!(server.verbs(&options, person.0).await, ["posts-set", "named-senco", "posts-set", "no-longer-senco"]);

    // Nobody takes from themselves what lets them give it back, nor makes themselves who looks at what they did.
    let own = format!("person={}&post=assistant", senco.viewer.person);
    server.set_posts(&sencos, &own).await;
    let refused = server.set_posts(&sencos, &(own + "&post=data-protection-lead")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let mut txn = server.db.begin(senco.viewer.school).await.unwrap();
    let mut held = db::posts::held(&mut txn, senco.viewer).await.unwrap();
    held.sort();
    assert_eq!(held, [Post::Senco, Post::Assistant]);
    // Somebody of a family holds none.
    let mum = server.seat("Tomek", "Agnieszka", 3).await.viewer.person;
    let answer = server.post_form_as("/staff/posts", Some(&sencos), format!("person={mum}&post=head")).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[sqlx::test(migrations = false)]
async fn two_key_adults_of_one_name_are_told_apart(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    let child = server.pupil_of(&senco).await;
    let mut txn = server.db.begin(senco.viewer.school).await.unwrap();
    for (id, class) in [(1, "4Q"), (2, "5S")] {
        let id = shared::PersonId(uuid::Uuid::from_u128(id));
        let new = db::people::NewPerson { id, kind: "staff", full_name: "Ms Ada Bell", display_name: "Ms Bell" };
        db::people::create(&mut txn, new).await.unwrap();
        db::posts::give_of_class(&mut txn, id, Post::Teacher, class).await.unwrap();
    }
    txn.commit().await.unwrap();
    let adults = server.backend.line_page(senco.viewer, child).await.unwrap().key_adults;
    let bells: Vec<_> = adults.into_iter().map(|adult| adult.name).filter(|name| name.contains("Bell")).collect();
    assert!(bells.contains(&"Ms Ada Bell (Teacher, 4Q)".to_owned()), "{bells:?}");
    assert!(bells.contains(&"Ms Ada Bell (Teacher, 5S)".to_owned()), "{bells:?}");
}
