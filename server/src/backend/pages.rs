//! What the pages show.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        Answer, Host, JoinPage, MeetingPage, MeetingRow, MeetingsPage, Paging, Participant, Pupil, SectionState,
        Writer, doors::Doors,
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use shared::{
    MeetingId, ParticipantId, PersonId, Role, Section, Stage,
    policy::access_for,
    rights::{
        Matter, Tie, kind_that_tells_nothing, may_hide, may_know_care, may_see, part_that_tells_nothing, title_of_part,
    },
};
use time::{Date, Duration, Time};

use super::{Seated, ServerBackend, pupils::picture};
use crate::{
    db::{self, agreements, meetings::Meeting, participants},
    error::{of_room, unavailable},
    secret::Hash,
    titles::is_title,
};

/// The invitation. Whatever is wrong with a link is the same to whoever holds it, but for one: who was asked to
/// leave is told so.
pub(super) async fn join(backend: &ServerBackend, now_here: Option<Viewer>, token: &str) -> Result<JoinPage, AppError> {
    let now = backend.clock.now();
    let link = db::join_links::find(&backend.db, Hash::of(token))
        .await
        .map_err(unavailable)?
        .filter(|link| link.is_good(now))
        .ok_or(AppError::LinkEnded)?;
    let mut txn = backend.db.begin(link.school).await.map_err(unavailable)?;
    let seat = participants::find(&mut txn, link.participant).await.map_err(unavailable)?.ok_or(AppError::LinkEnded)?;
    if !seat.admitted {
        let removed = db::seats::was_removed(&mut txn, seat.meeting, seat.person).await.map_err(unavailable)?;
        let is_over = db::sharing::is_over_at(&mut txn, seat.meeting, seat.person).await.map_err(unavailable)?;
        return Err(match (removed, is_over) {
            (true, _) => AppError::PlaceClosed,
            (false, true) => AppError::SharingEnded,
            (false, false) => AppError::LinkEnded,
        });
    }
    if db::accounts::has_left(&mut txn, seat.person).await.map_err(unavailable)? {
        return Err(AppError::LinkEnded);
    }
    let meeting = db::meetings::find(&mut txn, seat.meeting).await.map_err(unavailable)?.ok_or(AppError::LinkEnded)?;
    let people = participants::list(&mut txn, seat.meeting).await.map_err(unavailable)?;
    let doors = db::doors::find(&mut txn, seat.meeting).await.map_err(unavailable)?.ok_or(AppError::LinkEnded)?;
    let somebody_else = now_here.filter(|viewer| viewer.school != link.school || viewer.person != seat.person);
    let now_here = match somebody_else {
        None => None,
        Some(viewer) => {
            let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
            db::people::display_name(&mut txn, viewer.person).await.map_err(unavailable)?
        }
    };
    Ok(JoinPage {
        now_here,
        // What was agreed is read by whoever was there; whoever runs the meeting opens its door.
        is_agreed: meeting.stage == Stage::Agreed,
        doors: if meeting.stage == Stage::Agreed || seat.role.can_facilitate() { Doors::Open } else { doors },
        when: format!(
            "{} to {}",
            when(meeting.held_on, meeting.held_at, backend.clock.today()),
            hour(meeting.held_at + Duration::minutes(meeting.minutes.into()))
        ),
        school: meeting.school,
        is_likely_shared: seat.role == Role::Pupil,
        name: seat.name,
        title: seat.title,
        host: host(&people)
            .map(|host| match may_know_care(Some(seat.role), Tie::Nobody) {
                true => host,
                false => Host { title: title_of_part(host.role).to_owned(), ..host },
            })
            .ok_or(AppError::LinkEnded)?,
        place: meeting.place,
    })
}

