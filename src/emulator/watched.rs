//! Answers that are sent as they are made, seen until they end.

use crate::control::SpaceJournal;
use crate::control::journal::{End, Record};
use crate::domain::instant;
use crate::http::{CutOff, ReplyStream};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

/// An entry of which only the end of the answer is missing.
pub struct Pending {
    /// Where it goes.
    pub journal: SpaceJournal,
    /// When it began, in real time.
    pub started: Instant,
    /// What there is of it.
    pub record: Record,
}

/// How long something took, in microseconds.
pub fn micros(started: Instant, ended: Instant) -> u64 {
    let took = ended.saturating_duration_since(started).as_micros();
    u64::try_from(took).unwrap_or(u64::MAX)
}

/// The body of an answer. Dropped before its end, it was cut off.
pub struct Watched {
    stream: ReplyStream,
    /// How many bytes it has, where this was said beforehand.
    length: Option<u64>,
    beginning: Vec<u8>,
    bytes: u64,
    pending: Option<Pending>,
}

impl Watched {
    /// A stream, whose end closes the entry.
    pub fn around(stream: ReplyStream, length: Option<u64>, pending: Pending) -> ReplyStream {
        let watched = Self {
            stream,
            length,
            beginning: Vec::new(),
            bytes: 0,
            pending: Some(pending),
        };
        watched.boxed()
    }

    fn saw(&mut self, bytes: &Bytes) {
        let Some(pending) = &self.pending else {
            return;
        };
        self.bytes += bytes.len() as u64;
        let room = pending
            .journal
            .body_bytes()
            .saturating_sub(self.beginning.len());
        let kept = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.beginning.extend_from_slice(kept);
        // Whoever has read the last byte finds the entry.
        if self.length.is_some_and(|length| self.bytes >= length) {
            self.close(true);
        }
    }

    fn close(&mut self, is_whole: bool) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let Pending {
            journal,
            started,
            mut record,
        } = pending;
        record.micros = micros(started, instant());
        let answered = &mut record.answered;
        if !is_whole {
            answered.end = End::Cut;
        }
        let beginning = std::mem::take(&mut self.beginning);
        answered.body = Bytes::from(beginning.into_boxed_slice());
        answered.body_bytes = self.bytes;
        journal.put(record);
    }
}

impl Stream for Watched {
    type Item = Result<Bytes, CutOff>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = ready!(self.stream.poll_next_unpin(context));
        match &polled {
            Some(Ok(bytes)) => self.saw(bytes),
            Some(Err(_)) => self.close(false),
            None => self.close(true),
        }
        Poll::Ready(polled)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // One of no bytes is never asked for any.
        self.close(self.length == Some(self.bytes));
    }
}
