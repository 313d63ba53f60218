//! One child more on the register, by a form; one less, who was put there by mistake; and any child found by a name.

use app::view::register::RegisterQuery;
use axum::http::{StatusCode, header};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestServer, owner, text};

const ADD: &str = "/register/add";

#[sqlx::test(migrations = false)]
async fn a_child_is_added_by_a_form_and_a_slip_adds_nobody(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let page = text(server.get(ADD, Some(&cookie)).await).await;
    assert!(page.contains("Add to the register") && page.contains("Speech, language and communication (SLCN)"));
    let all = async || -> i64 {
        sqlx::query_scalar("select count(*) from pupils").fetch_one(&mut owner(&options).await).await.unwrap()
    };
    let before = all().await;
    for (form, said) in [
        ("full_name=+&provision=N", "Every child needs a name."),
        ("full_name=Ada+One&provision=", "Write K for SEN support"),
        ("full_name=Ada+One&provision=K", "needs a main need"),
        ("full_name=Ada+One&provision=K&need=NSA&need=ASD", "NSA says that no type of need is known yet"),
        ("full_name=Ada+One&provision=N&upn=E000432100001", "Already belongs to Tomasz"),
        ("full_name=tomasz+%27tomek%27+wieczorek&provision=N&born_on=2018-02-14", "is here already"),
        ("full_name=Ada+One&provision=N&upn=12", "“12” is not as the census has numbers"),
        ("full_name=Ada+One&provision=N&born_on=2081-01-01", "That day has not come yet"),
        ("full_name=Ada+One&provision=N&key_adult=nobody", "Choose somebody who works here"),
    ] {
        let answer = server.post_form_as(ADD, Some(&cookie), format!("{form}&class_name=9+Yew")).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        let page = text(answer).await;
        assert!(page.contains(said) && page.contains("9 Yew"), "{said}: what was typed stays in the boxes: {page}");
        assert_eq!(all().await, before, "{form}");
    }
    let form = "full_name=Ada+Mary+One&called=Addie&provision=K&need=SLCN&year_group=Year+9&born_on=2019-03-01&upn=C000000000009";
    let answer = server.post_form_as(ADD, Some(&cookie), form.to_owned()).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let to = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert!(to.ends_with("/register?done=added"), "{to}");
    let page = text(server.get(&to, Some(&cookie)).await).await;
    assert!(page.contains("The child is on the register.") && page.contains("Addie in the register"));
    // What may be a slip is said where it can be mended.
    assert!(page.contains("usually in Year 3, and not in Year 9"));
    let query = RegisterQuery { name: "addie".to_owned(), ..RegisterQuery::default() };
    let rows = server.backend.register_page(pike.viewer, query).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["Ada Mary One"]);
}

#[sqlx::test(migrations = false)]
async fn who_was_put_there_by_mistake_is_taken_out_and_nobody_else(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let answer = server.post_form_as(ADD, Some(&cookie), "full_name=Ada+One&provision=K&need=SLCN".to_owned()).await;
    let line = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let path = line.replace("/register?done=added", "");
    assert!(text(server.get(&line, Some(&cookie)).await).await.contains("Here by mistake?"));
    let take_out = format!("{path}/take-out");
    let unsure = server.post_form_as(&take_out, Some(&cookie), String::new()).await;
    assert_eq!(unsure.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(unsure).await.contains("Nothing was taken out"));
    let answer = server.post_form_as(&take_out, Some(&cookie), "sure=yes".to_owned()).await;
    assert_eq!(answer.headers()[header::LOCATION], "/register?taken_out=1");
    assert_eq!(server.get(&path, Some(&cookie)).await.status(), StatusCode::NOT_FOUND);
    let named: i64 = sqlx::query_scalar("select count(*) from people where full_name = 'Ada One'")
        .fetch_one(&mut owner(&options).await)
        .await
        .unwrap();
    assert_eq!(named, 0);
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(server.verbs(&options, id).await, ["children-brought-in", "taken-out"]);

    // Of whom something was written, or whose file is held, nothing goes so.
    let tomek = server.pupil_of(&pike).await;
    let line = text(server.get(&format!("/pupils/{tomek}/register"), Some(&cookie)).await).await;
    assert!(!line.contains("Here by mistake?"));
    let refused = server.post_form_as(&format!("/pupils/{tomek}/take-out"), Some(&cookie), "sure=yes".to_owned()).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(server.get(&format!("/pupils/{tomek}"), Some(&cookie)).await.status(), StatusCode::OK);
}

#[sqlx::test(migrations = false)]
async fn any_child_of_the_school_is_found_from_the_first_page_by_any_part_of_a_name(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    // Whom the census would send back is named on every page of the register.
    const ADA: &str = "full_name=Ada+Mary+One&provision=N&upn=P000000000001&born_on=2018-01-02";
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let added = server.post_form_as(ADD, Some(&cookie), ADA.to_owned()).await;
    assert_eq!(added.status(), StatusCode::SEE_OTHER);
    let home = text(server.get("/", Some(&cookie)).await).await;
    assert!(home.contains("name=\"provision\" value=\"all\""), "as the form sends it");
    let found = async |cookie: &str, name: &str| {
        let page = text(server.get(&format!("/register?provision=all&name={name}"), Some(cookie)).await).await;
        ["Ada Mary One", "Tomasz"].map(|child| page.replace("<!>", "").contains(&format!("\"external\">{child}")))
    };
    assert_eq!(found(&cookie, "mary").await, [true, false], "without extra help");
    assert_eq!(found(&cookie, "one+ada").await, [true, false]);
    assert_eq!(found(&cookie, "tomek+wieczorek").await, [false, true], "what they are called, with a family name");
    assert_eq!(found(&cookie, "TOMASZ").await, [false, true]);
    // And only by those who may see them.
    let teacher = server.sign_in(&server.seat("Kai", "Miss Fenn", 3).await).await;
    assert_eq!(found(&teacher, "mary").await, [false, false]);
}
