//! One child’s page, made for the eyes that asked.
//!
//! What must stay true: what [`shared::rights`] does not let somebody see is not in the page at all; everything about
//! cycles is read from records that were agreed, never from a draft.

pub(crate) mod add;
pub(super) mod cycles;
pub(crate) mod kept;
pub(crate) mod line;
pub(super) mod passport;
pub(super) mod pep;
pub(crate) mod picture;
pub(crate) mod rating;
pub(crate) mod reading;
pub mod sharing;

use app::{
    backend::Viewer,
    error::AppError,
    view::{
        self, Here,
        pupils::{ActionRow, Around, HelpRow, Identity, LeftOn, Met, Needs, PupilPage},
    },
};
use shared::{
    Attendance, ItemId, MeetingId, PupilId, delivery,
    record::AgreedRecord,
    rights::{Matter, Post, Tie, may_see, title_that_tells_nothing},
};
use time::{Date, OffsetDateTime};

use super::{ServerBackend, pages::participant};
use crate::{
    audit::{Deed, Verb},
    db::{self, Db, SchoolTransaction, actions, help, pupils::Pupil},
    error::unavailable,
    subject,
};

/// More than a child has ever been promised at once.
const ACTIONS_SHOWN: i64 = 100;

pub(super) async fn page(backend: &ServerBackend, viewer: Viewer, id: PupilId) -> Result<PupilPage, AppError> {
    let today = backend.clock.today();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (pupil, tie) = find(&mut txn, viewer, id, today).await?;
    let here = here(&mut txn, viewer).await?;
    let page = make(&mut txn, viewer, pupil, tie, today, here).await?;
    let deed = Deed::new(viewer.person, Verb::PupilRead).about(id.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)?;
    Ok(page)
}

/// Everything that is held about a child, for those who answer for it; to everybody else there is no such thing.
pub(crate) async fn take_away(db: &Db, viewer: Viewer, id: PupilId, now: OffsetDateTime) -> Result<Vec<u8>, AppError> {
    let mut txn = db.begin(viewer.school).await.map_err(unavailable)?;
    if !may_see(Matter::Everything, tie(&mut txn, viewer, id).await?) {
        return Err(AppError::NotFound);
    }
    let archive = match subject::export(&mut txn, id, Some(viewer.person), now).await {
        Err(subject::NotExported::NoSuchPupil) => return Err(AppError::NotFound),
        archive => archive.map_err(unavailable)?,
    };
    txn.commit().await.map_err(unavailable)?;
    Ok(archive)
}

/// How somebody stands to a child.
pub(super) async fn tie(txn: &mut SchoolTransaction, viewer: Viewer, id: PupilId) -> Result<Tie, AppError> {
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let place = db::pupils::place(txn, id, viewer).await.map_err(unavailable)?;
    Ok(Tie::of(&posts, place))
}

/// The same, to each of these children.
pub(super) async fn ties(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupils: &[PupilId],
) -> Result<Vec<(PupilId, Tie)>, AppError> {
    let posts = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    let places = db::pupils::places(txn, pupils, viewer).await.map_err(unavailable)?;
    Ok(places.into_iter().map(|(pupil, place)| (pupil, Tie::of(&posts, place))).collect())
}

/// A child that is not there and one that is somebody else’s look the same.
async fn find(txn: &mut SchoolTransaction, viewer: Viewer, id: PupilId, today: Date) -> Result<(Pupil, Tie), AppError> {
    let tie = tie(txn, viewer, id).await?;
    let pupil = db::pupils::find(txn, id, today).await.map_err(unavailable)?;
    match pupil.filter(|_| may_see(Matter::Child, tie)) {
        Some(pupil) => Ok((pupil, tie)),
        None => Err(sharing::why_not(txn, id, viewer.person).await?),
    }
}

/// Who is here, for the top of a page of the school.
pub(super) async fn here(txn: &mut SchoolTransaction, viewer: Viewer) -> Result<Here, AppError> {
    let name = db::people::display_name(txn, viewer.person).await.map_err(unavailable)?;
    let posts: Vec<Post> = db::posts::held(txn, viewer).await.map_err(unavailable)?;
    Ok(Here {
        school: db::schools::name(txn).await.map_err(unavailable)?,
        name: name.ok_or(AppError::NotSignedIn)?,
        is_staff: !posts.is_empty(),
        has_account: viewer.by_link.is_none(),
        words: db::school_words::of(txn).await.map_err(unavailable)?,
    })
}

