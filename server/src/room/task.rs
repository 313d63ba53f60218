//! The room’s body: loads the meeting, puts what arrives to [`RoomState`], and does what it decides.
//!
//! What must stay true: the effects of one input are done, in order, before the next input is looked
//! at; when this ends, for whatever reason, every connection of the room is told to come back.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt, stream::FuturesUnordered};
use shared::{PersonId, Stage, protocol::CloseCode};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{
    Quiesced, Reply, RoomError, SectionCopy,
    message::Mail,
    outbox::Outbox,
    state::{ConnectionId, Effect, Input, Loaded, LoadedSection, Participant, RoomState},
};
use crate::{
    db::{
        Db,
        documents::{self, Checkpoint, NewUpdate},
        participants,
    },
    rooms::{RoomKey, Rooms},
    update_log::{Entry, Progress, What},
};

const TICK: Duration = Duration::from_secs(1);

/// How long a meeting may take to load, Postgres being away for a moment included.
const LOAD_PATIENCE: Duration = Duration::from_secs(8);
const LOAD_PAUSE: Duration = Duration::from_millis(200);

/// When the server stops: how long a room waits for its last updates to be written.
const GOODBYE: Duration = Duration::from_secs(10);

pub(crate) async fn run(rooms: Rooms, key: RoomKey, mut mail: mpsc::Receiver<Mail>, closing: watch::Receiver<bool>) {
    let meeting = key.1;
    match timeout(LOAD_PATIENCE, load_patiently(rooms.db(), key)).await {
        Ok(Some(loaded)) => match RoomState::new(loaded, Instant::now()) {
            Ok(state) => {
                tracing::info!(%meeting, "room opened");
                Room::new(rooms.clone(), key, state).live(&mut mail, closing).await;
                tracing::info!(%meeting, "room closed");
            }
            Err(error) => {
                tracing::error!(%meeting, %error, "room not opened");
                turn_away(&mut mail, CloseCode::TryAgain, RoomError::Closed);
            }
        },
        Ok(None) => turn_away(&mut mail, CloseCode::Unauthorized, RoomError::NotFound),
        Err(_) => turn_away(&mut mail, CloseCode::TryAgain, RoomError::Busy),
    }
    mail.close();
    rooms.forget(key);
    // Whoever wrote between the last look and the close.
    turn_away(&mut mail, CloseCode::TryAgain, RoomError::Closed);
}

fn turn_away(mail: &mut mpsc::Receiver<Mail>, code: CloseCode, error: RoomError) {
    while let Ok(letter) = mail.try_recv() {
        // A reply that nobody waits for any more is no reply.
        match letter {
            Mail::Connect { outbox, .. } => outbox.close(code),
            Mail::Sections(reply) => drop(reply.send(Err(error))),
            Mail::Quiesce(reply) => drop(reply.send(Err(error))),
            Mail::Here(reply) => drop(reply.send(Err(error))),
            Mail::Frame { .. }
            | Mail::Disconnect { .. }
            | Mail::StageChanged(_)
            | Mail::ParticipantsChanged
            | Mail::Announce(_) => {}
        }
    }
}

struct Room {
    rooms: Rooms,
    key: RoomKey,
    state: RoomState,
    progress: Arc<watch::Sender<Progress>>,
    outboxes: BTreeMap<ConnectionId, Outbox>,
    questions: HashMap<u64, Question>,
    asked: u64,
    /// One for each record that is being saved just now.
    quiet: FuturesUnordered<oneshot::Receiver<()>>,
    /// Rights may have changed, and the database has not been asked yet.
    stale: bool,
    /// To be gone on to when rights are known.
    resume: bool,
    unload: bool,
}

enum Question {
    Sections(Reply<Vec<SectionCopy>>),
    Quiesce(Reply<Quiesced>),
}

