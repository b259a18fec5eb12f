//! A space goes back to its fixture, and why it does not.

use super::app::{App, Beginning};
use super::seed::LoadError;
use crate::control::FixtureError;
use crate::store::StoreError;
use std::error::Error;

/// Why a space was not reset. Nothing of it changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResetError {
    /// The data are in a file, and no fixture was given to go back to.
    #[error("the database was opened without a fixture: there is nothing to go back to")]
    NoFixture,
    /// The fixture of a file is gone, or is none any more.
    #[error("the fixture cannot be read again: {0}")]
    Fixture(#[from] FixtureError),
    /// The space was removed.
    #[error("the space was removed")]
    Removed,
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<LoadError> for ResetError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Fixture(error) => error.into(),
            LoadError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for ResetError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl App {
    /// Back to the fixture, as if just started: images, users, tokens, ids, clock, limits and journal; there
    /// are no faults any more.
    ///
    /// # Errors
    /// When there is nothing to go back to, or the store fails; then nothing changed.
    pub fn reset(&self) -> Result<(), ResetError> {
        let _exchange = self.exchange()?;
        // No step may be taken in what is there by then.
        let plans = self.transitions().hold()?;
        match &self.beginning.images {
            Beginning::Seed(seed) => self.store().return_to(&seed.images)?,
            Beginning::Fixture(None) => return Err(ResetError::NoFixture),
            Beginning::Fixture(Some(fixture)) => {
                // Read whole before anything is emptied.
                let fixture = fixture.read()?;
                let images = fixture.image_count();
                self.store()
                    .replace_each::<LoadError>(images, |add| fixture.each_image(add))?;
            }
        }
        self.faults.reset();
        self.clock.reset();
        self.ids.reset();
        self.surround(&self.beginning.around, &plans, None);
        self.journal().clear();
        if let Some(upstream) = &self.upstream {
            upstream.forget();
        }
        Ok(())
    }
}