async fn make(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    pupil: Pupil,
    tie: Tie,
    today: Date,
    here: Here,
) -> Result<PupilPage, AppError> {
    let see = |matter| may_see(matter, tie);
    let (records, agreed_at) = records_and_when(txn, pupil.id).await?;
    let versions = passport::versions(txn, pupil.id, &records, &agreed_at).await?;
    let passport = passport::shown(&versions, None).filter(|_| see(Matter::Child));
    let meetings = db::meetings::list_of_pupil(txn, pupil.id, viewer.person).await.map_err(unavailable)?;
    let wanted = help::Wanted { pupil: Some(pupil.id), ..help::Wanted::default() };
    let given = help::given(txn, &wanted).await.map_err(unavailable)?;
    let rated = help::rated(txn, pupil.id).await.map_err(unavailable)?;
    let may_open_pep = pupil.looked_after && pep::may_open(txn, viewer, pupil.id).await?;
    let last = records.last().map(|record| record.meeting.id);
    let of = actions::Of { pupil: Some(pupil.id), limit: ACTIONS_SHOWN, ..actions::Of::default() };
    let open = if see(Matter::Plan) { actions::open(txn, of).await.map_err(unavailable)? } else { vec![] };
    let class_teachers = db::posts::class_teachers(txn, pupil.id).await.map_err(unavailable)?;
    let people = match meetings.first() {
        Some(newest) if see(Matter::Plan) => around(txn, newest.id, &records, see(Matter::Care)).await?,
        _ => vec![],
    };
    Ok(PupilPage {
        id: pupil.id,
        here,
        identity: see(Matter::Identity)
            .then(|| Identity { born_on: pupil.born_on.map(|day| day.to_string()), upn: pupil.upn.clone() }),
        needs: see(Matter::Needs).then(|| Needs {
            provision: pupil.sen_provision.clone(),
            since: pupil.sen_since.map(|day| day.to_string()),
            types: pupil.needs.clone(),
        }),
        looked_after: see(Matter::Care).then_some(pupil.looked_after),
        may_open_pep,
        cycles: cycles::seen(cycles::of(&records, &given, pupil.person), tie),
        only_now: !see(Matter::Plan),
        little_progress: if see(Matter::Action) { cycles::little_progress(&rated) } else { vec![] },
        reading: reading::of(txn, viewer, pupil.id, tie, versions.last()).await?,
        access: passport.as_ref().map(|passport| passport.access.clone()).unwrap_or_default(),
        passport,
        change_passport: passport::change(txn, viewer, pupil.id, tie).await?,
        may_begin_first: meetings.is_empty()
            && see(Matter::FirstMeeting)
            && !db::pupils::has_left(pupil.left_on, today),
        meetings: if see(Matter::Plan) { met(meetings, &records, tie) } else { vec![] },
        held_this_year: u32::try_from(pupil.held_this_year).unwrap_or(u32::MAX),
        actions: open.into_iter().map(|action| row(action, today)).collect(),
        was_promised: records.iter().any(|record| !record.actions.is_empty()),
        may_tick_actions: see(Matter::Action),
        may_change_line: see(Matter::Line),
        may_take_away: see(Matter::Everything),
        help: given
            .into_iter()
            .filter(|row| see(Matter::Support) && Some(row.meeting) == last)
            .map(|row| HelpRow {
                name: row.name,
                who: row.who,
                tier: row.tier,
                minutes: row.minutes,
                sessions: row.sessions,
                told: row.told,
                missed: delivery::reasons(&row.missed),
                pence: row.pence.filter(|_| see(Matter::Cost)),
            })
            .collect(),
        people,
        class_teachers,
        left_on: pupil
            .left_on
            .map(|day| LeftOn { day: day.to_string(), has_come: db::pupils::has_left(Some(day), today) }),
        full_name: pupil.full_name,
        pronouns: pupil.pronouns,
        year_group: pupil.year_group,
        class_name: pupil.class_name,
        key_adult: pupil.key_adult,
        home_language: pupil.home_language,
        communication: pupil.communication,
        pupil: view::Pupil {
            person: pupil.person,
            name: pupil.name,
            portrait: picture::address(tie, pupil.id, pupil.picture.is_some()),
            portrait_alt: pupil.picture.unwrap_or_default(),
            looked_after: see(Matter::Care) && pupil.looked_after,
        },
    })
}

/// Oldest first.
async fn records(txn: &mut SchoolTransaction, pupil: PupilId) -> Result<Vec<AgreedRecord>, AppError> {
    records_and_when(txn, pupil).await.map(|(records, _)| records)
}

