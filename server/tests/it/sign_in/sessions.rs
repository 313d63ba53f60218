//! Sessions of staff: by what proofs they begin, how long they last, and how they are ended.

use super::*;

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
async fn a_password_is_good_as_it_was_typed_and_for_as_long_as_nobody_changes_it(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let pike = pike(&server).await;
    server.clock.forward(Duration::days(3 * 365));
    for other in [PASSWORD.to_uppercase(), format!(" {PASSWORD}"), format!("{PASSWORD} "), PASSWORD.replace(' ', "")] {
        server.clock.forward(Duration::minutes(2));
        let form = pike.form_with(&other, &pike.app.now(server.state.clock.now()));
        assert_eq!(session(&send(&server, "/signin", None, &form).await), None, "{other:?}");
    }
    server.clock.forward(Duration::hours(1));
    let cookie = pike.sign_in(&server).await;
    let page = text(server.get("/", Some(&cookie)).await).await;
    assert!(page.contains("Hello, ") && page.contains("Mrs Pike"), "nobody asks her for another");
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
