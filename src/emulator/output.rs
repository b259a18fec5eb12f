//! How a reply goes over the wire when it does not go as usual: what is done to the bytes that the
//! web framework writes, on the connection itself.
//!
//! Every unusual way ends the connection, so what is written from an order on is one reply.

use crate::http::Wire;
use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use bytes::{Buf as _, Bytes};
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// What ends a head.
const HEAD_END: &[u8] = b"\r\n\r\n";

/// How often a paced reply goes on.
const TICKS_A_SECOND: u32 = 20;

/// Where a reply leaves word of how it wants to be sent.
#[derive(Clone, Debug, Default)]
pub struct Order(Rc<RefCell<Option<Wire>>>);

impl Order {
    /// Sends in this way all that is written from now on.
    pub fn place(&self, wire: Wire) {
        self.0.replace(Some(wire));
    }

    fn take(&self) -> Option<Wire> {
        self.0.borrow_mut().take()
    }
}

/// The writing side of a connection.
#[derive(Debug, Default)]
pub struct Output {
    order: Order,
    way: Way,
}

/// What is done with what is to be written.
#[derive(Debug, Default)]
enum Way {
    /// It is written.
    #[default]
    Straight,
    /// So much of it a tick.
    Paced(Pace),
    /// Its head, and of its body what is left to be written.
    Cut(Cut),
    /// This is written in its place.
    Instead(Bytes),
    /// Nothing any more.
    Over(io::ErrorKind),
}

#[derive(Debug)]
struct Pace {
    bytes_a_tick: usize,
    tick: Duration,
    left: usize,
    /// When the next tick begins.
    next: Pin<Box<Sleep>>,
}

#[derive(Debug)]
struct Cut {
    /// How much of [`HEAD_END`] has been seen at the end of what was written.
    seen: usize,
    body_left: u64,
}

impl Output {
    /// Where replies leave their orders.
    pub fn order(&self) -> Order {
        self.order.clone()
    }

    /// Writes, in the way that was ordered.
    pub fn poll_write(
        &mut self,
        stream: &mut TcpStream,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(wire) = self.order.take() {
            self.way = Way::of(wire, stream);
        }
        match &mut self.way {
            Way::Straight => write(stream, context, bytes),
            Way::Paced(pace) => pace.poll_write(stream, context, bytes),
            Way::Cut(cut) => {
                let length = cut.allowed(bytes);
                if length == 0 {
                    return self.poll_end(stream, context);
                }
                let written = ready!(write(stream, context, bytes.get(..length).unwrap_or(bytes)))?;
                cut.passed(bytes.get(..written).unwrap_or(bytes));
                Poll::Ready(Ok(written))
            }
            Way::Instead(raw) => {
                while !raw.is_empty() {
                    let written = ready!(write(stream, context, raw))?;
                    raw.advance(written);
                }
                self.poll_end(stream, context)
            }
            Way::Over(kind) => Poll::Ready(Err((*kind).into())),
        }
    }

    /// Says goodbye as TCP does, and lets nothing follow.
    fn poll_end(
        &mut self,
        stream: &mut TcpStream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        use actix_codec::AsyncWrite as _;
        ready!(Pin::new(stream).poll_shutdown(context))?;
        self.way = Way::Over(io::ErrorKind::BrokenPipe);
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }
}

impl Way {
    fn of(wire: Wire, stream: &TcpStream) -> Self {
        match wire {
            Wire::Normal => Self::Straight,
            Wire::Paced(bytes_a_second) => Self::Paced(Pace::new(bytes_a_second)),
            Wire::CutAfter(body_left) => Self::Cut(Cut { seen: 0, body_left }),
            Wire::Raw(bytes) => Self::Instead(bytes),
            Wire::Reset => {
                // What cannot be set leaves an orderly end, which is the next best.
                _ = stream.set_zero_linger();
                Self::Over(io::ErrorKind::ConnectionReset)
            }
        }
    }
}

impl Pace {
    fn new(bytes_a_second: u32) -> Self {
        let rate = bytes_a_second.max(1);
        let bytes_a_tick = (rate / TICKS_A_SECOND).max(1);
        let tick = Duration::from_secs(1) * bytes_a_tick / rate;
        let bytes_a_tick = usize::try_from(bytes_a_tick).unwrap_or(usize::MAX);
        Self {
            bytes_a_tick,
            tick,
            left: bytes_a_tick,
            next: Box::pin(actix_web::rt::time::sleep(tick)),
        }
    }

    fn poll_write(
        &mut self,
        stream: &mut TcpStream,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.left == 0 {
            ready!(self.next.as_mut().poll(context));
            let next: Instant = self.next.deadline() + self.tick;
            self.next = Box::pin(sleep_until(next));
            self.left = self.bytes_a_tick;
        }
        let length = bytes.len().min(self.left);
        let written = ready!(write(stream, context, bytes.get(..length).unwrap_or(bytes)))?;
        self.left -= written;
        Poll::Ready(Ok(written))
    }
}

impl Cut {
    /// How many of these bytes may be written.
    fn allowed(&self, bytes: &[u8]) -> usize {
        let (head, _) = self.head_part(bytes);
        let body = usize::try_from(self.body_left).unwrap_or(usize::MAX);
        bytes.len().min(head.saturating_add(body))
    }

    /// Counts bytes that were written.
    fn passed(&mut self, bytes: &[u8]) {
        let (head, seen) = self.head_part(bytes);
        self.seen = seen;
        self.body_left -= (bytes.len() - head) as u64;
    }

    /// How many of these bytes belong to the head, and how much of its end has been seen behind them.
    fn head_part(&self, bytes: &[u8]) -> (usize, usize) {
        let mut seen = self.seen;
        for (place, byte) in bytes.iter().enumerate() {
            if seen == HEAD_END.len() {
                return (place, seen);
            }
            seen = match HEAD_END.get(seen) {
                Some(wanted) if wanted == byte => seen + 1,
                _ => usize::from(*byte == b'\r'),
            };
        }
        (bytes.len(), seen)
    }
}

fn write(
    stream: &mut TcpStream,
    context: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    use actix_codec::AsyncWrite as _;
    Pin::new(stream).poll_write(context, bytes)
}

#[cfg(test)]
mod tests {
    use super::Cut;

    /// What of a reply, written in pieces of a size, gets through.
    fn through(reply: &[u8], piece: usize, body_left: u64) -> Vec<u8> {
        let mut cut = Cut { seen: 0, body_left };
        let mut out = Vec::new();
        for bytes in reply.chunks(piece) {
            let allowed = &bytes[..cut.allowed(bytes)];
            cut.passed(allowed);
            out.extend_from_slice(allowed);
        }
        out
    }

    #[test]
    fn the_head_and_so_much_of_the_body() {
        let reply = b"HTTP/1.1 200 OK\r\nx: \r\r\n\r\n\r\nbody\r\n\r\nmore";
        let head = reply
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap()
            + 4;
        for piece in 1..reply.len() {
            for left in 0..20 {
                let end = reply.len().min(head + left);
                assert_eq!(
                    through(reply, piece, left as u64),
                    reply[..end],
                    "{piece} {left}"
                );
            }
        }
    }
}
