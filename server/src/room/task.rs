//! The room’s body: loads the meeting, puts what arrives to [`RoomState`], and does what it decides.
//!
//! What must stay true: the effects of one input are done, in order, before the next input is looked
//! at; when this ends, for whatever reason, every connection of the room is told to come back; the
//! lease is held from before the meeting is loaded until its last update is written.
//!
//! What is done seldom and asks the database is boxed: a room’s task is as large as its largest step for
//! as long as it lives.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use shared::protocol::CloseCode;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    Quiesced, Reply, RoomError, SectionCopy,
    hide::Hiding,
    message::Mail,
    notice::Notice,
    outbox::Outbox,
    state::{ConnectionId, Effect, Input, RoomState},
    stored,
};
use crate::{
    cluster::{Heard, Lease, Listening, NotOurs, listen_to},
    db::documents::{self, Checkpoint, NewUpdate},
    rooms::{RoomKey, Rooms},
    update_log::{Entry, Progress, Receipts, What},
};

const TICK: Duration = Duration::from_secs(1);

/// When the server stops: how long a room waits for its last updates to be written.
const GOODBYE: Duration = Duration::from_secs(10);

/// How long a meeting that another server holds is waited for: a server that is being replaced has let
/// go of it by then.
const LEASE_PATIENCE: Duration = Duration::from_secs(4);

pub(crate) async fn run(
    rooms: Rooms,
    key: RoomKey,
    mut mail: mpsc::Receiver<Mail>,
    mut closing: watch::Receiver<bool>,
) {
    let meeting = key.1;
    let opened = tokio::select! {
        biased;
        () = asked_to_close(&mut closing) => Err((CloseCode::TryAgain, RoomError::Closed)),
        opened = Box::pin(open(&rooms, key)) => opened,
    };
    match opened {
        Ok(room) => {
            tracing::info!(%meeting, "room opened");
            room.live(&mut mail, closing).await;
            tracing::info!(%meeting, "room closed");
        }
        Err((code, error)) => {
            tracing::info!(%meeting, %error, "room not opened");
            turn_away(&mut mail, code, error);
        }
    }
    mail.close();
    rooms.forget(key);
    // Whoever wrote between the last look and the close.
    turn_away(&mut mail, CloseCode::TryAgain, RoomError::Closed);
}

/// Takes the meeting, listens to whoever else has it, and only then loads it.
async fn open(rooms: &Rooms, key: RoomKey) -> Result<Room, (CloseCode, RoomError)> {
    let cluster = rooms.cluster();
    let lease = cluster.leases().take(key.1, LEASE_PATIENCE).await.map_err(|not_ours| match not_ours {
        NotOurs::Elsewhere => (CloseCode::TryAgain, RoomError::Elsewhere),
        NotOurs::Unknown => (CloseCode::TryAgain, RoomError::Busy),
    })?;
    let listening = match cluster.bus() {
        Some(bus) => Some(bus.listen(key).await.ok_or((CloseCode::TryAgain, RoomError::Busy))?),
        None => None,
    };
    let loaded = stored::meeting(rooms.db(), key, listening.is_some()).await;
    let loaded = loaded.map_err(|_| (CloseCode::TryAgain, RoomError::Busy))?;
    let (loaded, term) = loaded.ok_or((CloseCode::Unauthorized, RoomError::NotFound))?;
    let state = RoomState::new(loaded, Instant::now()).map_err(|error| {
        tracing::error!(meeting = %key.1, %error, "a meeting cannot be read");
        (CloseCode::TryAgain, RoomError::Closed)
    })?;
    let mut state = if listening.is_some() { state.among_others() } else { state };
    state.stay_for(rooms.stay());
    Ok(Room::new(rooms.clone(), key, state, term, lease, listening))
}

