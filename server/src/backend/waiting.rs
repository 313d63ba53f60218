//! Before the door: what those see who wait, a parent alone or a family at one tablet.
//!
//! What must stay true: who waits learns nothing about the pupil; asking says that all of them are still there.

use app::{
    backend::KnockSecrets,
    error::AppError,
    view::doors::{Beside, Doors, LobbyPage, LobbyState},
};
use time::Duration;

use super::{
    ServerBackend,
    lobby::expected,
    pages::{facilitator, initials},
};
use crate::{
    db::{
        self, SchoolTransaction,
        knocks::{self, Answer, Knock},
        participants::Participant,
    },
    error::unavailable,
    secret::Hash,
};

/// Their page asks every other second; not every time is worth a write.
const SEEN_EXACTLY: Duration = Duration::seconds(3);

/// Read by somebody nobody knows yet: their own name, the school’s, and who will let them in. Of several at one device
/// it is the page of whoever may go in, or else of who came last.
pub(super) async fn page(backend: &ServerBackend, secrets: &KnockSecrets) -> Result<LobbyPage, AppError> {
    let mut found = vec![];
    for secret in &secrets.0 {
        found.extend(knocks::find_by_secret(&backend.db, Hash::of(secret)).await.map_err(unavailable)?);
    }
    let (school, _) = *found.first().ok_or(AppError::NotSignedIn)?;
    let mut txn = backend.db.begin(school).await.map_err(unavailable)?;
    let mut here = vec![];
    for (_, id) in found.into_iter().filter(|(of, _)| *of == school) {
        here.extend(knocks::find(&mut txn, id).await.map_err(unavailable)?);
    }
    let meeting = here.first().ok_or(AppError::NotSignedIn)?.meeting;
    let seats = db::participants::list(&mut txn, meeting).await.map_err(unavailable)?;
    let waiting = at_one_door(here.into_iter().filter(|knock| knock.meeting == meeting), &seats)?;
    let doors = db::doors::find(&mut txn, meeting).await.map_err(unavailable)?;
    let school = db::schools::name(&mut txn).await.map_err(unavailable)?;
    for (knock, _) in &waiting {
        touch(backend, &mut txn, knock).await?;
    }
    txn.commit().await.map_err(unavailable)?;

    let mut waiting: Vec<_> = waiting.into_iter().map(|(knock, seat)| (state(&knock, doors), knock, seat)).collect();
    // As they came, but for whether they may go in.
    waiting.sort_by_key(|(state, ..)| match state {
        LobbyState::Admitted => 0,
        LobbyState::Waiting => 1,
        LobbyState::Closed | LobbyState::Declined => 2,
    });
    let mut waiting = waiting.into_iter();
    let (state, knock, seat) = waiting.next().ok_or(AppError::NotSignedIn)?;
    Ok(LobbyPage {
        knock: knock.id,
        school,
        facilitator: facilitator(&seats),
        initials: initials(seat.map_or(&knock.name, |seat| &seat.full_name)),
        name: name(&knock, seat),
        expected: seat.map(expected),
        state,
        beside: waiting.map(|(state, knock, seat)| Beside { name: name(&knock, seat), state }).collect(),
    })
}

/// Each once, however often they knocked here, with their place if they have one.
///
/// # Errors
///
/// If nobody is left of whom one had a place.
fn at_one_door(
    knocks: impl Iterator<Item = Knock>,
    seats: &[Participant],
) -> Result<Vec<(Knock, Option<&Participant>)>, AppError> {
    let (mut waiting, mut why): (Vec<(Knock, Option<&Participant>)>, _) = (vec![], AppError::NotSignedIn);
    for knock in knocks {
        if waiting.iter().any(|(other, _)| knock.participant.is_some() && other.participant == knock.participant) {
            continue;
        }
        match knock.participant.map(|who| seats.iter().find(|seat| seat.id == who)) {
            None => waiting.push((knock, None)),
            Some(Some(seat)) if seat.admitted => waiting.push((knock, Some(seat))),
            Some(Some(_)) => why = AppError::PlaceClosed,
            Some(None) => {}
        }
    }
    if waiting.is_empty() { Err(why) } else { Ok(waiting) }
}

async fn touch(backend: &ServerBackend, txn: &mut SchoolTransaction, knock: &Knock) -> Result<(), AppError> {
    let now = backend.clock.now();
    if now - knock.seen_at > SEEN_EXACTLY {
        knocks::touch(txn, knock.id, now).await.map_err(unavailable)?;
    }
    Ok(())
}

fn state(knock: &Knock, doors: Option<Doors>) -> LobbyState {
    match (knock.answer, doors) {
        (Some(Answer::Admitted), _) => LobbyState::Admitted,
        (Some(Answer::Declined), _) => LobbyState::Declined,
        (None, Some(Doors::Closed) | None) => LobbyState::Closed,
        (None, Some(Doors::Knock | Doors::Open)) => LobbyState::Waiting,
    }
}

fn name(knock: &Knock, seat: Option<&Participant>) -> String {
    seat.map_or(&knock.name, |seat| &seat.name).clone()
}
