//! Waldur's tokens: one a user, with a lifetime that each use restarts.

use crate::control::Clock;
use crate::domain::Timestamp;
use crate::domain::sibling::WaldurUser;
use std::collections::HashMap;
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
    started: Timestamp,
    used: Mutex<HashMap<usize, Timestamp>>,
}

/// The same as it was at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// When tokens were made whose users do not say.
    pub started: Timestamp,
    /// When they were last used.
    pub last: HashMap<usize, Timestamp>,
}

impl Tokens {
    /// None was used yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            started: clock.now(),
            clock,
            used: Mutex::default(),
        }
    }

    /// They were used so.
    pub fn as_used(clock: Clock, used: Used) -> Self {
        Self {
            clock,
            started: used.started,
            used: Mutex::new(used.last),
        }
    }

    /// How they were used.
    pub fn used(&self) -> Used {
        let last = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        Used {
            started: self.started,
            last: last.clone(),
        }
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
        let born = user.token_created.unwrap_or(self.started);
        let since = used.get(&place).copied().unwrap_or(born);
        let age = now.micros().saturating_sub(since.micros());
        if age > lifetime.saturating_mul(MICROS_PER_SECOND) {
            return Err(Refusal::Expired);
        }
        used.insert(place, now);
        Ok(user)
    }
}
