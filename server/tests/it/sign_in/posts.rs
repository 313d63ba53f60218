//! Posts that are kept: nobody comes to one, or into the account of who holds one, by running the accounts.

use super::*;

const SET: &str = "/staff/posts";

/// Somebody with an account that opens, who is this here, by whoever runs the machine.
async fn holder(server: &TestServer, pike: &Pike, name: &str, post: Post) -> (PersonId, String) {
    let seat = server.seat("Tomek", name, 3).await;
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    db::posts::give(&mut txn, seat.viewer.person, post).await.unwrap();
    txn.commit().await.unwrap();
    (seat.viewer.person, server.account(seat.viewer).await)
}

async fn held(server: &TestServer, pike: &Pike, person: PersonId) -> Vec<Post> {
    let mut txn = server.db.begin(pike.viewer().school).await.unwrap();
    let found = db::posts::holders(&mut txn).await.unwrap().into_iter().find(|holder| holder.person == person);
    found.map(|holder| holder.posts).unwrap_or_default()
}

#[sqlx::test(migrations = false)]
async fn a_kept_post_is_not_taken_away_for_a_way_in_and_given_back(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let boss = head(&server, &pike).await;
    let sencos = pike.sign_in(&server).await;
    let (lead, hers) = holder(&server, &pike, "Miss Qureshi", Post::DataProtectionLead).await;
    for cookie in [&boss, &sencos] {
        // A box that is not theirs is not sent: what it says stays.
        let taken = server.set_posts(cookie, &format!("person={lead}&post=teacher&class=4Q")).await;
        assert_eq!(taken.status(), StatusCode::SEE_OTHER);
        assert_eq!(held(&server, &pike, lead).await, [Post::DataProtectionLead, Post::Teacher]);
        let link = send(&server, "/staff/link", Some(cookie), &format!("person={lead}")).await;
        assert_eq!(link.status(), StatusCode::FORBIDDEN);
        let page = text(server.get(SET, Some(cookie)).await).await;
        let form = page.split(&format!("id=\"p-{lead}\"")).nth(1).unwrap().split("</form>").next().unwrap();
        let field = form.split("value=\"data-protection-lead\"").nth(1).unwrap().split("</label>").next().unwrap();
        assert!(field.contains("disabled"), "{field}");
    }
    // Who holds it gives it on; then either takes it from the other, and the last keeps it.
    let next = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    let given = server.set_posts(&hers, &format!("person={next}&post=data-protection-lead")).await;
    assert_eq!(given.status(), StatusCode::SEE_OTHER);
    assert_eq!(held(&server, &pike, next).await, [Post::Assistant, Post::DataProtectionLead], "and what else they are");
    let own = server.set_posts(&hers, &format!("person={lead}")).await;
    assert_eq!(own.status(), StatusCode::SEE_OTHER);
    assert!(held(&server, &pike, lead).await.contains(&Post::DataProtectionLead), "nobody’s own");
    server.set_posts(&hers, &format!("person={next}")).await;
    assert_eq!(held(&server, &pike, next).await, [Post::Assistant]);
    // Of the accounts they open nothing.
    assert_eq!(server.get("/staff", Some(&hers)).await.status(), StatusCode::FORBIDDEN);
}

/// Nor keeps them from a child, from what was hidden there and from who did what.
#[sqlx::test(migrations = false)]
async fn who_holds_a_kept_post_is_not_shut_out_by_whoever_runs_the_accounts(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let (lead, hers) = holder(&server, &pike, "Miss Qureshi", Post::DataProtectionLead).await;
    let sencos = pike.sign_in(&server).await;
    for doing in ["close", "reopen"] {
        let shut = send(&server, &format!("/staff/{doing}"), Some(&sencos), &format!("person={lead}")).await;
        assert_eq!(shut.status(), StatusCode::FORBIDDEN, "{doing}");
    }
    assert_eq!(server.get("/trail", Some(&hers)).await.status(), StatusCode::OK);
    let child = server.pupil_of(&server.seat("Tomek", "Tomek", 3).await).await;
    let faults = server.backend.keep_from(pike.viewer(), child, Some(lead), "A relative".to_owned()).await;
    assert!(format!("{faults:?}").contains("They answer for what is kept and hidden"), "{faults:?}");
    // Of a colleague who holds none, it is done as before.
    let other = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    let faults = server.backend.keep_from(pike.viewer(), child, Some(other), "A relative".to_owned()).await;
    assert!(!format!("{faults:?}").contains("They answer for"), "{faults:?}");
}

