//! A list under way: reading it counts for the images whose plan waits for reads.

use crate::domain::{ImageQuery, ListForm};
use crate::service::transitions::Transitions;
use crate::store::{self, Slice, Store, StoreError};
use std::sync::Arc;

/// A list that is read slice by slice.
#[derive(Debug)]
pub struct Listing {
    list: store::Listing,
    transitions: Arc<Transitions>,
}

impl Listing {
    /// The images of a query.
    pub(super) fn new(
        store: Arc<Store>,
        query: ImageQuery,
        form: ListForm,
        transitions: Arc<Transitions>,
    ) -> Self {
        Self {
            list: store::Listing::of(store, query, form),
            transitions,
        }
    }

    /// Most images of the list, if there is such a number.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.list.limit()
    }

    /// The next images, no more than so many; nothing behind the last.
    ///
    /// # Errors
    /// When the database fails; then nothing more comes.
    pub fn next(&mut self, most: u64) -> Result<Option<Slice>, StoreError> {
        self.transitions.next_slice(&mut self.list, most)
    }

    /// Whether at least so many images are known to come, without a look at them.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_ahead(&self, images: u64) -> Result<bool, StoreError> {
        self.list.has_ahead(images)
    }

    /// Reads it in smaller slices from now on, for a client that takes one after the other.
    pub fn go_in_pieces(&mut self) {
        self.list.go_in_pieces();
    }

    /// Takes a slice back that has been looked at: its memory serves the next one.
    pub fn give_back(&mut self, slice: Slice) {
        self.list.give_back(slice);
    }

    /// Whether all of it has been read.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.list.is_over()
    }
}