/// The same, and when the first version of each was agreed.
async fn records_and_when(
    txn: &mut SchoolTransaction,
    pupil: PupilId,
) -> Result<(Vec<AgreedRecord>, Vec<OffsetDateTime>), AppError> {
    let kept = db::records::list_of_pupil(txn, pupil).await.map_err(unavailable)?;
    let one = |kept: &db::records::OfPupil| Ok((serde_json::from_str(&kept.canonical_json)?, kept.first_agreed_at));
    kept.iter().map(one).collect::<serde_json::Result<_>>().map_err(unavailable)
}

pub(super) fn row(action: actions::Open, today: Date) -> ActionRow {
    ActionRow {
        meeting: action.meeting,
        id: action.id,
        pupil: action.pupil,
        pupil_name: action.pupil_name,
        what: action.what,
        who: action.who,
        overdue: action.due_on.is_some_and(|day| day < today),
        due_on: action.due_on.map(|day| day.to_string()).unwrap_or_default(),
    }
}

fn met(meetings: Vec<db::meetings::OfPupil>, records: &[AgreedRecord], tie: Tie) -> Vec<Met> {
    let one = |meeting: db::meetings::OfPupil| {
        let record = records.iter().find(|record| record.meeting.id == meeting.id);
        Met {
            id: meeting.id,
            held_on: meeting.held_on.to_string(),
            agreed: record.is_some(),
            who_came: record.map(who_came).unwrap_or_default(),
            mine: meeting.mine || (tie == Tie::Leads && record.is_some()),
        }
    };
    meetings.into_iter().map(one).collect()
}

fn came(attendance: Attendance) -> bool {
    matches!(attendance, Attendance::InPerson | Attendance::Remote | Attendance::PartOfMeeting)
}

/// “7 came. Ruth sent views. Marek sent apologies.”
fn who_came(record: &AgreedRecord) -> String {
    let count = record.attendance.iter().filter(|seat| came(seat.attendance)).count();
    let mut words = vec![format!("{count} came.")];
    for (code, did) in [(Attendance::SentViews, "sent views"), (Attendance::Apologies, "sent apologies")] {
        let names: Vec<_> =
            record.attendance.iter().filter(|seat| seat.attendance == code).map(|seat| seat.name.as_str()).collect();
        if !names.is_empty() {
            words.push(format!("{} {did}.", names.join(" and ")));
        }
    }
    words.join(" ")
}

/// Who sits at the newest table, with how many of the agreed meetings each came to. Who is not told that a child is
/// looked after does not learn it from what somebody at the table is, either.
async fn around(
    txn: &mut SchoolTransaction,
    newest: MeetingId,
    records: &[AgreedRecord],
    see_care: bool,
) -> Result<Vec<Around>, AppError> {
    let mut seats = db::participants::list(txn, newest).await.map_err(unavailable)?;
    if !see_care {
        for seat in &mut seats {
            seat.title = title_that_tells_nothing(seat.role, &seat.title).to_owned();
        }
    }
    let count = |person| {
        let seats = records.iter().flat_map(|record| &record.attendance);
        seats.filter(|seat| seat.person == person && came(seat.attendance)).count()
    };
    Ok(seats
        .into_iter()
        .filter(|seat| seat.admitted && seat.role != shared::Role::Pupil)
        .map(|seat| Around {
            role: seat.role,
            came: u32::try_from(count(seat.person)).unwrap_or(u32::MAX),
            of: u32::try_from(records.len()).unwrap_or(u32::MAX),
            person: participant(seat, &[], None),
        })
        .collect())
}

/// Something that was promised is done.
pub(super) async fn tick(
    backend: &ServerBackend,
    viewer: Viewer,
    pupil: PupilId,
    meeting: MeetingId,
    item: ItemId,
) -> Result<(), AppError> {
    let today = backend.clock.today();
    let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
    let (_, tie) = find(&mut txn, viewer, pupil, today).await?;
    if !may_see(Matter::Action, tie) {
        return Err(AppError::NotAllowed);
    }
    if !actions::tick(&mut txn, pupil, meeting, item, viewer.person, today).await.map_err(unavailable)? {
        return Err(AppError::NotFound);
    }
    let deed = Deed::new(viewer.person, Verb::ActionTicked).in_meeting(meeting).about(item.0);
    db::audit::add(&mut txn, deed, backend.clock.now()).await.map_err(unavailable)?;
    txn.commit().await.map_err(unavailable)
}
