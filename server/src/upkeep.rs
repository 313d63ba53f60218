//! What the server does by the clock, without being asked.

use std::{convert::Infallible, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    audit::heads::Heads,
    backend::pupils::sharing,
    db::{erasures, histories},
    retention::{self, Deed},
    state::AppState,
};

/// How often open sockets are asked whether their session is still good.
const ASK_SESSIONS: Duration = Duration::from_millis(500);

/// How often those that are open are marked as in use.
const MARK_SESSIONS: Duration = Duration::from_secs(5 * 60);

/// How often to look for what is due to be marked or destroyed. The first time is at the start.
const LOOK_FOR_DUE: Duration = Duration::from_secs(60 * 60);

/// How often to look whether meetings have ended.
const LOOK_FOR_ENDED: Duration = Duration::from_secs(10);

/// How often to look whether a day has passed until which a child was shared with somebody.
const LOOK_FOR_SHARING: Duration = Duration::from_secs(20);

/// How often to note how far what is written down has come.
const NOTE_HEADS: Duration = Duration::from_secs(5);

/// Runs until it is dropped.
pub async fn run(state: AppState, keep_history: time::Duration, heads: Heads) -> Infallible {
    tokio::join!(
        note_heads(&state, &heads),
        end_sessions(&state),
        mark_sessions(&state),
        end_sharing(&state),
        destroy_histories(&state, keep_history),
        give_memory_back(&state)
    )
    .0
}

/// Closes the sockets of sessions that have ended.
pub async fn end_sessions(state: &AppState) -> Infallible {
    let mut tick = interval(ASK_SESSIONS);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut answered = true;
    loop {
        tick.tick().await;
        let asked = state.sessions.end_ended(&state.db, state.clock.now()).await;
        if let (Err(error), true) = (&asked, answered) {
            tracing::warn!(%error, "sessions cannot be looked up; trying again");
        }
        answered = asked.is_ok();
    }
}

/// Keeps from a child whoever it was shared with until yesterday.
async fn end_sharing(state: &AppState) -> Infallible {
    let mut tick = interval(LOOK_FOR_SHARING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut answered = true;
    loop {
        tick.tick().await;
        let ended = sharing::end_due(&state.db, &state.rooms, state.clock.now()).await;
        if let (Err(error), true) = (&ended, answered) {
            tracing::warn!(%error, "whose sharing is over cannot be looked up; trying again");
        }
        answered = ended.is_ok();
    }
}

/// Says once, when it stops to fit, that what was written down is not what it was.
async fn note_heads(state: &AppState, heads: &Heads) -> Infallible {
    let mut tick = interval(NOTE_HEADS);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut fitted = true;
    loop {
        tick.tick().await;
        let noted = heads.move_on(&state.db).await;
        if let (Err(error), true) = (&noted, fitted) {
            tracing::error!(%error, "how far what was written down has come cannot be noted");
        }
        fitted = noted.is_ok();
    }
}

/// Keeps the sessions of those who are in a meeting.
async fn mark_sessions(state: &AppState) -> Infallible {
    let mut tick = interval(MARK_SESSIONS);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = mark_open_sessions(state).await {
            tracing::warn!(%error, "open sessions could not be marked; trying again");
        }
    }
}

/// Marks them once.
pub async fn mark_open_sessions(state: &AppState) -> sqlx::Result<()> {
    state.sessions.touch(&state.db, state.clock.now()).await
}

/// Destroys what is due. The bytes go from the tables’ files when nobody is in a meeting here.
async fn destroy_histories(state: &AppState, keep: time::Duration) -> Infallible {
    let mut tick = interval(LOOK_FOR_DUE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Whoever stopped last may not have come to it.
    let mut files_are_due = true;
    let mut all_files_are_due = false;
    loop {
        tick.tick().await;
        match retention::destroy_due(&state.db, &state.rooms, state.clock.now(), keep).await {
            Ok(destroyed) => files_are_due |= destroyed > 0,
            Err(error) => tracing::warn!(%error, "histories cannot be destroyed; trying again in an hour"),
        }
        match retention::run(&state.db, &state.rooms, state.clock.now(), keep).await {
            Ok(done) => all_files_are_due |= done.iter().any(|deed| matches!(deed, Deed::Destroyed(_))),
            Err(error) => tracing::warn!(%error, "the rules of how long cannot be followed; trying again in an hour"),
        }
        if all_files_are_due && state.rooms.count() == 0 {
            match erasures::rewrite(&state.db).await {
                Ok(()) => all_files_are_due = false,
                Err(error) => tracing::info!(%error, "the tables’ files are in use; trying again in an hour"),
            }
        }
        if files_are_due && state.rooms.count() == 0 {
            match histories::rewrite(&state.db).await {
                Ok(()) => files_are_due = false,
                Err(error) => tracing::info!(%error, "the documents’ files are in use; trying again in an hour"),
            }
        }
    }
}

/// Gives back to the machine what meetings that are over had taken. Their memory is free again at once,
/// but a room is many small pieces between those of other rooms, and the allocator would keep the pages
/// they lay on for as long as the server runs.
async fn give_memory_back(state: &AppState) -> Infallible {
    let mut tick = interval(LOOK_FOR_ENDED);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut closed = 0;
    loop {
        tick.tick().await;
        // How many are open would not tell: many may have come and gone between two looks.
        let before = std::mem::replace(&mut closed, state.rooms.clear_away());
        if closed > before {
            // It takes a few milliseconds for each hundred megabytes.
            let _ = tokio::task::spawn_blocking(trim).await;
        }
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    #[expect(unsafe_code, reason = "one call of the C library, which takes its own locks and touches nothing in use")]
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators do it by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}