fn turn_away(mail: &mut mpsc::Receiver<Mail>, code: CloseCode, error: RoomError) {
    while let Ok(letter) = mail.try_recv() {
        // A reply that nobody waits for any more is no reply.
        match letter {
            Mail::Connect { outbox, .. } => outbox.close(code),
            Mail::Sections(reply) => drop(reply.send(Err(error))),
            Mail::Quiesce(reply) => drop(reply.send(Err(error))),
            Mail::Hide(_, reply) => drop(reply.send(Err(error))),
            Mail::Here(reply) => drop(reply.send(Err(error))),
            Mail::AwayFor(_, reply) => {
                let _ = reply.send(Err(error));
            }
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
    /// In which the log takes what we give it.
    term: u64,
    lease: Lease,
    listening: Option<Listening>,
    receipts: Arc<Receipts>,
    /// What was asked of the database for [`RoomState`], on the way.
    reading: FuturesUnordered<BoxFuture<'static, Input>>,
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
    Hide(Reply<()>),
}

impl Room {
    fn new(
        rooms: Rooms,
        key: RoomKey,
        state: RoomState,
        term: u64,
        lease: Lease,
        listening: Option<Listening>,
    ) -> Self {
        Self {
            rooms,
            key,
            state,
            term,
            lease,
            listening,
            receipts: Arc::default(),
            reading: FuturesUnordered::new(),
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
        let receipts = self.receipts.clone();
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = asked_to_close(&mut closing) => return Box::pin(self.say_goodbye()).await,
                progress = receipts.next() => {
                    if self.committed(progress).await {
                        self.handle(Input::LogLost).await;
                    }
                }
                () = self.lease.lost() => {
                    tracing::warn!(meeting = %self.key.1, "another server has taken this meeting");
                    self.handle(Input::LogLost).await;
                }
                heard = listen_to(&mut self.listening) => self.hear(heard).await,
                Some(answer) = self.reading.next(), if !self.reading.is_empty() => self.handle(answer).await,
                Some(_) = self.quiet.next(), if !self.quiet.is_empty() => {
                    self.resume = true;
                    Box::pin(self.refresh()).await;
                }
                letter = mail.recv() => match letter {
                    Some(letter) => self.read(letter).await,
                    None => return,
                },
                _ = tick.tick() => {
                    if self.stale || self.resume {
                        Box::pin(self.refresh()).await;
                    }
                    self.handle(Input::Tick).await;
                }
            }
            if self.state.is_over() || (std::mem::take(&mut self.unload) && self.rooms.retire(self.key, mail)) {
                return self.tell(&Notice::Gone);
            }
        }
    }

    async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Linked(linked) => self.handle(Input::Linked(linked)).await,
            Heard::Notice(node, notice) => self.handle(Input::Notice { node, notice }).await,
        }
        if self.stale {
            Box::pin(self.refresh()).await;
        }
    }

    /// Whether the log is lost.
    async fn committed(&mut self, Progress { through, landed, lost }: Progress) -> bool {
        tracing::trace!(meeting = %self.key.1, through, "durable");
        self.handle(Input::Committed { through, landed }).await;
        lost
    }

    fn tell(&self, notice: &Notice) {
        if let Some(bus) = self.rooms.cluster().bus() {
            bus.tell(self.key, notice);
        }
    }

    async fn read(&mut self, letter: Mail) {
        match letter {
            Mail::Connect { conn, person, outbox } => {
                self.outboxes.insert(conn, outbox);
                if !self.state.knows(person) {
                    Box::pin(self.refresh()).await;
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
            Mail::Hide(hiding, reply) => Box::pin(self.hide(hiding, reply)).await,
            Mail::Here(reply) => drop(reply.send(Ok(self.state.here()))),
            Mail::AwayFor(participant, reply) => {
                let _ = reply.send(Ok(self.state.away_for(participant, Instant::now())));
            }
            Mail::StageChanged(stage) => {
                self.tell(&Notice::Authority);
                self.handle(Input::StageChanged(stage)).await;
            }
            Mail::ParticipantsChanged => {
                self.tell(&Notice::Authority);
                Box::pin(self.refresh()).await;
            }
            Mail::Announce(event) => {
                self.tell(&Notice::Event(event.clone()));
                self.handle(Input::Announce(event)).await;
            }
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
            Effect::Append { position, section, person, update, claims } => {
                let (of, length) = (section.name(), update.len());
                tracing::trace!(%meeting, section = of, position, length, "accepted");
                let update = NewUpdate { school, meeting, section, term: self.term, person, update, claims };
                self.append(position, What::Update(update)).await;
            }
            Effect::Checkpoint { position, section, seq, state } => {
                self.append(position, What::Checkpoint(school, Checkpoint { meeting, section, seq, state })).await;
            }
            Effect::Answer { question, sections } => match self.questions.remove(&question) {
                Some(Question::Sections(reply)) => drop(reply.send(Ok(sections))),
                Some(Question::Quiesce(reply)) => {
                    let (quiesced, released) = Quiesced::new();
                    self.quiet.push(released);
                    // If nobody waits for it any more, dropping it here releases it.
                    drop(reply.send(Ok(quiesced)));
                }
                Some(Question::Hide(reply)) => drop(reply.send(Ok(()))),
                None => {}
            },
            Effect::Tell(notice) => self.tell(&notice),
            Effect::ReadLog { section, after } => {
                let db = self.rooms.db().clone();
                let since = async move {
                    let since = async {
                        let mut txn = db.begin(school).await?;
                        documents::since(&mut txn, meeting, section, after).await
                    };
                    let since = stored::asked("what others wrote", since).await.flatten().map(stored::since_of);
                    Input::LogRead { section, since }
                };
                self.reading.push(since.boxed());
            }
            Effect::ReadHeads => {
                let db = self.rooms.db().clone();
                let heads = async move {
                    let heads = async {
                        let mut txn = db.begin(school).await?;
                        documents::heads(&mut txn, meeting).await
                    };
                    Input::Heads(stored::asked("how far others wrote", heads).await.unwrap_or_default())
                };
                self.reading.push(heads.boxed());
            }
            Effect::ReadRights => self.stale = true,
            Effect::Unload => self.unload = true,
        }
    }

    /// Nothing else is looked at between the look at the words and taking them out: so what is kept as evidence is what
    /// stood there. Without evidence nothing is hidden.
    async fn hide(&mut self, hiding: Box<Hiding>, reply: Reply<()>) {
        let kept = match self.state.written_by(&hiding.passage) {
            Ok(written_by) => stored::keep_evidence(self.rooms.db(), self.key, &hiding, &written_by).await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            // Nobody waits for it any more: then nothing was hidden, and nobody thinks it was.
            let _ = reply.send(Err(error));
            return;
        }
        let question = self.ask(Question::Hide(reply));
        self.handle(Input::Hide { question, hiding }).await;
    }

    async fn append(&mut self, position: u64, what: What) {
        // Refused only once the server stops: then it is never acknowledged, and comes again.
        let _ = self.rooms.log().append(Entry { room: self.receipts.clone(), position, what }).await;
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
        let (stage, participants) = match stored::rights(self.rooms.db(), self.key).await {
            Some(Some((stage, _, participants))) => (stage, participants),
            Some(None) => return self.handle(Input::LogLost).await,
            None => return,
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

    async fn say_goodbye(mut self) {
        self.handle(Input::Shutdown).await;
        self.tell(&Notice::Gone);
        let receipts = self.receipts.clone();
        let settled = async {
            while !self.state.is_settled() {
                if self.committed(receipts.next().await).await {
                    return;
                }
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
