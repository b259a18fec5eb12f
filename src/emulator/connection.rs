//! A connection that lets clients send what browsers and scripts really send.
//!
//! The web framework refuses request targets with bytes that RFC 3986 wants
//! escaped. The real services take them. So such bytes are escaped on their way
//! in, in request lines only: `request_lines` knows which bytes those are. It also
//! leaves out the second end of a chunked body, which would end the connection.

use super::doorman::Ticket;
use super::output::{Order, Output};
use super::request_lines::RequestLines;
use actix_codec::{AsyncRead, AsyncWrite, ReadBuf};
use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// How many requests the web framework lets wait behind the one that is answered. What comes behind them it reads,
/// but takes up only when it is woken.
const MOST_WAITING: u64 = 16;

/// What a connection tells the requests that come over it.
#[derive(Clone, Debug)]
pub struct ConnectionFacts {
    /// The address that the client connected to.
    pub local: Option<SocketAddr>,
    /// How a reply goes over the wire.
    pub order: Order,
    /// Whether there are more connections than places, and this is one too many.
    pub is_beyond: bool,
}

/// A TCP connection whose request lines are tidied.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    output: Output,
    facts: ConnectionFacts,
    lines: RequestLines,
    /// Tidied bytes that did not fit into the reader's buffer.
    pending: Bytes,
    /// Whether something was read while the web framework takes nothing up.
    is_behind: bool,
    ticket: Ticket,
}

impl Connection {
    /// Wraps a fresh connection, whose client has to read what it is sent.
    pub fn new(stream: TcpStream, ticket: Ticket, patience: Duration) -> Self {
        let output = Output::new(patience);
        let facts = ConnectionFacts {
            local: stream.local_addr().ok(),
            order: output.order(),
            is_beyond: ticket.is_beyond(),
        };
        Self {
            output,
            stream,
            facts,
            lines: RequestLines::new(),
            pending: Bytes::new(),
            is_behind: false,
            ticket,
        }
    }

    /// What its requests may know.
    pub fn facts(&self) -> ConnectionFacts {
        self.facts.clone()
    }

    /// Reads what the client has sent; where it has to be tidied, into `pending`.
    fn poll_stream(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        loop {
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            let read = buffer.filled().get(before..).unwrap_or_default();
            if read.is_empty() {
                if buffer.remaining() > 0 {
                    self.facts.order.leave();
                    self.pending = Bytes::from_static(self.lines.end());
                }
                return Poll::Ready(Ok(()));
            }
            let Cow::Owned(tidied) = self.lines.tidy(read) else {
                return Poll::Ready(Ok(()));
            };
            buffer.set_filled(before);
            // To have read nothing would say that nothing more comes.
            if !tidied.is_empty() {
                self.pending = Bytes::from(tidied);
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Whether as many requests wait as may.
    fn is_full(&self) -> bool {
        self.lines.begun().saturating_sub(self.facts.order.turns()) >= MOST_WAITING
    }

    /// Has the web framework look again at what it has read, behind an answer: by itself it would not before
    /// more comes.
    fn catch_up(&mut self, context: &Context<'_>) {
        if self.is_behind {
            self.is_behind = self.is_full();
            context.waker().wake_by_ref();
        }
    }

    /// Hands over as much of `pending` as there is room for.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let length = buffer.remaining().min(self.pending.len());
        buffer.put_slice(&self.pending.split_to(length));
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ticket.is_told_to_go(context) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if self.facts.order.is_last() {
            return Poll::Ready(Ok(()));
        }
        let is_full = self.is_full();
        if self.pending.is_empty() {
            ready!(self.poll_stream(context, buffer))?;
        }
        self.is_behind |= is_full;
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
        let Self { stream, output, .. } = &mut *self;
        let written = ready!(output.poll_write(stream, context, bytes))?;
        self.catch_up(context);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, output, .. } = &mut *self;
        ready!(output.poll_rest(stream, context))?;
        Pin::new(stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
