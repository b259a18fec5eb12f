//! How a reply goes over the wire when it does not go as usual: what is done to the bytes that the
//! web framework writes, on the connection itself.
//!
//! Every unusual way ends the connection, so what is written from an order on is one reply.

use super::beside::Beside;
use super::flow::Flow;
use crate::http::Wire;
use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use bytes::{Buf as _, Bytes};
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
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
pub struct Order {
    wire: Rc<RefCell<Option<Wire>>>,
    course: Rc<Course>,
    beside: Beside,
}

/// What is known of the requests of a connection, and which side ends it.
#[derive(Debug, Default)]
struct Course {
    /// How many have had their turn.
    turns: Cell<u64>,
    /// Whether nothing more is read, and the connection ends behind what is written.
    is_last: Cell<bool>,
    /// Whether nothing more comes from the client.
    is_left: Cell<bool>,
}

impl Order {
    /// Sends in this way all that is written from now on.
    pub fn place(&self, wire: Wire) {
        self.wire.replace(Some(wire));
    }

    /// The way past the web framework for the body of a reply whose head is written next.
    pub fn beside(&self) -> &Beside {
        &self.beside
    }

    /// Another request has its turn.
    pub fn take_turn(&self) {
        let turns = &self.course.turns;
        turns.set(turns.get() + 1);
    }

    /// How many requests have had their turn.
    pub fn turns(&self) -> u64 {
        self.course.turns.get()
    }

    /// Ends the connection behind the reply that is written next. The web framework would wait for
    /// the rest of a body that comes in chunks.
    pub fn end(&self) {
        self.course.is_last.set(true);
    }

    /// Whether the connection ends.
    pub fn is_last(&self) -> bool {
        self.course.is_last.get()
    }

    /// The client has said that nothing more comes.
    pub fn leave(&self) {
        self.course.is_left.set(true);
    }

    /// Whether the client has hung up, or at least says nothing more. The task of the connection, which its
    /// requests are answered in, is woken when that changes.
    pub fn is_left(&self) -> bool {
        self.course.is_left.get()
    }

    fn take(&self) -> Option<Wire> {
        self.wire.borrow_mut().take()
    }
}

/// The writing side of a connection.
#[derive(Debug)]
pub struct Output {
    order: Order,
    way: Way,
    flow: Flow,
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
    /// To a client that has to read, as [`Flow`] measures it over a window of this length.
    pub fn new(patience: Duration) -> Self {
        Self {
            order: Order::default(),
            way: Way::default(),
            flow: Flow::new(patience),
        }
    }

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
        if self.order.is_last() {
            // Whoever reads is to see that there is no more.
            context.waker().wake_by_ref();
        }
        let flow = &mut self.flow;
        match &mut self.way {
            Way::Straight if self.order.beside.is_empty() => write(stream, flow, context, bytes),
            Way::Straight => write_both(stream, flow, context, bytes, &self.order.beside),
            Way::Paced(pace) => pace.poll_write(stream, flow, context, bytes),
            Way::Cut(cut) => {
                let length = cut.allowed(bytes);
                if length == 0 {
                    return self.poll_end(stream, context);
                }
                let written = ready!(write(
                    stream,
                    flow,
                    context,
                    bytes.get(..length).unwrap_or(bytes)
                ))?;
                cut.passed(bytes.get(..written).unwrap_or(bytes));
                Poll::Ready(Ok(written))
            }
            Way::Instead(raw) => {
                while !raw.is_empty() {
                    let written = ready!(write(stream, flow, context, raw))?;
                    raw.advance(written);
                }
                self.poll_end(stream, context)
            }
            Way::Over(kind) => Poll::Ready(Err((*kind).into())),
        }
    }

    /// Writes what is left of a body beside its head.
    pub fn poll_rest(
        &mut self,
        stream: &mut TcpStream,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let beside = &self.order.beside;
        if beside.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while !beside.is_empty() {
            ready!(write_both(stream, &mut self.flow, context, &[], beside))?;
        }
        // Whoever has sent it is to see that it is written.
        context.waker().wake_by_ref();
        Poll::Ready(Ok(()))
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
        flow: &mut Flow,
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
        let bytes = bytes.get(..length).unwrap_or(bytes);
        let written = ready!(write(stream, flow, context, bytes))?;
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

/// Writes what the client's side takes; an error once it has taken next to nothing for too long.
fn write(
    stream: &mut TcpStream,
    flow: &mut Flow,
    context: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    use actix_codec::AsyncWrite as _;
    let polled = Pin::new(stream).poll_write(context, bytes);
    watch(flow, context, bytes.len(), polled)
}

/// The same, of a head and the body beside it in one go. What is written of the head is told.
fn write_both(
    stream: &mut TcpStream,
    flow: &mut Flow,
    context: &mut Context<'_>,
    head: &[u8],
    beside: &Beside,
) -> Poll<io::Result<usize>> {
    use actix_codec::AsyncWrite as _;
    beside.write(|body| {
        let both = [IoSlice::new(head), IoSlice::new(body)];
        let polled = Pin::new(stream).poll_write_vectored(context, &both);
        let written = ready!(watch(flow, context, head.len() + body.len(), polled))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        let of_head = written.min(head.len());
        body.advance(written - of_head);
        Poll::Ready(Ok(of_head))
    })
}

/// Looks at what became of writing so many bytes.
fn watch(
    flow: &mut Flow,
    context: &mut Context<'_>,
    bytes: usize,
    polled: Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let Poll::Ready(written) = polled else {
        let stalled = flow.poll_stalled(context);
        return stalled.map(|()| Err(io::ErrorKind::TimedOut.into()));
    };
    match &written {
        Ok(written) if *written < bytes => flow.moved(*written),
        // All is written: what comes next may take its time.
        _ => flow.rest(),
    }
    Poll::Ready(written)
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
