//! One made-up child: a line in the register, and for those with extra help three years of meetings.

use rand::{Rng, SeedableRng, rngs::StdRng};
use shared::{
    ItemId, MeetingId, PersonId, PupilId, RecordId, Role, SchoolId, census,
    record::{AgreedRecord, Delivery, ReviewedTarget, Scores},
    schema::review,
};
use time::{Date, Duration, OffsetDateTime, Time, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    Story,
    cast::{Staff, class_name, year},
    names, once,
    retold::{Cast, Standing, told},
};
use crate::db::{
    self, SchoolTransaction,
    many::{Meetings, People, Pupils, Seats},
    participants::Participant,
    records::{Cost, NewRecord},
};

/// Three years of three.
const MEETINGS: i32 = 9;

/// From one meeting to the next, and to the day that a plan says it is to be looked back on.
const CYCLE: Duration = Duration::days(118);
const REVIEW: Duration = Duration::days(112);

pub(super) struct Child<'a> {
    pub(super) id: PupilId,
    number: u32,
    class: u32,
    me: Standing,
    story: Option<&'a Story>,
    chance: StdRng,
}

/// What is told of a child with extra help.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) teacher: PersonId,
    pub(super) parent: PersonId,
    pub(super) last: MeetingId,
    pub(super) next: MeetingId,
}

/// Which meeting’s documents are to be copied to which, and who stands for whom.
pub(super) type Document = (MeetingId, MeetingId, Vec<(PersonId, PersonId)>);

/// The rows of some children, on their way.
#[derive(Default)]
pub(super) struct Batch {
    people: People,
    pupils: Pupils,
    meetings: Meetings,
    seats: Seats,
    records: Vec<(RecordId, AgreedRecord, Vec<Cost>, OffsetDateTime)>,
    documents: Vec<Document>,
    kept_from: Vec<(PupilId, PersonId)>,
}

impl<'a> Child<'a> {
    pub(super) fn new(school: SchoolId, of: u32, number: u32, staff: &Staff, stories: &'a [Story]) -> Self {
        let id = PupilId(Uuid::new_v5(&school.0, format!("pupil {number}").as_bytes()));
        let name = of as usize * 7 + number as usize;
        let (first, last) = (names::first(name), names::last(name));
        let person = PersonId(Uuid::new_v5(&id.0, b"person"));
        // Two in eleven have extra help, and one in twenty of these is looked after.
        let helped = (number % 11 < 2).then_some(number / 11 * 2 + number % 11);
        let story = helped.and_then(|helped| {
            let mut fitting = stories.iter().filter(|story| story.looked_after == (helped % 20 == 7)).cycle();
            fitting.nth(helped as usize % 2)
        });
        Self {
            id,
            number,
            class: staff.class(number),
            me: Standing { person, name: first.to_owned(), full_name: format!("{first} {last}") },
            story,
            chance: StdRng::seed_from_u64(u64::from(of) << 32 | u64::from(number)),
        }
    }

    pub(super) fn is_looked_after(&self) -> bool {
        self.story.is_some_and(|story| story.looked_after)
    }

    /// None for whoever has no extra help.
    pub(super) fn write(
        mut self,
        batch: &mut Batch,
        school: &str,
        staff: &Staff,
        now: OffsetDateTime,
    ) -> anyhow::Result<Option<Told>> {
        let last_day = now.date() - Duration::days(20 + i64::from(self.number * 7 % 111));
        batch.people.add(&self.me, "pupil");
        self.line(&mut batch.pupils, staff, now.date());
        let Some(story) = self.story else { return Ok(None) };
        let cast = staff.cast(story, self.class, &self.me, &mut batch.people);
        if self.number % 330 == 1 {
            batch.kept_from.push((self.id, staff.teacher(self.class + 1)));
        }
        let mut before: Option<AgreedRecord> = None;
        for cycle in 0..MEETINGS {
            let template = &story.told[usize::try_from(cycle)? % story.told.len()];
            let telling = Uuid::new_v5(&self.id.0, format!("cycle {cycle}").as_bytes());
            let held_on = last_day - CYCLE * (MEETINGS - 1 - cycle);
            let mut record = template.tell(telling, &cast)?;
            self.date(&mut record, school, held_on)?;
            if let Some(before) = &before {
                self.look_back(&mut record, before, telling);
            }
            let cost = |cost: &Cost| Cost { provision: ItemId(told(telling, cost.provision.0)), ..cost.clone() };
            let at = held_on.with_time(Time::MIDNIGHT).assume_utc() + Duration::hours(16);
            let previous = before.as_ref().map(|before| before.meeting.id);
            batch.meetings.add(record.meeting.id, self.id, cycle + 1, held_on, previous, Some(at));
            batch.seats.add(record.meeting.id, &template.seats, &cast);
            let id = RecordId(Uuid::new_v5(&record.meeting.id.0, b"record 1"));
            batch.records.push((id, record.clone(), template.costs.iter().map(cost).collect(), at));
            before = Some(record);
        }
        let last = before.map(|before| before.meeting.id);
        let next = MeetingId(Uuid::new_v5(&self.id.0, b"next"));
        batch.meetings.add(next, self.id, MEETINGS + 1, last_day + REVIEW, last, None);
        batch.seats.add(next, &story.next_seats, &cast);
        let hands = cast.iter().map(|(old, new)| (*old, new.person)).collect();
        batch.documents.push((story.next, next, hands));
        let first = |role| {
            let seat = story.next_seats.iter().find(|seat| seat.role == role && seat.admitted);
            seat.and_then(|seat| cast.get(&seat.person)).map(|standing| standing.person)
        };
        Ok(last.zip(first(Role::Teacher)).zip(first(Role::Parent)).map(|((last, teacher), parent)| Told {
            teacher,
            parent,
            last,
            next,
        }))
    }

