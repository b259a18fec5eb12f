//! What is done to an image as a whole, and to its tags one by one.

use super::limits::check;
use super::service::Images;
use crate::domain::{Caller, GlanceStatus, Image};
use crate::service::quota::Limited;
use crate::service::rules::ImageRules;
use crate::service::write_error::WriteError;

impl Images {
    /// Locks the data of an active image; one that is locked stays so.
    ///
    /// # Errors
    /// When the caller may not, or the image is in another status.
    pub fn deactivate(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
    ) -> Result<(), WriteError> {
        self.turn(
            caller,
            rules,
            id,
            GlanceStatus::Active,
            GlanceStatus::Deactivated,
        )
    }

    /// Unlocks them.
    ///
    /// # Errors
    /// As for locking.
    pub fn reactivate(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
    ) -> Result<(), WriteError> {
        self.turn(
            caller,
            rules,
            id,
            GlanceStatus::Deactivated,
            GlanceStatus::Active,
        )
    }

    fn turn(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        from: GlanceStatus,
        to: GlanceStatus,
    ) -> Result<(), WriteError> {
        self.edit(caller, rules, id, |edit| {
            edit.check_writable()?;
            match edit.image().status {
                status if status == from => edit.write(|image| image.status = to),
                status if status == to => Ok(()),
                status => Err(WriteError::WrongStatus(status)),
            }
        })
        .map(drop)
    }

    /// Adds a tag; one that is there stays.
    ///
    /// # Errors
    /// When the caller may not, or there are too many.
    pub fn add_tag(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        tag: &str,
    ) -> Result<Image, WriteError> {
        self.edit(caller, rules, id, |edit| {
            edit.check_writable()?;
            let is_new = !edit.image().tags.iter().any(|known| known == tag);
            if is_new {
                check(Limited::Tags, edit.image().tags.len() + 1)?;
            }
            edit.write(|image| {
                if is_new {
                    image.tags.push(tag.to_owned());
                }
            })
        })
    }

    /// Takes a tag away.
    ///
    /// # Errors
    /// When the caller may not, or it is not there.
    pub fn remove_tag(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        tag: &str,
    ) -> Result<Image, WriteError> {
        self.edit(caller, rules, id, |edit| {
            edit.check_writable()?;
            match edit.image().tags.iter().any(|known| known == tag) {
                true => edit.write(|image| image.tags.retain(|known| known != tag)),
                false => Err(WriteError::NoSuchTag(tag.to_owned())),
            }
        })
    }
}
