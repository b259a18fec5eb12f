//! The one journal of a server, which its spaces share.

use super::desk::{Desk, Waiting};
use super::listeners::Listeners;
use super::record::Record;
use super::ring::Ring;
use super::shelf::Shelf;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Whether anybody waits for entries: then none are put aside.
    is_awaited: AtomicBool,
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
    /// Where entries are put aside.
    desks: Vec<Desk>,
    /// Who waits for entries without holding a thread.
    pub listeners: Listeners,
    /// How many threads wait.
    pub waiting_threads: usize,
    /// Whether the server stops: nobody waits any more.
    pub is_closed: bool,
}

/// What was let go, to be dropped where nobody waits for it.
type Gone = Vec<Arc<Record>>;

impl Journal {
    /// An empty one, which takes no memory.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Room {
            bounds,
            inside: Mutex::default(),
            changed: Condvar::new(),
            is_awaited: AtomicBool::new(false),
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

    /// A place where a thread puts entries aside.
    #[must_use]
    pub fn desk(&self) -> Desk {
        let desk = Desk::default();
        self.lock().desks.push(desk.clone());
        desk
    }

    /// The journal with all that was put aside until now.
    pub(super) fn inside(&self) -> MutexGuard<'_, Inside> {
        self.gather();
        self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn changed(&self) -> &Condvar {
        &self.0.changed
    }

    /// Somebody is about to wait for entries, or has stopped to: whoever puts one in from now on knows of it,
    /// and what was put aside before is there when this is done.
    pub(super) fn tell_who_waits(&self, inside: MutexGuard<'_, Inside>) {
        let is_awaited = inside.waiting_threads > 0 || !inside.listeners.is_empty();
        self.0.is_awaited.store(is_awaited, Ordering::SeqCst);
        drop(inside);
        if is_awaited {
            self.gather();
        }
    }

    /// Wakes whoever waits, with the door open.
    fn wake(&self, mut inside: MutexGuard<'_, Inside>) {
        let (listeners, threads) = (inside.listeners.take(), inside.waiting_threads);
        if threads == 0 {
            self.0.is_awaited.store(false, Ordering::SeqCst);
        }
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
        self.lock().rings.entry(space).or_default();
    }

    /// Adds an entry to those of a space, which has a place; then the oldest of all spaces go, as many as
    /// have to.
    pub(super) fn put(&self, space: u64, record: Record) {
        let record = Arc::new(record);
        let mut inside = self.lock();
        inside.gather();
        inside.put(space, record);
        self.finish(inside);
    }

    /// The same, sooner or later: whoever looks finds it.
    pub(super) fn put_aside(&self, desk: &Desk, entry: Waiting) {
        let are_enough = desk.put(entry);
        if are_enough || self.0.is_awaited.load(Ordering::SeqCst) {
            self.gather();
        }
    }

    /// Puts in what was put aside.
    fn gather(&self) {
        let mut inside = self.lock();
        if inside.gather() {
            self.finish(inside);
        }
    }

    /// Entries have come: the oldest go, and whoever waits is told.
    fn finish(&self, mut inside: MutexGuard<'_, Inside>) {
        let gone = inside.shrink(self.0.bounds);
        self.wake(inside);
        // Behind the lock.
        drop(gone);
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
    /// Puts in what was put aside, in the order in which it ended; says whether there was anything.
    fn gather(&mut self) -> bool {
        let mut entries = Vec::new();
        self.desks.retain(|desk| {
            let is_left = desk.is_left();
            desk.empty_into(&mut entries);
            !is_left
        });
        entries.sort_by_key(|entry| entry.ended);
        let is_any = !entries.is_empty();
        for entry in entries {
            self.put(entry.space, entry.record);
        }
        is_any
    }

    fn put(&mut self, space: u64, record: Arc<Record>) {
        // A space that was removed has no place any more.
        let Some(ring) = self.rings.get_mut(&space) else {
            return;
        };
        self.bytes += record.weight();
        self.bytes += self.bodies.hold(&record.answered.body);
        ring.push(record);
        self.order.push_back(space);
    }

    fn forget(&mut self, record: &Record) {
        let freed = record.weight() + self.bodies.let_go(&record.answered.body);
        self.bytes -= freed.min(self.bytes);
    }

    fn shrink(&mut self, bounds: Bounds) -> Gone {
        let mut gone = Vec::new();
        while self.order.len() > bounds.entries || self.bytes > bounds.bytes {
            let Some(space) = self.order.pop_front() else {
                break;
            };
            let Some(oldest) = self.rings.get_mut(&space).and_then(Ring::pop) else {
                continue;
            };
            self.forget(&oldest);
            gone.push(oldest);
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Bounds, Journal};
    use crate::control::journal::desk::Desk;
    use crate::control::journal::samples::plain;
    use crate::control::journal::{Matching, SpaceJournal, SpacePlace};
    use crate::domain::instant;
    use futures_util::FutureExt as _;
    use std::thread;
    use std::time::Duration;

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

    fn put_aside(journal: &SpaceJournal, desk: &Desk, target: &str) {
        journal.put_aside(desk, instant(), plain(target, 0));
    }

    #[test]
    fn what_is_put_aside_is_found_in_the_order_in_which_it_ended() {
        let journal = journal(50, 1_000_000);
        let place = SpacePlace::open(&journal, 7);
        let (one, other) = (journal.desk(), journal.desk());
        // More than a desk holds, and more than the journal keeps.
        for number in 0..100 {
            let desk = if number % 3 == 0 { &one } else { &other };
            put_aside(place.journal(), desk, &format!("/{number}"));
        }
        place.journal().put(plain("/100", 0));
        let found = place.journal().find(&Matching::default(), 0, 1000, false);
        let found: Vec<_> = found
            .iter()
            .map(|entry| (entry.number(), entry.target().into_owned()))
            .collect();
        let expected: Vec<_> = (51..=100)
            .map(|number| (number + 1, format!("/{number}")))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(journal.extent().entries, 50);
        // What was put aside goes with the others, and is not there when the space comes back.
        put_aside(place.journal(), &one, "/");
        place.journal().clear();
        assert_eq!((journal.extent().entries, journal.extent().bytes), (0, 0));
        assert_eq!(place.journal().newest(), 102);
        put_aside(place.journal(), &one, "/");
        drop(place);
        assert_eq!(journal.extent().entries, 0);
        drop((one, other));
        assert!(journal.inside().desks.is_empty());
    }

    #[test]
    fn whoever_waits_is_told_of_what_is_put_aside() {
        let journal = journal(1000, 1_000_000);
        let place = SpacePlace::open(&journal, 7);
        let desk = journal.desk();
        let wait = |at_least| {
            let minute = Duration::from_secs(60);
            place.journal().wait(at_least, &Matching::default(), minute)
        };
        thread::scope(|scope| {
            for waited in 1..=200 {
                let waiting = scope.spawn(move || wait(waited));
                put_aside(place.journal(), &desk, "/");
                assert_eq!(waiting.join().unwrap(), waited);
            }
        });
        let mut following = place.journal().follow(200);
        assert!(following.next(10).now_or_never().is_none());
        put_aside(place.journal(), &desk, "/");
        let news = following.next(10).now_or_never().flatten().unwrap();
        assert_eq!(news.entries.len(), 1);
        // Nobody waits any more, so entries may stay on the desk.
        drop(following);
        put_aside(place.journal(), &desk, "/");
        assert_eq!(journal.lock().order.len(), 201);
        assert_eq!(place.journal().newest(), 202);
    }
}
