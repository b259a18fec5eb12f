//! Images as whoever runs the server has them: no rule of Glance's applies, and no plan of an image is
//! followed but its own.

use super::app::App;
use super::image_data::DataError;
use crate::control::{
    Described, FixtureError, Unsaid, read_uploads, written_image, written_uploads,
};
use crate::domain::{
    GlanceStatus, Image, ImageQuery, Scope, Shares, Transition, TransitionPlan, TransitionPlanError,
};
use crate::store::{Change, StoreError};
use serde_json::Value;
use std::error::Error;

/// Why an image was not made, changed or removed by whoever runs the server. Nothing of it changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageControlError {
    /// The space was removed.
    #[error("the space was removed")]
    Removed,
    /// There is none of this id.
    #[error("there is no image {id:?}")]
    NoImage {
        /// The id.
        id: String,
    },
    /// There is one of this id already.
    #[error("there is an image {id:?} already")]
    Taken {
        /// The id.
        id: String,
    },
    /// An image keeps its id.
    #[error("the image is {id:?} and stays so; {other:?} would be another one")]
    OtherId {
        /// Its id.
        id: String,
        /// The one it was to have.
        other: String,
    },
    /// The image has no plan, so no step comes next.
    #[error("the image {id:?} has no plan that would say which status comes next")]
    NoPlan {
        /// Its id.
        id: String,
    },
    /// What is deleted goes nowhere by itself.
    #[error("the image {id:?} is deleted, and takes no plan")]
    PlanOfDeleted {
        /// Its id.
        id: String,
    },
    /// The steps are no plan.
    #[error(transparent)]
    Plan(#[from] TransitionPlanError),
    /// What is said of the image, or of plans, is wrong.
    #[error("{}", said(.0))]
    Described(#[from] FixtureError),
    /// The store fails.
    #[error("the store failed: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<StoreError> for ImageControlError {
    fn from(error: StoreError) -> Self {
        Self::Store(Box::new(error))
    }
}

impl From<DataError> for ImageControlError {
    fn from(error: DataError) -> Self {
        Self::Store(Box::new(error))
    }
}

/// An image, and what is left of its plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The image.
    pub image: Image,
    /// The steps that are left, as if they were planned now.
    pub left: Vec<Transition>,
}

impl Planned {
    /// In the form of fixtures.
    #[must_use]
    pub fn written(&self) -> Value {
        written_image(&self.image, &self.left)
    }
}

/// What an image is put into a space for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Putting {
    /// To be there besides all others.
    Anew,
    /// To be there, in place of the one of its id if there is one.
    Whatever,
}

