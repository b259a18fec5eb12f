//! What became of the requests to the real cloud: counted for whoever watches the server.

use super::endpoint::Service;
use super::error::UpstreamError;
use super::question::Answer;
use crate::control::Clock;
use crate::domain::Timestamp;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The upper bounds of the ranges that latencies are counted in, in milliseconds.
pub const RANGES_MILLIS: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer with a status of 2xx.
    Good,
    /// An answer with a status of 3xx.
    Elsewhere,
    /// An answer with a status of 4xx.
    Refused,
    /// An answer with a status of 5xx.
    Failed,
    /// No connection came about.
    Unreachable,
    /// It took too long.
    Late,
    /// The connection broke, or it is not HTTP that came.
    Broken,
    /// More came than is taken.
    TooLong,
    /// An answer that is not what such a service says.
    Strange,
    /// It could not be made.
    Unsent,
    /// Its client left.
    Left,
    /// Its turn did not come in time.
    NoTurn,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Good,
        Self::Elsewhere,
        Self::Refused,
        Self::Failed,
        Self::Unreachable,
        Self::Late,
        Self::Broken,
        Self::TooLong,
        Self::Strange,
        Self::Unsent,
        Self::Left,
        Self::NoTurn,
    ];

    /// In one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "2xx",
            Self::Elsewhere => "3xx",
            Self::Refused => "4xx",
            Self::Failed => "5xx",
            Self::Unreachable => "unreachable",
            Self::Late => "late",
            Self::Broken => "broken",
            Self::TooLong => "too_long",
            Self::Strange => "strange",
            Self::Unsent => "unsent",
            Self::Left => "left",
            Self::NoTurn => "no_turn",
        }
    }

    fn of(asked: &Result<Answer, UpstreamError>) -> Self {
        match asked {
            Ok(answer) => match answer.status.as_u16() {
                ..300 => Self::Good,
                300..400 => Self::Elsewhere,
                400..500 => Self::Refused,
                500.. => Self::Failed,
            },
            Err(error) => match error {
                UpstreamError::Unreachable { .. } => Self::Unreachable,
                UpstreamError::Late { .. } => Self::Late,
                UpstreamError::Broken { .. } => Self::Broken,
                UpstreamError::TooLong { .. } => Self::TooLong,
                UpstreamError::Strange { .. }
                | UpstreamError::Away { .. }
                | UpstreamError::Circles { .. } => Self::Strange,
                UpstreamError::Request(_) => Self::Unsent,
                UpstreamError::Stopped => Self::Left,
            },
        }
    }

    /// What it says of the service: whether it does its work. Nothing when it was not the service's doing.
    fn is_well(self) -> Option<bool> {
        match self {
            Self::Good | Self::Elsewhere | Self::Refused => Some(true),
            Self::Failed
            | Self::Unreachable
            | Self::Late
            | Self::Broken
            | Self::TooLong
            | Self::Strange => Some(false),
            Self::Unsent | Self::Left | Self::NoTurn => None,
        }
    }
}

/// What became of all of them.
#[derive(Debug)]
pub struct Tally {
    clock: Clock,
    services: [OfService; 3],
}

#[derive(Debug, Default)]
struct OfService {
    under_way: AtomicUsize,
    outcomes: [AtomicU64; Outcome::ALL.len()],
    ranges: [AtomicU64; RANGES_MILLIS.len()],
    answered: AtomicU64,
    micros: AtomicU64,
    is_failing: AtomicBool,
    last_success: LastTime,
    last_failure: LastTime,
    /// What the last failure was.
    failure: Mutex<Option<Outcome>>,
}

/// A time in microseconds; none yet before it is told.
#[derive(Debug)]
struct LastTime(AtomicI64);

impl Default for LastTime {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl LastTime {
    fn tell(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::Relaxed);
    }

    fn get(&self) -> Option<Timestamp> {
        match self.0.load(Ordering::Relaxed) {
            i64::MIN => None,
            micros => Some(Timestamp::from_micros(micros)),
        }
    }
}

/// What is known of a service.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which one.
    pub service: Service,
    /// Requests under way.
    pub under_way: usize,
    /// How often what became of one.
    pub outcomes: [(Outcome, u64); Outcome::ALL.len()],
    /// How many took up to [`RANGES_MILLIS`], those of all lower bounds among them.
    pub ranges: [u64; RANGES_MILLIS.len()],
    /// How many took any time: whoever left, or had no turn, is not among them.
    pub answered: u64,
    /// The time that those took in all, from their turn to the end of the answer.
    pub time: Duration,
    /// Whether the last answer was one; nothing before the first.
    pub is_well: Option<bool>,
    /// When it last did its work, if only to refuse somebody something.
    pub last_success: Option<Timestamp>,
    /// When it last did not, and in which way.
    pub last_failure: Option<(Timestamp, Outcome)>,
}

