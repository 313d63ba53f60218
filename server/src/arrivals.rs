//! Coming in: what happens when somebody presses the button on their invitation, types the code, or is let in.
//!
//! What must stay true: a link of one’s own or the word of whoever runs the meeting leads in, and nothing else; whoever
//! runs it needs nobody’s word;
//! a knock becomes one session, once. A session is in where a door let it in, and at no other table of the same person;
//! it reads of the children of its links and doors alone.

use std::net::IpAddr;

use app::{backend::Viewer, view::doors::Doors};
use shared::{KnockId, MeetingId, SchoolId, Stage, event::ServerEvent};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    audit::{Deed, Verb},
    clock::school_day,
    db::{
        self, SchoolTransaction,
        knocks::{self, Answer, Knock, NewKnock},
        participants::Participant,
    },
    limits::{KNOCK_LIMIT, Limit},
    secret::{self, Hash},
    state::AppState,
};

/// A school day. Whoever comes back tomorrow opens their link again.
pub const SESSION_LASTS: Duration = Duration::hours(12);

/// Whoever came by the spoken code reads for so long what was agreed with them.
pub(crate) const READ_ON: Duration = Duration::hours(1);

/// How long the door is held open for who was let in.
const HELD_OPEN: Duration = Duration::minutes(10);

/// Whose page has not asked for so long has gone from the door.
pub const GONE: Duration = Duration::seconds(20);

/// Who knocked is forgotten after that.
const REMEMBERED: Duration = Duration::hours(1);

/// Browsers that may wait with the same link: a telephone and a laptop, and one that was left behind.
const KNOCKS_OF_LINK: i64 = 3;

/// How long a name may be that somebody types.
const LONGEST_NAME: usize = 60;

/// Where somebody finds themselves.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// At the table, with a session of their own.
    In { place: Place, session: String },
    /// At the table, as before.
    AlreadyIn(Place),
    /// Before the door, with a secret to be let in by.
    AtDoor { secret: String },
    /// Where they came from: the page there says why.
    Nowhere,
}

/// The page of a meeting that somebody comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Table(MeetingId),
    /// Where the families, the child and the visitors say what they think, in the days before.
    Preparation(MeetingId),
    /// What was agreed there.
    Record(MeetingId),
}

impl Place {
    fn of(seat: &Participant, stage: Option<Stage>, is_ahead: bool) -> Self {
        match stage {
            Some(Stage::Preparing) if is_ahead && seat.role.prepares() => Self::Preparation(seat.meeting),
            Some(Stage::Agreed) => Self::Record(seat.meeting),
            _ => Self::Table(seat.meeting),
        }
    }
}

/// The button on an invitation. Whoever is somebody else in this browser is asked first.
pub async fn by_link(
    state: &AppState,
    token: &str,
    device: &str,
    now_here: Option<Viewer>,
    be_this_one: bool,
) -> sqlx::Result<Arrival> {
    let now = state.clock.now();
    let Some(link) = db::join_links::find(&state.db, Hash::of(token)).await?.filter(|link| link.is_good(now)) else {
        return Ok(Arrival::Nowhere);
    };
    let mut txn = state.db.begin(link.school).await?;
    let Some(seat) = db::participants::find(&mut txn, link.participant).await?.filter(|seat| seat.admitted) else {
        return Ok(Arrival::Nowhere);
    };
    if db::accounts::has_left(&mut txn, seat.person).await? {
        return Ok(Arrival::Nowhere);
    }
    let before = now_here.filter(|viewer| (viewer.school, viewer.person) == (link.school, seat.person));
    if now_here.is_some() && before.is_none() && !be_this_one {
        return Ok(Arrival::Nowhere);
    }
    let stage = db::meetings::lock(&mut txn, seat.meeting).await?;
    let day = db::meetings::day(&mut txn, seat.meeting).await?;
    let place = Place::of(&seat, stage, day.is_some_and(|day| school_day(now) < day));
    // With an account they are somebody more than a link says.
    if before.is_some_and(|viewer| viewer.by_link.is_none()) {
        return Ok(Arrival::AlreadyIn(place));
    }
    let doors = db::doors::find(&mut txn, seat.meeting).await?;
    let is_in = match before {
        Some(viewer) => db::doors::lets_in(&mut txn, seat.meeting, viewer).await?,
        None => false,
    };
    match (stage, doors) {
        // What was agreed is read by whoever has a link to it.
        (Some(Stage::Agreed), _) | (_, Some(Doors::Open)) => {}
        // Nobody else could let them in: it is they who open the door.
        _ if seat.role.can_facilitate() => {}
        _ if is_in => return Ok(Arrival::AlreadyIn(place)),
        (_, Some(Doors::Knock)) => return knock(state, txn, seat.meeting, Some(&seat), "", device).await,
        (_, Some(Doors::Closed) | None) => return Ok(Arrival::Nowhere),
    }
    let session = start_session(state, txn, &seat, device, before, Some(link.expires_at)).await?;
    Ok(Arrival::In { place, session })
}

