//! Queues that fill: of the log, of a room, of a network that takes nothing. What can be seen of it at `/metrics`,
//! and that everything arrives afterwards.

use server::limits::{Answer, Limit, Settings};
use shared::{
    Section,
    doc::{NewItem, SectionDoc},
    protocol::{
        Message, Retry,
        awareness::{self, Entry},
    },
    schema::plan::TARGETS,
    splice::Splice,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    durability::{block, unblock},
    metrics::{figure, moved, scrape},
    support::{
        TestServer,
        limit::{closes, most, says},
        owner,
        socket::Tab,
        table::item,
    },
};

/// Nobody types so fast. The queues are what is tried here, not the pace.
fn unhurried() -> Settings {
    Settings { messages_per_second: 1_000_000, bytes_per_second: 256 << 20, ..Settings::default() }
}

/// A letter put down, and taken away again: one update each.
fn toggle(doc: &SectionDoc, n: usize) {
    let splice = if n.is_multiple_of(2) {
        Splice { at: 0, delete: 0, insert: "a".to_owned() }
    } else {
        Splice { at: 0, delete: 1, insert: String::new() }
    };
    doc.splice(&TARGETS, item(1), "title", &splice);
}

#[sqlx::test(migrations = false)]
async fn while_the_log_takes_nothing_queues_fill_so_far_and_afterwards_everything_arrives(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let server = TestServer::start_with(server.db, unhurried());
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut mum = server.open(&address, &seat, Section::Plan, 5).await;
    mum.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default())).await;
    mum.until_saved().await;
    let before = scrape(&server).await;
    let mut owner = owner(&options).await;
    block(&mut owner).await;

    let (queue, batch, mailbox) = (most(Limit::LogQueue), most(Limit::Batch), most(Limit::Mailbox));
    for n in 0..queue + batch + mailbox + 500 {
        mum.edit(|doc| toggle(doc, n)).await;
    }
    let full = loop {
        let page = scrape(&server).await;
        if figure(&page, "log_queue_updates") >= queue as f64
            && figure(&page, "mailbox_deepest_messages") >= mailbox as f64
        {
            break page;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(figure(&full, "log_queue_updates"), queue as f64);
    assert_eq!(figure(&full, "mailbox_deepest_messages"), mailbox as f64);
    assert!(figure(&full, "database_connections_in_use") >= 1.0);
    // Whoever goes on writing is sent away, with their words on their page, and nothing was called saved.
    let mut told = vec![];
    let code = loop {
        match mum.next().await {
            Ok(message) => told.push(message),
            Err(code) => break code,
        }
    };
    assert_eq!(code, closes(Limit::Mailbox, Some(Retry::Soon)).code());
    assert!(!told.contains(&Message::SyncStatus(true)), "something was called saved");

    unblock(&mut owner).await;
    let mut back = server.open(&address, &seat, Section::Plan, 6).await;
    back.doc.apply(&mum.doc.state()).unwrap();
    back.say(Message::SyncStep2(back.doc.state())).await;
    back.until_saved().await;
    let senco = server.open(&address, &server.seat("Tomek", "Mrs Pike", 3).await, Section::Plan, 7).await;
    assert_eq!(senco.doc.state_vector(), mum.doc.state_vector());
    let after = scrape(&server).await;
    assert_eq!(figure(&after, "log_queue_updates"), 0.0);
    assert_eq!(figure(&after, "mailbox_deepest_messages"), 0.0);
    moved(&before, &after, "limits_reached_total{limit=\"mailbox\"}", 1.0);
    says(Limit::LogQueue, Answer::Wait);
    // What waited was not committed in one, but in as many as it takes.
    says(Limit::Batch, Answer::Wait);
    moved(&before, &after, "commit_updates_sum", (queue + mailbox) as f64);
    moved(&before, &after, "commit_seconds_count", (queue / batch) as f64);
}

#[sqlx::test(migrations = false)]
async fn whoever_does_not_read_is_closed_and_comes_back_and_the_others_go_on(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let server = TestServer::start_with(server.db, unhurried());
    let address = server.listen().await;
    let (mum, senco) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Tomek", "Mrs Pike", 3).await);
    let mut mum_tab = server.open(&address, &mum, Section::Plan, 5).await;
    let mut deaf = server.open(&address, &senco, Section::Plan, 6).await;
    let before = scrape(&server).await;
    let mut waiting = (0.0_f64, 0.0_f64);
    // Enough for what the system holds of a socket, and then for the outbox. Each goes to both, and one of them reads.
    let state = format!(r#"{{"caret":"{}"}}"#, "x".repeat(1_900));
    for clock in 0..6_000 {
        let entry = Entry { client_id: 5, clock, state: state.clone() };
        mum_tab.say(Message::Awareness(awareness::encode(&[entry]))).await;
        if clock % 50 == 0 {
            mum_tab.heard_so_far().await;
            let page = scrape(&server).await;
            waiting.0 = waiting.0.max(figure(&page, "outboxes_bytes"));
            waiting.1 = waiting.1.max(figure(&page, "outbox_peak_bytes"));
        }
    }
    assert_eq!(deaf.until_closed().await, closes(Limit::OutboxMessages, Some(Retry::Soon)).code());
    assert!(waiting.0 > 1e6 && waiting.1 > 1e6, "{waiting:?}");
    let after = scrape(&server).await;
    for name in
        ["limits_reached_total{limit=\"outbox-messages\"}", "outbox_overflows_total", "closes_total{code=\"4205\"}"]
    {
        moved(&before, &after, name, 1.0);
    }

    mum_tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default().with("title", "read a page"))).await;
    mum_tab.until_saved().await;
    let back: Tab = server.open(&address, &senco, Section::Plan, 8).await;
    assert_eq!(back.doc.words(&TARGETS, item(1), "title"), "read a page");
}
