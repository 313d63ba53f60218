//! Five hundred meetings are opened, written in, and left, or asked for in vain: the server gives their memory back.

use std::time::Duration;

use futures::future::join_all;
use server::room::state::GRACE;
use shared::{MeetingId, Section, doc::NewItem, protocol::Message, schema::plan::TARGETS, splice::Splice};
use tokio::time::{sleep, timeout};

use crate::support::{house::House, socket::Tab, table::item};

const ROOMS: usize = 500;
/// The base is what is left when so many have come and gone: by then everything that is made once is.
const FIRST: usize = 10;

const LETTERS: u32 = 200;

/// How many come at once who are not let in.
const STORM: usize = 50;
const NOWHERE: MeetingId = MeetingId(uuid::Uuid::nil());

/// For memory to be given back, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_five_hundred_rooms_took_is_given_back() {
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let house = House::open(&[("ROUNDTABLE_EMPTY_ROOM_SECONDS", "1"), ("ROUNDTABLE_ADMIN_ADDR", &admin)]).await;
    let places = house.places("Tomek");
    let meetings = like(&house, places[0].meeting, ROOMS).await;
    let mut cookies = vec![];
    for role in ["facilitator", "parent"] {
        let place = places.iter().find(|place| place.role == role).unwrap();
        cookies.push(house.sign_in(place).await);
    }
    let fresh = house.memory();
    drop(visit(&house, &meetings[..FIRST], &cookies, 1_000).await);
    until_empty(&house, &admin).await;
    let base = house.memory();

    let tabs = visit(&house, &meetings, &cookies, 10_000).await;
    let open = house.memory();
    drop(tabs);
    until_empty(&house, &admin).await;
    assert!(GRACE > Duration::from_secs(1), "the time they stay was shortened for this test alone");

    let left = given_back(&house, base).await;
    println!(
        "memory: {:.1} MB fresh, {:.1} MB base, {:.1} MB with {ROOMS} rooms of two people ({:.0} kB a room), \
         {:.1} MB after they left ({:+.1} % of base)",
        mb(fresh),
        mb(base),
        mb(open),
        (open.saturating_sub(base)) as f64 / 1e3 / ROOMS as f64,
        mb(left),
        (left as f64 / base as f64 - 1.0) * 100.0,
    );
}

/// A page that is not let in comes again, and again: it is refused each time, and leaves nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_storm_of_refused_visits_took_is_given_back() {
    let admin = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let house = House::open(&[("ROUNDTABLE_EMPTY_ROOM_SECONDS", "1"), ("ROUNDTABLE_ADMIN_ADDR", &admin)]).await;
    let places = house.places("Tomek");
    let parent = places.iter().find(|place| place.role == "parent").unwrap();
    let (cookie, elsewhere) = (house.sign_in(parent).await, house.places("Kai")[0].meeting);
    let meetings = like(&house, parent.meeting, ROOMS).await;
    // Of rooms that are loaded for this alone, of another child’s meeting, and of none.
    let not_theirs =
        |meeting| [(meeting, Section::StaffPreparation), (elsewhere, Section::Plan), (NOWHERE, Section::Plan)];
    let come = async |meetings: &[MeetingId]| {
        for at_once in meetings.chunks(STORM) {
            join_all(at_once.iter().map(|meeting| refused(&house, &cookie, not_theirs(*meeting)))).await;
        }
        until_empty(&house, &admin).await;
    };
    come(&meetings[..STORM]).await;
    let base = house.memory();
    come(&meetings).await;
    let left = given_back(&house, base).await;
    println!("memory: {:.1} MB base, {:.1} MB after {ROOMS} refused visits", mb(base), mb(left));
}

/// Asks for each of these on a socket of their own, and is refused each.
async fn refused(house: &House, cookie: &str, asked: [(MeetingId, Section); 3]) {
    let mut tab = Tab::connect(&house.address, cookie, asked[0].0, asked[0].1, 1).await;
    for (meeting, section) in asked {
        tab.send(Tab::packet(meeting, section, Message::AuthToken(String::new()))).await;
        tab.until(|message| matches!(message, Message::PermissionDenied(_))).await;
    }
}

/// What the server still keeps, once that is no more than a tenth above this base.
async fn given_back(house: &House, base: usize) -> usize {
    let bound = base + base / 10;
    let given_back = async {
        while house.memory() > bound {
            sleep(Duration::from_millis(100)).await;
        }
    };
    let in_time = timeout(PATIENCE, given_back).await.is_ok();
    let left = house.memory();
    assert!(in_time, "{:.1} MB are left of a base of {:.1} MB", mb(left), mb(base));
    left
}

fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// So many meetings like this one, with the same people.
async fn like(house: &House, meeting: MeetingId, count: usize) -> Vec<MeetingId> {
    let mut postgres = house.postgres().await;
    let sql = format!(
        "create temp table made as select gen_random_uuid() as id from generate_series(1, {count});
         insert into meetings
           select (jsonb_populate_record(m, jsonb_build_object('id', made.id, 'previous_meeting_id', null))).*
           from meetings m, made where m.id = '{meeting}';
         insert into participants
           select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'meeting_id', made.id))).*
           from participants p, made where p.meeting_id = '{meeting}';
         do $$
         declare part text;
         begin
           -- In the order in which they refer to one another.
           foreach part in array array['doc_checkpoints', 'doc_heads', 'section_authors'] loop
             if to_regclass(part) is not null then
               execute format(
                 'insert into %I select (jsonb_populate_record(t, jsonb_build_object(''meeting_id'', made.id))).*
                  from %I t, made where t.meeting_id = %L', part, part, '{meeting}');
             end if;
           end loop;
         end $$;"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut postgres).await.unwrap();
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select id from made").fetch_all(&mut postgres).await.unwrap();
    ids.into_iter().map(MeetingId).collect()
}

/// Comes into each of these meetings with each of these people. One of them writes.
async fn visit(house: &House, meetings: &[MeetingId], cookies: &[String], hands: u64) -> Vec<Tab> {
    let mut tabs = vec![];
    for meeting in meetings {
        for cookie in cookies {
            let client = hands + tabs.len() as u64;
            let mut tab = Tab::connect(&house.address, cookie, *meeting, Section::Plan, client).await;
            tab.begin().await;
            tabs.push(tab);
        }
        let writer = tabs.last_mut().unwrap();
        let this = item(writer.doc.client_id().into());
        writer.edit(|doc| doc.add(&TARGETS, this, NewItem::default())).await;
        for at in (0..LETTERS).step_by(20) {
            let words = Splice { at, delete: 0, insert: "twenty letters more ".to_owned() };
            writer.edit(|doc| doc.splice(&TARGETS, this, "impact", &words)).await;
        }
        for _ in 0..=LETTERS / 20 {
            writer.until_saved().await;
        }
    }
    tabs
}

async fn until_empty(house: &House, admin: &str) {
    let rooms = async {
        loop {
            let metrics = ask(admin).await;
            let none = |what| metrics.lines().any(|line| line == format!("roundtable_{what} 0"));
            if none("rooms") && none("connections") {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let empty = timeout(PATIENCE, rooms).await;
    assert!(empty.is_ok(), "rooms stayed: {}", house.said());
}

async fn ask(admin: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(admin).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
