//! Answers to lists that may be given again for a while.

use crate::control::Clock;
use bytes::Bytes;
use lru::LruCache;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Answers that are kept.
const MOST_PAGES: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// Longest answer that is kept, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// Pages of lists by who asked for what. Unless a time is given, none.
pub struct KeptPages {
    clock: Clock,
    micros: i64,
    /// How often all was forgotten.
    epoch: AtomicU64,
    /// Made when there is something to be kept.
    pages: Mutex<Option<LruCache<[u8; 32], Kept>>>,
}

struct Kept {
    since: i64,
    body: Bytes,
}

impl KeptPages {
    /// Each for as long as this.
    #[must_use]
    pub fn new(clock: Clock, time: Duration) -> Self {
        Self {
            clock,
            micros: i64::try_from(time.as_micros()).unwrap_or(i64::MAX),
            epoch: AtomicU64::new(0),
            pages: Mutex::default(),
        }
    }

    /// An answer that is not too old.
    #[must_use]
    pub fn get(&self, question: &[u8; 32]) -> Option<Bytes> {
        if self.micros == 0 {
            return None;
        }
        let now = self.clock.now().micros();
        let mut pages = self.pages();
        let pages = pages.as_mut()?;
        let kept = pages.get(question)?;
        let age = now.saturating_sub(kept.since);
        if (0..self.micros).contains(&age) {
            return Some(kept.body.clone());
        }
        pages.pop(question);
        None
    }

    /// What an answer that is asked for now has to be kept with.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Keeps an answer, unless all was forgotten since it was asked for.
    pub fn put(&self, question: [u8; 32], body: &Bytes, epoch: u64) {
        if self.micros == 0 || body.len() > MOST_BYTES {
            return;
        }
        let kept = Kept {
            since: self.clock.now().micros(),
            body: body.clone(),
        };
        let mut pages = self.pages();
        if epoch != self.epoch() {
            return;
        }
        let pages = pages.get_or_insert_with(|| LruCache::new(MOST_PAGES));
        pages.put(question, kept);
    }

    /// Forgets all: something is changed through this server, or was.
    pub fn clear(&self) {
        let mut pages = self.pages();
        self.epoch.fetch_add(1, Ordering::AcqRel);
        *pages = None;
    }

    fn pages(&self) -> MutexGuard<'_, Option<LruCache<[u8; 32], Kept>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for KeptPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptPages")
            .field("micros", &self.micros)
            .finish_non_exhaustive()
    }
}
