//! A connection that lets clients send what browsers and scripts really send.
//!
//! The web framework refuses request targets with bytes that RFC 3986 wants
//! escaped. The real services take them. So such bytes are escaped on their way
//! in, in the request line only, and the target as it was sent is kept for
//! facades that show it again.

use actix_codec::{AsyncRead, AsyncWrite, ReadBuf};
use actix_web::rt::net::TcpStream;
use bytes::{Buf as _, BytesMut};
use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// Longest request line that is remembered.
const MOST_LINE_BYTES: usize = 128 * 1024;

/// What a connection tells the requests that come over it.
#[derive(Clone, Debug)]
pub struct ConnectionFacts {
    /// The address that the client connected to.
    pub local: Option<SocketAddr>,
    /// The request line that came last, as it was sent, when something in it was escaped.
    line: Rc<RefCell<Option<Vec<u8>>>>,
}

impl ConnectionFacts {
    /// The target as it was sent, when that is not what the web framework saw.
    pub fn sent_target(&self) -> Option<Vec<u8>> {
        let line = self.line.borrow();
        let mut words = line.as_deref()?.split(|byte| *byte == b' ');
        words.nth(1).map(<[u8]>::to_vec)
    }
}

/// A TCP connection whose request lines are tidied.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    facts: ConnectionFacts,
    /// Tidied bytes that did not fit into the reader's buffer.
    pending: BytesMut,
    /// The request line under way; nothing while headers and body go by.
    line: Option<Vec<u8>>,
    escaped: bool,
}

impl Connection {
    /// Wraps a fresh connection.
    pub fn new(stream: TcpStream) -> Self {
        let facts = ConnectionFacts {
            local: stream.local_addr().ok(),
            line: Rc::default(),
        };
        Self {
            stream,
            facts,
            pending: BytesMut::new(),
            line: Some(Vec::new()),
            escaped: false,
        }
    }

    /// What its requests may know.
    pub fn facts(&self) -> &ConnectionFacts {
        &self.facts
    }

    /// Appends `bytes` to `pending`, with the request line among them tidied.
    fn tidy(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let (Some(line), Some((byte, after))) = (&mut self.line, rest.split_first()) {
            rest = after;
            match byte {
                b'\n' => {
                    self.pending.extend_from_slice(b"\n");
                    let sent = std::mem::take(&mut self.escaped).then(|| std::mem::take(line));
                    *self.facts.line.borrow_mut() = sent;
                    self.line = None;
                    break;
                }
                // What http's URI parser refuses and the recorded servers do not.
                b'"' | b'<' | b'>' | b'`' | 0x80.. => {
                    self.escaped = true;
                    self.pending
                        .extend_from_slice(format!("%{byte:02X}").as_bytes());
                }
                plain => self.pending.extend_from_slice(&[*plain]),
            }
            if line.len() < MOST_LINE_BYTES {
                line.push(*byte);
            }
            // A method begins with a letter: anything else is no request line.
            if line
                .first()
                .is_some_and(|first| !first.is_ascii_uppercase() && *first != b'\r')
            {
                self.line = None;
            }
        }
        self.pending.extend_from_slice(rest);
    }

    /// Whether bytes can go through untouched: the usual case.
    fn passes(&mut self, bytes: &[u8]) -> bool {
        if self.line.is_none() {
            return true;
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
        let plain = |byte: &u8| byte.is_ascii() && !matches!(byte, b'"' | b'<' | b'>' | b'`');
        let whole = self.line.as_ref().is_some_and(Vec::is_empty) && end.is_some();
        if whole && line.iter().all(plain) {
            self.line = None;
            *self.facts.line.borrow_mut() = None;
            return true;
        }
        false
    }

    fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let length = buffer.remaining().min(self.pending.len());
        buffer.put_slice(self.pending.get(..length).unwrap_or_default());
        self.pending.advance(length);
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.pending.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            let read = buffer.filled().get(before..).unwrap_or_default();
            if read.is_empty() || self.passes(read) {
                return Poll::Ready(Ok(()));
            }
            let read = read.to_vec();
            buffer.set_filled(before);
            self.tidy(&read);
        }
        self.give(buffer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // An answer is on its way: what comes next is the next request.
        if self.line.is_none() {
            self.line = Some(Vec::new());
            self.escaped = false;
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
