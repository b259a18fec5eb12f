//! The emulator's clock: the only place that asks the operating system for the time.

use crate::domain::{Timestamp, instant};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A clock that runs with the machine's or stands still, and can be set and moved by hand.
///
/// Clones show the same time, and are moved together.
///
/// ```
/// use nova_images::{Clock, Timestamp};
/// use std::time::Duration;
///
/// let clock = Clock::parse("2026-01-01T12:00:00Z")?;
/// clock.advance(Duration::from_secs(90))?;
/// assert_eq!(clock.now().to_string(), "2026-01-01T12:01:30Z");
///
/// let summer = Timestamp::parse_rfc3339("2030-06-01T00:00:00Z").ok_or("no time")?;
/// clock.set(summer)?;
/// clock.run();
/// assert!(!clock.is_frozen());
/// clock.freeze();
/// let then = clock.now();
/// assert_eq!(clock.now(), then);
///
/// clock.reset();
/// assert_eq!(clock.now().to_string(), "2026-01-01T12:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Arc<State>);

#[derive(Debug)]
struct State {
    /// The time of day; while it runs, on top of the system's.
    time: Dial,
    /// For durations, which must not jump with the system's time; while it runs, on top of `started`.
    elapsed: Dial,
    started: Instant,
    /// What `time` goes back to. Locked by whoever moves the clock.
    beginning: Mutex<i64>,
}

/// A number that stands, or one that is added to another that grows. Both it and which of the two it is
/// are read at once, so it is one word: the lowest bit says whether it stands.
#[derive(Debug)]
struct Dial(AtomicI64);

/// A dial as it was read.
#[derive(Clone, Copy)]
enum Shown {
    Standing(i64),
    /// On top of what grows.
    Running(i64),
}

impl Dial {
    fn at(shown: Shown) -> Self {
        Self(AtomicI64::new(Self::word(shown)))
    }

    fn word(shown: Shown) -> i64 {
        // The year 9999 in microseconds is a twentieth of what there is room for.
        let fitting = |number: i64| number.clamp(i64::MIN >> 1, i64::MAX >> 1) << 1;
        match shown {
            Shown::Standing(number) => fitting(number) | 1,
            Shown::Running(number) => fitting(number),
        }
    }

    fn shown(&self) -> Shown {
        let word = self.0.load(Ordering::SeqCst);
        match word & 1 {
            0 => Shown::Running(word >> 1),
            _ => Shown::Standing(word >> 1),
        }
    }

    fn show(&self, shown: Shown) {
        self.0.store(Self::word(shown), Ordering::SeqCst);
    }

    /// What it shows, while `growing` shows what it is added to.
    fn read(&self, growing: impl FnOnce() -> i64) -> i64 {
        match self.shown() {
            Shown::Standing(number) => number,
            Shown::Running(number) => number.saturating_add(growing()),
        }
    }

    fn stand(&self, growing: i64) {
        if let Shown::Running(number) = self.shown() {
            self.show(Shown::Standing(number.saturating_add(growing)));
        }
    }

    fn run(&self, growing: i64) {
        if let Shown::Standing(number) = self.shown() {
            self.show(Shown::Running(number.saturating_sub(growing)));
        }
    }

    fn add(&self, more: i64) {
        self.show(match self.shown() {
            Shown::Standing(number) => Shown::Standing(number.saturating_add(more)),
            Shown::Running(number) => Shown::Running(number.saturating_add(more)),
        });
    }
}

/// Where a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockPlace {
    /// It stands.
    Standing(Timestamp),
    /// It runs.
    Running {
        /// How far it is ahead of the machine's time, in microseconds.
        ahead_micros: i64,
    },
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
    /// It was to go where dates have five digits.
    #[error("{} seconds from {now} on are behind 9999-12-31T23:59:59Z", .by.as_secs())]
    TooLate {
        /// The time that it was.
        now: Timestamp,
        /// How far it was to go.
        by: Duration,
    },
    /// It was to show a time that no date of four digits says.
    #[error("a clock shows the years 0001 to 9999")]
    NoYear,
}

