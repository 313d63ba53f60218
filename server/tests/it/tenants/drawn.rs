//! The socket, asked with ids of another school of every kind there is, by each school of the other.

use std::collections::BTreeSet;

use shared::{MeetingId, SchoolId, Section, protocol::Message};
use sqlx::{
    AssertSqlSafe, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::schools;
use crate::support::{TestServer, owner, socket::Tab};

/// Where the draws begin: the same each time, so that what fails fails again.
pub(super) const SEED: u64 = 0x5EED;

/// Numbers by chance, from a seed (xorshift).
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    pub(super) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

/// An id of every kind that this school has: one of each column of ids there is.
pub(super) async fn every_kind_of_id(owner: &mut PgConnection, school: SchoolId) -> Vec<String> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select attrelid::regclass::text, attname::text from pg_attribute join pg_class c on c.oid = attrelid
         where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
           and atttypid = 'uuid'::regtype order by 1, 2",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let mut all = BTreeSet::from([school.to_string()]);
    for (table, column) in columns {
        let sql = format!(
            "select \"{column}\"::text from {table} where school_id = '{school}' and \"{column}\" is not null
             order by 1 limit 2"
        );
        all.extend(sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&mut *owner).await.unwrap());
    }
    all.into_iter().collect()
}

#[sqlx::test(migrations = false)]
async fn no_id_of_another_school_opens_a_section_whatever_it_is_the_id_of(
    pool: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = TestServer::start(pool, options.clone()).await;
    let address = server.listen().await;
    let mut owner = owner(&options).await;
    let (ours, theirs) = schools(&server).await;
    let mut chance = Chance(SEED);
    for (seat, other) in
        [(server.seat("Tomek", "Mrs Pike", 3).await, theirs), (server.seat("Amara", "Denise", 3).await, ours)]
    {
        let cookie = server.sign_in(&seat).await;
        for id in every_kind_of_id(&mut owner, other).await {
            let section = *chance.of(&Section::ALL);
            let mut tab = Tab::connect(&address, &cookie, MeetingId(id.parse().unwrap()), section, 600).await;
            tab.say(Message::AuthToken(String::new())).await;
            tab.say(Message::SyncStep1(vec![0])).await;
            let heard = tab.heard_so_far().await;
            let is_denied = |message: &Message| matches!(message, Message::PermissionDenied(_));
            assert!(!heard.is_empty() && heard.iter().all(is_denied), "{id} {section:?}: {heard:?}");
        }
    }
}
