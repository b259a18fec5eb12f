//! Which images have changed lately: whoever keeps something made of images asks for these, and need
//! not look at all of them again.

use super::original::Original;
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Changes that are remembered.
const MOST_CHANGES: usize = 4096;

/// A number that grows with every committed write, and the ids of images by the generation that changed
/// them, oldest first.
#[derive(Debug, Default)]
pub struct Changes {
    /// Raised under the lock of what it is about: who has seen a generation finds its changes.
    generation: AtomicU64,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// What came behind this generation is known.
    behind: u64,
    ids: VecDeque<(u64, String)>,
    /// The seed that the data were last the same as, and in which generation.
    alike: Option<(Weak<Original>, u64)>,
}

impl Known {
    fn push(&mut self, generation: u64, id: String) {
        self.ids.push_back((generation, id));
        if self.ids.len() > MOST_CHANGES
            && let Some((forgotten, _)) = self.ids.pop_front()
        {
            self.behind = forgotten;
        }
    }

    fn forget(&mut self, generation: u64) {
        self.ids.clear();
        self.behind = generation;
    }

    /// The images that changed behind a generation, each once; nothing when that is too long ago to tell.
    fn ids_behind(&self, generation: u64) -> Option<BTreeSet<String>> {
        let later = self.ids.iter().filter(|(at, _)| *at > generation);
        (generation >= self.behind).then(|| later.map(|(_, id)| id.clone()).collect())
    }

    /// The images in which the data are another than a seed's; nothing when nobody can tell.
    fn unlike(&self, seed: &Arc<Original>) -> Option<BTreeSet<String>> {
        let (alike, generation) = self.alike.as_ref()?;
        let is_same = alike.ptr_eq(&Arc::downgrade(seed));
        is_same.then(|| self.ids_behind(*generation)).flatten()
    }
}

impl Changes {
    /// Of data that are a seed's.
    pub fn of_seed(seed: &Arc<Original>) -> Self {
        let changes = Self::default();
        changes.known().alike = Some((Arc::downgrade(seed), 0));
        changes
    }

    /// The newest generation.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// An image has changed.
    pub fn one(&self, id: &str) {
        self.rise(|known, generation| known.push(generation, id.to_owned()));
    }

    /// Every image may have changed.
    pub fn everything(&self) {
        self.rise(Known::forget);
    }

    /// No image has changed, but what stands around them.
    pub fn nothing(&self) {
        self.rise(|_, _| {});
    }

    /// The data are a seed's again. Nobody writes while this is told: what was written before and is told later
    /// was written to data that are gone.
    pub fn back_to(&self, seed: &Arc<Original>) {
        self.rise(|known, generation| {
            match known.unlike(seed) {
                Some(changed) => changed
                    .into_iter()
                    .for_each(|id| known.push(generation, id)),
                None => known.forget(generation),
            }
            known.alike = Some((Arc::downgrade(seed), generation));
        });
    }

    /// The images that changed behind a generation, each once; nothing when that is too long ago to tell.
    pub fn behind(&self, generation: u64) -> Option<BTreeSet<String>> {
        self.known().ids_behind(generation)
    }

    fn rise(&self, note: impl FnOnce(&mut Known, u64)) {
        let mut known = self.known();
        let next = self.generation() + 1;
        note(&mut known, next);
        self.generation.store(next, Ordering::Release);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Changes, MOST_CHANGES};
    use crate::store::original::Original;
    use rusqlite::Connection;
    use std::sync::Arc;

    fn seed() -> Arc<Original> {
        Original::new(Connection::open_in_memory().unwrap(), None)
    }

    fn behind(changes: &Changes, generation: u64) -> Vec<String> {
        changes.behind(generation).unwrap().into_iter().collect()
    }

    #[test]
    fn what_changed_since() {
        let changes = Changes::default();
        changes.everything();
        changes.one("a");
        changes.one("b");
        assert_eq!(changes.behind(0), None);
        assert_eq!(behind(&changes, 1), ["a", "b"]);
        assert_eq!(behind(&changes, 2), ["b"]);
        assert!(behind(&changes, 3).is_empty());
        assert_eq!(changes.generation(), 3);
        for number in 0..MOST_CHANGES {
            changes.one(&format!("{}", number / 2));
        }
        assert_eq!(changes.behind(2), None);
        assert_eq!(behind(&changes, 3).len(), MOST_CHANGES / 2);
    }

    #[test]
    fn going_back_changes_what_had_changed() {
        let (one, other) = (seed(), seed());
        let changes = Changes::of_seed(&one);
        for id in ["b", "a", "b"] {
            changes.one(id);
        }
        changes.nothing();
        changes.back_to(&one);
        assert_eq!(behind(&changes, 4), ["a", "b"]);
        changes.one("c");
        changes.back_to(&one);
        assert_eq!(behind(&changes, 6), ["c"]);
        // To data that nobody has compared these with.
        changes.back_to(&other);
        assert_eq!(changes.behind(7), None);
        changes.back_to(&other);
        assert!(behind(&changes, 8).is_empty());
        changes.everything();
        changes.back_to(&other);
        assert_eq!(changes.behind(10), None);
        assert!(behind(&Changes::default(), 0).is_empty());
    }
}
