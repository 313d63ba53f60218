//! Who is at the table, and who runs the meeting.
//!
//! What must stay true: a meeting is always run by exactly one person; nobody takes it from somebody who is
//! there, nor before it was opened, when whoever runs it may read what others have not shared yet.

use std::collections::BTreeSet;

use app::{
    backend::{AlsoSignedIn, Doors, KnockSecrets, Viewer},
    error::AppError,
    view::doors::{AlsoHere, AtTable, DoorPage, Doors as HowDoorsAre, Link, LobbyPage},
};
use async_trait::async_trait;
use shared::{KnockId, MeetingId, ParticipantId, Role, Stage};

use super::{
    Seated, ServerBackend,
    commands::{enter, lock, note},
    lobby,
    pages::participant,
    waiting,
};
use crate::{
    audit::{Deed, Verb},
    db::{self, SchoolTransaction, participants::Participant, seats},
    error::{of_room, unavailable},
    room::RoomHandle,
};

#[async_trait]
impl Doors for ServerBackend {
    async fn door_page(&self, viewer: Viewer, meeting: MeetingId) -> Result<DoorPage, AppError> {
        page(self, viewer, meeting).await
    }

    async fn person_remove(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<(), AppError> {
        self.to_the_end(async move |this| remove(&this, viewer, meeting, who).await).await
    }

    async fn person_let_back(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<(), AppError> {
        self.to_the_end(async move |this| let_back(&this, viewer, meeting, who).await).await
    }

    async fn running_hand_over(&self, viewer: Viewer, meeting: MeetingId, to: ParticipantId) -> Result<(), AppError> {
        self.to_the_end(async move |this| hand_over(&this, viewer, meeting, to).await).await
    }

    async fn running_take_over(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError> {
        self.to_the_end(async move |this| take_over(&this, viewer, meeting).await).await
    }

    async fn doors_set(&self, viewer: Viewer, meeting: MeetingId, doors: HowDoorsAre) -> Result<(), AppError> {
        self.to_the_end(async move |this| lobby::set_doors(&this, viewer, meeting, doors).await).await
    }

    async fn code_make(&self, viewer: Viewer, meeting: MeetingId) -> Result<(), AppError> {
        self.to_the_end(async move |this| lobby::make_code(&this, viewer, meeting).await).await
    }

    async fn knock_admit(
        &self,
        viewer: Viewer,
        meeting: MeetingId,
        knock: KnockId,
        role: Option<Role>,
    ) -> Result<(), AppError> {
        self.to_the_end(async move |this| lobby::admit(&this, viewer, meeting, knock, role).await).await
    }

    async fn knock_decline(&self, viewer: Viewer, meeting: MeetingId, knock: KnockId) -> Result<(), AppError> {
        self.to_the_end(async move |this| lobby::decline(&this, viewer, meeting, knock).await).await
    }

    async fn link_show(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<Link, AppError> {
        lobby::show_link(self, viewer, meeting, who).await
    }

    async fn link_make(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<(), AppError> {
        lobby::make_link(self, viewer, meeting, who).await
    }

    async fn link_take_back(&self, viewer: Viewer, meeting: MeetingId, who: ParticipantId) -> Result<(), AppError> {
        lobby::take_back_link(self, viewer, meeting, who).await
    }

    async fn lobby_page(&self, knocks: &KnockSecrets) -> Result<LobbyPage, AppError> {
        waiting::page(self, knocks).await
    }

    async fn also_here(&self, also: &AlsoSignedIn) -> Result<Vec<AlsoHere>, AppError> {
        lobby::also_here(self, also).await
    }
}

async fn page(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<DoorPage, AppError> {
    let Seated { mut txn, meeting, .. } = Seated::find_facilitator(&backend.db, viewer, id).await?;
    let seats = db::participants::list(&mut txn, id).await.map_err(unavailable)?;
    let removed: BTreeSet<_> = seats::removed(&mut txn, id).await.map_err(unavailable)?.into_iter().collect();
    let ids: Vec<_> = seats.iter().map(|seat| seat.id).collect();
    let links = db::join_links::newest_of(&mut txn, &ids).await.map_err(unavailable)?;
    let doors = db::doors::find(&mut txn, id).await.map_err(unavailable)?.ok_or(AppError::NotFound)?;
    let code = lobby::code(backend, &mut txn, &meeting).await?;
    let knocks = lobby::knocks(backend, &mut txn, id, &seats).await?;
    drop(txn);
    let now = backend.clock.now();
    let here = backend.rooms.open(viewer.school, id).here().await.map_err(of_room)?;
    let at_table = seats.into_iter().filter(|seat| seat.admitted || removed.contains(&seat.id));
    let at_table = at_table.map(|seat| AtTable {
        removed: removed.contains(&seat.id),
        link: lobby::link_state(links.iter().find(|link| link.participant == seat.id), now),
        person: participant(seat, &here, None),
    });
    Ok(DoorPage { doors, code, knocks, people: at_table.collect() })
}

async fn remove(backend: &ServerBackend, viewer: Viewer, id: MeetingId, who: ParticipantId) -> Result<(), AppError> {
    let (room, Seated { mut txn, me, .. }) = to_change(backend, viewer, id).await?;
    // Whoever runs it hands it over first.
    if who == me.id {
        return Err(AppError::NotAllowed);
    }
    let now = backend.clock.now();
    if !seats::remove(&mut txn, id, who, now).await.map_err(unavailable)? {
        return Err(AppError::NotFound);
    }
    lobby::end_what_links_made(&mut txn, viewer, who).await?;
    done(backend, txn, &room, Deed::new(viewer.person, Verb::Removed).in_meeting(id).to(who)).await
}

async fn let_back(backend: &ServerBackend, viewer: Viewer, id: MeetingId, who: ParticipantId) -> Result<(), AppError> {
    let (room, Seated { mut txn, .. }) = to_change(backend, viewer, id).await?;
    if !seats::let_back(&mut txn, id, who).await.map_err(unavailable)? {
        return Err(AppError::NotFound);
    }
    done(backend, txn, &room, Deed::new(viewer.person, Verb::LetBack).in_meeting(id).to(who)).await
}

async fn hand_over(backend: &ServerBackend, viewer: Viewer, id: MeetingId, to: ParticipantId) -> Result<(), AppError> {
    let (room, Seated { mut txn, me, .. }) = to_change(backend, viewer, id).await?;
    let to = find(&mut txn, id, to).await?;
    if !to.may_run() {
        return Err(AppError::NotAllowed);
    }
    change_hands(&mut txn, &me, &to).await?;
    done(backend, txn, &room, Deed::new(viewer.person, Verb::HandedOver).in_meeting(id).to(to.id)).await
}

async fn take_over(backend: &ServerBackend, viewer: Viewer, id: MeetingId) -> Result<(), AppError> {
    let Seated { mut txn, meeting, me } = Seated::find(&backend.db, viewer, id).await?;
    if !me.may_run() || meeting.stage == Stage::Preparing {
        return Err(AppError::NotAllowed);
    }
    let running = runs_it(&mut txn, id).await?;
    drop(txn);
    let (room, _) = enter(backend, viewer, id).await?;
    if running.id != me.id && room.away_for(running.id).await.map_err(of_room)? < backend.take_over_after {
        return Err(AppError::RunBySomebody);
    }
    let Seated { mut txn, me, .. } = Seated::find(&backend.db, viewer, id).await?;
    match lock(&mut txn, id).await? {
        Stage::Meeting => {}
        Stage::Preparing => return Err(AppError::NotAllowed),
        Stage::Agreed => return Err(AppError::Agreed),
    }
    match runs_it(&mut txn, id).await? {
        // Pressed twice.
        now if now.id == me.id => return Ok(()),
        now if now.id == running.id => change_hands(&mut txn, &now, &me).await?,
        // Somebody else was quicker.
        _ => return Err(AppError::RunBySomebody),
    }
    done(backend, txn, &room, Deed::new(viewer.person, Verb::TookOver).in_meeting(id).to(me.id)).await
}

async fn runs_it(txn: &mut SchoolTransaction, id: MeetingId) -> Result<Participant, AppError> {
    let seats = db::participants::list(txn, id).await.map_err(unavailable)?;
    seats.into_iter().find(|seat| seat.admitted && seat.role.can_facilitate()).ok_or(AppError::NotFound)
}

/// Whoever ran the meeting goes on as one of the school’s staff. In this order, because two cannot run it.
async fn change_hands(txn: &mut SchoolTransaction, from: &Participant, to: &Participant) -> Result<(), AppError> {
    seats::set_role(txn, from.id, Role::Teacher).await.map_err(unavailable)?;
    seats::set_role(txn, to.id, Role::Facilitator).await.map_err(unavailable)
}

/// The room, and the meeting held for a change by whoever runs it.
pub(super) async fn to_change(
    backend: &ServerBackend,
    viewer: Viewer,
    id: MeetingId,
) -> Result<(RoomHandle, Seated), AppError> {
    drop(Seated::find_facilitator(&backend.db, viewer, id).await?);
    let (room, _) = enter(backend, viewer, id).await?;
    let mut seated = Seated::find_facilitator(&backend.db, viewer, id).await?;
    lock(&mut seated.txn, id).await?;
    // Somebody else may run it since, who was waited for just now.
    let still = db::participants::find(&mut seated.txn, seated.me.id).await.map_err(unavailable)?;
    if still.is_some_and(|me| me.admitted && me.role.can_facilitate()) {
        Ok((room, seated))
    } else {
        Err(AppError::NotAllowed)
    }
}

async fn find(txn: &mut SchoolTransaction, id: MeetingId, who: ParticipantId) -> Result<Participant, AppError> {
    let seat = db::participants::find(txn, who).await.map_err(unavailable)?;
    seat.filter(|seat| seat.meeting == id && seat.admitted).ok_or(AppError::NotFound)
}

/// Committed, and only then told.
pub(super) async fn done(
    backend: &ServerBackend,
    mut txn: SchoolTransaction,
    room: &RoomHandle,
    deed: Deed,
) -> Result<(), AppError> {
    note(backend, &mut txn, deed).await?;
    txn.commit().await.map_err(unavailable)?;
    room.participants_changed().await.map_err(of_room)
}
