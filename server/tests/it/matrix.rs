//! Every address the server answers, asked by everybody: exactly those who may are answered.
//!
//! The list of addresses comes from the router itself, so that a new one without a row here fails.

use std::collections::{BTreeMap, BTreeSet};

use app::error::AppError;
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use server::{
    db::{
        accounts,
        login_sessions::{self, Proof},
    },
    http,
    secret::Hash,
};
use shared::{MeetingId, ParticipantId, PupilId, Role, rights::Tie};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::Duration;
use tower::ServiceExt;
use uuid::Uuid;

use crate::support::{NOON, Seat, TestServer, owner, text};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    SignedOut,
    Expired,
    /// Has an account here, and has given one proof of two.
    Half,
    /// Has an account here, and nothing else.
    Account,
    /// Had a place at this table.
    Removed,
    /// In this part, at this table.
    Here(Role),
    /// In this part, at a table of another school.
    OtherSchool(Role),
    /// In this part, at another table of this school.
    OtherTable(Role),
}

impl Who {
    fn all() -> Vec<Self> {
        let roles = |who: fn(Role) -> Self| Role::ALL.into_iter().map(who);
        let nobody = [Self::SignedOut, Self::Expired, Self::Half, Self::Account, Self::Removed];
        // Those who may nothing first: whoever may, changes something.
        nobody
            .into_iter()
            .chain(roles(Self::OtherSchool))
            .chain(roles(Self::OtherTable))
            .chain(roles(Self::Here))
            .collect()
    }
}

/// What somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Done, or why it cannot be done just now by anybody.
    Yes,
    NotSignedIn,
    /// To do so with an account.
    SignIn,
    NotFound,
    NotAllowed,
    PlaceClosed,
}

/// Who may.
#[derive(Clone, Copy)]
pub(crate) enum May {
    Anybody,
    /// Nobody without a secret of their own in the address or the browser.
    WhoHoldsASecret,
    WhoIsSignedIn,
    /// Whoever has given one proof of two.
    HalfWay,
    WithAnAccount,
    /// The same, asked by the script of a page.
    WithAnAccountByScript,
    /// Whoever runs the accounts of the school: nobody here does.
    WhoRunsAccounts,
    AtTheTable(fn(Role) -> bool),
    /// Whoever holds a post in the school: nobody here does, and each is told so. An address says it by its status
    /// alone, which a closed place has too.
    WithAPost(Told),
    /// Nobody: it is a page of looked-after children, and whether this one is, is not said.
    NotOfThisChild,
    /// Whoever has a tie to the child of this table, of such a kind.
    WithATie(fn(Tie) -> bool),
}

const EVERYBODY: May = May::AtTheTable(|_| true);
const POST_PAGE: May = May::WithAPost(Told::PlaceClosed);
const TIED: May = May::WithATie(|_| true);
const FACILITATOR: May = May::AtTheTable(Role::can_facilitate);

impl May {
    fn told(self, who: Who) -> Told {
        match (self, who) {
            (Self::Anybody, _) | (Self::HalfWay, Who::Half) => Told::Yes,
            (Self::WithAnAccount | Self::WithAnAccountByScript, Who::Account) => Told::Yes,
            (Self::WhoRunsAccounts, Who::Account) => Told::PlaceClosed,
            (Self::WithAnAccountByScript, _) => Told::NotSignedIn,
            (Self::HalfWay | Self::WithAnAccount | Self::WhoRunsAccounts, _) => Told::SignIn,
            (Self::WhoHoldsASecret, _) | (_, Who::SignedOut | Who::Expired | Who::Half) => Told::NotSignedIn,
            (Self::WhoIsSignedIn, _) => Told::Yes,
            (Self::AtTheTable(_), Who::Removed) => Told::PlaceClosed,
            (Self::AtTheTable(_), Who::OtherSchool(_) | Who::OtherTable(_) | Who::Account) => Told::NotFound,
            (Self::AtTheTable(may), Who::Here(role)) if may(role) => Told::Yes,
            (Self::AtTheTable(_), Who::Here(_)) => Told::NotAllowed,
            (Self::NotOfThisChild, _) => Told::NotFound,
            (Self::WithAPost(told), _) => told,
            (Self::WithATie(may), Who::Here(role)) => match Tie::of(&[], Some(role), false) {
                Tie::Nobody => Told::NotFound,
                tie if may(tie) => Told::Yes,
                _ => Told::NotAllowed,
            },
            (Self::WithATie(_), Who::Removed | Who::OtherSchool(_) | Who::OtherTable(_) | Who::Account) => {
                Told::NotFound
            }
        }
    }
}

