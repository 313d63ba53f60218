//! Something said that should not be here: gone for everybody at once, kept for the safeguarding lead, and told by
//! nothing else.

use app::error::AppError;
use axum::http::StatusCode;
use server::{
    db::{self, erasures, posts},
    room::hide::MARK,
    subject,
};
use shared::{
    Section,
    doc::{FieldAddress, NewItem, SectionDoc},
    protocol::Message,
    rights::Post,
    schema::passport::HELP,
    splice::Splice,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    support::{NOON, Seat, TestServer, owner, socket::Tab, table::item, text},
    tenants::rows_of_all_tables,
};

const BEFORE: &str = "Let me draw. ";
/// Found by its letters wherever it is, so nothing else says it.
const SAID: &str = "zwieback hits me at home 😢";
const AFTER: &str = " I like chess.";

fn field() -> FieldAddress {
    FieldAddress::new(Section::Passport, &HELP, item(1), &HELP.fields[0])
}

fn from() -> u32 {
    BEFORE.encode_utf16().count() as u32
}

fn said() -> String {
    [BEFORE, SAID, AFTER].concat()
}

fn hidden() -> String {
    [BEFORE, MARK, AFTER].concat()
}

fn words(doc: &SectionDoc) -> String {
    doc.words(&HELP, item(1), HELP.fields[0].key)
}

fn says(bytes: &[u8]) -> bool {
    bytes.windows("zwieback".len()).any(|window| window == b"zwieback")
}

/// Whether the database holds the words anywhere but in the evidence.
async fn tables_say(owner: &mut PgConnection) -> Vec<String> {
    let documents = sqlx::query_scalar::<_, bool>(
        "select exists(select from doc_updates where position($1::bytea in update) > 0)
             or exists(select from doc_checkpoints where position($1::bytea in state) > 0)",
    );
    let documents = documents.bind(&b"zwieback"[..]).fetch_one(&mut *owner).await.unwrap();
    let rows = rows_of_all_tables(owner).await;
    let rows = rows.into_iter().filter(|(table, row)| table != "hidden_passages" && row.contains("zwieback"));
    rows.map(|(table, _)| table).chain(documents.then(|| "the documents".to_owned())).collect()
}

impl TestServer {
    /// Tomek has said it, on a page of his own that is still open.
    async fn said(&self, address: &crate::support::socket::Address) -> Tab {
        let tomek = self.seat("Tomek", "Tomek", 3).await;
        let mut tab = self.open(address, &tomek, Section::Passport, 5).await;
        let new = NewItem::by(tomek.viewer.person).with(HELP.fields[0].key, said());
        tab.edit(|doc| doc.add(&HELP, item(1), new)).await;
        tab.until_saved().await;
        tab
    }

    async fn hide(&self, seat: &Seat, words: &str) -> Result<(), AppError> {
        self.backend.passage_hide(seat.viewer, seat.meeting, field(), from(), words.to_owned()).await
    }

    async fn page(&self, seat: &Seat, path: &str) -> (StatusCode, String) {
        let cookie = self.sign_in(seat).await;
        let answer = self.get(path, Some(&cookie)).await;
        (answer.status(), text(answer).await)
    }
}

