//! Why a space does not go back to its fixture.

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
