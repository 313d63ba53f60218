//! Everything that is held about a child, as one archive: all of it, nothing of others unasked, and who took it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};

use axum::{
    body::to_bytes,
    http::{StatusCode, header},
};
use serde_json::Value;
use server::{db, subject};
use shared::{
    Section,
    doc::NewItem,
    record::hash,
    schema::{passport, plan::TARGETS, views::VIEWS},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    attacks::markup::as_markup,
    support::{NOON, TestServer, owner, table::item},
    tenants::rows_of_all_tables,
};

pub(crate) type Files = BTreeMap<String, String>;

fn unpack(archive: &[u8]) -> Files {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut content = vec![];
        archive.by_name(&name).unwrap().read_to_end(&mut content).unwrap();
        // All but a picture are letters.
        let content = if name.ends_with(".jpg") { format!("{content:?}") } else { String::from_utf8(content).unwrap() };
        (name, content)
    };
    names.into_iter().map(read).collect()
}

pub(crate) async fn taken(server: &TestServer, name: &str) -> (StatusCode, Option<Files>) {
    let seat = server.seat("Tomek", name, 3).await;
    let cookie = server.sign_in(&seat).await;
    let path = format!("/pupils/{}/export", server.pupil_of(&seat).await);
    let answer = server.post(&path, Some(&cookie)).await;
    let status = answer.status();
    if status != StatusCode::OK {
        return (status, None);
    }
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/zip");
    assert!(answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    (status, Some(unpack(&to_bytes(answer.into_body(), 1 << 24).await.unwrap())))
}

#[sqlx::test(migrations = false)]
async fn everything_about_a_child_is_in_it_and_can_be_read(pool: PgPoolOptions, options: PgConnectOptions) {
    const MARKUP: &str = "<img src=x onerror=i9q> Kai was there, and Agnieszka’s sister";
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let address = server.listen().await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let mut tab = server.open(&address, &mum, Section::Passport, 5).await;
    let new = NewItem::by(mum.viewer.person).with("text", MARKUP);
    tab.edit(|doc| doc.add(&passport::HELP, item(1), new)).await;
    tab.until_saved().await;
    // What is restricted, and what lets somebody in.
    let tomek = server.pupil_of(&mum).await;
    let secret = "a court order of March";
    let sql = "insert into withheld (school_id, pupil_id, person_id, reason) select $1, $2, id, $3 from people
               where school_id = $1 and kind = 'parent' and id <> $4 limit 1";
    let insert = sqlx::query(sql).bind(mum.viewer.school.0).bind(tomek.0).bind(secret).bind(mum.viewer.person.0);
    assert_eq!(insert.execute(&mut owner).await.unwrap().rows_affected(), 1);

    let (_, files) = taken(&server, "Mrs Pike").await;
    let files = files.unwrap();
    // Every record as it was agreed, by its hash, and to be read.
    let mut txn = server.db.begin(mum.viewer.school).await.unwrap();
    let records = db::records::list_of_pupil(&mut txn, tomek).await.unwrap();
    let picture = db::pictures::find(&mut txn, tomek).await.unwrap().unwrap();
    drop(txn);
    assert!(records.len() > 1 && files.contains_key("picture.jpg"));
    for record in &records {
        let kept = files.iter().find(|(_, content)| hash(content) == hash(&record.canonical_json));
        let (name, _) = kept.expect("a record is missing");
        assert!(name.starts_with("records/") && files.contains_key(&name.replace(".json", ".html")), "{name}");
    }
    // Every cycle on one page: the steps, the help, whether it happened, what it cost.
    let cycles = &files["cycles.html"];
    assert_eq!(cycles.matches("<h2>").count(), records.len());
    for words in
        ["Narrative group", " happened</td>", "£", "In all, of what was written down", "not looked back on yet"]
    {
        assert!(cycles.contains(words), "{words}");
    }
    // Everybody’s words in the meeting to come, under their names.
    let meeting =
        files.iter().find(|(name, content)| name.starts_with("meetings/") && content.contains("Kai was there"));
    let (name, page) = meeting.expect("what stands in the documents");
    assert!(page.contains("Agnieszka") && files.contains_key(&name.replace(".html", ".json")));
    for (name, content) in &files {
        match name.rsplit_once('.').unwrap().1 {
            "json" => drop(serde_json::from_str::<Value>(content).unwrap_or_else(|error| panic!("{name}: {error}"))),
            "html" => {
                assert!(content.starts_with("<!DOCTYPE html>") && content.contains("<html lang="), "{name}");
                assert_eq!(as_markup(content), None, "{name}");
                assert!(!content.contains("<script") && !content.contains("<img"), "{name}");
            }
            "jpg" => assert_eq!(*content, format!("{picture:?}"), "{name}"),
            other => panic!("{other}"),
        }
        assert!(!content.contains(secret), "{name} says what is restricted");
    }
    let read_me = &files["README.html"];
    assert!(read_me.contains("<li>picture.jpg</li>") && files["tables/pictures.html"].contains("train driver"));
    assert!(read_me.contains("restricted") && read_me.contains("designated safeguarding lead"));
    // What no family reads on any page is in it, and that is said before it is handed on.
    assert!(files.contains_key("tables/provision_costs.html"));
    let (before, _) = read_me.split_once("What is not in it").unwrap();
    for words in ["what help cost", "premium", "SDQ", "no family", "before you hand it on"] {
        assert!(before.contains(words), "{words}");
    }
    assert!(files["audit.json"].contains("signed-in") && files["audit.json"].contains("Mrs Pike"));

    // The names of others, another child’s first, and not the child’s own.
    let names: Value = serde_json::from_str(&files["names.json"]).unwrap();
    let names: Vec<_> = names.as_array().unwrap().iter().map(|name| (&name["name"], &name["who"])).collect();
    assert_eq!(names[0].1, "another child", "{names:?}");
    assert!(names.iter().any(|(_, who)| *who == "parent") && names.len() > 5);
    assert!(names.iter().all(|(name, _)| !name.as_str().unwrap().starts_with("Tomasz")), "{names:?}");
    assert!(read_me.contains("another child"));
}

#[sqlx::test(migrations = false)]
async fn what_the_child_asked_not_to_share_is_in_no_file_and_the_reader_is_told_to_ask(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    const PRIVATE: [&str; 2] = ["I am afraid at home", "Nobody must hear of the shed"];
    const SAID: &str = "I like the train";
    let server = TestServer::start(pool, options).await;
    let tomek = server.seat("Tomek", "Tomek", 3).await;
    let said = |words| NewItem::by(tomek.viewer.person).with("question", "What is hard?").with("answer", words);
    // A box that was opened, with nothing in it.
    let address = server.listen().await;
    let mut tab = server.open(&address, &tomek, Section::PupilPrivate, 5).await;
    tab.edit(|doc| doc.add(&VIEWS, item(9), said(""))).await;
    tab.until_saved().await;
    let (_, files) = taken(&server, "Mrs Pike").await;
    assert!(!files.unwrap()["README.html"].contains("not to share"), "of a child who asked nothing");

    // One of them taken off the page again, which leaves it in the document.
    for (n, words) in (1..).zip(PRIVATE) {
        tab.edit(|doc| doc.add(&VIEWS, item(n), said(words))).await;
        tab.until_saved().await;
    }
    tab.edit(|doc| doc.remove(&VIEWS, item(2), tomek.viewer.person)).await;
    tab.until_saved().await;
    let mut open = server.open(&address, &tomek, Section::PupilViews, 6).await;
    open.edit(|doc| doc.add(&VIEWS, item(3), said(SAID))).await;
    open.until_saved().await;

    let (_, files) = taken(&server, "Mrs Pike").await;
    let files = files.unwrap();
    for (name, content) in &files {
        for word in PRIVATE.into_iter().chain([Section::PupilPrivate.name()]) {
            assert!(!content.contains(word), "{name}: {word}");
        }
    }
    let kept: Vec<_> = files.iter().filter(|(_, content)| content.contains(SAID)).map(|(name, _)| name).collect();
    let [page, json] = kept[..] else { panic!("{kept:?}") };
    assert!(page.starts_with("meetings/") && json.starts_with("meetings/"), "{kept:?}");
    // Of which meeting it is, and of no other.
    let title = page.strip_prefix("meetings/").unwrap().strip_suffix(".html").unwrap();
    let read_me = &files["README.html"];
    assert!(read_me.contains(&format!("<li>{title}: the child asked us not to share something")), "{read_me}");
    assert_eq!(read_me.matches("asked us not to share").count(), 1);
    assert!(read_me.contains("ask the child about it, together with the data protection lead"));
}

#[sqlx::test(migrations = false)]
async fn no_row_about_a_child_is_forgotten_and_no_secret_handed_out(pool: PgPoolOptions, options: PgConnectOptions) {
    // In another form, or restricted, or nothing but hashes; the archive says so of each.
    const NOT_AS_ROWS: [&str; 13] = [
        "audit",
        "doc_checkpoints",
        "doc_heads",
        "doc_updates",
        "hidden_passages",
        "join_links",
        "let_near",
        "meeting_codes",
        "retention_holds",
        "retention_marks",
        "section_authors",
        "withheld",
        "login_sessions",
    ];
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    let tomek = server.pupil_of(&senco).await;
    let child = server.seat("Tomek", "Tomek", 3).await.viewer.person;
    let address = server.listen().await;
    let mut tab = server.open(&address, &senco, Section::Plan, 5).await;
    tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default().with("title", "read"))).await;
    tab.until_saved().await;
    let (_, files) = taken(&server, "Mrs Pike").await;
    let files = files.unwrap();

    let ids: BTreeSet<String> = sqlx::query_scalar::<_, String>(
        "select id::text from meetings where pupil_id = $1
         union select seat.id::text from participants seat join meetings m on m.id = meeting_id where pupil_id = $1
         union select r.id::text from records r join meetings m on m.id = meeting_id where pupil_id = $1
         union select $1::text union select $2::text",
    )
    .bind(tomek.0)
    .bind(child.0)
    .fetch_all(&mut owner)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let rows = rows_of_all_tables(&mut owner).await;
    let about: BTreeSet<_> = rows
        .iter()
        .filter(|(_, row)| ids.iter().any(|id| row.contains(id.as_str())))
        .map(|(table, _)| table.as_str())
        .collect();
    assert!(about.len() > 20, "{about:?}");
    for table in about.into_iter().filter(|table| !NOT_AS_ROWS.contains(table)) {
        let file = files.get(&format!("tables/{table}.json")).unwrap_or_else(|| panic!("{table} is forgotten"));
        let exported = serde_json::from_str::<Vec<Value>>(file).unwrap().len();
        assert!(exported > 0, "{table}");
    }
    // No hash of a link or a session, as Postgres or as hexadecimal, but for those of the records.
    for (table, row) in
        rows.iter().filter(|(table, _)| ["join_links", "login_sessions", "knocks"].contains(&table.as_str()))
    {
        let row: Value = serde_json::from_str(row).unwrap();
        for value in row.as_object().unwrap().values().filter_map(Value::as_str) {
            let Some(secret) = value.strip_prefix("\\x") else { continue };
            assert!(files.values().all(|content| !content.contains(secret)), "{table}");
        }
    }
    // Nothing of another child, nor of another school.
    for (other, name) in [("Kai", "Pat"), ("Amara", "Denise")] {
        let seat = server.seat(other, name, 2).await;
        let theirs = [server.pupil_of(&seat).await.to_string(), seat.meeting.to_string(), seat.participant.to_string()];
        assert!(files.values().all(|content| theirs.iter().all(|id| !content.contains(id.as_str()))), "{other}");
    }
}