#[sqlx::test(migrations = false)]
async fn what_is_hidden_is_gone_for_everybody_and_nobody_brings_it_back(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mut owner, address) = (owner(&options).await, server.listen().await);
    let mut pupil = server.said(&address).await;
    let mum = server.seat("Tomek", "Agnieszka", 3).await;
    let mut at_home = server.open(&address, &mum, Section::Passport, 6).await;
    assert_eq!(words(&at_home.doc), said());
    // What somebody has who was not there when it was hidden.
    let old = SectionDoc::from_state(Section::Passport, 9, &at_home.doc.state()).unwrap();
    assert!(says(&old.state()) && !tables_say(&mut owner).await.is_empty());

    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.hide(&pike, SAID).await.unwrap();
    // On every open page, for who comes later, and in the page the server makes.
    at_home.until_doc(|doc| words(doc) == hidden()).await;
    pupil.until_doc(|doc| words(doc) == hidden()).await;
    let joiner = server.open(&address, &mum, Section::Passport, 7).await;
    assert_eq!(words(&joiner.doc), hidden());
    assert!(!says(&joiner.doc.state()));
    let (_, page) = server.page(&mum, &format!("/meetings/{}", mum.meeting)).await;
    assert!(page.contains(MARK) && !page.contains("zwieback"));
    // Nor does the database hold it any more where anybody’s documents are.
    assert_eq!(tables_say(&mut owner).await, Vec::<String>::new());

    // Whoever comes back with all of the old text changes nothing by it; what they wrote meanwhile is kept.
    old.splice(&HELP, item(1), HELP.fields[0].key, &Splice { at: 0, delete: 0, insert: "Please: ".to_owned() });
    let mut back = server.open(&address, &mum, Section::Passport, 10).await;
    let lacks = old.diff(&back.doc.state_vector()).unwrap();
    assert!(!says(&lacks));
    back.say(Message::SyncStep2(lacks)).await;
    back.until_saved().await;
    let reader = server.open(&address, &mum, Section::Passport, 11).await;
    assert_eq!(words(&reader.doc), format!("Please: {}", hidden()));
    assert!(!says(&reader.doc.state()));

    // And so it is after the server begins anew.
    server.rooms.close_all().await;
    let server = TestServer::start_on(server.db.clone());
    let address = server.listen().await;
    let reader = server.open(&address, &mum, Section::Passport, 12).await;
    assert_eq!(words(&reader.doc), format!("Please: {}", hidden()));
    assert_eq!(tables_say(&mut owner).await, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn who_had_undone_their_own_deleting_meanwhile_does_not_bring_it_back(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mut owner, address) = (owner(&options).await, server.listen().await);
    let pupil = server.said(&address).await;
    // Without a line: taken out, and put back by an undo, which is a new writing of the same words.
    let tomek = server.seat("Tomek", "Tomek", 3).await;
    let alone = SectionDoc::from_state(Section::Passport, 5, &pupil.doc.state()).unwrap();
    let splice = |delete, insert: &str| Splice { at: from(), delete, insert: insert.to_owned() };
    let length = SAID.encode_utf16().count() as u32;
    alone.splice(&HELP, item(1), HELP.fields[0].key, &splice(length, ""));
    alone.splice(&HELP, item(1), HELP.fields[0].key, &splice(0, SAID));
    drop(pupil);
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.hide(&pike, SAID).await.unwrap();

    let mut back = server.open(&address, &tomek, Section::Passport, 15).await;
    let lacks = alone.diff(&back.doc.state_vector()).unwrap();
    assert!(says(&lacks));
    back.say(Message::SyncStep2(lacks)).await;
    back.until(|message| *message == Message::SyncStatus(false)).await;
    let mut reader = server.open(&address, &pike, Section::Passport, 16).await;
    assert_eq!(words(&reader.doc), hidden());
    assert_eq!(tables_say(&mut owner).await, Vec::<String>::new());
    // The meeting goes on.
    reader
        .edit(|doc| {
            doc.splice(&HELP, item(1), HELP.fields[0].key, &Splice { at: 0, delete: 0, insert: "a".to_owned() })
        })
        .await;
}

#[sqlx::test(migrations = false)]
async fn only_those_who_may_hide_and_only_what_they_saw(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let mut pupil = server.said(&address).await;
    for (name, told) in
        [("Agnieszka", AppError::NotAllowed), ("Tomek", AppError::NotAllowed), ("Miss Qureshi", AppError::NotAllowed)]
    {
        let seat = server.seat("Tomek", name, 3).await;
        assert_eq!(server.hide(&seat, SAID).await, Err(told), "{name}");
    }
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let amara = server.seat("Amara", "Mr Prys", 3).await;
    let elsewhere = Seat { meeting: pike.meeting, ..amara };
    assert_eq!(server.hide(&elsewhere, SAID).await, Err(AppError::NotFound));
    for words in ["zwieback hits you at home", "", &format!("{SAID}{AFTER} And more.")] {
        assert_eq!(server.hide(&pike, words).await, Err(AppError::TextChanged), "{words}");
    }
    let typed = Splice { at: 0, delete: 0, insert: "a".to_owned() };
    pupil.edit(|doc| doc.splice(&HELP, item(1), HELP.fields[0].key, &typed)).await;
    pupil.until_saved().await;
    assert_eq!(server.hide(&pike, SAID).await, Err(AppError::TextChanged));
    let evidence = sqlx::query_scalar::<_, i64>("select count(*) from hidden_passages");
    assert_eq!(evidence.fetch_one(&mut owner(&options).await).await.unwrap(), 0);

    // The SENCO may, whoever runs the meeting.
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    let teacher = server.seat("Tomek", "Miss Qureshi", 3).await;
    posts::give(&mut txn, teacher.viewer.person, Post::Senco).await.unwrap();
    txn.commit().await.unwrap();
    let passage = server.backend.passage_hide(teacher.viewer, teacher.meeting, field(), from() + 1, SAID.to_owned());
    assert_eq!(passage.await, Ok(()));
    // All of a text is a passage too.
    let all = format!("a{}", hidden());
    assert_eq!(server.backend.passage_hide(pike.viewer, pike.meeting, field(), 0, all).await, Ok(()));
    pupil.until_doc(|doc| words(doc) == MARK).await;
}

