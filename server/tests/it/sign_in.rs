//! Staff sign in: the first school, a password with six numbers, and everything that is refused.

mod lying_provider;
mod posts;
mod sessions;
mod staff;
mod staff_file;

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
use shared::{PersonId, Section, protocol::CloseCode, rights::Post};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::{Duration, OffsetDateTime};
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

/// A colleague whose account Mrs Pike has made, and the link to it.
async fn joins(server: &TestServer, pike: &Pike, name: &str, email: &str) -> (PersonId, String) {
    let cookie = pike.sign_in(server).await;
    let form = format!("name={}&email={email}&post=assistant", name.replace(' ', "+"));
    let page = text(send(server, "/staff", Some(&cookie), &form).await).await;
    let link = page.split_once("/welcome/").unwrap().1.split('"').next().unwrap().to_owned();
    let (_, person) = accounts::find_by_email(&server.db, email).await.unwrap().unwrap();
    (person, format!("/welcome/{link}"))
}

/// They choose what opens it.
async fn settles_in(server: &TestServer, (person, link): &(PersonId, String)) -> String {
    let app = CodeApp::new(&server.key, *person, 0);
    let form = choose("two trains to Wenshire", &app.now(server.state.clock.now()));
    session(&send(server, link, None, &form).await).unwrap()
}

/// Somebody else who runs the accounts of Mrs Pike’s school, named by whoever runs the machine.
async fn head(server: &TestServer, pike: &Pike) -> String {
    let okafor = joins(server, pike, "Mr Sam Okafor", "s.okafor@larkfield.example").await;
    let cookie = settles_in(server, &okafor).await;
    let now = server.state.clock.now();
    let named = keys::accounts::name(&server.db, ("s.okafor@larkfield.example", Post::Head), false, now).await;
    assert_eq!(named.unwrap(), Ok(()));
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    db::posts::set(&mut txn, okafor.0, &[Post::Head], "").await.unwrap();
    txn.commit().await.unwrap();
    cookie
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
        ["account-made", "named-senco", "school-set-up", "recovery-codes-made", "account-set-up", "signed-in"]
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
    // Whoever had the account before had a passkey for it: the telephone that was lost.
    let (person, key) = (seat.viewer.person, serde_json::json!({}));
    let mut txn = server.db.begin(seat.viewer.school).await.unwrap();
    assert!(
        db::passkeys::create(&mut txn, uuid::Uuid::from_u128(1), person, b"lost", &key, "Phone", NOON).await.unwrap()
    );
    txn.commit().await.unwrap();
    assert!(session(&send(&server, &path, None, &choose(PASSWORD, &code)).await).is_some());
    let mut txn = server.db.begin(seat.viewer.school).await.unwrap();
    assert!(db::passkeys::list(&mut txn, person).await.unwrap().is_empty(), "it opens nothing any more");
    drop(txn);
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
        if email == EMAIL {
            // Also the right one is not looked at then.
            assert_eq!(location(&send(&server, "/signin", None, &pike.form(&server)).await), "/signin?why=often");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn a_passkey_answers_only_what_this_browser_was_asked(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
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
    // At a screen that was left open there is no new key: both proofs of now are asked for, and each is good once.
    server.clock.forward(Duration::seconds(30));
    let numbers = pike.app.now(server.state.clock.now());
    let proofs = |password: &str, code: &str| format!(r#"{{"now":"{password}","code":"{code}"}}"#);
    for wrong in ["", "{}", &proofs(PASSWORD, "000000"), &proofs("a guess at it", &numbers)] {
        let refused = json("/account/passkeys/begin", &cookie, wrong).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(refused.headers().get(header::SET_COOKIE).is_none());
        assert!(text(refused).await.ends_with("No passkey was added."), "{wrong}");
    }
    let begun = json("/account/passkeys/begin", &cookie, &proofs(PASSWORD, &numbers)).await;
    assert_eq!(begun.status(), StatusCode::OK);
    let again = json("/account/passkeys/begin", &cookie, &proofs(PASSWORD, &numbers)).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let asked = begun.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(asked.starts_with("asked="));
    let question = text(begun).await;
    assert!(
        question.contains("\"residentKey\":\"required\"") && question.contains("\"userVerification\":\"required\"")
    );
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
    // Who has no password, and comes by the school’s account, has come just now, or comes again.
    let sql = "update accounts set password_hash = null, totp_number = null where person_id = $1";
    sqlx::query(sql).bind(pike.viewer().person.0).execute(&mut owner(&options).await).await.unwrap();
    assert_eq!(json("/account/passkeys/begin", &cookie, "{}").await.status(), StatusCode::OK);
    server.clock.forward(Duration::minutes(6));
    let refused = json("/account/passkeys/begin", &cookie, "{}").await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(refused).await.contains("sign in with your school account"));
    // Nobody takes away another’s.
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    let mum = server.seat("Tomek", "Agnieszka", 3).await.viewer.person;
    let removed = db::passkeys::remove(&mut txn, PersonId(mum.0), uuid::Uuid::nil()).await.unwrap();
    assert!(!removed);
}
