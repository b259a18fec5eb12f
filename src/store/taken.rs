//! A page that is gathered along an index.

use super::error::StoreError;
use super::select::Walk;
use rusqlite::types::Value;

/// Rows that are taken to be sorted, at most.
const MOST_TAKEN: usize = 8_192;

/// The keys of a row's group, as far as they can be read.
pub type Group = Result<Vec<Value>, StoreError>;

/// What is taken for a page along an index: whole groups.
pub struct Taken<'m> {
    pub rows: Vec<i64>,
    /// How many of them are in the marker's group. They come first, and are mostly the marker itself.
    pub of_marker: usize,
    /// Whether two others are in one group.
    pub has_ties: bool,
    most: usize,
    group_keys: usize,
    /// The group taken last.
    last: Vec<Value>,
    /// The marker's.
    marker: Option<&'m [Value]>,
}

impl<'m> Taken<'m> {
    /// Nothing yet, of so many rows behind a marker of these keys.
    pub fn of(walk: &Walk, most: usize, after: Option<&'m [Value]>) -> Self {
        Self {
            rows: Vec::new(),
            of_marker: 0,
            has_ties: false,
            most,
            group_keys: walk.group_keys(),
            last: Vec::new(),
            marker: after.and_then(|keys| keys.get(..walk.group_keys())),
        }
    }

    /// Whether nothing is taken from a row of this group on.
    pub fn is_full(&self, group: impl FnOnce() -> Group) -> Result<bool, StoreError> {
        if self.rows.len() - self.of_marker < self.most {
            return Ok(false);
        }
        Ok(self.group_keys == 0 || group()? != self.last)
    }

    /// Whether sorting it would take longer than another way to the page.
    pub fn is_too_large(&self) -> bool {
        self.group_keys > 0 && self.rows.len() > MOST_TAKEN
    }

    /// Takes a row of this group.
    pub fn take(&mut self, seq: i64, group: impl FnOnce() -> Group) -> Result<(), StoreError> {
        self.rows.push(seq);
        if self.group_keys == 0 {
            return Ok(());
        }
        let group = group()?;
        if self.marker == Some(&group) {
            self.of_marker += 1;
        } else {
            self.has_ties |= self.last == group;
        }
        self.last = group;
        Ok(())
    }
}