#[sqlx::test(migrations = false)]
async fn nobody_invents_a_colleague_with_a_kept_post(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let boss = head(&server, &pike).await;
    let sencos = pike.sign_in(&server).await;
    let (_, _hers) = holder(&server, &pike, "Miss Qureshi", Post::DataProtectionLead).await;
    let people = async || -> i64 {
        sqlx::query_scalar("select count(*) from people").fetch_one(&mut owner(&options).await).await.unwrap()
    };
    let before = people().await;
    let whom = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    for (cookie, post) in [
        (&boss, "data-protection-lead"),
        // Held since the demo.
        (&boss, "safeguarding-lead"),
        (&sencos, "data-protection-lead"),
        (&sencos, "safeguarding-lead"),
        (&sencos, "head"),
    ] {
        let new = format!("name=Ms+Ada+Bell&email=a.bell@larkfield.example&post={post}");
        let refused = send(&server, "/staff", Some(cookie), &new).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post}");
        let page = text(refused).await;
        assert!(page.contains("given by who holds it already") && !page.contains("/welcome/"), "{post}: {page}");
        let file = format!("Name,E-mail,Post\nMs Ada Bell,a.bell@larkfield.example,\"Teacher, {post}\"\n");
        let refused = server.send_file("/staff/import", file.as_bytes(), Some(cookie)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post}");
        assert!(text(refused).await.contains("is given by who holds that post already"));
        let refused = server.set_posts(cookie, &format!("person={whom}&post=assistant&post={post}")).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post}");
        assert!(text(refused).await.contains("Nothing has changed"));
        assert_eq!(held(&server, &pike, whom).await, [Post::Assistant]);
    }
    assert_eq!(people().await, before);
}

