//! One more school in an installation, made as whoever runs the machine types it. The command goes by the machine’s
//! clock.

use axum::http::{Method, StatusCode, header};
use server::{clock::SharedClock, db, http, keys::code_app::CodeApp};
use shared::SchoolId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    support::{TestServer, owner, roundtable, text},
    tenants::{ask, everything, words_of},
};

const NAME: &str = "Mill Lane Primary School";
const EMAIL: &str = "o.adeyemi@milllane.example";

fn add<'a>(senco: &'a str, email: &'a str) -> [&'a str; 7] {
    ["school", "add", NAME, "--senco", senco, "--email", email]
}

#[sqlx::test(migrations = false)]
async fn one_more_school_is_made_by_hand_and_none_sees_another(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let (pike, amara) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Amara", "Denise", 3).await);
    let tomek = server.pupil_of(&pike).await;
    server.clock.forward(SharedClock::system().now() - server.state.clock.now());

    let added = roundtable(&options, &add("Mrs Olu Adeyemi", EMAIL)).await;
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let said = String::from_utf8(added.stdout).unwrap();
    let link = said.split_whitespace().find(|word| word.starts_with("/welcome/")).unwrap();
    let (school, person) = db::accounts::find_by_email(&server.db, EMAIL).await.unwrap().unwrap();
    assert!(said.contains(&school.to_string()) && school != pike.viewer.school && school != amara.viewer.school);
    let listed = String::from_utf8(roundtable(&options, &["school", "list"]).await.stdout).unwrap();
    assert!(listed.contains(&format!("{school}  {NAME}")) && listed.lines().count() == 3, "{listed}");

    // What cannot be made leaves nothing: an address that somebody has, a name of nobody, a school without one.
    let before = everything(&mut owner).await;
    let tries = [
        (add("Mrs Olu Adeyemi", EMAIL), "signs in with o.adeyemi@milllane.example already"),
        (add(" ", "new@milllane.example"), "the name of a SENCO has"),
        (add("Mr New", "nobody"), "nobody is no e-mail address"),
        (["school", "add", " ", "--senco", "Mr New", "--email", "new@milllane.example"], "the name of a school has"),
    ];
    for (arguments, why) in tries {
        let refused = roundtable(&options, &arguments).await;
        let wrong = String::from_utf8(refused.stderr).unwrap();
        assert!(
            refused.status.code() == Some(1) && wrong.contains(why) && wrong.contains("nothing has changed"),
            "{wrong}"
        );
    }
    assert!(everything(&mut owner).await == before);

    // The link is what the first school’s is: two proofs, and once.
    let app = CodeApp::new(&server.key, person, 0);
    let code = app.now(server.state.clock.now());
    let form = format!("password=a+barge+on+the+cut&again=a+barge+on+the+cut&code={code}&asked=yes");
    let came_in = server.post_form_as(link, None, form.clone()).await;
    let cookies = came_in.headers().get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    let cookie = cookies.filter_map(|cookie| cookie.split(';').next()).find(|cookie| cookie.starts_with("sid="));
    let cookie = cookie.unwrap().to_owned();
    let again = server.post_form_as(link, None, form).await;
    assert!(again.headers().get(header::SET_COOKIE).is_none());

    // She runs her school, and no page of hers holds a word of the others.
    let staff = text(server.get("/staff", Some(&cookie)).await).await;
    assert!(staff.contains("Mrs Olu Adeyemi") && staff.contains(NAME));
    let map = text(server.get("/map", Some(&cookie)).await).await.replace("<!>", "");
    assert!(map.contains(">The map</h2>") && !map.contains("choose-term"), "no term stands in it yet: {map}");
    let mut theirs = vec![];
    for other in [pike.viewer.school, amara.viewer.school] {
        theirs.extend(words_of(&mut owner, other, school).await);
    }
    assert!(theirs.len() > 200 && theirs.contains(&"Tomek".to_owned()));
    let whole = http::addresses(&server.state)
        .into_iter()
        .filter(|(method, path)| method == Method::GET && !path.contains('{') && path != "/live");
    for (method, path) in whole {
        let (status, said) = ask(&server, &cookie, &method, &path, "").await;
        let leaked: Vec<_> = theirs.iter().filter(|word| said.contains(word.as_str())).collect();
        assert!(leaked.is_empty() && !status.is_server_error(), "{path}: {status}, {leaked:?}");
    }
    for page in [format!("/pupils/{tomek}"), format!("/meetings/{}", pike.meeting)] {
        assert_eq!(server.get(&page, Some(&cookie)).await.status(), StatusCode::NOT_FOUND, "{page}");
    }
    // Nor do theirs hold one of hers.
    let pikes = server.sign_in(&pike).await;
    let hers = words_of(&mut owner, school, pike.viewer.school).await;
    assert!(hers.contains("Mrs Olu Adeyemi"));
    for page in ["/register", "/register.csv", "/map", "/impact", "/delivery", "/"] {
        let said = text(server.get(page, Some(&pikes)).await).await;
        assert!(!hers.iter().any(|word| said.contains(word.as_str())), "{page}");
    }
    assert_ne!(count(&server, school).await, 0);
    server::audit::verify(&server.db).await.unwrap();
}

/// What was written down in this school.
async fn count(server: &TestServer, school: SchoolId) -> i64 {
    let mut txn = server.db.begin(school).await.unwrap();
    let sql = "select count(*) from audit where verb = 'school-set-up'";
    sqlx::query_scalar(sql).fetch_one(txn.connection()).await.unwrap()
}
