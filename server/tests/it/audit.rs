//! What is written down about who did what, and that nobody can change it unseen.

use server::{
    audit::{
        self, Deed, NotVerified, Verb,
        heads::{Heads, Unlike},
    },
    keys,
};
use shared::rights::Post;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    matrix::{Table, Who, session},
    support::{NOON, TestServer, connect, owner, roundtable_in, text},
};

#[sqlx::test(migrations = false)]
async fn deeds_are_kept_in_order_and_without_a_word(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    server.sign_in(&mum).await;
    server.backend.meeting_start(senco.viewer, senco.meeting).await.unwrap();
    server.backend.person_remove(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    server.backend.person_let_back(senco.viewer, senco.meeting, mum.participant).await.unwrap();
    let cookie = server.sign_in(&mum).await;
    let earlier = server.seat("Tomek", "Agnieszka", 2).await;
    server.backend.record_page(earlier.viewer, earlier.meeting).await.unwrap();
    server.get(&format!("/meetings/{}/record.json", earlier.meeting), Some(&cookie)).await;
    server.post("/finish", Some(&cookie)).await;

    let kept: Vec<(i64, Option<uuid::Uuid>, String)> =
        sqlx::query_as("select number, actor, verb from audit where school_id = $1 order by number")
            .bind(mum.viewer.school.0)
            .fetch_all(&mut owner(&options).await)
            .await
            .unwrap();
    let (hers, sencos) = (Some(mum.viewer.person.0), Some(senco.viewer.person.0));
    let expected = [
        (hers, "signed-in"),
        (sencos, "meeting-started"),
        (sencos, "removed"),
        (sencos, "let-back"),
        (hers, "signed-in"),
        (hers, "record-read"),
        (hers, "record-exported"),
        (hers, "signed-out"),
    ];
    let expected: Vec<_> =
        (1..).zip(expected).map(|(number, (actor, verb))| (number, actor, verb.to_owned())).collect();
    assert_eq!(kept, expected);
}

#[sqlx::test(migrations = false)]
async fn who_takes_a_table_of_the_school_away_is_written_down(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let (hers, sencos) = (server.sign_in(&mum).await, server.sign_in(&senco).await);
    for path in ["/map.csv", "/impact.csv", "/register.csv"] {
        assert_eq!(server.get(path, Some(&sencos)).await.status(), 200, "{path}");
        // Who was refused has taken nothing.
        assert_eq!(server.get(path, Some(&hers)).await.status(), 403, "{path}");
    }
    let kept: Vec<(Option<uuid::Uuid>, String)> =
        sqlx::query_as("select actor, verb from audit where school_id = $1 and verb like '%-exported' order by number")
            .bind(senco.viewer.school.0)
            .fetch_all(&mut owner(&options).await)
            .await
            .unwrap();
    let expected = ["map-exported", "impact-exported", "register-exported"];
    assert_eq!(kept, expected.map(|verb| (Some(senco.viewer.person.0), verb.to_owned())));
}

#[sqlx::test(migrations = false)]
async fn who_opens_a_meeting_is_written_down_once_however_long_the_page_is_open(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let hers = server.sign_in(&mum).await;
    assert_eq!(server.get(&format!("/meetings/{}", mum.meeting), Some(&hers)).await.status(), 200);
    // As the open page does at every news of the people in it.
    for _ in 0..5 {
        server.backend.people_now(mum.viewer, mum.meeting).await.unwrap();
    }
    assert_eq!(server.trail_of(&options, "meeting-opened").await, 1);
}

#[sqlx::test(migrations = false)]
async fn the_server_may_add_and_nothing_else(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    server.sign_in(&mum).await;
    for sql in ["update audit set verb = 'agreed'", "delete from audit", "truncate audit"] {
        let mut txn = server.db.begin(mum.viewer.school).await.unwrap();
        let refused = sqlx::query(sql).execute(txn.connection()).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{sql}: {refused}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_row_that_was_changed_or_taken_out_is_found(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    for _ in 0..5 {
        server.sign_in(&mum).await;
    }
    let school = mum.viewer.school;
    let whole = audit::verify(&server.db).await.unwrap();
    assert!(whole.iter().any(|whole| whole.school == school && whole.rows == 5));

    let mut owner = owner(&options).await;
    for (spoil, mend, found) in [
        (
            "update audit set actor = null where number = 3",
            Some("update audit set actor = (select actor from audit where number = 1) where number = 3"),
            3,
        ),
        (
            "update audit set at = at - interval '1 second' where number = 2",
            Some("update audit set at = at + interval '1 second' where number = 2"),
            2,
        ),
        ("delete from audit where number = 4", None, 4),
    ] {
        sqlx::query(spoil).execute(&mut owner).await.unwrap();
        match audit::verify(&server.db).await {
            Err(NotVerified::Tampered(tampered)) => assert_eq!((tampered.school, tampered.number), (school, found)),
            other => panic!("{spoil}: {other:?}"),
        }
        if let Some(mend) = mend {
            sqlx::query(mend).execute(&mut owner).await.unwrap();
            audit::verify(&server.db).await.unwrap();
        }
    }
}

/// The page of the data protection lead.
#[sqlx::test(migrations = false)]
async fn the_data_protection_lead_reads_who_did_what_and_no_word_of_it(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let lead = format!("sid={}", session(Who::Holds(Post::DataProtectionLead)));
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let kai = server.seat("Kai", "Pat", 2).await;
    server.sign_in(&mum).await;
    for read in [&server.seat("Tomek", "Agnieszka", 2).await, &kai] {
        server.backend.record_page(read.viewer, read.meeting).await.unwrap();
    }
    let hidden = Deed::new(senco.viewer.person, Verb::PassageHidden).in_meeting(senco.meeting);
    audit::note(&server.db, senco.viewer.school, hidden, NOON).await.unwrap();

    // Where it is found: on the first page, for them alone.
    let links = async |cookie: &str| text(server.get("/", Some(cookie)).await).await.contains("href=\"/trail\"");
    assert!(links(&lead).await && !links(&format!("sid={}", session(Who::Holds(Post::Head)))).await);

    // Leptos puts marks between words that it may have to change.
    let page =
        async |asked: &str| text(server.get(&format!("/trail?{asked}"), Some(&lead)).await).await.replace("<!>", "");
    let rows = |page: &str| page.matches("<tr role=\"row\">").count() - 1;
    let all = page("").await;
    for deed in ["record read", "passage hidden", "signed in"] {
        assert!(all.contains(&format!(">{deed}</td>")), "{deed}");
    }
    // Of each, who; of what was read, of which child.
    let names: (String, String, String) = sqlx::query_as(
        "select mum.full_name, child.full_name, other.full_name
         from people mum, people other, pupils p join people child on child.id = p.person_id
         where mum.id = $1 and p.id = $2 and other.id = $3",
    )
    .bind(mum.viewer.person.0)
    .bind(table.child.0)
    .bind(kai.viewer.person.0)
    .fetch_one(&mut owner)
    .await
    .unwrap();
    let (of_mum, of_tomek) = (page(&format!("who={}", names.0.replace(' ', "+"))).await, page("child=tomek").await);
    assert!(of_mum.contains(&names.0) && !of_mum.contains(&names.2), "only what she did");
    assert!(of_tomek.contains(&names.1) && rows(&of_tomek) < rows(&all));
    // That something was hidden is known, and not of whom.
    assert!(!of_tomek.contains(">passage hidden</td>") && all.contains(">passage hidden</td>"));
    let read = page("what=record-read").await;
    assert_eq!(read.matches(">record read</td>").count(), rows(&read));
    assert_eq!(page("who=nobody+of+this+name").await.matches("<tr role=\"row\">").count(), 0);

    // Reading it is written down, and the chain is whole.
    let times: i64 =
        sqlx::query_scalar("select count(*) from audit where verb = 'trail-read'").fetch_one(&mut owner).await.unwrap();
    assert_eq!(times, 5);
    audit::verify(&server.db).await.unwrap();

    // Long ones page, and nobody is lost between the pages.
    for _ in 0..120 {
        audit::note(&server.db, mum.viewer.school, Deed::new(mum.viewer.person, Verb::SignedOut), NOON).await.unwrap();
    }
    let (mut next, mut seen) = (Some("what=signed-out".to_owned()), 0);
    while let Some(asked) = next {
        let page = page(&asked).await;
        seen += page.matches(">signed out</td>").count();
        let older =
            page.split("href=\"/trail?").skip(1).find(|link| link.contains("before=") && link.contains("Older"));
        next = older.map(|link| link.split('"').next().unwrap().replace("&amp;", "&"));
    }
    assert_eq!(seen, 120);

    // Nobody reads here of a child they are kept from.
    let sql = "insert into withheld (school_id, pupil_id, person_id, reason)
               select school_id, $1, person_id, 'So it was decided' from posts where post = 'data-protection-lead'
                 and school_id = $2";
    sqlx::query(sql).bind(table.child.0).bind(mum.viewer.school.0).execute(&mut owner).await.unwrap();
    assert!(!page("what=record-read").await.contains(&names.1));
}

/// As whoever answers for the machine types it.
#[sqlx::test(migrations = false)]
async fn the_command_says_that_the_chain_is_whole_and_names_the_row_that_is_not(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    for _ in 0..4 {
        server.sign_in(&mum).await;
    }
    let school = mum.viewer.school;
    let data = tempfile::tempdir().unwrap();
    let verify = async || {
        let output = roundtable_in(data.path(), &options, &["audit", "verify"]).await;
        let said = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), said(&output.stdout), said(&output.stderr))
    };
    // Rows are there, and nothing beside the database that tells of their end: it was taken away, or never was here.
    let (code, said, wrong) = verify().await;
    assert_eq!(code, Some(1), "{said}");
    assert!(wrong.contains("nothing tells whether some were cut off") && wrong.contains("audit accept"), "{wrong}");
    assert!(said.contains(&format!("school {school}: 4 rows")), "what there is is read all the same: {said}");
    let accept = async || {
        let output = roundtable_in(data.path(), &options, &["audit", "accept"]).await;
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    // Who accepts reads what, and it is written down; where there is nothing to accept, nothing is.
    let said = accept().await;
    assert!(said.contains(&format!("school {school}: 4 rows\n  the end that was kept: none\n")), "{said}");
    assert!(said.contains("It is accepted, and written down as row 5"), "{said}");
    assert_eq!(server.trail_of(&options, "trail-accepted").await, 1);
    assert!(accept().await.contains(&format!("school {school}: 5 rows, its end as was known")));
    assert_eq!(server.trail_of(&options, "trail-accepted").await, 1);
    // Cut off the end: how many, which row was the end, and which is.
    let hash = async |row: i64| {
        let hash: String =
            sqlx::query_scalar("select encode(hash, 'hex') from audit where school_id = $1 and number = $2")
                .bind(school.0)
                .bind(row)
                .fetch_one(&mut owner(&options).await)
                .await
                .unwrap();
        format!("row {row}, {hash}")
    };
    let (kept, there) = (hash(5).await, hash(3).await);
    let sql = "delete from audit where school_id = $1 and number > 3";
    sqlx::query(sql).bind(school.0).execute(&mut owner(&options).await).await.unwrap();
    let said = accept().await;
    for words in [&kept, &there, "2 are missing at the least"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, said, _) = verify().await;
    let whole = said.lines().find(|line| line.starts_with(&format!("school {school}: 4 rows, newest "))).unwrap();
    // Kept elsewhere, the newest hash tells when rows are taken off the end.
    let newest: Vec<u8> = sqlx::query_scalar("select hash from audit where school_id = $1 and number = 4")
        .bind(school.0)
        .fetch_one(&mut owner(&options).await)
        .await
        .unwrap();
    assert!(whole.contains(&newest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()), "{whole}");
    assert_eq!(code, Some(0));
    assert!(said.lines().count() > 1, "every school: {said}");

    // A school that is known from outside, and gone with all that was written down of it.
    let gone = shared::SchoolId(uuid::Uuid::from_u128(7));
    server.known_from_outside(data.path(), &options, gone).await;
    let (code, _, wrong) = verify().await;
    assert!(code == Some(1) && wrong.contains(&format!("row 1 of school {gone} is gone")), "{wrong}");
    let said = accept().await;
    let told = format!("school {gone}: it is gone from the database, with all that was written down of it");
    assert!(said.contains(&told) && said.contains("1 rows are missing at the least"), "{said}");
    assert!(!accept().await.contains(&gone.to_string()), "it is told once");
    assert_eq!(verify().await.0, Some(0));

    let sql = "update audit set verb = 'agreed' where school_id = $1 and number = 3";
    sqlx::query(sql).bind(school.0).execute(&mut owner(&options).await).await.unwrap();
    let (code, said, wrong) = verify().await;
    assert_eq!(code, Some(1), "{said}");
    let tampered = format!("row 3 of school {school} was tampered with");
    assert!(wrong.contains(&tampered), "{wrong}");
    // Nor is that accepted with the end.
    let output = roundtable_in(data.path(), &options, &["audit", "accept"]).await;
    let wrong = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && wrong.contains(&tampered) && wrong.contains("and nothing else"), "{wrong}");
    assert!(!said.contains("newest") || !said.contains(&school.to_string()), "{said}");
}

impl TestServer {
    /// A school of which one row was written down and seen from outside, and which is then taken out of the database.
    async fn known_from_outside(&self, data: &std::path::Path, options: &PgConnectOptions, school: shared::SchoolId) {
        let mut owner = owner(options).await;
        for sql in [
            "insert into schools (school_id, name) values ($1, 'Elm Road Primary School')",
            "insert into audit (school_id, number, at, verb, previous, hash) values ($1, 0, now(), 'agreed', '', '')",
        ] {
            sqlx::query(sql).bind(school.0).execute(&mut owner).await.unwrap();
        }
        Heads::in_directory(data).move_on(&self.db).await.unwrap();
        for sql in ["delete from audit where school_id = $1", "delete from schools where school_id = $1"] {
            sqlx::query(sql).bind(school.0).execute(&mut owner).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = false)]
async fn rows_cut_off_the_end_or_written_anew_are_found_from_outside(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    for _ in 0..4 {
        server.sign_in(&mum).await;
    }
    let data = tempfile::tempdir().unwrap();
    let heads = Heads::in_directory(data.path());
    assert!(matches!(heads.check(&server.db).await, Err(Unlike::NotKept(_))), "nothing is known from outside yet");
    heads.accept(&server.db, NOON).await.unwrap();
    server.sign_in(&mum).await;
    heads.move_on(&server.db).await.unwrap();
    heads.check(&server.db).await.unwrap();
    let mut owner = owner(&options).await;
    let school = mum.viewer.school;
    let is_row = |unlike: Result<(), Unlike>, row: i64| matches!(unlike, Err(Unlike::Gone { school: of, rows }) if of == school && rows == row);

    // The newest is cut off: the chain itself is whole.
    sqlx::query("delete from audit where school_id = $1 and number = 6")
        .bind(school.0)
        .execute(&mut owner)
        .await
        .unwrap();
    audit::verify(&server.db).await.unwrap();
    assert!(is_row(heads.check(&server.db).await, 6));
    // Nor is it forgotten when others are written in its place, however long the server goes on.
    server.clock.forward(time::Duration::seconds(1));
    for _ in 0..3 {
        server.sign_in(&mum).await;
    }
    audit::verify(&server.db).await.unwrap();
    assert!(is_row(heads.move_on(&server.db).await, 6));
    assert!(is_row(heads.check(&server.db).await, 6));
    heads.accept(&server.db, NOON).await.unwrap();
    heads.check(&server.db).await.unwrap();

    // All of them copied anew, one of them otherwise: a chain like any other.
    for sql in [
        "create temp table copied as select * from audit where school_id = $1",
        "delete from audit where school_id = $1",
        "insert into audit (school_id, number, at, actor, verb, meeting_id, subject, previous, hash)
         select school_id, 0, at, actor, case number when 3 then 'agreed' else verb end, meeting_id, subject, '', ''
         from copied where school_id = $1 order by number",
    ] {
        sqlx::query(sql).bind(school.0).execute(&mut owner).await.unwrap();
    }
    audit::verify(&server.db).await.unwrap();
    assert!(is_row(heads.check(&server.db).await, 9));

    // Nor by who changes the file, without the key.
    let file = data.path().join("audit-heads");
    let newest: Vec<u8> = sqlx::query_scalar("select hash from audit where school_id = $1 and number = 9")
        .bind(school.0)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    let hash: String = newest.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = std::fs::read_to_string(&file).unwrap();
    let changed = lines.lines().map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [of, rows, _, since] if of == school.to_string() => format!("{of} {rows} {hash} {since}"),
        _ => line.to_owned(),
    });
    std::fs::write(&file, changed.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    assert!(matches!(heads.check(&server.db).await, Err(Unlike::NotOurs(_))));

    // Nor by who takes it away: the server makes no other, however long it goes on.
    std::fs::remove_file(&file).unwrap();
    for _ in 0..2 {
        assert!(matches!(heads.move_on(&server.db).await, Err(Unlike::NotKept(_))));
        assert!(matches!(heads.begin(&server.db).await, Err(Unlike::NotKept(_))));
        assert!(matches!(heads.check(&server.db).await, Err(Unlike::NotKept(_))));
    }
    heads.accept(&server.db, NOON).await.unwrap();
    heads.check(&server.db).await.unwrap();
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn from_outside_it_is_known_from_the_first_row_on(_pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start_on(connect(options.clone()).await);
    let data = tempfile::tempdir().unwrap();
    let heads = Heads::in_directory(data.path());
    heads.begin(&server.db).await.unwrap();
    keys::set_up::make(&server.db, "Mill Lane", ("Mrs Olu Adeyemi", "o.adeyemi@milllane.example"), NOON)
        .await
        .unwrap()
        .unwrap();
    heads.check(&server.db).await.unwrap();
    heads.move_on(&server.db).await.unwrap();
    sqlx::query("delete from audit").execute(&mut owner(&options).await).await.unwrap();
    assert!(matches!(heads.check(&server.db).await, Err(Unlike::Gone { .. })));
    assert!(matches!(heads.move_on(&server.db).await, Err(Unlike::Gone { .. })));
}
