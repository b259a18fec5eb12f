//! A list that is read slice by slice, for as long as its reader takes.

use super::ahead;
use super::error::StoreError;
use super::held::Held;
use super::images::Store;
use super::lists::{self, Extent, Slice};
use super::select::Behind;
use crate::domain::{ImageQuery, ListForm};
use std::sync::Arc;

/// Rows of one slice: no database in memory keeps its writers waiting for longer than these take to
/// read, and no more are held for one reader.
const SLICE_ROWS: u64 = 512;

/// The same where they stand far apart, and each takes several times as long, and where each slice is held until
/// a client has taken it. The first slice has no more either: behind it is known whether all of them are.
const FEW_ROWS: u64 = 128;

/// A list under way.
///
/// Of a file it shows the state in which it began. In memory, where readers and writers shut each other
/// out, it lets go between its slices: what was added since it began stays out. It ends with the data
/// that it began with, also when all of them were exchanged for others meanwhile.
#[derive(Debug)]
pub struct Listing {
    held: Held,
    query: ImageQuery,
    form: ListForm,
    /// Images that may still come.
    left: u64,
    place: Place,
    /// What the next slice is read into.
    slice: Slice,
    /// How many rows it has at most.
    rows: u64,
    /// How many one may have where they stand close together.
    most_rows: u64,
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
            held: Held::of(store),
            slice,
            left: query.limit.unwrap_or(u64::MAX),
            query,
            form,
            place: Place::Beginning,
            rows: FEW_ROWS,
            most_rows: SLICE_ROWS,
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
        if !extent.ends {
            self.held.hold()?;
        }
        let mut slice = std::mem::take(&mut self.slice);
        self.held.look(|tables| {
            lists::read(tables, &self.query, self.form, behind, extent, &mut slice)
        })?;
        self.rows = match slice.is_sparse() {
            true => FEW_ROWS,
            false => self.most_rows,
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
        self.held.look(|tables| {
            ahead::are_behind(tables.connection(), &self.query, behind.seq(), images)
        })
    }

    /// Reads it in smaller slices from now on, for a client that takes one after the other.
    pub fn go_in_pieces(&mut self) {
        self.most_rows = FEW_ROWS;
        self.rows = FEW_ROWS;
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
        self.held.let_go();
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.end();
        self.held
            .store()
            .spare
            .give_back(std::mem::take(&mut self.slice));
    }
}