    fn line(&mut self, pupils: &mut Pupils, staff: &Staff, today: Date) {
        let helped = self.story.is_some();
        let has_plan = helped && self.chance.random_bool(0.25);
        let codes: Vec<&str> = census::NEEDS.iter().map(|need| need.code).filter(|code| *code != "NSA").collect();
        let need = self.chance.random_range(0..codes.len());
        let needs = [codes[need], codes[(need + 3) % codes.len()]];
        pupils.ids.push(self.id.0);
        pupils.people.push(self.me.person.0);
        pupils.years.push(format!("Year {}", year(self.class)));
        pupils.classes.push(class_name(self.class));
        pupils.upns.push(census::invented_upn(self.number));
        let age = 365 * i64::from(year(self.class) + 4) + i64::from(self.number * 13 % 365);
        pupils.born_on.push(today - Duration::days(age));
        pupils.provisions.push(
            if has_plan {
                "E"
            } else if helped {
                "K"
            } else {
                "N"
            }
            .to_owned(),
        );
        pupils.needs.push(if helped { needs.join(" ") } else { String::new() });
        pupils.looked_after.push(self.is_looked_after());
        pupils.key_adults.push(helped.then(|| staff.key_adult(self.class).0));
        pupils.since.push(helped.then(|| today - Duration::days(3 * 365)));
    }

    fn date(&self, record: &mut AgreedRecord, school: &str, held_on: Date) -> anyhow::Result<()> {
        let at = held_on.with_time(Time::MIDNIGHT).assume_utc() + Duration::hours(16);
        let review_on = (held_on + REVIEW).to_string();
        record.agreed_at = at.format(&Rfc3339)?;
        school.clone_into(&mut record.meeting.school);
        record.meeting.held_on = held_on.to_string();
        for answer in &mut record.agreements {
            answer.at.clone_from(&record.agreed_at);
        }
        for target in &mut record.targets {
            target.by.clone_from(&review_on);
        }
        for action in &mut record.actions {
            action.by.clone_from(&review_on);
        }
        record.review_on = review_on;
        Ok(())
    }

    /// What became of what was planned before: chance.
    fn look_back(&mut self, record: &mut AgreedRecord, before: &AgreedRecord, telling: Uuid) {
        for target in &before.targets {
            let rating = review::RATINGS[self.chance.random_range(0..review::RATINGS.len())].code;
            let steps = review::steps(rating).unwrap_or(0);
            let now = |score: Option<i64>| score.map(|score| (score + steps).min(10));
            let Scores { pupil, home, school } = target.before;
            record.reviews.push(ReviewedTarget {
                id: target.id,
                pupil_words: target.pupil_words.clone(),
                title: target.title.clone(),
                baseline: target.baseline.clone(),
                exit: target.success.clone(),
                delivered: String::new(),
                rating: rating.to_owned(),
                next_step: "continue".to_owned(),
                before: target.before,
                after: Scores { pupil: now(pupil), home: now(home), school: now(school) },
            });
        }
        for help in &before.provision {
            let Some(planned) = help.sessions.filter(|sessions| *sessions > 0) else { continue };
            let missed = self.chance.random_range(0..=planned / 3);
            record.delivery.push(Delivery {
                id: ItemId(told(telling, help.id.0)),
                name: help.name.clone(),
                provision: help.id.to_string(),
                planned: Some(planned),
                delivered: Some(planned - missed),
                why_not: if missed > 0 { "Trips and assemblies".to_owned() } else { String::new() },
            });
        }
    }
}

impl Batch {
    pub(super) async fn save(
        self,
        txn: &mut SchoolTransaction,
        senco: PersonId,
        now: OffsetDateTime,
    ) -> sqlx::Result<Vec<Document>> {
        db::many::people(txn, &self.people).await?;
        db::many::pupils(txn, &self.pupils).await?;
        db::many::meetings(txn, &self.meetings).await?;
        db::many::seats(txn, &self.seats).await?;
        let new = self.records.iter();
        let new: Vec<_> = new.map(|(id, record, costs, at)| NewRecord { id: *id, record, costs, at: *at }).collect();
        db::records::create(txn, &new).await?;
        for (pupil, person) in self.kept_from {
            db::pupils::withhold(txn, pupil, person, "Decided by the head.").await?;
        }
        let pupils: Vec<PupilId> = self.pupils.ids.iter().copied().map(PupilId).collect();
        db::many::tell(txn, &pupils, senco, now).await?;
        Ok(self.documents)
    }
}

impl Meetings {
    fn add(
        &mut self,
        id: MeetingId,
        pupil: PupilId,
        cycle: i32,
        held_on: Date,
        previous: Option<MeetingId>,
        agreed_at: Option<OffsetDateTime>,
    ) {
        self.ids.push(id.0);
        self.pupils.push(pupil.0);
        self.cycles.push(cycle);
        self.held_on.push(held_on);
        self.previous.push(previous.map(|id| id.0));
        self.agreed_at.push(agreed_at);
    }
}

impl Seats {
    fn add(&mut self, meeting: MeetingId, seats: &[Participant], cast: &Cast) {
        for (position, (seat, person)) in (1..).zip(once(seats, cast)) {
            self.ids.push(Uuid::new_v5(&meeting.0, person.0.as_bytes()));
            self.meetings.push(meeting.0);
            self.people.push(person.0);
            self.positions.push(position);
            self.roles.push(seat.role.name().to_owned());
            self.titles.push(seat.title);
            self.colours.push(i32::from(seat.colour));
            self.attendances.push(seat.expected.name().to_owned());
        }
    }
}
