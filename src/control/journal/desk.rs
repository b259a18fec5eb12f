//! What one thread has put aside for the journal: threads that all wrote into it for each request would mostly
//! wait for each other's memory.

use super::record::Record;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Entries that are put aside, at most.
const TOGETHER: usize = 32;

/// The same in bytes; bodies that one has from the one before it are counted once.
const TOGETHER_BYTES: usize = 64 * 1024;

/// Where one thread puts entries aside. Whoever looks into the journal has them put into it first.
#[derive(Clone, Debug, Default)]
pub struct Desk(Arc<Mutex<Aside>>);

/// Entries that are not in the journal yet, in their order.
#[derive(Debug, Default)]
struct Aside {
    entries: Vec<Waiting>,
    bytes: usize,
    /// Where the last body is in memory.
    last_body: usize,
}

/// An entry that is not in the journal yet.
#[derive(Debug)]
pub struct Waiting {
    /// The number of its space.
    pub space: u64,
    /// When it ended, in real time.
    pub ended: Instant,
    /// What was asked and answered.
    pub record: Arc<Record>,
}

impl Desk {
    /// Puts an entry aside; says whether there are enough.
    pub fn put(&self, entry: Waiting) -> bool {
        let mut aside = self.aside();
        let body = &entry.record.answered.body;
        let address = body.as_ptr().addr();
        aside.bytes += entry.record.weight();
        if address != aside.last_body {
            aside.bytes += body.len();
            aside.last_body = address;
        }
        aside.entries.push(entry);
        aside.entries.len() >= TOGETHER || aside.bytes >= TOGETHER_BYTES
    }

    /// Adds what was put aside to others; nothing is left.
    pub fn empty_into(&self, entries: &mut Vec<Waiting>) {
        let mut aside = self.aside();
        entries.append(&mut aside.entries);
        aside.bytes = 0;
        aside.last_body = 0;
    }

    /// Whether nobody puts anything here any more.
    pub fn is_left(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    fn aside(&self) -> MutexGuard<'_, Aside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