impl Room {
    fn new(rooms: Rooms, key: RoomKey, state: RoomState) -> Self {
        Self {
            rooms,
            key,
            state,
            progress: Arc::new(watch::Sender::new(Progress::default())),
            outboxes: BTreeMap::new(),
            questions: HashMap::new(),
            asked: 0,
            quiet: FuturesUnordered::new(),
            stale: false,
            resume: false,
            unload: false,
        }
    }

    async fn live(mut self, mail: &mut mpsc::Receiver<Mail>, mut closing: watch::Receiver<bool>) {
        let mut progress = self.progress.subscribe();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = asked_to_close(&mut closing) => return self.say_goodbye(progress).await,
                Ok(()) = progress.changed() => {
                    let Progress { through, lost } = *progress.borrow_and_update();
                    self.handle(Input::Committed { through }).await;
                    if lost {
                        return self.handle(Input::LogLost).await;
                    }
                }
                Some(_) = self.quiet.next(), if !self.quiet.is_empty() => {
                    self.resume = true;
                    self.refresh().await;
                }
                letter = mail.recv() => match letter {
                    Some(letter) => self.read(letter).await,
                    None => return,
                },
                _ = tick.tick() => {
                    if self.stale || self.resume {
                        self.refresh().await;
                    }
                    self.handle(Input::Tick).await;
                }
            }
            if std::mem::take(&mut self.unload) && self.rooms.retire(self.key, mail) {
                return;
            }
        }
    }

    async fn read(&mut self, letter: Mail) {
        match letter {
            Mail::Connect { conn, person, outbox } => {
                self.outboxes.insert(conn, outbox);
                if !self.state.knows(person) {
                    self.refresh().await;
                }
                self.handle(Input::Connect { conn, person }).await;
            }
            Mail::Frame { conn, section, message } => self.handle(Input::Frame { conn, section, message }).await,
            Mail::Disconnect { conn } => {
                self.outboxes.remove(&conn);
                self.handle(Input::Disconnect { conn }).await;
            }
            Mail::Sections(reply) => {
                let question = self.ask(Question::Sections(reply));
                self.handle(Input::Read { question }).await;
            }
            Mail::Quiesce(reply) => {
                let question = self.ask(Question::Quiesce(reply));
                self.handle(Input::Quiesce { question }).await;
            }
            Mail::Here(reply) => drop(reply.send(Ok(self.state.here()))),
            Mail::StageChanged(stage) => self.handle(Input::StageChanged(stage)).await,
            Mail::ParticipantsChanged => self.refresh().await,
            Mail::Announce(event) => self.handle(Input::Announce(event)).await,
        }
    }

    async fn handle(&mut self, input: Input) {
        for effect in self.state.handle(input, Instant::now()) {
            self.perform(effect).await;
        }
    }

    async fn perform(&mut self, effect: Effect) {
        let (school, meeting) = self.key;
        match effect {
            Effect::Send { conn, frame } => {
                if let Some(outbox) = self.outboxes.get(&conn) {
                    outbox.send(frame);
                }
            }
            Effect::Close { conn, code } => {
                if let Some(outbox) = self.outboxes.remove(&conn) {
                    outbox.close(code);
                }
            }
            Effect::Append { position, section, seq, person, update, claims } => {
                let update = NewUpdate { school, meeting, section, seq, person, update, claims };
                self.append(position, What::Update(update)).await;
            }
            Effect::Checkpoint { position, section, seq, state } => {
                self.append(position, What::Checkpoint(school, Checkpoint { meeting, section, seq, state })).await;
            }
            Effect::Answer { question, sections } => match self.questions.remove(&question) {
                Some(Question::Sections(reply)) => drop(reply.send(Ok(sections))),
                Some(Question::Quiesce(reply)) => {
                    let (quiesced, released) = Quiesced::new(sections);
                    self.quiet.push(released);
                    // If nobody waits for it any more, dropping it here releases it.
                    drop(reply.send(Ok(quiesced)));
                }
                None => {}
            },
            Effect::Unload => self.unload = true,
        }
    }

    async fn append(&mut self, position: u64, what: What) {
        // Refused only once the server stops: then it is never acknowledged, and comes again.
        let _ = self.rooms.log().append(Entry { room: self.progress.clone(), position, what }).await;
    }

    fn ask(&mut self, question: Question) -> u64 {
        self.asked += 1;
        self.questions.insert(self.asked, question);
        self.asked
    }

    /// Asks the database for the stage and the participants: they are what was committed, whoever
    /// tells us what. Until it answers nobody is given more than they had.
    async fn refresh(&mut self) {
        self.stale = true;
        let (stage, participants) = match timeout(LOAD_PATIENCE, authority(self.rooms.db(), self.key)).await {
            Ok(Ok(Some((stage, _, participants)))) => (stage, participants),
            Ok(Ok(None)) => return self.handle(Input::LogLost).await,
            Ok(Err(error)) => return tracing::warn!(%error, "rights cannot be read; trying again"),
            Err(_) => return tracing::warn!("rights cannot be read in time; trying again"),
        };
        self.stale = false;
        if stage != self.state.stage() {
            self.handle(Input::StageChanged(stage)).await;
        }
        self.handle(Input::ParticipantsChanged(participants)).await;
        let waiting = self.questions.values().any(|question| matches!(question, Question::Quiesce(_)));
        if self.resume && self.quiet.is_empty() && !waiting {
            self.resume = false;
            self.handle(Input::Resume).await;
        }
    }

    async fn say_goodbye(mut self, mut progress: watch::Receiver<Progress>) {
        self.handle(Input::Shutdown).await;
        let settled = async {
            while !self.state.is_settled() {
                if progress.changed().await.is_err() {
                    return;
                }
                let Progress { through, .. } = *progress.borrow_and_update();
                self.handle(Input::Committed { through }).await;
            }
        };
        // Too late is no loss: what was not acknowledged is still with those who wrote it.
        let _ = timeout(GOODBYE, settled).await;
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        for outbox in self.outboxes.values() {
            outbox.close(CloseCode::TryAgain);
        }
    }
}

