//! The passport: its versions, and changing it outside a meeting, alone or together.
//!
//! What must stay true: there is one place where it is written at any time, the review to come or, where there is none,
//! a table for the passport alone; so nothing that was written has ever to be brought together with anything else. A
//! version that was kept is never changed.

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        self,
        pupils::{ChangePassport, Passport, PassportPage, PassportVersion, PictureNotTaken},
    },
};
use shared::{
    Attendance, MeetingId, ParticipantId, PupilId, Role, Section,
    record::{AgreedRecord, KeptPassport, PassportFacts, Statement, canonical_json, hash, keep_passport},
    rights::{Matter, Tie, may_see},
};
use time::{OffsetDateTime, Time, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{find, picture, reading};
use crate::{
    audit::{Deed, Verb},
    backend::{
        ServerBackend, agreement,
        commands::{enter, lock, note},
        in_by_door, next, reopen,
    },
    clock::school_day,
    db::{
        self, SchoolTransaction,
        meetings::NewMeeting,
        participants::NewParticipant,
        passport_reads,
        passports::{self, NewVersion, Open},
        pupils::Pupil,
    },
    error::{of_room, unavailable},
    seed::SectionSeed,
};

/// One version, whether a meeting agreed it or somebody kept it.
pub(super) struct Version {
    /// Of the meeting, or of what was kept.
    pub(super) id: Uuid,
    /// Which version of the meeting’s record. What was kept has one alone.
    pub(super) number: u32,
    /// The same, as those who have read it are written down.
    pub(super) read: passport_reads::Version,
    at: OffsetDateTime,
    /// The day it is known by.
    on: String,
    /// Who kept it, outside a meeting.
    by: Option<String>,
    content: KeptPassport,
}

/// All of them, the first one first. Each record comes with when it was first agreed: correcting it makes it no newer.
pub(super) async fn versions(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
    records: &[AgreedRecord],
    agreed_at: &[OffsetDateTime],
) -> Result<Vec<Version>, AppError> {
    let agreed = records.iter().zip(agreed_at).map(|(record, at)| Version {
        id: record.meeting.id.0,
        number: record.version,
        read: passport_reads::Version::Agreed(record.meeting.id, i32::try_from(record.version).unwrap_or(i32::MAX)),
        at: *at,
        on: record.meeting.held_on.clone(),
        by: None,
        content: KeptPassport::of(record),
    });
    let mut all: Vec<_> = agreed.collect();
    for kept in passports::list(txn, pupil).await.map_err(unavailable)? {
        all.push(Version {
            id: kept.id,
            number: 1,
            read: passport_reads::Version::Saved(kept.id),
            at: kept.saved_at,
            on: school_day(kept.saved_at).to_string(),
            by: Some(kept.by),
            content: serde_json::from_str(&kept.canonical_json).map_err(unavailable)?,
        });
    }
    all.sort_by_key(|version| version.at);
    Ok(all)
}

/// This version, or the newest, with the names of all.
pub(super) fn shown(all: &[Version], wanted: Option<Uuid>) -> Option<Passport> {
    let this = match wanted {
        Some(id) => all.iter().find(|version| version.id == id)?,
        None => all.last()?,
    };
    let mut lists = this.content.passport.clone();
    // They have a part of their own, with how far each has come.
    lists.retain(|list| list.key != "access");
    for said in lists.iter_mut().flat_map(|list| &mut list.statements).filter(|said| said.said_on.is_empty()) {
        said.said_on = first_there(all, said).unwrap_or_default();
    }
    let named = |version: &Version| PassportVersion {
        id: version.id,
        on: version.on.clone(),
        saved_by: version.by.clone(),
        agreed_in: version.by.is_none().then_some(MeetingId(version.id)),
    };
    Some(Passport {
        this: this.id,
        lists,
        access: this.content.access.clone(),
        versions: all.iter().rev().map(named).collect(),
    })
}

/// The day of the first version that says this: where nobody wrote down when it was said, it was by then.
fn first_there(all: &[Version], said: &Statement) -> Option<String> {
    let has = |version: &&Version| {
        let mut statements = version.content.passport.iter().flat_map(|list| &list.statements);
        statements.any(|other| other.id == said.id && other.words == said.words)
    };
    all.iter().find(has).map(|version| version.on.clone())
}

pub(in crate::backend) async fn page(
    backend: &ServerBackend,
    viewer: Viewer,
    id: PupilId,
    version: Option<Uuid>,
) -> Result<PassportPage, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (pupil, tie) = find(&mut txn, viewer, id, backend.clock.today()).await?;
    let (records, agreed_at) = super::records_and_when(&mut txn, id).await?;
    let all = versions(&mut txn, id, &records, &agreed_at).await?;
    let passport = shown(&all, version);
    if version.is_some() && passport.is_none() {
        return Err(AppError::NotFound);
    }
    let change = change(&mut txn, viewer, id, tie).await?;
    // Of an older one nobody is asked.
    let newest = all.last().filter(|newest| version.is_none_or(|version| version == newest.id));
    let reading = reading::of(&mut txn, viewer, id, tie, newest).await?;
    let deed = Deed::new(viewer.person, Verb::PupilRead).about(id.0);
    note(backend, &mut txn, deed).await?;
    txn.commit().await.map_err(unavailable)?;
    Ok(PassportPage {
        id,
        passport,
        change,
        reading,
        not_taken: PictureNotTaken::default(),
        class_name: pupil.class_name,
        key_adult: pupil.key_adult,
        pupil: view::Pupil {
            person: pupil.person,
            name: pupil.name,
            portrait: picture::address(tie, id, pupil.picture.is_some()),
            portrait_alt: pupil.picture.unwrap_or_default(),
            looked_after: may_see(Matter::Care, tie) && pupil.looked_after,
        },
    })
}

