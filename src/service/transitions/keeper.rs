//! The plans of a space, as those see them who read, upload and delete images.

use super::arrival::Arrival;
use super::book::{Book, Ground, Plans};
use super::held::{self, Held};
use crate::config::UploadTransitions;
use crate::control::agenda::Entry;
use crate::control::{Clock, LongLock};
use crate::domain::{GlanceStatus, Image, Transition, TransitionPlan, Trigger, instant};
use crate::service::due::Agenda;
use crate::service::failure::Failure;
use crate::service::image_data::DataError;
use crate::store::{Listing, Patience, Slice, Store, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long those who come wait for a step that falls due while another process has the file.
const BLINK: Duration = Duration::from_millis(100);

/// How long whoever looks at a plan waits for whoever is about to change it.
const GLANCE: Duration = Duration::from_millis(20);

/// A step was not taken when it was due. It stays so, and it is known by whom it matters to.
#[derive(Clone, Copy, Debug)]
pub struct Late;

/// The plans of a space's images, and what becomes of images that are uploaded.
#[derive(Debug)]
pub struct Transitions {
    ground: Ground,
    plans: LongLock<Plans>,
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
                is_late: AtomicBool::new(false),
            },
            plans: LongLock::new(Plans::new(uploads)),
        }
    }

    /// The plans, which nobody else changes together with images meanwhile. Nothing may be read through here,
    /// nor anything settled, by whoever holds them.
    ///
    /// # Errors
    /// When whoever holds them waits for another process that has the file, as long as this one would.
    pub fn hold(&self) -> Result<Held<'_>, StoreError> {
        let end = self.ground.store.end_of_patience();
        let is_in_vain = || self.ground.store.is_in_vain(end);
        // Who had to wait for others has a moment at least.
        self.held(is_in_vain, |now| end.map(|end| end.max(now + BLINK)))
    }

    /// The same, to take a step that others wait for.
    fn hold_for_step(&self) -> Result<Held<'_>, StoreError> {
        let is_late = self.ground.is_late.load(Ordering::Acquire);
        let (begun, end) = (instant(), self.ground.store.end_of_patience());
        let blink = if is_late { Duration::ZERO } else { BLINK };
        let is_over = |after: Duration| instant() >= begun + after;
        let is_in_vain = || {
            let is_locked_out = self.ground.store.is_locked_out();
            let usual = end.is_some_and(|end| is_late || instant() >= end);
            usual || is_locked_out && is_over(blink)
        };
        self.held(is_in_vain, |now| end.map(|end| end.min(now + blink)))
    }

    fn held(
        &self,
        is_in_vain: impl Fn() -> bool,
        end: impl FnOnce(Instant) -> Option<Instant>,
    ) -> Result<Held<'_>, StoreError> {
        let hold = self.plans.hold(is_in_vain).ok_or(StoreError::Busy)?;
        Ok(Held {
            of: &self.ground,
            hold,
            _patience: end(instant()).map(Patience::until),
        })
    }

    /// The plans, to be looked at for a moment.
    pub fn book(&self) -> Book<'_> {
        Book {
            of: &self.ground,
            plans: self.plans.look(),
        }
    }

    /// The same, when nobody is about to change an image and its plan. Nobody is waited for who waits for
    /// another process, or takes long: he has not changed anything yet.
    pub fn book_between(&self) -> Book<'_> {
        let begun = instant();
        let is_in_vain = || self.ground.store.is_locked_out() || instant() >= begun + GLANCE;
        Book {
            of: &self.ground,
            plans: self.plans.look_between(is_in_vain),
        }
    }

    /// Takes the step of an image that stands there in the agenda, if it still waits for that.
    ///
    /// # Errors
    /// When it cannot be taken now; then it is to be taken still.
    pub fn fall_due(&self, entry: Entry, id: &str) -> Result<(), Late> {
        let held = self.hold_for_step().map_err(DataError::from);
        let taken = held.and_then(|mut held| held.take_due(id, entry));
        match taken {
            Ok(()) => {
                self.ground.is_late.store(false, Ordering::Release);
                Ok(())
            }
            Err(error) => {
                // Said once: all who come try again.
                if !self.ground.is_late.swap(true, Ordering::AcqRel) {
                    _ = Failure::of(&error);
                }
                Err(Late)
            }
        }
    }

    /// Reads an image to show it, which counts when it is shown.
    pub fn show<T, E>(&self, id: &str, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        if self.nobody_counts() {
            return read();
        }
        let mut book = self.caught_up(Some(id));
        let shown = read();
        let due = shown.is_ok().then(|| book.count(id)).flatten();
        drop(book);
        if let Some(entry) = due {
            // Late, it is the business of whoever comes next.
            _ = self.fall_due(entry, id);
        }
        shown
    }

    /// The book, once the step is taken that reads of an image, or of all, have brought about, if it can be.
    fn caught_up(&self, id: Option<&str>) -> Book<'_> {
        loop {
            let book = self.book();
            let steps = book.all_overdue(id);
            if steps.is_empty() {
                return book;
            }
            drop(book);
            let mut steps = steps.iter();
            let taken = steps.try_for_each(|(entry, id)| self.fall_due(*entry, id));
            if taken.is_err() {
                return self.book();
            }
        }
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
        // A list under way shows what was when it began, and is read where nobody may wait.
        let mut book = match listing.has_begun() {
            true => self.book(),
            false => self.caught_up(None),
        };
        let Some(slice) = listing.next_told(most)? else {
            return Ok(None);
        };
        let waiting = book.waiting_for_reads();
        let waiting = waiting.iter().map(String::as_str);
        let shown = self.ground.store.shown_in(&slice, waiting)?;
        let due = count(&mut book, shown.iter().map(String::as_str));
        drop(book);
        self.take_at_once(&due);
        Ok(Some(slice))
    }

    /// Counts for images that an answer shows which says nothing of their status.
    pub fn showed<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        if self.nobody_counts() {
            return;
        }
        let due = count(&mut self.book(), ids);
        self.take_at_once(&due);
    }

    /// Takes steps where nobody has to wait for that. Those of a file are the business of whoever comes next,
    /// who waits for the disk elsewhere.
    fn take_at_once(&self, due: &[(Entry, &str)]) {
        if !self.ground.store.is_file() {
            let mut due = due.iter();
            _ = due.try_for_each(|(entry, id)| self.fall_due(*entry, id));
        }
    }

    /// Nobody looks into the book who has nothing to do with plans.
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
        self.has_plans() && self.book().makes_wait(id)
    }

    /// Lets an upload that has come to its end wait for the image's plan; without one, for that of
    /// uploads. Answers the image; nothing when that is gone, or no upload's any more.
    ///
    /// # Errors
    /// When the store fails; then the image is queued again.
    pub fn put_off(&self, id: &str, arrival: Arrival) -> Result<Option<Image>, StoreError> {
        // Nobody may delete the image, and forget its plan, between a look at it and the plan.
        let mut book = self.book();
        let image = self.ground.store.image(id)?;
        let image = image.filter(|image| image.status.awaits_data());
        if image.is_some() {
            book.await_data(id, arrival);
        }
        Ok(image)
    }

    /// An image is gone: so is its plan.
    pub fn forget(&self, id: &str) {
        if !self.has_plans() {
            return;
        }
        // Nobody who holds the plans may give it another one that he does not see end.
        let forgotten = match self.hold() {
            Ok(mut held) => held.forget(id),
            Err(_) => held::let_go(self.book(), id),
        };
        if let Err(error) = forgotten {
            // What the upload had is swept at the next start.
            _ = Failure::of(&error);
        }
    }
}

/// Counts for images that an answer shows; says which steps are due now.
fn count<'i>(
    book: &mut Book<'_>,
    shown: impl IntoIterator<Item = &'i str>,
) -> Vec<(Entry, &'i str)> {
    let shown = shown.into_iter();
    shown.filter_map(|id| Some((book.count(id)?, id))).collect()
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