async fn asked_to_close(closing: &mut watch::Receiver<bool>) {
    // An error means that the registry is gone, and then it is over too.
    let _ = closing.wait_for(|closing| *closing).await;
}

async fn load_patiently(db: &Db, key: RoomKey) -> Option<Loaded> {
    loop {
        match load(db, key).await {
            Ok(loaded) => return loaded,
            Err(error) => {
                tracing::warn!(meeting = %key.1, %error, "a meeting cannot be loaded; trying again");
                sleep(LOAD_PAUSE).await;
            }
        }
    }
}

async fn load(db: &Db, key: RoomKey) -> sqlx::Result<Option<Loaded>> {
    let (school, meeting) = key;
    let Some((stage, pupil, participants)) = authority(db, key).await? else { return Ok(None) };
    let mut txn = db.begin(school).await?;
    let sections = documents::load(&mut txn, meeting).await?.into_iter().map(|stored| LoadedSection {
        section: stored.section,
        epoch: stored.epoch,
        schema: stored.schema,
        checkpoint: stored.checkpoint,
        updates: stored.updates,
        seq: stored.seq,
        owners: stored.owners,
    });
    Ok(Some(Loaded { meeting, stage, pupil, participants, sections: sections.collect() }))
}

async fn authority(db: &Db, key: RoomKey) -> sqlx::Result<Option<(Stage, PersonId, Vec<Participant>)>> {
    let (school, meeting) = key;
    let mut txn = db.begin(school).await?;
    let Some(stored) = documents::meeting(&mut txn, meeting).await? else { return Ok(None) };
    let seats = participants::list(&mut txn, meeting).await?;
    let participants = seats.into_iter().filter(|seat| seat.admitted).map(|seat| Participant {
        id: seat.id,
        person: seat.person,
        role: seat.role,
        scribe: seat.scribe,
        name: seat.name,
        colour: seat.colour,
    });
    Ok(Some((stored.stage, stored.pupil, participants.collect())))
}
