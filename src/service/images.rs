//! The use cases around images, the same for every facade.

use super::access;
use super::error::ImageError;
use super::rules::{ImageRules, Stamps};
use crate::control::Clock;
use crate::domain::{
    Caller, GlanceStatus, Image, ImageQuery, ListForm, ListedImage, Properties, PropertyValue,
    Visibility,
};
use crate::store::{Change, Store};
use std::sync::Arc;

/// Longest id of an image in Glance, in characters.
const MOST_ID_CHARACTERS: usize = 36;

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
        self.check_marker(caller, rules, query)?;
        Ok(self.store.list(query, form, visit)?)
    }

    /// The image of an id.
    ///
    /// # Errors
    /// When there is none that the caller may see.
    pub fn show(&self, caller: &Caller, rules: &ImageRules, id: &str) -> Result<Image, ImageError> {
        visible(caller, rules, self.store.image(id)?)
    }

    /// Deletes an image: its row stays, for those who may still see it, unless the rules forget.
    ///
    /// # Errors
    /// When the caller does not see it, may not change it, or it is protected.
    pub fn delete(&self, caller: &Caller, rules: &ImageRules, id: &str) -> Result<(), ImageError> {
        let now = self.clock.now();
        self.store.change(id, |image| {
            let mut image = visible(caller, rules, image)?;
            if image.status == GlanceStatus::Deleted {
                return Err(ImageError::NotFound);
            }
            let waits = image.status == GlanceStatus::PendingDelete;
            if waits || !access::can_change(caller, rules, &image) {
                return Err(ImageError::Forbidden);
            }
            if image.protected {
                return Err(ImageError::Protected);
            }
            if rules.forgets_deleted {
                return Ok(Change::Remove(()));
            }
            image.status = GlanceStatus::Deleted;
            image.updated_at = now;
            image.deleted_at = Some(now);
            // Glance deletes the properties with the image: an administrator sees it without any.
            image.properties = Properties::new();
            Ok(Change::Put(Box::new(image), ()))
        })
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
        let outcome = self.store.change(id, |image| -> Result<_, Failure<E>> {
            let mut image = visible(caller, rules, image)?;
            let properties = decide(&image).map_err(Failure::Decided)?;
            if !access::can_write_properties(caller, rules, &image) {
                return Err(ImageError::Forbidden.into());
            }
            if rules.formats_needed {
                check_formats(&image)?;
            }
            let before = image.clone();
            image.properties = properties;
            apply_rules(rules, &mut image)?;
            let moves = match rules.stamps {
                Stamps::Always => true,
                Stamps::WhenChanged => image != before,
                Stamps::Never => false,
            };
            if moves {
                image.updated_at = now;
            }
            Ok(Change::Put(Box::new(image.clone()), image))
        });
        outcome.map_err(|failure| match failure {
            Failure::Decided(error) => error,
            Failure::Image(error) => E::from(error),
        })
    }

    fn check_marker(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        query: &ImageQuery,
    ) -> Result<(), ImageError> {
        let Some(marker) = &query.after else {
            return Ok(());
        };
        if rules.uuid_markers && !is_uuid(marker) {
            return Err(ImageError::UnknownMarker(marker.clone()));
        }
        if rules.short_markers && marker.chars().count() > MOST_ID_CHARACTERS {
            return Err(ImageError::LongMarker);
        }
        match self.store.image(marker)? {
            // Where the list shows what is gone, its pages go on behind it.
            Some(image)
                if query.scope.unlisted
                    && image.status.is_deleted()
                    && access::owns_or_is_public(caller, &image) =>
            {
                Ok(())
            }
            Some(image) if access::can_see(caller, rules, &image) => Ok(()),
            Some(image) if !image.status.is_deleted() => {
                Err(ImageError::ForeignMarker(marker.clone()))
            }
            _ => Err(ImageError::UnknownMarker(marker.clone())),
        }
    }
}

/// A failure inside a transaction: the use case's own, or the caller's decision.
enum Failure<E> {
    Image(ImageError),
    Decided(E),
}

impl<E> From<ImageError> for Failure<E> {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl<E> From<crate::store::StoreError> for Failure<E> {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Image(error.into())
    }
}

fn visible(caller: &Caller, rules: &ImageRules, image: Option<Image>) -> Result<Image, ImageError> {
    image
        .filter(|image| access::can_see(caller, rules, image))
        .ok_or(ImageError::NotFound)
}

/// What a write does beside what was asked for.
fn apply_rules(rules: &ImageRules, image: &mut Image) -> Result<(), ImageError> {
    let keeps_to_itself = matches!(image.visibility, Visibility::Community | Visibility::Shared);
    if rules.writes_make_private && keeps_to_itself {
        image.visibility = Visibility::Private;
    }
    if rules.names_the_nameless && image.name.is_none() {
        image.name = Some("None".to_owned());
    }
    let beyond = |text: &str| text.chars().any(|letter| letter > '\u{ffff}');
    let in_properties = image.properties.iter().any(|(key, value)| {
        beyond(key) || matches!(value, PropertyValue::Text(text) if beyond(text))
    });
    if rules.bmp_only && (in_properties || image.name.as_deref().is_some_and(beyond)) {
        return Err(ImageError::BeyondBmp);
    }
    Ok(())
}

/// A UUID in its usual form, as Nova 2014.2's `is_uuid_like` wants it.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
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
