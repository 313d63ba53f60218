//! The demo school: three invented pupils, to try everything with.
//!
//! Everything in it comes from `demo/pupils.json` and goes the way of real meetings: documents in
//! each person’s own hand, and records that are projected from them. Ids are derived from those in
//! the file, so that they are the same on every machine.

mod accounts;
mod build;
pub mod crowd;
mod data;
mod days;
mod links;
mod names;
mod passport;
mod past;
mod plan;
mod review;
mod views;

use std::{collections::BTreeMap, path::Path};

use anyhow::Context;
use shared::{ItemId, MeetingId, ParticipantId, PersonId, PupilId, SchoolId};
use time::Date;
use uuid::Uuid;

use self::data::{Demo, Person};
use crate::{db, secret::JoinKey, state::AppState};

const NAMESPACE: Uuid = Uuid::from_u128(0x9d2f_6f0e_5a43_4c1b_8e0a_72d6_1b3c_55a1);

/// Makes what is missing of the demo school, and renews everybody’s link. Returns the links, for the
/// person at the terminal.
pub async fn prepare(state: &AppState, key: &JoinKey, directory: &Path) -> anyhow::Result<String> {
    seed(&state.db, state.clock.today()).await?;
    Ok(links::renew(state, key, directory).await? + &accounts::renew(state).await?)
}

/// One transaction for each school: it is there whole, or not at all. Tomek’s meeting is `today`.
pub async fn seed(db: &db::Db, today: Date) -> anyhow::Result<()> {
    let mut file = serde_json::from_str(include_str!("../../demo/pupils.json")).context("demo/pupils.json")?;
    days::move_to(today, &mut file);
    let demo: Demo = serde_json::from_value(file).context("demo/pupils.json")?;
    let people: BTreeMap<&str, &Person> = demo.people.iter().map(|person| (person.id.as_str(), person)).collect();
    let known = db::schools::list(db).await?;
    for school in &demo.schools {
        let id = school_id(&school.id);
        if known.contains(&id) {
            continue;
        }
        let mut txn = db.begin(id).await?;
        build::school(&mut txn, &demo, school, &people).await.with_context(|| school.name.clone())?;
        txn.commit().await?;
    }
    Ok(())
}

fn school_id(id: &str) -> SchoolId {
    SchoolId(Uuid::new_v5(&NAMESPACE, id.as_bytes()))
}

/// Each school knows its own people: a visitor from another school is somebody else’s colleague
/// there, and a person of this school here.
fn person_id(school: SchoolId, id: &str) -> PersonId {
    PersonId(Uuid::new_v5(&school.0, id.as_bytes()))
}

fn pupil_id(id: &str) -> PupilId {
    PupilId(Uuid::new_v5(&NAMESPACE, id.as_bytes()))
}

fn meeting_id(id: &str) -> MeetingId {
    MeetingId(Uuid::new_v5(&NAMESPACE, id.as_bytes()))
}

fn participant_id(meeting: MeetingId, person: PersonId) -> ParticipantId {
    ParticipantId(Uuid::new_v5(&meeting.0, person.0.as_bytes()))
}

/// Of a thing that has an id in the file, the same in every meeting it comes up in.
fn item_id(id: &str) -> ItemId {
    ItemId(Uuid::new_v5(&NAMESPACE, id.as_bytes()))
}

/// Of the n-th line of a list in one meeting.
fn line_id(meeting: MeetingId, list: &str, number: usize) -> ItemId {
    ItemId(Uuid::new_v5(&meeting.0, format!("{list}/{number}").as_bytes()))
}
