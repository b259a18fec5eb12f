//! Images put into a space by whoever runs it: no rule of Glance's applies.

use super::app::App;
use super::image_control::{ImageControlError, Putting};
use crate::domain::{Image, TransitionPlan};
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

impl App {
    /// Adds an image, or puts it in place of the one of its id, whose data stay. A plan that it had ends.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn put_image(&self, image: Image) -> Result<(), PutImageError> {
        let put = self.put_planned(image, TransitionPlan::default(), Putting::Whatever);
        put.map(drop).map_err(|error| match error {
            ImageControlError::Store(error) => PutImageError::Store(error),
            other => PutImageError::Store(Box::new(other)),
        })
    }
}
