//! The database of a seed, which it lends to the first store that is made of it.
//!
//! Most servers have one space, and many are never written to: until the first write their images stand in
//! memory once, and a start does not wait for a copy.

use super::error::StoreError;
use super::memory;
use rusqlite::Connection;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a seed holds. Nobody writes to it once others know it.
#[derive(Debug)]
pub struct Original(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    connection: Connection,
    /// What others reach it by, until it is lent.
    name: Option<String>,
}

impl Original {
    /// A database, lent by its name if others reach it by one.
    pub fn new(connection: Connection, name: Option<String>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Kept { connection, name })))
    }

    /// Reads it, or prepares it while nobody else knows it.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&self.kept().connection)
    }

    /// Lends it to the first who asks; says by which name it is reached, and what writes to it.
    pub fn lend(self: &Arc<Self>) -> Option<(String, MemoryWriter)> {
        let name = self.kept().name.take()?;
        Some((name, MemoryWriter::Lent(Arc::clone(self))))
    }

    /// The connection that it was made with. From now on it is a copy.
    fn give_away(&self) -> Result<Connection, StoreError> {
        let mut kept = self.kept();
        let copy = memory::copied(&kept.connection, None).map_err(memory::of_memory)?;
        Ok(std::mem::replace(&mut kept.connection, copy))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What writes to a database in memory.
#[derive(Debug)]
pub enum MemoryWriter {
    /// The connection to write with.
    Own(Connection),
    /// Nothing yet: so far the data are a seed's, to be taken over before something is written.
    Lent(Arc<Original>),
}

impl MemoryWriter {
    /// The connection to write with, to data that are nobody else's from now on; a seed has a copy then.
    ///
    /// # Errors
    /// When there is no room for one.
    pub fn own(&mut self) -> Result<&mut Connection, StoreError> {
        if let Self::Lent(original) = self {
            *self = Self::Own(original.give_away()?);
        }
        match self {
            Self::Own(connection) => Ok(connection),
            Self::Lent(_) => Err(StoreError::NotCopied("it is lent".to_owned())),
        }
    }

    /// Reads what there is.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Own(connection) => work(connection),
            Self::Lent(original) => original.with(work),
        }
    }
}
