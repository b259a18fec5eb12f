//! How long a thread waits for another process that has a database file.
//!
//! A write waits for so long at most, counted from its own beginning. Where it has waited for something else
//! before, in a line or for a lock whose holder waits for the same file, that counts, too: else many who come
//! together would have to wait one behind the other. So the end of the waiting is a matter of what the thread
//! does as a whole, and no parameter of a single write.

use crate::domain::instant;
use std::cell::Cell;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

thread_local! {
    static END: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Until this is dropped, what this thread writes waits for other processes no longer than to some moment.
#[derive(Debug)]
#[must_use]
pub struct Patience {
    before: Option<Instant>,
    /// It is the thread's, and stays there.
    _of_thread: PhantomData<*const ()>,
}

impl Patience {
    /// That ends at a moment, whatever went for the thread before.
    pub fn until(end: Instant) -> Self {
        Self {
            before: END.replace(Some(end)),
            _of_thread: PhantomData,
        }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        END.set(self.before);
    }
}

/// When this thread has waited for long enough; without a word, once `usual` is over.
pub(super) fn end(usual: Duration) -> Instant {
    END.get().unwrap_or_else(|| instant() + usual)
}

#[cfg(test)]
mod tests {
    use super::{Patience, end};
    use crate::domain::instant;
    use std::time::Duration;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_innermost_word_counts_and_goes_with_its_scope() {
        let outer = Patience::until(instant() + HOUR);
        let long = end(Duration::ZERO);
        {
            let _inner = Patience::until(instant());
            assert!(end(HOUR) < long);
        }
        assert_eq!(end(Duration::ZERO), long);
        let elsewhere = std::thread::spawn(|| end(Duration::ZERO)).join();
        assert!(elsewhere.is_ok_and(|elsewhere| elsewhere < long));
        drop(outer);
        assert!(end(Duration::ZERO) < long);
    }
}
