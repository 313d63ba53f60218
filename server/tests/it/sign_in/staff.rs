//! Accounts of staff: who opens and closes them, what they open, and how a lost one is found again.

use super::*;

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
    // Nobody closes their own: then there might be nobody left. Nor makes their own new way in: that needs no proof.
    let own = format!("person={}", pike.viewer().person);
    for path in ["/staff/close", "/staff/link"] {
        assert_eq!(send(&server, path, Some(&cookie), &own).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
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
async fn nobody_makes_a_way_in_for_who_holds_a_post_they_cannot_give_themselves(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let boss = head(&server, &pike).await;
    let (_, boss_is) = accounts::find_by_email(&server.db, "s.okafor@larkfield.example").await.unwrap().unwrap();
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await.viewer.person;
    let cookie = pike.sign_in(&server).await;
    let links = async || -> i64 {
        sqlx::query_scalar("select count(*) from account_links").fetch_one(&mut owner(&options).await).await.unwrap()
    };
    let before = links().await;
    for post in [Post::SafeguardingLead, Post::DataProtectionLead, Post::Head] {
        let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
        db::posts::set(&mut txn, teacher, &[post], "").await.unwrap();
        txn.commit().await.unwrap();
        let open = format!("person={teacher}&email=f.qureshi@larkfield.example");
        let refused = send(&server, "/staff/open", Some(&cookie), &open).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{post:?}");
        assert!(!text(refused).await.contains("/welcome/"));
        let file = b"Name,E-mail,Post\nMiss Farrah Qureshi,f.qureshi@larkfield.example,Assistant\n";
        let refused = server.send_file("/staff/import", file, Some(&cookie)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post:?}");
        assert!(text(refused).await.contains("a post that you cannot give yourself"));
    }
    let refused = send(&server, "/staff/link", Some(&cookie), &format!("person={boss_is}")).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN, "of the head");
    assert_eq!(links().await, before);
    let page = text(server.get("/staff", Some(&cookie)).await).await;
    assert!(page.contains("whoever runs the server makes a new link"), "{page}");

    // The head is all that a SENCO is; and a teacher is nothing more than either.
    let linked = send(&server, "/staff/link", Some(&boss), &format!("person={}", pike.viewer().person)).await;
    assert!(text(linked).await.contains("/welcome/"));
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    db::posts::set(&mut txn, teacher, &[Post::Teacher], "").await.unwrap();
    txn.commit().await.unwrap();
    let open = format!("person={teacher}&email=f.qureshi@larkfield.example");
    assert!(text(send(&server, "/staff/open", Some(&cookie), &open).await).await.contains("/welcome/"));
}

#[sqlx::test(migrations = false)]
async fn whoever_saw_a_way_in_that_was_replaced_knows_nothing_of_the_new_one(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let number = async || -> i32 {
        let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
        keys::accounts::link(&server.state, &mut txn, pike.viewer().person).await.unwrap();
        txn.commit().await.unwrap();
        let which = "select totp_number from account_links where person_id = $1";
        let asked = sqlx::query_scalar(which).bind(pike.viewer().person.0);
        asked.fetch_one(&mut owner(&options).await).await.unwrap()
    };
    let seen = number().await;
    assert!(number().await > seen, "another secret for the code app");
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
async fn new_recovery_codes_are_for_who_has_both_proofs_of_now(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let cookie = pike.sign_in(&server).await;
    let kept = async || -> Vec<Vec<u8>> {
        let sql = "select code_hash from recovery_codes where person_id = $1 order by code_hash";
        let asked = sqlx::query_scalar(sql).bind(pike.viewer().person.0);
        asked.fetch_all(&mut owner(&options).await).await.unwrap()
    };
    let before = kept().await;
    let asks = text(server.get("/account/codes", Some(&cookie)).await).await;
    assert!(asks.contains("Your password now") && asks.contains("six numbers"), "{asks}");
    server.clock.forward(Duration::seconds(30));
    let numbers = pike.app.now(server.state.clock.now());
    let form = |now: &str, code: &str| format!("now={now}&code={code}").replace(' ', "+");
    for form in [String::new(), form("a guess at it all", &numbers), form(PASSWORD, "000000"), form(PASSWORD, "")] {
        let refused = send(&server, "/account/codes", Some(&cookie), &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        let page = text(refused).await;
        assert!(page.contains("are not right") && !page.contains("<code>"), "{form}: {page}");
        assert_eq!(kept().await, before, "{form}");
    }
    let made = send(&server, "/account/codes", Some(&cookie), &form(PASSWORD, &numbers)).await;
    assert_eq!(text(made).await.matches("<code>").count(), 8);
    let after = kept().await;
    assert!(after.len() == 8 && after.iter().all(|code| !before.contains(code)));
    // Those numbers were used.
    let again = send(&server, "/account/codes", Some(&cookie), &form(PASSWORD, &numbers)).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
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
    server.set_posts(&cookie, &format!("person={me}&post=teacher&class=")).await;
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
    let nobody = roundtable(&options, &["way-in", "--email", "nobody@larkfield.example"]).await;
    assert_eq!(nobody.status.code(), Some(1));
    let wrong = String::from_utf8(nobody.stderr).unwrap();
    assert!(wrong.contains("no open account signs in with nobody@larkfield.example; nothing has changed"), "{wrong}");
    assert!(!verbs(&options).await.contains(&"account-link-made".to_owned()));

    let printed = roundtable(&options, &["way-in", "--email", EMAIL]).await;
    assert!(printed.status.success());
    assert_eq!(verbs(&options).await.last().map(String::as_str), Some("account-link-made"));
    let said = String::from_utf8(printed.stdout).unwrap();
    let link = said.split_whitespace().find(|word| word.starts_with("/welcome/")).unwrap();
    let app = CodeApp::new(&server.key, pike.viewer().person, 1);
    let form = choose("a new kettle on the hob", &app.now(server.state.clock.now()));
    assert!(session(&send(&server, link, None, &form).await).is_some());
    assert!(session(&send(&server, link, None, &form).await).is_none());
}
