//! Every address and command of one school, asked with the ids of another.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::to_bytes,
    http::{Method, Request, StatusCode, header},
};
use server::http;
use shared::{Role, SchoolId, Section, protocol::Message};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tower::ServiceExt;
use uuid::Uuid;

use super::{catalogue::state_of, ids, relations, rows as rows_of, schools};
use crate::{
    matrix::{self, Table, Who},
    support::{NOON, Seat, TestServer, owner, socket::Tab},
};

/// What a request may hold of us, and what stands for it in the other school.
async fn counterparts(server: &TestServer, owner: &mut PgConnection, table: &Table) -> Vec<(String, String)> {
    let (theirs, earlier) = (server.seat("Amara", "Denise", 3).await, server.seat("Amara", "Denise", 2).await);
    let mut knocks = vec![];
    for (number, ours) in (11..).zip(table.knocks) {
        let knock = Uuid::from_u128(number);
        let sql = "insert into knocks (school_id, id, meeting_id, name, device, secret_hash, knocked_at, seen_at)
                   values ($1, $2, $3, 'Yewande', '', sha256(uuid_send($2)), $4, $4)";
        let insert = sqlx::query(sql).bind(theirs.viewer.school.0).bind(knock).bind(theirs.meeting.0).bind(NOON);
        insert.execute(&mut *owner).await.unwrap();
        knocks.push((ours.to_string(), knock.to_string()));
    }
    let child = server.pupil_of(&theirs).await;
    let sql = "select a.item_id from actions a join records r on r.id = a.record_id where r.meeting_id = $1 limit 1";
    let promised: Uuid = sqlx::query_scalar(sql).bind(earlier.meeting.0).fetch_one(owner).await.unwrap();
    let pairs = [
        (table.now.to_string(), theirs.meeting.to_string()),
        (table.agreed.to_string(), earlier.meeting.to_string()),
        (table.other.to_string(), theirs.participant.to_string()),
        (table.child.to_string(), child.to_string()),
        (table.promised.to_string(), promised.to_string()),
    ];
    pairs.into_iter().chain(knocks).collect()
}

/// The request with all that it holds of us changed for what is theirs, and with each alone.
fn foreign(given: &str, counterparts: &[(String, String)]) -> Vec<String> {
    let held: Vec<_> = counterparts.iter().filter(|(ours, _)| given.contains(ours.as_str())).collect();
    let all = held.iter().fold(given.to_owned(), |given, (ours, theirs)| given.replace(ours.as_str(), theirs));
    let each = held.iter().map(|(ours, theirs)| given.replace(ours.as_str(), theirs));
    let variants: BTreeSet<_> = each.chain([all.clone()]).filter(|variant| variant != given).collect();
    // First the one that holds nothing of us.
    let mut variants: Vec<_> = variants.into_iter().collect();
    variants.sort_by_key(|variant| *variant != all);
    variants
}

/// What is said of the other school’s people nowhere but there: names, ids, hashes.
async fn words_of_theirs(server: &TestServer, owner: &mut PgConnection) -> BTreeSet<String> {
    let (ours, theirs) = schools(server).await;
    words_of(owner, theirs, ours).await
}

/// What stands in the rows of this school alone, and not in those of the other.
pub(crate) async fn words_of(owner: &mut PgConnection, theirs: SchoolId, ours: SchoolId) -> BTreeSet<String> {
    let (mut of_us, mut of_them) = (String::new(), BTreeSet::new());
    for relation in relations(owner).await {
        of_us += &rows_of(owner, &relation, Some(ours)).await.join("\n");
        of_them.extend(ids(&rows_of(owner, &relation, Some(theirs)).await));
    }
    let sql = "select unnest(array[full_name, display_name]) from people where school_id = $1
               union select name from knocks where school_id = $1";
    of_them.extend(sqlx::query_scalar::<_, String>(sql).bind(theirs.0).fetch_all(&mut *owner).await.unwrap());
    of_them.retain(|word| word.len() > 3 && !of_us.contains(word.as_str()));
    of_them
}

pub(crate) async fn ask(
    server: &TestServer,
    cookie: &str,
    method: &Method,
    path: &str,
    given: &str,
) -> (StatusCode, String) {
    let (request, body) = matrix::request(method, path, given);
    let response =
        server.router.clone().oneshot(request.header(header::COOKIE, cookie).body(body).unwrap()).await.unwrap();
    let (status, headers) = (response.status(), format!("{:?}", response.headers()));
    // An archive too: what is in it is not packed.
    let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, headers + &String::from_utf8_lossy(&body))
}

