//! From the file to rows: a school, its people, its pupils, their meetings.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use app::view::doors::Doors;
use shared::{Attendance, MeetingId, PersonId, Role, SchoolId, Section};
use time::{Date, Time, format_description::BorrowedFormatItem, macros::format_description};

use super::{
    data::{self, Cycle, Demo, Meeting, Person, Pupil},
    item_id, meeting_id, names, participant_id, passport, past, person_id, plan, pupil_id, review, views,
};
use crate::{
    db::{
        self, SchoolTransaction, meetings::NewMeeting, participants::NewParticipant, people::NewPerson,
        pictures::NewPicture, pupils::NewPupil,
    },
    picture::remake,
    seed::SectionSeed,
};

pub(super) const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

/// Pictures that children chose.
const PICTURES: &[(&str, &[u8])] = &[("pupil-tomek", include_bytes!("../../../demo/tomek.png"))];

pub(super) async fn school(
    txn: &mut SchoolTransaction,
    demo: &Demo,
    school: &data::School,
    people: &BTreeMap<&str, &Person>,
) -> anyhow::Result<()> {
    db::schools::create(txn, &school.name).await?;
    let pupils: Vec<&Pupil> = demo.pupils.iter().filter(|pupil| pupil.school_id == school.id).collect();
    create_people(txn, &pupils, people, &school.name).await?;
    for pupil in pupils {
        let id = txn.school();
        let new = NewPupil {
            id: pupil_id(&pupil.id),
            person: person_id(id, &pupil.person_id),
            year_group: &format!("Year {}", pupil.year_group),
            looked_after: pupil.looked_after,
        };
        db::pupils::create(txn, new).await?;
        register(txn, pupil).await?;
        picture(txn, pupil).await?;
        for number in 0..pupil.meetings.len() {
            let story = Story::new(id, pupil, people, number);
            create_meeting(txn, &story).await.with_context(|| story.meeting.id.clone())?;
        }
    }
    Ok(())
}

/// Everybody this school has to do with: those at its tables, and those whose words it keeps.
async fn create_people(
    txn: &mut SchoolTransaction,
    pupils: &[&Pupil],
    people: &BTreeMap<&str, &Person>,
    school_name: &str,
) -> anyhow::Result<()> {
    let mut met = BTreeSet::new();
    for pupil in pupils {
        for meeting in &pupil.meetings {
            met.extend(meeting.attendees.iter().map(|attendee| attendee.person_id.as_str()));
            let boards = &meeting.boards;
            for board in [&boards.like_and_admire, &boards.working, &boards.not_working, &boards.important_to] {
                met.extend(board.iter().map(|said| said.by_person_id.as_str()));
            }
            for board in [&boards.important_for, &boards.questions] {
                met.extend(board.iter().map(|said| said.by_person_id.as_str()));
            }
            met.extend(meeting.actions.iter().map(|action| action.owner_person_id.as_str()));
        }
        met.extend(pupil.passport.like_and_admire.iter().map(|said| said.by_person_id.as_str()));
        for cycle in &pupil.cycles {
            met.extend(cycle.assess.views.specialist.by.as_deref());
            met.extend(cycle.assess.views.teacher.by.as_deref());
            met.extend(cycle.delivered.notes.iter().map(|note| note.by.as_str()));
            let reviews = &cycle.review.target_reviews;
            met.extend(reviews.iter().flat_map(|review| &review.comments).map(|said| said.by_person_id.as_str()));
        }
    }
    let called: BTreeMap<&str, &str> =
        pupils.iter().map(|pupil| (pupil.person_id.as_str(), pupil.preferred_name.as_str())).collect();
    let school = txn.school();
    for id in met {
        let person = people.get(id).with_context(|| format!("nobody in the file is {id}"))?;
        let display_name = called.get(id).map_or_else(|| names::display_name(&person.name), |name| (*name).to_owned());
        let new = NewPerson {
            id: person_id(school, id),
            kind: &person.kind,
            full_name: &person.name,
            display_name: &display_name,
        };
        db::people::create(txn, new).await?;
        for post in names::posts(person, school_name) {
            db::posts::give(txn, person_id(school, id), *post).await?;
        }
    }
    Ok(())
}

