//! The journal of one space.

use super::desk::{Desk, Waiting};
use super::entry::Entry;
use super::following::Following;
use super::matching::Matching;
use super::record::Record;
use super::room::Journal;
use super::tally::{self, Tally};
use super::times::Times;
use std::ops::Range;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// How many entries are taken out at once: others want to put theirs in meanwhile.
const AT_ONCE: u64 = 256;

/// The journal of one space. Clones are the same journal.
#[derive(Clone, Debug)]
pub struct SpaceJournal {
    journal: Journal,
    space: u64,
    is_on: bool,
}

/// The place that a space has in the journal of its server: entries go with it.
#[derive(Debug)]
pub struct SpacePlace(SpaceJournal);

impl SpacePlace {
    /// Of the space of a number, which no other has nor ever had.
    #[must_use]
    pub fn open(journal: &Journal, space: u64) -> Self {
        journal.open(space);
        Self(SpaceJournal {
            journal: journal.clone(),
            space,
            is_on: journal.is_on(),
        })
    }

    /// A place in the same journal, of the space of another number.
    #[must_use]
    pub fn another(&self, space: u64) -> Self {
        Self::open(&self.0.journal, space)
    }

    /// Its journal.
    #[must_use]
    pub fn journal(&self) -> &SpaceJournal {
        &self.0
    }
}

impl Drop for SpacePlace {
    fn drop(&mut self) {
        self.0.journal.clear(self.0.space, true);
    }
}

impl SpaceJournal {
    /// Whether anything is kept.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// What is kept of each body, in bytes.
    #[must_use]
    pub fn body_bytes(&self) -> usize {
        self.journal.body_bytes()
    }

    /// Adds what was asked and answered.
    pub fn put(&self, record: Record) {
        if self.is_on {
            self.journal.put(self.space, record);
        }
    }

    /// The same, put aside on a thread's desk until somebody looks. It ended at this moment of real time.
    pub fn put_aside(&self, desk: &Desk, ended: Instant, record: Record) {
        if self.is_on {
            let (space, record) = (self.space, Arc::new(record));
            self.journal.put_aside(
                desk,
                Waiting {
                    space,
                    ended,
                    record,
                },
            );
        }
    }

    /// Forgets all entries. Numbers go on.
    pub fn clear(&self) {
        self.journal.clear(self.space, false);
    }

    /// The entry of a number, if it is still there.
    #[must_use]
    pub fn entry(&self, number: u64) -> Option<Entry> {
        self.taken(number..number.saturating_add(1)).pop()
    }

    /// At most so many entries that match, behind a number, the oldest first or the newest.
    #[must_use]
    pub fn find(
        &self,
        matching: &Matching,
        since: u64,
        most: usize,
        newest_first: bool,
    ) -> Vec<Entry> {
        let mut found = Vec::new();
        self.each(since, newest_first, &mut |entry| {
            if found.len() < most && matching.is_met(&entry) {
                found.push(entry);
            }
            found.len() < most
        });
        found
    }

    /// How many entries match.
    #[must_use]
    pub fn count(&self, matching: &Matching, since: u64) -> u64 {
        let mut count = 0;
        self.each(since, false, &mut |entry| {
            count += u64::from(matching.is_met(&entry));
            true
        });
        count
    }

    /// Whether entries match as often as they are to.
    #[must_use]
    pub fn verify(&self, times: Times, matching: &Matching, since: u64) -> Tally {
        let mut entries = Vec::new();
        self.each(since, true, &mut |entry| {
            entries.push(entry);
            true
        });
        tally::of(times, matching, entries)
    }

    /// What comes behind a number, as it comes.
    #[must_use]
    pub fn follow(&self, since: u64) -> Following {
        Following::new(self.journal.clone(), self.space, since)
    }

    /// The number of the newest entry that there is or was; zero when there was none.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.numbers().end.saturating_sub(1)
    }

    /// Holds the thread until so many entries match, those that are there counted; at most so long. Says
    /// how many did.
    #[must_use]
    pub fn wait(&self, at_least: u64, matching: &Matching, timeout: Duration) -> u64 {
        let (mut count, mut next) = (0, 0);
        let mut inside = self.journal.inside();
        inside.waiting_threads += 1;
        self.journal.tell_who_waits(inside);
        let inside = self.journal.inside();
        let waited = self
            .journal
            .changed()
            .wait_timeout_while(inside, timeout, |inside| {
                let Some(ring) = inside.rings.get(&self.space) else {
                    return false;
                };
                for number in ring.numbers().start.max(next)..ring.numbers().end {
                    if let Some(record) = ring.get(number) {
                        let entry = Entry::of(number, record);
                        count += u64::from(matching.is_met(&entry));
                    }
                }
                next = ring.numbers().end;
                count < at_least && !inside.is_closed
            });
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        inside.waiting_threads -= 1;
        self.journal.tell_who_waits(inside);
        count
    }

    fn numbers(&self) -> Range<u64> {
        let inside = self.journal.inside();
        inside
            .rings
            .get(&self.space)
            .map_or(1..1, super::ring::Ring::numbers)
    }

    fn taken(&self, numbers: Range<u64>) -> Vec<Entry> {
        let inside = self.journal.inside();
        let Some(ring) = inside.rings.get(&self.space) else {
            return Vec::new();
        };
        let entries = numbers.filter_map(|number| Some(Entry::of(number, ring.get(number)?)));
        entries.collect()
    }

    /// Shows entries behind a number to somebody, until it has seen enough.
    fn each(&self, since: u64, newest_first: bool, visit: &mut dyn FnMut(Entry) -> bool) {
        let Range { start, end } = self.numbers();
        let mut left = start.max(since.saturating_add(1))..end;
        while !left.is_empty() {
            let numbers = match newest_first {
                true => left.end.saturating_sub(AT_ONCE).max(left.start)..left.end,
                false => left.start..left.start.saturating_add(AT_ONCE).min(left.end),
            };
            match newest_first {
                true => left.end = numbers.start,
                false => left.start = numbers.end,
            }
            let mut entries = self.taken(numbers);
            if newest_first {
                entries.reverse();
            }
            for entry in entries {
                if !visit(entry) {
                    return;
                }
            }
        }
    }
}
