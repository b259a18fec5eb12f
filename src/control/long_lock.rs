//! A lock that may be held for long, around something that others look at meanwhile.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long whoever waits does so until it asks itself whether to go on.
const BETWEEN_DOUBTS: Duration = Duration::from_millis(10);

/// Whoever means to change something over a longer time holds it; what it guards is looked at, and changed
/// bit by bit, under a lock that nobody keeps while waiting for anything.
pub struct LongLock<T> {
    inside: Mutex<Inside<T>>,
    /// Told when it is let go.
    free: Condvar,
}

struct Inside<T> {
    is_held: bool,
    value: T,
}

/// Held: nobody else does.
pub struct Hold<'l, T> {
    lock: &'l LongLock<T>,
}

/// What is guarded, looked at. To be kept no longer than that takes.
pub struct Look<'l, T> {
    inside: MutexGuard<'l, Inside<T>>,
}

impl<T> LongLock<T> {
    /// Around this.
    pub fn new(value: T) -> Self {
        Self {
            inside: Mutex::new(Inside {
                is_held: false,
                value,
            }),
            free: Condvar::new(),
        }
    }

    /// Holds it once nobody else does; nothing when `is_in_vain` says meanwhile that waiting leads nowhere.
    pub fn hold(&self, is_in_vain: impl Fn() -> bool) -> Option<Hold<'_, T>> {
        let mut inside = self.wait(self.inside(), is_in_vain);
        if inside.is_held {
            return None;
        }
        inside.is_held = true;
        Some(Hold { lock: self })
    }

    /// Looks at it, whoever holds it.
    pub fn look(&self) -> Look<'_, T> {
        Look {
            inside: self.inside(),
        }
    }

    /// Looks at it while nobody holds it; whoever does so, once `is_in_vain` says that waiting leads nowhere.
    pub fn look_between(&self, is_in_vain: impl Fn() -> bool) -> Look<'_, T> {
        Look {
            inside: self.wait(self.inside(), is_in_vain),
        }
    }

    fn wait<'l>(
        &'l self,
        mut inside: MutexGuard<'l, Inside<T>>,
        is_in_vain: impl Fn() -> bool,
    ) -> MutexGuard<'l, Inside<T>> {
        while inside.is_held && !is_in_vain() {
            let waited = self.free.wait_timeout(inside, BETWEEN_DOUBTS);
            inside = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        inside
    }

    fn inside(&self) -> MutexGuard<'_, Inside<T>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Default> Default for LongLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<'l, T> Hold<'l, T> {
    /// What it guards.
    pub fn look(&self) -> Look<'l, T> {
        self.lock.look()
    }
}

impl<T> Drop for Hold<'_, T> {
    fn drop(&mut self) {
        self.lock.inside().is_held = false;
        self.lock.free.notify_all();
    }
}

impl<T> Deref for Look<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inside.value
    }
}

impl<T> DerefMut for Look<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inside.value
    }
}

impl<T: fmt::Debug> fmt::Debug for LongLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = self.inside();
        f.debug_struct("LongLock")
            .field("is_held", &inside.is_held)
            .field("value", &inside.value)
            .finish()
    }
}

impl<T> fmt::Debug for Hold<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}

impl<T: fmt::Debug> fmt::Debug for Look<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inside.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::LongLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn one_holds_it_and_others_look_or_give_up() {
        let lock = LongLock::new(1);
        let held = lock.hold(|| true).unwrap();
        *held.look() += 1;
        assert_eq!(*lock.look(), 2);
        assert!(lock.hold(|| true).is_none());
        assert_eq!(*lock.look_between(|| true), 2);
        drop(held);
        assert!(lock.hold(|| true).is_some());
        assert_eq!(*lock.look_between(|| false), 2);
    }

    #[test]
    fn all_who_wait_have_their_turn() {
        let lock = LongLock::new(0);
        let waited = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let held = lock.hold(|| false).unwrap();
            for _ in 0..8 {
                scope.spawn(|| {
                    let doubts = || {
                        waited.fetch_add(1, Ordering::SeqCst);
                        false
                    };
                    let held = lock.hold(doubts).unwrap();
                    *held.look() += 1;
                });
            }
            while waited.load(Ordering::SeqCst) < 8 {
                std::thread::yield_now();
            }
            assert_eq!(*lock.look(), 0);
            drop(held);
        });
        assert_eq!(*lock.look(), 8);
    }
}
