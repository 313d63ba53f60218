//! Words that would be markup in the texts beside the document: names given at the door, reasons, classes, notes, what
//! was hidden, what stands on the pages of accounts; and what leaves as JSON and as tables. They are words.

use axum::{
    body::Body,
    http::{Method, Request, Response, header},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use server::{
    arrivals::{self, Arrival},
    http,
};
use shared::{Role, rights::Post};
use sqlx::{
    AssertSqlSafe, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tower::ServiceExt;
use uuid::Uuid;

use super::{injection::WORDS, markup::as_markup};
use crate::{
    matrix::{self, Table, Who, colleague, session},
    support::{NOON, TestServer, owner, text},
};

/// As much of them as a name may be long.
const NAME: &str = "</script></textarea><i9q>\" onfocus=i9q ' onblur=i9q";

/// The cookie of whoever holds this post.
fn holds(post: Post) -> String {
    format!("sid={}", session(Who::Holds(post)))
}

async fn send(server: &TestServer, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Response<Body> {
    let encode = |words: &str| utf8_percent_encode(words, NON_ALPHANUMERIC).to_string();
    let form = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    server.post_form_as(path, Some(cookie), form).await
}

/// The page has the words, this often at least, and nothing that a browser would take for markup.
fn only_words(what: &str, page: &str, at_least: usize) {
    assert_eq!(as_markup(page), None, "{what}");
    let times = page.matches("i9q").count();
    assert!(times >= at_least, "{what} has them {times} times");
}

/// What no form of ours writes: a school’s name, an account’s, of a device, of a passkey; and a passage that was hidden.
async fn rename(owner: &mut PgConnection, table: &Table, head: Uuid) -> Uuid {
    for (column, of) in [("name", "schools"), ("full_name", "people"), ("device", "login_sessions")] {
        let sql = format!("update {of} set {column} = coalesce({column}, '') || $1");
        sqlx::query(AssertSqlSafe(sql)).bind(WORDS).execute(&mut *owner).await.unwrap();
    }
    let sql = "update accounts set email = email || $1 where person_id = $2";
    sqlx::query(sql).bind(NAME).bind(head).execute(&mut *owner).await.unwrap();
    let sql = "insert into passkeys (school_id, id, person_id, credential_id, key, name, created_at)
               select school_id, $1, $1, '\\x00', '{}', $2, $3 from accounts where person_id = $1";
    sqlx::query(sql).bind(head).bind(WORDS).bind(NOON).execute(&mut *owner).await.unwrap();
    let passage = Uuid::from_u128(77);
    let sql = "insert into hidden_passages
                 (school_id, id, pupil_id, meeting_id, section, field, words, written_by, hidden_by, hidden_at)
               select school_id, $1, pupil_id, id, 'passport', 'passport/help/x/text', $2, array[$3], $3, $4
               from meetings where id = $5";
    let insert = sqlx::query(sql).bind(passage).bind(WORDS).bind(head).bind(NOON).bind(table.now.0);
    insert.execute(&mut *owner).await.unwrap();
    passage
}

#[sqlx::test(migrations = false)]
async fn markup_in_any_text_beside_the_document_is_words(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let facilitator = matrix::viewer(&server, Who::Here(Role::Facilitator)).await;
    let runs = format!("sid={}", session(Who::Here(Role::Facilitator)));
    let (head, senco, child) = (holds(Post::Head), holds(Post::Senco), table.child);
    let (kept, taught) = (colleague(Who::Late).to_string(), colleague(Who::Left).to_string());
    let help = format!("{}.{}", table.agreed, table.help);

    // Each form of the school with the words in every text, also where it is refused and shows what was typed.
    let of_child = |page: &str| format!("/pupils/{child}/{page}");
    for (cookie, path, fields) in [
        (&senco, of_child("keep-from"), vec![("person", kept.as_str()), ("reason", WORDS)]),
        (&senco, of_child("keep-from"), vec![("person", WORDS), ("reason", WORDS)]),
        (
            &senco,
            of_child("register"),
            vec![("provision", "K"), ("need", "SLCN"), ("year_group", "Year 3"), ("class_name", NAME)],
        ),
        (&senco, of_child("register"), vec![("provision", WORDS), ("need", WORDS), ("class_name", WORDS)]),
        (
            &senco,
            "/delivery".to_owned(),
            vec![("help", help.as_str()), ("on", "2026-11-19"), ("told", "cancelled"), ("why", WORDS), ("note", NAME)],
        ),
        (
            &head,
            "/staff/posts".to_owned(),
            vec![("person", taught.as_str()), ("post", "teacher"), ("class", WORDS), ("shown", WORDS)],
        ),
        (&head, "/staff".to_owned(), vec![("name", NAME), ("email", WORDS), ("post", WORDS)]),
        (&head, "/staff".to_owned(), vec![("name", NAME), ("email", "z@new.example"), ("post", "teacher")]),
        (&head, "/account/password".to_owned(), vec![("now", WORDS), ("code", WORDS), ("password", WORDS)]),
        (&head, "/signin".to_owned(), vec![("email", WORDS), ("password", WORDS), ("code", WORDS)]),
        (&runs, "/code".to_owned(), vec![("code", WORDS), ("name", WORDS)]),
    ] {
        let answer = text(send(&server, cookie, &path, &fields).await).await;
        assert_eq!(as_markup(&answer), None, "{path} {fields:?}");
    }

    // Somebody gives such a name at the door: whoever runs the meeting sees it, and they themselves.
    server.backend.code_make(facilitator, table.now).await.unwrap();
    let code = server.backend.door_page(facilitator, table.now).await.unwrap().code.unwrap().digits;
    let Ok(Arrival::AtDoor { secret }) = arrivals::by_code(&server.state, None, &code, NAME, WORDS).await.unwrap()
    else {
        panic!("nobody was let to the door")
    };
    let lobby = text(server.get("/lobby", Some(&format!("knock={secret}"))).await).await;
    only_words("/lobby", &lobby, 3);
    let meeting = format!("/meetings/{}", table.now);
    // Who knocks is asked for by the page while it lives: below.

    let holder = Uuid::new_v5(&Uuid::nil(), format!("{:?}", Who::Holds(Post::Head)).as_bytes());
    let passage = rename(&mut owner, &table, holder).await;
    for (cookie, path, at_least) in [
        (&senco, of_child("register"), 12),
        (&senco, format!("/pupils/{child}"), 3),
        (&senco, "/register".to_owned(), 3),
        (&senco, "/delivery".to_owned(), 3),
        (&head, "/account".to_owned(), 9),
        (&head, "/staff".to_owned(), 30),
        (&head, "/staff/posts".to_owned(), 30),
        (&holds(Post::SafeguardingLead), "/safeguarding".to_owned(), 3),
        (&holds(Post::SafeguardingLead), format!("/safeguarding?passage={passage}"), 9),
        (&holds(Post::DataProtectionLead), "/trail".to_owned(), 30),
        (&holds(Post::DataProtectionLead), "/trail?who=%3Ci9q%3E%22+onfocus%3Di9q&child=%3Ci9q".to_owned(), 3),
        (&runs, meeting, 6),
    ] {
        only_words(&path, &text(server.get(&path, Some(cookie)).await).await, at_least);
    }

    // What a page asks for while it lives is JSON, and no page.
    for (method, path) in http::addresses(&server.state) {
        if !["read_people", "read_door"].contains(&matrix::name(&method, &path).as_str()) {
            continue;
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(&path)
            .header(header::HOST, "meetings.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &runs);
        let request = request.body(Body::from(format!("meeting={}", table.now))).unwrap();
        let answer = server.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json", "{path}");
        let json: serde_json::Value = serde_json::from_str(&text(answer).await).unwrap();
        assert!(json.to_string().contains("i9q"), "{path}");
    }

    // And a table is one to keep, not one to look at: as many lines as there are children, each word in its cell.
    for path in ["/register.csv", "/map.csv", "/impact.csv"] {
        let lines = async || {
            let answer = server.get(path, Some(&head)).await;
            assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
            assert!(answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
            text(answer).await
        };
        let file = lines().await;
        let quotes = file.matches('"').count();
        assert!(quotes.is_multiple_of(2), "{path}: a cell that does not end");
        if path == "/register.csv" {
            // Quoted as a whole, with the quote in it doubled.
            assert!(file.contains("<i9q>\"\" onfocus=i9q"), "{file}");
        }
    }
}
