//! Connections that read.

use super::{Location, StoreError, connect};
use rusqlite::Connection;

/// A connection that reads.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    /// Whether a write may come between two of its statements.
    needs_transactions: bool,
}

impl Reader {
    pub fn open(location: &Location) -> Result<Self, StoreError> {
        Ok(Self {
            connection: connect(location, true)?,
            needs_transactions: match location {
                // Its writers wait for the readers.
                Location::Memory(_) => false,
                Location::File(_) => true,
            },
        })
    }

    /// Reads everything from one state of the data.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.needs_transactions {
            return work(&self.connection);
        }
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        let result = work(&self.connection);
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        self.connection.prepare_cached(end)?.execute([])?;
        result
    }

    /// Whether it can be used again.
    pub fn is_idle(&self) -> bool {
        self.connection.is_autocommit()
    }
}