/// How it can be changed by who asks, if it can.
pub(super) async fn change(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    id: PupilId,
    tie: Tie,
) -> Result<Option<ChangePassport>, AppError> {
    let open = passports::open_now(txn, id).await.map_err(unavailable)?;
    if !may_change(txn, viewer, tie, open).await? {
        return Ok(None);
    }
    let review_on = match open.filter(|open| !open.for_passport) {
        Some(open) => db::meetings::day(txn, open.meeting).await.map_err(unavailable)?,
        None => None,
    };
    Ok(Some(ChangePassport { is_open: open.is_some(), review_on: review_on.map(|day| day.to_string()) }))
}

/// By a tie to the child; where it is open already, at that table: those who answer for every child are given a place.
pub(super) async fn may_change(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    tie: Tie,
    open: Option<Open>,
) -> Result<bool, AppError> {
    if !may_see(Matter::Passport, tie) {
        return Ok(false);
    }
    let Some(open) = open.filter(|_| tie != Tie::Leads) else { return Ok(true) };
    let seat = db::participants::find_admitted(txn, open.meeting, viewer.person).await.map_err(unavailable)?;
    Ok(seat.is_some_and(|seat| seat.role != Role::Observer))
}

/// Where to write: at the table that is open, or at one that is made for it.
pub(in crate::backend) async fn open(
    backend: &ServerBackend,
    viewer: Viewer,
    id: PupilId,
) -> Result<MeetingId, AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (pupil, tie) = find(&mut txn, viewer, id, backend.clock.today()).await?;
    passports::lock(&mut txn, id).await.map_err(unavailable)?;
    let open = passports::open_now(&mut txn, id).await.map_err(unavailable)?;
    if !may_change(&mut txn, viewer, tie, open).await? {
        return Err(AppError::NotAllowed);
    }
    let meeting = match open {
        Some(open) => open.meeting,
        None => create(&mut txn, backend, viewer, &pupil).await?,
    };
    let is_new_here = tie == Tie::Leads && reopen::seat(&mut txn, viewer, meeting, open.is_none()).await?;
    let deed = Deed::new(viewer.person, Verb::PassportOpened).in_meeting(meeting).about(id.0);
    note(backend, &mut txn, deed).await?;
    txn.commit().await.map_err(unavailable)?;
    if is_new_here && open.is_some() {
        let (room, _) = enter(backend, viewer, meeting).await?;
        room.participants_changed().await.map_err(of_room)?;
    }
    Ok(meeting)
}

