//! The plans of a space in one hand: given, followed, ended, as the images of the store change.

use super::arrival::Arrival;
use super::book::{Book, Ground, Plans};
use crate::control::agenda::Entry;
use crate::control::long_lock::Hold;
use crate::domain::{GlanceStatus, Image, Timestamp, TransitionPlan};
use crate::service::failure::Failure;
use crate::service::image_data::DataError;
use crate::store::{Change, Patience, StoreError};

/// All plans of a space, held: nobody else changes them together with images. Others look at them, and count
/// reads, while this one waits for the store.
#[derive(Debug)]
pub struct Held<'t> {
    pub(super) of: &'t Ground,
    pub(super) hold: Hold<'t, Plans>,
    /// What is written under it waits no longer than whoever holds it meant to wait for all.
    pub(super) _patience: Option<Patience>,
}

impl<'t> Held<'t> {
    /// The plans, to be looked at for a moment.
    pub fn book(&self) -> Book<'t> {
        Book {
            of: self.of,
            plans: self.hold.look(),
        }
    }

    /// Gives an image another plan than it has, from this moment on; an empty one is none. Data that wait
    /// for the plan wait for this one; without one they go.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan(
        &mut self,
        id: &str,
        plan: TransitionPlan,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        if plan.is_empty() {
            return self.forget(id);
        }
        let mut book = self.book();
        let arrival = book.leave(id).and_then(|course| course.arrival);
        book.enter_course(id, plan, arrival, at);
        Ok(())
    }

    /// The same of an image that is another than before: data that wait go.
    ///
    /// # Errors
    /// When the store fails.
    pub fn plan_anew(
        &mut self,
        id: &str,
        plan: TransitionPlan,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.forget(id)?;
        self.plan(id, plan, at)
    }

    /// Ends an image's plan. Data that wait for it go.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget(&mut self, id: &str) -> Result<(), StoreError> {
        let_go(self.book(), id)
    }

    /// Brings an image to a status by hand, deleted ones too. Where that is what its plan has next, the
    /// plan goes on behind it; otherwise it ends. Nothing when there is no such image.
    ///
    /// # Errors
    /// When the store fails; then nothing changed.
    pub fn turn(&mut self, id: &str, to: GlanceStatus) -> Result<Option<Image>, DataError> {
        let at = self.of.clock.now();
        let image = self.enter(id, to, at, true)?;
        self.go_on(id, image.as_ref(), at);
        Ok(image)
    }

    /// Takes the step of an image that stands there in the agenda, if it still waits for that.
    ///
    /// # Errors
    /// When the store fails; then it is to be taken still.
    pub(super) fn take_due(&mut self, id: &str, entry: Entry) -> Result<(), DataError> {
        let due = {
            let book = self.book();
            book.due_since(id, entry).zip(book.next(id))
        };
        let Some((at, step)) = due else {
            return Ok(());
        };
        let had_arrival = self.book().has_arrival(id);
        match self.enter(id, step.to, at, false) {
            Ok(image) => self.go_on(id, image.as_ref(), at),
            // The data are lost, and the image is queued: there is no step to take again.
            Err(error) if had_arrival => {
                _ = Failure::of(&error);
                self.book().leave(id);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Has the image of a step get its status, with the data that wait for it or without; nothing when
    /// the image is gone, or when it is deleted and nobody brings it back by hand.
    fn enter(
        &mut self,
        id: &str,
        to: GlanceStatus,
        at: Timestamp,
        by_hand: bool,
    ) -> Result<Option<Image>, DataError> {
        if let Some(arrival) = self.arrival_for(id, to) {
            if to.keeps_data() {
                return arrival.keep(to, at);
            }
            let was_under_way = arrival.let_go()?;
            if !was_under_way && !by_hand {
                return Ok(None);
            }
        }
        let entered = self.of.store.change(id, |image| {
            let stays = |image: &Image| image.status == GlanceStatus::Deleted && !by_hand;
            let Some(mut image) = image.filter(|image| !stays(image)) else {
                return Ok::<_, StoreError>(Change::Keep(None));
            };
            image.enter(to, at);
            Ok(Change::Put(Box::new(image.clone()), Some(image)))
        });
        Ok(entered?)
    }

    /// The data that wait for an image to come to a status.
    fn arrival_for(&self, id: &str, to: GlanceStatus) -> Option<Arrival> {
        let mut book = self.book();
        let course = book.plans.courses.get_mut(id)?;
        course.arrival.take_if(|_| !to.awaits_data())
    }

    /// Goes on in the plan of an image that has got a status.
    fn go_on(&mut self, id: &str, image: Option<&Image>, at: Timestamp) {
        let mut book = self.book();
        let Some(mut course) = book.leave(id) else {
            return;
        };
        let Some(image) = image else {
            return;
        };
        match course.left.next() {
            Some(next) if next.to == image.status => course.left.advance(),
            _ => course.left = TransitionPlan::default(),
        }
        book.enter_course(id, course.left, course.arrival, at);
    }
}

/// Ends an image's plan. Data that wait for it go, once the book is closed.
pub(super) fn let_go(mut book: Book<'_>, id: &str) -> Result<(), StoreError> {
    let arrival = book.leave(id).and_then(|course| course.arrival);
    drop(book);
    match arrival {
        Some(arrival) => arrival.let_go().map(drop),
        None => Ok(()),
    }
}
