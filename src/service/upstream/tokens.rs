//! What clients' tokens are worth: asked of the real Keystone, and known for a minute.
//!
//! A token is asked about with itself as the asker. It is kept by its digest, never as it is. Whoever
//! asks about the same token meanwhile waits for the same answer.

use super::keystone::Keystone;
use super::keystone_error::KeystoneError;
use super::seen_token::SeenToken;
use crate::config::{GLANCE_VERSIONS, ServiceInterface, unversioned};
use crate::control::Clock;
use crate::domain::identity::Role;
use crate::domain::token::ADMIN;
use crate::domain::{Caller, Roles, Timestamp, TokenScope, TokenUser};
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

#[cfg(test)]
mod tests;

/// How long a token is known without asking again, in microseconds.
const KEPT_MICROS: i64 = 60_000_000;

/// Tokens that are known at the same time, some 600 bytes each; those that were not shown for longest go.
const MOST_KEPT: usize = 10_000;

/// What a live token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToken {
    /// Who signed in.
    pub user: TokenUser,
    /// What for.
    pub scope: TokenScope,
    /// The names of the roles that the user has there, those that others imply among them.
    pub roles: Arc<[Role]>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Where its catalogue has the image service.
    pub image_url: Option<String>,
}

impl KnownToken {
    pub(super) fn of(token: SeenToken, region: Option<&str>, interface: ServiceInterface) -> Self {
        let image_url = token.url("image", region, interface);
        Self {
            image_url: image_url.map(|url| unversioned(url, GLANCE_VERSIONS).to_owned()),
            roles: token.roles.into_iter().map(|role| role.name).collect(),
            user: token.user,
            scope: token.scope,
            expires_at: token.expires_at,
        }
    }

    /// The project that it is scoped to.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.scope.project_id()
    }

    /// Whether the role `admin` is held, in whatever scope.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == ADMIN)
    }

    /// Who shows it.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            user_id: Some(self.user.id.clone()),
            project_id: self.project_id().map(str::to_owned),
            is_admin: self.is_admin(),
            roles: Roles::Given(Arc::clone(&self.roles)),
        }
    }
}

/// What is told about a token: what it stands for, or nothing when it is nobody's (any more); an error
/// when that cannot be said.
pub type Told = Result<Option<Arc<KnownToken>>, Arc<KeystoneError>>;

type Key = [u8; 32];

/// Tokens that were shown lately.
#[derive(Debug)]
pub struct Tokens {
    keystone: Keystone,
    clock: Clock,
    /// The region whose services count; when missing, the first.
    region: Option<String>,
    /// Which of their addresses do.
    interface: ServiceInterface,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    kept: LruCache<Key, Kept>,
    /// What is asked just now.
    asked: HashMap<Key, Arc<OnceCell<Told>>>,
}

#[derive(Debug)]
struct Kept {
    token: Arc<KnownToken>,
    /// When it was asked for, by the clock for durations.
    since_micros: i64,
}

impl Tokens {
    /// None is known yet.
    #[must_use]
    pub fn new(
        keystone: Keystone,
        clock: Clock,
        region: Option<String>,
        interface: ServiceInterface,
    ) -> Self {
        Self {
            keystone,
            clock,
            region,
            interface,
            state: Mutex::new(State {
                kept: LruCache::unbounded(),
                asked: HashMap::new(),
            }),
        }
    }

    /// What a token stands for, which is asked for at most once a minute.
    ///
    /// # Errors
    /// When Keystone gives no answer that counts. A token that it does not know is no error.
    pub async fn find(&self, token: &str) -> Told {
        if token.is_empty() {
            return Ok(None);
        }
        let key: Key = Sha256::digest(token).into();
        let cell = {
            let mut state = self.state();
            if let Some(token) = self.kept(&mut state, &key) {
                return Ok(Some(token));
            }
            Arc::clone(state.asked.entry(key).or_default())
        };
        let waiting = Waiting {
            tokens: self,
            key,
            cell,
        };
        let told = waiting.cell.get_or_init(|| self.ask(token)).await.clone();
        waiting.answered(&told);
        told
    }

    /// The project that a token is for, where that is known without asking.
    #[must_use]
    pub fn project_of(&self, token: &str) -> Option<Arc<str>> {
        let key: Key = Sha256::digest(token).into();
        let known = self.kept(&mut self.state(), &key)?;
        known.project_id().map(Arc::from)
    }

    /// Forgets a token at once: another service says that it has ended.
    pub fn forget(&self, token: &str) {
        let key: Key = Sha256::digest(token).into();
        let mut state = self.state();
        state.kept.pop(&key);
        // What is on its way may be older.
        state.asked.remove(&key);
    }

    /// Forgets all of them.
    pub fn clear(&self) {
        let mut state = self.state();
        state.kept.clear();
        state.asked.clear();
    }

    fn kept(&self, state: &mut State, key: &Key) -> Option<Arc<KnownToken>> {
        let kept = state.kept.get(key)?;
        let age = self.clock.monotonic_micros() - kept.since_micros;
        if age < KEPT_MICROS && self.clock.now() < kept.token.expires_at {
            return Some(Arc::clone(&kept.token));
        }
        state.kept.pop(key);
        None
    }

    fn keep(&self, state: &mut State, key: Key, token: &Arc<KnownToken>) {
        let kept = Kept {
            token: Arc::clone(token),
            since_micros: self.clock.monotonic_micros(),
        };
        state.kept.put(key, kept);
        if state.kept.len() > MOST_KEPT {
            state.kept.pop_lru();
        }
    }

    async fn ask(&self, token: &str) -> Told {
        match self.keystone.show(token, token).await {
            Ok(token) => {
                let known = KnownToken::of(token, self.region.as_deref(), self.interface);
                Ok(Some(Arc::new(known)))
            }
            // As the asker it is 401, as what is asked for 404.
            Err(KeystoneError::Unauthorized | KeystoneError::NotFound) => Ok(None),
            Err(error) => Err(Arc::new(error)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits for an answer, and leaves no trace when it leaves before.
struct Waiting<'t> {
    tokens: &'t Tokens,
    key: Key,
    cell: Arc<OnceCell<Told>>,
}

impl Waiting<'_> {
    /// The first who hears it keeps it, unless the token was forgotten meanwhile.
    fn answered(&self, told: &Told) {
        let mut state = self.tokens.state();
        let is_current = state.asked.get(&self.key);
        if !is_current.is_some_and(|cell| Arc::ptr_eq(cell, &self.cell)) {
            return;
        }
        state.asked.remove(&self.key);
        if let Ok(Some(token)) = told {
            self.tokens.keep(&mut state, self.key, token);
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.tokens.state();
        let cell = state.asked.get(&self.key);
        // Ours and the map's: nobody else waits.
        if cell.is_some_and(|cell| Arc::ptr_eq(cell, &self.cell) && Arc::strong_count(cell) == 2) {
            state.asked.remove(&self.key);
        }
    }
}