pub(super) async fn meetings(backend: &ServerBackend, viewer: Viewer, page: u32) -> Result<MeetingsPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let here = super::pupils::here(&mut txn, viewer).await?;
    let count = db::meetings::count_for(&mut txn, viewer).await.map_err(unavailable)?;
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let paging = Paging::of(number(count.all), page);
    let staff = match paging.page {
        1 => super::home::of(&mut txn, viewer, backend.clock.today()).await?,
        _ => None,
    };
    let meetings = db::meetings::list_for(&mut txn, viewer, Paging::LINES.into(), paging.skipped().into());
    let meetings = meetings.await.map_err(unavailable)?;
    let pupils: Vec<_> = meetings.iter().map(|meeting| meeting.pupil).collect::<BTreeSet<_>>().into_iter().collect();
    let ties: BTreeMap<_, _> = super::pupils::ties(&mut txn, viewer, &pupils).await?.into_iter().collect();
    let tie = |pupil| ties.get(&pupil).copied().unwrap_or(Tie::Nobody);
    Ok(MeetingsPage {
        here,
        staff,
        paging,
        coming: number(count.to_come),
        meetings: meetings
            .into_iter()
            .map(|meeting| MeetingRow {
                id: meeting.id,
                pupil: meeting.pupil_name,
                child: may_see(Matter::Child, tie(meeting.pupil)).then_some(meeting.pupil),
                portrait: picture::address(tie(meeting.pupil), meeting.pupil, meeting.has_picture),
                year_group: meeting.year_group,
                kind: match may_know_care(meeting.role, tie(meeting.pupil)) {
                    true => meeting.kind,
                    false => kind_that_tells_nothing(&meeting.kind),
                },
                held_on: meeting.held_on.to_string(),
                when: when(meeting.held_on, meeting.held_at, backend.clock.today()),
                stage: meeting.stage,
                version: meeting.version.map(i32::cast_unsigned),
                held_this_year: u32::try_from(meeting.held_this_year).unwrap_or(u32::MAX),
                prepares: meeting.stage == Stage::Preparing && meeting.role.is_some_and(Role::prepares),
            })
            .collect(),
    })
}

