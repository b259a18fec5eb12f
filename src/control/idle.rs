//! How long nobody has used something, by the machine's own time: no clock of a space changes it.

use crate::domain::instant;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Says when something has been left alone for long enough.
#[derive(Debug)]
pub struct Idle {
    limit: Duration,
    since: Instant,
    /// When it was used last, in microseconds from there on.
    used_at: AtomicU64,
}

impl Idle {
    /// Used just now; long enough is so long.
    #[must_use]
    pub fn for_at_most(limit: Duration) -> Self {
        Self {
            limit,
            since: instant(),
            used_at: AtomicU64::new(0),
        }
    }

    /// How long is long enough.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// It is used.
    pub fn touch(&self) {
        self.used_at.fetch_max(self.micros(), Ordering::AcqRel);
    }

    /// Whether nobody has used it for long enough.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let idle = self
            .micros()
            .saturating_sub(self.used_at.load(Ordering::Acquire));
        u128::from(idle) >= self.limit.as_micros()
    }

    fn micros(&self) -> u64 {
        let micros = instant().saturating_duration_since(self.since).as_micros();
        u64::try_from(micros).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Idle;
    use std::time::Duration;

    #[test]
    fn what_is_used_is_not_idle() {
        let idle = Idle::for_at_most(Duration::from_secs(3600));
        assert!(!idle.is_over());
        idle.touch();
        assert!(!idle.is_over());
        assert!(Idle::for_at_most(Duration::ZERO).is_over());
    }
}
