//! All plans of a space at a moment, to go back to.

use super::book::{Book, Waits};
use crate::domain::{Timestamp, TransitionPlan};

/// What a space's plans were at some moment, but for those that data waited for: the uploads of a space that
/// goes back are void.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedTransitions {
    /// What images go on by that are uploaded.
    pub uploads: TransitionPlan,
    /// The plans of images, in no order.
    pub courses: Vec<SavedCourse>,
}

/// How far an image had come in its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCourse {
    /// Which image.
    pub image: String,
    /// The steps that were left.
    pub left: TransitionPlan,
    /// What the first of them waited for.
    pub waits: SavedWait,
}

/// What brings a step about that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedWait {
    /// A moment on the clock.
    Until(Timestamp),
    /// So many reads more.
    Reads(u32),
    /// A word.
    Hand,
}

impl Book<'_> {
    /// All plans as they are.
    pub fn saved(&self) -> SavedTransitions {
        let courses = self.plans.courses.iter();
        // An upload that waits comes to nothing for who goes back, and so does its plan: the image is queued
        // in what is saved of it.
        let courses = courses.filter(|(image, _)| !self.has_arrival(image));
        let saved = courses.map(|(image, course)| SavedCourse {
            image: image.clone(),
            left: course.left.clone(),
            waits: match course.waits {
                Waits::Clock(entry) => SavedWait::Until(entry.at()),
                Waits::Reads(reads) => SavedWait::Reads(reads),
                Waits::Due(_, since) => SavedWait::Until(since),
                Waits::Hand => SavedWait::Hand,
            },
        });
        SavedTransitions {
            uploads: self.plans.uploads.clone(),
            courses: saved.collect(),
        }
    }

    /// Puts plans in place of all there are. The store has the images that they are of by now.
    pub fn restore(&mut self, saved: &SavedTransitions) {
        self.reset();
        self.plans.uploads = saved.uploads.clone();
        let mut courses: Vec<_> = saved.courses.iter().collect();
        // What fell due at one moment has an order again, the same each time.
        courses.sort_by(|one, other| one.image.cmp(&other.image));
        for course in courses {
            let waits = match course.waits {
                SavedWait::Until(at) => self.wait_until(at, &course.image),
                SavedWait::Reads(reads) => Waits::Reads(reads),
                SavedWait::Hand => Waits::Hand,
            };
            self.put_course(&course.image, course.left.clone(), waits, None);
        }
        self.note_plans();
    }
}
