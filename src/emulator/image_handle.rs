//! The images of a space, as typed calls: by no rule of Glance's.

use super::Emulator;
use super::space::Space;
use super::whose::Whose;
use crate::config::UploadTransitions;
use crate::domain::{GlanceStatus, Image, Transition, TransitionPlan};
use crate::service::{App, ImageControlError, Putting};

/// The images of an emulator's own space, or of another one: [`Emulator::images`], [`Space::images`].
///
/// What is done here is what `/_control/images` does: any status, owner and time will do, every API shows
/// it at once, and looking at an image here is no read that its plan would count.
#[derive(Clone, Debug)]
pub struct Images<'e> {
    space: Whose<'e>,
}

impl Emulator {
    /// The images of the emulator's own space.
    ///
    /// ```
    /// # mod client { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/client/mod.rs")); }
    /// use nova_images::{Emulator, GlanceStatus, Image, Transition, Visibility};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let nova = Emulator::builder().start()?;
    /// let image = Image::builder("3f1c0d9e-8a52-4f6e-9f0b-0c6f5d1c7a11")
    ///     .visibility(Visibility::Public)
    ///     .status(GlanceStatus::Saving)
    ///     .build();
    /// // Two answers show it saving; the third shows it active.
    /// let steps = [Transition::after_reads(GlanceStatus::Active, 2)];
    /// nova.images().put_planned(image.clone(), steps)?;
    ///
    /// let url = format!("{}/v2.1/images/{}", nova.url(), image.id);
    /// assert!(client::get(&url)?.contains("SAVING"));
    /// assert!(client::get(&url)?.contains("SAVING"));
    /// assert!(client::get(&url)?.contains("ACTIVE"));
    ///
    /// nova.images().change(&image.id, |image| image.name = Some("ready".to_owned()))?;
    /// nova.images().transition(&image.id, GlanceStatus::Killed)?;
    /// assert!(client::get(&url)?.contains("ERROR"));
    /// assert!(nova.images().remove(&image.id)?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn images(&self) -> Images<'_> {
        Images {
            space: Whose::Root(&self.shared.spaces.root),
        }
    }
}

impl Space {
    /// The images of the space.
    #[must_use]
    pub fn images(&self) -> Images<'_> {
        Images {
            space: Whose::Space(self.app()),
        }
    }
}

impl Images<'_> {
    /// The image of an id, whoever may see it; nothing when there is none.
    ///
    /// # Errors
    /// When the store fails, or the space was removed.
    pub fn get(&self, id: &str) -> Result<Option<Image>, ImageControlError> {
        match self.with(|app| app.image(id)) {
            Ok(planned) => Ok(Some(planned.image)),
            Err(ImageControlError::NoImage { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Adds an image, or puts it in place of the one of its id, whose data stay and whose plan ends.
    ///
    /// # Errors
    /// When the store fails, or the space was removed.
    pub fn put(&self, image: Image) -> Result<(), ImageControlError> {
        self.put_planned(image, [])
    }

    /// The same, with the steps that the image takes from now on.
    ///
    /// # Errors
    /// When the steps are no plan, the image is deleted and cannot take any, the store fails, or the space
    /// was removed.
    pub fn put_planned(
        &self,
        image: Image,
        steps: impl IntoIterator<Item = Transition>,
    ) -> Result<(), ImageControlError> {
        let plan = TransitionPlan::of(steps)?;
        self.with(|app| app.put_planned(image, plan, Putting::Whatever))
            .map(drop)
    }

    /// Changes an image: whatever but its id, and its times only if `change` does. A plan that it has goes
    /// on, unless it has another status then.
    ///
    /// # Errors
    /// When there is none, it would have another id, the store fails, or the space was removed.
    pub fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Image),
    ) -> Result<(), ImageControlError> {
        let changed = self.with(|app| {
            app.change_planned(id, |image, _| {
                change(image);
                Ok(None)
            })
        });
        changed.map(drop)
    }

    /// Brings an image to a status now, and answers it. Where that is what its plan has next, the plan goes
    /// on behind it; otherwise it ends. An upload that waited has ended with an active image.
    ///
    /// # Errors
    /// When there is none, the store fails, or the space was removed.
    pub fn transition(&self, id: &str, to: GlanceStatus) -> Result<Image, ImageControlError> {
        let turned = self.with(|app| app.turn_image(id, Some(to)));
        turned.map(|planned| planned.image)
    }

    /// Has an image take these steps from now on, in place of those that it had left; none are no plan.
    ///
    /// # Errors
    /// When there is none, it is deleted, the steps are no plan, the store fails, or the space was removed.
    pub fn plan(
        &self,
        id: &str,
        steps: impl IntoIterator<Item = Transition>,
    ) -> Result<(), ImageControlError> {
        let plan = TransitionPlan::of(steps)?;
        self.with(|app| app.plan_image(id, plan))
    }

    /// The steps that an image has left, as if they were planned now.
    ///
    /// # Errors
    /// When there is none, the store fails, or the space was removed.
    pub fn steps(&self, id: &str) -> Result<Vec<Transition>, ImageControlError> {
        self.with(|app| app.image(id)).map(|planned| planned.left)
    }

    /// Removes an image as if it had never been; says whether there was one. A database whose fixture has
    /// it gets it back at its next start.
    ///
    /// # Errors
    /// When the store fails, or the space was removed.
    pub fn remove(&self, id: &str) -> Result<bool, ImageControlError> {
        self.with(|app| app.remove_image(id))
    }

    /// Says how images become active whose upload ends from now on, until the space is reset.
    ///
    /// # Errors
    /// When the space was removed.
    pub fn set_uploads(&self, uploads: UploadTransitions) -> Result<(), ImageControlError> {
        self.with(|app| {
            app.plan_uploads(uploads.into());
            Ok(())
        })
    }

    /// Has what time has brought happen first.
    fn with<T>(
        &self,
        call: impl FnOnce(&App) -> Result<T, ImageControlError>,
    ) -> Result<T, ImageControlError> {
        let called = self.space.ask(|app| {
            app.settle();
            call(app)
        });
        called.unwrap_or(Err(ImageControlError::Removed))
    }
}
