//! A connection that lets clients send what browsers and scripts really send.
//!
//! The web framework refuses request targets with bytes that RFC 3986 wants
//! escaped. The real services take them. So such bytes are escaped on their way
//! in, in the request line only.

use super::output::{Order, Output};
use actix_codec::{AsyncRead, AsyncWrite, ReadBuf};
use actix_web::rt::net::TcpStream;
use bytes::{Buf as _, BytesMut};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// What a connection tells the requests that come over it.
#[derive(Clone, Debug)]
pub struct ConnectionFacts {
    /// The address that the client connected to.
    pub local: Option<SocketAddr>,
    /// How a reply goes over the wire.
    pub order: Order,
}

/// Where in a request the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In front of a request.
    Start,
    /// In its first line.
    Line,
    /// Among headers and body, which go through as they are.
    Behind,
}

/// A TCP connection whose request lines are tidied.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    output: Output,
    facts: ConnectionFacts,
    /// Tidied bytes that did not fit into the reader's buffer.
    pending: BytesMut,
    place: Place,
}

impl Connection {
    /// Wraps a fresh connection.
    pub fn new(stream: TcpStream) -> Self {
        let output = Output::default();
        let facts = ConnectionFacts {
            local: stream.local_addr().ok(),
            order: output.order(),
        };
        Self {
            output,
            stream,
            facts,
            pending: BytesMut::new(),
            place: Place::Start,
        }
    }

    /// What its requests may know.
    pub fn facts(&self) -> ConnectionFacts {
        self.facts.clone()
    }

    /// Appends `bytes` to `pending`, with the request line among them tidied.
    fn tidy(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let (Place::Start | Place::Line, Some((byte, after))) =
            (self.place, rest.split_first())
        {
            rest = after;
            match byte {
                b'"' | b'<' | b'>' | b'`' | 0x80.. if self.place == Place::Line => {
                    self.pending
                        .extend_from_slice(format!("%{byte:02X}").as_bytes());
                }
                plain => self.pending.extend_from_slice(&[*plain]),
            }
            self.place = match (self.place, byte) {
                // A method begins with a letter: anything else is no request line.
                (Place::Start, b'A'..=b'Z') => Place::Line,
                (Place::Start, b'\r' | b'\n') => Place::Start,
                (Place::Start, _) | (Place::Line, b'\n') => Place::Behind,
                (place, _) => place,
            };
        }
        self.pending.extend_from_slice(rest);
    }

    /// Whether bytes can go through untouched: the usual case.
    fn passes(&mut self, bytes: &[u8]) -> bool {
        if self.place == Place::Behind {
            return true;
        }
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
            return false;
        };
        let line = bytes.get(..end).unwrap_or(bytes);
        // What http's URI parser refuses and the recorded servers do not.
        let plain = |byte: &u8| byte.is_ascii() && !matches!(byte, b'"' | b'<' | b'>' | b'`');
        let passes = self.place == Place::Start && line.len() > 1 && line.iter().all(plain);
        if passes {
            self.place = Place::Behind;
        }
        passes
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
        if self.place == Place::Behind {
            self.place = Place::Start;
        }
        let Self { stream, output, .. } = &mut *self;
        output.poll_write(stream, context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