#[sqlx::test(migrations = false)]
async fn those_who_answer_for_the_child_take_it_and_it_is_written_down(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    for name in ["Agnieszka", "Tomek", "Miss Qureshi"] {
        assert_eq!(taken(&server, name).await.0, StatusCode::NOT_FOUND, "{name}");
    }
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    let (tomek, cookie) = (server.pupil_of(&senco).await, server.sign_in(&senco).await);
    let kept = async || -> Vec<Option<uuid::Uuid>> {
        sqlx::query_scalar("select actor from audit where verb = 'subject-exported' and subject = $1 order by number")
            .bind(tomek.0)
            .fetch_all(&mut owner(&options).await)
            .await
            .unwrap()
    };
    assert_eq!(kept().await, []);
    assert_eq!(taken(&server, "Mrs Pike").await.0, StatusCode::OK);
    assert_eq!(kept().await, [Some(senco.viewer.person.0)]);
    // The button is on her page, and on nobody’s who may not.
    let page = format!("/pupils/{tomek}");
    let hers = crate::support::text(server.get(&page, Some(&cookie)).await).await;
    assert!(hers.contains("Download everything"));
    let teacher = server.sign_in(&server.seat("Tomek", "Miss Qureshi", 3).await).await;
    assert!(!crate::support::text(server.get(&page, Some(&teacher)).await).await.contains("Download everything"));
    // Another school’s SENCO, and a child that is none.
    let amara = server.seat("Amara", "Denise", 3).await;
    let mut txn = server.db.begin(amara.viewer.school).await.unwrap();
    assert!(matches!(subject::export(&mut txn, tomek, None, NOON).await, Err(subject::NotExported::NoSuchPupil)));
    let nobody = server.post("/pupils/nonsense/export", Some(&cookie)).await;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
}