#[sqlx::test(migrations = false)]
async fn the_first_is_named_by_the_head_and_the_last_is_not_taken(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let boss = head(&server, &pike).await;
    let sencos = pike.sign_in(&server).await;
    let whom = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    let form = format!("person={whom}&post=data-protection-lead");
    assert_eq!(server.set_posts(&sencos, &form).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(server.set_posts(&boss, &form).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(held(&server, &pike, whom).await, [Post::DataProtectionLead]);
    // From now on it is theirs to give.
    server.set_posts(&boss, &format!("person={whom}")).await;
    assert_eq!(held(&server, &pike, whom).await, [Post::DataProtectionLead]);

    let refused = server.set_posts(&boss, &format!("person={}", pike.viewer().person)).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(refused).await.contains("Nobody would hold that post any more."));
    assert_eq!(held(&server, &pike, pike.viewer().person).await, [Post::Senco]);

    // With who held it, it goes on by whoever runs the machine.
    let sql = "update accounts set disabled_at = now() where person_id = $1";
    server.account(server.seat("Tomek", "Mr Adeyemi", 3).await.viewer).await;
    sqlx::query(sql).bind(whom.0).execute(&mut owner(&options).await).await.unwrap();
    let named = roundtable(&options, &["name", "--email", EMAIL, "--post", "data-protection-lead"]).await;
    assert!(named.status.success(), "{named:?}");
    assert_eq!(held(&server, &pike, pike.viewer().person).await, [Post::DataProtectionLead, Post::Senco]);
    assert!(verbs(&options).await.contains(&"named-data-protection-lead".to_owned()));
}

/// She makes the accounts, and could be the colleague that she invents.
#[sqlx::test(migrations = false)]
async fn without_a_head_the_first_to_hold_a_kept_post_is_named_by_whoever_runs_the_machine(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    server.clock.forward(SharedClock::system().now() - server.state.clock.now());
    let sencos = pike.sign_in(&server).await;
    let email = "a.bell@larkfield.example";
    let bell = joins(&server, &pike, "Ms Ada Bell", email).await;
    for post in ["head", "data-protection-lead"] {
        let new = format!("name=Mr+Ben+Two&email=b.two@larkfield.example&post={post}");
        let refused = send(&server, "/staff", Some(&sencos), &new).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post}");
        assert!(text(refused).await.contains("by whoever runs the server"), "{post}");
        let file = format!("Name,E-mail,Post\nMr Ben Two,b.two@larkfield.example,{post}\n");
        let refused = server.send_file("/staff/import", file.as_bytes(), Some(&sencos)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post}");
        let refused = server.set_posts(&sencos, &format!("person={}&post={post}", bell.0)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{post}");
        assert!(text(refused).await.contains("by whoever runs the server"), "{post}");
    }
    // Nor from outside, while the link that she has seen is good.
    let name = async || roundtable(&options, &["name", "--email", email, "--post", "data-protection-lead"]).await;
    let early = name().await;
    assert_eq!(early.status.code(), Some(1));
    let wrong = String::from_utf8(early.stderr).unwrap();
    assert!(wrong.contains("waiting to be used") && wrong.contains("nothing has changed"), "{wrong}");
    assert_eq!(held(&server, &pike, bell.0).await, [Post::Assistant]);

    let hers = settles_in(&server, &bell).await;
    assert_eq!(server.get("/trail", Some(&hers)).await.status(), StatusCode::FORBIDDEN);
    let named = name().await;
    assert!(named.status.success(), "{named:?}");
    let said = String::from_utf8(named.stdout).unwrap();
    assert!(said.contains(&format!("`roundtable way-in --email {email}`")), "{said}");
    assert_eq!(server.get("/trail", Some(&hers)).await.status(), StatusCode::OK);
    let again = String::from_utf8(name().await.stderr).unwrap();
    assert!(again.contains("already; nothing has changed"), "{again}");
}

/// Whoever runs the machine does it where nobody in the school can.
#[sqlx::test(migrations = false)]
async fn nobody_is_named_from_outside_where_somebody_in_the_school_could(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let name = async |email: &str, post: &str, more: &[&str]| {
        let named = roundtable(&options, &[&["name", "--email", email, "--post", post], more].concat()).await;
        (named.status.success(), String::from_utf8(named.stderr).unwrap())
    };
    // The demo’s safeguarding lead has no account: she comes to no page where it is done.
    let (done, wrong) = name(EMAIL, "safeguarding-lead", &[]).await;
    assert!(done, "{wrong}");
    assert_eq!(held(&server, &pike, pike.viewer().person).await, [Post::SafeguardingLead, Post::Senco]);
    head(&server, &pike).await;
    let qureshi = server.seat("Tomek", "Miss Qureshi", 3).await.viewer;
    server.account(qureshi).await;
    let email = "select email from accounts where person_id = $1";
    let hers: String =
        sqlx::query_scalar(email).bind(qureshi.person.0).fetch_one(&mut owner(&options).await).await.unwrap();
    for (post, who) in [
        ("head", "Mr Sam Okafor"),
        ("senco", "Mr Sam Okafor"),
        ("safeguarding-lead", "Mrs Joanna Pike"),
        ("data-protection-lead", "Mr Sam Okafor"),
    ] {
        let (done, wrong) = name(&hers, post, &[]).await;
        assert!(!done && wrong.contains(who) && wrong.contains("nothing has changed"), "{post}: {wrong}");
        assert!(wrong.contains("--all-the-same"), "{post}: {wrong}");
    }
    let before = held(&server, &pike, qureshi.person).await;
    assert!(!before.iter().any(|post| post.is_kept()), "{before:?}");
    let (done, wrong) = name(&hers, "data-protection-lead", &["--all-the-same"]).await;
    assert!(done, "{wrong}");
    assert!(held(&server, &pike, qureshi.person).await.contains(&Post::DataProtectionLead));
}

#[sqlx::test(migrations = false)]
async fn nobody_comes_to_a_kept_post_while_a_way_in_is_in_other_hands(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let boss = head(&server, &pike).await;
    let (_, hers) = holder(&server, &pike, "Miss Qureshi", Post::DataProtectionLead).await;
    let next = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    let open = format!("person={next}&email=d.adeyemi@larkfield.example");
    let seen = text(send(&server, "/staff/open", Some(&boss), &open).await).await;
    let link = seen.split_once("/welcome/").unwrap().1.split('"').next().unwrap().to_owned();
    let give = format!("person={next}&post=data-protection-lead");
    let refused = server.set_posts(&hers, &give).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(refused).await.contains("A link to their account is waiting to be used."));
    // Used, it opens nothing any more.
    let app = CodeApp::new(&server.key, next, 0);
    let form = choose("two trains to Wenshire", &app.now(server.state.clock.now()));
    assert!(session(&send(&server, &format!("/welcome/{link}"), None, &form).await).is_some());
    assert_eq!(server.set_posts(&hers, &give).await.status(), StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = false)]
