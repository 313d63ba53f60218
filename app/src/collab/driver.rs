//! Keeps the page in step with everybody else: one socket, one [`Line`] for each section, and the
//! meeting’s signals.
//!
//! What must stay true: the driver lives in a thread-local and is borrowed only for the length of one
//! event; setting a signal runs no effect before that event is over.

mod connection;

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use leptos::prelude::*;
use shared::{
    Access, Section, Stage,
    doc::FieldAddress,
    event::ServerEvent,
    presence::Writing,
    sync::{Input, SaveState},
};
use wasm_bindgen::JsCast;
use web_sys::{BeforeUnloadEvent, VisibilityState};

use super::{
    KeptWords, Meeting,
    heartbeat::{self, Heartbeat},
    line::{Ask, Line},
    listener::Listener,
    own_presence::{self, OwnPresence},
    set_if_new,
    socket::Socket,
    writers::Writers,
};

thread_local! {
    static DRIVER: RefCell<Option<Driver>> = const { RefCell::new(None) };
}

struct Driver {
    meeting: Meeting,
    lines: BTreeMap<Section, Line>,
    socket: Option<Socket>,
    connected: bool,
    /// Closed for good: not to be tried again.
    ended: bool,
    heartbeat: Heartbeat,
    writers: Writers,
    own: OwnPresence,
    retry: Option<TimeoutHandle>,
    tick: Option<IntervalHandle>,
    _listeners: Vec<Listener>,
}

/// Connects this page, in place of whatever page was connected before.
pub(super) fn start(meeting: Meeting) {
    let driver = Driver::new(meeting);
    DRIVER.set(Some(driver));
    with(Driver::connect);
}

/// Leaves the meeting, unless the next page has taken its place already.
pub(super) fn stop(meeting: Meeting) {
    DRIVER.with_borrow_mut(|driver| {
        driver.take_if(|driver| driver.meeting.state.connected == meeting.state.connected);
    });
}

/// The person changed a section; in this field, if it was a text.
pub(super) fn edited(section: Section, field: Option<FieldAddress>) {
    with(|driver| {
        let asks = driver.lines.get_mut(&section).map(|line| line.edited(field));
        driver.perform(section, asks.unwrap_or_default());
        driver.show_save_state();
    });
}

/// Words of the person’s did not all go in.
pub(super) fn keep(words: KeptWords) {
    with(|driver| driver.keep(words));
}

/// The person writes here.
pub(super) fn writing(writing: Writing) {
    with(|driver| {
        driver.own.wish(Some(writing));
        driver.tell_presence();
    });
}

/// The person no longer writes in this field.
pub(super) fn left(field: &FieldAddress) {
    with(|driver| {
        driver.own.leave(field);
        driver.tell_presence();
    });
}

fn with(act: impl FnOnce(&mut Driver)) {
    DRIVER.with_borrow_mut(|driver| {
        if let Some(driver) = driver {
            act(driver);
        }
    });
}

fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

impl Driver {
    fn new(meeting: Meeting) -> Self {
        let readable = meeting.stores().into_iter().filter(|store| store.access().get_untracked().can_read());
        Self {
            meeting,
            lines: readable.map(|store| (store.section(), Line::new(store))).collect(),
            socket: None,
            connected: false,
            ended: false,
            heartbeat: Heartbeat::default(),
            writers: Writers::default(),
            own: OwnPresence::default(),
            retry: None,
            tick: set_interval_with_handle(|| with(Driver::tick), heartbeat::TICK).ok(),
            _listeners: vec![
                Listener::new(&window(), "online", |_| with(Driver::hurry)),
                Listener::new(&document(), "visibilitychange", |_| {
                    if document().visibility_state() == VisibilityState::Visible {
                        with(Driver::hurry);
                    }
                }),
                Listener::new(&window(), "beforeunload", |event| {
                    with(|driver| {
                        if driver.save_state() != SaveState::Saved {
                            event.prevent_default();
                            // Older browsers ask only if this is set.
                            event.unchecked_ref::<BeforeUnloadEvent>().set_return_value("unsaved");
                        }
                    });
                }),
            ],
        }
    }

    // ── the sections ──

