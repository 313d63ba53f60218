//! One table with somebody in every part and post, and as many at another one of the school, and in another school.

use axum::http::header;
use server::{
    db::{
        accounts,
        login_sessions::{self, Proof},
        posts,
    },
    keys,
    secret::Hash,
};
use shared::{MeetingId, ParticipantId, PersonId, PupilId, Role, rights::Post};
use sqlx::PgConnection;
use time::Duration;
use uuid::Uuid;

use super::Who;
use crate::support::{NOON, Seat, TestServer};

pub(crate) struct Table {
    pub(crate) now: MeetingId,
    /// An earlier meeting of the same table.
    pub(crate) agreed: MeetingId,
    /// Somebody nothing is asked by.
    pub(crate) other: ParticipantId,
    pub(crate) knocks: [Uuid; 2],
    /// Whose table it is.
    pub(crate) child: PupilId,
    /// Something the earlier meeting promised.
    pub(crate) promised: Uuid,
    /// The meeting of the other table, and its looked-after child.
    pub(crate) elsewhere: MeetingId,
    pub(crate) cared_for: PupilId,
    /// The meeting that agreed that child’s newest education plan.
    pub(crate) their_plan: MeetingId,
    /// Somebody from outside the school, at this table.
    pub(crate) visitor: PersonId,
    /// A help that the earlier meeting planned.
    pub(crate) help: Uuid,
    /// Something that was hidden at this table.
    pub(crate) passage: Uuid,
    /// Somebody of the staff without an account. Each who asks has one of their own, so that each may do the same.
    pub(crate) colleague: Uuid,
}

