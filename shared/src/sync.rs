//! The client half of sync, for one section, as a state machine: input in, effects out.
//!
//! The browser’s driver performs the effects (socket, document) and feeds back what happened; a
//! simulator can do the same with no browser at all. Nothing here waits or knows the time.
//!
//! What must stay true: [`SaveState::Saved`] is said only when every edit of this page has been
//! acknowledged as durable; an edit made while disconnected travels with the next SyncStep2.

use std::cmp::Ordering;

use crate::{
    event::{Refusal, ServerEvent},
    protocol::Message,
    schema,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The socket opened.
    Connected,
    /// The socket closed, for whatever reason.
    Disconnected,
    /// A message for this section arrived.
    Received(Message),
    /// This keyboard changed the document.
    Edited(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send(Message),
    /// Send SyncStep1 with the document’s state vector.
    AskForMissing,
    /// Send SyncStep2: what the server lacks, by the state vector it sent.
    AnswerWithMissing {
        state_vector: Vec<u8>,
    },
    /// Take this update into the document.
    Apply(Vec<u8>),
    /// Begin again with an empty document under a fresh client id: the history on the server is
    /// another one, or our last edit was refused and nothing may build on it.
    StartAfresh,
    /// An edit was refused. Keep the person’s words where they can be copied.
    KeepWords(Refusal),
    /// The server knows this section in another shape: nothing is taken in, and nothing may be written,
    /// until the page is loaded again. What is unsent stays unsent.
    Outdated(Outdated),
    /// This section is not for this person.
    Denied(String),
    /// Everything the server had is here: typing may begin.
    Ready,
    /// Awareness or an event, for the page to deal with.
    Awareness(Vec<u8>),
    Event(ServerEvent),
}

/// Which of the two is of an older version, where page and server do not know the same document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outdated {
    Page,
    Server,
}

impl Outdated {
    fn of(schema: u32) -> Option<Self> {
        match schema.cmp(&schema::VERSION) {
            Ordering::Greater => Some(Self::Page),
            Ordering::Less => Some(Self::Server),
            Ordering::Equal => None,
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::Page => "This page is older than the server",
            Self::Server => "This page is newer than the server",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Offline,
    /// Asked to open the section; waiting for its epoch.
    Opening,
    /// Asked for what we lack; the server’s own question may come first.
    Catching,
    Live,
    Denied,
    Outdated,
}

/// One section’s side of the conversation.
#[derive(Clone, Debug)]
pub struct SectionSync {
    phase: Phase,
    /// Of the history our copy belongs to.
    epoch: Option<u64>,
    /// Messages sent that must be acknowledged.
    unacknowledged: u32,
    /// Edits that no message carries yet.
    unsent: bool,
    /// We answered the server’s state vector: from here every edit travels at once.
    answered: bool,
}

impl SectionSync {
    /// For a page rendered from this epoch’s content, or `None` for an empty copy.
    pub fn new(epoch: Option<u64>) -> Self {
        Self { phase: Phase::Offline, epoch, unacknowledged: 0, unsent: false, answered: false }
    }

    pub fn is_saved(&self) -> bool {
        self.unacknowledged == 0 && !self.unsent
    }

    /// Of the history our copy belongs to, once there is one.
    pub fn epoch(&self) -> Option<u64> {
        self.epoch
    }

    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// Whether nothing is sent until the page is loaded again.
    pub fn is_outdated(&self) -> bool {
        self.phase == Phase::Outdated
    }

    /// What is said about content before we know that it is ours to read means another conversation.
    fn listens(&self) -> bool {
        !matches!(self.phase, Phase::Opening | Phase::Outdated)
    }

    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Connected => self.open(),
            Input::Disconnected => {
                self.unsent |= self.unacknowledged > 0;
                self.unacknowledged = 0;
                self.answered = false;
                if self.phase != Phase::Denied {
                    self.phase = Phase::Offline;
                }
                vec![]
            }
            Input::Edited(update) => {
                if self.answered {
                    self.unacknowledged += 1;
                    vec![Effect::Send(Message::Update(update))]
                } else {
                    self.unsent = true;
                    vec![]
                }
            }
            Input::Received(message) => self.receive(message),
        }
    }

