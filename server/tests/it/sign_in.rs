//! Staff sign in: the first school, a password with six numbers, and everything that is refused.

use app::{backend::Viewer, error::NOT_YOUR_PAGE};
use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use server::{
    clock::SharedClock,
    db::{
        self, accounts,
        login_sessions::{self, Proof},
    },
    keys::{self, code_app::CodeApp},
    limits::{ACCOUNT_TRIES_PER_MINUTE, Limit},
    secret::Hash,
    upkeep,
};
use shared::{PersonId, Section, protocol::CloseCode};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;
use tower::ServiceExt;

use crate::support::{NOON, Seat, TestServer, connect, limit::answers, owner, roundtable, socket::Tab, text};

const PASSWORD: &str = "blue kettle on the hob";
const EMAIL: &str = "j.pike@larkfield.example";

async fn send(server: &TestServer, path: &str, cookie: Option<&str>, form: &str) -> Response<Body> {
    let mut request = Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::HOST, "meetings.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    server.router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap()
}

/// The session cookie an answer sets, if it sets one.
fn session(response: &Response<Body>) -> Option<String> {
    let cookies = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let set = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with("sid="));
    set.filter(|cookie| cookie.len() > 10).map(str::to_owned)
}

fn location(response: &Response<Body>) -> &str {
    response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap()).unwrap_or_default()
}

/// Mrs Pike, whose account opens by a password and an app.
struct Pike {
    seat: Seat,
    app: CodeApp,
}

impl Pike {
    fn viewer(&self) -> Viewer {
        self.seat.viewer
    }

    fn form(&self, server: &TestServer) -> String {
        self.form_with(PASSWORD, &self.app.now(server.state.clock.now()))
    }

    fn form_with(&self, password: &str, code: &str) -> String {
        format!("email={EMAIL}&password={}&code={code}", password.replace(' ', "+"))
    }

    async fn sign_in(&self, server: &TestServer) -> String {
        // No half minute is good twice.
        server.clock.forward(Duration::seconds(30));
        session(&send(server, "/signin", None, &self.form(server)).await).unwrap()
    }
}

/// Her link to set up the account.
async fn link(server: &TestServer, seat: &Seat) -> String {
    let mut txn = server.db.begin(seat.viewer.school).await.unwrap();
    let opened = keys::accounts::open(&server.state, &mut txn, seat.viewer.person, EMAIL, None).await.unwrap();
    txn.commit().await.unwrap();
    opened.unwrap().strip_prefix(&*server.state.url).unwrap().to_owned()
}

async fn pike(server: &TestServer) -> Pike {
    let seat = server.seat("Tomek", "Mrs Pike", 3).await;
    let path = link(server, &seat).await;
    let app = CodeApp::new(&server.key, seat.viewer.person, 0);
    let form = choose(PASSWORD, &app.now(server.state.clock.now()));
    assert!(session(&send(server, &path, None, &form).await).is_some());
    Pike { seat, app }
}

fn choose(password: &str, code: &str) -> String {
    let password = password.replace(' ', "+");
    format!("password={password}&again={password}&code={code}&asked=yes")
}

