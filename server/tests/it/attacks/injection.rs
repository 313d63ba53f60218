//! Words that would be something else: markup, or SQL. They are words.

use std::{collections::BTreeSet, fs};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use server::http;
use shared::{
    ItemId, Role, Section, Stage,
    doc::NewItem,
    policy::access,
    protocol::Message,
    record::{AgreedRecord, Response as Answer},
    schema,
    splice::Splice,
};
use sqlx::{
    AssertSqlSafe, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tower::ServiceExt;
use uuid::Uuid;

use super::markup::as_markup;
use crate::{
    matrix::{self, Table, Who},
    support::{Seat, TestServer, owner, socket::Tab, text},
};

/// Everything that ends a text, a tag, an attribute, a script or a statement somewhere.
pub(super) const WORDS: &str = "</script></textarea></title><i9q>\" onfocus=i9q ' onblur=i9q <!--<i9q ]]> javascript:i9q \
                     {{i9q}} ${i9q} '); drop table people; -- \\\" \u{2067}";

/// Somebody of each kind at Tomek’s table writes these words into every text they may write.
async fn write_everywhere(server: &TestServer, owner: &mut PgConnection) -> usize {
    let sql = "select display_name from people join participants seat on seat.person_id = people.id
               where seat.meeting_id = $1 and seat.role = 'specialist' limit 1";
    let table = server.seat("Tomek", "Tomek", 3).await.meeting;
    let specialist: String = sqlx::query_scalar(sql).bind(table.0).fetch_one(owner).await.unwrap();
    let address = server.listen().await;
    let (mut client, mut written) = (700, 0);
    for (name, role) in [
        ("Mrs Pike", Role::Facilitator),
        ("Tomek", Role::Pupil),
        ("Agnieszka", Role::Parent),
        ("Miss Qureshi", Role::Teacher),
        (&specialist, Role::Specialist),
    ] {
        let seat = server.seat("Tomek", name, 3).await;
        for section in Section::ALL.into_iter().filter(|section| access(*section, role, Stage::Meeting).can_write()) {
            client += 1;
            let cookie = server.sign_in(&seat).await;
            let mut tab = Tab::connect(&address, &cookie, seat.meeting, section, client).await;
            tab.say(Message::AuthToken(String::new())).await;
            tab.say(Message::SyncStep1(vec![0])).await;
            let opened =
                tab.until(|message| matches!(message, Message::SyncStep2(_) | Message::PermissionDenied(_))).await;
            if matches!(opened, Message::PermissionDenied(_)) {
                continue;
            }
            tab.begin().await;
            // What is there once, and is only written in.
            for list in schema::lists(section).iter().filter(|list| list.single) {
                for (item, field) in
                    tab.doc.items(list).into_iter().flat_map(|item| list.texts().map(move |f| (item, f)))
                {
                    let words = Splice { at: 0, delete: 0, insert: WORDS.to_owned() };
                    tab.edit(|doc| doc.splice(list, item, field.key, &words)).await;
                    tab.until_saved().await;
                    written += 1;
                }
            }
            for list in schema::lists(section).iter().filter(|list| !list.single) {
                let item = ItemId(Uuid::new_v5(&seat.participant.0, list.key.as_bytes()));
                let new = list.texts().fold(NewItem::by(seat.viewer.person), |new, field| new.with(field.key, WORDS));
                tab.edit(|doc| doc.add(list, item, new)).await;
                if tab.until(|message| matches!(message, Message::SyncStatus(_))).await == Message::SyncStatus(true) {
                    written += list.texts().count();
                } else {
                    break;
                }
            }
        }
    }
    written
}

/// Every name and word that is no list of known ones, in whatever table the pages read.
async fn rename_everything(owner: &mut PgConnection) {
    for (table, columns) in [
        ("schools", &["name"][..]),
        ("people", &["full_name", "display_name"]),
        ("pupils", &["class_name", "year_group", "pronouns", "home_language", "upn"]),
        ("pictures", &["words"]),
        ("meetings", &["kind", "place", "mode"]),
        ("participants", &["title"]),
        ("withheld", &["reason"]),
    ] {
        for column in columns {
            let sql = format!("update {table} set {column} = coalesce({column}, '') || $1");
            sqlx::query(AssertSqlSafe(sql)).bind(WORDS).execute(&mut *owner).await.unwrap();
        }
    }
    let sql = "update meetings set ground_rules = ground_rules || $1";
    sqlx::query(sql).bind(WORDS).execute(&mut *owner).await.unwrap();
    sqlx::query("update pupils set communication = communication || $1").bind(WORDS).execute(owner).await.unwrap();
}

#[sqlx::test(migrations = false)]
async fn markup_in_any_text_is_words_on_every_page(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let (senco, mum) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Agnieszka", 3).await);
    let seats: Vec<Seat> = vec![senco.clone(), mum.clone(), server.seat("Tomek", "Tomek", 3).await];
    let kai = server.pupil_of(&server.seat("Kai", "Pat", 3).await).await;
    let child = server.pupil_of(&senco).await;
    let knocking = server.token(&mum).await;
    server.backend.meeting_start(senco.viewer, senco.meeting).await.unwrap();
    let written = write_everywhere(&server, &mut owner).await;
    assert!(written > 70, "{written}");
    server.backend.meeting_answer(mum.viewer, mum.meeting, Answer::PartlyDisagree, WORDS.to_owned()).await.unwrap();
    rename_everything(&mut owner).await;

    let pages = async |label: &str| {
        let mut shown = 0;
        for seat in &seats {
            let cookie = server.sign_in(seat).await;
            for path in [
                "/".to_owned(),
                format!("/meetings/{}", seat.meeting),
                format!("/meetings/{}/record", seat.meeting),
                format!("/pupils/{child}"),
                format!("/pupils/{child}/passport"),
                format!("/pupils/{kai}"),
                format!("/pupils/{kai}/pep"),
                "/register".to_owned(),
                "/register?name=%3C%2Fscript%3E%3C%2Ftextarea%3E%3Ci9q%3E%22+onfocus%3Di9q".to_owned(),
                "/register/import".to_owned(),
                "/map".to_owned(),
                "/map?term=%3Ci9q&who=%22+onfocus%3Di9q".to_owned(),
                "/impact".to_owned(),
                "/delivery".to_owned(),
                "/delivery?on=%3Ci9q%3E&who=%22+onfocus%3Di9q".to_owned(),
                format!("/join/{knocking}"),
                "/code?why=%3Ci9q".to_owned(),
                "/meetings/%3Ci9q%3E".to_owned(),
                "/%3C%2Fscript%3E%3Ci9q%3E".to_owned(),
            ] {
                let answer = server.get(&path, Some(&cookie)).await;
                assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
                let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
                let page = text(answer).await;
                shown += page.matches("i9q").count();
                assert_eq!(as_markup(&page), None, "{label} {path}, {kind:?}");
            }
        }
        shown
    };
    let live = pages("while it goes on").await;
    server.backend.record_agree(senco.viewer, senco.meeting).await.unwrap();
    let agreed = pages("agreed").await;
    assert!(live > 1_000 && agreed > 1_000, "the words are not on the pages: {live}, {agreed}");

    // Not a letter was lost or changed on the way: into the documents, the record, its rows, and out again.
    let cookie = server.sign_in(&mum).await;
    let answer = server.get(&format!("/meetings/{}/record.json", mum.meeting), Some(&cookie)).await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    let record: AgreedRecord = serde_json::from_str(&text(answer).await).unwrap();
    assert!(record.targets.iter().any(|target| target.title == WORDS && target.impact == WORDS));
    // What turns letters around is taken out of what a form sends.
    assert_eq!(record.agreements[0].comment, shared::plain::plain(WORDS).trim_end());
    let people: i64 = sqlx::query_scalar("select count(*) from people").fetch_one(&mut owner).await.unwrap();
    assert!(people > 10);
}

#[sqlx::test(migrations = false)]
async fn sql_in_any_argument_is_an_argument(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let senco = server.sign_in(&server.seat("Tomek", "Mrs Pike", 2).await).await;
    let facilitator = format!("sid={}", matrix::session(Who::Here(Role::Facilitator)));
    let addresses = http::addresses(&server.state);
    let mut asked = 0;
    for (name, given, _) in matrix::rows(&table) {
        let (method, path) = addresses.iter().find(|(method, path)| matrix::name(method, path) == name).unwrap();
        for hostile in [
            "' or '1'='1",
            "'; drop table people; --",
            "1) union select id_hash from login_sessions --",
            "\0",
            "%00",
            "\\'",
        ] {
            for (path, form) in with(path, &given, hostile) {
                for cookie in [&facilitator, &senco] {
                    let request = Request::builder()
                        .method(method)
                        .uri(&path)
                        .header(header::HOST, "meetings.example")
                        .header("sec-fetch-site", "same-origin")
                        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                        .header(header::COOKIE, cookie.as_str());
                    let request = request.body(Body::from(form.clone())).unwrap();
                    let answer = server.router.clone().oneshot(request).await.unwrap();
                    let status = answer.status();
                    let said = text(answer).await;
                    // The database objected to nothing: it was never asked to read the words as SQL.
                    assert!(status != StatusCode::SERVICE_UNAVAILABLE, "{method} {path} {form}: {said}");
                    assert!(!said.contains("\"Unavailable\""), "{method} {path} {form}: {said}");
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
    // A filter that is true of everything finds nobody.
    for path in ["/register.csv?name=%27%20or%20%271%27%3D%271", "/register.csv?class=%27%20or%201%3D1%20--"] {
        let file = text(server.get(path, Some(&senco)).await).await;
        assert_eq!(file.lines().count(), 1, "{file}");
    }
    let people: i64 = sqlx::query_scalar("select count(*) from people").fetch_one(&mut owner).await.unwrap();
    assert!(people > 10);
}

/// The request with each of its arguments in turn in place of these words; also the parts of its path.
fn with(path: &str, given: &str, words: &str) -> BTreeSet<(String, String)> {
    let words = utf8_percent_encode(words, NON_ALPHANUMERIC).to_string();
    if given.starts_with('/') {
        let parts: Vec<_> = given.split('/').collect();
        let changed = (2..parts.len()).map(|at| {
            let mut parts = parts.clone();
            parts[at] = &words;
            (parts.join("/"), String::new())
        });
        return changed.collect();
    }
    let pairs: Vec<_> = given.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let changed = (0..pairs.len()).map(|at| {
        let pairs = pairs.iter().enumerate().map(|(nth, (name, value))| {
            let value = if nth == at { &words } else { *value };
            format!("{name}={value}")
        });
        (path.to_owned(), pairs.collect::<Vec<_>>().join("&"))
    });
    // And as what an address may say beside.
    let beside =
        format!("{path}?name={words}&class={words}&term={words}&year={words}&who={words}&area={words}&page={words}");
    changed.chain((!path.starts_with("/api/")).then_some((beside, String::new()))).collect()
}

/// Every query is one that was there when the server was compiled: no words are put together into SQL.
#[test]
fn no_query_is_put_together_from_words() {
    fn files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files(&source);
    assert!(files.len() > 80);
    for file in files {
        let code = fs::read_to_string(&file).unwrap();
        assert!(!code.contains("AssertSqlSafe") && !code.contains("raw_sql("), "{}", file.display());
    }
}
