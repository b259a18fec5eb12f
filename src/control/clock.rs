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
    /// [`Clock::advance_seconds`] was to go where dates have five digits.
    #[error("{seconds} seconds from {now} on are behind 9999-12-31T23:59:59Z")]
    TooLate {
        /// The time that it was.
        now: Timestamp,
        /// How far it was to go.
        seconds: u32,
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
    pub fn now(&self) -> Timestamp {
        self.shown(self.advanced())
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
    ///
    /// ```
    /// use nova_images::{Clock, ClockError};
    ///
    /// let clock = Clock::parse("9999-12-31T23:59:00Z")?;
    /// clock.advance_seconds(59)?;
    /// assert!(matches!(clock.advance_seconds(60), Err(ClockError::TooLate { .. })));
    /// assert_eq!(clock.now().to_string(), "9999-12-31T23:59:59Z");
    /// # Ok::<(), ClockError>(())
    /// ```
    ///
    /// # Errors
    /// When the clock would show a year of five digits; then it stays as it is.
    pub fn advance_seconds(&self, seconds: u32) -> Result<(), ClockError> {
        let micros = i64::from(seconds) * 1_000_000;
        let mut now = Timestamp::MAX;
        let advanced = &self.0.advanced_micros;
        let moved = advanced.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |before| {
            now = self.shown(before);
            let room = Timestamp::MAX.micros().saturating_sub(now.micros());
            (micros <= room).then(|| before.saturating_add(micros))
        });
        match moved {
            Ok(_) => Ok(()),
            Err(_) => Err(ClockError::TooLate { now, seconds }),
        }
    }

    /// What it shows, advanced so far. A running clock stands still at the end of the year 9999.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn shown(&self, advanced_micros: i64) -> Timestamp {
        let base = self
            .0
            .frozen
            .unwrap_or_else(|| Timestamp::from_micros(chrono::Utc::now().timestamp_micros()));
        let micros = base.micros().saturating_add(advanced_micros);
        Timestamp::from_micros(micros).min(Timestamp::MAX)
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

#[cfg(test)]
mod tests {
    use super::{Clock, ClockError};
    use crate::domain::Timestamp;

    #[test]
    fn d13_a_clock_never_leaves_the_year_9999() {
        let clock = Clock::parse("2026-01-01T12:00:00Z").unwrap();
        let mut advanced = 0;
        while clock.advance_seconds(u32::MAX).is_ok() {
            advanced += 1;
        }
        let before = clock.now();
        assert_eq!(advanced, 58);
        let refused = clock.advance_seconds(u32::MAX).unwrap_err();
        assert_eq!(
            refused,
            ClockError::TooLate {
                now: before,
                seconds: u32::MAX
            }
        );
        assert_eq!(clock.now(), before);
        let room = (Timestamp::MAX.micros() - before.micros()) / 1_000_000;
        clock.advance_seconds(u32::try_from(room).unwrap()).unwrap();
        assert_eq!(clock.now().to_string(), "9999-12-31T23:59:59Z");
        clock.advance_seconds(0).unwrap();
        assert!(clock.advance_seconds(1).is_err());
    }

    #[test]
    fn d13_a_running_clock_does_not_either() {
        let clock = Clock::real();
        while clock.advance_seconds(u32::MAX).is_ok() {}
        let room = (Timestamp::MAX.micros() - clock.now().micros()) / 1_000_000;
        clock
            .advance_seconds(u32::try_from(room - 1).unwrap())
            .unwrap();
        assert!(clock.now().to_string().starts_with("9999-12-31T23:59:5"));
        assert!(clock.now() <= Timestamp::MAX);
    }
}