pub(super) async fn meeting(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<MeetingPage, AppError> {
    let Seated { mut txn, meeting, me } = Seated::find(&backend.db, viewer, id).await?;
    let seats = participants::list(&mut txn, id).await.map_err(unavailable)?;
    let mut answers = agreements::list(&mut txn, id).await.map_err(unavailable)?;
    let posts = db::posts::held(&mut txn, viewer).await.map_err(unavailable)?;
    let words = db::school_words::of(&mut txn).await.map_err(unavailable)?;
    let tie = super::pupils::tie(&mut txn, viewer, meeting.pupil).await?;
    let may_know = may_know_care(Some(me.role), tie);
    let may_open_plan = super::pupils::pep::may_open(&mut txn, viewer, meeting.pupil).await?;
    let reopened = match meeting.is_reopened {
        true => db::reopenings::newest(&mut txn, id).await.map_err(unavailable)?.map(|reopening| reopening.reason),
        false => None,
    };
    // Not held while the room is asked, which may itself be waiting for a connection.
    drop(txn);

    let room = backend.rooms.open(viewer.school, id);
    let here = room.here().await.map_err(of_room)?;
    let mut sections = room.sections().await.map_err(of_room)?;
    let access = |section| access_for(section, me.role, me.scribe, meeting.stage);
    sections.retain(|copy| access(copy.section).can_read());
    let at_table: BTreeSet<_> = seats.iter().filter(|seat| seat.admitted).map(|seat| seat.person).collect();
    let wrote: BTreeSet<_> = sections.iter().flat_map(|copy| copy.owners.values().copied()).collect();
    let earlier_writers =
        earlier_writers(backend, viewer, &wrote.difference(&at_table).copied().collect::<Vec<_>>()).await?;
    Ok(MeetingPage {
        id,
        pupil: pupil(&meeting, tie, access(Section::Pep).can_read()),
        when: when(meeting.held_on, meeting.held_at, backend.clock.today()),
        school: meeting.school,
        kind: if may_know { meeting.kind } else { kind_that_tells_nothing(&meeting.kind) },
        place: meeting.place,
        minutes: meeting.minutes.cast_unsigned(),
        stage: meeting.stage,
        ground_rules: meeting.ground_rules,
        me: me.id,
        people: seats
            .into_iter()
            .filter(|seat| seat.admitted)
            .map(|seat| {
                let answer = answers.remove(&seat.id);
                let person = participant(seat, &here, answer);
                if may_know { person } else { told_nothing(person) }
            })
            .collect(),
        earlier_writers,
        sections: sections
            .into_iter()
            .map(|copy| SectionState {
                section: copy.section,
                epoch: copy.epoch,
                access: access(copy.section),
                state: BASE64_STANDARD.encode(copy.state),
                authors: copy.owners,
            })
            .collect(),
        spotlight: meeting
            .spotlight
            .filter(|part| Section::from_name(part).is_none_or(|section| access(section).can_read())),
        open_for_seconds: meeting.opened_at.map(|opened_at| {
            let seconds = (backend.clock.now() - opened_at).whole_seconds();
            u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
        }),
        version: meeting.version.map(i32::cast_unsigned),
        reopened,
        passport_of: meeting.for_passport.then_some(meeting.pupil),
        education_plan_of: (may_open_plan && meeting.looked_after).then_some(meeting.pupil),
        may_hide: may_hide(me.role, &posts),
        tiers: match words.tiers.is_empty() {
            true => vec![],
            false => words.all_tiers().into_iter().map(|(_, name)| name).collect(),
        },
    })
}

/// People whose words stand in the document, though they are not at this table.
async fn earlier_writers(
    backend: &ServerBackend,
    viewer: Viewer,
    people: &[PersonId],
) -> Result<Vec<Writer>, AppError> {
    if people.is_empty() {
        return Ok(vec![]);
    }
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let names = db::people::names(&mut txn, people).await.map_err(unavailable)?;
    Ok(names
        .into_iter()
        .map(|names| Writer { person: names.person, initials: initials(&names.full_name), name: names.name })
        .collect())
}

/// That a child is looked after is for those whose matter it is, and for who reads their education plan here anyway: the
/// page opens that section by it.
pub(super) fn pupil(meeting: &Meeting, tie: Tie, reads_pep: bool) -> Pupil {
    Pupil {
        person: meeting.pupil_person,
        name: meeting.pupil_name.clone(),
        portrait: picture::address(tie, meeting.pupil, meeting.picture.is_some()),
        portrait_alt: meeting.picture.clone().unwrap_or_default(),
        looked_after: meeting.looked_after && (reads_pep || may_see(Matter::Care, tie)),
    }
}

pub(super) fn participant(
    seat: participants::Participant,
    here: &[ParticipantId],
    answer: Option<agreements::Answer>,
) -> Participant {
    Participant {
        id: seat.id,
        person: seat.person,
        may_run: seat.may_run(),
        attendance: seat.attendance(),
        noted: seat.noted.is_some(),
        initials: initials(&seat.full_name),
        name: seat.name,
        full_name: seat.full_name,
        role: seat.role,
        title: seat.title,
        colour: seat.colour,
        scribe: seat.scribe,
        here: here.contains(&seat.id),
        answer: answer.map(|answer| Answer { response: answer.response, comment: answer.comment }),
    }
}

/// Somebody at the table, for eyes that are not told whether the child is looked after.
pub(super) fn told_nothing(person: Participant) -> Participant {
    let title = title_of_part(person.role).to_owned();
    let role = part_that_tells_nothing(person.role);
    Participant { title, role, ..person }
}

/// Who runs the meeting, as their place card says it.
pub(super) fn facilitator(people: &[participants::Participant]) -> String {
    host(people).map(|host| host.name).unwrap_or_default()
}

fn host(people: &[participants::Participant]) -> Option<Host> {
    let seat = people.iter().find(|seat| seat.role.can_facilitate())?;
    Some(Host {
        name: seat.name.clone(),
        title: seat.title.clone(),
        initials: initials(&seat.full_name),
        colour: seat.colour,
        role: seat.role,
    })
}

/// “Thursday 19 November, 3.45”, and of another year than this “Friday 26 March 2027, 3.45”.
fn when(day: Date, time: Time, today: Date) -> String {
    let year = if day.year() == today.year() { String::new() } else { format!(" {}", day.year()) };
    format!("{} {} {}{year}, {}", day.weekday(), day.day(), day.month(), hour(time))
}

/// “3.45”: no school meets in the night.
fn hour(time: Time) -> String {
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{hour}.{:02}", time.minute())
}

/// “Mrs Joanna Pike” is JP, “Laila Hussain-Webb” LH.
pub(super) fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().filter(|word| !is_title(word)).collect();
    let first_letter = |word: &&&str| word.chars().find(|letter| letter.is_alphabetic());
    let (first, last) = (words.first(), words.last().filter(|_| words.len() > 1));
    [first, last].iter().flatten().filter_map(first_letter).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, time};

    use super::*;

    #[test]
    fn times_are_said_as_schools_say_them() {
        let today = date!(2026 - 11 - 29);
        assert_eq!(when(date!(2027 - 03 - 26), time!(15:45), today), "Friday 26 March 2027, 3.45");
        assert_eq!(when(date!(2026 - 11 - 19), time!(15:45), today), "Thursday 19 November, 3.45");
        assert_eq!(when(date!(2026 - 07 - 08), time!(8:00), today), "Wednesday 8 July, 8.00");
        assert_eq!(when(date!(2026 - 07 - 08), time!(12:05), today), "Wednesday 8 July, 12.05");
    }

    #[test]
    fn initials_leave_out_titles_and_what_a_child_is_called() {
        for (name, expected) in [
            ("Mrs Joanna Pike", "JP"),
            ("Tomasz 'Tomek' Wieczorek", "TW"),
            ("Kai's mum", "KM"),
            ("Dr Kwabena Osei", "KO"),
            ("Mx Alex Reed", "AR"),
            ("Zoë", "Z"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }
}
