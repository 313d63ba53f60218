//! A socket in the hands of somebody who keeps no rules: every byte is theirs.

use std::{cell::Cell, io, rc::Rc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, tcp::OwnedWriteHalf},
    task::AbortHandle,
    time::timeout,
};

use crate::{
    edit::uint,
    target::{Room, Server},
};

pub(crate) const BINARY: u8 = 2;

/// A server that does not read any more is as good as one that hung up.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Attacker {
    write: OwnedWriteHalf,
    document: String,
    closed: Rc<Cell<bool>>,
    reading: Option<AbortHandle>,
    _unread: Option<tokio::net::tcp::OwnedReadHalf>,
}

impl Attacker {
    /// Comes in as somebody who may, opens the document, and asks for it.
    pub(crate) async fn enter(server: &Server, room: &Room, seat: usize) -> io::Result<Self> {
        let mut attacker = Self::dial(server, room, seat, true).await?;
        attacker.say(&[2, 0, 1, b'x']).await?;
        attacker.say(&[0, 0, 1, 0]).await?;
        Ok(attacker)
    }

    /// The same, and then never reads again.
    pub(crate) async fn enter_and_sleep(server: &Server, room: &Room, seat: usize) -> io::Result<Self> {
        let mut attacker = Self::dial(server, room, seat, false).await?;
        attacker.say(&[2, 0, 1, b'x']).await?;
        attacker.say(&[0, 0, 1, 0]).await?;
        Ok(attacker)
    }

    async fn dial(server: &Server, room: &Room, seat: usize, reads: bool) -> io::Result<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            server.path(),
            room.cookie(seat),
            port = server.port
        );
        stream.write_all(request.as_bytes()).await?;
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(PATIENCE, stream.read_u8()).await??);
        }
        if !head.starts_with(b"HTTP/1.1 101") {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (mut read, write) = stream.into_split();
        let closed = Rc::new(Cell::new(false));
        let (reading, unread) = if reads {
            let closed = closed.clone();
            let drain = async move {
                let mut bytes = vec![0; 16 * 1024];
                while read.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
                closed.set(true);
            };
            (Some(tokio::task::spawn_local(drain).abort_handle()), None)
        } else {
            (None, Some(read))
        };
        Ok(Self { write, document: room.document.clone(), closed, reading, _unread: unread })
    }

    /// A message for the document, in a good frame.
    pub(crate) async fn say(&mut self, body: &[u8]) -> io::Result<()> {
        let mut message = vec![];
        uint(&mut message, self.document.len() as u64);
        message.extend(self.document.as_bytes());
        message.extend(body);
        self.send(&frame(BINARY, &message)).await
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = match timeout(PATIENCE, self.write.write_all(bytes)).await {
            Ok(sent) => sent,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        if sent.is_err() {
            self.closed.set(true);
        }
        sent
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }
}

impl Drop for Attacker {
    fn drop(&mut self) {
        if let Some(reading) = &self.reading {
            reading.abort();
        }
    }
}

/// A WebSocket frame as a client sends it. Its mask is all zeros, which is allowed and changes nothing.
pub(crate) fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x80 | opcode];
    match payload.len() {
        short @ 0..126 => out.push(0x80 | short as u8),
        long @ 126..0x1_0000 => {
            out.push(0x80 | 126);
            out.extend((long as u16).to_be_bytes());
        }
        longer => {
            out.push(0x80 | 127);
            out.extend((longer as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(payload);
    out
}

/// The body of an update message.
pub(crate) fn update(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 2];
    uint(&mut out, bytes.len() as u64);
    out.extend(bytes);
    out
}

/// The body of an awareness message.
pub(crate) fn awareness(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![1];
    uint(&mut out, bytes.len() as u64);
    out.extend(bytes);
    out
}
