//! The SEN register: who is on it, what the census would say, and files in and out.

use app::{
    backend::Viewer,
    error::AppError,
    view::register::{RegisterPage, RegisterQuery},
};
use axum::http::{StatusCode, header};
use shared::census;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{TestServer, text};

const IMPORT: &str = "/register/import";
const HEADINGS: &str = "Full name,Year group,Class,Extra help,Needs,UPN,Looked after\n";

impl TestServer {
    async fn register(&self, viewer: Viewer, query: RegisterQuery) -> Result<RegisterPage, AppError> {
        self.backend.register_page(viewer, query).await
    }
}

#[sqlx::test(migrations = false)]
async fn children_come_in_by_a_file_page_by_page_and_are_found(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let rows: String = (1..=60)
        .map(|number| {
            let help = if number % 3 == 0 { "N," } else { "K,SLCN" };
            format!(
                "Child {number:02} Invented,{},{}Z,{help},{},no\n",
                number % 6 + 1,
                number % 6 + 1,
                census::invented_upn(number)
            )
        })
        .collect();
    let answer = server.bring_in(IMPORT, format!("{HEADINGS}{rows}").as_bytes(), Some(&cookie)).await;
    assert_eq!(
        (answer.status(), &answer.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/register?brought=60&changed=0".parse().unwrap())
    );

    let first = server.register(pike.viewer, RegisterQuery::default()).await.unwrap();
    // Forty with extra help, and the two of the demo.
    assert_eq!((first.paging.found, first.paging.pages, first.rows.len(), first.support), (42, 2, 25, 42));
    let second = server.register(pike.viewer, RegisterQuery { page: 2, ..RegisterQuery::default() }).await.unwrap();
    assert_eq!(second.rows.len(), 17);
    assert!(first.rows.iter().all(|row| second.rows.iter().all(|other| other.pupil != row.pupil)));

    let found = async |query| server.register(pike.viewer, query).await.unwrap().rows;
    let named = found(RegisterQuery { name: "child 07".to_owned(), ..RegisterQuery::default() }).await;
    assert_eq!(named.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["Child 07 Invented"]);
    let hearing = found(RegisterQuery { need: "HI".to_owned(), ..RegisterQuery::default() }).await;
    assert_eq!(hearing.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["Kai Renshaw"]);
    assert_eq!(found(RegisterQuery { provision: "N".to_owned(), ..RegisterQuery::default() }).await.len(), 20);
    assert_eq!(found(RegisterQuery { looked_after: true, ..RegisterQuery::default() }).await.len(), 1);
    let wild = found(RegisterQuery { name: "%".to_owned(), ..RegisterQuery::default() }).await;
    assert!(wild.is_empty(), "a percent sign is a letter like others");

    // What goes out is what came in.
    let csv = text(server.get("/register.csv?name=child+07", Some(&cookie)).await).await;
    assert!(csv.contains(
        "\"Z000000000007\",\"Child 07 Invented\",\"Child\",\"Year 2\",\"2Z\",\"\",\"K\",\"\",\"SLCN\",\"no\""
    ));
}

#[sqlx::test(migrations = false)]
async fn a_file_with_one_wrong_row_changes_nothing(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let before = server.register(pike.viewer, RegisterQuery::default()).await.unwrap().paging.found;
    for (file, said) in [
        (
            format!("{HEADINGS}Ada One,4,4A,K,ASD,P000000000001,no\nBen Two,4,4A,K,SALT,D000000000002,no\n"),
            "SALT is no code of the census",
        ),
        (
            format!("{HEADINGS}Ada One,4,4A,K,ASD,P000000000001,no\nBen Two,4,4A,K,ASD,P000000000001,no\n"),
            "Row 2 has the same number",
        ),
        (format!("{HEADINGS}Ada One,4,4A,K,ASD,123,no\n"), "“123” is not as the census has numbers"),
        (format!("{HEADINGS}Ada One,4,4A,K,ASD,D000000000001,no\n"), "do not belong together"),
        (
            "Full name,Extra help,Needs,UPN,Born\nBen Two,K,ASD,E000432100001,2019-01-01\n".to_owned(),
            "Already belongs to Tomasz",
        ),
        // Nothing of it but the number is Tomek’s: a renamed child keeps a name, or their birthday says who they are.
        ("Full name,UPN\nSomebody Else,E000432100001\n".to_owned(), "write their day of birth too"),
        ("Full name,Extra help,Shoe size\nAda One,Q,31\n".to_owned(), "These columns are not read: Shoe size."),
        ("Full name,Extra help,Needs\nAda One,K,ASD\nADA ONE,K,ASD\n".to_owned(), "give both a number"),
        (
            "Full name,UPN\nTomasz Wieczorek,E000432100001\nTomek Wieczorek,E000432100001\n".to_owned(),
            "Row 2 has the same number",
        ),
        ("Full name,Extra help,Needs\nAda One,K,NSA ASD\n".to_owned(), "NSA says that no type of need is known yet"),
        ("Full name,Needs\nAda One,ASD\n".to_owned(), "Write K for SEN support"),
        (
            format!("{HEADINGS}Ada One,4,4A,K,ASD,P000000000001,no\nTwo, Ben,4,4A,K,ASD,D000000000002,no\n"),
            "more cells than the headings",
        ),
        (
            format!("{HEADINGS}Ada One,4,4A,K,ASD,P000000000001,no\nBen Two,4,\"4A,K,ASD,D000000000002,no\n"),
            "in row 3 is never closed",
        ),
        (
            "Full name,Extra help,Needs,Born\nAda One,K,ASD,2018-02-14\nBen Two,K,ASD,2018-02-30\n".to_owned(),
            "There is no such day",
        ),
        ("Full name,Extra help,Needs,Born\nAda One,K,ASD,2081-02-14\n".to_owned(), "That day has not come yet"),
        ("Full name,Extra help,Needs,Born\nAda One,K,ASD,1800-01-01\n".to_owned(), "nobody born then is at a school"),
        ("Full name,Extra help,Needs,Since\nAda One,K,ASD,2081-02-14\n".to_owned(), "That day has not come yet"),
        (
            "Full name,Extra help,Needs,Born,Since\nAda One,K,ASD,2018-02-14,2017-09-01\n".to_owned(),
            "That is before the child was born",
        ),
        ("a,b\n1,2\n".to_owned(), "none is called “Full name”"),
        (String::new(), "The file is empty"),
        (
            format!(
                "{HEADINGS}Ada One,4,4A,K,ASD,P000000000001,no\n<script>alert(1)</script>,4,4A,Q,,T000000000003,no\n"
            ),
            "Write K for SEN support",
        ),
    ] {
        let answer = server.bring_in(IMPORT, file.as_bytes(), Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.contains("Your file was not brought in") && page.contains(said), "{said}");
        assert!(page.contains("Nothing has changed") && !page.contains("<script>alert"));
        let found = server.register(pike.viewer, RegisterQuery::default()).await.unwrap().paging.found;
        assert_eq!(found, before, "{said}");
    }
    let answer = server.bring_in(IMPORT, &[0xff, 0xfe, 0x00], Some(&cookie)).await;
    assert!(text(answer).await.contains("CSV UTF-8"));
}

#[sqlx::test(migrations = false)]
async fn names_come_in_without_what_nobody_sees_in_them(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let cookie = server.sign_in(&pike).await;
    let file = format!(
        "{HEADINGS}\"Ada\u{1b}[31m\u{7}\u{1}\nBidi \u{202e}One\u{200b}\",4,\"4\u{2}A\r\n\",K,ASD,\u{feff}P000000000001,no\n"
    );
    assert_eq!(server.bring_in(IMPORT, file.as_bytes(), Some(&cookie)).await.status(), StatusCode::SEE_OTHER);
    let rows = server
        .register(pike.viewer, RegisterQuery { name: "bidi".to_owned(), ..RegisterQuery::default() })
        .await
        .unwrap()
        .rows;
    assert_eq!(rows.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["Ada[31m Bidi One"]);
    let csv = text(server.get("/register.csv?name=bidi", Some(&cookie)).await).await;
    assert!(csv.contains("\"P000000000001\",\"Ada[31m Bidi One\",\"Ada[31m\",\"Year 4\",\"4A\""), "{csv}");
    // A name of which nothing is seen is none.
    let answer = server
        .bring_in(IMPORT, format!("{HEADINGS}\u{200b},4,4A,K,ASD,D000000000002,no\n").as_bytes(), Some(&cookie))
        .await;
    assert!(text(answer).await.contains("Every child needs a name."));
}

#[sqlx::test(migrations = false)]
async fn only_those_who_answer_for_the_register_bring_children_in(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let file = format!("{HEADINGS}Ada One,4,4A,K,ASD,P000000000001,no\n");
    for (name, status) in [("Miss Qureshi", StatusCode::FORBIDDEN), ("Agnieszka", StatusCode::FORBIDDEN)] {
        let cookie = server.sign_in(&server.seat("Tomek", name, 3).await).await;
        assert_eq!(server.bring_in(IMPORT, file.as_bytes(), Some(&cookie)).await.status(), status, "{name}");
    }
    assert_eq!(server.bring_in(IMPORT, file.as_bytes(), None).await.status(), StatusCode::UNAUTHORIZED);
    let agnieszka = server.seat("Tomek", "Agnieszka", 3).await;
    assert_eq!(server.register(agnieszka.viewer, RegisterQuery::default()).await, Err(AppError::NotAllowed));
    // A teacher’s register is the children they meet for.
    let teacher = server.seat("Kai", "Miss Fenn", 3).await;
    let own = server.register(teacher.viewer, RegisterQuery::default()).await.unwrap();
    assert_eq!((own.paging.found, own.whole_school, own.may_import), (1, false, false));
}

#[sqlx::test(migrations = false)]
async fn the_census_checks_find_what_does_not_fit(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let clean = server.register(pike.viewer, RegisterQuery::default()).await.unwrap();
    assert!(clean.checks.iter().all(|check| check.broken_by.is_empty()));
    let mut owner = crate::support::owner(&options).await;
    sqlx::query("delete from pupil_needs where code in ('ASD', 'SLCN')").execute(&mut owner).await.unwrap();
    sqlx::query("update pupils set upn = null, born_on = null where upn = 'H000432100003'")
        .execute(&mut owner)
        .await
        .unwrap();
    let page = server.register(pike.viewer, RegisterQuery::default()).await.unwrap();
    let broken: Vec<_> = page.checks.iter().map(|check| check.broken_by.len()).collect();
    assert_eq!(broken, [1, 0, 0, 0, 0, 1, 1]);
    // A number that is no number, and came before such were refused, is not ready either.
    sqlx::query("update pupils set upn = '123' where upn = 'E000432100001'").execute(&mut owner).await.unwrap();
    let page = server.register(pike.viewer, RegisterQuery::default()).await.unwrap();
    let numbers = page.checks.iter().find(|check| check.rule.contains("unique pupil number")).unwrap();
    let mut named: Vec<_> = numbers.broken_by.iter().map(|(_, name)| name.as_str()).collect();
    named.sort_unstable();
    assert!(named.len() == 2 && named[1].starts_with("Tomasz"), "{named:?}");
}

#[sqlx::test(migrations = false)]
async fn what_waits_stands_on_the_first_page_of_staff_and_of_nobody_else(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let staff = async || server.backend.meetings_page(pike.viewer, 1).await.unwrap().staff.unwrap();
    let today = staff().await;
    // Kai’s day was the 17th, Tomek’s is today, the 19th.
    assert_eq!((today.late_reviews, today.drafts.len()), (1, 2));
    assert_eq!((today.reviews[0].name.as_str(), today.reviews[0].late_by), ("Kai", 2));
    assert!(today.drafts.iter().any(|draft| draft.waits_for.contains(&"Marek".to_owned())));
    assert!(today.actions.is_empty());

    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    server.clock.forward(time::Duration::days(30));
    let later = staff().await;
    assert_eq!(later.drafts.len(), 1);
    assert!(later.actions.iter().all(|action| action.overdue) && later.actions.len() == 2);
    // Nobody of the family came: it was a meeting, and none of the three.
    assert_eq!(later.reviews.iter().find(|child| child.name == "Tomek").unwrap().held_this_year, 0);

    for name in ["Agnieszka", "Tomek", "Ruth"] {
        let seat = server.seat("Tomek", name, 3).await;
        assert!(server.backend.meetings_page(seat.viewer, 1).await.unwrap().staff.is_none(), "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn after_a_large_file_the_database_knows_how_many_children_there_are(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let cookie = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    let row = |number| format!("Child {number} Invented,4,4A,K,SLCN,{},no\n", census::invented_upn(number));
    let rows: String = (1..=300).map(row).collect();
    let answer = server.bring_in(IMPORT, format!("{HEADINGS}{rows}").as_bytes(), Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    for table in ["people", "pupils", "pupil_needs"] {
        let known: f32 = sqlx::query_scalar("select reltuples from pg_class where relname = $1")
            .bind(table)
            .fetch_one(&mut crate::support::owner(&options).await)
            .await
            .unwrap();
        assert!(known >= 300.0, "{table}: {known}");
    }
}
