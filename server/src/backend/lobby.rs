//! The door itself: whether it is open, who stands before it, who is let in as what, and the links and codes
//! that lead to it.
//!
//! What must stay true: nobody comes in by the code alone, nor to another meeting by having come by it.

use app::{
    backend::{AlsoSignedIn, Viewer},
    error::AppError,
    view::doors::{AlsoHere, Code, Doors, Expected, Knock, Link, LinkState},
};
use shared::{Attendance, KnockId, MeetingId, ParticipantId, PersonId, Role, Stage, policy::may_come_as, role::Side};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    Seated, ServerBackend,
    commands::note,
    doors::{done, to_change},
    pages::initials,
};
use crate::{
    arrivals::GONE,
    audit::{Deed, Verb},
    db::{
        self, SchoolTransaction,
        join_links::Newest,
        knocks::{self, Answer},
        meetings::Meeting,
        participants::{NewParticipant, Participant},
        people::NewPerson,
        seats,
    },
    error::{is_violation, unavailable},
    invitations, qr,
};

/// How long a code that was read out leads to the door: for today’s meeting, not for the next.
const CODE_LASTS: Duration = Duration::hours(12);

pub(super) async fn set_doors(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    doors: Doors,
) -> Result<(), AppError> {
    let (room, Seated { mut txn, .. }) = to_change(backend, viewer, id).await?;
    db::doors::set(&mut txn, id, doors).await.map_err(unavailable)?;
    if doors == Doors::Closed {
        db::doors::end_code(&mut txn, id, backend.clock.now()).await.map_err(unavailable)?;
    }
    done(backend, txn, &room, Deed::new(viewer.person, Verb::DoorsSet).in_meeting(id)).await
}

pub(super) async fn make_code(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    let (room, Seated { mut txn, meeting, .. }) = to_change(backend, viewer, id).await?;
    if meeting.stage == Stage::Agreed {
        return Err(AppError::Agreed);
    }
    if db::doors::find(&mut txn, id).await.map_err(unavailable)?.is_none_or(|doors| doors == Doors::Closed) {
        return Err(AppError::DoorsClosed);
    }
    let number = db::doors::code(&mut txn, id).await.map_err(unavailable)?.map_or(0, |code| code.number + 1);
    let hash = backend.join_key.code_hash(&backend.join_key.code(id, number));
    let made = db::doors::set_code(&mut txn, id, number, hash, backend.clock.now() + CODE_LASTS).await;
    made.map_err(|error| {
        // One in a hundred million: the next number is another code.
        if is_violation(&error, "meeting_codes_code_hash_once") { AppError::Unavailable } else { unavailable(error) }
    })?;
    done(backend, txn, &room, Deed::new(viewer.person, Verb::CodeMade).in_meeting(id)).await
}

pub(super) async fn admit(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    knock: KnockId,
    role: Option<Role>,
) -> Result<(), AppError> {
    let (room, Seated { mut txn, meeting, .. }) = to_change(backend, viewer, id).await?;
    let knock = at_this_door(&mut txn, id, knock).await?;
    if role.is_some_and(|role| !role.may_be_given()) {
        return Err(AppError::NotAllowed);
    }
    let who = match (knock.participant, role) {
        (Some(who), None) => who,
        (Some(who), Some(role)) => give_role(&mut txn, who, role).await?,
        (None, Some(role)) => seat_stranger(&mut txn, id, &knock.name, role, meeting.is_reopened).await?,
        // Whoever runs the meeting says who they are.
        (None, None) => return Err(AppError::NotAllowed),
    };
    let now = backend.clock.now();
    knocks::answer(&mut txn, knock.id, Answer::Admitted, Some(who), now).await.map_err(unavailable)?;
    done(backend, txn, &room, Deed::new(viewer.person, Verb::Admitted).in_meeting(id).to(who)).await
}

pub(super) async fn decline(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    knock: KnockId,
) -> Result<(), AppError> {
    let (room, Seated { mut txn, .. }) = to_change(backend, viewer, id).await?;
    let knock = at_this_door(&mut txn, id, knock).await?;
    knocks::answer(&mut txn, knock.id, Answer::Declined, None, backend.clock.now()).await.map_err(unavailable)?;
    let deed = Deed::new(viewer.person, Verb::Declined).in_meeting(id);
    done(backend, txn, &room, knock.participant.map_or(deed, |who| deed.to(who))).await
}

