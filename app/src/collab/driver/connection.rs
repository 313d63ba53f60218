//! The socket’s life: connecting, noticing that it is gone, and coming back.

use leptos::prelude::*;
use shared::{
    Section,
    protocol::{CloseCode, Frame, Message},
    sync::Input,
};

use super::{Driver, now, with};
use crate::collab::{
    heartbeat::Heartbeat,
    socket::{Socket, SocketEvent},
};

impl Driver {
    pub(super) fn connect(&mut self) {
        self.cancel_retry();
        if self.ended {
            return;
        }
        self.heartbeat.heard(now());
        match Socket::connect("/live", |event| with(|driver| driver.socket_event(event))) {
            Ok(socket) => self.socket = Some(socket),
            Err(_) => self.retry_later(),
        }
    }

    fn socket_event(&mut self, event: SocketEvent) {
        match event {
            SocketEvent::Opened => {
                self.connected = true;
                self.heartbeat.heard(now());
                self.everywhere(&Input::Connected);
                self.own.forget_said();
                self.tell_presence();
            }
            SocketEvent::Received(bytes) => {
                self.heartbeat.received(now());
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
        if code.is_some_and(CloseCode::is_final) {
            self.ended = true;
            if code == Some(CloseCode::Removed.code()) {
                self.meeting.state.removed.set(true);
            }
        } else {
            self.retry_later();
        }
        self.show_save_state();
    }

    fn retry_later(&mut self) {
        let wait = self.heartbeat.next_wait(js_sys::Math::random());
        self.retry = set_timeout_with_handle(|| with(Driver::connect), wait).ok();
    }

    pub(super) fn cancel_retry(&mut self) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }

    /// The network is back, or somebody looks at the page again: find out at once.
    pub(super) fn hurry(&mut self) {
        if self.socket.is_none() {
            self.heartbeat = Heartbeat::default();
            self.connect();
        } else if self.connected && self.heartbeat.ask(now()) {
            self.ping();
        }
    }

    pub(super) fn tick(&mut self) {
        let now = now();
        if self.socket.is_some() && self.heartbeat.is_dead(now) {
            self.closed(None);
        } else if self.connected && self.heartbeat.is_quiet(now) && self.heartbeat.ask(now) {
            self.ping();
        }
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