/// Why a code leads nowhere. Whatever is wrong with it is the same to who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDoor {
    NoName,
    Unknown,
    TooOften,
}

/// A name and nine digits: to the door, and no further.
pub async fn by_code(
    state: &AppState,
    from: Option<IpAddr>,
    digits: &str,
    name: &str,
    device: &str,
) -> sqlx::Result<Result<Arrival, NoDoor>> {
    let name: String = shared::plain::line(name).chars().take(LONGEST_NAME).collect();
    let name = name.trim_end().to_owned();
    if name.is_empty() {
        return Ok(Err(NoDoor::NoName));
    }
    if !state.may_guess(from) {
        Limit::CodeGuesses.reached();
        return Ok(Err(NoDoor::TooOften));
    }
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let hash = state.join_key.code_hash(&digits);
    let Some((school, meeting)) = db::doors::find_by_code(&state.db, hash, state.clock.now()).await? else {
        return Ok(Err(NoDoor::Unknown));
    };
    let mut txn = state.db.begin(school).await?;
    let stage = db::meetings::lock(&mut txn, meeting).await?;
    let doors = db::doors::find(&mut txn, meeting).await?;
    if stage.is_none_or(|stage| stage == Stage::Agreed) || doors.is_none_or(|doors| doors == Doors::Closed) {
        return Ok(Err(NoDoor::Unknown));
    }
    match knock(state, txn, meeting, None, &name, device).await? {
        Arrival::Nowhere => Ok(Err(NoDoor::TooOften)),
        arrival => Ok(Ok(arrival)),
    }
}

async fn knock(
    state: &AppState,
    mut txn: SchoolTransaction,
    meeting: MeetingId,
    seat: Option<&Participant>,
    name: &str,
    device: &str,
) -> sqlx::Result<Arrival> {
    let (now, school) = (state.clock.now(), txn.school());
    knocks::delete_old(&mut txn, now - REMEMBERED).await?;
    if let Some(seat) = seat {
        // Whoever has one link cannot fill the door with it.
        knocks::delete_all_but(&mut txn, seat.id, KNOCKS_OF_LINK - 1).await?;
    }
    if knocks::waiting(&mut txn, meeting, now - GONE).await?.len() >= KNOCK_LIMIT {
        Limit::Knocks.reached();
        return Ok(Arrival::Nowhere);
    }
    let secret = secret::session_id();
    #[expect(clippy::disallowed_methods, reason = "a new knock, made on the server alone")]
    let id = KnockId(Uuid::now_v7());
    let new = NewKnock { id, meeting, participant: seat.map(|seat| seat.id), name, device, secret: Hash::of(&secret) };
    knocks::create(&mut txn, new, now).await?;
    let deed = Deed { actor: seat.map(|seat| seat.person), verb: Verb::Knocked, meeting: Some(meeting), subject: None };
    db::audit::add(&mut txn, deed.about(id.0), now).await?;
    txn.commit().await?;
    tell(state, school, meeting).await;
    Ok(Arrival::AtDoor { secret })
}

