//! The emulator's clock: the only place that asks the operating system for the time.

use crate::domain::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// A clock that runs with the machine's or stands still, and can be moved forward by hand.
///
/// Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<State>);

#[derive(Debug)]
struct State {
    /// The moment at which a frozen clock stands; a running one reads the system's.
    frozen: Option<Timestamp>,
    /// For durations of a running clock, which must not jump with the system's.
    started: Instant,
    advanced_micros: AtomicI64,
}

/// Why a clock does not do as it is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClockError {
    /// [`Clock::parse`] was given something else than a clock.
    #[error("{text:?} is neither `real` nor an RFC 3339 time such as 2026-01-01T12:00:00Z")]
    NoTime {
        /// What it was given.
        text: String,
    },
}

impl Clock {
    /// The machine's time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn real() -> Self {
        Self::with(None, Instant::now())
    }

    /// Always the given moment, until advanced.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn frozen(at: Timestamp) -> Self {
        Self::with(Some(at), Instant::now())
    }

    /// Reads `real` or an RFC 3339 time, as `--clock` takes it.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn parse(text: &str) -> Result<Self, ClockError> {
        if text == "real" {
            return Ok(Self::real());
        }
        Timestamp::parse_rfc3339(text)
            .map(Self::frozen)
            .ok_or_else(|| ClockError::NoTime {
                text: text.to_owned(),
            })
    }

    /// The current moment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        let base = self
            .0
            .frozen
            .unwrap_or_else(|| Timestamp::from_micros(chrono::Utc::now().timestamp_micros()));
        Timestamp::from_micros(base.micros().saturating_add(self.advanced()))
    }

    /// Microseconds since the clock was made, on a scale that never runs backwards.
    #[must_use]
    pub fn monotonic_micros(&self) -> i64 {
        let ran = if self.0.frozen.is_some() {
            0
        } else {
            self.0.started.elapsed().as_micros()
        };
        i64::try_from(ran)
            .unwrap_or(i64::MAX)
            .saturating_add(self.advanced())
    }

    /// Lets time pass.
    pub fn advance_seconds(&self, seconds: u32) {
        self.0
            .advanced_micros
            .fetch_add(i64::from(seconds) * 1_000_000, Ordering::SeqCst);
    }

    fn advanced(&self) -> i64 {
        self.0.advanced_micros.load(Ordering::SeqCst)
    }

    fn with(frozen: Option<Timestamp>, started: Instant) -> Self {
        Self(Arc::new(State {
            frozen,
            started,
            advanced_micros: AtomicI64::new(0),
        }))
    }
}
