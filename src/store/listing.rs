//! A list that is read slice by slice, for as long as its reader takes.

use super::ahead;
use super::error::StoreError;
use super::images::Store;
use super::lists::{self, Extent, Slice};
use super::select::Behind;
use super::shared_texts::Tables;
use super::turn::Turn;
use crate::domain::{ImageQuery, ListForm};
use rusqlite::Connection;
use std::sync::Arc;

/// Rows of one slice: no database in memory keeps its writers waiting for longer than these take to
/// read, and no more are held for one reader.
const SLICE_ROWS: u64 = 512;

/// The same where they stand far apart, and each takes several times as long.
const SPARSE_ROWS: u64 = 128;

/// A list under way.
///
/// Of a file it shows the state in which it began. In memory, where readers and writers shut each other
/// out, it lets go between its slices: what was added since it began stays out. It ends with the data
/// that it began with, also when all of them were exchanged for others meanwhile.
#[derive(Debug)]
pub struct Listing {
    store: Arc<Store>,
    query: ImageQuery,
    form: ListForm,
    /// Images that may still come.
    left: u64,
    place: Place,
    /// Sees a file as it was when the second slice was asked for, and the first.
    snapshot: Option<Connection>,
    /// The data in memory that it began with.
    turn: Option<Arc<Turn>>,
    /// What the next slice is read into.
    slice: Slice,
    /// How many rows it has at most.
    rows: u64,
}

#[derive(Debug)]
enum Place {
    Beginning,
    Behind(Behind),
    End,
}

impl Listing {
    /// The images of a query.
    #[must_use]
    pub fn of(store: Arc<Store>, query: ImageQuery, form: ListForm) -> Self {
        let slice = store.spare.take();
        Self {
            store,
            slice,
            left: query.limit.unwrap_or(u64::MAX),
            query,
            form,
            place: Place::Beginning,
            snapshot: None,
            turn: None,
            rows: SLICE_ROWS,
        }
    }

    /// Most images of the list, if there is such a number.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.query.limit
    }

    /// The next images, no more than so many; nothing behind the last.
    ///
    /// # Errors
    /// When the database fails; then nothing more comes.
    pub fn next(&mut self, most: u64) -> Result<Option<Slice>, StoreError> {
        self.read(most, false)
    }

    /// The same, for [`Store::shown_in`] to tell which images it shows.
    ///
    /// # Errors
    /// When the database fails; then nothing more comes.
    pub fn next_told(&mut self, most: u64) -> Result<Option<Slice>, StoreError> {
        self.read(most, true)
    }

    fn read(&mut self, most: u64, tells: bool) -> Result<Option<Slice>, StoreError> {
        let place = std::mem::replace(&mut self.place, Place::End);
        let behind = match &place {
            Place::Beginning => None,
            Place::Behind(behind) => Some(behind),
            Place::End => return Ok(None),
        };
        let rows = most.min(self.rows);
        let extent = Extent {
            most: self.left.min(rows),
            ends: self.left <= rows,
            marks: self.left.min(most) <= self.rows,
            tells,
        };
        // One slice needs no snapshot.
        if self.snapshot.is_none() && self.turn.is_none() && !extent.ends {
            self.snapshot = self.store.database.snapshot()?;
            self.turn = self.store.database.turn();
        }
        let mut slice = std::mem::take(&mut self.slice);
        self.look(|tables| {
            lists::read(tables, &self.query, self.form, behind, extent, &mut slice)
        })?;
        self.rows = match slice.is_sparse() {
            true => SPARSE_ROWS,
            false => SLICE_ROWS,
        };
        self.left = self.left.saturating_sub(slice.len() as u64);
        match slice.behind.take() {
            Some(next) => {
                self.place = Place::Behind(match behind {
                    Some(behind) => next.begun_with(behind),
                    None => next,
                });
            }
            None => self.end(),
        }
        Ok(Some(slice))
    }

    /// Reads of the state that the list is of.
    fn look<T>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let held = (self.snapshot.as_ref(), self.turn.as_deref());
        self.store.database.read_held(held, work)
    }

    /// Whether at least so many images are known to come, without a look at them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_ahead(&self, images: u64) -> Result<bool, StoreError> {
        let Place::Behind(behind) = &self.place else {
            return Ok(false);
        };
        if self.left < images {
            return Ok(false);
        }
        self.look(|tables| {
            ahead::are_behind(tables.connection(), &self.query, behind.seq(), images)
        })
    }

    /// Whether some of it has been read.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !matches!(self.place, Place::Beginning)
    }

    /// Takes a slice back that has been looked at: its memory serves the next one.
    pub fn give_back(&mut self, slice: Slice) {
        self.slice = slice;
    }

    /// Whether all of it has been read.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.place, Place::End)
    }

    fn end(&mut self) {
        if let Some(connection) = self.snapshot.take() {
            self.store.database.release(connection);
        }
        self.turn = None;
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.end();
        self.store.spare.give_back(std::mem::take(&mut self.slice));
    }
}
