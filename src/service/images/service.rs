//! The use cases around images, the same for every facade.

use super::listing::Listing;
use super::text::beyond_bmp;
use crate::control::Clock;
use crate::domain::{
    Asked, Caller, GlanceStatus, Image, ImageQuery, ListForm, Properties, PropertyValue, Visibility,
};
use crate::service::access::{self, Denied, Hidden};
use crate::service::asked;
use crate::service::error::ImageError;
use crate::service::rules::{ImageRules, Stamps};
use crate::service::transitions::Transitions;
use crate::store::{Change, Store};
use std::sync::Arc;

/// Longest id of an image in Glance, in characters.
const MOST_ID_CHARACTERS: usize = 36;

/// Lists, shows and changes images on behalf of a caller.
#[derive(Clone, Debug)]
pub struct Images {
    pub(super) store: Arc<Store>,
    pub(super) clock: Clock,
    pub(super) transitions: Arc<Transitions>,
}

impl Images {
    /// Over a store, with the clock that stamps changes, and the plans that images have.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Clock, transitions: Arc<Transitions>) -> Self {
        Self {
            store,
            clock,
            transitions,
        }
    }

    /// A number that grows with every change: an answer computed at one stays right until the next.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.store.generation()
    }

    /// The images of a query, in order, to be read in slices.
    ///
    /// # Errors
    /// When the marker is no image that the caller sees, or the store fails.
    pub fn list(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        query: ImageQuery,
        form: ListForm,
    ) -> Result<Listing, ImageError> {
        self.check_marker(caller, rules, &query)?;
        Ok(Listing::new(
            Arc::clone(&self.store),
            query,
            form,
            Arc::clone(&self.transitions),
        ))
    }

    /// The images that a caller asks for, in order, to be read in slices.
    ///
    /// # Errors
    /// When the question cannot be understood, the marker is no image that the caller sees, or the store
    /// fails.
    pub fn ask(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        asked: &Asked,
        form: ListForm,
    ) -> Result<Listing, ImageError> {
        self.list(caller, rules, asked::read(caller, rules, asked)?, form)
    }

    /// The image of an id, to show it: that is a read, and may be what the image's plan waits for.
    ///
    /// # Errors
    /// When there is none that the caller may see.
    pub fn show(&self, caller: &Caller, rules: &ImageRules, id: &str) -> Result<Image, ImageError> {
        self.transitions.show(id, || self.find(caller, rules, id))
    }

    /// The image of an id, to do something else than show it.
    ///
    /// # Errors
    /// When there is none that the caller may see.
    pub fn find(&self, caller: &Caller, rules: &ImageRules, id: &str) -> Result<Image, ImageError> {
        let shown = || Ok(visible(caller, rules, self.store.image(id)?)?);
        shown().inspect_err(|error: &ImageError| note(id, &error.why()))
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
            match image.status {
                GlanceStatus::Deleted => return Err(Hidden::deleted(caller).into()),
                GlanceStatus::PendingDelete => return Err(Denied::Deleted.into()),
                _ => access::change(caller, rules, &image)?,
            }
            if image.protected {
                return Err(ImageError::Protected);
            }
            image.status = GlanceStatus::Deleted;
            image.updated_at = now;
            image.deleted_at = Some(now);
            // Glance deletes the properties with the image: an administrator sees it without any.
            image.properties = Properties::new();
            image.has_data = false;
            Ok(Change::Put(Box::new(image), ()))
        });
        deleted.inspect_err(|error: &ImageError| note(id, &error.why()))?;
        self.transitions.forget(id);
        Ok(())
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
        let outcome = self
            .store
            .change_together(id, |image| -> Result<_, Stopped<E>> {
                let mut image = visible(caller, rules, image).map_err(ImageError::from)?;
                let properties = decide(&image).map_err(Stopped::Decided)?;
                access::write_properties(caller, rules, &image).map_err(ImageError::from)?;
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
        outcome.map_err(|stopped| match stopped {
            Stopped::Decided(error) => error,
            Stopped::Image(error) => {
                note(id, &error.why());
                E::from(error)
            }
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
        let unknown = |why| Err(ImageError::UnknownMarker(marker.clone(), why));
        if rules.uuid_markers && !is_uuid(marker) {
            return unknown(Hidden::NoSuchImage);
        }
        if rules.short_markers && marker.chars().count() > MOST_ID_CHARACTERS {
            return Err(ImageError::LongMarker);
        }
        let Some(image) = self.store.image(marker)? else {
            return unknown(Hidden::NoSuchImage);
        };
        // Where the list shows what is gone, its pages go on behind it; some servers' administrators see that they always do.
        let marks = query.scope.unlisted || (caller.is_admin && rules.admin_marks_deleted);
        let gone = marks && image.status.is_deleted();
        if gone && access::owns_or_is_public(caller, &image) {
            return Ok(());
        }
        match access::look(caller, rules, &image) {
            Ok(()) => Ok(()),
            Err(why @ (Hidden::NoSuchImage | Hidden::Deleted { .. })) => unknown(why),
            Err(why) => Err(ImageError::ForeignMarker(marker.clone(), why)),
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

/// The image of an id, if the caller may look at it.
pub(super) fn visible(
    caller: &Caller,
    rules: &ImageRules,
    image: Option<Image>,
) -> Result<Image, Hidden> {
    let image = image.ok_or(Hidden::NoSuchImage)?;
    access::look(caller, rules, &image)?;
    Ok(image)
}

/// Says in the log why somebody did not get what was asked for.
pub(super) fn note(id: &str, why: &str) {
    tracing::debug!(id, why, "an image is not for the caller");
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
    let in_properties = image.properties.iter().any(|(key, value)| {
        beyond_bmp(key) || matches!(value, PropertyValue::Text(text) if beyond_bmp(text))
    });
    if rules.bmp_only && (in_properties || image.name.as_deref().is_some_and(beyond_bmp)) {
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
