//! Nova 2014.2's rate limits: a leaky bucket per verb and caller.

use crate::control::Clock;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The length of the window that a limit is for.
const WINDOW_MICROS: i64 = 60_000_000;

/// Callers that are remembered; beyond that, those whose bucket has run dry are forgotten.
const MOST_BUCKETS: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    water_micros: i64,
    filled_at: i64,
}

/// Counts requests.
#[derive(Debug, Default)]
pub struct RateLimiter(Mutex<HashMap<(String, String), Bucket>>);

impl RateLimiter {
    /// Lets a request pass, or says how many seconds the caller has to wait.
    ///
    /// # Errors
    /// The seconds, rounded up.
    pub fn admit(&self, clock: &Clock, verb: &str, caller: &str, limit: u32) -> Result<(), i64> {
        let now = clock.monotonic_micros();
        let drop_micros = WINDOW_MICROS / i64::from(limit.max(1));
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS {
            buckets.retain(|_, bucket| now - bucket.filled_at < bucket.water_micros);
        }
        let bucket = buckets
            .entry((verb.to_owned(), caller.to_owned()))
            .or_insert(Bucket {
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
