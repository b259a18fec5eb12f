//! How many writes of a file are committed together, and how long a commit waits for others to come.
//!
//! Those who were committed together last write again as soon as they were answered: whoever comes first would
//! have a commit alone, and have all the others wait for two.

use crate::domain::instant;
use std::time::{Duration, Instant};

/// Writes that are committed together at most: nobody waits for more than those before it.
pub const MOST_TOGETHER: usize = 64;

/// The longest time that a commit waits for others to come.
const MOST_PATIENCE: Duration = Duration::from_millis(2);

/// What the last commit says of the next.
#[derive(Debug, Default)]
pub struct Pace {
    together: usize,
    took: Duration,
    over: Option<Instant>,
}

impl Pace {
    /// So many were committed together, which began then and is over.
    pub fn committed(&mut self, together: usize, begun: Instant) {
        let over = instant();
        *self = Self {
            together,
            took: over - begun,
            over: Some(over),
        };
    }

    /// How many are hoped for: those who were committed together last.
    pub fn hoped_for(&self) -> usize {
        self.together
    }

    /// How long they are waited for still: for half as long as that commit took, since it was over. Nothing
    /// when that is over, too.
    pub fn patience(&self) -> Option<Duration> {
        let patience = (self.took / 2).min(MOST_PATIENCE);
        patience.checked_sub(instant() - self.over?)
    }
}
