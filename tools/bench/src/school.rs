//! A school with as many meetings as are asked for, put into the database by the server’s own
//! functions, as its demo school is. The product has no way in that was made for this.

use std::path::Path;

use server::{
    db::{
        self, Db, SchoolTransaction, login_sessions, meetings::NewMeeting, participants::NewParticipant,
        people::NewPerson, pupils::NewPupil,
    },
    postgres,
    secret::Hash,
    seed::SectionSeed,
};
use shared::{Attendance, MeetingId, ParticipantId, PersonId, PupilId, Role, SchoolId, Section};
use time::{Duration, OffsetDateTime, macros};
use uuid::Uuid;

use crate::paper::{MAKER, Paper, SECTION};

/// Who sits at each table. All of them may write in [`SECTION`].
pub(crate) const ROLES: [Role; 8] = [
    Role::Facilitator,
    Role::Pupil,
    Role::Parent,
    Role::Teacher,
    Role::Assistant,
    Role::Specialist,
    Role::Supporter,
    Role::SocialCare,
];

const SCHOOL: SchoolId = SchoolId(Uuid::from_u128(1 << 64));

/// Makes the database in this data directory, and leaves it stopped. `papers` has one for each meeting.
pub(crate) async fn make(data: &Path, papers: &[&Paper]) -> anyhow::Result<()> {
    let postgres = postgres::start(&data.join("postgres")).await?;
    let made = fill(postgres.options(), papers).await;
    postgres.stop().await;
    made
}

pub(crate) fn document(meeting: usize) -> String {
    SECTION.document_name(MeetingId(id(Kind::Meeting, meeting, 0)))
}

/// What this person’s browser would hold.
pub(crate) fn session(meeting: usize, seat: usize) -> String {
    format!("bench-{meeting}-{}", seat % ROLES.len())
}

/// Everything another program needs to sit down at these tables.
pub(crate) fn describe(paper: &Paper, meetings: usize) -> serde_json::Value {
    let texts: Vec<_> =
        paper.texts.iter().map(|(client, clock)| serde_json::json!({ "client": client, "clock": clock })).collect();
    let table = |meeting| {
        let cookies: Vec<_> = (0..ROLES.len()).map(|seat| format!("sid={}", session(meeting, seat))).collect();
        serde_json::json!({ "document": document(meeting), "cookies": cookies })
    };
    serde_json::json!({ "texts": texts, "tables": (0..meetings).map(table).collect::<Vec<_>>() })
}

async fn fill(options: sqlx::postgres::PgConnectOptions, papers: &[&Paper]) -> anyhow::Result<()> {
    db::migrate(&options).await?;
    let db = Db::connect(options, 2).await?;
    let mut txn = db.begin(SCHOOL).await?;
    db::schools::create(&mut txn, "A school with many meetings").await?;
    for (meeting, paper) in papers.iter().enumerate() {
        table(&mut txn, meeting, paper).await?;
    }
    txn.commit().await?;
    db.close().await;
    Ok(())
}

async fn table(txn: &mut SchoolTransaction, number: usize, paper: &Paper) -> anyhow::Result<()> {
    let person = |seat| PersonId(id(Kind::Person, number, seat));
    let (meeting, pupil) = (MeetingId(id(Kind::Meeting, number, 0)), PupilId(id(Kind::Pupil, number, 0)));
    #[expect(clippy::disallowed_methods, reason = "sessions are good for the server’s own time")]
    let now = OffsetDateTime::now_utc();
    for (seat, role) in ROLES.iter().enumerate() {
        let name = format!("{} {number}", role.label());
        let kind = if *role == Role::Pupil { "pupil" } else { "staff" };
        db::people::create(txn, NewPerson { id: person(seat), kind, full_name: &name, display_name: &name }).await?;
        let session = Hash::of(&session(number, seat));
        login_sessions::create(txn, session, person(seat), "Load", now, now + Duration::hours(12)).await?;
    }
    let child = ROLES.iter().position(|role| *role == Role::Pupil).unwrap_or_default();
    let new = NewPupil { id: pupil, person: person(child), year_group: "Year 5", looked_after: false };
    db::pupils::create(txn, new).await?;
    let new = NewMeeting {
        id: meeting,
        pupil,
        kind: "SEN Support review meeting",
        cycle: 1,
        held_on: macros::date!(2026 - 11 - 24),
        held_at: macros::time!(14:00),
        minutes: 60,
        place: "Library",
        mode: "hybrid",
        ground_rules: &[],
        previous: None,
        for_passport: false,
    };
    db::meetings::create(txn, new).await?;
    for (seat, role) in ROLES.iter().enumerate() {
        let new = NewParticipant {
            id: ParticipantId(id(Kind::Participant, number, seat)),
            meeting,
            person: person(seat),
            position: seat as i32 + 1,
            role: *role,
            title: role.label(),
            colour: seat as u8 + 1,
            expected: Attendance::Remote,
            for_correction: false,
        };
        db::participants::create(txn, new).await?;
    }
    for seat in 0..ROLES.len() {
        login_sessions::let_in(txn, Hash::of(&session(number, seat)).into(), meeting).await?;
    }
    for section in Section::ALL.into_iter().filter(|section| !section.is_of_care()) {
        let seed = if section == SECTION {
            SectionSeed::carried(meeting, section, paper.state.clone(), [(MAKER, person(0))].into())
        } else {
            SectionSeed::new(meeting, section, person(0))
        };
        seed.save(txn).await?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Kind {
    Meeting = 2,
    Pupil,
    Person,
    Participant,
}

fn id(kind: Kind, meeting: usize, seat: usize) -> Uuid {
    Uuid::from_u128((kind as u128) << 64 | (meeting as u128) << 8 | seat as u128)
}