async fn at_this_door(txn: &mut SchoolTransaction, id: MeetingId, knock: KnockId) -> Result<knocks::Knock, AppError> {
    let knock = knocks::lock(txn, knock).await.map_err(unavailable)?;
    knock.filter(|knock| knock.meeting == id && knock.answer.is_none()).ok_or(AppError::NotFound)
}

/// In another part than they were expected in.
async fn give_role(txn: &mut SchoolTransaction, who: ParticipantId, role: Role) -> Result<ParticipantId, AppError> {
    let seat = db::participants::find(txn, who).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    if seat.role != role {
        if !may_come_as(seat.role, role) {
            return Err(AppError::NotAllowed);
        }
        seats::set_role(txn, who, role).await.map_err(unavailable)?;
    }
    Ok(who)
}

/// A place at the end of the table for somebody who was on no list.
async fn seat_stranger(
    txn: &mut SchoolTransaction,
    id: MeetingId,
    name: &str,
    role: Role,
    is_reopened: bool,
) -> Result<ParticipantId, AppError> {
    #[expect(clippy::disallowed_methods, reason = "a new person, made on the server alone")]
    let (person, who) = (PersonId(Uuid::now_v7()), ParticipantId(Uuid::now_v7()));
    // They sit here as a teacher because whoever runs the meeting says so. That they work here is not said by that: they
    // are not among those who are given posts and accounts.
    let kind = if role.side() == Side::School { "specialist" } else { kind_of(role) };
    let new = NewPerson { id: person, kind, full_name: name, display_name: name };
    db::people::create(txn, new).await.map_err(unavailable)?;
    let seats = db::participants::list(txn, id).await.map_err(unavailable)?;
    let others = seats.iter().filter(|seat| seat.role != Role::Pupil).count();
    let new = NewParticipant {
        id: who,
        meeting: id,
        person,
        position: seats::last_position(txn, id).await.map_err(unavailable)? + 1,
        role,
        title: role.label(),
        colour: u8::try_from(others % 8 + 1).unwrap_or(1),
        expected: Attendance::Remote,
        for_correction: is_reopened,
    };
    db::participants::create(txn, new).await.map_err(unavailable)?;
    seats::set_by_code(txn, who, true).await.map_err(unavailable)?;
    Ok(who)
}

/// What somebody is to the school who comes in this part, and whom nobody here knew.
pub(super) fn kind_of(role: Role) -> &'static str {
    match role {
        Role::Parent => "parent",
        Role::Supporter => "family",
        Role::Teacher | Role::Assistant | Role::Facilitator => "staff",
        Role::Interpreter => "interpreter",
        Role::Specialist | Role::SocialCare | Role::Observer | Role::Pupil => "specialist",
    }
}

// ── links ──

pub(super) async fn show_link(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    who: ParticipantId,
) -> Result<Link, AppError> {
    let Seated { mut txn, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    let who = on_the_list(&mut txn, id, who).await?;
    let link = db::join_links::newest(&mut txn, who).await.map_err(unavailable)?;
    let link = link.filter(|link| link.is_good(backend.clock.now())).ok_or(AppError::LinkEnded)?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::LinkShown).in_meeting(id).to(who)).await?;
    txn.commit().await.map_err(unavailable)?;
    let url = invitations::url(&backend.url, &backend.join_key, who, link.number);
    Ok(Link { qr: qr::of(&url), url })
}

pub(super) async fn make_link(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    who: ParticipantId,
) -> Result<(), AppError> {
    let Seated { mut txn, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    let who = on_the_list(&mut txn, id, who).await?;
    if db::join_links::newest(&mut txn, who).await.map_err(unavailable)?.is_some() {
        end_what_links_made(&mut txn, viewer, who).await?;
    }
    let made = invitations::renew(&mut txn, &backend.join_key, who, backend.clock.now()).await;
    made.map_err(unavailable)?;
    // From now on they are invited, by name, and not only here by the code.
    seats::set_by_code(&mut txn, who, false).await.map_err(unavailable)?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::LinkMade).in_meeting(id).to(who)).await?;
    txn.commit().await.map_err(unavailable)
}

