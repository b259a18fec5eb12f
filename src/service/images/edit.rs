//! Attributes of an image, changed one after the other and kept together.

use super::limits::check;
use super::service::{Images, note, visible};
use super::text;
use crate::domain::{Caller, GlanceStatus, Image, Visibility};
use crate::service::access;
use crate::service::quota::Limited;
use crate::service::rules::ImageRules;
use crate::service::write_error::WriteError;
use crate::store::{Change, StoreError};

/// An image under change. Each step checks what it takes; the first that is refused undoes all.
#[derive(Debug)]
pub struct Edit<'e> {
    caller: &'e Caller,
    rules: &'e ImageRules,
    image: Image,
    properties_before: usize,
    is_changed: bool,
}

impl Edit<'_> {
    /// The image as it is by now.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Whether the caller may write to it.
    ///
    /// # Errors
    /// Why not.
    pub fn check_writable(&self) -> Result<(), WriteError> {
        access::change(self.caller, self.rules, &self.image).map_err(WriteError::from)
    }

    /// Changes what every writer may change.
    ///
    /// # Errors
    /// When the caller is none.
    pub fn write(&mut self, change: impl FnOnce(&mut Image)) -> Result<(), WriteError> {
        self.check_writable()?;
        change(&mut self.image);
        self.is_changed = true;
        Ok(())
    }

    /// Whether the caller may show it to these: everybody takes an administrator.
    ///
    /// # Errors
    /// Why not.
    pub fn check_publishing(&self, visibility: Option<Visibility>) -> Result<(), WriteError> {
        match visibility {
            Some(Visibility::Public) => {
                access::publish(self.caller).map_err(WriteError::Unpublishable)
            }
            _ => Ok(()),
        }
    }

    /// Says who may see it.
    ///
    /// # Errors
    /// When the caller may not, or may not publish.
    pub fn show_to(&mut self, visibility: Visibility) -> Result<(), WriteError> {
        self.check_publishing(Some(visibility))?;
        self.write(|image| image.visibility = visibility)
    }

    /// Gives it to a project, or to nobody.
    ///
    /// # Errors
    /// When the caller is no administrator.
    pub fn give_to(&mut self, owner: Option<String>) -> Result<(), WriteError> {
        match self.caller.is_admin {
            true => self.write(|image| image.owner = owner),
            false => Err(WriteError::OwnerFixed),
        }
    }

    /// Changes its format, which is fixed once there are data.
    ///
    /// # Errors
    /// When there are, with the name of the attribute.
    pub fn reformat(
        &mut self,
        attribute: &'static str,
        change: impl FnOnce(&mut Image),
    ) -> Result<(), WriteError> {
        self.check_writable()?;
        match self.image.status {
            GlanceStatus::Queued | GlanceStatus::Importing => self.write(change),
            _ => Err(WriteError::FormatFixed(attribute)),
        }
    }

    /// Puts other tags in place of its own; each counts once.
    ///
    /// # Errors
    /// When the caller may not write, or there are too many.
    pub fn tag(&mut self, tags: Vec<String>) -> Result<(), WriteError> {
        self.check_writable()?;
        let tags: indexmap::IndexSet<String> = tags.into_iter().collect();
        check(Limited::Tags, tags.len())?;
        self.write(|image| image.tags = tags.into_iter().collect())
    }

    fn finish(mut self, images: &Images) -> Result<Change<Image>, WriteError> {
        if !self.is_changed {
            return Ok(Change::Keep(self.image));
        }
        if self.image.properties.len() > self.properties_before {
            check(Limited::Properties, self.image.properties.len())?;
        }
        if self.rules.bmp_only {
            text::check(&self.image)?;
        }
        self.image.updated_at = images.clock.now();
        Ok(Change::Put(Box::new(self.image.clone()), self.image))
    }
}

/// What ends a change before it is one.
enum Stopped<E> {
    Image(WriteError),
    Decided(E),
}

impl<E> From<StoreError> for Stopped<E> {
    fn from(error: StoreError) -> Self {
        Self::Image(error.into())
    }
}

impl Images {
    /// Lets `decide` change an image that the caller sees, and answers it as it is stored. Where nothing
    /// was changed, nothing is written.
    ///
    /// # Errors
    /// When the caller does not see the image, or what `decide` says.
    pub fn edit<E: From<WriteError>>(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        decide: impl FnOnce(&mut Edit<'_>) -> Result<(), E>,
    ) -> Result<Image, E> {
        let outcome = self.store.change_together(id, |image| {
            let image =
                visible(caller, rules, image).map_err(|error| Stopped::Image(error.into()))?;
            let mut edit = Edit {
                caller,
                rules,
                properties_before: image.properties.len(),
                image,
                is_changed: false,
            };
            decide(&mut edit).map_err(Stopped::Decided)?;
            edit.finish(self).map_err(Stopped::Image)
        });
        outcome.map_err(|stopped| match stopped {
            Stopped::Decided(error) => error,
            Stopped::Image(error) => {
                note(id, &error.why());
                E::from(error)
            }
        })
    }
}