impl Table {
    pub(crate) async fn set(server: &TestServer, owner: &mut PgConnection) -> Self {
        let (tomek, earlier) = (server.seat("Tomek", "Marek", 3).await, server.seat("Tomek", "Marek", 2).await);
        let (kai, amara) = (server.seat("Kai", "Pat", 3).await, server.seat("Amara", "Denise", 3).await);
        // Whichever of the other two is of the same school as Tomek.
        let (same, different) = if kai.viewer.school == tomek.viewer.school { (&kai, &amara) } else { (&amara, &kai) };
        assert_eq!(same.viewer.school, tomek.viewer.school);
        assert_ne!(different.viewer.school, tomek.viewer.school);
        for at in [&tomek, &earlier, same, different] {
            let sql = "update participants set role = 'teacher' where meeting_id = $1 and role = 'facilitator'";
            sqlx::query(sql).bind(at.meeting.0).execute(&mut *owner).await.unwrap();
        }
        let mut accounts = vec![
            (Who::Half, Proof::Half, None, vec![&tomek]),
            (Who::Account, Proof::Full, None, vec![&tomek]),
            (Who::Left, Proof::Full, Some(Post::Senco), vec![&tomek, &earlier]),
            (Who::TeachesClass, Proof::Full, None, vec![&tomek]),
            (Who::KeptAway, Proof::Full, Some(Post::Senco), vec![&tomek, &earlier]),
        ];
        for post in Post::ALL {
            accounts.push((Who::Holds(post), Proof::Full, Some(post), vec![&tomek]));
            accounts.push((Who::HoldsThere(post), Proof::Full, Some(post), vec![different]));
        }
        let place = async |owner: &mut PgConnection, who: Who, role: Role, at: &[&Seat]| {
            let person = person(who);
            seat(owner, at, person, role).await;
            let mut txn = server.db.begin(at[0].viewer.school).await.unwrap();
            let (id, ends) = (Hash::of(&session(who)), NOON + Duration::hours(1));
            login_sessions::create(&mut txn, id, shared::PersonId(person), "", NOON, ends).await.unwrap();
            login_sessions::let_in(&mut txn, id.into(), at[0].meeting).await.unwrap();
            txn.commit().await.unwrap();
        };
        for role in Role::ALL {
            place(owner, Who::Here(role), role, &[&tomek, &earlier]).await;
            place(owner, Who::OtherTable(role), role, &[same]).await;
            place(owner, Who::OtherSchool(role), role, &[different]).await;
        }
        place(owner, Who::Scribe, Role::Assistant, &[&tomek, &earlier]).await;
        place(owner, Who::ByCode, Role::Teacher, &[&tomek, &earlier]).await;
        for sql in [
            "update people set kind = 'specialist' where id = $1",
            "update participants set by_code = true where person_id = $1",
        ] {
            sqlx::query(sql).bind(person(Who::ByCode)).execute(&mut *owner).await.unwrap();
        }
        let sql = "update participants set scribe = person_id = $2, scribe_from_the_start = person_id = $2 where meeting_id = $1 and (scribe or person_id = $2)";
        for at in [&tomek, &earlier] {
            // One at most: first nobody is.
            for who in [Uuid::nil(), person(Who::Scribe)] {
                sqlx::query(sql).bind(at.meeting.0).bind(who).execute(&mut *owner).await.unwrap();
            }
        }
        let ends = NOON + Duration::hours(1);
        for post in Post::ALL {
            let who = Who::HoldsByLink(post);
            seat(owner, &[&tomek], person(who), Role::Teacher).await;
            unseat(owner, PersonId(person(who))).await;
            let mut txn = server.db.begin(tomek.viewer.school).await.unwrap();
            let id = Hash::of(&session(who));
            posts::give(&mut txn, PersonId(person(who)), post).await.unwrap();
            login_sessions::create(&mut txn, id, PersonId(person(who)), "", NOON, ends).await.unwrap();
            login_sessions::made_for(&mut txn, id.into(), earlier.meeting).await.unwrap();
            txn.commit().await.unwrap();
        }
        for (who, ends) in [(Who::Expired, NOON), (Who::Removed, ends), (Who::ByAnotherLink, ends)] {
            seat(owner, &[&tomek, &earlier], person(who), Role::Parent).await;
            let mut txn = server.db.begin(tomek.viewer.school).await.unwrap();
            let whose = shared::PersonId(person(who));
            let id = Hash::of(&session(who));
            login_sessions::create(&mut txn, id, whose, "", NOON, ends).await.unwrap();
            login_sessions::made_for(&mut txn, id.into(), earlier.meeting).await.unwrap();
            txn.commit().await.unwrap();
        }
        for (who, proof, post, at) in accounts {
            let (whose, school) = (PersonId(person(who)), at[0].viewer.school);
            seat(owner, &at, whose.0, Role::Teacher).await;
            let mut txn = server.db.begin(school).await.unwrap();
            if !matches!(who, Who::Left | Who::KeptAway) {
                unseat(owner, whose).await;
            }
            accounts::create(&mut txn, whose, &format!("{}@school.example", session(who).to_lowercase()), NOON)
                .await
                .unwrap();
            if who == Who::TeachesClass {
                let sql = "select p.class_name from pupils p join meetings m on m.pupil_id = p.id where m.id = $1";
                let class: String = sqlx::query_scalar(sql).bind(tomek.meeting.0).fetch_one(&mut *owner).await.unwrap();
                posts::give_of_class(&mut txn, whose, Post::Teacher, &class).await.unwrap();
            } else if let Some(post) = post {
                posts::give(&mut txn, whose, post).await.unwrap();
            }
            let ends = NOON + Duration::hours(1);
            login_sessions::create_with(&mut txn, Hash::of(&session(who)), whose, proof, "", NOON, ends).await.unwrap();
            txn.commit().await.unwrap();
        }
        assert!(keys::accounts::close(&server.state, tomek.viewer, PersonId(person(Who::Left))).await.unwrap());
        for who in Who::all() {
            seat(owner, &[&tomek], colleague(who), Role::Teacher).await;
            unseat(owner, PersonId(colleague(who))).await;
            let mut txn = server.db.begin(tomek.viewer.school).await.unwrap();
            posts::give(&mut txn, PersonId(colleague(who)), Post::Assistant).await.unwrap();
            txn.commit().await.unwrap();
        }
        let child = server.pupil_of(&tomek).await;
        let sql =
            "insert into withheld (school_id, pupil_id, person_id, reason) values ($1, $2, $3, 'So it was decided')";
        let kept_away = sqlx::query(sql).bind(tomek.viewer.school.0).bind(child.0).bind(person(Who::KeptAway));
        kept_away.execute(&mut *owner).await.unwrap();
        let sql = "update participants set removed_at = now() where person_id = $1";
        sqlx::query(sql).bind(person(Who::Removed)).execute(&mut *owner).await.unwrap();
        let knocks = [Uuid::from_u128(1), Uuid::from_u128(2)];
        for knock in knocks {
            let sql = "insert into knocks (school_id, id, meeting_id, name, device, secret_hash, knocked_at, seen_at)
                       values ($1, $2, $3, 'Zofia', '', sha256(uuid_send($2)), $4, $4)";
            let insert = sqlx::query(sql).bind(tomek.viewer.school.0).bind(knock).bind(tomek.meeting.0).bind(NOON);
            insert.execute(&mut *owner).await.unwrap();
        }
        let sql =
            "select a.item_id from actions a join records r on r.id = a.record_id where r.meeting_id = $1 limit 1";
        let promised = sqlx::query_scalar(sql).bind(earlier.meeting.0).fetch_one(&mut *owner).await.unwrap();
        let sql = "select item_id from help_given where meeting_id = $1 limit 1";
        let help = sqlx::query_scalar(sql).bind(earlier.meeting.0).fetch_one(&mut *owner).await.unwrap();
        let passage = Uuid::from_u128(3);
        let sql = "insert into hidden_passages
                     (school_id, id, pupil_id, meeting_id, section, field, words, written_by, hidden_by, hidden_at)
                   values ($1, $2, $3, $4, 'plan', '', 'x', '{}', $5, $6)";
        let insert = sqlx::query(sql).bind(tomek.viewer.school.0).bind(passage).bind(child.0).bind(earlier.meeting.0);
        insert.bind(tomek.viewer.person.0).bind(NOON).execute(&mut *owner).await.unwrap();
        let cared_for = server.pupil_of(same).await;
        let sql = "select meeting_id from agreed_records where pupil_id = $1 order by held_on desc limit 1";
        let their_plan = MeetingId(sqlx::query_scalar(sql).bind(cared_for.0).fetch_one(&mut *owner).await.unwrap());
        let late = Seat {
            viewer: tomek.viewer,
            meeting: tomek.meeting,
            participant: seat(owner, &[&tomek], person(Who::Late), Role::Parent).await,
        };
        let token = server.token(&late).await;
        let sql = "update join_links set expires_at = $2 where participant_id = $1";
        sqlx::query(sql).bind(late.participant.0).bind(NOON).execute(owner).await.unwrap();
        let pressed = server.post(&format!("/join/{token}"), None).await;
        assert!(pressed.headers().get(header::SET_COOKIE).is_none(), "a link that has ended opens nothing");
        Self {
            now: tomek.meeting,
            agreed: earlier.meeting,
            other: tomek.participant,
            knocks,
            child,
            promised,
            elsewhere: same.meeting,
            cared_for,
            their_plan,
            visitor: tomek.viewer.person,
            help,
            passage,
            colleague: colleague(Who::SignedOut),
        }
    }

