//! What falls due on a clock, in order.

use super::clock::Clock;
use crate::domain::Timestamp;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What stands in place of the earliest moment when there is none.
const NEVER: i64 = i64::MAX;

/// Things by the moment at which they fall due; those of one moment in the order in which they were put
/// down.
///
/// Nobody waits for it: whoever is about to look at what such things change asks first what is due.
/// While nothing is put down, that costs one atomic load.
#[derive(Debug)]
pub struct Agenda<T> {
    /// The earliest moment, in microseconds.
    earliest: AtomicI64,
    order: AtomicU64,
    things: Mutex<BTreeMap<(Timestamp, u64), T>>,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self {
            earliest: AtomicI64::new(NEVER),
            order: AtomicU64::new(0),
            things: Mutex::default(),
        }
    }
}

impl<T> Agenda<T> {
    /// Puts a thing down.
    pub fn put(&self, at: Timestamp, thing: T) {
        let order = self.order.fetch_add(1, Ordering::Relaxed);
        let mut things = self.things();
        things.insert((at, order), thing);
        self.note_earliest(&things);
    }

    /// Takes out the earliest thing that is due by now, with its moment.
    pub fn next_due(&self, clock: &Clock) -> Option<(Timestamp, T)> {
        let earliest = self.earliest.load(Ordering::Acquire);
        if earliest == NEVER || earliest > clock.now().micros() {
            return None;
        }
        let mut things = self.things();
        let first = things.first_entry()?;
        // Somebody else may have taken the one that was due.
        if first.key().0 > clock.now() {
            return None;
        }
        let ((at, _), thing) = first.remove_entry();
        self.note_earliest(&things);
        Some((at, thing))
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut things = self.things();
        things.clear();
        self.note_earliest(&things);
    }

    fn note_earliest(&self, things: &BTreeMap<(Timestamp, u64), T>) {
        let first = things.first_key_value();
        let earliest = first.map_or(NEVER, |((at, _), _)| at.micros());
        self.earliest.store(earliest, Ordering::Release);
    }

    fn things(&self) -> MutexGuard<'_, BTreeMap<(Timestamp, u64), T>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Agenda, Clock};
    use crate::domain::Timestamp;
    use std::time::Duration;

    #[test]
    fn what_is_due_comes_in_order_and_nothing_before_its_time() {
        let second = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let clock = Clock::frozen(second(0));
        let agenda = Agenda::default();
        for (at, thing) in [(30, "c"), (10, "a"), (30, "d"), (20, "b"), (40, "e")] {
            agenda.put(second(at), thing);
        }
        assert_eq!(agenda.next_due(&clock), None);
        clock.advance(Duration::from_secs(30)).unwrap();
        let due: Vec<_> = std::iter::from_fn(|| agenda.next_due(&clock)).collect();
        let expected = [(10, "a"), (20, "b"), (30, "c"), (30, "d")];
        assert_eq!(due, expected.map(|(at, thing)| (second(at), thing)));
        agenda.clear();
        clock.advance(Duration::from_secs(30)).unwrap();
        assert_eq!(agenda.next_due(&clock), None);
    }
}