/// Whoever was let in comes in, with a session of their own. Their knock is over. Whoever was not, or not any more, has
/// no place.
pub async fn enter(state: &AppState, secret: &str, now_here: Option<Viewer>) -> sqlx::Result<Option<(Place, String)>> {
    let now = state.clock.now();
    let Some((school, id)) = knocks::find_by_secret(&state.db, Hash::of(secret)).await? else {
        return Ok(None);
    };
    let mut txn = state.db.begin(school).await?;
    let Some(seen) = knocks::find(&mut txn, id).await? else { return Ok(None) };
    // First, as wherever both are held; so that an agreement comes before this or after it.
    db::meetings::lock(&mut txn, seen.meeting).await?;
    let Some(knock) = knocks::lock(&mut txn, id).await? else { return Ok(None) };
    let is_held_open = knock.answered_at.is_some_and(|answered| now < answered + HELD_OPEN);
    let (Some(Answer::Admitted), Some(who), true) = (knock.answer, knock.participant, is_held_open) else {
        return Ok(None);
    };
    let Some(seat) = db::participants::find(&mut txn, who).await?.filter(|seat| seat.admitted) else {
        return Ok(None);
    };
    if db::accounts::has_left(&mut txn, seat.person).await? {
        return Ok(None);
    }
    // Of who typed a code there is none. One that has ended, or was taken back, opens nothing by the lobby either.
    let link = db::join_links::newest(&mut txn, seat.id).await?;
    if link.is_some_and(|link| !link.is_good(now)) {
        return Ok(None);
    }
    knocks::delete(&mut txn, id).await?;
    // Let in by somebody who is there: the meeting is about to begin.
    let before = now_here.filter(|viewer| (viewer.school, viewer.person) == (school, seat.person));
    let ends = match link {
        Some(link) => Some(link.expires_at),
        None => read_until(&mut txn, &knock).await?,
    };
    let place = Place::Table(seat.meeting);
    let session = start_session(state, txn, &seat, &knock.device, before, ends).await?;
    Ok(Some((place, session)))
}

/// Let in by the word of whoever runs the meeting, which was agreed before they came through the door: no longer than
/// those who sat there. It may be open again by now.
async fn read_until(txn: &mut SchoolTransaction, knock: &Knock) -> sqlx::Result<Option<OffsetDateTime>> {
    let versions = db::reopenings::versions(txn, knock.meeting).await?;
    let agreed = versions.iter().map(|version| version.agreed_at).find(|agreed| Some(*agreed) >= knock.answered_at);
    Ok(agreed.map(|agreed| agreed + READ_ON))
}

/// Of those who wait at this device, one goes away, however often they knocked here, or everybody. Returns what the others
/// hold.
pub async fn leave<'a>(state: &AppState, secrets: &[&'a str], gone: Option<KnockId>) -> sqlx::Result<Vec<&'a str>> {
    let mut waiting = vec![];
    for secret in secrets {
        if let Some((school, id)) = knocks::find_by_secret(&state.db, Hash::of(secret)).await? {
            let knock = knocks::find(&mut state.db.begin(school).await?, id).await?;
            waiting.extend(knock.map(|knock| (*secret, school, knock)));
        }
    }
    let is_it = |knock: &Knock| gone.is_none_or(|gone| knock.id == gone);
    let who = waiting.iter().find(|(.., knock)| is_it(knock)).map(|(.., knock)| knock.participant);
    let is_gone = |knock: &Knock| is_it(knock) || (knock.participant.is_some() && Some(knock.participant) == who);
    let (gone, still): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(.., knock)| is_gone(knock));
    for (_, school, knock) in gone {
        let mut txn = state.db.begin(school).await?;
        knocks::delete(&mut txn, knock.id).await?;
        txn.commit().await?;
        tell(state, school, knock.meeting).await;
    }
    Ok(still.into_iter().map(|(secret, ..)| secret).collect())
}

/// By the door of this meeting, and no further, and for no longer than the link it is made by, or the code; whoever was
/// here before goes on at the tables they were let in at, as long as they would have.
async fn start_session(
    state: &AppState,
    mut txn: SchoolTransaction,
    seat: &Participant,
    device: &str,
    before: Option<Viewer>,
    ends: Option<OffsetDateTime>,
) -> sqlx::Result<String> {
    let now = state.clock.now();
    let ends = ends.map_or(now + SESSION_LASTS, |ends| ends.min(now + SESSION_LASTS));
    let session = secret::session_id();
    let id = Hash::of(&session);
    db::login_sessions::end_expired(&mut txn, now).await?;
    db::login_sessions::create(&mut txn, id, seat.person, device, now, ends).await?;
    if let Some(before) = before.and_then(|viewer| viewer.by_link) {
        db::login_sessions::take_along(&mut txn, before, id.into(), SESSION_LASTS).await?;
    }
    db::login_sessions::made_for(&mut txn, id.into(), seat.meeting).await?;
    db::login_sessions::let_in(&mut txn, id.into(), seat.meeting).await?;
    db::audit::add(&mut txn, Deed::new(seat.person, Verb::SignedIn).in_meeting(seat.meeting), now).await?;
    txn.commit().await?;
    Ok(session)
}

/// Somebody is at the door, or gone from it. If nobody can be told just now, whoever runs the meeting sees it
/// when their page next asks.
async fn tell(state: &AppState, school: SchoolId, meeting: MeetingId) {
    let _ = state.rooms.open(school, meeting).announce(ServerEvent::People).await;
}
