//! Nova 2014.2's rate limits: a leaky bucket per verb and caller.
//!
//! Who asks is kept as a digest of what he says of himself, and of so many only: neither the length of
//! a token nor the number of callers takes memory, and a request costs the same beside any number.

use crate::control::Clock;
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

/// The length of the window that a limit is for.
const WINDOW_MICROS: i64 = 60_000_000;

/// Buckets that are kept. Beyond that the one goes that was longest not asked for, which has run dry
/// the furthest.
const MOST_BUCKETS: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

#[derive(Clone, Copy, Debug)]
struct Bucket {
    water_micros: i64,
    filled_at: i64,
}

/// Counts requests.
#[derive(Debug)]
pub struct RateLimiter(Mutex<LruCache<[u8; 32], Bucket>>);

impl Default for RateLimiter {
    fn default() -> Self {
        // Not with room for all at once: most emulators limit nobody.
        let mut buckets = LruCache::unbounded();
        buckets.resize(MOST_BUCKETS);
        Self(Mutex::new(buckets))
    }
}

impl RateLimiter {
    /// Lets a request pass, or says how many seconds the caller has to wait.
    ///
    /// # Errors
    /// The seconds, rounded up.
    pub fn admit(&self, clock: &Clock, verb: &str, caller: &str, limit: u32) -> Result<(), i64> {
        let now = clock.monotonic_micros();
        let drop_micros = WINDOW_MICROS / i64::from(limit.max(1));
        let key = digest(verb, caller);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.get_or_insert_mut(key, || Bucket {
            water_micros: 0,
            filled_at: now,
        });
        bucket.water_micros = (bucket.water_micros - (now - bucket.filled_at)).max(0);
        bucket.filled_at = now;
        let overflow = bucket.water_micros + drop_micros - WINDOW_MICROS;
        if overflow > 0 {
            return Err(overflow.div_euclid(1_000_000) + i64::from(overflow % 1_000_000 > 0));
        }
        bucket.water_micros += drop_micros;
        Ok(())
    }

    /// Forgets all callers.
    pub fn reset(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// No verb holds a blank.
fn digest(verb: &str, caller: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(verb);
    digest.update(b" ");
    digest.update(caller);
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::{MOST_BUCKETS, RateLimiter};
    use crate::control::Clock;
    use crate::domain::Timestamp;

    #[test]
    fn a7_callers_are_bounded_and_the_latest_are_remembered() {
        let clock = Clock::frozen(Timestamp::from_micros(0));
        let limiter = RateLimiter::default();
        let long = "x".repeat(1000);
        let callers = MOST_BUCKETS.get() + 500;
        for caller in 0..callers {
            let token = format!("{caller}{long}");
            assert_eq!(limiter.admit(&clock, "GET", &token, 1), Ok(()));
            // The same one at once again: it is known, however many came before.
            assert_eq!(limiter.admit(&clock, "GET", &token, 1), Err(60));
        }
        assert_eq!(limiter.0.lock().unwrap().len(), MOST_BUCKETS.get());
        // Verbs are counted apart.
        let last = format!("{}{long}", callers - 1);
        assert_eq!(limiter.admit(&clock, "PUT", &last, 1), Ok(()));
        clock.advance_seconds(60).unwrap();
        assert_eq!(limiter.admit(&clock, "GET", &last, 1), Ok(()));
    }
}
