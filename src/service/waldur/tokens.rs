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

/// Who a token stands for, and when it was last used.
#[derive(Debug)]
pub struct Tokens {
    clock: Clock,
    started: Timestamp,
    /// Places in the list of users.
    users: HashMap<String, usize>,
    used: Mutex<HashMap<usize, Timestamp>>,
}

impl Tokens {
    /// Over pairs of a token and the place of its user; the first to name a token keeps it.
    pub fn new(clock: Clock, pairs: Vec<(String, usize)>) -> Self {
        let mut users = HashMap::new();
        for (token, place) in pairs {
            users.entry(token).or_insert(place);
        }
        Self {
            started: clock.now(),
            clock,
            users,
            used: Mutex::default(),
        }
    }

    /// Forgets every use.
    pub fn reset(&self) {
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The user of a token, whose lifetime starts anew. A refused use restarts nothing.
    pub fn sign_in<'a>(
        &self,
        token: &str,
        users: &'a [WaldurUser],
    ) -> Result<&'a WaldurUser, Refusal> {
        let place = *self.users.get(token).ok_or(Refusal::Unknown)?;
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
