//! The socket’s life: connecting, noticing that it is gone, and coming back.

use js_sys::futures::spawn_local;
use leptos::prelude::*;
use shared::{
    Section,
    protocol::{CloseCode, Frame, Message, Retry},
    sync::Input,
};

use super::{Driver, now, with};
use crate::{
    api::meetings::read_people,
    collab::{
        heartbeat, set_if_new,
        socket::{Socket, SocketEvent},
    },
    error::AppError,
};

/// So many tries in a row that came to nothing are no accident of the network’s.
const ASK_AFTER: u32 = 3;

impl Driver {
    pub(super) fn connect(&mut self) {
        self.cancel_retry();
        if self.ended {
            return;
        }
        self.heartbeat.begun(now());
        // The server opens it for nobody else, whoever is signed in in this browser by now.
        let path = self.meeting.my_person.map_or_else(|| "/live".to_owned(), |me| format!("/live?person={me}"));
        match Socket::connect(&path, |event| with(|driver| driver.socket_event(event))) {
            Ok(socket) => self.socket = Some(socket),
            Err(_) => {
                self.begun = true;
                self.retry_later();
                self.show_save_state();
            }
        }
    }

    fn socket_event(&mut self, event: SocketEvent) {
        self.begun = true;
        match event {
            SocketEvent::Opened => {
                self.connected = true;
                set_if_new(self.meeting.state.signed_out, false);
                self.heartbeat.opened(now());
                self.everywhere(&Input::Connected);
                self.own.forget_said();
                self.missed_news = true;
                self.tell_presence();
            }
            SocketEvent::Received(bytes) => {
                self.heartbeat.heard(now());
                if let Ok(frame) = Frame::decode(&bytes)
                    && let Some((meeting, section)) = Section::parse_document_name(&frame.document)
                    && meeting == self.meeting.id
                    && let Some(line) = self.lines.get_mut(&section)
                {
                    let asks = line.handle(Input::Received(frame.message));
                    self.perform(section, asks);
                }
            }
            SocketEvent::Closed(code) => self.closed(Some(code)),
        }
        self.show_save_state();
    }

    /// The socket closed, or answers no more.
    fn closed(&mut self, code: Option<u16>) {
        self.socket = None;
        self.connected = false;
        self.everywhere(&Input::Disconnected);
        self.writers.clear();
        self.show_writers();
        if code == Some(CloseCode::Unauthorized.code()) {
            // The session ended while the page was open. Their own link, opened again in this browser, brings it back.
            set_if_new(self.meeting.state.signed_out, true);
            self.retry_later();
        } else if code.is_some_and(CloseCode::is_final) {
            self.ended = true;
            if code == Some(CloseCode::Removed.code()) {
                self.forget_unsaved();
                self.meeting.state.removed.set(true);
            }
        } else {
            if code.and_then(CloseCode::from_code).and_then(CloseCode::retry) == Some(Retry::Later) {
                self.heartbeat.slow_down();
            }
            self.retry_later();
        }
        self.show_save_state();
    }

    fn retry_later(&mut self) {
        if self.heartbeat.failures() % ASK_AFTER == ASK_AFTER - 1 {
            self.ask_whether_signed_in();
        }
        let wait = self.heartbeat.next_wait(js_sys::Math::random());
        self.retry = set_timeout_with_handle(|| with(Driver::connect), wait).ok();
    }

    /// A socket that is refused does not say why. If it is because the session ended, coming back
    /// again and again helps nobody, unless the link is opened again in this browser.
    fn ask_whether_signed_in(&self) {
        let (meeting, me, signed_out) = (self.meeting.id, self.meeting.me, self.meeting.state.signed_out);
        spawn_local(async move {
            let is_out = match read_people(meeting).await {
                Ok(now) => now.me != me,
                Err(error) => matches!(error, AppError::NotSignedIn | AppError::NotFound),
            };
            if is_out {
                set_if_new(signed_out, true);
            }
        });
    }

    pub(super) fn cancel_retry(&mut self) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }

    /// The network is back, or somebody looks at the page again: find out at once. A page that slept
    /// does not know how long, nor whether its socket lived through it.
    pub(super) fn hurry(&mut self) {
        self.heartbeat.forgive();
        if self.socket.is_none() {
            self.connect();
        } else if self.connected {
            let asked = now();
            if self.heartbeat.ask(asked) {
                self.ping();
            }
            let give_up = move || {
                with(|driver| {
                    if driver.connected && driver.heartbeat.is_silent_since(asked) {
                        driver.begin_again();
                    }
                });
            };
            set_timeout(give_up, heartbeat::HURRIED_ANSWER);
        }
    }

    /// This socket is worth nothing: another one, at once.
    pub(super) fn begin_again(&mut self) {
        self.heartbeat.forgive();
        self.closed(None);
        self.connect();
    }

    pub(super) fn tick(&mut self) {
        let now = now();
        let waits = self.lines.values().any(|line| !line.sync().is_saved());
        if self.socket.is_some() && self.heartbeat.is_dead(now) {
            self.closed(None);
        } else if self.connected && self.heartbeat.is_quiet(now, waits) && self.heartbeat.ask(now) {
            self.ping();
        }
        self.show_save_state();
    }

    fn ping(&self) {
        if let Some(section) = self.lines.keys().next() {
            self.send(*section, Message::Ping);
        }
    }

    pub(super) fn send(&self, section: Section, message: Message) {
        if let Some(socket) = &self.socket {
            socket.send(&Frame::new(section.document_name(self.meeting.id), message).encode());
        }
    }
}