#[sqlx::test(migrations = false)]
async fn the_safeguarding_lead_alone_reads_it_and_that_is_written_down(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (mut owner, address) = (owner(&options).await, server.listen().await);
    drop(server.said(&address).await);
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    let lead = server.seat("Kai", "Mrs Hussain-Webb", 3).await;
    let (_, home) = server.page(&lead, "/").await;
    assert!(!home.contains("href=\"/safeguarding\""));
    server.hide(&pike, SAID).await.unwrap();

    let (_, home) = server.page(&lead, "/").await;
    assert!(home.contains("1 passage was hidden and waits to be read.") && !home.contains("zwieback"));
    let (status, list) = server.page(&lead, "/safeguarding").await;
    assert_eq!(status, StatusCode::OK);
    for told in ["Tomek", "Hidden by Mrs Joanna Pike", "19 November", "Not read yet"] {
        assert!(list.contains(told), "{told}");
    }
    assert!(!list.contains("zwieback"));
    let id: uuid::Uuid = sqlx::query_scalar("select id from hidden_passages").fetch_one(&mut owner).await.unwrap();
    let one = format!("/safeguarding?passage={id}");
    assert!(list.contains(&one));

    for seat in [&pike, &server.seat("Tomek", "Miss Qureshi", 3).await, &server.seat("Tomek", "Agnieszka", 3).await] {
        for path in ["/safeguarding", &one] {
            let (status, page) = server.page(seat, path).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
            assert!(!page.contains("zwieback"));
        }
        assert!(!server.page(seat, "/").await.1.contains("was hidden"));
    }
    let (status, page) = server.page(&lead, &one).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(SAID) && page.contains("Written by Tomasz"));
    let (_, home) = server.page(&lead, "/").await;
    assert!(home.contains("Every hidden passage was read."));
    assert_eq!(
        server.page(&lead, &format!("/safeguarding?passage={}", uuid::Uuid::nil())).await.0,
        StatusCode::NOT_FOUND
    );

    // Who hid it and who read it, and never a word of it.
    let deeds: Vec<(String, Option<uuid::Uuid>, Option<uuid::Uuid>)> =
        sqlx::query_as("select verb, actor, meeting_id from audit where subject = $1 order by number")
            .bind(id)
            .fetch_all(&mut owner)
            .await
            .unwrap();
    let deed = |verb: &str, who: &Seat| (verb.to_owned(), Some(who.viewer.person.0), Some(pike.meeting.0));
    assert_eq!(deeds, [deed("passage-hidden", &pike), deed("hidden-read", &lead)]);
    assert_eq!(tables_say(&mut owner).await, Vec::<String>::new());
    // What is handed out about the child says neither the words nor that there were any.
    let tomek = server.pupil_of(&pike).await;
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    let archive = subject::export(&mut txn, tomek, None, NOON).await.unwrap();
    txn.commit().await.unwrap();
    for told in ["zwieback", "passage-hidden", "hidden-read", &id.to_string()] {
        assert!(!archive.windows(told.len()).any(|window| window == told.as_bytes()), "{told}");
    }

    // A lead who is kept from the child is not shown it; nor is one of another school.
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    db::pupils::withhold(&mut txn, tomek, lead.viewer.person, "A relative").await.unwrap();
    txn.commit().await.unwrap();
    assert!(server.page(&lead, "/safeguarding").await.1.contains("Nothing was hidden"));
    assert_eq!(server.page(&lead, &one).await.0, StatusCode::NOT_FOUND);
    let other = server.seat("Amara", "Mr Prys", 3).await;
    let mut txn = server.db.begin(other.viewer.school).await.unwrap();
    posts::give(&mut txn, other.viewer.person, Post::SafeguardingLead).await.unwrap();
    txn.commit().await.unwrap();
    assert!(server.page(&other, "/safeguarding").await.1.contains("Nothing was hidden"));
    assert_eq!(server.page(&other, &one).await.0, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = false)]
async fn evidence_is_never_changed_and_outlives_its_meeting_but_not_the_childs_file(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    drop(server.said(&address).await);
    let pike = server.seat("Tomek", "Mrs Pike", 3).await;
    server.hide(&pike, SAID).await.unwrap();
    for sql in ["update hidden_passages set words = ''", "delete from hidden_passages"] {
        let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
        assert!(
            sqlx::query(sql).execute(txn.connection()).await.unwrap_err().to_string().contains("permission denied")
        );
    }
    // Where nobody is the safeguarding lead it is the head’s to read.
    let (tomek, lead) = (server.pupil_of(&pike).await, server.seat("Kai", "Mrs Hussain-Webb", 3).await);
    let mut owner = owner(&options).await;
    sqlx::query("update posts set post = 'head' where post = 'safeguarding-lead'").execute(&mut owner).await.unwrap();
    assert!(server.page(&lead, "/safeguarding").await.1.contains("Hidden by Mrs Joanna Pike"));

    server.rooms.close_all().await;
    let mut txn = server.db.begin(pike.viewer.school).await.unwrap();
    assert!(erasures::destroy_meeting(&mut txn, pike.meeting).await.unwrap());
    let evidence = db::hidden::list(&mut txn, lead.viewer.person, 9).await.unwrap();
    assert_eq!((evidence.len(), evidence[0].kind.clone()), (1, None));
    assert!(erasures::destroy_pupil(&mut txn, tomek).await.unwrap());
    assert!(db::hidden::list(&mut txn, lead.viewer.person, 9).await.unwrap().is_empty());
}
