//! The first meeting about a child: nothing was agreed before, so it begins with who is known round the child.
//!
//! What must stay true: one child has one first meeting; what was written in the passport before goes into it, under
//! everybody’s own names.

mod around;
mod sent;

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        doors::Doors,
        first::{FirstMeetingPage, FirstMeetingSent},
        line::{Fault, Somebody},
    },
};
use shared::{
    Attendance, MeetingId, ParticipantId, PersonId, PupilId, Section,
    rights::{Matter, may_see},
};
use time::{Date, Duration, Weekday};
use uuid::Uuid;

use self::{
    around::{Expected, Round, round_the_child},
    sent::{Wanted, read},
};
use super::{
    ServerBackend,
    commands::note,
    next::{TakenPassport, goes_on_elsewhere, kind, take_passport, whole},
    pupils::{here, tie},
    stay_in,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, SchoolTransaction, meetings::NewMeeting, participants::NewParticipant, passports, pupils::Pupil},
    error::unavailable,
    invitations,
    seed::SectionSeed,
};

/// Long enough to invite a family.
const AHEAD: Duration = Duration::weeks(2);
/// When school is over for the day, as the form has it.
const AFTER_SCHOOL: &str = "15:30";
const MINUTES: i32 = 60;

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, id: PupilId) -> Result<FirstMeetingPage, AppError> {
    let (mut txn, pupil) = find(backend, viewer, id).await?;
    let has_begun = begun(&mut txn, viewer, id).await?.is_some();
    let Round { invited, others } = round_the_child(&mut txn, viewer, &pupil).await?;
    let here = here(&mut txn, viewer).await?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::PupilRead).about(id.0)).await?;
    txn.commit().await.map_err(unavailable)?;
    Ok(FirstMeetingPage {
        here,
        pupil: id,
        has_begun,
        has_left: db::pupils::has_left(pupil.left_on, backend.clock.today()),
        name: pupil.name,
        invited: invited.iter().map(|expected| format!("{}: {}", expected.name, expected.title)).collect(),
        colleagues: others.iter().map(|other| Somebody { person: other.person, name: other.name.clone() }).collect(),
        sent: FirstMeetingSent {
            on: on_a_weekday(backend.clock.today() + AHEAD).to_string(),
            at: AFTER_SCHOOL.to_owned(),
            ..FirstMeetingSent::default()
        },
    })
}

pub(super) async fn begin(
    backend: &ServerBackend,
    viewer: Viewer,
    id: PupilId,
    sent: &FirstMeetingSent,
) -> Result<Result<MeetingId, Vec<Fault>>, AppError> {
    let (mut txn, pupil) = find(backend, viewer, id).await?;
    passports::lock(&mut txn, id).await.map_err(unavailable)?;
    // Pressed twice, or by two: theirs is the one.
    if let Some(first) = begun(&mut txn, viewer, id).await? {
        return Ok(Ok(first));
    }
    if db::pupils::has_left(pupil.left_on, backend.clock.today()) {
        return Ok(Err(vec![Fault::new("left", AppError::HasLeft.to_string())]));
    }
    let Round { mut invited, others } = round_the_child(&mut txn, viewer, &pupil).await?;
    let wanted = match read(sent, &others, backend.clock.today()) {
        Ok(wanted) => wanted,
        Err(faults) => return Ok(Err(faults)),
    };
    invited.extend(wanted.colleagues.iter().cloned());
    #[expect(clippy::disallowed_methods, reason = "a new meeting, made on the server alone")]
    let meeting = MeetingId(Uuid::now_v7());
    let was_open = create(&mut txn, backend, meeting, &pupil, viewer.person, &wanted).await.map_err(unavailable)?;
    for guest in &wanted.guests {
        invited.push(guest.become_known(&mut txn).await.map_err(unavailable)?);
    }
    invite(&mut txn, backend, meeting, &invited).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::FirstMeetingStarted).in_meeting(meeting).about(id.0);
    note(backend, &mut txn, deed).await?;
    stay_in(&mut txn, viewer, meeting).await?;
    txn.commit().await.map_err(unavailable)?;
    if let Some(passport) = was_open {
        goes_on_elsewhere(backend, viewer, passport).await?;
    }
    Ok(Ok(meeting))
}