/// A table for the passport alone, with the people of the last review and the newest words.
async fn create(
    txn: &mut SchoolTransaction,
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: &Pupil,
) -> Result<MeetingId, AppError> {
    #[expect(clippy::disallowed_methods, reason = "a new table, made on the server alone")]
    let meeting = MeetingId(Uuid::now_v7());
    let source = passports::newest_table(txn, pupil.id).await.map_err(unavailable)?;
    let last = db::meetings::list_of_pupil(txn, pupil.id, viewer.person).await.map_err(unavailable)?;
    let new = NewMeeting {
        id: meeting,
        pupil: pupil.id,
        kind: "Passport",
        cycle: 0,
        held_on: backend.clock.today(),
        held_at: Time::MIDNIGHT,
        minutes: 1,
        place: "",
        mode: "",
        ground_rules: &[],
        previous: None,
        for_passport: true,
    };
    db::meetings::create(txn, new).await.map_err(unavailable)?;
    db::doors::set(txn, meeting, view::doors::Doors::Closed).await.map_err(unavailable)?;
    let at_last = match last.first() {
        Some(last) => db::participants::list(txn, last.id).await.map_err(unavailable)?,
        None => vec![],
    };
    let id_of = |person: shared::PersonId| ParticipantId(Uuid::new_v5(&meeting.0, person.0.as_bytes()));
    for (position, seat) in (1..).zip(at_last.iter().filter(|seat| seat.admitted && !seat.by_code)) {
        let new = NewParticipant {
            id: id_of(seat.person),
            meeting,
            person: seat.person,
            position,
            role: seat.role,
            title: &seat.title,
            colour: seat.colour,
            expected: Attendance::InPerson,
            for_correction: false,
        };
        db::participants::create(txn, new).await.map_err(unavailable)?;
        if seat.scribe.writes() {
            db::participants::set_scribe(txn, meeting, Some(id_of(seat.person)), false).await.map_err(unavailable)?;
        }
    }
    if at_last.is_empty() {
        let new = NewParticipant {
            id: id_of(pupil.person),
            meeting,
            person: pupil.person,
            position: 1,
            role: Role::Pupil,
            title: "Pupil",
            colour: 1,
            expected: Attendance::InPerson,
            for_correction: false,
        };
        db::participants::create(txn, new).await.map_err(unavailable)?;
    }
    let stored = match source {
        Some(source) => next::passport_of(txn, source.meeting).await.map_err(unavailable)?,
        None => None,
    };
    let seed = stored.and_then(|stored| next::whole(meeting, &stored));
    let seed = seed.unwrap_or_else(|| SectionSeed::new(meeting, Section::Passport, viewer.person));
    seed.save(txn).await.map_err(unavailable)?;
    db::meetings::open(txn, meeting, backend.clock.now()).await.map_err(unavailable)?;
    Ok(meeting)
}

/// Keeps the passport as it stands as a version of today, and closes the table that was for it alone. Where nothing is
/// open, or nothing has changed, there is nothing to keep.
pub(in crate::backend) async fn save(backend: &ServerBackend, viewer: Viewer, id: PupilId) -> Result<(), AppError> {
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (_, tie) = find(&mut txn, viewer, id, backend.clock.today()).await?;
    let open = passports::open_now(&mut txn, id).await.map_err(unavailable)?;
    if !may_change(&mut txn, viewer, tie, open).await? {
        return Err(AppError::NotAllowed);
    }
    let Some(Open { meeting, for_passport }) = open else { return Ok(()) };
    in_by_door(&mut txn, viewer, meeting).await?;
    drop(txn);
    // All that anybody here has written before is in it.
    let (room, _) = enter(backend, viewer, meeting).await?;
    let quiet = room.quiesce().await.map_err(of_room)?;

    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (pupil, _) = find(&mut txn, viewer, id, backend.clock.today()).await?;
    passports::lock(&mut txn, id).await.map_err(unavailable)?;
    lock(&mut txn, meeting).await?;
    if passports::open_now(&mut txn, id).await.map_err(unavailable)? != open {
        // Somebody else was quicker.
        return Ok(());
    }
    let now = backend.clock.now();
    if for_passport {
        db::documents::close(&mut txn, meeting).await.map_err(unavailable)?;
        db::meetings::agree(&mut txn, meeting, now).await.map_err(unavailable)?;
    }
    let stored = next::passport_of(&mut txn, meeting).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    let doc = next::read(&stored).ok_or(AppError::Unavailable)?;
    let wrong = agreement::in_passport(doc.clone(), school_day(now));
    if !wrong.is_empty() {
        return Err(AppError::Missing(wrong));
    }
    let by = db::people::display_name(&mut txn, viewer.person).await.map_err(unavailable)?;
    let content = keep_passport(
        &doc,
        PassportFacts {
            pupil_name: pupil.name,
            saved_at: now.format(&Rfc3339).unwrap_or_default(),
            saved_by: by.unwrap_or_default(),
            names: db::people::display_names(&mut txn).await.map_err(unavailable)?,
            owners: stored.owners.into_iter().collect(),
        },
    );
    let (records, agreed_at) = super::records_and_when(&mut txn, id).await?;
    let all = versions(&mut txn, id, &records, &agreed_at).await?;
    if all.last().is_none_or(|last| !last.content.says_the_same(&content)) {
        let json = canonical_json(&content).map_err(unavailable)?;
        #[expect(clippy::disallowed_methods, reason = "a new version, made on the server alone")]
        let version = Uuid::now_v7();
        let sha256 = hash(&json);
        let new =
            NewVersion { id: version, pupil: id, by: viewer.person, at: now, canonical_json: &json, sha256: &sha256 };
        passports::create(&mut txn, new).await.map_err(unavailable)?;
        let deed = Deed::new(viewer.person, Verb::PassportSaved).in_meeting(meeting).about(id.0);
        note(backend, &mut txn, deed).await?;
    }
    txn.commit().await.map_err(unavailable)?;
    if for_passport {
        room.stage_changed(shared::Stage::Agreed).await.map_err(of_room)?;
    }
    quiet.resume();
    Ok(())
}