/// What is asked, in the order in which it makes sense: a command, or an address.
pub(crate) fn rows(table: &Table) -> Vec<(&'static str, String, May)> {
    let Table { now, agreed, other, knocks, child, promised } = table;
    let meeting = |more: &str| format!("meeting={now}{more}");
    let of = |more: &str| meeting(&format!("&participant={other}{more}"));
    let record = format!("meeting={agreed}");
    let nobody = || format!("person={}", Uuid::nil());
    vec![
        // addresses
        ("GET /healthz", String::new(), May::Anybody),
        ("GET /readyz", String::new(), May::Anybody),
        ("GET /", String::new(), May::Anybody),
        ("GET /goodbye", String::new(), May::Anybody),
        ("GET /code", String::new(), May::Anybody),
        ("GET /lobby", String::new(), May::WhoHoldsASecret),
        // Whoever holds the token: here it is nobody’s, and everybody is told that the link has ended.
        ("GET /join/{token}", "/join/AAAA".to_owned(), May::Anybody),
        ("POST /join/{token}", "/join/AAAA".to_owned(), May::Anybody),
        // They lead somewhere, without having done anything for who holds no secret.
        ("POST /code", String::new(), May::Anybody),
        ("POST /lobby/enter", String::new(), May::Anybody),
        ("POST /lobby/leave", String::new(), May::Anybody),
        ("POST /switch", String::new(), May::Anybody),
        // ways in with an account: what is wrong with each try is tested in `sign_in`
        ("GET /signin", String::new(), May::Anybody),
        ("POST /signin", String::new(), May::Anybody),
        ("POST /signin/passkey/begin", String::new(), May::Anybody),
        ("POST /signin/passkey", String::new(), May::Anybody),
        ("GET /signin/school", String::new(), May::Anybody),
        ("GET /signin/school/back", String::new(), May::Anybody),
        ("GET /signin/second", String::new(), May::HalfWay),
        ("POST /signin/second", String::new(), May::HalfWay),
        ("GET /set-up", String::new(), May::Anybody),
        ("POST /set-up", String::new(), May::Anybody),
        ("GET /welcome/{token}", "/welcome/AAAA".to_owned(), May::Anybody),
        ("POST /welcome/{token}", "/welcome/AAAA".to_owned(), May::Anybody),
        ("GET /account", String::new(), May::WithAnAccount),
        ("POST /account/end", String::new(), May::WithAnAccount),
        ("POST /account/codes", String::new(), May::WithAnAccount),
        ("POST /account/passkeys/begin", String::new(), May::WithAnAccountByScript),
        ("POST /account/passkeys/add", String::new(), May::WithAnAccountByScript),
        ("POST /account/passkeys/remove", String::new(), May::WithAnAccount),
        ("GET /staff", String::new(), May::WhoRunsAccounts),
        ("POST /staff", String::new(), May::WhoRunsAccounts),
        ("GET /staff/posts", String::new(), May::WhoRunsAccounts),
        ("POST /staff/posts", nobody(), May::WhoRunsAccounts),
        ("POST /staff/open", nobody(), May::WhoRunsAccounts),
        ("POST /staff/link", nobody(), May::WhoRunsAccounts),
        ("POST /staff/close", nobody(), May::WhoRunsAccounts),
        ("POST /staff/reopen", nobody(), May::WhoRunsAccounts),
        ("GET /live", String::new(), May::WhoIsSignedIn),
        ("GET /meetings/{id}", format!("/meetings/{now}"), EVERYBODY),
        ("GET /meetings/{id}/prepare", format!("/meetings/{now}/prepare"), EVERYBODY),
        ("GET /meetings/{id}/record", format!("/meetings/{agreed}/record"), EVERYBODY),
        ("GET /meetings/{id}/record.json", format!("/meetings/{agreed}/record.json"), EVERYBODY),
        ("GET /register", String::new(), POST_PAGE),
        ("GET /register/import", String::new(), POST_PAGE),
        ("POST /register/import", String::new(), POST_PAGE),
        ("GET /register.csv", String::new(), POST_PAGE),
        ("GET /delivery", String::new(), POST_PAGE),
        ("POST /delivery", String::new(), POST_PAGE),
        ("GET /safeguarding", String::new(), POST_PAGE),
        ("GET /map", String::new(), POST_PAGE),
        ("GET /map.csv", String::new(), POST_PAGE),
        ("GET /impact", String::new(), POST_PAGE),
        ("GET /impact.csv", String::new(), POST_PAGE),
        ("POST /pupils/{id}/export", format!("/pupils/{child}/export"), May::WithAPost(Told::NotFound)),
        ("GET /pupils/{id}/register", format!("/pupils/{child}/register"), May::WithAPost(Told::NotFound)),
        ("POST /pupils/{id}/register", format!("/pupils/{child}/register"), May::WithAPost(Told::NotFound)),
        ("POST /pupils/{id}/keep-from", format!("/pupils/{child}/keep-from"), May::WithAPost(Told::NotFound)),
        ("POST /pupils/{id}/let-near", format!("/pupils/{child}/let-near"), May::WithAPost(Told::NotFound)),
        ("GET /pupils/{id}", format!("/pupils/{child}"), TIED),
        ("GET /pupils/{id}/pep", format!("/pupils/{child}/pep"), May::NotOfThisChild),
        ("GET /pupils/{id}/passport", format!("/pupils/{child}/passport"), TIED),
        // what live pages read
        ("read_people", meeting(""), EVERYBODY),
        ("read_door", meeting(""), FACILITATOR),
        // commands
        // Before it is opened nobody takes a meeting over; who may then, and when, is tested in `doors`.
        ("take_over", meeting(""), May::AtTheTable(|_| false)),
        ("start_meeting", meeting(""), FACILITATOR),
        ("spotlight", meeting("&part=plan"), FACILITATOR),
        ("name_scribe", meeting(""), FACILITATOR),
        ("hide_passage", meeting(&format!("&field=plan/targets/{}/title&from=0&words=x", Uuid::nil())), FACILITATOR),
        ("set_doors", meeting("&doors=knock"), FACILITATOR),
        ("make_code", meeting(""), FACILITATOR),
        ("decline", meeting(&format!("&knock={}", knocks[0])), FACILITATOR),
        ("admit", meeting(&format!("&knock={}&role=observer", knocks[1])), FACILITATOR),
        ("make_link", of(""), FACILITATOR),
        ("show_link", of(""), FACILITATOR),
        ("take_back_link", of(""), FACILITATOR),
        ("remove_person", of(""), FACILITATOR),
        ("let_back", of(""), FACILITATOR),
        ("note_attendance", meeting(&format!("&who[0]={other}&attendance=in_person")), FACILITATOR),
        ("answer", meeting("&response=agree&comment="), May::AtTheTable(Role::can_agree)),
        ("agree_and_save", meeting(""), FACILITATOR),
        ("start_next_meeting", record, FACILITATOR),
        (
            "tick_action",
            format!("pupil={child}&meeting={agreed}&item={promised}"),
            May::WithATie(|tie| tie == Tie::Teaches),
        ),
        // To somebody who may not have it: so that the table stays as it is, everybody is told the same.
        ("hand_over", meeting(&format!("&to={other}")), May::AtTheTable(|_| false)),
        ("POST /finish", String::new(), May::Anybody),
    ]
}

