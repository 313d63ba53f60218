//! That what was called saved is there, whatever happens to the server or the database.

use std::sync::Arc;

use app::error::AppError;
use server::{
    db::documents::{self, NewUpdate},
    room::RoomError,
};
use shared::{
    MeetingId, SchoolId, Section,
    doc::{NewItem, SectionDoc},
    protocol::{CloseCode, Message},
    schema::plan::TARGETS,
    splice::Splice,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    metrics::{moved, scrape},
    support::{TestServer, owner, socket::Tab, table::item},
};

fn target(words: &str) -> NewItem {
    NewItem::default().with("title", words)
}

async fn count(owner: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(owner).await.unwrap()
}

/// Keeps the log from being written for as long as this transaction is open.
pub(crate) async fn block(owner: &mut PgConnection) {
    sqlx::raw_sql("begin; lock table doc_updates in access exclusive mode").execute(owner).await.unwrap();
}

pub(crate) async fn unblock(owner: &mut PgConnection) {
    sqlx::raw_sql("commit").execute(owner).await.unwrap();
}

/// Waits until the log’s writer stands before the blocked table. Who it is to Postgres.
async fn until_writer_waits(owner: &mut PgConnection) -> i32 {
    let waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    loop {
        if let Some(writer) = sqlx::query_scalar(waiting).fetch_optional(&mut *owner).await.unwrap() {
            return writer;
        }
        // Within a transaction it would go on showing what it was asked about first.
        sqlx::query("select pg_stat_clear_snapshot()").execute(&mut *owner).await.unwrap();
        tokio::task::yield_now().await;
    }
}

/// Postgres ends the connection of the writer that waits, as it does when it restarts; the writer tries again.
pub(crate) async fn cut_writer(owner: &mut PgConnection) {
    let first = until_writer_waits(owner).await;
    sqlx::query("select pg_terminate_backend($1)").bind(first).execute(&mut *owner).await.unwrap();
    while until_writer_waits(owner).await == first {
        sqlx::query("select pg_stat_clear_snapshot()").execute(&mut *owner).await.unwrap();
    }
}

async fn words(server: &TestServer, school: SchoolId, meeting: MeetingId) -> String {
    let sections = server.rooms.open(school, meeting).sections().await.unwrap();
    let plan = sections.into_iter().find(|copy| copy.section == Section::Plan).unwrap();
    SectionDoc::from_state(Section::Plan, 1, &plan.state).unwrap().words(&TARGETS, item(1), "title")
}

#[sqlx::test(migrations = false)]
async fn while_the_log_cannot_be_written_nothing_is_called_saved(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut mum = server.open(&address, &seat, Section::Plan, 5).await;
    let mut senco = server.open(&address, &server.seat("Tomek", "Mrs Pike", 3).await, Section::Plan, 6).await;
    let mut owner = owner(&options).await;

    let before = scrape(&server).await;
    block(&mut owner).await;
    mum.edit(|doc| doc.add(&TARGETS, item(1), target("read a page"))).await;
    cut_writer(&mut owner).await;
    moved(&before, &scrape(&server).await, "log_retries_total", 1.0);
    let is_news = |message: &Message| matches!(message, Message::SyncStatus(_) | Message::Update(_));
    assert!(!mum.heard_so_far().await.iter().any(is_news));
    assert!(!senco.heard_so_far().await.iter().any(is_news));

    unblock(&mut owner).await;
    mum.until_saved().await;
    senco.until_doc(|doc| doc.words(&TARGETS, item(1), "title") == "read a page").await;
    assert_eq!(count(&mut owner, "select count(*) from doc_updates").await, 1);
}

#[sqlx::test(migrations = false)]
async fn who_never_heard_that_it_was_saved_sends_it_again_and_it_is_there_once(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut mum = server.open(&address, &seat, Section::Plan, 5).await;
    let mut owner = owner(&options).await;
    mum.edit(|doc| doc.add(&TARGETS, item(1), target("read a page"))).await;
    // Nobody has heard yet, but it is written.
    while count(&mut owner, "select count(*) from doc_updates").await == 0 {
        tokio::task::yield_now().await;
    }

    server.rooms.close_all().await;
    let next = TestServer::start_on(server.db.clone());
    let address = next.listen().await;
    let cookie = next.sign_in(&seat).await;
    let mut again = Tab::connect(&address, &cookie, seat.meeting, Section::Plan, 5).await;
    again.doc.apply(&mum.doc.state()).unwrap();
    again.begin().await;
    // The tab cannot know that it was saved, sends it again, and is told so.
    again.say(Message::SyncStep2(mum.doc.state())).await;
    again.until_saved().await;
    assert_eq!(count(&mut owner, "select count(*) from doc_updates").await, 1);
    assert_eq!(words(&next, seat.viewer.school, seat.meeting).await, "read a page");
}

