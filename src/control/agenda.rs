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
/// Nobody waits for it: whoever is about to look at what such things change has it settle first. While
/// nothing is put down, that costs one atomic load.
#[derive(Debug)]
pub struct Agenda<T> {
    /// The earliest moment, in microseconds.
    earliest: AtomicI64,
    order: AtomicU64,
    things: Mutex<BTreeMap<Entry, T>>,
    /// Held by whoever carries out what is due: the others wait, and then find it done.
    settling: Mutex<()>,
}

/// Where a thing stands: no other ever stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    at: Timestamp,
    order: u64,
}

impl Entry {
    /// When it falls due.
    pub fn at(self) -> Timestamp {
        self.at
    }
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self {
            earliest: AtomicI64::new(NEVER),
            order: AtomicU64::new(0),
            things: Mutex::default(),
            settling: Mutex::default(),
        }
    }
}

impl<T: Clone> Agenda<T> {
    /// Puts a thing down.
    pub fn put(&self, at: Timestamp, thing: T) -> Entry {
        let order = self.order.fetch_add(1, Ordering::Relaxed);
        let entry = Entry { at, order };
        let mut things = self.things();
        things.insert(entry, thing);
        self.note_earliest(&things);
        entry
    }

    /// Strikes a thing out, if it still stands there.
    pub fn strike(&self, entry: Entry) {
        let mut things = self.things();
        things.remove(&entry);
        self.note_earliest(&things);
    }

    /// Whether something is due by now.
    pub fn is_due(&self, clock: &Clock) -> bool {
        let earliest = self.earliest.load(Ordering::Acquire);
        earliest != NEVER && earliest <= clock.now().micros()
    }

    /// Has everything carried out that is due by now, in order, and what falls due by that as well. When
    /// it returns, it is done, whoever did it. What is carried out must not settle anything itself.
    ///
    /// # Errors
    /// What `carry_out` says; then that thing and those behind it are due still.
    pub fn settle<E>(
        &self,
        clock: &Clock,
        mut carry_out: impl FnMut(Entry, T) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.is_due(clock) {
            return Ok(());
        }
        let settling = self.settling.lock();
        let _settling = settling.unwrap_or_else(PoisonError::into_inner);
        // It stands there until it is done: whoever comes meanwhile must see that something is due.
        while let Some((entry, thing)) = self.first_due(clock) {
            carry_out(entry, thing)?;
            self.strike(entry);
        }
        Ok(())
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut things = self.things();
        things.clear();
        self.note_earliest(&things);
    }

    fn first_due(&self, clock: &Clock) -> Option<(Entry, T)> {
        let things = self.things();
        let (entry, thing) = things.first_key_value()?;
        (entry.at <= clock.now()).then(|| (*entry, thing.clone()))
    }

    fn note_earliest(&self, things: &BTreeMap<Entry, T>) {
        let first = things.first_key_value();
        let earliest = first.map_or(NEVER, |(entry, _)| entry.at.micros());
        self.earliest.store(earliest, Ordering::Release);
    }

    fn things(&self) -> MutexGuard<'_, BTreeMap<Entry, T>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Agenda, Clock};
    use crate::domain::Timestamp;
    use std::time::Duration;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    /// What is carried out by now, which is nothing that fails.
    fn settled(agenda: &Agenda<&'static str>, clock: &Clock) -> Vec<(Timestamp, &'static str)> {
        let mut done = Vec::new();
        let settled = agenda.settle(clock, |entry, thing| {
            done.push((entry.at(), thing));
            Ok::<_, ()>(())
        });
        settled.unwrap();
        done
    }

    #[test]
    fn what_is_due_comes_in_order_and_nothing_before_its_time() {
        let clock = Clock::frozen(second(0));
        let agenda = Agenda::default();
        let put = [(30, "c"), (10, "a"), (30, "d"), (20, "b"), (40, "e")];
        let entries = put.map(|(at, thing)| agenda.put(second(at), thing));
        assert_eq!(settled(&agenda, &clock), []);
        clock.advance(Duration::from_secs(30)).unwrap();
        let expected = [(10, "a"), (20, "b"), (30, "c"), (30, "d")];
        let expected = expected.map(|(at, thing)| (second(at), thing));
        assert_eq!(settled(&agenda, &clock), expected);
        agenda.strike(entries[4]);
        agenda.put(second(50), "f");
        agenda.clear();
        clock.advance(Duration::from_secs(30)).unwrap();
        assert_eq!(settled(&agenda, &clock), []);
    }

    #[test]
    fn what_falls_due_by_what_is_due_comes_at_its_place() {
        let clock = Clock::frozen(second(100));
        let agenda = Agenda::default();
        agenda.put(second(10), "first");
        agenda.put(second(30), "third");
        let mut done = Vec::new();
        let settled = agenda.settle(&clock, |entry, thing| {
            if thing == "first" {
                agenda.put(second(20), "second");
            }
            done.push((entry.at(), thing));
            // Nobody may believe that all is done.
            assert!(agenda.is_due(&clock));
            Ok::<_, ()>(())
        });
        settled.unwrap();
        let order = [(10, "first"), (20, "second"), (30, "third")];
        assert_eq!(done, order.map(|(at, thing)| (second(at), thing)));
        assert!(!agenda.is_due(&clock));
    }

    #[test]
    fn what_fails_is_due_still_and_nothing_overtakes_it() {
        let clock = Clock::frozen(second(100));
        let agenda = Agenda::default();
        agenda.put(second(10), "a");
        agenda.put(second(20), "b");
        assert_eq!(agenda.settle(&clock, |_, thing| Err(thing)), Err("a"));
        let both = [(second(10), "a"), (second(20), "b")];
        assert_eq!(settled(&agenda, &clock), both);
    }
}