impl Clock {
    /// The machine's time.
    #[must_use]
    pub fn real() -> Self {
        Self::beginning_at(Shown::Running(0))
    }

    /// Always the given moment, until told otherwise; one outside of the years 0001 to 9999 is the
    /// first or last of them.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        let at = at.clamp(Timestamp::MIN, Timestamp::MAX);
        Self::beginning_at(Shown::Standing(at.micros()))
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
        let micros = self.0.time.read(system_micros);
        // A running clock stands still at the end of the year 9999.
        Timestamp::from_micros(micros).min(Timestamp::MAX)
    }

    /// Whether it stands.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(self.0.time.shown(), Shown::Standing(_))
    }

    /// Microseconds on a scale that never runs backwards.
    #[must_use]
    pub fn monotonic_micros(&self) -> i64 {
        self.0.elapsed.read(|| self.ran())
    }

    /// Lets time pass.
    ///
    /// ```
    /// use nova_images::{Clock, ClockError};
    /// use std::time::Duration;
    ///
    /// let clock = Clock::parse("9999-12-31T23:59:00Z")?;
    /// clock.advance(Duration::from_secs(59))?;
    /// let too_late = clock.advance(Duration::from_secs(60));
    /// assert!(matches!(too_late, Err(ClockError::TooLate { .. })));
    /// assert_eq!(clock.now().to_string(), "9999-12-31T23:59:59Z");
    /// # Ok::<(), ClockError>(())
    /// ```
    ///
    /// # Errors
    /// When the clock would show a year of five digits; then it stays as it is.
    pub fn advance(&self, by: Duration) -> Result<(), ClockError> {
        let _moving = self.moving();
        let now = self.now();
        let room = Timestamp::MAX.micros().saturating_sub(now.micros());
        let micros = i64::try_from(by.as_micros()).ok();
        let Some(micros) = micros.filter(|micros| *micros <= room) else {
            return Err(ClockError::TooLate { now, by });
        };
        self.0.time.add(micros);
        self.0.elapsed.add(micros);
        Ok(())
    }

    /// The same by whole seconds.
    ///
    /// # Errors
    /// As [`Clock::advance`].
    pub fn advance_seconds(&self, seconds: u32) -> Result<(), ClockError> {
        self.advance(Duration::from_secs(u64::from(seconds)))
    }

    /// Shows another time from now on, an earlier one too; it goes on running or standing. What counts
    /// durations, such as rate limits, sees time pass only where it goes forward.
    ///
    /// # Errors
    /// When the year has not four digits; then it stays as it is.
    pub fn set(&self, to: Timestamp) -> Result<(), ClockError> {
        if !(Timestamp::MIN..=Timestamp::MAX).contains(&to) {
            return Err(ClockError::NoYear);
        }
        let _moving = self.moving();
        let further = to.micros().saturating_sub(self.now().micros());
        self.0.time.show(match self.0.time.shown() {
            Shown::Standing(_) => Shown::Standing(to.micros()),
            Shown::Running(_) => Shown::Running(to.micros().saturating_sub(system_micros())),
        });
        self.0.elapsed.add(further.max(0));
        Ok(())
    }

    /// Stands still from now on, at the time that it shows.
    pub fn freeze(&self) {
        let _moving = self.moving();
        self.0.time.stand(system_micros());
        self.0.elapsed.stand(self.ran());
    }

    /// Runs from now on, beginning with the time that it shows.
    pub fn run(&self) {
        let _moving = self.moving();
        self.0.time.run(system_micros());
        self.0.elapsed.run(self.ran());
    }

    /// Where it is, to come back to.
    #[must_use]
    pub fn place(&self) -> ClockPlace {
        match self.0.time.shown() {
            Shown::Standing(micros) => ClockPlace::Standing(Timestamp::from_micros(micros)),
            Shown::Running(ahead_micros) => ClockPlace::Running { ahead_micros },
        }
    }

    /// Comes back to where it was: to the moment at which it stood, or running, as far from the machine's
    /// time as it was.
    pub fn come_to(&self, place: ClockPlace) {
        let _moving = self.moving();
        match place {
            ClockPlace::Standing(at) => {
                self.0.time.show(Shown::Standing(at.micros()));
                self.0.elapsed.stand(self.ran());
            }
            ClockPlace::Running { ahead_micros } => {
                self.0.time.show(Shown::Running(ahead_micros));
                self.0.elapsed.run(self.ran());
            }
        }
    }

    /// Goes back to how it was made, or was when an emulator started with it.
    pub fn reset(&self) {
        let beginning = self.moving();
        let time = Dial(AtomicI64::new(*beginning)).shown();
        self.0.time.show(time);
        match time {
            Shown::Standing(_) => self.0.elapsed.stand(self.ran()),
            Shown::Running(_) => self.0.elapsed.run(self.ran()),
        }
    }

    /// A clock of its own that begins as this one did.
    #[must_use]
    pub fn anew(&self) -> Self {
        let beginning = *self.moving();
        Self::beginning_at(Dial(AtomicI64::new(beginning)).shown())
    }

    /// Makes what it shows now what it goes back to.
    pub fn begin_here(&self) {
        *self.moving() = Dial::word(self.0.time.shown());
    }

    fn moving(&self) -> std::sync::MutexGuard<'_, i64> {
        self.0
            .beginning
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds since it was made, whatever it shows.
    fn ran(&self) -> i64 {
        i64::try_from(self.0.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn beginning_at(time: Shown) -> Self {
        Self(Arc::new(State {
            time: Dial::at(time),
            elapsed: Dial::at(match time {
                Shown::Standing(_) => Shown::Standing(0),
                Shown::Running(_) => Shown::Running(0),
            }),
            started: instant(),
            beginning: Mutex::new(Dial::word(time)),
        }))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_micros() -> i64 {
    chrono::Utc::now().timestamp_micros()
}

#[cfg(test)]
mod tests {
    use super::{Clock, ClockError};
    use crate::domain::Timestamp;
    use std::time::Duration;

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
                by: Duration::from_secs(u64::from(u32::MAX)),
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

    #[test]
    fn d12_it_goes_back_to_where_it_began_and_durations_go_on() {
        let noon = Timestamp::parse_rfc3339("2026-01-01T12:00:00Z").unwrap();
        let later = noon.plus_seconds(3600);
        for clock in [Clock::frozen(noon), Clock::real()] {
            let was_frozen = clock.is_frozen();
            clock.freeze();
            clock.set(noon).unwrap();
            assert_eq!(clock.now(), noon);
            let before = clock.monotonic_micros();
            clock.set(later).unwrap();
            assert_eq!(clock.now(), later);
            assert_eq!(clock.monotonic_micros() - before, 3_600_000_000);
            clock.set(noon).unwrap();
            assert_eq!(clock.monotonic_micros() - before, 3_600_000_000);
            clock.run();
            assert!(clock.now() >= noon && clock.now() < later);
            clock.reset();
            assert_eq!(clock.is_frozen(), was_frozen);
            assert!(clock.monotonic_micros() - before >= 3_600_000_000);
        }
        let clock = Clock::frozen(noon);
        clock.set(later).unwrap();
        clock.begin_here();
        clock.run();
        clock.advance_seconds(7).unwrap();
        assert!(clock.anew().is_frozen());
        clock.reset();
        assert_eq!((clock.now(), clock.anew().now()), (later, later));
    }

    #[test]
    fn d13_it_shows_no_year_of_five_digits_and_none_before_the_first() {
        let clock = Clock::frozen(Timestamp::from_micros(0));
        for micros in [i64::MIN, i64::MAX, Timestamp::MIN.micros() - 1] {
            let refused = clock.set(Timestamp::from_micros(micros));
            assert_eq!(refused, Err(ClockError::NoYear));
        }
        for moment in [Timestamp::MIN, Timestamp::MAX] {
            clock.set(moment).unwrap();
            assert_eq!(clock.now(), moment);
        }
    }
}
