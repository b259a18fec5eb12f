//! All images there are, whoever may see them, slice by slice.

use super::error::StoreError;
use super::held::Held;
use super::images::Store;
use super::rows::{self, Numbered};
use super::walk;
use crate::domain::Image;
use std::sync::Arc;

/// Images of one slice: no writer waits for longer than these take to read.
const SLICE: usize = 256;

/// Every image in the order of creation and id, deleted and hidden ones too.
///
/// Of a file it shows the state in which it began. In memory it lets go between its slices, and shows an
/// image that changes meanwhile as it was or as it is.
#[derive(Debug)]
pub struct Dumping {
    held: Held,
    behind: (i64, String),
    is_over: bool,
}

#[cfg(feature = "cli")]
impl Store {
    /// How many images there are, deleted ones too.
    ///
    /// # Errors
    /// When the database fails.
    pub fn image_count(&self) -> Result<u64, StoreError> {
        self.database.read(|connection| walk::count(connection))
    }
}

impl Dumping {
    /// Of a store.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(store: Arc<Store>) -> Result<Self, StoreError> {
        let mut held = Held::of(store);
        held.hold()?;
        Ok(Self {
            held,
            behind: (i64::MIN, String::new()),
            is_over: false,
        })
    }

    /// The next images; none behind the last.
    ///
    /// # Errors
    /// When the database fails, or a row is damaged.
    pub fn next(&mut self) -> Result<Vec<Numbered>, StoreError> {
        if self.is_over {
            return Ok(Vec::new());
        }
        let slice = self
            .held
            .look(|connection| walk::slice(connection, &self.behind, SLICE))?;
        match slice.last() {
            Some((_, last)) => self.behind = (last.created_at.micros(), last.id.clone()),
            None => self.is_over = true,
        }
        Ok(slice)
    }

    /// The images of these rows once more.
    ///
    /// # Errors
    /// When the database fails, or a row is gone or damaged.
    pub fn again(&self, numbers: &[i64]) -> Result<Vec<Image>, StoreError> {
        self.held.look(|connection| {
            let images = numbers.iter().map(|seq| rows::at(connection, *seq));
            images.collect()
        })
    }
}
