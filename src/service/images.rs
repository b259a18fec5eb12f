//! The use cases around images, the same for every facade.

use super::access::{self, Hidden};
use super::error::ImageError;
use super::rules::ImageRules;
use crate::control::Clock;
use crate::domain::{Caller, GlanceStatus, Image, ImageQuery, ListForm, ListedImage, Properties};
use crate::store::{Change, Store};
use std::sync::Arc;

/// Lists, shows and changes images on behalf of a caller.
#[derive(Clone, Debug)]
pub struct Images {
    store: Arc<Store>,
    clock: Clock,
}

impl Images {
    /// Over a store, with the clock that stamps changes.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// A number that grows with every change: an answer computed at one stays right until the next.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.store.generation()
    }

    /// Shows `visit` every image of a query, in order.
    ///
    /// # Errors
    /// When the marker is no image that the caller sees, or the store fails.
    pub fn list(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        query: &ImageQuery,
        form: ListForm,
        visit: &mut dyn FnMut(ListedImage<'_>),
    ) -> Result<(), ImageError> {
        if let Some(marker) = &query.after {
            self.check_marker(caller, rules, marker)
                .inspect_err(|error| note(marker, error))?;
        }
        Ok(self.store.list(query, form, visit)?)
    }

    /// The image of an id.
    ///
    /// # Errors
    /// When there is none that the caller may see.
    pub fn show(&self, caller: &Caller, rules: &ImageRules, id: &str) -> Result<Image, ImageError> {
        let shown = || Ok(visible(caller, rules, self.store.image(id)?)?);
        shown().inspect_err(|error| note(id, error))
    }

    /// Deletes an image: its row stays, for those who may still see it, and so that a fixture does not
    /// bring it back at the next start.
    ///
    /// # Errors
    /// When the caller does not see it, may not change it, or it is protected.
    pub fn delete(&self, caller: &Caller, rules: &ImageRules, id: &str) -> Result<(), ImageError> {
        let now = self.clock.now();
        let deleted = self.store.change(id, |image| {
            let mut image = visible(caller, rules, image)?;
            if image.status.is_deleted() {
                return Err(Hidden::deleted(caller).into());
            }
            access::change(caller, &image)?;
            if image.protected {
                return Err(ImageError::Protected);
            }
            image.status = GlanceStatus::Deleted;
            image.updated_at = now;
            image.deleted_at = Some(now);
            // Glance deletes the properties with the image: an administrator sees it without any.
            image.properties = Properties::new();
            Ok(Change::Put(Box::new(image), ()))
        });
        deleted.inspect_err(|error| note(id, error))
    }

    /// Replaces the properties of an image by what `decide` makes of it, and answers what is stored.
    ///
    /// # Errors
    /// When the caller does not see the image or may not write to it, or what `decide` says.
    pub fn write_properties<E: From<ImageError>>(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        decide: impl FnOnce(&Image) -> Result<Properties, E>,
    ) -> Result<Image, E> {
        let now = self.clock.now();
        let outcome = self.store.change(id, |image| -> Result<_, Stopped<E>> {
            let mut image = visible(caller, rules, image).map_err(ImageError::from)?;
            let properties = decide(&image).map_err(Stopped::Decided)?;
            access::write_properties(caller, rules, &image).map_err(ImageError::from)?;
            if rules.formats_needed {
                check_formats(&image)?;
            }
            image.properties = properties;
            image.updated_at = now;
            Ok(Change::Put(Box::new(image.clone()), image))
        });
        outcome.map_err(|stopped| match stopped {
            Stopped::Decided(error) => error,
            Stopped::Image(error) => {
                note(id, &error);
                E::from(error)
            }
        })
    }

    fn check_marker(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        marker: &str,
    ) -> Result<(), ImageError> {
        match visible(caller, rules, self.store.image(marker)?) {
            Ok(_) => Ok(()),
            Err(why @ (Hidden::NoSuchImage | Hidden::Deleted { .. })) => {
                Err(ImageError::UnknownMarker(marker.to_owned(), why))
            }
            Err(why) => Err(ImageError::ForeignMarker(marker.to_owned(), why)),
        }
    }
}

/// What ends a write before it is one: the use case's own, or the caller's decision.
enum Stopped<E> {
    Image(ImageError),
    Decided(E),
}

impl<E> From<ImageError> for Stopped<E> {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl<E> From<crate::store::StoreError> for Stopped<E> {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Image(error.into())
    }
}

fn visible(caller: &Caller, rules: &ImageRules, image: Option<Image>) -> Result<Image, Hidden> {
    let image = image.ok_or(Hidden::NoSuchImage)?;
    access::look(caller, rules, &image)?;
    Ok(image)
}

/// Says in the log why somebody did not get what was asked for; of what failed the facades speak.
fn note(id: &str, error: &ImageError) {
    if !matches!(error, ImageError::Store(_)) {
        tracing::debug!(id, why = error.why(), "an image is not for the caller");
    }
}

fn check_formats(image: &Image) -> Result<(), ImageError> {
    if image.disk_format.is_none() {
        return Err(ImageError::MissingFormat(
            "Invalid disk format 'None' for image.",
        ));
    }
    if image.container_format.is_none() {
        return Err(ImageError::MissingFormat(
            "Invalid container format 'None' for image.",
        ));
    }
    Ok(())
}
