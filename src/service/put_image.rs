//! Images put into a space by whoever runs it: no rule of Glance's applies.

use super::app::App;
use crate::domain::Image;
use crate::store::{Change, StoreError};
use std::error::Error;

/// Why an image was not put into a space. Nothing of it changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutImageError {
    /// The space was removed.
    #[error("the space was removed")]
    Removed,
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<StoreError> for PutImageError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl App {
    /// Adds an image, or puts it in place of the one of its id, whose data stay.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn put_image(&self, image: Image) -> Result<(), PutImageError> {
        let id = image.id.clone();
        self.store().change(&id, |known| {
            let has_data = known.is_some_and(|known| known.has_data);
            Ok(Change::Put(Box::new(Image { has_data, ..image }), ()))
        })
    }
}
