//! The one journal of a server, which its spaces share.

use super::listeners::Listeners;
use super::record::Record;
use super::ring::Ring;
use super::shelf::Shelf;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How much a journal keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Entries of all spaces together; none when it keeps nothing.
    pub entries: usize,
    /// What they take in memory, in bytes.
    pub bytes: usize,
    /// What is kept of each body, in bytes.
    pub body_bytes: usize,
}

impl Bounds {
    /// Those of a journal that keeps nothing.
    pub const NOTHING: Self = Self {
        entries: 0,
        bytes: 0,
        body_bytes: 0,
    };
}

/// The one journal of a server, which its spaces share. Clones are the same journal.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Room>);

#[derive(Debug)]
struct Room {
    bounds: Bounds,
    inside: Mutex<Inside>,
    /// For threads that wait.
    changed: Condvar,
}

/// How much of what was asked and answered is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Entries.
    pub entries: usize,
    /// What they take in memory, in bytes.
    pub bytes: usize,
}

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// The entries of each space, by its number.
    pub rings: BTreeMap<u64, Ring>,
    /// The spaces of all entries, the oldest first.
    order: VecDeque<u64>,
    bodies: Shelf,
    bytes: usize,
    /// Who waits for entries without holding a thread.
    pub listeners: Listeners,
    /// How many threads wait.
    pub waiting_threads: usize,
    /// Whether the server stops: nobody waits any more.
    pub is_closed: bool,
}

/// What was let go, to be dropped where nobody waits for it.
type Gone = (Option<Arc<Record>>, Vec<Arc<Record>>);

impl Journal {
    /// An empty one, which takes no memory.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Room {
            bounds,
            inside: Mutex::default(),
            changed: Condvar::new(),
        }))
    }

    /// Whether it keeps anything.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.bounds.entries > 0
    }

    /// What is kept of each body, in bytes: one entry must not drive out all the others.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        self.0.bounds.body_bytes.min(self.0.bounds.bytes / 4)
    }

    /// What it holds of all spaces.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let inside = self.inside();
        Extent {
            entries: inside.order.len(),
            bytes: inside.bytes,
        }
    }

    /// Lets nobody wait for entries any more: the server stops.
    pub fn close(&self) {
        let mut inside = self.inside();
        inside.is_closed = true;
        self.wake(inside);
    }

    pub(super) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn changed(&self) -> &Condvar {
        &self.0.changed
    }

    /// Wakes whoever waits, with the door open.
    fn wake(&self, mut inside: MutexGuard<'_, Inside>) {
        let (listeners, threads) = (inside.listeners.take(), inside.waiting_threads);
        drop(inside);
        if threads > 0 {
            self.0.changed.notify_all();
        }
        for waker in listeners.into_values() {
            waker.wake();
        }
    }

    /// Gives a space a place.
    pub(super) fn open(&self, space: u64) {
        self.inside().rings.entry(space).or_default();
    }

    /// Adds an entry to those of a space, which has a place; then the oldest of all spaces go, as many as
    /// have to.
    pub(super) fn put(&self, space: u64, record: Record) {
        let record = Arc::new(record);
        let mut inside = self.inside();
        let Some(ring) = inside.rings.get_mut(&space) else {
            return;
        };
        ring.push(Arc::clone(&record));
        inside.bytes += record.weight();
        inside.bytes += inside.bodies.hold(&record.answered.body);
        inside.order.push_back(space);
        let gone = inside.shrink(self.0.bounds);
        self.wake(inside);
        // Behind the lock.
        drop((gone, record));
    }

    /// Lets go of the entries of a space; of its place, too, when it is never to come back.
    pub(super) fn clear(&self, space: u64, forever: bool) {
        let mut inside = self.inside();
        let Some(ring) = inside.rings.get_mut(&space) else {
            return;
        };
        let records = ring.clear();
        if !records.is_empty() {
            inside.order.retain(|other| *other != space);
            inside.order.shrink_to_fit();
        }
        for record in &records {
            inside.forget(record);
        }
        if forever {
            inside.rings.remove(&space);
            // Who follows it is told that there is no more.
            self.wake(inside);
        } else {
            drop(inside);
        }
        drop(records);
    }
}