impl App {
    /// The image of an id, whoever may see it. That is no read.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub fn image(&self, id: &str) -> Result<Planned, ImageControlError> {
        let plans = self.transitions().book_between();
        let image = self.store().image(id)?;
        let image = image.ok_or_else(|| no_image(id))?;
        Ok(Planned {
            left: plans.left(id),
            image,
        })
    }

    /// All images, deleted ones too, newest first, behind the one of an id; at most so many.
    ///
    /// # Errors
    /// When there is none of that id, or the store fails.
    pub fn all_images(
        &self,
        behind: Option<&str>,
        most: u64,
    ) -> Result<Vec<Planned>, ImageControlError> {
        if let Some(id) = behind
            && self.store().image(id)?.is_none()
        {
            return Err(no_image(id));
        }
        let query = ImageQuery {
            after: behind.map(str::to_owned),
            limit: Some(most),
            ..ImageQuery::new(everything())
        };
        let images = self.store().images(&query)?;
        let plans = self.transitions().book();
        let planned = images.into_iter().map(|image| Planned {
            left: plans.left(&image.id),
            image,
        });
        Ok(planned.collect())
    }

    /// Puts an image here, with a plan or without one, and answers it. The data of one that is replaced stay;
    /// its plan ends, and uploads that waited for that come to nothing. Says whether it is new.
    ///
    /// # Errors
    /// When there is one that is not to be replaced, or the store fails.
    pub fn put_planned(
        &self,
        image: Image,
        plan: TransitionPlan,
        putting: Putting,
    ) -> Result<(Planned, bool), ImageControlError> {
        let mut plans = self.transitions().hold()?;
        let id = image.id.clone();
        check_plan(&image, &plan)?;
        if putting == Putting::Anew && self.store().image(&id)?.is_some() {
            return Err(ImageControlError::Taken { id });
        }
        plans.forget(&id)?;
        let (image, is_new) = self.store().change(&id, |known| {
            let is_new = known.is_none();
            let has_data = known.is_some_and(|known| known.has_data) && !image.status.is_deleted();
            let image = Image { has_data, ..image };
            Ok::<_, StoreError>(Change::Put(Box::new(image.clone()), (image, is_new)))
        })?;
        // An upload may have come to its end meanwhile.
        plans.plan_anew(&id, plan, self.clock.now())?;
        let left = plans.book().left(&id);
        Ok((Planned { image, left }, is_new))
    }

    /// Makes an image that a text describes in the form of fixtures, and answers it. Without an id it gets
    /// one, and without a time it is made now.
    ///
    /// # Errors
    /// When the text describes none, there is one of its id, or the store fails.
    pub fn create_described(&self, text: &str) -> Result<Planned, ImageControlError> {
        let unsaid = Unsaid {
            id: self.ids.uuid().to_string(),
            created_at: self.clock.now(),
        };
        let described = Described::read(text, unsaid)?;
        let plan = described.transitions.unwrap_or_default();
        let (made, _) = self.put_planned(described.image, plan, Putting::Anew)?;
        Ok(made)
    }

    /// Puts an image of an id here that a text describes in the form of fixtures, in place of the one there
    /// is, and answers it; says whether it is new.
    ///
    /// # Errors
    /// When the text describes none, or one of another id, or the store fails.
    pub fn replace_described(
        &self,
        id: &str,
        text: &str,
    ) -> Result<(Planned, bool), ImageControlError> {
        let unsaid = Unsaid {
            id: id.to_owned(),
            created_at: self.clock.now(),
        };
        let described = Described::read(text, unsaid)?;
        check_id(id, &described.image)?;
        let plan = described.transitions.unwrap_or_default();
        self.put_planned(described.image, plan, Putting::Whatever)
    }

    /// Changes an image as a merge patch says, its members and its plan among it, and answers it.
    ///
    /// # Errors
    /// When there is none, what comes out is none, or the store fails.
    pub fn patch_image(&self, id: &str, patch: &str) -> Result<Planned, ImageControlError> {
        let now = self.clock.now();
        self.change_planned(id, |image, left| {
            let described = Described::patched(image, left, patch, now)?;
            *image = described.image;
            Ok(described.transitions)
        })
    }

    /// Changes an image as `change` does, and answers it; the plan that it answers takes the place of the image's. A
    /// plan goes on where it answers none, unless the image has another status then: that ends it, and
    /// uploads that waited for it come to nothing.
    ///
    /// # Errors
    /// What `change` says, when there is no such image, or the store fails.
    pub fn change_planned(
        &self,
        id: &str,
        change: impl FnOnce(
            &mut Image,
            &[Transition],
        ) -> Result<Option<TransitionPlan>, ImageControlError>,
    ) -> Result<Planned, ImageControlError> {
        let mut plans = self.transitions().hold()?;
        let left = plans.book().left(id);
        let (image, plan, is_turned) = self.store().change(id, |image| {
            let mut image = image.ok_or_else(|| no_image(id))?;
            let before = image.status;
            let plan = change(&mut image, &left)?;
            check_id(id, &image)?;
            if let Some(plan) = &plan {
                check_plan(&image, plan)?;
            }
            let is_turned = image.status != before;
            let changed = (image.clone(), plan, is_turned);
            Ok::<_, ImageControlError>(Change::Put(Box::new(image), changed))
        })?;
        if is_turned {
            plans.forget(id)?;
        }
        if let Some(plan) = plan {
            plans.plan(id, plan, self.clock.now())?;
        }
        let left = plans.book().left(id);
        Ok(Planned { image, left })
    }

    /// Removes an image as if it had never been; says whether there was one. A database whose fixture has
    /// it gets it back at its next start: one that is to stay away is deleted instead.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remove_image(&self, id: &str) -> Result<bool, ImageControlError> {
        let mut plans = self.transitions().hold()?;
        plans.forget(id)?;
        let removed = self.store().change(id, |image| {
            Ok::<_, StoreError>(match image {
                Some(_) => Change::Remove(true),
                None => Change::Keep(false),
            })
        });
        Ok(removed?)
    }

    /// Brings an image to a status, whatever it has; without one, to that which its plan has next. An
    /// upload that waited for the plan comes to its end by an active or deactivated image. Where the
    /// status is what the plan has next, the plan goes on behind it; otherwise it ends.
    ///
    /// # Errors
    /// When there is no such image, nothing says which status, or the store fails.
    pub fn turn_image(
        &self,
        id: &str,
        to: Option<GlanceStatus>,
    ) -> Result<Planned, ImageControlError> {
        let mut plans = self.transitions().hold()?;
        if self.store().image(id)?.is_none() {
            return Err(no_image(id));
        }
        let next = to.or_else(|| Some(plans.book().next(id)?.to));
        let to = next.ok_or_else(|| ImageControlError::NoPlan { id: id.to_owned() })?;
        let image = plans.turn(id, to)?.ok_or_else(|| no_image(id))?;
        Ok(Planned {
            left: plans.book().left(id),
            image,
        })
    }

    /// Gives an image a plan from now on, in place of the one it has; an empty one is none.
    ///
    /// # Errors
    /// When there is no such image, it is deleted, or the store fails.
    pub fn plan_image(&self, id: &str, plan: TransitionPlan) -> Result<(), ImageControlError> {
        let mut plans = self.transitions().hold()?;
        let image = self.store().image(id)?.ok_or_else(|| no_image(id))?;
        check_plan(&image, &plan)?;
        Ok(plans.plan(id, plan, self.clock.now())?)
    }

    /// What images go on by whose upload has ended, in the form in which it is said.
    #[must_use]
    pub fn upload_plan(&self) -> Value {
        written_uploads(self.transitions().book().uploads())
    }

    /// Says what images go on by whose upload ends from now on, as a text describes it.
    ///
    /// # Errors
    /// When it describes nothing that they could go on by.
    pub fn describe_uploads(&self, text: &str) -> Result<(), ImageControlError> {
        self.plan_uploads(read_uploads(text)?);
        Ok(())
    }

    /// Says what images go on by whose upload ends from now on.
    pub fn plan_uploads(&self, plan: TransitionPlan) {
        self.transitions().book().set_uploads(plan);
    }
}

/// What is wrong with a text that came with a request.
fn said(error: &FixtureError) -> String {
    match error {
        FixtureError::Wrong { path, reason, .. } => format!("{path}: {reason}"),
        FixtureError::NotJson { source, .. } => format!("not JSON: {source}"),
        other => other.to_string(),
    }
}

fn check_id(id: &str, image: &Image) -> Result<(), ImageControlError> {
    match image.id == id {
        true => Ok(()),
        false => Err(ImageControlError::OtherId {
            id: id.to_owned(),
            other: image.id.clone(),
        }),
    }
}

fn no_image(id: &str) -> ImageControlError {
    ImageControlError::NoImage { id: id.to_owned() }
}

fn check_plan(image: &Image, plan: &TransitionPlan) -> Result<(), ImageControlError> {
    match image.status == GlanceStatus::Deleted && !plan.is_empty() {
        true => Err(ImageControlError::PlanOfDeleted {
            id: image.id.clone(),
        }),
        false => Ok(()),
    }
}

/// What hides no image.
fn everything() -> Scope {
    Scope {
        project_id: None,
        every_project: true,
        shares: Shares::AnyMadeToViewer,
        community: true,
        hidden: None,
        unlisted: true,
    }
}
