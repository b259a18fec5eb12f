//! Who waits for something to come.

use std::collections::BTreeMap;
use std::task::Waker;

/// Those who wait, each by a number of its own. Each is woken once.
#[derive(Debug, Default)]
pub struct Listeners {
    wakers: BTreeMap<u64, Waker>,
    next: u64,
}

impl Listeners {
    /// Wakes this with the next thing that comes; whoever waits already keeps its number.
    pub fn add(&mut self, known: Option<u64>, waker: &Waker) -> u64 {
        let number = known.unwrap_or_else(|| {
            self.next += 1;
            self.next
        });
        self.wakers.insert(number, waker.clone());
        number
    }

    /// It does not wait any more.
    pub fn remove(&mut self, number: u64) {
        self.wakers.remove(&number);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.wakers.is_empty()
    }

    /// All of them, to be woken; nobody, mostly.
    pub fn take(&mut self) -> BTreeMap<u64, Waker> {
        std::mem::take(&mut self.wakers)
    }
}
