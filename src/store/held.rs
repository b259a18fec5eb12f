//! A state of a store that somebody reads on, whatever is written meanwhile.

use super::error::StoreError;
use super::images::Store;
use super::shared_texts::Tables;
use super::turn::Turn;
use rusqlite::Connection;
use std::sync::Arc;

/// A store as somebody sees it: as it is at each look, or from a moment on as it was then.
///
/// Of a file it is all as it was. Data in memory are those that were there, also when others are in their
/// place; what is written to them meanwhile shows.
#[derive(Debug)]
pub struct Held {
    store: Arc<Store>,
    /// Sees a file as it was.
    snapshot: Option<Connection>,
    /// Keeps the data in memory.
    turn: Option<Arc<Turn>>,
}

impl Held {
    /// A store as it is at each look.
    pub fn of(store: Arc<Store>) -> Self {
        Self {
            store,
            snapshot: None,
            turn: None,
        }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Sees it as it is now from now on, unless it sees it so already.
    pub fn hold(&mut self) -> Result<(), StoreError> {
        if self.snapshot.is_none() && self.turn.is_none() {
            self.snapshot = self.store.database.snapshot()?;
            self.turn = self.store.database.turn();
        }
        Ok(())
    }

    /// Reads what it sees.
    pub fn look<T>(
        &self,
        work: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match (&self.snapshot, &self.turn) {
            (Some(connection), _) => work(&Tables::alone(connection)),
            (None, Some(turn)) => self.store.database.read_at(turn, work),
            (None, None) => self.store.database.read(work),
        }
    }

    /// Sees it as it is again.
    pub fn let_go(&mut self) {
        if let Some(connection) = self.snapshot.take() {
            self.store.database.release(connection);
        }
        self.turn = None;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.let_go();
    }
}