#[sqlx::test(migrator = "server::db::MIGRATIONS")]
async fn every_address_answers_exactly_those_who_may(pool: PgPoolOptions, options: PgConnectOptions) {
    let server = TestServer::start(pool, options.clone()).await;
    let table = Table::set(&server, &mut owner(&options).await).await;
    let addresses: BTreeMap<String, (Method, String)> = http::addresses(&server.state)
        .into_iter()
        .map(|(method, path)| (name(&method, &path), (method, path)))
        .collect();
    let rows = rows(&table);
    let known: BTreeSet<_> = rows.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(addresses.keys().cloned().collect::<BTreeSet<_>>(), known, "each address needs its row, and none else");

    let mut wrong = vec![];
    for (name, given, may) in rows {
        let (method, path) = &addresses[name];
        for who in Who::all() {
            let told = table.ask(&server, who, method, path, &given).await;
            let expected = may.told(who);
            if told != expected {
                wrong.push(format!("{name}, {who:?}: {told:?} in place of {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// As it stands in the rows: the address, or the name of the command. Those end in figures that change.
pub(crate) fn name(method: &Method, path: &str) -> String {
    match path.strip_prefix("/api/") {
        Some(command) => command.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned(),
        None => format!("{method} {path}"),
    }
}

/// One table with somebody in every part, and as many at another one of the school, and in another school.
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
        for role in Role::ALL {
            let place = async |owner: &mut PgConnection, who: Who, at: &[&Seat]| {
                let person = person(who);
                seat(owner, at, person, role).await;
                let mut txn = server.db.begin(at[0].viewer.school).await.unwrap();
                let (id, ends) = (Hash::of(&session(who)), NOON + Duration::hours(1));
                login_sessions::create(&mut txn, id, shared::PersonId(person), "", NOON, ends).await.unwrap();
                txn.commit().await.unwrap();
            };
            place(owner, Who::Here(role), &[&tomek, &earlier]).await;
            place(owner, Who::OtherTable(role), &[same]).await;
            place(owner, Who::OtherSchool(role), &[different]).await;
        }
        for (who, ends) in [(Who::Expired, NOON), (Who::Removed, NOON + Duration::hours(1))] {
            seat(owner, &[&tomek, &earlier], person(who), Role::Parent).await;
            let mut txn = server.db.begin(tomek.viewer.school).await.unwrap();
            let whose = shared::PersonId(person(who));
            login_sessions::create(&mut txn, Hash::of(&session(who)), whose, "", NOON, ends).await.unwrap();
            txn.commit().await.unwrap();
        }
        for (who, proof) in [(Who::Half, Proof::Half), (Who::Account, Proof::Full)] {
            seat(owner, &[&tomek], person(who), Role::Observer).await;
            sqlx::query("delete from participants where person_id = $1")
                .bind(person(who))
                .execute(&mut *owner)
                .await
                .unwrap();
            let mut txn = server.db.begin(tomek.viewer.school).await.unwrap();
            let (whose, ends) = (shared::PersonId(person(who)), NOON + Duration::hours(1));
            accounts::create(&mut txn, whose, &format!("{}@school.example", session(who).to_lowercase()), NOON)
                .await
                .unwrap();
            login_sessions::create_with(&mut txn, Hash::of(&session(who)), whose, proof, "", NOON, ends).await.unwrap();
            txn.commit().await.unwrap();
        }
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
        let promised = sqlx::query_scalar(sql).bind(earlier.meeting.0).fetch_one(owner).await.unwrap();
        let child = server.pupil_of(&tomek).await;
        Self { now: tomek.meeting, agreed: earlier.meeting, other: tomek.participant, knocks, child, promised }
    }

    async fn ask(&self, server: &TestServer, who: Who, method: &Method, path: &str, given: &str) -> Told {
        let is_command = path.starts_with("/api/");
        let path = if given.starts_with('/') { given } else { path };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "meetings.example")
            .header(header::ORIGIN, "http://meetings.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if who != Who::SignedOut {
            request = request.header(header::COOKIE, format!("sid={}", session(who)));
        }
        let body = if given.starts_with('/') { Body::empty() } else { Body::from(given.to_owned()) };
        let response = server.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        if is_command {
            let body = text(response).await;
            assert_ne!(status, StatusCode::NOT_FOUND, "{path}: no such command");
            return match serde_json::from_str(&body) {
                Ok(AppError::NotSignedIn) => Told::NotSignedIn,
                Ok(AppError::NotFound) => Told::NotFound,
                Ok(AppError::NotAllowed) => Told::NotAllowed,
                Ok(AppError::PlaceClosed) => Told::PlaceClosed,
                Ok(AppError::Outdated) => panic!("{path} does not understand {given}"),
                _ => Told::Yes,
            };
        }
        match status {
            StatusCode::SEE_OTHER if response.headers()[header::LOCATION] == "/signin?why=first" => Told::SignIn,
            StatusCode::UNAUTHORIZED => Told::NotSignedIn,
            StatusCode::NOT_FOUND => Told::NotFound,
            StatusCode::FORBIDDEN => Told::PlaceClosed,
            _ => Told::Yes,
        }
    }
}

fn person(who: Who) -> Uuid {
    Uuid::new_v5(&Uuid::nil(), format!("{who:?}").as_bytes())
}

pub(crate) fn session(who: Who) -> String {
    format!("{who:?}").replace(['(', ')'], "-")
}

/// A new person, in this part at each of these tables.
async fn seat(owner: &mut PgConnection, at: &[&Seat], person: Uuid, role: Role) {
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
}