    fn everywhere(&mut self, input: &Input) {
        for section in self.lines.keys().copied().collect::<Vec<_>>() {
            let asks = self.lines.get_mut(&section).map(|line| line.handle(input.clone()));
            self.perform(section, asks.unwrap_or_default());
        }
    }

    fn perform(&mut self, section: Section, asks: Vec<Ask>) {
        for ask in asks {
            match ask {
                Ask::Send(message) => self.send(section, message),
                Ask::Keep(words) => self.keep(words),
                Ask::Event(event) => self.hear(event),
                Ask::Awareness(body) => {
                    self.writers.hear(section, &body);
                    self.show_writers();
                }
                Ask::Denied => self.set_access(section, Access::None),
            }
        }
    }

    fn set_access(&mut self, section: Section, access: Access) {
        let Some(store) = self.meeting.store(section) else { return };
        store.set_access(access);
        if !access.can_read() {
            self.lines.remove(&section);
        } else if !self.lines.contains_key(&section) {
            let mut line = Line::new(store);
            let asks = if self.connected { line.handle(Input::Connected) } else { vec![] };
            self.lines.insert(section, line);
            self.perform(section, asks);
        }
    }

    // ── the meeting ──

    fn hear(&mut self, event: ServerEvent) {
        let state = self.meeting.state;
        match event {
            ServerEvent::Opened { section, access, .. } | ServerEvent::Access { section, access } => {
                self.set_access(section, access);
            }
            ServerEvent::Stage { stage } => self.set_stage(stage),
            ServerEvent::Here { participants, scribe } => {
                set_if_new(state.scribing.scribe, scribe);
                set_if_new(state.here, participants);
            }
            ServerEvent::Authors { section, authors } => {
                if let Some(store) = self.meeting.store(section) {
                    let owned =
                        |(person, clients): (_, Vec<u64>)| clients.into_iter().map(move |client| (client, person));
                    store.learn(authors.into_iter().flat_map(owned));
                }
            }
            ServerEvent::Spotlight { part, by } => set_if_new(state.spotlight, part.map(|part| (part, by))),
            ServerEvent::Answered { participant } => {
                state.answered.update(|answered| {
                    answered.insert(participant);
                });
            }
            ServerEvent::Recorded { version, .. } => set_if_new(state.recorded, Some(version)),
            ServerEvent::Removed => {
                self.ended = true;
                set_if_new(state.removed, true);
            }
            // The section tells itself, by another epoch or an access of its own.
            ServerEvent::Reopened { .. } | ServerEvent::Refused { .. } => {}
        }
    }

    /// Opens what may be read from now on. What is open already hears of its own access.
    fn set_stage(&mut self, stage: Stage) {
        set_if_new(self.meeting.state.stage, stage);
        for section in Section::ALL {
            let access = self.meeting.access_at(section, stage);
            if !self.lines.contains_key(&section) && access.can_read() {
                self.set_access(section, access);
            }
        }
    }

    fn keep(&self, words: KeptWords) {
        self.meeting.state.kept.update(|kept| {
            kept.retain(|before| before.field != words.field);
            kept.push(words);
        });
    }

    fn save_state(&self) -> SaveState {
        // Nothing is written to this device: on a shared one the next person could read it.
        SaveState::of(self.lines.values().map(Line::sync), self.connected, false)
    }

    fn show_save_state(&self) {
        set_if_new(self.meeting.state.connected, self.connected);
        set_if_new(self.meeting.state.save_state, self.save_state());
    }

    fn show_writers(&self) {
        set_if_new(self.meeting.state.writing, self.writers.others(self.meeting.me));
    }

    // ── where I write ──

    fn tell_presence(&mut self) {
        if !self.connected {
            return;
        }
        for (section, said) in self.own.next(now()) {
            if let Some(line) = self.lines.get_mut(&section) {
                let (client_id, clock) = line.awareness();
                self.send(section, own_presence::message(client_id, clock, said.as_ref()));
            }
        }
        if let Some(wait) = self.own.wait(now()).filter(|_| !self.own.has_timer) {
            self.own.has_timer = true;
            let tell = || {
                with(|driver| {
                    driver.own.has_timer = false;
                    driver.tell_presence();
                });
            };
            set_timeout(tell, Duration::from_millis(wait as u64 + 1));
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.cancel_retry();
        if let Some(tick) = self.tick.take() {
            tick.clear();
        }
    }
}