#[sqlx::test(migrations = false)]
async fn no_address_answers_to_an_id_of_another_school(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let table = Table::set(&server, &mut owner).await;
    let counterparts = counterparts(&server, &mut owner, &table).await;
    let senco = server.sign_in(&server.seat("Tomek", "Mrs Pike", 2).await).await;
    let askers: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| (format!("{role:?}"), format!("sid={}", matrix::session(Who::Here(role)))))
        .chain([("the SENCO".to_owned(), senco)])
        .collect();
    let (_, theirs) = schools(&server).await;
    let words = words_of_theirs(&server, &mut owner).await;
    assert!(words.len() > 100 && words.contains("Yewande") && words.contains("Denise"), "{}", words.len());
    let before = state_of(&mut owner, theirs).await;

    let addresses: BTreeMap<String, (Method, String)> = http::addresses(&server.state)
        .into_iter()
        .map(|(method, path)| (matrix::name(&method, &path), (method, path)))
        .collect();
    let (mut asked, mut wrong) = (0, vec![]);
    for (name, given, _) in matrix::rows(&table) {
        let (method, path) = &addresses[name];
        for (nth, variant) in foreign(&given, &counterparts).into_iter().enumerate() {
            for (who, cookie) in &askers {
                let (status, said) = ask(&server, cookie, method, path, &variant).await;
                asked += 1;
                // Nothing of it is theirs: then it is not there.
                let is_refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&status);
                let is_there = nth == 0 && !(is_refused || said.contains("NotFound"));
                let leaked: Vec<_> = words
                    .iter()
                    .filter(|word| said.contains(word.as_str()) && !variant.contains(word.as_str()))
                    .collect();
                // A command says every refusal with the same status, and which it is in its answer.
                let is_broken = status == StatusCode::SERVICE_UNAVAILABLE || said.contains("\"Unavailable\"");
                if is_there || is_broken || !leaked.is_empty() {
                    wrong.push(format!("{name} {variant}, {who}: {status}, {leaked:?}"));
                }
            }
            if state_of(&mut owner, theirs).await != before {
                panic!("{name} {variant} changed something in another school");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked > 300, "{asked}");
}

#[sqlx::test(migrations = false)]
async fn no_page_about_many_children_has_one_of_another_school(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let mut owner = owner(&options).await;
    let words = words_of_theirs(&server, &mut owner).await;
    let cookie = server.sign_in(&server.seat("Tomek", "Mrs Pike", 3).await).await;
    let whole: Vec<_> = http::addresses(&server.state)
        .into_iter()
        .filter(|(method, path)| method == Method::GET && !path.contains('{') && path != "/live")
        .collect();
    assert!(whole.len() > 10);
    for (method, path) in whole {
        let (status, said) = ask(&server, &cookie, &method, &path, "").await;
        let leaked: Vec<_> = words.iter().filter(|word| said.contains(word.as_str())).collect();
        assert!(leaked.is_empty() && !status.is_server_error(), "{path}: {status}, {leaked:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn no_section_of_another_school_is_opened_by_a_socket(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let (senco, theirs) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Amara", "Denise", 3).await);
    let cookie = server.sign_in(&senco).await;
    for section in Section::ALL {
        let mut tab = Tab::connect(&address, &cookie, theirs.meeting, section, 600).await;
        tab.say(Message::AuthToken(String::new())).await;
        tab.say(Message::SyncStep1(vec![0])).await;
        tab.say(Message::QueryAwareness).await;
        let heard = tab.heard_so_far().await;
        assert!(!heard.is_empty(), "{section:?}");
        for message in heard {
            assert!(matches!(message, Message::PermissionDenied(_)), "{section:?}: {message:?}");
        }
    }
    // Nor does naming somebody of the other school in the address make one theirs.
    let Seat { viewer, .. } = theirs;
    let request =
        Request::get(format!("/live?person={}", viewer.person)).header(header::ORIGIN, "http://meetings.example");
    assert_eq!(server.ask(request, Some(&cookie)).await.status(), StatusCode::CONFLICT);
}
