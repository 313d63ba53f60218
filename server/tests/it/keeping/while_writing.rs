//! What is destroyed while somebody writes in it: all of it is gone, their last letters too.

use app::error::AppError;
use server::{
    db::erasures,
    erasure::{self, Ledger},
};
use shared::{Section, doc::NewItem, schema::plan::TARGETS};
use sqlx::{
    Connection, PgConnection, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::Traces;
use crate::{
    support::{Seat, TestServer, owner, table::item},
    tenants::rows_of_all_tables,
};

/// A letter that the log has let in, and that is not committed yet.
async fn letter<'a>(writer: &'a mut PgConnection, seat: &Seat) -> Transaction<'a, Postgres> {
    let mut txn = writer.begin().await.unwrap();
    let sql = r"select append_updates(
        array[$1], array[$1], array[$2], array['plan'],
        array(select term from doc_heads where meeting_id = $2 and section = 'plan'),
        array[1], array[1], array[1], array[$3], array['\x0000'::bytea], '{}', '{}', '{}')";
    let append = sqlx::query_scalar(sql).bind(seat.viewer.school.0).bind(seat.meeting.0).bind(seat.viewer.person.0);
    let heads: Vec<Option<i64>> = append.fetch_one(&mut *txn).await.unwrap();
    assert!(heads[0].is_some(), "it was let in");
    txn
}

/// Until whoever destroys waits for whoever writes.
async fn somebody_waits(looks: &mut PgConnection) {
    let sql = "select exists (
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut *looks).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = false)]
async fn a_child_is_erased_while_somebody_writes_and_nothing_is_left(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mut looks, mut writes) = (owner(&options).await, owner(&options).await);
    let data = tempfile::tempdir().unwrap();
    let (ledger, now) = (Ledger::in_directory(data.path()), server.state.clock.now());
    let senco = server.seat("Tomek", "Mrs Pike", 3).await;
    let tomek = server.pupil_of(&senco).await;
    let traces = Traces::of(&mut looks, tomek).await;
    let address = server.listen().await;
    let mut tab = server.open(&address, &senco, Section::Plan, 5).await;
    tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::default().with("title", "read"))).await;
    tab.until_saved().await;

    let txn = letter(&mut writes, &senco).await;
    let goes_on = async {
        somebody_waits(&mut looks).await;
        tab.edit(|doc| doc.add(&TARGETS, item(2), NewItem::default().with("title", "write"))).await;
        txn.commit().await.unwrap();
    };
    let (erased, ()) = tokio::join!(erasure::erase(&server.db, &ledger, tomek, now), goes_on);
    erased.unwrap();
    assert_eq!(traces.left(&mut looks).await, Vec::<String>::new());
    // Nor is anything let in afterwards; the page is sent away, and finds no meeting.
    tab.edit(|doc| doc.add(&TARGETS, item(3), NewItem::default().with("title", "count"))).await;
    tab.until_closed().await;
    assert_eq!(server.backend.meeting_page(senco.viewer, senco.meeting).await.err(), Some(AppError::NotFound));
    assert_eq!(traces.left(&mut looks).await, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn a_meeting_is_destroyed_while_somebody_writes_and_nothing_is_left(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mut looks, mut writes) = (owner(&options).await, owner(&options).await);
    let seat = server.seat("Kai", "Pat", 3).await;
    let txn = letter(&mut writes, &seat).await;
    let destroy = async {
        let mut txn = server.db.begin(seat.viewer.school).await.unwrap();
        assert!(erasures::destroy_meeting(&mut txn, seat.meeting).await.unwrap());
        txn.commit().await.unwrap();
    };
    let goes_on = async {
        somebody_waits(&mut looks).await;
        txn.commit().await.unwrap();
    };
    tokio::join!(destroy, goes_on);
    let rows = rows_of_all_tables(&mut looks).await;
    let left: Vec<_> =
        rows.iter().filter(|(table, row)| table != "audit" && row.contains(&seat.meeting.to_string())).collect();
    assert!(left.is_empty(), "{left:?}");
}
