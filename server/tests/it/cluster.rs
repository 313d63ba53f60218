//! Several server processes on one database: with NATS they serve a meeting together, without it they take turns.

use std::time::Duration;

use app::api::records::AgreeAndSave;
use leptos::server_fn::ServerFn;
use shared::{
    Section, Stage,
    doc::{NewItem, SectionDoc},
    event::{Refusal, ServerEvent},
    protocol::{
        CloseCode, Message,
        awareness::{self, Entry},
    },
    schema::plan::TARGETS,
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::OffsetDateTime;
use tokio::time::{sleep, timeout};

use crate::support::{
    NOON, Seat, TestServer, kept,
    nats::{Nats, url},
    node::Node,
    owner,
    socket::Tab,
    table::item,
    way::Way,
};

/// Long enough for the slowest machine; nobody waits for it who sees what they wait for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who sits there, and the cookies they came with; the server it makes never opens a room.
struct Invited {
    server: TestServer,
    options: PgConnectOptions,
}

impl Invited {
    async fn new(pool: PgPoolOptions, options: PgConnectOptions) -> Self {
        let server = TestServer::start(pool, options.clone()).await;
        // Cookies that are good for processes, which have a real clock.
        server.clock.forward(OffsetDateTime::now_utc() - NOON);
        let mut owner = owner(&options).await;
        // On their own day: what was promised for the week after is still to come.
        let opened = "update meetings set stage = 'meeting', opened_at = (held_on + held_at) at time zone 'UTC'
                      where stage = 'preparing'";
        sqlx::raw_sql(opened).execute(&mut owner).await.unwrap();
        Self { server, options }
    }

    async fn node(&self, nats: impl Into<Option<String>>) -> Node {
        Node::start(&self.options, nats.into()).await
    }

    async fn seat(&self, name: &str) -> Seat {
        self.server.seat("Tomek", name, 3).await
    }

    /// Somebody’s tab with the plan open.
    async fn open(&self, node: &Node, name: &str, client_id: u64) -> Tab {
        self.server.open(&node.address, &self.seat(name).await, Section::Plan, client_id).await
    }

    /// Of one target of the plan, as Postgres alone would give it back now.
    async fn words_kept(&self, n: u128) -> String {
        let meeting = self.seat("Mrs Pike").await.meeting;
        words(&kept(&mut owner(&self.options).await, meeting, Section::Plan).await, n)
    }

    async fn kept(&self) -> i64 {
        let mut owner = owner(&self.options).await;
        sqlx::query_scalar("select count(*) from doc_updates").fetch_one(&mut owner).await.unwrap()
    }

    /// Whom Postgres believes to be there, and to have a meeting.
    async fn servers_that_hold(&self) -> i64 {
        let mut owner = owner(&self.options).await;
        let sql = "select count(distinct pid) from pg_locks
                   where locktype = 'advisory'
                     and database = (select oid from pg_database where datname = current_database())";
        sqlx::query_scalar(sql).fetch_one(&mut owner).await.unwrap()
    }
}

fn target(words: &str) -> NewItem {
    NewItem::default().with("title", words)
}

fn words(doc: &SectionDoc, n: u128) -> String {
    doc.words(&TARGETS, item(n), "title")
}

async fn add(tab: &mut Tab, n: u128, words: &str) {
    tab.edit(|doc| doc.add(&TARGETS, item(n), target(words))).await;
}

async fn append(tab: &mut Tab, n: u128, more: &str) {
    let at = words(&tab.doc, n).encode_utf16().count();
    let splice = Splice { at: at.try_into().unwrap(), delete: 0, insert: more.to_owned() };
    tab.edit(|doc| doc.splice(&TARGETS, item(n), "title", &splice)).await;
}

async fn until_says(tab: &mut Tab, n: u128, wanted: &str) {
    tab.until_doc(|doc| words(doc, n) == wanted).await;
}

#[sqlx::test(migrations = false)]
async fn people_on_two_servers_sit_at_one_table(pool: PgPoolOptions, options: PgConnectOptions) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let (one, other) = tokio::join!(table.node(nats.url()), table.node(nats.url()));
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    let mut senco = table.open(&other, "Mrs Pike", 6).await;
    let here = |message: &Message, seats: &[&Seat]| match message {
        Message::Stateless(json) => match serde_json::from_str(json) {
            Ok(ServerEvent::Here { participants, .. }) => {
                participants.len() == seats.len() && seats.iter().all(|seat| participants.contains(&seat.participant))
            }
            _ => false,
        },
        _ => false,
    };
    let (mums, sencos) = (table.seat("Agnieszka").await, table.seat("Mrs Pike").await);
    mum.until(|message| here(message, &[&mums, &sencos])).await;

    add(&mut mum, 1, "read a page").await;
    until_says(&mut senco, 1, "read a page").await;
    append(&mut senco, 1, " every day").await;
    until_says(&mut mum, 1, "read a page every day").await;
    for n in 2..20 {
        add(&mut mum, n, "hers").await;
        add(&mut senco, 100 + n, "his").await;
    }
    until_says(&mut mum, 119, "his").await;
    until_says(&mut senco, 19, "hers").await;
    assert_eq!(mum.doc.state_vector(), senco.doc.state_vector());
    assert_eq!(mum.doc.items(&TARGETS), senco.doc.items(&TARGETS));

    let said = awareness::encode(&[Entry { client_id: 5, clock: 1, state: r#"{"typing":true}"#.to_owned() }]);
    mum.say(Message::Awareness(said)).await;
    let is_mum = |message: &Message| matches!(message, Message::Awareness(body) if String::from_utf8_lossy(body).contains("Agnieszka"));
    senco.until(is_mum).await;
    one.stop().await;
    let is_gone = |message: &Message| match message {
        Message::Awareness(body) => {
            awareness::decode(body).unwrap().iter().any(|entry| entry.client_id == 5 && entry.state == "null")
        }
        _ => false,
    };
    senco.until(is_gone).await;
    senco.until(|message| here(message, &[&sencos])).await;
}

#[sqlx::test(migrations = false)]
async fn agreeing_on_one_server_shuts_the_meeting_on_the_other(pool: PgPoolOptions, options: PgConnectOptions) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let (one, other) = tokio::join!(table.node(nats.url()), table.node(nats.url()));
    let senco = table.seat("Mrs Pike").await;
    let mut mum = table.open(&other, "Agnieszka", 5).await;
    add(&mut mum, 1, "read a page").await;
    mum.until_saved().await;
    let cookie = table.server.sign_in(&senco).await;
    let answer = one.command(AgreeAndSave::PATH, &cookie, &format!("meeting={}", senco.meeting)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    mum.until_event(&ServerEvent::Stage { stage: Stage::Agreed }).await;
    let kept = table.kept().await;
    add(&mut mum, 2, "too late").await;
    let refused = ServerEvent::Refused {
        refused: Section::Plan,
        reason: Refusal::Agreed,
        words: Refusal::Agreed.sentence().to_owned(),
    };
    mum.until_event(&refused).await;
    assert_eq!(table.kept().await, kept);
    // What she wrote on another server is in the record.
    let page = table.server.backend.record_page(senco.viewer, senco.meeting).await.unwrap();
    assert!(page.record.targets.iter().any(|target| target.title == "read a page"));
}

#[sqlx::test(migrations = false)]
async fn what_was_saved_or_seen_outlives_the_server_it_was_written_on(pool: PgPoolOptions, options: PgConnectOptions) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let (one, other, third) = tokio::join!(table.node(nats.url()), table.node(nats.url()), table.node(nats.url()));
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    let mut senco = table.open(&other, "Mrs Pike", 6).await;
    let mut dad = table.open(&third, "Marek", 7).await;
    add(&mut mum, 1, "").await;
    until_says(&mut senco, 1, "").await;
    senco.until_doc(|doc| doc.items(&TARGETS).contains(&item(1))).await;
    for letter in 'a'..='z' {
        append(&mut mum, 1, &letter.to_string()).await;
    }
    // In the middle of it.
    senco.until_doc(|doc| words(doc, 1).contains('k')).await;
    one.kill().await;
    let seen = words(&senco.doc, 1);
    // Her page is the only one that could mend a loss, and is still away.
    let kept = table.words_kept(1).await;
    assert!(kept.starts_with(&seen), "{seen} was seen, and {kept} is in Postgres");

    // She goes on where she was, on another server, and nothing is there twice.
    let cookie = table.server.sign_in(&table.seat("Agnieszka").await).await;
    let mut again =
        Tab::connect(&third.address, &cookie, table.seat("Agnieszka").await.meeting, Section::Plan, 8).await;
    again.doc.apply(&mum.doc.state()).unwrap();
    again.begin().await;
    again.say(Message::SyncStep2(mum.doc.state())).await;
    again.until_saved().await;
    append(&mut again, 1, "!").await;
    again.until_saved().await;
    let whole = format!("{}!", ('a'..='z').collect::<String>());
    assert!(whole.starts_with(&seen));
    until_says(&mut senco, 1, &whole).await;
    until_says(&mut dad, 1, &whole).await;
}

#[sqlx::test(migrations = false)]
async fn without_nats_for_a_while_it_only_takes_longer(pool: PgPoolOptions, options: PgConnectOptions) {
    let (table, mut nats) = (Invited::new(pool, options).await, Nats::start().await);
    let (one, other) = tokio::join!(table.node(nats.url()), table.node(nats.url()));
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    let mut senco = table.open(&other, "Mrs Pike", 6).await;
    nats.stop().await;
    add(&mut mum, 1, "read a page").await;
    mum.until_saved().await;
    until_says(&mut senco, 1, "read a page").await;
    append(&mut senco, 1, " every day").await;
    until_says(&mut mum, 1, "read a page every day").await;
    nats.again().await;
    append(&mut mum, 1, " at home").await;
    until_says(&mut senco, 1, "read a page every day at home").await;
    // A server may also start without it.
    nats.stop().await;
    let third = table.node(nats.url()).await;
    let mut dad = table.open(&third, "Marek", 7).await;
    append(&mut dad, 1, ".").await;
    until_says(&mut mum, 1, "read a page every day at home.").await;
    until_says(&mut senco, 1, "read a page every day at home.").await;
}

#[sqlx::test(migrations = false)]
async fn a_server_cut_off_from_the_others_serves_and_finds_its_way_back(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let way = nats.way().await;
    let (one, other) = tokio::join!(table.node(nats.url()), table.node(url(way.at)));
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    let mut senco = table.open(&other, "Mrs Pike", 6).await;
    add(&mut mum, 1, "read a page").await;
    until_says(&mut senco, 1, "read a page").await;
    way.cut();
    add(&mut senco, 2, "his").await;
    senco.until_saved().await;
    add(&mut mum, 3, "hers").await;
    mum.until_saved().await;
    until_says(&mut mum, 2, "his").await;
    until_says(&mut senco, 3, "hers").await;
    way.mend();
    append(&mut senco, 3, " and his").await;
    until_says(&mut mum, 3, "hers and his").await;
    append(&mut mum, 3, " again").await;
    until_says(&mut senco, 3, "hers and his again").await;
    assert_eq!(mum.doc.state_vector(), senco.doc.state_vector());
}

/// As when its cable is pulled: neither the database nor the others answer it, and it is not told that they are gone.
#[sqlx::test(migrations = false)]
async fn a_server_that_hears_nothing_any_more_calls_nothing_saved_and_finds_its_way_back(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    cut_off_from_everything(pool, options, Way::stall).await;
}

#[sqlx::test(migrations = false)]
async fn a_server_cut_off_from_the_database_and_the_others_finds_its_way_back(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    cut_off_from_everything(pool, options, Way::cut).await;
}

async fn cut_off_from_everything(pool: PgPoolOptions, options: PgConnectOptions, cut: fn(&Way)) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let (to_postgres, to_nats) = tokio::join!(Way::to_postgres(), nats.way());
    let apart = Node::start_behind(&table.options, &to_postgres, &to_nats);
    let (one, other) = tokio::join!(table.node(nats.url()), apart);
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    let mut senco = table.open(&other, "Mrs Pike", 6).await;
    add(&mut mum, 1, "read a page").await;
    mum.until_saved().await;
    until_says(&mut senco, 1, "read a page").await;
    assert_eq!(table.servers_that_hold().await, 2);

    cut(&to_postgres);
    cut(&to_nats);
    add(&mut senco, 2, "his").await;
    add(&mut mum, 3, "hers").await;
    mum.until_saved().await;
    // For so long that Postgres no longer believes it is there.
    let believed = async {
        while table.servers_that_hold().await > 1 {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, believed).await.expect("Postgres still hears from it");
    append(&mut senco, 2, " and more").await;
    let is_news = |message: &Message| matches!(message, Message::SyncStatus(_) | Message::Update(_));
    assert!(!senco.heard_so_far().await.iter().any(is_news), "it said “saved” of what it could not save");
    assert!(!mum.heard_so_far().await.iter().any(is_news), "something was seen that is not saved");

    to_postgres.mend();
    to_nats.mend();
    for _ in 0..2 {
        senco.until_saved().await;
    }
    until_says(&mut mum, 2, "his and more").await;
    until_says(&mut senco, 3, "hers").await;
    append(&mut mum, 2, ".").await;
    until_says(&mut senco, 2, "his and more.").await;
    assert_eq!(mum.doc.state_vector(), senco.doc.state_vector());
    assert_eq!(mum.doc.items(&TARGETS), senco.doc.items(&TARGETS));
    // Each was written once, and Postgres alone has all of it.
    assert_eq!(table.kept().await, 5);
    assert_eq!((table.words_kept(2).await, table.words_kept(3).await), ("his and more.".into(), "hers".into()));
}

#[sqlx::test(migrations = false)]
async fn who_moves_to_another_server_is_not_refused_for_what_it_has_not_heard(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let way = nats.way().await;
    let (one, other) = tokio::join!(table.node(nats.url()), table.node(url(way.at)));
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    let mut senco = table.open(&one, "Mrs Pike", 6).await;
    // Somebody is there already, so that the meeting is loaded before anything is written.
    let mut dad = table.open(&other, "Marek", 7).await;
    way.cut();
    add(&mut mum, 1, "read a page").await;
    until_says(&mut senco, 1, "read a page").await;

    let cookie = table.server.sign_in(&table.seat("Mrs Pike").await).await;
    let mut moved = Tab::connect(&other.address, &cookie, table.seat("Mrs Pike").await.meeting, Section::Plan, 8).await;
    moved.doc.apply(&senco.doc.state()).unwrap();
    // In a tunnel between the two.
    let splice = Splice { at: 0, delete: 4, insert: "write".to_owned() };
    moved.doc.splice(&TARGETS, item(1), "title", &splice);
    moved.say(Message::AuthToken(String::new())).await;
    moved.say(Message::SyncStep1(moved.doc.state_vector())).await;
    moved.say(Message::SyncStep2(moved.doc.state())).await;
    moved.until_saved().await;
    until_says(&mut dad, 1, "write a page").await;
    until_says(&mut mum, 1, "write a page").await;
}

#[sqlx::test(migrations = false)]
async fn without_nats_servers_take_turns(pool: PgPoolOptions, options: PgConnectOptions) {
    let table = Invited::new(pool, options).await;
    let (one, other) = tokio::join!(table.node(None), table.node(None));
    let mut mum = table.open(&one, "Agnieszka", 5).await;
    add(&mut mum, 1, "read a page").await;
    mum.until_saved().await;
    let seat = table.seat("Mrs Pike").await;
    let cookie = table.server.sign_in(&seat).await;
    let mut senco = Tab::connect(&other.address, &cookie, seat.meeting, Section::Plan, 6).await;
    senco.say(Message::AuthToken(String::new())).await;
    assert_eq!(senco.until_closed().await, CloseCode::TryAgain.code());
    append(&mut mum, 1, " every day").await;
    mum.until_saved().await;

    // It is replaced: whoever comes while it stops only waits a moment.
    let stopping = one.stop();
    let opening = async {
        loop {
            let mut tab = Tab::connect(&other.address, &cookie, seat.meeting, Section::Plan, 6).await;
            tab.say(Message::AuthToken(String::new())).await;
            tab.say(Message::SyncStep1(tab.doc.state_vector())).await;
            if tab.is_let_in().await {
                return tab;
            }
        }
    };
    let ((), mut senco) = tokio::join!(stopping, opening);
    until_says(&mut senco, 1, "read a page every day").await;
    append(&mut senco, 1, " at home").await;
    senco.until_saved().await;

    // And killed: Postgres lets go of what it held.
    let third = table.node(None).await;
    other.kill().await;
    let dad = table.open(&third, "Marek", 7).await;
    assert_eq!(words(&dad.doc, 1), "read a page every day at home");
}

#[sqlx::test(migrations = false)]
async fn one_server_that_was_not_told_of_nats_does_not_write_beside_the_others(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (table, nats) = (Invited::new(pool, options).await, Nats::start().await);
    let (one, apart) = tokio::join!(table.node(nats.url()), table.node(None));
    let _mum = table.open(&one, "Agnieszka", 5).await;
    let seat = table.seat("Mrs Pike").await;
    let cookie = table.server.sign_in(&seat).await;
    let mut senco = Tab::connect(&apart.address, &cookie, seat.meeting, Section::Plan, 6).await;
    senco.say(Message::AuthToken(String::new())).await;
    assert_eq!(senco.until_closed().await, CloseCode::TryAgain.code());
}
