//! What was written and thought better of is gone from the database two weeks after the agreement, and
//! all that was agreed is still there.

use server::{
    db::{self, histories},
    retention,
};
use shared::{
    MeetingId, PersonId, SchoolId, Section,
    doc::{NewItem, SectionDoc},
    schema::{passport, plan::TARGETS},
    splice::Splice,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::Duration;

use crate::support::{NOON, TestServer, once_nobody_reads, owner, socket::Tab, table::item};

const KEEP: Duration = Duration::days(14);

/// Each is found by its words wherever they are in the bytes, so nothing else says them.
const KEPT: &str = "he keeps a calm corner";
const DELETED_LETTERS: &str = "my husband has lost his work";
const TAKEN_OFF: &str = "we may have to move away";
const CHANGED_CHOICE: &str = "a choice she took back";

async fn destroy(server: &TestServer) -> usize {
    let now = server.state.clock.now();
    retention::destroy_due(&server.db, &server.rooms, now, KEEP).await.unwrap()
}

/// Whether these words are anywhere in what the tables say.
async fn says(owner: &mut PgConnection, words: &str) -> bool {
    sqlx::query_scalar(
        "select exists(select from doc_updates where position($1::bytea in update) > 0)
             or exists(select from doc_checkpoints where position($1::bytea in state) > 0)",
    )
    .bind(words.as_bytes())
    .fetch_one(owner)
    .await
    .unwrap()
}

/// Whether these words are anywhere in the tables’ files, as a thief of the disk would read them.
async fn files_say(owner: &mut PgConnection, words: &str) -> bool {
    sqlx::raw_sql("checkpoint").execute(&mut *owner).await.unwrap();
    sqlx::query_scalar(
        "select coalesce(bool_or(position($1::bytea in pg_read_binary_file(pg_relation_filepath(file))) > 0), false)
         from pg_class t, lateral unnest(array[t.oid::regclass, t.reltoastrelid::regclass]) file
         where t.relname in ('doc_updates', 'doc_checkpoints') and file::oid <> 0",
    )
    .bind(words.as_bytes())
    .fetch_one(owner)
    .await
    .unwrap()
}

/// Writes in the meeting as people do: some of it stays, some is deleted, some is taken off the page.
async fn write(tab: &mut Tab, author: PersonId) {
    let new = |words: &str| NewItem::by(author).with("text", words);
    tab.edit(|doc| doc.add(&passport::HELP, item(1), new(KEPT))).await;
    tab.edit(|doc| doc.add(&passport::HELP, item(2), new(TAKEN_OFF))).await;
    tab.until_saved().await;
    let length = u32::try_from(KEPT.len()).unwrap();
    let whole = u32::try_from(DELETED_LETTERS.len()).unwrap();
    let wrote = Splice { at: length, delete: 0, insert: DELETED_LETTERS.to_owned() };
    tab.edit(|doc| doc.splice(&passport::HELP, item(1), "text", &wrote)).await;
    tab.edit(|doc| doc.set_words(&passport::HELP, item(1), "captured", CHANGED_CHOICE)).await;
    let thought_better = Splice { at: length, delete: whole, insert: String::new() };
    tab.edit(|doc| doc.splice(&passport::HELP, item(1), "text", &thought_better)).await;
    tab.edit(|doc| doc.set_words(&passport::HELP, item(1), "captured", "typed")).await;
    tab.edit(|doc| doc.remove(&passport::HELP, item(2), author)).await;
    for _ in 0..6 {
        tab.until_saved().await;
    }
}

async fn passport_of(server: &TestServer, school: SchoolId, meeting: MeetingId) -> (SectionDoc, Vec<(u64, PersonId)>) {
    let mut txn = server.db.begin(school).await.unwrap();
    let sections = db::documents::load(&mut txn, meeting).await.unwrap();
    let stored = sections.into_iter().find(|stored| stored.section == Section::Passport).unwrap();
    let doc = SectionDoc::from_state(Section::Passport, 1, &stored.checkpoint).unwrap();
    stored.updates.iter().for_each(|update| doc.apply(update).unwrap());
    let mut owners = stored.owners;
    owners.sort();
    (doc, owners)
}

#[sqlx::test(migrations = false)]
async fn two_weeks_after_the_agreement_only_what_was_agreed_is_left(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let (school, meeting) = (pike.viewer.school, pike.meeting);
    let mut owner = owner(&options).await;
    // Postgres would press them where we could not find them.
    sqlx::raw_sql("alter table doc_checkpoints alter state set storage external").execute(&mut owner).await.unwrap();

    server.backend.meeting_start(pike.viewer, meeting).await.unwrap();
    let mut tab = server.open(&address, &mum, Section::Passport, 5).await;
    write(&mut tab, mum.viewer.person).await;
    server.backend.record_agree(pike.viewer, meeting).await.unwrap();
    let record = server.backend.record_page(pike.viewer, meeting).await.unwrap().record;
    let (page, owners) = passport_of(&server, school, meeting).await;

    // Somebody still looks at the page when it is due: their room keeps it until they have gone.
    server.clock.forward(KEEP - Duration::minutes(1));
    let past = destroy(&server).await;
    assert!(says(&mut owner, DELETED_LETTERS).await, "not before its time");
    server.clock.forward(Duration::minutes(2));
    assert_eq!(destroy(&server).await, 0, "not while somebody reads; the {past} meetings before it went already");
    assert!(says(&mut owner, DELETED_LETTERS).await && says(&mut owner, TAKEN_OFF).await);
    assert!(files_say(&mut owner, DELETED_LETTERS).await && files_say(&mut owner, TAKEN_OFF).await);
    server.rooms.close_all().await;
    tab.until_closed().await;

    let server = TestServer::start_on(server.db.clone());
    server.clock.forward(KEEP + Duration::minutes(1));
    assert_eq!(destroy(&server).await, 1);
    assert_eq!(destroy(&server).await, 0, "once is enough");
    for words in [DELETED_LETTERS, TAKEN_OFF, CHANGED_CHOICE] {
        assert!(!says(&mut owner, words).await, "{words:?} is still in the tables");
    }
    assert!(says(&mut owner, KEPT).await);
    let left: i64 = sqlx::query_scalar("select count(*) from doc_updates where meeting_id = $1")
        .bind(meeting.0)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(left, 0);
    // Somebody who began to read before the last of it went may still read it: not called done while they do.
    let mut reader = crate::support::owner(&options).await;
    sqlx::raw_sql("begin isolation level repeatable read; select from doc_updates").execute(&mut reader).await.unwrap();
    let refused = histories::rewrite(&server.db).await.unwrap_err().to_string();
    assert!(refused.contains("somebody reads what was there before"), "{refused}");
    sqlx::raw_sql("commit").execute(&mut reader).await.unwrap();
    once_nobody_reads(async || histories::rewrite(&server.db).await).await;
    for words in [DELETED_LETTERS, TAKEN_OFF, CHANGED_CHOICE] {
        assert!(!files_say(&mut owner, words).await, "{words:?} is still in the tables’ files");
    }
    assert!(files_say(&mut owner, KEPT).await);

    // All that was agreed is as it was: the record, who was there, and the page, letter by letter.
    assert_eq!(server.backend.record_page(pike.viewer, meeting).await.unwrap().record, record);
    let (left, left_owners) = passport_of(&server, school, meeting).await;
    assert_eq!(left.items(&passport::HELP), page.items(&passport::HELP));
    for item in page.items(&passport::HELP) {
        assert_eq!(left.words(&passport::HELP, item, "text"), page.words(&passport::HELP, item, "text"));
    }
    assert_eq!(left.state_vector(), page.state_vector(), "the same history: open pages go on with it");
    assert_eq!(left_owners, owners);

    // And the next meeting starts from it, the child’s words still the child’s.
    let next = server.backend.meeting_start_next(pike.viewer, meeting).await.unwrap();
    let (carried, carried_owners) = passport_of(&server, school, next).await;
    assert_eq!(carried.items(&passport::HELP), page.items(&passport::HELP));
    assert!(owners.iter().all(|owner| carried_owners.contains(owner)));
    let address = server.listen().await;
    let next_seat = server.seat("Tomek", "Agnieszka", 4).await;
    let mut tab = server.open(&address, &next_seat, Section::Passport, 9).await;
    tab.edit(|doc| doc.add(&passport::HELP, item(3), NewItem::by(mum.viewer.person).with("text", "Go on."))).await;
    tab.until_saved().await;
}

#[sqlx::test(migrations = false)]
async fn what_was_never_agreed_keeps_its_history(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let mut tab = server.open(&address, &mum, Section::Plan, 5).await;
    tab.edit(|doc| doc.add(&TARGETS, item(1), NewItem::by(mum.viewer.person).with("title", TAKEN_OFF))).await;
    tab.edit(|doc| doc.remove(&TARGETS, item(1), mum.viewer.person)).await;
    tab.until_saved().await;
    tab.until_saved().await;
    server.rooms.close_all().await;

    let server = TestServer::start_on(server.db.clone());
    server.clock.forward(Duration::days(400));
    destroy(&server).await;
    assert!(says(&mut owner(&options).await, TAKEN_OFF).await);
}

#[sqlx::test(migrations = false)]
async fn what_was_taken_off_the_page_is_not_carried_into_the_next_meeting(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options).await;
    let address = server.listen().await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.backend.meeting_start(pike.viewer, pike.meeting).await.unwrap();
    let mut tab = server.open(&address, &mum, Section::Passport, 5).await;
    write(&mut tab, mum.viewer.person).await;
    server.backend.record_agree(pike.viewer, pike.meeting).await.unwrap();
    let next = server.backend.meeting_start_next(pike.viewer, pike.meeting).await.unwrap();
    let (carried, _) = passport_of(&server, pike.viewer.school, next).await;
    assert!(carried.items(&passport::HELP).contains(&item(1)));
    assert!(carried.all_items(&passport::HELP).iter().all(|line| line.id != item(2)));
    for words in [TAKEN_OFF, DELETED_LETTERS] {
        assert!(!carried.state().windows(words.len()).any(|bytes| bytes == words.as_bytes()));
    }
}

#[sqlx::test(migrations = false)]
async fn one_school_cannot_destroy_what_is_anothers(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options).await;
    let schools = db::schools::list(&server.db).await.unwrap();
    let mut seen = vec![];
    for school in schools {
        let mut txn = server.db.begin(school).await.unwrap();
        let due = histories::due(&mut txn, NOON + Duration::days(4000)).await.unwrap();
        assert!(due.iter().all(|meeting| !seen.contains(meeting)));
        for other in &seen {
            assert!(!histories::lock_due(&mut txn, *other, NOON + Duration::days(4000)).await.unwrap());
        }
        seen.extend(due);
    }
    assert!(!seen.is_empty());
}