/// A transaction of somebody who may begin it; to everybody else there is no such page.
async fn find(backend: &ServerBackend, viewer: Viewer, id: PupilId) -> Result<(SchoolTransaction, Pupil), AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let is_theirs = may_see(Matter::FirstMeeting, tie(&mut txn, viewer, id).await?);
    let pupil = db::pupils::find(&mut txn, id, backend.clock.today()).await.map_err(unavailable)?;
    let pupil = pupil.filter(|_| is_theirs).ok_or(AppError::NotFound)?;
    Ok((txn, pupil))
}

/// The meeting that is there, of several the last.
async fn begun(txn: &mut SchoolTransaction, viewer: Viewer, id: PupilId) -> Result<Option<MeetingId>, AppError> {
    let met = db::meetings::list_of_pupil(txn, id, viewer.person).await.map_err(unavailable)?;
    Ok(met.first().map(|meeting| meeting.id))
}

fn on_a_weekday(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday | Weekday::Sunday => day.next_occurrence(Weekday::Monday),
        _ => day,
    }
}

/// The meeting with its sections, all empty but for a passport that was written before. Where that was open, its table
/// is told.
async fn create(
    txn: &mut SchoolTransaction,
    backend: &ServerBackend,
    meeting: MeetingId,
    pupil: &Pupil,
    facilitator: PersonId,
    wanted: &Wanted,
) -> sqlx::Result<Option<MeetingId>> {
    let before = passports::newest_table(txn, pupil.id).await?;
    let new = NewMeeting {
        id: meeting,
        pupil: pupil.id,
        kind: kind(pupil.looked_after),
        cycle: 1,
        held_on: wanted.on,
        held_at: wanted.at,
        minutes: MINUTES,
        place: &wanted.place,
        mode: "",
        ground_rules: &[],
        previous: None,
        for_passport: false,
    };
    db::meetings::create(txn, new).await?;
    db::doors::set(txn, meeting, Doors::Knock).await?;
    let TakenPassport { passport, was_open } = match before {
        Some(table) => take_passport(txn, table.meeting, backend.clock.now()).await?,
        None => TakenPassport { passport: None, was_open: None },
    };
    for section in Section::ALL.into_iter().filter(|section| !section.is_of_care() || pupil.looked_after) {
        let written = passport.as_ref().filter(|passport| passport.section == section);
        let seed = written.and_then(|written| whole(meeting, written));
        seed.unwrap_or_else(|| SectionSeed::new(meeting, section, facilitator)).save(txn).await?;
    }
    Ok(was_open)
}

/// Each with a link of their own.
async fn invite(
    txn: &mut SchoolTransaction,
    backend: &ServerBackend,
    meeting: MeetingId,
    invited: &[Expected],
) -> sqlx::Result<()> {
    for (position, expected) in (1..).zip(invited) {
        // Derived, so that it needs no chance: one person has one place in one meeting.
        let id = ParticipantId(Uuid::new_v5(&meeting.0, expected.person.0.as_bytes()));
        let new = NewParticipant {
            id,
            meeting,
            person: expected.person,
            position,
            role: expected.role,
            title: expected.title,
            // The pupil is drawn in their own colour: the eight are for the others.
            colour: u8::try_from((position - 2).max(0) % 8 + 1).unwrap_or(1),
            expected: Attendance::InPerson,
            for_correction: false,
        };
        db::participants::create(txn, new).await?;
        invitations::keep(txn, &backend.join_key, id, backend.clock.now()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_suggested_day_is_a_school_day_of_the_week() {
        assert_eq!(on_a_weekday(date!(2026 - 12 - 05)), date!(2026 - 12 - 07));
        assert_eq!(on_a_weekday(date!(2026 - 12 - 03)), date!(2026 - 12 - 03));
    }
}
