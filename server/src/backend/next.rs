//! The next cycle: a meeting that starts from what the last one agreed.
//!
//! The passport carries over with its authors, so that a pupil’s words stay protected. Last targets
//! arrive in the review with what they were before; how they are now is for everybody to say.

use std::collections::{BTreeMap, BTreeSet};

use app::{backend::Viewer, error::AppError, view::doors::Doors};
use shared::{
    Attendance, ItemId, MeetingId, ParticipantId, PersonId, Section, Stage,
    doc::{NewItem, SectionDoc},
    hand::is_for_pupil,
    record::{Action, AgreedRecord, Provision, Scores, Target},
    schema::{actions, plan, review, staff},
    splice::Splice,
};
use time::{Date, Duration, OffsetDateTime, macros::format_description};
use uuid::Uuid;

use super::{Seated, ServerBackend, commands::note, stay_in};
use crate::{
    audit::{Deed, Verb},
    db::{
        self, SchoolTransaction,
        documents::StoredSection,
        meetings::{Meeting, NewMeeting},
        participants::NewParticipant,
    },
    error::{is_violation, of_room, unavailable},
    invitations,
    seed::SectionSeed,
};

/// When the record does not say when to meet again: about a term later.
const ABOUT_A_TERM: Duration = Duration::weeks(12);

