//! Whether something happened as often as it was to, and what nearly did.

use super::entry::Entry;
use super::matching::Matching;
use super::times::Times;
use std::fmt;

/// Most entries that a tally shows of a kind.
const MOST_SHOWN: usize = 10;

/// Whether entries match as often as they are to; if not, what there is instead.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Whether they do.
    pub holds: bool,
    /// How many match.
    pub count: u64,
    /// How many were to.
    pub times: Times,
    /// What they were to match.
    pub matching: Matching,
    /// The newest that match, where there are too many of them.
    pub matches: Vec<Entry>,
    /// The newest that match but for one thing, where there are too few.
    pub near_misses: Vec<NearMiss>,
}

/// An entry that is as it was wanted, but for one thing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NearMiss {
    /// The entry.
    pub entry: Entry,
    /// What is another thing, as the filters are called: `status`, `path`…
    pub differs: &'static str,
    /// What it was to be.
    pub wanted: String,
    /// What it is; nothing where there is none.
    pub found: Option<String>,
}

/// The tally on entries, the newest first.
pub fn of(times: Times, matching: &Matching, entries: Vec<Entry>) -> Tally {
    let (mut count, mut matches, mut near_misses) = (0, Vec::new(), Vec::new());
    for entry in entries {
        let mut unmet = matching.unmet(&entry);
        match (unmet.next(), unmet.next()) {
            (None, _) => {
                count += 1;
                drop(unmet);
                if matches.len() < MOST_SHOWN {
                    matches.push(entry);
                }
            }
            (Some(only), None) => {
                drop(unmet);
                if near_misses.len() < MOST_SHOWN {
                    near_misses.push(NearMiss {
                        entry,
                        differs: only.name,
                        wanted: only.wanted,
                        found: only.is,
                    });
                }
            }
            _ => {}
        }
    }
    let holds = times.hold(count);
    match (holds, times.are_more_than(count)) {
        (true, _) => {
            matches.clear();
            near_misses.clear();
        }
        (false, true) => matches.clear(),
        (false, false) => near_misses.clear(),
    }
    Tally {
        holds,
        count,
        times,
        matching: matching.clone(),
        matches,
        near_misses,
    }
}

impl fmt::Display for Tally {
    /// What was wanted and what there is, with what nearly was: a line each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count,
            times,
            matching,
            matches,
            near_misses,
            ..
        } = self;
        write!(f, "{times} requests were to match {matching}; {count} did")?;
        for entry in matches {
            write!(f, "\n  {entry}")?;
        }
        for near in near_misses {
            write!(f, "\n  near miss: {near}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            entry,
            differs,
            wanted,
            found,
        } = self;
        let found = found.as_deref().unwrap_or("missing");
        write!(f, "{entry}: {differs} is {found}, not {wanted}")
    }
}
