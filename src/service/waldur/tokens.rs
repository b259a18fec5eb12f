//! Waldur's tokens: one a user, with a lifetime that each use restarts.

use crate::control::Clock;
use crate::domain::Timestamp;
use crate::domain::sibling::WaldurUser;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Why a token does not open anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody has it.
    #[error("no user has the token")]
    Unknown,
    /// Its user may not sign in.
    #[error("the user of the token may not sign in")]
    Inactive,
    /// It was not used for too long.
    #[error("the token was not used for longer than it lives")]
    Expired,
}

/// When tokens were last used, by the places of their users in the list.
#[derive(Debug)]
pub struct Tokens {
    clock: Clock,
    /// When tokens were made whose users do not say.
    started: AtomicI64,
    used: Mutex<HashMap<usize, Timestamp>>,
}

impl Tokens {
    /// None was used yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            started: AtomicI64::new(clock.now().micros()),
            clock,
            used: Mutex::default(),
        }
    }

    /// Forgets every use, as if just made.
    pub fn reset(&self) {
        let now = self.clock.now().micros();
        self.started.store(now, Ordering::Release);
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The user of a place, the lifetime of whose token starts anew. A refused use restarts nothing.
    pub fn sign_in<'a>(
        &self,
        place: usize,
        users: &'a [WaldurUser],
    ) -> Result<&'a WaldurUser, Refusal> {
        let user = users.get(place).ok_or(Refusal::Unknown)?;
        if !user.active {
            return Err(Refusal::Inactive);
        }
        // Waldur takes a lifetime of 0 for none.
        let Some(lifetime) = user.token_lifetime_seconds.filter(|seconds| *seconds > 0) else {
            return Ok(user);
        };
        let now = self.clock.now();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let born = user
            .token_created
            .unwrap_or_else(|| Timestamp::from_micros(self.started.load(Ordering::Acquire)));
        let since = used.get(&place).copied().unwrap_or(born);
        let age = now.micros().saturating_sub(since.micros());
        if age > lifetime.saturating_mul(MICROS_PER_SECOND) {
            return Err(Refusal::Expired);
        }
        used.insert(place, now);
        Ok(user)
    }
}