    fn open(&mut self) -> Vec<Effect> {
        self.phase = Phase::Opening;
        self.answered = false;
        vec![Effect::Send(Message::AuthToken(String::new()))]
    }

    fn receive(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Stateless(payload) => match crate::json::read(payload.as_bytes()) {
                Ok(event) => self.hear(event),
                // An event of a later version of the server: nothing this page knows how to do.
                Err(_) => vec![],
            },
            Message::PermissionDenied(reason) => {
                self.phase = Phase::Denied;
                vec![Effect::Denied(reason)]
            }
            Message::SyncStep1(state_vector) if self.listens() => {
                self.answered = true;
                self.unsent = false;
                self.unacknowledged += 1;
                vec![Effect::AnswerWithMissing { state_vector }]
            }
            Message::SyncStep2(update) if self.listens() => {
                self.phase = Phase::Live;
                vec![Effect::Apply(update), Effect::Ready]
            }
            Message::Update(update) if self.listens() => vec![Effect::Apply(update)],
            Message::SyncStatus(true) => {
                self.unacknowledged = self.unacknowledged.saturating_sub(1);
                vec![]
            }
            Message::Awareness(body) => vec![Effect::Awareness(body)],
            // Late messages of a conversation that was begun again, and what only clients say.
            // A refusal is dealt with when its reason arrives.
            Message::SyncStep1(_)
            | Message::SyncStep2(_)
            | Message::Update(_)
            | Message::SyncStatus(false)
            | Message::QueryAwareness
            | Message::AuthToken(_)
            | Message::Authenticated { .. }
            | Message::Close(_)
            | Message::Ping
            | Message::Pong => vec![],
        }
    }

    fn hear(&mut self, event: ServerEvent) -> Vec<Effect> {
        match event {
            ServerEvent::Opened { epoch, schema, .. } => {
                if let Some(outdated) = Outdated::of(schema) {
                    self.phase = Phase::Outdated;
                    return vec![Effect::Outdated(outdated)];
                }
                let mut effects = vec![];
                if self.epoch.is_some_and(|ours| ours != epoch) {
                    effects.push(Effect::StartAfresh);
                    self.unsent = false;
                }
                self.epoch = Some(epoch);
                self.phase = Phase::Catching;
                effects.push(Effect::Event(event));
                effects.push(Effect::AskForMissing);
                effects
            }
            ServerEvent::Refused { reason, .. } => {
                self.unacknowledged = 0;
                self.unsent = false;
                let mut effects = vec![Effect::KeepWords(reason), Effect::StartAfresh];
                effects.extend(self.open());
                effects
            }
            event => vec![Effect::Event(event)],
        }
    }
}

/// The four things the page says about saving, and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaveState {
    Saved,
    Saving,
    OnThisDevice,
    CannotSave,
}