/// What the register says of a child, and who must learn nothing of them.
async fn register(txn: &mut SchoolTransaction, pupil: &Pupil) -> anyhow::Result<()> {
    let school = txn.school();
    let needs: Vec<String> = pupil.sen.types.iter().map(|need| need.code.clone()).collect();
    let facts = db::pupils::Facts {
        class_name: &pupil.class,
        upn: Some(&pupil.upn),
        born_on: Some(Date::parse(&pupil.date_of_birth, DAY)?),
        pronouns: &pupil.pronouns,
        home_language: &pupil.home_language,
        communication: &pupil.communication_profile.prefers,
        key_adult: Some(person_id(school, &pupil.key_worker)),
        sen_provision: &pupil.sen.provision,
        sen_since: Some(Date::parse(&pupil.sen.on_register_since, DAY)?),
        needs: &needs,
    };
    db::pupils::set_facts(txn, pupil_id(&pupil.id), facts).await?;
    let seats = pupil.meetings.iter().flat_map(|meeting| &meeting.attendees);
    let left_out: BTreeSet<_> = seats
        .filter(|seat| seat.attendance == Attendance::NotInvitedOnPurpose)
        .map(|seat| seat.person_id.as_str())
        .collect();
    for person in left_out {
        let reason = "Views are gathered by the social worker.";
        db::pupils::withhold(txn, pupil_id(&pupil.id), person_id(school, person), reason).await?;
    }
    Ok(())
}

/// As if the child had brought it to the first meeting.
async fn picture(txn: &mut SchoolTransaction, pupil: &Pupil) -> anyhow::Result<()> {
    let Some((_, file)) = PICTURES.iter().find(|(of, _)| *of == pupil.id) else { return Ok(()) };
    let first = pupil.meetings.first().context("no meeting")?;
    let new = NewPicture {
        pupil: pupil_id(&pupil.id),
        jpeg: &remake(file)?,
        words: &pupil.passport.photo.alt,
        by: person_id(txn.school(), &pupil.person_id),
        at: Date::parse(&first.date, DAY)?.midnight().assume_utc(),
    };
    Ok(db::pictures::put(txn, new).await?)
}

async fn create_meeting(txn: &mut SchoolTransaction, story: &Story<'_>) -> anyhow::Result<()> {
    let Story { pupil, meeting, .. } = story;
    // Rules are agreed once, and hold until others are.
    let rules = pupil.meetings[..=story.number].iter().rev().find(|meeting| !meeting.ground_rules.is_empty());
    let new = NewMeeting {
        id: story.id,
        pupil: pupil_id(&pupil.id),
        kind: &meeting.kind,
        cycle: i32::try_from(story.number + 1)?,
        held_on: Date::parse(&meeting.date, DAY)?,
        held_at: Time::parse(&meeting.time, format_description!("[hour]:[minute]"))?,
        minutes: meeting.minutes,
        place: &meeting.place,
        mode: &meeting.mode,
        ground_rules: rules.map(|meeting| meeting.ground_rules.as_slice()).unwrap_or_default(),
        previous: story.number.checked_sub(1).map(|last| meeting_id(&pupil.meetings[last].id)),
        for_passport: false,
    };
    db::meetings::create(txn, new).await?;
    // Whoever tries the demo holds everybody’s link, and nobody may be there to let them in.
    db::doors::set(txn, story.id, Doors::Open).await?;
    // The pupil is drawn as themselves, in their own colour: the eight are for the others.
    let mut others = 0;
    for (number, attendee) in (0..).zip(&meeting.attendees) {
        let person = story.person(&attendee.person_id);
        others += u8::from(person != story.child());
        let known = story.people.get(attendee.person_id.as_str()).context("an attendee is nobody")?;
        let new = NewParticipant {
            id: participant_id(story.id, person),
            meeting: story.id,
            person,
            position: number + 1,
            role: names::role(attendee, &meeting.facilitator),
            title: &names::title(attendee, known),
            // A ninth shares the first one’s.
            colour: (others.max(1) - 1) % 8 + 1,
            expected: attendee.attendance,
            for_correction: false,
        };
        db::participants::create(txn, new).await?;
    }
    let seeds = story.sections();
    for seed in &seeds {
        seed.save(txn).await?;
    }
    if !story.is_upcoming() {
        past::agree(txn, story).await?;
    }
    Ok(())
}

