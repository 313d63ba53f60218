//! Keeps the page in step with everybody else: one socket, one [`Line`] for each section, and the
//! meeting’s signals.
//!
//! “Saved” is said by acknowledgements alone and no clock has a part in it, so a page that slept, or
//! whose timers were held back, cannot say it too early.
//!
//! What must stay true: the driver lives in a thread-local and is borrowed only for the length of one
//! event; setting a signal runs no effect before that event is over.

mod connection;
mod keeping;

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use leptos::prelude::*;
use shared::{
    Access, Section,
    doc::FieldAddress,
    event::ServerEvent,
    presence::Writing,
    sync::{Input, SaveState},
};
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{BeforeUnloadEvent, PageTransitionEvent, VisibilityState};

use self::keeping::Keeping;
use super::{
    KeptWords, Meeting, device,
    heartbeat::{self, Heartbeat},
    line::{Ask, Line},
    listener::Listener,
    own_presence::{self, OwnPresence},
    set_if_new,
    socket::Socket,
    writers::Writers,
};
use crate::components::focus;

thread_local! {
    static DRIVER: RefCell<Option<Driver>> = const { RefCell::new(None) };
}

struct Driver {
    meeting: Meeting,
    lines: BTreeMap<Section, Line>,
    socket: Option<Socket>,
    connected: bool,
    /// Whether the server was reached once, or could not be: before that the page says nothing of either.
    begun: bool,
    /// Closed for good: not to be tried again.
    ended: bool,
    /// The person finished: nothing is kept, nothing is asked.
    is_leaving: bool,
    keeping: Keeping,
    heartbeat: Heartbeat,
    writers: Writers,
    own: OwnPresence,
    /// The line is new: what was told to everybody before it has not been asked for yet.
    missed_news: bool,
    retry: Option<TimeoutHandle>,
    tick: Option<IntervalHandle>,
    _listeners: Vec<Listener>,
}

/// Connects this page, in place of whatever page was connected before.
pub(super) fn start(meeting: Meeting) {
    if let Some(me) = meeting.my_person {
        device::tell_person(me);
    }
    let driver = Driver::new(meeting);
    DRIVER.set(Some(driver));
    with(|driver| {
        driver.look_for_unsent();
        driver.connect();
    });
}

pub(super) fn is_running() -> bool {
    DRIVER.with_borrow(Option::is_some)
}

/// What this tab calls itself on the device.
pub(super) fn tab() -> Option<Uuid> {
    DRIVER.with_borrow(|driver| driver.as_ref().map(|driver| driver.keeping.tab()))
}

/// Whether words of this page are not saved yet.
pub(super) fn has_unsaved() -> bool {
    DRIVER.with_borrow(|driver| driver.as_ref().is_some_and(|driver| driver.save_state() != SaveState::Saved))
}