impl Inside {
    fn forget(&mut self, record: &Record) {
        let freed = record.weight() + self.bodies.let_go(&record.answered.body);
        self.bytes -= freed.min(self.bytes);
    }

    fn shrink(&mut self, bounds: Bounds) -> Gone {
        let (mut first, mut more) = (None, Vec::new());
        while self.order.len() > bounds.entries || self.bytes > bounds.bytes {
            let Some(space) = self.order.pop_front() else {
                break;
            };
            let Some(oldest) = self.rings.get_mut(&space).and_then(Ring::pop) else {
                continue;
            };
            self.forget(&oldest);
            // Mostly one comes and one goes, which takes no list.
            match first {
                None => first = Some(oldest),
                Some(_) => more.push(oldest),
            }
        }
        (first, more)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Journal};
    use crate::control::journal::samples::plain;

    fn journal(entries: usize, bytes: usize) -> Journal {
        let journal = Journal::new(Bounds {
            entries,
            bytes,
            body_bytes: 100_000,
        });
        journal.open(0);
        journal.open(1);
        journal
    }

    fn numbers(journal: &Journal, space: u64) -> Vec<u64> {
        let inside = journal.inside();
        let ring = inside.rings.get(&space);
        ring.map_or_else(Vec::new, |ring| ring.numbers().collect())
    }

    #[test]
    fn the_oldest_of_all_spaces_go_first() {
        let journal = journal(3, 1_000_000);
        for space in [0, 1, 0, 0, 1] {
            journal.put(space, plain("/", 0));
        }
        assert_eq!(numbers(&journal, 0), [2, 3]);
        assert_eq!(numbers(&journal, 1), [2]);
        // A space that has no place keeps nothing.
        journal.put(2, plain("/", 0));
        assert!(numbers(&journal, 2).is_empty());
        journal.clear(0, false);
        assert_eq!(numbers(&journal, 0), [0; 0]);
        for _ in 0..3 {
            journal.put(0, plain("/", 0));
        }
        assert_eq!(numbers(&journal, 0), [4, 5, 6]);
        assert!(numbers(&journal, 1).is_empty());
        journal.clear(0, true);
        assert_eq!(journal.extent().bytes, 0);
        assert!(journal.inside().bodies.is_empty() && journal.inside().order.is_empty());
    }

    #[test]
    fn bytes_are_bounded_and_all_come_back() {
        let journal = journal(10_000, 100_000);
        for round in 0..1000 {
            journal.put(round % 2, plain("/x", 10_000));
            assert!(journal.extent().bytes <= 100_000);
        }
        let kept = numbers(&journal, 0).len() + numbers(&journal, 1).len();
        assert!((4..=10).contains(&kept), "{kept}");
        journal.clear(0, false);
        journal.clear(1, false);
        assert_eq!(journal.extent().bytes, 0);
        // One that is larger than all of it is not kept, and nothing else either.
        journal.put(0, plain("/x", 200_000));
        assert_eq!((journal.extent().bytes, numbers(&journal, 0).len()), (0, 0));
    }

    #[test]
    fn an_answer_that_is_given_again_is_counted_once() {
        let journal = journal(1000, 1_000_000);
        let repeated = plain("/x", 50_000).answered;
        for _ in 0..1000 {
            let mut record = plain("/x", 0);
            record.answered = repeated.clone();
            journal.put(0, record);
        }
        assert_eq!(numbers(&journal, 0).len(), 1000);
        assert!(journal.extent().bytes < 500_000);
        for _ in 0..1000 {
            journal.put(0, plain("/x", 0));
        }
        assert!(journal.inside().bodies.is_empty());
    }
}