#[sqlx::test(migrations = false)]
async fn a_meeting_that_another_server_holds_is_not_opened(pool: PgPoolOptions, options: PgConnectOptions) {
    let one = TestServer::start(pool, options.clone()).await;
    let other = TestServer::start_on(one.db.clone());
    let seat = one.seat("Tomek", "Agnieszka", 3).await;
    let here = one.listen().await;
    let mut mum = one.open(&here, &seat, Section::Plan, 5).await;
    mum.edit(|doc| doc.add(&TARGETS, item(1), target("read a page"))).await;
    mum.until_saved().await;

    let school = seat.viewer.school;
    assert_eq!(other.rooms.open(school, seat.meeting).sections().await, Err(RoomError::Elsewhere));
    let page = other.backend.meeting_page(seat.viewer, seat.meeting).await;
    assert_eq!(page.err(), Some(AppError::Elsewhere));
    // Nothing is changed behind the back of those who sit there.
    let senco = other.seat("Tomek", "Mrs Pike", 3).await;
    assert_eq!(other.backend.record_agree(senco.viewer, seat.meeting).await, Err(AppError::Elsewhere));
    mum.edit(|doc| doc.add(&TARGETS, item(2), target("write a line"))).await;
    mum.until_saved().await;

    // Whoever waits is let in as soon as it is free.
    let (_, there) = tokio::join!(one.rooms.close_all(), async { words(&other, school, seat.meeting).await });
    assert_eq!(there, "read a page");
}

/// As for a server that stood still while Postgres gave up on it.
#[sqlx::test(migrations = false)]
async fn a_server_whose_meeting_was_taken_writes_nothing_more(pool: PgPoolOptions, options: PgConnectOptions) {
    let one = TestServer::start(pool, options.clone()).await;
    let seat = one.seat("Tomek", "Agnieszka", 3).await;
    let here = one.listen().await;
    let mut mum = one.open(&here, &seat, Section::Plan, 5).await;
    let mut owner = owner(&options).await;
    let before = scrape(&one).await;
    block(&mut owner).await;
    sqlx::raw_sql("update doc_heads set term = term + 1").execute(&mut owner).await.unwrap();
    mum.edit(|doc| doc.add(&TARGETS, item(1), target("read a page"))).await;
    until_writer_waits(&mut owner).await;
    // Its writer’s connection ends, and so does the session that holds its meetings; what it writes now comes too late.
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity
               where pid <> pg_backend_pid() and datname = current_database()";
    count(&mut owner, end).await;
    unblock(&mut owner).await;
    assert_eq!(mum.until_closed().await, CloseCode::TryAgain.code());
    assert_eq!(count(&mut owner, "select count(*) from doc_updates").await, 0);

    // It loads the meeting anew, and goes on.
    let mut back = one.open(&here, &seat, Section::Plan, 5).await;
    back.say(Message::SyncStep2(mum.doc.state())).await;
    back.until_saved().await;
    assert_eq!(words(&one, seat.viewer.school, seat.meeting).await, "read a page");
    moved(&before, &scrape(&one).await, "rooms_lost_total", 1.0);
}

