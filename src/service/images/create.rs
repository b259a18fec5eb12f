//! Images made anew.

use super::limits::check;
use super::service::{Images, note};
use super::text;
use crate::domain::{Caller, Image, Visibility};
use crate::service::access::{self, Denied};
use crate::service::quota::Limited;
use crate::service::rules::ImageRules;
use crate::service::write_error::WriteError;
use crate::store::Change;

/// Whose a new image is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewOwner {
    /// The caller's own project's.
    Caller,
    /// This project's, or nobody's.
    Is(Option<String>),
}

impl NewOwner {
    fn of<'o>(&'o self, caller: &'o Caller) -> Option<&'o str> {
        match self {
            Self::Caller => caller.project_id.as_deref(),
            Self::Is(owner) => owner.as_deref(),
        }
    }
}

impl Images {
    /// Whether the caller may make such an image.
    ///
    /// # Errors
    /// Why not.
    pub fn may_create(
        caller: &Caller,
        rules: &ImageRules,
        owner: &NewOwner,
        image: &Image,
    ) -> Result<(), WriteError> {
        let owner = owner.of(caller);
        access::create(caller, rules, owner).map_err(|denied| match denied {
            Denied::NotTheOwner { .. } => WriteError::OthersImage(denied),
            other => other.into(),
        })?;
        if image.visibility == Visibility::Public {
            access::publish(caller).map_err(WriteError::Unpublishable)?;
        }
        check(Limited::Tags, image.tags.len())
    }

    /// Adds an image, whose owner and times are put in here, and answers it as it is stored.
    ///
    /// # Errors
    /// When the caller may not make such an image, or its id is known, be it of one that is gone.
    pub fn create(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        owner: &NewOwner,
        mut image: Image,
    ) -> Result<Image, WriteError> {
        let id = image.id.clone();
        let created = || -> Result<Image, WriteError> {
            Self::may_create(caller, rules, owner, &image)?;
            image.owner = owner.of(caller).map(str::to_owned);
            check(Limited::Properties, image.properties.len())?;
            if rules.bmp_only {
                text::check(&image)?;
            }
            image.created_at = self.clock.now();
            image.updated_at = image.created_at;
            self.store.change(&id, |known| match known {
                Some(_) => Err(WriteError::Exists(id.clone())),
                None => Ok(Change::Put(Box::new(image.clone()), image)),
            })
        };
        created().inspect_err(|error| note(&id, &error.why()))
    }
}