impl Tally {
    /// Nothing yet. Times are this clock's.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            services: Default::default(),
        }
    }

    /// A request is under way from now on.
    #[must_use]
    pub fn begin(&self, service: Service) -> UnderWay<'_> {
        self.of(service).under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay {
            tally: self,
            service,
            since: Instant::now(),
            outcome: Outcome::Left,
        }
    }

    /// Something became of a request that was not seen by who sent it.
    pub fn add(&self, service: Service, outcome: Outcome) {
        let of = self.of(service);
        of.outcomes[outcome as usize].fetch_add(1, Ordering::Relaxed);
        let Some(is_well) = outcome.is_well() else {
            return;
        };
        let now = self.clock.now();
        of.is_failing.store(!is_well, Ordering::Relaxed);
        if is_well {
            of.last_success.tell(now);
        } else {
            let mut failure = of.failure.lock().unwrap_or_else(PoisonError::into_inner);
            *failure = Some(outcome);
            of.last_failure.tell(now);
        }
    }

    /// What is known of each service.
    #[must_use]
    pub fn seen(&self) -> [Seen; 3] {
        Service::ALL.map(|service| self.of(service).seen(service))
    }

    fn of(&self, service: Service) -> &OfService {
        &self.services[service as usize]
    }
}

impl OfService {
    fn took(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        let fits = |most: &u64| micros <= most.saturating_mul(1000);
        if let Some(range) = RANGES_MILLIS.iter().position(fits) {
            self.ranges[range].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn seen(&self, service: Service) -> Seen {
        let count = |outcome: Outcome| {
            let counted = self.outcomes[outcome as usize].load(Ordering::Relaxed);
            (outcome, counted)
        };
        let mut all = 0;
        let ranges = self.ranges.each_ref().map(|range| {
            all += range.load(Ordering::Relaxed);
            all
        });
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        let last_failure = self.last_failure.get().zip(*failure);
        let last_success = self.last_success.get();
        let is_asked = last_failure.is_some() || last_success.is_some();
        Seen {
            service,
            under_way: self.under_way.load(Ordering::Relaxed),
            outcomes: Outcome::ALL.map(count),
            ranges,
            // A request may have ended meanwhile.
            answered: self.answered.load(Ordering::Relaxed).max(all),
            time: Duration::from_micros(self.micros.load(Ordering::Relaxed)),
            is_well: is_asked.then(|| !self.is_failing.load(Ordering::Relaxed)),
            last_success,
            last_failure,
        }
    }
}

/// A request under way. Dropped without an end, its client has left.
#[derive(Debug)]
pub struct UnderWay<'t> {
    tally: &'t Tally,
    service: Service,
    since: Instant,
    outcome: Outcome,
}

impl UnderWay<'_> {
    /// This became of it.
    pub fn end(mut self, asked: &Result<Answer, UpstreamError>) {
        self.outcome = Outcome::of(asked);
        self.tally.of(self.service).took(self.since.elapsed());
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let of = self.tally.of(self.service);
        of.under_way.fetch_sub(1, Ordering::Relaxed);
        self.tally.add(self.service, self.outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Service, Tally};
    use crate::control::Clock;
    use crate::domain::Timestamp;
    use crate::service::upstream::question::Answer;
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    fn ends(tally: &Tally, status: StatusCode) {
        tally.begin(Service::Image).end(&Ok(Answer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }));
    }

    #[test]
    fn outcomes_stand_where_they_are_counted() {
        for (place, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, place);
        }
        for (place, service) in Service::ALL.into_iter().enumerate() {
            assert_eq!(service as usize, place);
        }
    }

    #[test]
    fn a_service_is_well_by_its_last_answer() {
        let noon = Timestamp::from_micros(1);
        let tally = Tally::new(Clock::frozen(noon));
        let glance = || tally.seen()[0].clone();
        assert_eq!(glance().is_well, None);
        drop(tally.begin(Service::Image));
        assert_eq!(glance().is_well, None, "its client left");
        ends(&tally, StatusCode::NOT_FOUND);
        assert_eq!(glance().is_well, Some(true));
        ends(&tally, StatusCode::BAD_GATEWAY);
        let seen = glance();
        assert_eq!(seen.is_well, Some(false));
        assert_eq!(seen.last_success, Some(noon));
        assert_eq!(seen.last_failure, Some((noon, Outcome::Failed)));
        assert_eq!((seen.answered, seen.under_way), (2, 0));
        let counted = |wanted: Outcome| {
            let mut outcomes = seen.outcomes.iter();
            outcomes
                .find(|(outcome, _)| *outcome == wanted)
                .map(|(_, count)| *count)
        };
        assert_eq!(counted(Outcome::Left), Some(1));
        assert_eq!(counted(Outcome::Refused), Some(1));
        let other = &tally.seen()[1];
        assert_eq!((other.answered, other.is_well), (0, None));
    }
}
