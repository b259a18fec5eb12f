//! The plans of a space, as those see them who read, upload and delete images.

use super::arrival::Arrival;
use super::held::{Ground, Held, Plans};
use crate::config::UploadTransitions;
use crate::control::Clock;
use crate::control::agenda::Entry;
use crate::domain::{GlanceStatus, Image, Transition, TransitionPlan, Trigger};
use crate::service::due::Agenda;
use crate::service::failure::Failure;
use crate::service::image_data::DataError;
use crate::store::{Listing, Slice, Store, StoreError};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The plans of a space's images, and what becomes of images that are uploaded.
#[derive(Debug)]
pub struct Transitions {
    ground: Ground,
    plans: Mutex<Plans>,
}

impl Transitions {
    /// No plans. Images that are uploaded go on by `uploads`, when nobody says otherwise.
    pub fn new(
        store: Arc<Store>,
        clock: Clock,
        agenda: Arc<Agenda>,
        uploads: TransitionPlan,
    ) -> Self {
        Self {
            ground: Ground {
                store,
                clock,
                agenda,
                waiting_for_reads: AtomicUsize::new(0),
                has_plans: AtomicBool::new(!uploads.is_empty()),
            },
            plans: Mutex::new(Plans::new(uploads)),
        }
    }

    /// The plans, which nobody else sees or changes meanwhile. Nothing may be read through here, nor
    /// anything settled, by whoever holds them.
    pub fn hold(&self) -> Held<'_> {
        let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        Held {
            of: &self.ground,
            plans,
        }
    }

    /// Takes the step of an image that stands there in the agenda, if it still waits for that.
    ///
    /// # Errors
    /// When the store fails; then the step is to be taken still.
    pub fn fall_due(&self, entry: Entry, id: &str) -> Result<(), DataError> {
        let mut held = self.hold();
        match held.waits_for(id, entry) {
            true => held.take_next(id, entry.at()),
            false => Ok(()),
        }
    }

    /// Reads an image to show it, which counts when it is shown.
    pub fn show<T, E>(&self, id: &str, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if self.nobody_counts() {
            return read();
        }
        let mut held = self.hold();
        let shown = read();
        if shown.is_ok() {
            held.count(id);
        }
        shown
    }

    /// Reads on in a list, which counts for the images that it shows.
    ///
    /// # Errors
    /// When the store fails; then nothing more comes.
    pub fn next_slice(
        &self,
        listing: &mut Listing,
        most: u64,
    ) -> Result<Option<Slice>, StoreError> {
        if self.nobody_counts() {
            return listing.next(most);
        }
        let mut held = self.hold();
        let Some(slice) = listing.next_told(most)? else {
            return Ok(None);
        };
        let waiting = held.waiting_for_reads();
        let waiting = waiting.iter().map(String::as_str);
        for id in self.ground.store.shown_in(&slice, waiting)? {
            held.count(&id);
        }
        Ok(Some(slice))
    }

    /// Counts for images that an answer shows which says nothing of their status.
    pub fn showed<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        if self.nobody_counts() {
            return;
        }
        let mut held = self.hold();
        for id in ids {
            held.count(id);
        }
    }

    /// Nobody waits for the lock who has nothing to do with plans: a reset of a file keeps it for long.
    fn has_plans(&self) -> bool {
        self.ground.has_plans.load(Ordering::Acquire)
    }

    /// Whether what is read is counted, which may come to a change.
    pub fn counts(&self) -> bool {
        !self.nobody_counts()
    }

    fn nobody_counts(&self) -> bool {
        self.ground.waiting_for_reads.load(Ordering::Acquire) == 0
    }

    /// Whether an upload to this image that has come to its end has to wait.
    pub fn makes_wait(&self, id: &str) -> bool {
        self.has_plans() && self.hold().makes_wait(id)
    }

    /// Lets an upload that has come to its end wait for the image's plan; without one, for that of
    /// uploads. Answers the image; nothing when that is gone, or no upload's any more.
    ///
    /// # Errors
    /// When the store fails; then the image is queued again.
    pub fn put_off(&self, id: &str, arrival: Arrival) -> Result<Option<Image>, StoreError> {
        // Nobody may delete the image, and forget its plan, between a look at it and the plan.
        let mut held = self.hold();
        let image = self.ground.store.image(id)?;
        let image = image.filter(|image| image.status.awaits_data());
        if image.is_some() {
            held.await_data(id, arrival);
        }
        Ok(image)
    }

    /// An image is gone: so is its plan.
    pub fn forget(&self, id: &str) {
        if !self.has_plans() {
            return;
        }
        if let Err(error) = self.hold().forget(id) {
            // What the upload had is swept at the next start.
            _ = Failure::of(&error);
        }
    }
}

/// The steps of an image that is uploaded.
impl From<UploadTransitions> for TransitionPlan {
    fn from(uploads: UploadTransitions) -> Self {
        let when = match uploads {
            UploadTransitions::Immediate => return Self::default(),
            UploadTransitions::AfterSeconds(seconds) => Trigger::AfterSeconds(seconds),
            UploadTransitions::AfterReads(reads) => Trigger::AfterReads(reads),
            UploadTransitions::Manual => Trigger::Manual,
        };
        Self::single(Transition::new(GlanceStatus::Active, when))
    }
}