impl SaveState {
    /// Of the whole page: the least certain of its sections.
    ///
    /// `kept` says whether unsent edits would survive this page being closed.
    pub fn of<'a>(sections: impl IntoIterator<Item = &'a SectionSync>, connected: bool, kept: bool) -> Self {
        let unsaved: Vec<_> = sections.into_iter().filter(|section| !section.is_saved()).collect();
        if unsaved.is_empty() {
            Self::Saved
        } else if connected && !unsaved.iter().all(|section| section.is_outdated()) {
            Self::Saving
        } else if kept {
            Self::OnThisDevice
        } else {
            Self::CannotSave
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Saved => "Saved",
            Self::Saving => "Saving…",
            Self::OnThisDevice => "Saved on this device – will send when back online",
            Self::CannotSave => "Cannot save – do not close",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Section};

    fn opened(epoch: u64) -> Input {
        opened_as(epoch, schema::VERSION)
    }

    fn opened_as(epoch: u64, schema: u32) -> Input {
        let event = ServerEvent::Opened { section: Section::Plan, epoch, schema, access: Access::Write };
        Input::Received(Message::Stateless(serde_json::to_string(&event).unwrap_or_default()))
    }

    fn live() -> SectionSync {
        let mut sync = SectionSync::new(None);
        sync.handle(Input::Connected);
        sync.handle(opened(1));
        sync.handle(Input::Received(Message::SyncStep1(vec![0])));
        sync.handle(Input::Received(Message::SyncStep2(vec![0, 0])));
        sync.handle(Input::Received(Message::SyncStatus(true)));
        sync
    }

    #[test]
    fn saved_is_said_only_after_the_acknowledgement() {
        let mut sync = live();
        assert!(sync.is_saved());
        sync.handle(Input::Edited(vec![1]));
        assert!(!sync.is_saved());
        sync.handle(Input::Received(Message::SyncStatus(true)));
        assert!(sync.is_saved());
    }

    #[test]
    fn what_was_typed_offline_is_sent_on_return() {
        let mut sync = live();
        sync.handle(Input::Disconnected);
        assert_eq!(sync.handle(Input::Edited(vec![1])), vec![]);
        assert!(!sync.is_saved());
        sync.handle(Input::Connected);
        sync.handle(opened(1));
        let effects = sync.handle(Input::Received(Message::SyncStep1(vec![0])));
        assert_eq!(effects, vec![Effect::AnswerWithMissing { state_vector: vec![0] }]);
        assert!(!sync.is_saved());
        sync.handle(Input::Received(Message::SyncStatus(true)));
        assert!(sync.is_saved());
    }

    #[test]
    fn an_unacknowledged_edit_stays_unsaved_when_the_socket_closes() {
        let mut sync = live();
        sync.handle(Input::Edited(vec![1]));
        sync.handle(Input::Disconnected);
        assert!(!sync.is_saved());
    }

    #[test]
    fn another_epoch_drops_the_copy() {
        let mut sync = SectionSync::new(Some(1));
        sync.handle(Input::Connected);
        assert!(sync.handle(opened(2)).contains(&Effect::StartAfresh));
    }

    #[test]
    fn a_page_of_another_version_takes_nothing_and_sends_nothing_until_it_is_loaded_again() {
        for (theirs, outdated) in [(schema::VERSION + 1, Outdated::Page), (schema::VERSION - 1, Outdated::Server)] {
            let mut sync = SectionSync::new(Some(1));
            sync.handle(Input::Edited(vec![1]));
            sync.handle(Input::Connected);
            assert_eq!(sync.handle(opened_as(1, theirs)), vec![Effect::Outdated(outdated)]);
            for message in [Message::SyncStep1(vec![0]), Message::SyncStep2(vec![0, 0]), Message::Update(vec![0, 0])] {
                assert_eq!(sync.handle(Input::Received(message)), vec![]);
            }
            assert_eq!(sync.handle(Input::Edited(vec![2])), vec![]);
            assert!(!sync.is_saved());
            assert_eq!(SaveState::of([&sync], true, true), SaveState::OnThisDevice);
            assert_eq!(SaveState::of([&sync], true, false), SaveState::CannotSave);
            // The server may be replaced by one that this page knows.
            sync.handle(Input::Disconnected);
            sync.handle(Input::Connected);
            sync.handle(opened(1));
            let effects = sync.handle(Input::Received(Message::SyncStep1(vec![0])));
            assert_eq!(effects, vec![Effect::AnswerWithMissing { state_vector: vec![0] }]);
        }
    }

    #[test]
    fn a_refusal_keeps_the_words_and_rejoins() {
        let mut sync = live();
        sync.handle(Input::Edited(vec![1]));
        let refused =
            ServerEvent::Refused { refused: Section::Plan, reason: Refusal::ProtectedWords, words: String::new() };
        let effects =
            sync.handle(Input::Received(Message::Stateless(serde_json::to_string(&refused).unwrap_or_default())));
        assert_eq!(effects[..2], [Effect::KeepWords(Refusal::ProtectedWords), Effect::StartAfresh]);
        assert!(matches!(effects[2], Effect::Send(Message::AuthToken(_))));
    }
}