async fn verbs(options: &PgConnectOptions) -> Vec<String> {
    sqlx::query_scalar("select verb from audit order by at, number").fetch_all(&mut owner(options).await).await.unwrap()
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn the_first_school_is_set_up_by_who_reads_the_console(_: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start_on(connect(options.clone()).await);
    let form = |code: &str| {
        format!(
            "code={code}&school=Larkfield+Hollow+Primary+School&name=Mrs+Joanna+Pike&email=%20J.Pike%40Larkfield.example"
        )
    };
    // Before the code is printed there is no way in.
    assert_eq!(location(&send(&server, "/set-up", None, &form("")).await), "/signin");
    let code = keys::set_up::begin(&server.state).await.unwrap().unwrap();
    assert!(text(server.get("/set-up", None).await).await.contains("Set up this school"));
    let wrong = send(&server, "/set-up", None, &form("abcd-efgh-jkmn-pqrs")).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(wrong).await.contains("not the code"));
    for missing in ["school=+", "name=+", "email=pike"] {
        let (key, _) = missing.split_once('=').unwrap();
        let form: Vec<_> = form(&code).split('&').map(str::to_owned).collect();
        let form = form.into_iter().map(|pair| if pair.starts_with(key) { missing.to_owned() } else { pair });
        let answer = send(&server, "/set-up", None, &form.collect::<Vec<_>>().join("&")).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{missing}");
    }
    assert!(db::schools::list(&server.db).await.unwrap().is_empty());

    let done = send(&server, "/set-up", None, &form(&code)).await;
    let welcome = location(&done).to_owned();
    assert!(welcome.starts_with("/welcome/"), "{welcome}");
    // Once.
    assert_eq!(location(&send(&server, "/set-up", None, &form(&code)).await), "/signin");
    assert_eq!(location(&server.get("/set-up", None).await), "/signin");
    assert!(keys::set_up::begin(&server.state).await.unwrap().is_none());

    let page = text(server.get(&welcome, None).await).await;
    assert!(page.contains("Hello, Mrs Pike") && page.contains(EMAIL), "{page}");
    let (_, person) = accounts::find_by_email(&server.db, EMAIL).await.unwrap().unwrap();
    let app = CodeApp::new(&server.key, person, 0);
    let ready = send(&server, &welcome, None, &choose(PASSWORD, &app.now(NOON))).await;
    let cookie = session(&ready).unwrap();
    let page = text(ready).await;
    assert_eq!(page.matches("<code>").count(), 8, "recovery codes");
    for (path, words) in [("/", "Mrs Pike"), ("/register", "Pupils"), ("/staff", "Staff accounts"), ("/account", EMAIL)]
    {
        let answer = server.get(path, Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(text(answer).await.contains(words), "{path}");
    }
    assert_eq!(
        verbs(&options).await,
        ["account-made", "school-set-up", "recovery-codes-made", "account-set-up", "signed-in"]
    );
}

#[sqlx::test(migrations = false)]
async fn a_link_to_set_up_an_account_is_good_once_and_asks_for_two_keys(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let seat = server.seat("Tomek", "Mrs Pike", 3).await;
    let path = link(&server, &seat).await;
    let app = CodeApp::new(&server.key, seat.viewer.person, 0);
    let code = app.now(NOON);
    let differ = format!("password=blue+kettle+on+the+hob&again=blue+kettle+on+the+hub&code={code}");
    let long = choose(&"long ".repeat(40), &code);
    let another = CodeApp::new(&server.key, seat.viewer.person, 1).now(NOON);
    for (form, words) in [
        (differ, "not the same"),
        (choose("blue kettle", &code), "at least 12"),
        (long, "at most 128"),
        (choose("Password1234", &code), "strangers try"),
        (choose(PASSWORD, &another), "not the numbers"),
        (choose(PASSWORD, ""), "not the numbers"),
    ] {
        let answer = send(&server, &path, None, &form).await;
        assert_eq!((answer.status(), session(&answer)), (StatusCode::UNPROCESSABLE_ENTITY, None), "{words}");
        assert!(text(answer).await.contains(words), "{words}");
    }
    // Reading it uses nothing up.
    assert_eq!(server.get(&path, None).await.status(), StatusCode::OK);
    assert!(session(&send(&server, &path, None, &choose(PASSWORD, &code)).await).is_some());
    for again in [server.get(&path, None).await, send(&server, &path, None, &choose(PASSWORD, &code)).await] {
        assert_eq!((again.status(), session(&again)), (StatusCode::GONE, None));
    }

    // Nor is one that nobody used for a week.
    let mut txn = server.db.begin(seat.viewer.school).await.unwrap();
    let path = keys::accounts::link(&server.state, &mut txn, seat.viewer.person).await.unwrap();
    txn.commit().await.unwrap();
    let path = path.strip_prefix(&*server.state.url).unwrap();
    assert_eq!(server.get(path, None).await.status(), StatusCode::OK);
    server.clock.forward(Duration::days(7));
    assert_eq!(server.get(path, None).await.status(), StatusCode::GONE);
}

#[sqlx::test(migrations = false)]
async fn whatever_is_wrong_is_the_same_to_who_asks(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    server.clock.forward(Duration::minutes(1));
    let code = pike.app.now(server.state.clock.now());
    let wrong = [
        pike.form_with("blue kettle on the hub", &code),
        pike.form_with("", &code),
        pike.form_with(PASSWORD, "000000"),
        pike.form_with(PASSWORD, ""),
        pike.form_with(PASSWORD, "abcd-efgh-jkmn-pqrs"),
        format!("email=nobody@larkfield.example&password=blue+kettle+on+the+hob&code={code}"),
        String::new(),
    ];
    for form in wrong {
        let answer = send(&server, "/signin", None, &form).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/signin?why=wrong"), "{form}");
        assert!(session(&answer).is_none(), "{form}");
    }
    let page = text(server.get("/signin?why=wrong", None).await).await;
    assert!(page.contains("did not open an account") && page.contains("role=\"alert\""));
    assert_eq!(verbs(&options).await.iter().filter(|verb| *verb == "sign-in-refused").count(), 5);

    // Her address may be typed as she likes.
    let form = pike.form(&server).replace("j.pike", "+J.Pike");
    let answer = send(&server, "/signin", None, &form).await;
    assert_eq!(location(&answer), "/");
    let cookie = session(&answer).unwrap();
    assert_eq!(server.get("/account", Some(&cookie)).await.status(), StatusCode::OK);
    // From another site nobody is signed in.
    let cross = Request::post("/signin").header("sec-fetch-site", "cross-site");
    assert_eq!(server.ask(cross, None).await.status(), StatusCode::FORBIDDEN);
}

#[sqlx::test(migrations = false)]
async fn no_code_is_good_twice(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    // The half minute of the set-up is used.
    assert!(session(&send(&server, "/signin", None, &pike.form(&server)).await).is_none());
    server.clock.forward(Duration::seconds(30));
    let (old, form) = (pike.form(&server), pike.form(&server));
    assert!(session(&send(&server, "/signin", None, &form).await).is_some());
    assert!(session(&send(&server, "/signin", None, &form).await).is_none(), "again");
    server.clock.forward(Duration::seconds(30));
    assert!(session(&send(&server, "/signin", None, &pike.form(&server)).await).is_some());
    assert!(
        session(&send(&server, "/signin", None, &old).await).is_none(),
        "one from before, though its time is not over"
    );

    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    let codes = keys::accounts::new_codes(&server.state, &mut txn, pike.viewer().person).await.unwrap();
    txn.commit().await.unwrap();
    let form = pike.form_with(PASSWORD, &codes[0]);
    assert!(session(&send(&server, "/signin", None, &form).await).is_some());
    assert!(session(&send(&server, "/signin", None, &form).await).is_none(), "a recovery code again");
}

#[sqlx::test(migrations = false)]
async fn guessing_ends_after_a_few_tries_for_accounts_that_are_there_and_not(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    server.clock.forward(Duration::minutes(1));
    for email in [EMAIL, "nobody@larkfield.example"] {
        let form = format!("email={email}&password=blue+kettle+on+the+hub&code=000000");
        let mut told = vec![];
        for _ in 0..=ACCOUNT_TRIES_PER_MINUTE {
            let answer = send(&server, "/signin", None, &form).await;
            assert_eq!(answer.status().as_u16(), answers(Limit::PasswordTries));
            told.push(location(&answer).to_owned());
        }
        // Setting the account up was one of them.
        let wrong = told.iter().filter(|told| *told == "/signin?why=wrong").count();
        assert!(wrong >= 9 && told.last().unwrap() == "/signin?why=often", "{email}: {told:?}");
    }
    // Also the right one is not looked at then.
    assert_eq!(location(&send(&server, "/signin", None, &pike.form(&server)).await), "/signin?why=often");
}

#[sqlx::test(migrations = false)]
async fn a_session_is_new_with_each_sign_in_and_the_one_before_is_over(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    let mum = server.sign_in(&server.seat("Tomek", "Agnieszka", 3).await).await;
    server.clock.forward(Duration::seconds(30));
    let planted = format!("{mum}; others=planted");
    let answer = send(&server, "/signin", Some(&planted), &pike.form(&server)).await;
    let cookie = session(&answer).unwrap();
    assert_ne!(cookie, mum);
    assert!(answer.headers().get_all(header::SET_COOKIE).iter().any(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.starts_with("others=;") && cookie.contains("Max-Age=0")
    }));
    let gone = server.get(&format!("/meetings/{}/record.json", pike.seat.meeting), Some(&mum)).await;
    assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
    // Nor does anybody become her by “Be …” without her keys.
    let son = server.sign_in(&server.seat("Tomek", "Tomek", 3).await).await;
    let both = format!("{son}; others={}", cookie.strip_prefix("sid=").unwrap());
    assert!(!text(server.get("/", Some(&both)).await).await.contains("Be Mrs Pike"));
    let switched = send(&server, "/switch", Some(&both), &format!("person={}", pike.viewer().person)).await;
    assert_eq!(session(&switched), None);
}

