//! Data in memory between two exchanges: whoever began to read them can go on when others are in their
//! place.

use super::error::StoreError;
use super::original::MemoryWriter;
use super::shared_texts::SharedTexts;
use rusqlite::Connection;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Data that are there as long as somebody holds this.
#[derive(Debug)]
pub struct Turn {
    number: u64,
    /// What they share with others.
    shared: Option<SharedTexts>,
    past: Mutex<Past>,
}

/// What there is once others are in their place.
#[derive(Debug, Default)]
struct Past {
    /// Keeps the data there: they go with the last connection to them.
    anchor: Option<MemoryWriter>,
    /// To read with.
    idle: Vec<Connection>,
}

impl Turn {
    /// The data that were exchanged so often.
    pub fn new(number: u64, shared: Option<SharedTexts>) -> Self {
        Self {
            number,
            shared,
            past: Mutex::default(),
        }
    }

    /// How often the data had been exchanged when these came.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// What they share with others.
    pub fn shared(&self) -> Option<&SharedTexts> {
        self.shared.as_ref()
    }

    /// Others are in their place: nobody writes to them any more.
    pub fn end(&self, writer: MemoryWriter) {
        self.past().anchor = Some(writer);
    }

    /// Looks at them through what wrote them, once others are in their place.
    pub fn look_back<T>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let past = self.past();
        past.anchor.as_ref().map(|writer| writer.read(look))
    }

    /// A connection to read with, of those that were given back.
    pub fn take(&self) -> Option<Connection> {
        self.past().idle.pop()
    }

    /// Gives one back.
    pub fn give_back(&self, connection: Connection) {
        self.past().idle.push(connection);
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