/// One meeting with everything the file says about it.
pub(super) struct Story<'a> {
    pub(super) school: SchoolId,
    pub(super) id: MeetingId,
    pub(super) pupil: &'a Pupil,
    pub(super) meeting: &'a Meeting,
    people: &'a BTreeMap<&'a str, &'a Person>,
    number: usize,
}

impl<'a> Story<'a> {
    fn new(school: SchoolId, pupil: &'a Pupil, people: &'a BTreeMap<&'a str, &'a Person>, number: usize) -> Self {
        let meeting = &pupil.meetings[number];
        Self { school, id: meeting_id(&meeting.id), pupil, meeting, people, number }
    }

    /// The cycle that was planned in this meeting; none yet, if it is still to come.
    pub(super) fn planned(&self) -> Option<&'a Cycle> {
        self.pupil.cycles.get(self.number)
    }

    /// The cycle that this meeting looks back on.
    pub(super) fn reviewed(&self) -> Option<&'a Cycle> {
        self.pupil.cycles.get(self.number.checked_sub(1)?)
    }

    pub(super) fn is_upcoming(&self) -> bool {
        self.planned().is_none()
    }

    /// The last of those that are over.
    pub(super) fn is_last_agreed(&self) -> bool {
        self.number + 1 == self.pupil.cycles.len()
    }

    pub(super) fn person(&self, id: &str) -> PersonId {
        person_id(self.school, id)
    }

    pub(super) fn child(&self) -> PersonId {
        self.person(&self.pupil.person_id)
    }

    pub(super) fn facilitator(&self) -> PersonId {
        self.person(&self.meeting.facilitator)
    }

    /// As place cards say it.
    pub(super) fn name(&self, id: &str) -> String {
        self.people.get(id).map(|person| names::display_name(&person.name)).unwrap_or_default()
    }

    /// The part of somebody at this table. Whoever is not at it speaks as a visitor.
    pub(super) fn role(&self, id: &str) -> Role {
        self.meeting
            .attendees
            .iter()
            .find(|attendee| attendee.person_id == id)
            .map_or(Role::Specialist, |attendee| names::role(attendee, &self.meeting.facilitator))
    }

    /// The first at this table with such a part, or the facilitator for want of one.
    pub(super) fn first(&self, role: Role) -> PersonId {
        let first = self.meeting.attendees.iter().find(|attendee| {
            attendee.attendance != Attendance::NotInvitedOnPurpose
                && names::role(attendee, &self.meeting.facilitator) == role
        });
        first.map_or(self.facilitator(), |attendee| self.person(&attendee.person_id))
    }

    pub(super) fn item(&self, id: &str) -> shared::ItemId {
        item_id(id)
    }

    /// An empty section of this meeting.
    pub(super) fn seed(&self, section: Section) -> SectionSeed {
        SectionSeed::new(self.id, section, self.facilitator())
    }

    fn sections(&self) -> Vec<SectionSeed> {
        let mut seeds = vec![
            passport::seed(self),
            views::boards(self),
            plan::seed(self),
            plan::actions(self),
            plan::costs(self),
            plan::staff(self),
            review::seed(self),
        ];
        seeds.extend(views::contributions(self));
        if self.pupil.looked_after {
            seeds.extend([review::pep(self), review::pep_restricted(self)]);
        }
        seeds
    }
}