/// Makes the next meeting, or finds the one that was made already.
pub(super) async fn start(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<MeetingId, AppError> {
    let Seated { mut txn, meeting, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    if let Some(next) = db::meetings::next(&mut txn, id).await.map_err(unavailable)? {
        return Ok(next);
    }
    if meeting.stage != Stage::Agreed {
        return Err(AppError::NotAllowed);
    }
    if db::pupils::has_left(meeting.left_on, backend.clock.today()) {
        return Err(AppError::HasLeft);
    }
    let kept = db::records::find(&mut txn, id, None).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    let record: AgreedRecord = serde_json::from_str(&kept.canonical_json).map_err(unavailable)?;

    #[expect(clippy::disallowed_methods, reason = "a new meeting, made on the server alone")]
    let next = MeetingId(Uuid::now_v7());
    let was_open = match create(&mut txn, backend, &meeting, &record, next, viewer.person).await {
        Ok(was_open) => was_open,
        // Somebody else pressed the same button at the same moment: theirs is the one.
        Err(error) if is_violation(&error, "meetings_previous_meeting_id_once") => {
            drop(txn);
            let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
            return db::meetings::next(&mut txn, id).await.map_err(unavailable)?.ok_or(AppError::Unavailable);
        }
        Err(error) => return Err(unavailable(error)),
    };
    let started = Deed::new(viewer.person, Verb::NextStarted).in_meeting(id).about(next.0);
    note(backend, &mut txn, started).await?;
    stay_in(&mut txn, viewer, next).await?;
    txn.commit().await.map_err(unavailable)?;
    if let Some(passport) = was_open {
        goes_on_elsewhere(backend, viewer, passport).await?;
    }
    Ok(next)
}

/// Whoever writes at the table of the passport alone is told that it goes on in the meeting.
pub(super) async fn goes_on_elsewhere(
    backend: &ServerBackend,
    viewer: Viewer,
    passport: MeetingId,
) -> Result<(), AppError> {
    backend.rooms.open(viewer.school, passport).stage_changed(Stage::Agreed).await.map_err(of_room)
}

async fn create(
    txn: &mut SchoolTransaction,
    backend: &ServerBackend,
    last: &Meeting,
    record: &AgreedRecord,
    next: MeetingId,
    facilitator: PersonId,
) -> sqlx::Result<Option<MeetingId>> {
    db::passports::lock(txn, last.pupil).await?;
    let newest = db::passports::newest_table(txn, last.pupil).await?.filter(|newest| newest.for_passport);
    let review_on = Date::parse(&record.review_on, format_description!("[year]-[month]-[day]")).ok();
    let new = NewMeeting {
        id: next,
        pupil: last.pupil,
        kind: kind(last.looked_after),
        cycle: last.cycle + 1,
        held_on: review_on.unwrap_or(last.held_on + ABOUT_A_TERM),
        held_at: last.held_at,
        minutes: last.minutes,
        place: &last.place,
        mode: &last.mode,
        ground_rules: &last.ground_rules,
        previous: Some(last.id),
        for_passport: false,
    };
    db::meetings::create(txn, new).await?;
    // As this table likes it; nobody can come to a door that is still closed from last time.
    let doors = db::doors::find(txn, last.id).await?.filter(|doors| *doors != Doors::Closed);
    db::doors::set(txn, next, doors.unwrap_or(Doors::Knock)).await?;
    invite(txn, backend, last.id, next).await?;

    let mut stored = db::documents::load(txn, last.id).await?;
    let mut was_open = None;
    if let Some(newest) = newest {
        let taken = take_passport(txn, newest.meeting, backend.clock.now()).await?;
        was_open = taken.was_open;
        let passport = stored.iter_mut().find(|stored| stored.section == Section::Passport);
        if let (Some(passport), Some(newest)) = (passport, taken.passport) {
            *passport = newest;
        }
    }
    for mut seed in seeds(next, record, &stored, facilitator) {
        if seed.section() == Section::Review {
            carry_own_words(&mut seed, record, &stored, last.pupil_person, facilitator);
        }
        seed.save(txn).await?;
    }
    // They came into care since, or the last meeting is older than the section.
    let is_due = |section: &Section| last.looked_after || !section.is_of_care();
    for section in Section::ALL.into_iter().filter(is_due) {
        if stored.iter().all(|stored| stored.section != section) {
            SectionSeed::new(next, section, facilitator).save(txn).await?;
        }
    }
    Ok(was_open)
}

/// What a review meeting is called.
pub(super) fn kind(looked_after: bool) -> &'static str {
    if looked_after { "SEN Support review and PEP meeting" } else { "SEN Support review meeting" }
}

/// What is taken from the table where a passport was written.
pub(super) struct TakenPassport {
    pub(super) passport: Option<StoredSection>,
    /// That table, if it was open until now.
    pub(super) was_open: Option<MeetingId>,
}

/// The passport was changed since the last meeting: the next one begins with those words. The table where they were
/// written is closed, if it was open, so that nobody writes on where nothing begins any more.
pub(super) async fn take_passport(
    txn: &mut SchoolTransaction,
    table: MeetingId,
    now: OffsetDateTime,
) -> sqlx::Result<TakenPassport> {
    let was_open = db::meetings::lock(txn, table).await?.is_some_and(|stage| stage != Stage::Agreed);
    if was_open {
        db::documents::close(txn, table).await?;
        db::meetings::agree(txn, table, now).await?;
    }
    Ok(TakenPassport { passport: passport_of(txn, table).await?, was_open: was_open.then_some(table) })
}

/// The passport of this table, if it has one.
pub(super) async fn passport_of(txn: &mut SchoolTransaction, table: MeetingId) -> sqlx::Result<Option<StoredSection>> {
    let stored = db::documents::load(txn, table).await?;
    Ok(stored.into_iter().find(|stored| stored.section == Section::Passport))
}

/// The same people as last time, each with a link of their own. Who excused themselves is expected
/// again; who was left out on purpose still is.
async fn invite(
    txn: &mut SchoolTransaction,
    backend: &ServerBackend,
    last: MeetingId,
    next: MeetingId,
) -> sqlx::Result<()> {
    let seats = db::participants::list(txn, last).await?;
    for (position, seat) in (1..).zip(seats) {
        let left_out = seat.expected == Attendance::NotInvitedOnPurpose;
        if !seat.admitted && !left_out {
            continue; // asked to leave last time
        }
        if seat.for_correction && !seat.role.can_facilitate() {
            continue; // was not at the meeting
        }
        if seat.by_code {
            continue; // was let in for that meeting
        }
        // Derived, so that it needs no chance: one person has one place in one meeting.
        let id = ParticipantId(Uuid::new_v5(&next.0, seat.person.0.as_bytes()));
        let expected = match seat.attendance() {
            Attendance::NotInvitedOnPurpose if seat.for_correction => Attendance::InPerson,
            left_out @ Attendance::NotInvitedOnPurpose => left_out,
            Attendance::Remote => Attendance::Remote,
            Attendance::NotNoted => seat.expected,
            Attendance::InPerson | Attendance::PartOfMeeting | Attendance::SentViews | Attendance::Apologies => {
                Attendance::InPerson
            }
        };
        let new = NewParticipant {
            id,
            meeting: next,
            person: seat.person,
            position,
            role: seat.role,
            title: &seat.title,
            colour: seat.colour,
            expected,
            for_correction: false,
        };
        db::participants::create(txn, new).await?;
        if !left_out {
            invitations::keep(txn, &backend.join_key, id, backend.clock.now()).await?;
        }
    }
    Ok(())
}

fn seeds(next: MeetingId, record: &AgreedRecord, stored: &[StoredSection], facilitator: PersonId) -> Vec<SectionSeed> {
    let fresh = |section| SectionSeed::new(next, section, facilitator);
    stored
        .iter()
        .map(|last| {
            let mut seed = match last.section {
                Section::Passport | Section::Pep | Section::PepRestricted => {
                    whole(next, last).unwrap_or_else(|| fresh(last.section))
                }
                section => fresh(section),
            };
            seed.by(facilitator, |doc| match last.section {
                Section::Plan => carry_plan(doc, record),
                Section::Do => carry_actions(doc, record),
                Section::Review => carry_review(doc, record),
                Section::Costs => carry_costs(doc, record, last),
                Section::Passport
                | Section::PupilViews
                | Section::PupilPrivate
                | Section::FamilyViews
                | Section::SchoolViews
                | Section::SpecialistViews
                | Section::Assess
                | Section::Pep
                | Section::PepRestricted
                | Section::StaffPreparation => {}
            });
            seed
        })
        .collect()
}

/// The section as it stood at the end, authors and all. What was taken off the page before everybody
/// agreed is not carried on.
pub(super) fn whole(next: MeetingId, last: &StoredSection) -> Option<SectionSeed> {
    let owners: BTreeMap<_, _> = last.owners.iter().copied().collect();
    let doc = read(last)?;
    doc.erase_removed();
    Some(SectionSeed::carried(next, last.section, doc.state(), owners))
}

pub(super) fn read(stored: &StoredSection) -> Option<SectionDoc> {
    let doc = SectionDoc::from_state(stored.section, 0, &stored.checkpoint).ok()?;
    stored.updates.iter().try_for_each(|update| doc.apply(update)).ok()?;
    Some(doc)
}

/// What goes on until somebody says otherwise: all help of this plan, but what is only for steps that are finished.
fn carried_provision(record: &AgreedRecord) -> Vec<&Provision> {
    let is_over = |step: &ItemId| {
        record.reviews.iter().any(|last| last.id == *step && last.next_step == review::CLOSED)
            && record.targets.iter().all(|next| next.id != *step)
    };
    let goes_on = |help: &&Provision| help.targets.is_empty() || !help.targets.iter().all(is_over);
    record.provision.iter().filter(goes_on).collect()
}

fn carry_plan(doc: &SectionDoc, record: &AgreedRecord) {
    for outcome in &record.outcomes {
        let item = NewItem::default().with("text", &outcome.words).with("area", &outcome.area).with("by", &outcome.by);
        doc.add(&plan::OUTCOMES, outcome.id, item);
    }
    for provision in carried_provision(record) {
        doc.add(&plan::PROVISION, provision.id, provision_item(provision));
    }
}

fn provision_item(provision: &Provision) -> NewItem {
    let mut item = NewItem::default()
        .with("name", &provision.name)
        .with("who", &provision.who)
        .with("when", &provision.when)
        .with("often", &provision.often)
        .with("place", &provision.place)
        .with("tier", &provision.tier)
        .with("area", &provision.area)
        .with("targets", ids(&provision.targets))
        .with("ratio", &provision.ratio)
        .with("evidence", &provision.evidence);
    for (field, number) in [
        ("sessions_per_week", provision.sessions_per_week),
        ("minutes", provision.minutes),
        ("weeks", provision.weeks),
        ("sessions", provision.sessions),
    ] {
        if let Some(number) = number {
            item = item.with_number(field, number);
        }
    }
    item
}

fn ids(items: &[ItemId]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Everything not done yet, and for each help of the cycle the question whether it happened.
fn carry_actions(doc: &SectionDoc, record: &AgreedRecord) {
    for Action { id, what, who, by, .. } in record.actions.iter().filter(|action| action.status != "done") {
        doc.add(&actions::ACTIONS, *id, NewItem::default().with("what", what).with("who", who).with("by", by));
    }
    for provision in &record.provision {
        let mut item = NewItem::default()
            .with("name", &provision.name)
            .with("provision", provision.id.to_string())
            .with("targets", ids(&provision.targets));
        if let Some(planned) = provision.sessions {
            item = item.with_number("planned", planned);
        }
        doc.add(&actions::DELIVERY, provision.id, item);
    }
}

fn carry_review(doc: &SectionDoc, record: &AgreedRecord) {
    for target in &record.targets {
        let Scores { pupil, home, school } = target.before;
        let mut item = NewItem::default()
            .with("title", &target.title)
            .with("baseline", &target.baseline)
            .with("success", &target.success)
            .with("area", &target.area);
        for (field, score) in [("before_pupil", pupil), ("before_home", home), ("before_school", school)] {
            if let Some(score) = score {
                item = item.with_number(field, score);
            }
        }
        doc.add(&review::TARGETS, target.id, item);
    }
}

/// “In my words” of each step, in the pupil’s hand where the pupil had a hand in it: it stays as protected as it was.
fn carry_own_words(
    review: &mut SectionSeed,
    record: &AgreedRecord,
    stored: &[StoredSection],
    pupil: PersonId,
    facilitator: PersonId,
) {
    let last = stored.iter().find(|last| last.section == Section::Plan);
    let plan = last.and_then(read);
    let is_pupils =
        |client: u64| is_for_pupil(client) || last.is_some_and(|last| last.owners.contains(&(client, pupil)));
    let is_theirs = |target: &Target| {
        let runs = plan.as_ref().map(|plan| plan.runs(&plan::TARGETS, target.id, OWN_WORDS));
        runs.is_some_and(|runs| runs.iter().any(|run| is_pupils(run.client)))
    };
    for (hand, theirs) in [(pupil, true), (facilitator, false)] {
        review.by(hand, |doc| {
            for target in record.targets.iter().filter(|target| is_theirs(target) == theirs) {
                let words = Splice { at: 0, delete: 0, insert: target.pupil_words.clone() };
                doc.splice(&review::TARGETS, target.id, OWN_WORDS, &words);
            }
        });
    }
}

const OWN_WORDS: &str = "pupil_words";

/// What the help that goes on costs.
fn carry_costs(doc: &SectionDoc, record: &AgreedRecord, last: &StoredSection) {
    let Some(last) = read(last) else { return };
    let carried: BTreeSet<String> =
        carried_provision(record).iter().map(|provision| provision.id.to_string()).collect();
    let list = &staff::COSTS;
    for item in last.items(list) {
        let provision = last.words(list, item, "provision");
        if carried.contains(&provision) {
            let mut new =
                NewItem::default().with("provision", provision).with("funding", last.words(list, item, "funding"));
            if let Some(pence) = last.number(list, item, "pence_per_pupil") {
                new = new.with_number("pence_per_pupil", pence);
            }
            doc.add(list, item, new);
        }
    }
}