#[sqlx::test(migrations = false)]
async fn one_proof_opens_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    server.clock.forward(Duration::seconds(30));
    let (id, now) = ("half", server.state.clock.now());
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    let ends = now + Duration::minutes(10);
    login_sessions::create_with(&mut txn, Hash::of(id), pike.viewer().person, Proof::Half, "", now, ends)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let half = format!("sid={id}");
    let agreed = server.seat("Tomek", "Mrs Pike", 2).await.meeting;
    for path in [format!("/meetings/{agreed}/record.json"), "/register.csv".to_owned(), "/map.csv".to_owned()] {
        assert_eq!(server.get(&path, Some(&half)).await.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert!(!text(server.get("/", Some(&half)).await).await.contains("Hello, "));
    assert_eq!(location(&server.get("/account", Some(&half)).await), "/signin?why=first");

    let wrong = send(&server, "/signin/second", Some(&half), "code=000000").await;
    assert_eq!((location(&wrong), session(&wrong)), ("/signin/second?why=wrong", None));
    let form = format!("code={}", pike.app.now(now));
    let cookie = session(&send(&server, "/signin/second", Some(&half), &form).await).unwrap();
    assert_ne!(cookie, half);
    assert_eq!(server.get("/register.csv", Some(&cookie)).await.status(), StatusCode::OK);
    // It is not a way in again, nor for who has none.
    server.clock.forward(Duration::seconds(30));
    let form = format!("code={}", pike.app.now(server.state.clock.now()));
    assert_eq!(session(&send(&server, "/signin/second", Some(&half), &form).await), None);
    assert_eq!(session(&send(&server, "/signin/second", None, &form).await), None);
}

#[sqlx::test(migrations = false)]
async fn a_session_ends_when_nobody_uses_it_and_at_the_end_of_the_day(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    let mum = server.sign_in(&server.seat("Tomek", "Agnieszka", 3).await).await;
    let cookie = pike.sign_in(&server).await;
    let is_in = async |cookie: &str| text(server.get("/", Some(cookie)).await).await.contains("Hello, ");
    for _ in 0..3 {
        server.clock.forward(Duration::minutes(50));
        assert!(is_in(&cookie).await, "she asks now and then");
    }
    server.clock.forward(Duration::minutes(61));
    assert!(!is_in(&cookie).await);
    assert!(is_in(&mum).await, "a meeting’s link is for the day");

    // A meeting that is open is use, though it asks for no page.
    let cookie = pike.sign_in(&server).await;
    let address = server.listen().await;
    let mut tab = Tab::connect(&address, &cookie, pike.seat.meeting, Section::Plan, 5).await;
    tab.begin().await;
    for _ in 0..2 {
        server.clock.forward(Duration::minutes(50));
        upkeep::mark_open_sessions(&server.state).await.unwrap();
    }
    assert!(is_in(&cookie).await);
    for _ in 0..12 {
        server.clock.forward(Duration::minutes(55));
        is_in(&cookie).await;
    }
    assert!(!is_in(&cookie).await, "however much it is used, it is over after a day at school");
}

#[sqlx::test(migrations = false)]
async fn who_has_left_is_out_everywhere_at_once(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let boss = head(&server, &pike).await;
    let cookie = pike.sign_in(&server).await;
    let by_link = format!("/join/{}", server.token(&pike.seat).await);
    let address = server.listen().await;
    let mut tab = Tab::connect(&address, &cookie, pike.seat.meeting, Section::Plan, 5).await;
    tab.begin().await;
    let person = format!("person={}", pike.viewer().person);
    assert_eq!(location(&send(&server, "/staff/close", Some(&boss), &person).await), "/staff");
    assert_eq!(tab.until_closed().await, CloseCode::Unauthorized.code());
    let record = format!("/meetings/{}/record.json", server.seat("Tomek", "Mrs Pike", 2).await.meeting);
    assert_eq!(server.get(&record, Some(&cookie)).await.status(), StatusCode::UNAUTHORIZED);
    server.clock.forward(Duration::seconds(30));
    let again = send(&server, "/signin", None, &pike.form(&server)).await;
    assert_eq!((location(&again), session(&again)), ("/signin?why=wrong", None));
    assert_eq!(server.get(&by_link, None).await.status(), StatusCode::GONE);
    assert_eq!(session(&send(&server, &by_link, None, "").await), None, "nor by a link to a meeting");
    // No link sets the account up anew.
    assert_eq!(send(&server, "/staff/link", Some(&boss), &person).await.status(), StatusCode::FORBIDDEN);

    assert_eq!(location(&send(&server, "/staff/reopen", Some(&boss), &person).await), "/staff");
    server.clock.forward(Duration::seconds(30));
    assert!(session(&send(&server, "/signin", None, &pike.form(&server)).await).is_some());
    let verbs = verbs(&options).await;
    assert!(verbs.iter().any(|verb| verb == "account-closed") && verbs.iter().any(|verb| verb == "account-reopened"));
}

/// Somebody else who runs the accounts of Mrs Pike’s school.
async fn head(server: &TestServer, pike: &Pike) -> String {
    let cookie = pike.sign_in(server).await;
    let answer =
        send(server, "/staff", Some(&cookie), "name=Mr+Sam+Okafor&email=s.okafor@larkfield.example&post=head").await;
    let page = text(answer).await;
    let path = page.split_once("/welcome/").unwrap().1.split('"').next().unwrap().to_owned();
    let (_, person) = accounts::find_by_email(&server.db, "s.okafor@larkfield.example").await.unwrap().unwrap();
    let app = CodeApp::new(&server.key, person, 0);
    let form = choose("two trains to Wenshire", &app.now(server.state.clock.now()));
    session(&send(server, &format!("/welcome/{path}"), None, &form).await).unwrap()
}

#[sqlx::test(migrations = false)]
async fn accounts_are_run_by_head_and_senco_of_that_school_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let cookie = pike.sign_in(&server).await;
    // By a link she is not somebody with an account.
    let linked = server.sign_in(&pike.seat).await;
    assert_eq!(location(&server.get("/staff", Some(&linked)).await), "/signin?why=first");

    let new = "name=Ms+Ada+Bell&email=a.bell@larkfield.example&post=teacher";
    assert_eq!(send(&server, "/staff", Some(&cookie), new).await.status(), StatusCode::OK);
    let taken = send(&server, "/staff", Some(&cookie), new).await;
    assert_eq!(taken.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(taken).await.contains("cannot be used"));

    // Somebody of another school is nobody here.
    let stranger = server.seat("Kai", "Pat", 3).await;
    let stranger =
        if stranger.viewer.school == pike.viewer().school { server.seat("Amara", "Denise", 3).await } else { stranger };
    assert_ne!(stranger.viewer.school, pike.viewer().school);
    let mut txn = server.db.begin(stranger.viewer.school).await.unwrap();
    let theirs = "x@brackenmoor.example";
    keys::accounts::open(&server.state, &mut txn, stranger.viewer.person, theirs, None).await.unwrap().unwrap();
    txn.commit().await.unwrap();
    let person = format!("person={}&email=y@larkfield.example", stranger.viewer.person);
    for (path, told) in [("/staff/open", 403), ("/staff/link", 403), ("/staff/close", 403), ("/staff/reopen", 403)] {
        assert_eq!(send(&server, path, Some(&cookie), &person).await.status(), told, "{path}");
    }
    let mut txn = server.db.begin(stranger.viewer.school).await.unwrap();
    let account = accounts::lock(&mut txn, stranger.viewer.person).await.unwrap().unwrap();
    assert!(account.disabled_at.is_none() && account.email == theirs);
    drop(txn);
    // Nobody closes their own: then there might be nobody left.
    let own = format!("person={}", pike.viewer().person);
    assert_eq!(send(&server, "/staff/close", Some(&cookie), &own).await.status(), StatusCode::FORBIDDEN);
    // A family has no accounts.
    let mum = server.seat("Tomek", "Agnieszka", 3).await.viewer.person;
    let mum = format!("person={mum}&email=mum@larkfield.example");
    assert_eq!(send(&server, "/staff/open", Some(&cookie), &mum).await.status(), StatusCode::FORBIDDEN);
    // Whoever has an account, and no longer the post, is told so on a page like any other.
    let sql = "delete from posts where person_id = $1";
    sqlx::query(sql).bind(pike.viewer().person.0).execute(&mut owner(&options).await).await.unwrap();
    for path in ["/staff", "/staff/posts"] {
        let refused = server.get(path, Some(&cookie)).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert!(refused.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"), "{path}");
        let page = text(refused).await;
        assert!(page.contains(NOT_YOUR_PAGE) && page.contains("<h1>That is not yours to open</h1>"), "{path}: {page}");
    }
}

#[sqlx::test(migrations = false)]
async fn sessions_are_listed_and_ended_by_whose_they_are(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    let (here, there) = (pike.sign_in(&server).await, pike.sign_in(&server).await);
    let mum = server.sign_in(&server.seat("Tomek", "Agnieszka", 3).await).await;
    let is_in = async |cookie: &str| text(server.get("/", Some(cookie)).await).await.contains("Hello, ");
    let name = |cookie: &str| {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        BASE64_URL_SAFE_NO_PAD.encode(Hash::of(cookie.strip_prefix("sid=").unwrap()).as_bytes())
    };
    let page = text(server.get("/account", Some(&here)).await).await;
    assert!(page.contains("Here now") && page.contains(&name(&there)) && !page.contains(&name(&mum)));
    assert!(!page.contains(there.strip_prefix("sid=").unwrap()), "the name of a session opens nothing");
    send(&server, "/account/end", Some(&here), &format!("session={}", name(&mum))).await;
    assert!(is_in(&mum).await, "another’s");
    send(&server, "/account/end", Some(&here), &format!("session={}", name(&there))).await;
    assert!(!is_in(&there).await && is_in(&here).await);
    let there = pike.sign_in(&server).await;
    send(&server, "/account/end", Some(&here), "session=others").await;
    assert!(!is_in(&there).await && is_in(&here).await && is_in(&mum).await);
}

#[sqlx::test(migrations = false)]
async fn where_pages_need_an_account_a_link_opens_its_meeting_alone(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    let linked = server.sign_in(&pike.seat).await;
    assert_eq!(server.get("/register.csv", Some(&linked)).await.status(), StatusCode::OK, "as the demo has it");
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    db::schools::need_account(&mut txn).await.unwrap();
    txn.commit().await.unwrap();
    for path in ["/register.csv", "/map.csv", "/impact.csv"] {
        assert_eq!(server.get(path, Some(&linked)).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let home = text(server.get("/", Some(&linked)).await).await;
    assert!(home.contains("Hello, ") && !home.contains("Find a child"));
    let meeting = format!("/meetings/{}", pike.seat.meeting);
    assert_eq!(server.get(&meeting, Some(&linked)).await.status(), StatusCode::OK);

    let cookie = pike.sign_in(&server).await;
    assert_eq!(server.get("/register.csv", Some(&cookie)).await.status(), StatusCode::OK);
    assert!(text(server.get("/", Some(&cookie)).await).await.contains("Find a child"));
    assert_eq!(server.get(&meeting, Some(&cookie)).await.status(), StatusCode::OK);
    // Her own link leads her on as who she is.
    let by_link = format!("/join/{}", server.token(&pike.seat).await);
    let led = send(&server, &by_link, Some(&cookie), "").await;
    assert_eq!((location(&led), session(&led)), (meeting.as_str(), None));
}

#[sqlx::test(migrations = false)]
async fn a_passkey_answers_only_what_this_browser_was_asked(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    let cookie = pike.sign_in(&server).await;
    let json = async |path: &str, cookie: &str, body: &str| {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, "meetings.example")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json");
        server.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
    };
    let begun = json("/account/passkeys/begin", &cookie, "{}").await;
    assert_eq!(begun.status(), StatusCode::OK);
    let asked = begun.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(asked.starts_with("asked="));
    let options = text(begun).await;
    assert!(options.contains("\"residentKey\":\"required\"") && options.contains("\"userVerification\":\"required\""));
    let made_up = r#"{"id":"AAAA","rawId":"AAAA","type":"public-key","extensions":{},
        "response":{"attestationObject":"AAAA","clientDataJSON":"AAAA"}}"#;
    for with in [cookie.clone(), format!("{cookie}; {asked}"), format!("{cookie}; {asked}")] {
        let answer = json("/account/passkeys/add", &with, made_up).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    let shown = r#"{"id":"AAAA","rawId":"AAAA","type":"public-key","extensions":{},
        "response":{"authenticatorData":"AAAA","clientDataJSON":"AAAA","signature":"AAAA","userHandle":null}}"#;
    assert_eq!(json("/signin/passkey/begin", "", "{}").await.status(), StatusCode::OK);
    let answer = json("/signin/passkey", &asked, shown).await;
    assert_eq!((answer.status(), session(&answer)), (StatusCode::FORBIDDEN, None));
    // Nobody takes away another’s.
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    let mum = server.seat("Tomek", "Agnieszka", 3).await.viewer.person;
    let removed = db::passkeys::remove(&mut txn, PersonId(mum.0), uuid::Uuid::nil()).await.unwrap();
    assert!(!removed);
}

#[sqlx::test(migrations = false)]
async fn whoever_has_both_proofs_changes_their_password_and_every_other_session_ends(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let pike = pike(&server).await;
    let (here, elsewhere) = (pike.sign_in(&server).await, pike.sign_in(&server).await);
    let mut tab = Tab::connect(&address, &elsewhere, pike.seat.meeting, Section::Plan, 600).await;
    tab.begin().await;
    assert!(text(server.get("/account/password", Some(&here)).await).await.contains("Your password now"));
    let form = |now: &str, code: &str, new: &str, again: &str| {
        format!("now={now}&code={code}&password={new}&again={again}").replace(' ', "+")
    };
    let new = "two trains to Wenshire";
    server.clock.forward(Duration::seconds(30));
    let numbers = pike.app.now(server.state.clock.now());
    for (form, why) in [
        (form("a guess at it all", &numbers, new, new), "are not right"),
        (form(PASSWORD, "000000", new, new), "are not right"),
        (form(PASSWORD, "", new, new), "are not right"),
        (form(PASSWORD, &numbers, new, "two trains to Wenshir"), "not the same as the first"),
        (form(PASSWORD, &numbers, "too short", "too short"), "at least 12 letters"),
        (form(PASSWORD, &numbers, "j.pike Larkfield 1", "j.pike Larkfield 1"), "first that strangers try"),
        (form(PASSWORD, &numbers, "iloveyousunshine", "iloveyousunshine"), "first that strangers try"),
    ] {
        let refused = send(&server, "/account/password", Some(&here), &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        let page = text(refused).await;
        assert!(page.contains(why), "{form}: {page}");
        assert!(!page.contains(new) && !page.contains("kettle"), "what was typed is not said again");
    }
    // Nothing has changed: both sessions are good, and the numbers were not used up by what was refused for the rest.
    assert_eq!(server.get("/account", Some(&elsewhere)).await.status(), StatusCode::OK);
    server.clock.forward(Duration::minutes(1));
    let numbers = pike.app.now(server.state.clock.now());
    let changed = send(&server, "/account/password", Some(&here), &form(PASSWORD, &numbers, new, new)).await;
    assert_eq!(location(&changed), "/account?said=password");
    let now = session(&changed).unwrap();
    assert_ne!(now, here, "a new id");
    assert!(text(server.get("/account?said=password", Some(&now)).await).await.contains("Your password is changed"));
    for over in [&here, &elsewhere] {
        assert_eq!(location(&server.get("/account", Some(over)).await), "/signin?why=first");
    }
    assert_eq!(tab.until_closed().await, CloseCode::Unauthorized.code());
    // The old one opens nothing, nor do numbers that were used; the new one does.
    assert!(session(&send(&server, "/signin", None, &pike.form_with(new, &numbers)).await).is_none());
    server.clock.forward(Duration::minutes(1));
    assert!(session(&send(&server, "/signin", None, &pike.form(&server)).await).is_none());
    let code = pike.app.now(server.state.clock.now());
    assert!(session(&send(&server, "/signin", None, &pike.form_with(new, &code)).await).is_some());
    assert!(verbs(&options).await.contains(&"password-changed".to_owned()));
}

#[sqlx::test(migrations = false)]
async fn the_last_senco_cannot_lock_themselves_out_for_good(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let cookie = pike.sign_in(&server).await;
    let me = pike.viewer().person;
    // Nobody else is left who could open anything.
    let sql = "delete from posts where post in ('head', 'senco') and person_id <> $1 and school_id = $2";
    sqlx::query(sql).bind(me.0).bind(pike.viewer().school.0).execute(&mut owner(&options).await).await.unwrap();
    // Their own account and post are not theirs to take away.
    let closed = send(&server, "/staff/close", Some(&cookie), &format!("person={me}")).await;
    assert_eq!(closed.status(), StatusCode::FORBIDDEN);
    send(&server, "/staff/posts", Some(&cookie), &format!("person={me}&post=teacher&class=")).await;
    assert_eq!(server.get("/staff", Some(&cookie)).await.status(), StatusCode::OK);
    // Password, phone and paper are gone: whoever runs the machine makes a link, which is written down.
    let now = server.state.clock.now();
    assert_eq!(keys::accounts::way_in(&server.db, "nobody@larkfield.example", now).await.unwrap(), None);
    let link = keys::accounts::way_in(&server.db, " J.Pike@larkfield.example", now).await.unwrap().unwrap();
    assert_eq!(verbs(&options).await.last().map(String::as_str), Some("account-link-made"));
    let app = CodeApp::new(&server.key, me, 1);
    let back = send(&server, &link, None, &choose("a new kettle on the hob", &app.now(now))).await;
    let cookie = session(&back).unwrap();
    assert_eq!(server.get("/staff", Some(&cookie)).await.status(), StatusCode::OK);
    assert!(session(&send(&server, &link, None, &choose("a new kettle on the hob", &app.now(now))).await).is_none());
}

/// The same, as whoever runs the machine types it. The command goes by the machine’s clock.
#[sqlx::test(migrations = false)]
async fn the_command_prints_a_way_in_that_is_good_once(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    server.clock.forward(SharedClock::system().now() - server.state.clock.now());
    let nobody = roundtable(&options, &["way-in", "--email", "nobody@larkfield.example"]);
    assert_eq!(nobody.status.code(), Some(1));
    let wrong = String::from_utf8(nobody.stderr).unwrap();
    assert!(wrong.contains("no open account signs in with nobody@larkfield.example; nothing has changed"), "{wrong}");
    assert!(!verbs(&options).await.contains(&"account-link-made".to_owned()));

    let printed = roundtable(&options, &["way-in", "--email", EMAIL]);
    assert!(printed.status.success());
    assert_eq!(verbs(&options).await.last().map(String::as_str), Some("account-link-made"));
    let said = String::from_utf8(printed.stdout).unwrap();
    let link = said.split_whitespace().find(|word| word.starts_with("/welcome/")).unwrap();
    let app = CodeApp::new(&server.key, pike.viewer().person, 1);
    let form = choose("a new kettle on the hob", &app.now(server.state.clock.now()));
    assert!(session(&send(&server, link, None, &form).await).is_some());
    assert!(session(&send(&server, link, None, &form).await).is_none());
}