pub(super) async fn take_back_link(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
    who: ParticipantId,
) -> Result<(), AppError> {
    let Seated { mut txn, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    let who = on_the_list(&mut txn, id, who).await?;
    db::join_links::revoke(&mut txn, who, backend.clock.now()).await.map_err(unavailable)?;
    end_what_links_made(&mut txn, viewer, who).await?;
    note(backend, &mut txn, Deed::new(viewer.person, Verb::LinkTakenBack).in_meeting(id).to(who)).await?;
    txn.commit().await.map_err(unavailable)
}

/// Whoever came by this person’s links, or knocks with one, is out, on open sockets within a second: it may be somebody
/// else. The person opens the link that is good now.
pub(super) async fn end_what_links_made(
    txn: &mut SchoolTransaction,
    viewer: Viewer,
    who: ParticipantId,
) -> Result<(), AppError> {
    let seat = db::participants::find(txn, who).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    db::login_sessions::end_by_link(txn, seat.person, viewer.by_link).await.map_err(unavailable)?;
    knocks::delete_of(txn, who).await.map_err(unavailable)
}

async fn on_the_list(
    txn: &mut SchoolTransaction,
    id: MeetingId,
    who: ParticipantId,
) -> Result<ParticipantId, AppError> {
    let seat = db::participants::find(txn, who).await.map_err(unavailable)?;
    seat.filter(|seat| seat.meeting == id && seat.admitted).map(|seat| seat.id).ok_or(AppError::NotFound)
}

pub(super) fn link_state(link: Option<&Newest>, now: OffsetDateTime) -> LinkState {
    match link {
        None => LinkState::None,
        Some(link) if link.revoked_at.is_some() => LinkState::TakenBack,
        Some(link) if now >= link.expires_at => LinkState::Expired,
        Some(link) => LinkState::Good(format!("{} {}", link.expires_at.day(), link.expires_at.month())),
    }
}

// ── what is shown ──

pub(super) async fn code(
    backend: &ServerBackend,
    txn: &mut SchoolTransaction,
    meeting: &Meeting,
) -> Result<Option<Code>, AppError> {
    let code = db::doors::code(txn, meeting.id).await.map_err(unavailable)?;
    let is_good = |code: &db::doors::Code| meeting.stage != Stage::Agreed && backend.clock.now() < code.expires_at;
    Ok(code.filter(is_good).map(|code| {
        let digits = backend.join_key.code(meeting.id, code.number);
        let url = format!("{}/code?code={digits}", backend.url);
        Code { digits: in_threes(&digits), qr: qr::of(&url) }
    }))
}

/// “418 270 935”: as it is said.
fn in_threes(digits: &str) -> String {
    let threes: Vec<_> = digits.as_bytes().chunks(3).map(String::from_utf8_lossy).collect();
    threes.join(" ")
}

pub(super) async fn knocks(
    backend: &ServerBackend,
    txn: &mut SchoolTransaction,
    id: MeetingId,
    seats: &[Participant],
) -> Result<Vec<Knock>, AppError> {
    let now = backend.clock.now();
    let waiting = knocks::waiting(txn, id, now - GONE).await.map_err(unavailable)?;
    let knock = |knock: knocks::Knock| {
        let seat = seats.iter().find(|seat| Some(seat.id) == knock.participant);
        let full_name = seat.map_or(&knock.name, |seat| &seat.full_name);
        Knock {
            id: knock.id,
            initials: initials(full_name),
            name: seat.map_or(&knock.name, |seat| &seat.name).clone(),
            device: knock.device,
            minutes: u32::try_from((now - knock.knocked_at).whole_minutes()).unwrap_or_default(),
            expected: seat.map(expected),
        }
    };
    Ok(waiting.into_iter().map(knock).collect())
}

pub(super) fn expected(seat: &Participant) -> Expected {
    Expected { title: seat.title.clone(), role: seat.role, colour: seat.colour }
}

pub(super) async fn also_here(backend: &ServerBackend, also: &AlsoSignedIn) -> Result<Vec<AlsoHere>, AppError> {
    let mut here = vec![];
    for viewer in &also.0 {
        let mut txn = backend.db.begin(viewer.school).await.map_err(unavailable)?;
        let name = db::people::display_name(&mut txn, viewer.person).await.map_err(unavailable)?;
        here.extend(name.map(|name| AlsoHere { person: viewer.person, name }));
    }
    Ok(here)
}
