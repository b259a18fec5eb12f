//! Data that are there, of an image that does not have them yet.

use crate::domain::{DataKind, GlanceStatus, Image, Timestamp};
use crate::service::image_data::{DataError, Received};
use crate::store::StoreError;
use crate::store::spool::Stored;
use std::fmt;

/// Makes an image what it is with its data, at a moment.
type WithData = Box<dyn FnOnce(Image, &Stored, Timestamp) -> Box<Image> + Send>;

/// An upload that has come to its end, and waits for its image's plan.
pub struct Arrival {
    received: Received,
    with_data: WithData,
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Arrival").field(&self.received).finish()
    }
}

impl Arrival {
    /// Of these data, with which the image becomes what `with_data` makes of it.
    pub fn new(
        received: Received,
        with_data: impl FnOnce(Image, &Stored, Timestamp) -> Box<Image> + Send + 'static,
    ) -> Self {
        Self {
            received,
            with_data: Box::new(with_data),
        }
    }

    /// Gives the image its data and a status. Nothing when the upload is void.
    ///
    /// # Errors
    /// When the store fails; then the image is queued again.
    pub fn keep(self, status: GlanceStatus, at: Timestamp) -> Result<Option<Image>, DataError> {
        let Self {
            received,
            with_data,
        } = self;
        received.keep(DataKind::Image, |image, stored| {
            let mut image = with_data(image, stored, at);
            image.status = status;
            Ok((image.clone(), *image))
        })
    }

    /// Lets the data go; the image stays as it is. Says whether the upload was still one.
    ///
    /// # Errors
    /// When the store fails; then the image is queued again.
    pub fn let_go(self) -> Result<bool, StoreError> {
        let left = self.received.let_go(|image| Ok((Box::new(image), ())));
        left.map(|left: Option<()>| left.is_some())
    }
}
