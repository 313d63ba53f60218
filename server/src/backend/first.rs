//! The first meeting about a child: nothing was agreed before, so it begins with who is known round the child.
//!
//! What must stay true: one child has one first meeting; what was written in the passport before goes into it, under
//! everybody’s own names.

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
    Attendance, MeetingId, ParticipantId, PersonId, PupilId, Role, Section,
    plain::line,
    rights::{Matter, Post, may_see},
};
use time::{Date, Duration, Time, Weekday, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

use super::{
    ServerBackend,
    commands::note,
    next::{TakenPassport, goes_on_elsewhere, kind, take_passport, whole},
    pupils::{here, tie},
    register::{NO_SUCH_DAY, read_day},
    stay_in,
};
use crate::{
    audit::{Deed, Verb},
    csv::CELL_LIMIT,
    db::{
        self, SchoolTransaction, kept, meetings::NewMeeting, participants::NewParticipant, passports,
        people::NewPerson, posts, pupils::Pupil, register_line,
    },
    error::unavailable,
    invitations,
    seed::SectionSeed,
};

/// Long enough to invite a family.
const AHEAD: Duration = Duration::weeks(2);
/// Later than that is a year that was mistyped.
const LATEST: Duration = Duration::days(366);
/// When school is over for the day, in [`TIME`].
const AFTER_SCHOOL: &str = "15:30";
const TIME: &[BorrowedFormatItem<'static>] = format_description!("[hour padding:none]:[minute]");
const MINUTES: i32 = 60;
/// As at the door.
const LONGEST_NAME: usize = 60;

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, id: PupilId) -> Result<FirstMeetingPage, AppError> {
    let (mut txn, pupil) = find(backend, viewer, id).await?;
    let has_begun = begun(&mut txn, viewer, id).await?.is_some();
    let (invited, others) = round_the_child(&mut txn, viewer, &pupil).await?;
    let here = here(&mut txn, viewer).await?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::PupilRead).about(id.0)).await?;
    txn.commit().await.map_err(unavailable)?;
    Ok(FirstMeetingPage {
        here,
        pupil: id,
        name: pupil.name,
        has_begun,
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
    let (mut invited, others) = round_the_child(&mut txn, viewer, &pupil).await?;
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

/// Somebody who is to come.
#[derive(Clone)]
struct Expected {
    person: PersonId,
    name: String,
    role: Role,
    title: &'static str,
}

/// The child, whoever begins it, those who sat at the passport, and those of the school who have to do with the child;
/// and the others who work here. Nobody who is kept from the child is among either.
async fn round_the_child(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupil: &Pupil,
) -> Result<(Vec<Expected>, Vec<Expected>), AppError> {
    let staff = posts::holders(txn).await.map_err(unavailable)?;
    let line = register_line::lock(txn, pupil.id).await.map_err(unavailable)?;
    let key_adult = line.and_then(|line| line.key_adult);
    let kept = kept::list(txn, pupil.id).await.map_err(unavailable)?;
    let at_passport = match passports::newest_table(txn, pupil.id).await.map_err(unavailable)? {
        Some(table) => db::participants::list(txn, table.meeting).await.map_err(unavailable)?,
        None => vec![],
    };
    let mut invited = vec![Expected {
        person: pupil.person,
        name: pupil.full_name.clone(),
        role: Role::Pupil,
        title: Role::Pupil.label(),
    }];
    let mut others = vec![];
    for holder in staff {
        let mine = holder.person == viewer.person;
        let has = |post| holder.posts.contains(&post);
        let teaches = !holder.class_name.is_empty() && holder.class_name == pupil.class_name;
        let (is_invited, title) = match () {
            () if mine => (true, if has(Post::Senco) { "SENCO" } else { "Head teacher" }),
            () if Some(holder.person) == key_adult => (true, Role::Assistant.label()),
            () if teaches => (true, "Class teacher"),
            () if pupil.looked_after && has(Post::DesignatedTeacher) => (true, "Designated teacher"),
            () if has(Post::Head) => (false, "Head teacher"),
            () if has(Post::Senco) => (false, "SENCO"),
            () if has(Post::Assistant) => (false, "Teaching assistant"),
            () => (false, Role::Teacher.label()),
        };
        let role = match holder.posts.as_slice() {
            _ if mine => Role::Facilitator,
            [Post::Assistant] => Role::Assistant,
            _ => Role::Teacher,
        };
        let expected = Expected { person: holder.person, name: holder.name, role, title };
        if is_invited { invited.push(expected) } else { others.push(expected) }
    }
    for seat in at_passport.into_iter().filter(|seat| seat.admitted) {
        if invited.iter().all(|known| known.person != seat.person) {
            let title =
                others.iter().find(|other| other.person == seat.person).map_or(seat.role.label(), |it| it.title);
            others.retain(|other| other.person != seat.person);
            invited.push(Expected { person: seat.person, name: seat.full_name, role: seat.role, title });
        }
    }
    for people in [&mut invited, &mut others] {
        people.retain(|expected| kept.iter().all(|kept| kept.person != expected.person));
    }
    Ok((invited, others))
}

/// What was sent, with nothing left to object to.
struct Wanted {
    on: Date,
    at: Time,
    place: String,
    colleagues: Vec<Expected>,
    guests: Vec<Named>,
}

/// A guest whom nobody here knew before.
struct Named {
    name: String,
    role: Role,
}

fn read(sent: &FirstMeetingSent, others: &[Expected], today: Date) -> Result<Wanted, Vec<Fault>> {
    let mut faults = vec![];
    let on = match read_day(sent.on.trim()) {
        None => Err(NO_SUCH_DAY),
        Some(day) if day < today => Err("That day is over. Choose today or a day to come."),
        Some(day) if day > today + LATEST => Err("That is more than a year away. Look at the year."),
        Some(day) => Ok(day),
    };
    faults.extend(on.err().map(|why| Fault::new("on", why)));
    let at = Time::parse(sent.at.trim(), TIME);
    faults.extend(at.err().map(|_| Fault::new("at", "There is no such time. Write it as 15:30.")));
    let mut colleagues: Vec<Expected> = vec![];
    for (number, chosen) in (1..).zip(&sent.colleagues).filter(|(_, chosen)| !chosen.is_empty()) {
        match others.iter().find(|other| other.person.to_string() == *chosen) {
            Some(other) if colleagues.iter().any(|known| known.person == other.person) => {}
            Some(other) => colleagues.push(other.clone()),
            None => faults.push(Fault::new(&format!("colleague-{number}"), "Choose somebody who works here.")),
        }
    }
    let mut guests = vec![];
    for (number, guest) in (1..).zip(&sent.guests) {
        let name: String = line(&guest.name);
        let role = Role::from_name(&guest.comes_as).filter(|role| role.may_be_given());
        match role {
            _ if name.is_empty() => {}
            Some(role) if name.chars().count() <= LONGEST_NAME => guests.push(Named { name, role }),
            Some(_) => {
                let why = format!("That is longer than {LONGEST_NAME} letters.");
                faults.push(Fault::new(&format!("guest-{number}"), why));
            }
            None => faults.push(Fault::new(&format!("guest-{number}"), "Say what they come as.")),
        }
    }
    match (on, at) {
        (Ok(on), Ok(at)) if faults.is_empty() => {
            let place = line(&sent.place).chars().take(CELL_LIMIT).collect();
            Ok(Wanted { on, at, place, colleagues, guests })
        }
        _ => Err(faults),
    }
}

fn on_a_weekday(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday | Weekday::Sunday => day.next_occurrence(Weekday::Monday),
        _ => day,
    }
}

impl Named {
    async fn become_known(&self, txn: &mut SchoolTransaction) -> sqlx::Result<Expected> {
        #[expect(clippy::disallowed_methods, reason = "a new person, made on the server alone")]
        let person = PersonId(Uuid::now_v7());
        let new = NewPerson {
            id: person,
            kind: super::lobby::kind_of(self.role),
            full_name: &self.name,
            display_name: &self.name,
        };
        db::people::create(txn, new).await?;
        Ok(Expected { person, name: self.name.clone(), role: self.role, title: self.role.label() })
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
    for section in Section::ALL.into_iter().filter(|section| *section != Section::Pep || pupil.looked_after) {
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

    const TODAY: Date = date!(2026 - 11 - 19);

    #[test]
    fn each_box_is_told_what_is_wrong_with_it() {
        let good = FirstMeetingSent { on: "2026-12-03".into(), at: "9:15".into(), ..FirstMeetingSent::default() };
        let guest =
            |name: &str, comes_as: &str| app::view::first::Guest { name: name.into(), comes_as: comes_as.into() };
        let wrong = |sent: FirstMeetingSent| -> Vec<String> {
            read(&sent, &[], TODAY).err().unwrap_or_default().into_iter().map(|fault| fault.field).collect()
        };
        assert!(wrong(good.clone()).is_empty());
        for on in ["", "2026-02-31", "2026-11-18", "9999-12-31"] {
            assert_eq!(wrong(FirstMeetingSent { on: on.into(), ..good.clone() }), ["on"], "{on}");
        }
        assert_eq!(wrong(FirstMeetingSent { at: "25:00".into(), ..good.clone() }), ["at"]);
        assert_eq!(wrong(FirstMeetingSent { colleagues: vec!["nobody".into()], ..good.clone() }), ["colleague-1"]);
        // An empty row is nobody; whoever comes is neither the child nor runs it.
        let guests = vec![guest("", "parent"), guest("Ida North", "facilitator"), guest(&"x".repeat(61), "parent")];
        assert_eq!(wrong(FirstMeetingSent { guests, ..good }), ["guest-2", "guest-3"]);
    }

    #[test]
    fn a_suggested_day_is_a_school_day_of_the_week() {
        assert_eq!(on_a_weekday(date!(2026 - 12 - 05)), date!(2026 - 12 - 07));
        assert_eq!(on_a_weekday(date!(2026 - 12 - 03)), date!(2026 - 12 - 03));
    }
}