/// The person finishes: what is on this page goes with it.
pub(super) fn leave() {
    with(|driver| {
        driver.is_leaving = true;
        driver.ended = true;
        driver.keeping.stop();
        driver.cancel_retry();
        driver.socket = None;
        driver.connected = false;
    });
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

/// The person has read or copied these, or throws them away.
pub(super) fn let_go(field: &FieldAddress) {
    with(|driver| {
        driver.keeping.let_go(field);
        driver.keep_soon();
    });
}

/// What of this field is kept for copying.
pub(super) fn kept_of(field: &FieldAddress) -> Option<KeptWords> {
    let mut found = None;
    with(|driver| found = driver.meeting.state.kept.with_untracked(|all| kept_in(all, field)));
    found
}

fn kept_in(all: &[KeptWords], field: &FieldAddress) -> Option<KeptWords> {
    all.iter().find(|words| words.field == *field).cloned()
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

/// What the browser says of the network and of this page’s sleep.
fn listeners() -> Vec<Listener> {
    let hurry = |target: &web_sys::EventTarget, name| Listener::new(target, name, |_| with(Driver::hurry));
    let put_by = |target: &web_sys::EventTarget, name| Listener::new(target, name, |_| with(Driver::keep_now));
    vec![
        hurry(&window(), "online"),
        hurry(&document(), "resume"),
        put_by(&document(), "freeze"),
        put_by(&window(), "pagehide"),
        Listener::new(&document(), "visibilitychange", |_| {
            with(if document().visibility_state() == VisibilityState::Visible {
                Driver::hurry
            } else {
                Driver::keep_now
            });
        }),
        Listener::new(&window(), "pageshow", |event| {
            let is_from_memory = event.unchecked_ref::<PageTransitionEvent>().persisted();
            with(if is_from_memory { Driver::begin_again } else { Driver::hurry });
        }),
        Listener::new(&window(), "beforeunload", |event| {
            with(|driver| {
                if driver.is_in_memory_alone() {
                    event.prevent_default();
                    // Older browsers ask only if this is set.
                    event.unchecked_ref::<BeforeUnloadEvent>().set_return_value("unsaved");
                }
            });
        }),
    ]
}

impl Driver {
    fn new(meeting: Meeting) -> Self {
        let readable = meeting.stores().into_iter().filter(|store| store.access().get_untracked().can_read());
        Self {
            meeting,
            lines: readable.map(|store| (store.section(), Line::new(store))).collect(),
            socket: None,
            connected: false,
            begun: false,
            ended: false,
            is_leaving: false,
            keeping: Keeping::new(),
            heartbeat: Heartbeat::default(),
            writers: Writers::default(),
            own: OwnPresence::default(),
            missed_news: false,
            retry: None,
            tick: set_interval_with_handle(|| with(Driver::tick), heartbeat::TICK).ok(),
            _listeners: listeners(),
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
                Ask::Keep(words) => self.keep_beside(words),
                Ask::Event(event) => self.hear(event),
                Ask::Awareness(body) => {
                    self.writers.hear(section, &body);
                    self.show_writers();
                }
                Ask::Denied => self.set_access(section, Access::None),
                Ask::Outdated(which, words) => {
                    self.set_access(section, Access::Read);
                    set_if_new(self.meeting.state.outdated, Some(which));
                    words.into_iter().for_each(|words| self.show_kept(words));
                }
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
            ServerEvent::Opened { section, access, .. } => {
                set_if_new(state.outdated, None);
                self.set_access(section, access);
            }
            ServerEvent::Access { section, access } => self.set_access(section, access),
            ServerEvent::Stage { stage } => {
                focus::hold_place();
                set_if_new(state.stage, stage);
                self.open_what_i_may_read();
            }
            ServerEvent::Here { participants, scribe } => {
                set_if_new(state.scribing.scribe, scribe);
                set_if_new(state.here, participants);
                self.open_what_i_may_read();
                // From here on we are told; what was told before has to be asked for.
                if std::mem::take(&mut self.missed_news) {
                    state.people_news.update(|news| *news += 1);
                }
            }
            ServerEvent::Authors { section, authors } => {
                if let Some(store) = self.meeting.store(section) {
                    let owned =
                        |(person, clients): (_, Vec<u64>)| clients.into_iter().map(move |client| (client, person));
                    store.learn(authors.into_iter().flat_map(owned));
                }
            }
            ServerEvent::Spotlight { part, by } => set_if_new(state.spotlight, part.map(|part| (part, by))),
            ServerEvent::Answered { .. } | ServerEvent::Attended { .. } | ServerEvent::People => {
                state.people_news.update(|news| *news += 1);
            }
            ServerEvent::Recorded { version, .. } => set_if_new(state.recorded, Some(version)),
            ServerEvent::Role { role } => {
                set_if_new(state.role, Some(role));
                self.open_what_i_may_read();
            }
            ServerEvent::Removed => {
                self.forget_unsaved();
                self.ended = true;
                set_if_new(state.removed, true);
            }
            // The section tells itself, by another epoch or an access of its own.
            ServerEvent::Reopened { .. } | ServerEvent::Refused { .. } => {}
        }
    }

    /// Opens what may be read from now on. What is open already hears of its own access.
    fn open_what_i_may_read(&mut self) {
        let stage = self.meeting.state.stage.get_untracked();
        for section in Section::ALL {
            let access = self.meeting.access_at(section, stage);
            if !self.lines.contains_key(&section) && access.can_read() {
                self.set_access(section, access);
            }
        }
    }

    /// Nothing of this person’s is taken any more, so nothing of it stays on the device.
    fn forget_unsaved(&mut self) {
        self.lines.clear();
        self.keeping.let_go_of_all();
        self.keep_now();
    }

    /// What of this box is kept already stays with it, until it is let go of.
    fn keep_beside(&mut self, words: KeptWords) {
        let before = self.meeting.state.kept.with_untracked(|all| kept_in(all, &words.field));
        self.keep(match before {
            Some(before) => words.beside(&before),
            None => words,
        });
    }

    /// Words that could not go in are shown, and stay until they are let go of.
    fn keep(&mut self, words: KeptWords) {
        let words = words.bounded();
        if !words.words.is_empty() {
            self.keeping.give_back(words.field.clone(), words.words.clone(), js_sys::Date::now());
        }
        self.show_kept(words);
        self.keep_soon();
    }

    fn show_kept(&self, words: KeptWords) {
        self.meeting.state.kept.update(|kept| {
            kept.retain(|before| before.field != words.field);
            kept.push(words);
        });
    }

    fn save_state(&self) -> SaveState {
        // It is of no matter that the last greeting was not answered, only edits are.
        let at_stake = self.lines.values().filter(|line| !line.unsaved().is_empty());
        // Where no more will be sent, “will send when back online” would be a promise to nobody.
        let state = SaveState::of(at_stake.map(Line::sync), self.connected, self.is_kept() && !self.ended);
        match state {
            // Each letter takes a moment to reach the disk. That is no reason for alarm.
            SaveState::CannotSave if self.keeping.is_at_work() && !self.ended => SaveState::Saving,
            state => state,
        }
    }

    /// Whether what is unsaved would survive this page.
    fn is_kept(&self) -> bool {
        self.lines.iter().all(|(section, line)| self.keeping.holds(*section, line.unsaved()))
    }

    /// Whether closing the page would lose words: unsaved ones, or refused ones to be copied.
    fn is_in_memory_alone(&self) -> bool {
        let count = |kept: &Vec<KeptWords>| kept.iter().filter(|kept| !kept.words.is_empty()).count();
        let shown = self.meeting.state.kept.try_with_untracked(count).unwrap_or_default();
        !self.is_leaving && (!self.is_kept() || !self.keeping.holds_words(shown))
    }

    fn show_save_state(&mut self) {
        if self.begun {
            set_if_new(self.meeting.state.connected, self.connected);
            // Whether an earlier page left something unsaved is not known at once.
            let state =
                Some(self.save_state()).filter(|state| *state != SaveState::Saved || !self.keeping.is_looking());
            set_if_new(self.meeting.state.save_state, state);
        }
        self.keep_soon();
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
