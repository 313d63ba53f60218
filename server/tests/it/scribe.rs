//! Who types what the child says: from when on, and what of it they read.

use app::error::AppError;
use shared::{Role, Section, doc::NewItem, protocol::Message, schema::views::VIEWS};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::support::{
    Seat, TestServer, owner,
    socket::{Address, Tab},
    table::item,
};

impl TestServer {
    async fn is_kept_from(&self, address: &Address, seat: &Seat) {
        let cookie = self.sign_in(seat).await;
        let mut tab = Tab::connect(address, &cookie, seat.meeting, Section::PupilPrivate, 9).await;
        tab.say(Message::AuthToken(String::new())).await;
        tab.until(|message| matches!(message, Message::PermissionDenied(_))).await;
    }
}

#[sqlx::test(migrations = false)]
async fn what_a_child_asked_not_to_share_stays_with_who_typed_for_them_then(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let seat = async |name| server.seat("Tomek", name, 3).await;
    let (pike, teacher, tomek) = (seat("Mrs Pike").await, seat("Miss Qureshi").await, seat("Tomek").await);
    let name = |who: &Seat| server.backend.meeting_scribe(pike.viewer, pike.meeting, Some(who.participant));
    name(&teacher).await.unwrap();
    let mut helper = server.open(&address, &teacher, Section::PupilPrivate, 6).await;
    let mut child = server.open(&address, &tomek, Section::PupilPrivate, 5).await;
    let new = NewItem::by(tomek.viewer.person).with("answer", "Nobody sits with me.");
    child.edit(|doc| doc.add(&VIEWS, item(1), new)).await;
    child.until_saved().await;
    helper.until_doc(|doc| doc.words(&VIEWS, item(1), "answer") == "Nobody sits with me.").await;

    // Whoever runs the meeting picks somebody else, or themselves: that was not promised to them.
    name(&pike).await.unwrap();
    helper.until(|message| matches!(message, Message::PermissionDenied(_))).await;
    server.is_kept_from(&address, &pike).await;
    // They type for the child everywhere else.
    server.open(&address, &pike, Section::PupilViews, 7).await;
    // Nor does anybody come back to it by being picked again.
    name(&teacher).await.unwrap();
    server.is_kept_from(&address, &teacher).await;
    child.until_doc(|doc| doc.words(&VIEWS, item(1), "answer") == "Nobody sits with me.").await;
}

#[sqlx::test(migrations = false)]
async fn who_watches_and_listens_types_for_nobody(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let (pike, dad) = (server.seat("Tomek", "Mrs Pike", 3).await, server.seat("Tomek", "Marek", 3).await);
    let sql = "update participants set role = $2 where id = $1";
    let observer = sqlx::query(sql).bind(dad.participant.0).bind(Role::Observer.name());
    observer.execute(&mut owner(&options).await).await.unwrap();
    let named = server.backend.meeting_scribe(pike.viewer, pike.meeting, Some(dad.participant)).await;
    assert_eq!(named, Err(AppError::NotFound));
}
