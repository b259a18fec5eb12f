//! How long a space waits for another process that has its file, and for its own whoever waits for that.

use super::app::App;
use crate::control::long_lock::{Hold, Look};
use crate::store::{Patience, StoreError, Uncommitted};
use std::time::Instant;

/// Held by whoever puts something in place of what there is.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    _hold: Hold<'a, ()>,
    /// What is written meanwhile waits no longer than whoever holds this meant to wait for all.
    _patience: Option<Patience>,
}

impl App {
    /// When a request that came now would have waited for another process for long enough that has the file;
    /// in memory there is none to wait for.
    pub(crate) fn end_of_patience(&self) -> Option<Instant> {
        self.store().end_of_patience()
    }

    /// Whether to go on waiting leads nowhere for a request whose patience ends then.
    pub(crate) fn is_in_vain(&self, end: Option<Instant>) -> bool {
        self.store().is_in_vain(end)
    }

    /// Has what this thread writes wait no longer than to then, as long as what this gives is held. Whoever had
    /// to wait for others, and not in vain, has its time before it.
    pub(crate) fn patience_until(&self, end: Option<Instant>) -> Option<Patience> {
        let end = match self.store().is_locked_out() {
            true => end,
            false => self.store().end_of_patience(),
        };
        end.map(Patience::until)
    }

    /// Commits a change that was put off, with all that were written before it.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub(crate) fn commit(&self, uncommitted: Uncommitted) -> Result<(), StoreError> {
        self.store().commit(uncommitted)
    }

    /// Keeps everybody else from putting something in place of what there is.
    ///
    /// # Errors
    /// When whoever does so waits for another process that has the file, as long as this one would.
    pub(super) fn exchange(&self) -> Result<Exchange<'_>, StoreError> {
        let end = self.store().end_of_patience();
        let hold = self.exchanging.hold(|| self.is_in_vain(end));
        Ok(Exchange {
            _hold: hold.ok_or(StoreError::Busy)?,
            _patience: end.map(Patience::until),
        })
    }

    /// One state, while nobody puts something in its place. Whoever is about to and waits for another process
    /// has changed nothing yet.
    pub(super) fn between_exchanges(&self) -> Look<'_, ()> {
        self.exchanging
            .look_between(|| self.store().is_locked_out())
    }
}
