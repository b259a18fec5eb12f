//! How images come from one status to the next while nobody uploads anything.

use super::image::{GlanceStatus, Image};
use super::properties::Properties;
use super::timestamp::Timestamp;
use std::collections::VecDeque;

/// Most steps of a plan.
const MOST_STEPS: usize = 100;

/// What brings a step of an image's plan about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// So many seconds on the space's clock, counted from the step before; 0 is at once.
    AfterSeconds(u32),
    /// So many answers that show the image as it is before the step; 0 is at once.
    AfterReads(u32),
    /// The word of whoever runs the server.
    Manual,
}

/// A step of an image's plan: a status, and what brings the image there.
///
/// ```
/// use nova_images::{GlanceStatus, Transition, Trigger};
///
/// let step = Transition::after_reads(GlanceStatus::Active, 3);
/// assert_eq!((step.to, step.when), (GlanceStatus::Active, Trigger::AfterReads(3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transition {
    /// The status that the image gets.
    pub to: GlanceStatus,
    /// When it gets it.
    pub when: Trigger,
}

impl Transition {
    /// A step that comes when this happens.
    #[must_use]
    pub const fn new(to: GlanceStatus, when: Trigger) -> Self {
        Self { to, when }
    }

    /// A step that comes so many seconds behind the one before, on the space's clock.
    #[must_use]
    pub const fn after_seconds(to: GlanceStatus, seconds: u32) -> Self {
        Self::new(to, Trigger::AfterSeconds(seconds))
    }

    /// A step that comes behind so many answers that show the image.
    #[must_use]
    pub const fn after_reads(to: GlanceStatus, reads: u32) -> Self {
        Self::new(to, Trigger::AfterReads(reads))
    }

    /// A step that comes when it is told to.
    #[must_use]
    pub const fn manual(to: GlanceStatus) -> Self {
        Self::new(to, Trigger::Manual)
    }
}

/// The steps of an image, in order; none is no plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransitionPlan(VecDeque<Transition>);

/// Why steps are no plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransitionPlanError {
    /// A deleted image stays so.
    #[error("nothing comes behind `deleted`")]
    BehindDeleted {
        /// Which step is behind it, counted from 0.
        step: usize,
    },
    /// Nobody needs so many.
    #[error("a plan has at most {MOST_STEPS} steps")]
    TooMany,
}

impl TransitionPlan {
    /// A plan of these steps.
    ///
    /// # Errors
    /// When there are more than 100, or one comes behind `deleted`.
    pub fn of(steps: impl IntoIterator<Item = Transition>) -> Result<Self, TransitionPlanError> {
        let mut kept = VecDeque::new();
        for step in steps {
            let last: Option<&Transition> = kept.back();
            if last.is_some_and(|last| last.to == GlanceStatus::Deleted) {
                return Err(TransitionPlanError::BehindDeleted { step: kept.len() });
            }
            if kept.len() == MOST_STEPS {
                return Err(TransitionPlanError::TooMany);
            }
            kept.push_back(step);
        }
        Ok(Self(kept))
    }

    /// One step.
    #[must_use]
    pub fn single(step: Transition) -> Self {
        Self([step].into())
    }

    /// The step that comes next.
    #[must_use]
    pub fn next(&self) -> Option<Transition> {
        self.0.front().copied()
    }

    /// Goes on behind that.
    pub fn advance(&mut self) {
        self.0.pop_front();
    }

    /// The steps that are left.
    pub fn steps(&self) -> impl Iterator<Item = Transition> {
        self.0.iter().copied()
    }

    /// Whether no step is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Image {
    /// Gets a status at a moment, with what Glance changes beside: a deleted image has lost its
    /// properties and its data, and one that is none any more has no time of its end.
    pub(crate) fn enter(&mut self, status: GlanceStatus, at: Timestamp) {
        self.status = status;
        self.updated_at = at;
        self.deleted_at = status.is_deleted().then_some(at);
        if status.is_deleted() {
            self.has_data = false;
            self.properties = Properties::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_STEPS, Transition, TransitionPlan, TransitionPlanError};
    use crate::domain::{GlanceStatus, Image, Timestamp};

    #[test]
    fn plans_end_with_a_deleted_image() {
        let to = |status| Transition::after_seconds(status, 1);
        let gone = [
            to(GlanceStatus::PendingDelete),
            to(GlanceStatus::Deleted),
            to(GlanceStatus::Active),
        ];
        assert!(TransitionPlan::of(gone.into_iter().take(2)).is_ok());
        let refused = TransitionPlan::of(gone);
        assert_eq!(refused, Err(TransitionPlanError::BehindDeleted { step: 2 }));
        let many = vec![to(GlanceStatus::Saving); MOST_STEPS + 1];
        assert_eq!(TransitionPlan::of(many), Err(TransitionPlanError::TooMany));
    }

    #[test]
    fn a_status_brings_what_goes_with_it() {
        let at = Timestamp::from_micros(7);
        let mut image = Image::builder("a").property("os", "debian").build();
        image.has_data = true;
        image.enter(GlanceStatus::Killed, at);
        assert_eq!((image.deleted_at, image.updated_at), (None, at));
        assert_eq!(image.properties.len(), 1);
        image.enter(GlanceStatus::Deleted, at);
        assert_eq!((image.deleted_at, image.has_data), (Some(at), false));
        assert!(image.properties.is_empty());
        image.enter(GlanceStatus::Active, at);
        assert_eq!(image.deleted_at, None);
    }
}
