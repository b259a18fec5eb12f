//! Whether a stream still moves: whoever waits for the other side asks here for how long.

use actix_web::rt::time::{Sleep, sleep};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Parts of a window; one goes as the next comes.
const SLOTS: usize = 30;

/// Counts what moved in the last moments of waiting.
pub struct Flow {
    window: Duration,
    slots: [u64; SLOTS],
    at: usize,
    /// Slots that went by, as far as that matters.
    passed: usize,
    /// When the next slot begins; nothing unless somebody waits.
    next: Option<Pin<Box<Sleep>>>,
}

impl Flow {
    /// Of a stream that has to move 1 kB/s over any window of this length.
    pub fn new(window: Duration) -> Self {
        Self {
            window,
            slots: [0; SLOTS],
            at: 0,
            passed: 0,
            next: None,
        }
    }

    /// So many bytes moved.
    pub fn moved(&mut self, bytes: usize) {
        if let Some(slot) = self.slots.get_mut(self.at) {
            *slot += bytes as u64;
        }
    }

    /// Nobody waits any more: what comes next is counted anew.
    pub fn rest(&mut self) {
        if self.next.take().is_some() {
            *self = Self::new(self.window);
        }
    }

    /// Asked by whoever waits; ready when too little has moved over a whole window.
    ///
    /// A slot ends when it is asked for, not when its time is over: time in which nobody waited is
    /// no fault of the other side.
    pub fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let slot = self.window / u32::try_from(SLOTS).unwrap_or(1);
        loop {
            let next = self.next.get_or_insert_with(|| Box::pin(sleep(slot)));
            ready!(next.as_mut().poll(context));
            self.next = None;
            self.passed = (self.passed + 1).min(SLOTS);
            let moved: u64 = self.slots.iter().sum();
            // A byte a millisecond is 1 kB/s.
            if self.passed == SLOTS && u128::from(moved) < self.window.as_millis() {
                return Poll::Ready(());
            }
            self.at = (self.at + 1) % SLOTS;
            if let Some(slot) = self.slots.get_mut(self.at) {
                *slot = 0;
            }
        }
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flow").field(&self.window).finish()
    }
}