async fn two_of_one_name_are_told_apart_by_what_they_are(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    joins(&server, &pike, "Mr Dele Adeyemi", "dele.a@larkfield.example").await;
    let cookie = pike.sign_in(&server).await;
    let page = text(server.get(SET, Some(&cookie)).await).await.replace("<!>", "");
    for told in
        ["<legend>Mr Dele Adeyemi (Assistant)<", "<legend>Mr Dele Adeyemi (Assistant, dele.a@larkfield.example)<"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.contains("<legend>Miss Farrah Qureshi<"), "who is the only one has a name alone");
}

/// As the page has it in the form of this person.
async fn shown(server: &TestServer, cookie: &str, person: PersonId) -> String {
    let page = text(server.get(SET, Some(cookie)).await).await;
    let form = page.split(&format!("id=\"p-{person}\"")).nth(1).unwrap();
    let field = form.split("name=\"shown\" value=\"").nth(1).unwrap();
    field.split('"').next().unwrap().replace(' ', "+")
}

#[sqlx::test(migrations = false)]
async fn a_page_that_shows_what_somebody_was_takes_nothing_away_that_it_did_not_show(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let sencos = pike.sign_in(&server).await;
    let boss = head(&server, &pike).await;
    let whom = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    // Both look; one adds a post, and the other only wanted to name the class.
    let (hers, his) = (shown(&server, &sencos, whom).await, shown(&server, &boss, whom).await);
    let form = format!("person={whom}&post=assistant&post=teacher&class=4Q");
    let unseen = send(&server, SET, Some(&boss), &form).await;
    assert_eq!(unseen.status(), StatusCode::UNPROCESSABLE_ENTITY, "what was shown is sent along");
    assert!(text(unseen).await.contains("so nothing was set"));
    assert_eq!(held(&server, &pike, whom).await, [Post::Assistant]);
    let form = format!("{form}&shown={his}");
    assert_eq!(send(&server, SET, Some(&boss), &form).await.status(), StatusCode::SEE_OTHER);
    let stale = send(&server, SET, Some(&sencos), &format!("person={whom}&post=assistant&class=5S&shown={hers}")).await;
    assert_eq!(stale.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(stale).await;
    let why =
        "Mr Okafor changed what Mr Dele Adeyemi is while you had this page open: Teacher was added, the class is “4Q”";
    assert!(page.contains(why), "{page}");
    assert_eq!(held(&server, &pike, whom).await, [Post::Assistant, Post::Teacher]);
    // What is shown now may be set.
    let now = shown(&server, &sencos, whom).await;
    assert!(page.contains(&format!("value=\"{}\"", now.replace('+', " "))), "the page that says so has it: {page}");
    let again = send(&server, SET, Some(&sencos), &format!("person={whom}&post=assistant&class=&shown={now}")).await;
    assert_eq!(again.status(), StatusCode::SEE_OTHER);
    assert_eq!(held(&server, &pike, whom).await, [Post::Assistant]);
}

#[sqlx::test(migrations = false)]
async fn whoever_holds_a_kept_post_is_told_who_came_to_it_and_who_lost_it(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let (lead, hers) = holder(&server, &pike, "Miss Qureshi", Post::SafeguardingLead).await;
    let sencos = pike.sign_in(&server).await;
    let first = async |cookie: &str| text(server.get("/", Some(cookie)).await).await.replace("<!>", "");
    assert!(!first(&hers).await.contains("Who holds your post"));
    let other = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let others = server.account(other.viewer).await;
    let next = server.seat("Tomek", "Mr Adeyemi", 3).await.viewer.person;
    server.set_posts(&others, &format!("person={next}&post=safeguarding-lead")).await;
    let page = first(&hers).await;
    for said in ["Who holds your post", "Mr Dele Adeyemi is", "Safeguarding lead", "set by Mrs Laila Hussain-Webb"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!first(&sencos).await.contains("Who holds your post"), "not who holds another");
    assert!(!first(&others).await.contains("Who holds your post"), "nor who did it themselves");
    server.set_posts(&others, &format!("person={lead}")).await;
    let adeyemis = server.account(server.seat("Tomek", "Mr Adeyemi", 3).await.viewer).await;
    assert!(first(&adeyemis).await.contains("is no longer"));
    let told = ["named-safeguarding-lead", "no-longer-safeguarding-lead"].map(str::to_owned);
    let written = verbs(&options).await;
    assert!(told.iter().all(|verb| written.contains(verb)), "{written:?}");
}
