//! Which images have changed lately: whoever keeps something made of images asks for these, and need
//! not look at all of them again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

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
}

impl Changes {
    /// The newest generation.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// An image has changed.
    pub fn one(&self, id: &str) {
        self.rise(|known, generation| {
            known.ids.push_back((generation, id.to_owned()));
            if known.ids.len() > MOST_CHANGES
                && let Some((forgotten, _)) = known.ids.pop_front()
            {
                known.behind = forgotten;
            }
        });
    }

    /// Every image may have changed.
    pub fn everything(&self) {
        self.rise(|known, generation| {
            known.ids.clear();
            known.behind = generation;
        });
    }

    /// The images that changed behind a generation; nothing when that is too long ago to tell.
    pub fn behind(&self, generation: u64) -> Option<Vec<String>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if generation < known.behind {
            return None;
        }
        let later = known.ids.iter().filter(|(at, _)| *at > generation);
        Some(later.map(|(_, id)| id.clone()).collect())
    }

    fn rise(&self, note: impl FnOnce(&mut Known, u64)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.generation() + 1;
        note(&mut known, next);
        self.generation.store(next, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::{Changes, MOST_CHANGES};

    #[test]
    fn what_changed_since() {
        let changes = Changes::default();
        changes.everything();
        changes.one("a");
        changes.one("b");
        assert_eq!(changes.behind(0), None);
        assert_eq!(changes.behind(1).unwrap_or_default(), ["a", "b"]);
        assert_eq!(changes.behind(2).unwrap_or_default(), ["b"]);
        assert_eq!(changes.behind(3), Some(Vec::new()));
        assert_eq!(changes.generation(), 3);
        for _ in 0..MOST_CHANGES {
            changes.one("c");
        }
        assert_eq!(changes.behind(2), None);
        assert_eq!(changes.behind(3).map(|ids| ids.len()), Some(MOST_CHANGES));
    }
}
