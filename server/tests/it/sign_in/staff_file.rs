//! Colleagues brought in by a file: looked at first, all or nobody, each with a link of their own.

use super::*;

const IMPORT: &str = "/staff/import";

async fn accounts_here(options: &PgConnectOptions) -> i64 {
    sqlx::query_scalar("select count(*) from accounts").fetch_one(&mut owner(options).await).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn colleagues_of_a_file_begin_together_each_with_a_link(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let pike = pike(&server).await;
    let cookie = pike.sign_in(&server).await;
    let before = accounts_here(&options).await;
    let file = "Name,Email,Post,Class\n\
                Ms Ada Bell,A.Bell@larkfield.example,Teacher,5 Oak\n\
                Mr Sam Okafor,s.okafor@larkfield.example,\"Designated teacher, assistant\",\n";
    let page = text(server.send_file(IMPORT, file.as_bytes(), Some(&cookie)).await).await;
    for said in ["2 new", "Ms Ada Bell", "a.bell@larkfield.example", "Designated teacher, Assistant", "5 Oak"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("/welcome/"), "nobody has a link before somebody says yes");
    assert_eq!(accounts_here(&options).await, before);

    let page = text(server.say_yes(IMPORT, &page, Some(&cookie)).await).await;
    assert_eq!(accounts_here(&options).await, before + 2);
    assert_eq!(page.matches("/welcome/").count(), 2, "{page}");
    let made: i64 = sqlx::query_scalar("select count(*) from audit where verb = 'account-made' and actor = $1")
        .bind(pike.viewer().person.0)
        .fetch_one(&mut owner(&options).await)
        .await
        .unwrap();
    assert_eq!(made, 2, "each is written down");
    // The link leads where the one from the form does.
    let link = page.split("/welcome/").nth(1).unwrap().split('"').next().unwrap();
    let welcome = text(server.get(&format!("/welcome/{link}"), None).await).await;
    assert!(welcome.contains("a.bell@larkfield.example"), "{welcome}");
    let posts: Vec<(String, String)> = sqlx::query_as(
        "select post, class_name from posts p join people on people.id = p.person_id
         where full_name in ('Ms Ada Bell', 'Mr Sam Okafor') order by post",
    )
    .fetch_all(&mut owner(&options).await)
    .await
    .unwrap();
    let posts: Vec<_> = posts.iter().map(|(post, class)| (post.as_str(), class.as_str())).collect();
    assert_eq!(posts, [("assistant", ""), ("designated-teacher", ""), ("teacher", "5 Oak")]);

    // Who works here already gets an account, and is not made a second time.
    let qureshi = "Name,E-mail,Post\nMISS Farrah Qureshi,f.qureshi@larkfield.example,Assistant\n";
    let people = async || -> i64 {
        sqlx::query_scalar("select count(*) from people").fetch_one(&mut owner(&options).await).await.unwrap()
    };
    let everybody = people().await;
    let page = text(server.send_file(IMPORT, qureshi.as_bytes(), Some(&cookie)).await).await;
    assert!(page.contains("0 new, 1 changed") && page.contains("Their posts stay"), "{page}");
    let page = text(server.say_yes(IMPORT, &page, Some(&cookie)).await).await;
    assert!(page.contains("/welcome/"), "{page}");
    assert_eq!((people().await, accounts_here(&options).await), (everybody, before + 3));

    // Sent again, nobody begins twice.
    let again = text(server.send_file(IMPORT, file.as_bytes(), Some(&cookie)).await).await;
    assert!(again.contains("0 new, 0 changed, 2 as they are") && again.contains("there is nothing to bring in"));
}

#[sqlx::test(migrations = false)]
async fn a_file_with_one_wrong_colleague_begins_nobody(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let cookie = pike(&server).await.sign_in(&server).await;
    let stranger = server.seat("Amara", "Denise", 3).await;
    let mut txn = server.db.begin(stranger.viewer.school).await.unwrap();
    let theirs = "x@brackenmoor.example";
    keys::accounts::open(&server.state, &mut txn, stranger.viewer.person, theirs, None).await.unwrap().unwrap();
    txn.commit().await.unwrap();
    let before = accounts_here(&options).await;
    for (row, said) in [
        (",a@b.example,Teacher,", "Write their name"),
        ("Ben Two,ben,Teacher,", "Write an e-mail"),
        ("Ben Two,ada@b.example,Teacher,", "Row 2 has the same e-mail"),
        ("Ben Two,x@brackenmoor.example,Teacher,", "an account has it already"),
        ("Ben Two,ben@b.example,Janitor,", "Write one of these"),
        ("Ben Two,ben@b.example,,", "Write one of these"),
        ("Ben Two,ben@b.example,Head,4A", "Only a teacher has a class"),
        ("Two, Ben,ben@b.example,Teacher,4A", "more cells than the headings"),
    ] {
        let file = format!("Name,E-mail,Post,Class\nAda One,ada@b.example,Teacher,\n{row}\n");
        let answer = server.send_file(IMPORT, file.as_bytes(), Some(&cookie)).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{row}");
        let page = text(answer).await;
        assert!(page.contains("Your file was not brought in") && page.contains(said), "{said}: {page}");
        assert_eq!(accounts_here(&options).await, before);
    }
    let whole = server.send_file(IMPORT, b"Name,Post\nAda,Teacher\n", Some(&cookie)).await;
    assert!(text(whole).await.contains("none is called “E-mail”"));
}