    /// From now on whoever did not come by this meeting’s own link has to knock, and posts need an account.
    pub(crate) async fn is_closed_to_others(&self, owner: &mut PgConnection) {
        knock_at(owner, self.now).await;
        let sql = "update schools set pages_need_account = true
                   where school_id = (select school_id from meetings where id = $1)";
        sqlx::query(sql).bind(self.now.0).execute(owner).await.unwrap();
    }

    /// The earlier meeting is open again: whoever has a place there went through its door, and nobody else.
    pub(crate) async fn come_to_the_reopened(&self, server: &TestServer, owner: &mut PgConnection) {
        knock_at(owner, self.agreed).await;
        // Who opened it has a place there since: see `corrections`.
        let sql = "delete from participants where meeting_id = $1 and person_id = $2";
        let opened = sqlx::query(sql).bind(self.agreed.0).bind(person(Who::Holds(Post::Head)));
        opened.execute(&mut *owner).await.unwrap();
        for who in Who::all().into_iter().filter(|who| who.seat().is_some()) {
            let mut txn = server.db.begin(viewer(server, who).await.school).await.unwrap();
            login_sessions::let_in(&mut txn, Hash::of(&session(who)).into(), self.agreed).await.unwrap();
            txn.commit().await.unwrap();
        }
    }
}

async fn knock_at(owner: &mut PgConnection, meeting: MeetingId) {
    sqlx::query("update meetings set doors = 'knock' where id = $1").bind(meeting.0).execute(owner).await.unwrap();
}

fn person(who: Who) -> Uuid {
    Uuid::new_v5(&Uuid::nil(), format!("{who:?}").as_bytes())
}

/// Whom this one asks about.
pub(crate) fn colleague(who: Who) -> Uuid {
    Uuid::new_v5(&Uuid::nil(), format!("colleague of {who:?}").as_bytes())
}

pub(crate) fn session(who: Who) -> String {
    format!("{who:?}").replace(['(', ')'], "-")
}

/// A new person, in this part at each of these tables.
async fn seat(owner: &mut PgConnection, at: &[&Seat], person: Uuid, role: Role) -> ParticipantId {
    let sql = "insert into people (school_id, id, kind, full_name, display_name) values ($1, $2, 'staff', 'X', 'X')";
    sqlx::query(sql).bind(at[0].viewer.school.0).bind(person).execute(&mut *owner).await.unwrap();
    for seat in at {
        let sql = "insert into participants
                     (school_id, id, meeting_id, person_id, position, role, title, colour, attendance)
                   values ($1, $2, $3, $4, 50, $5, 'X', 1, 'in_person')";
        sqlx::query(sql)
            .bind(seat.viewer.school.0)
            .bind(Uuid::new_v5(&seat.meeting.0, person.as_bytes()))
            .bind(seat.meeting.0)
            .bind(person)
            .bind(role.name())
            .execute(&mut *owner)
            .await
            .unwrap();
    }
    ParticipantId(Uuid::new_v5(&at[0].meeting.0, person.as_bytes()))
}

async fn unseat(owner: &mut PgConnection, person: PersonId) {
    sqlx::query("delete from participants where person_id = $1").bind(person.0).execute(owner).await.unwrap();
}

/// For the backend itself.
pub(crate) async fn viewer(server: &TestServer, who: Who) -> app::backend::Viewer {
    let id = Hash::of(&session(who));
    login_sessions::find(&server.db, id).await.unwrap().unwrap().viewer
}
