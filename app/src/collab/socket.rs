//! One WebSocket of the browser. It goes, without another word, when it is dropped.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::listener::Listener;

pub(super) struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

pub(super) enum SocketEvent {
    Opened,
    Received(Vec<u8>),
    /// With the close code.
    Closed(u16),
}

impl Socket {
    /// Connects to a path of this page’s own server.
    pub(super) fn connect(path: &str, on: impl Fn(SocketEvent) + Clone + 'static) -> Result<Self, JsValue> {
        let location = window().location();
        let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host()?))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (opened, received, closed) = (on.clone(), on.clone(), on);
        let listeners = [
            Listener::new(&socket, "open", move |_| opened(SocketEvent::Opened)),
            Listener::new(&socket, "message", move |event| {
                let data = event.unchecked_into::<MessageEvent>().data();
                // The server speaks binary; a text frame is nothing of ours.
                if let Ok(buffer) = data.dyn_into::<ArrayBuffer>() {
                    received(SocketEvent::Received(Uint8Array::new(&buffer).to_vec()));
                }
            }),
            Listener::new(&socket, "close", move |event| {
                closed(SocketEvent::Closed(event.unchecked_into::<CloseEvent>().code()));
            }),
        ];
        Ok(Self { socket, _listeners: listeners })
    }

    /// Does nothing on a socket that is not open: what it would have carried is sent again by state
    /// vector after the next one opens.
    pub(super) fn send(&self, frame: &[u8]) {
        let _ = self.socket.send_with_u8_array(frame);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}