#[sqlx::test(migrations = false)]
async fn numbers_of_a_section_have_no_gap_and_nothing_is_let_in_once_it_is_closed(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let (school, meeting, person) = (seat.viewer.school, seat.meeting, seat.viewer.person);
    let new = |section, term, claims: &[u64]| NewUpdate {
        school,
        meeting,
        section,
        term,
        person,
        update: Arc::from([1, 2, 3]),
        claims: claims.to_vec(),
    };
    let append = async |updates: &[NewUpdate]| documents::append(&server.db, &updates.iter().collect::<Vec<_>>()).await;
    let (plan, assess) = (new(Section::Plan, 0, &[77]), new(Section::Assess, 0, &[]));
    let seqs = append(&[plan.clone(), assess.clone(), plan.clone(), new(Section::Plan, 9, &[])]).await.unwrap();
    assert_eq!(seqs, [Some(1), Some(1), Some(2), None]);

    // Somebody else’s hand: nothing of the batch is let in.
    let other = NewUpdate { person: server.seat("Tomek", "Mrs Pike", 3).await.viewer.person, ..plan.clone() };
    assert!(append(&[assess.clone(), other]).await.is_err());

    // Many at once, and then the door is shut.
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (db, batch) = (server.db.clone(), [assess.clone(), plan.clone(), plan.clone()]);
        writers.spawn(async move { documents::append(&db, &batch.iter().collect::<Vec<_>>()).await.unwrap() });
    }
    let mut plans: Vec<_> = writers.join_all().await.into_iter().flat_map(|seqs| [seqs[1], seqs[2]]).collect();
    plans.sort_unstable();
    assert_eq!(plans, (3..19).map(Some).collect::<Vec<_>>());
    let mut txn = server.db.begin(school).await.unwrap();
    documents::close(&mut txn, meeting).await.unwrap();
    let late = [plan.clone()];
    let (late, ()) = tokio::join!(append(&late), async {
        let mut owner = owner(&options).await;
        until_writer_waits(&mut owner).await;
        txn.commit().await.unwrap();
    });
    assert_eq!(late.unwrap(), [None]);
}

#[sqlx::test(migrations = false)]
async fn a_long_log_is_compacted_and_reads_the_same(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut mum = server.open(&address, &seat, Section::Plan, 5).await;
    mum.edit(|doc| doc.add(&TARGETS, item(1), target(""))).await;
    mum.until_saved().await;
    // By two tabs, because one hand does not type so fast.
    let mut second = server.open(&address, &seat, Section::Plan, 6).await;
    for n in 0..520 {
        let tab = if n < 260 { &mut mum } else { &mut second };
        let splice = Splice { at: n / 4, delete: n % 2, insert: "ab".to_owned() };
        tab.edit(|doc| doc.splice(&TARGETS, item(1), "title", &splice)).await;
        tab.until_saved().await;
    }
    let mut owner = owner(&options).await;
    // The last one before it had no number yet when the document was written as one.
    assert_eq!(count(&mut owner, "select count(*) from doc_updates").await, 22);

    server.rooms.close_all().await;
    assert_eq!(mum.until_closed().await, CloseCode::TryAgain.code());
    let next = TestServer::start_on(server.db.clone());
    let said = second.doc.words(&TARGETS, item(1), "title");
    assert_eq!(words(&next, seat.viewer.school, seat.meeting).await, said);
}

#[sqlx::test(migrations = false)]
async fn stopping_writes_what_is_still_waiting(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let seat = server.seat("Tomek", "Agnieszka", 3).await;
    let mut mum = server.open(&address, &seat, Section::Plan, 5).await;
    let mut owner = owner(&options).await;
    block(&mut owner).await;
    mum.edit(|doc| doc.add(&TARGETS, item(1), target("read a page"))).await;
    until_writer_waits(&mut owner).await;
    let rooms = server.rooms.clone();
    let closing = tokio::spawn(async move { rooms.close_all().await });
    assert_eq!(mum.until_closed().await, CloseCode::TryAgain.code());
    unblock(&mut owner).await;
    closing.await.unwrap();
    assert_eq!(count(&mut owner, "select count(*) from doc_updates").await, 1);
}

#[sqlx::test(migrations = false)]
async fn a_meeting_of_another_school_is_no_meeting(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let (tomek, kai) = (server.seat("Tomek", "Agnieszka", 3).await, server.seat("Kai", "Pat", 3).await);
    let room = server.rooms.open(kai.viewer.school, tomek.meeting);
    let answer = room.sections().await;
    assert_eq!(answer.is_err(), kai.viewer.school != tomek.viewer.school, "{answer:?}");
    let nowhere = server.rooms.open(kai.viewer.school, MeetingId(uuid::Uuid::nil()));
    assert!(matches!(nowhere.sections().await, Err(RoomError::NotFound | RoomError::Closed)));
}
