//! The plans of a space in one hand: given, followed, ended.

use super::arrival::Arrival;
use crate::control::Clock;
use crate::control::agenda::Entry;
use crate::domain::{GlanceStatus, Image, Timestamp, Transition, TransitionPlan, Trigger};
use crate::service::due::{Agenda, Due};
use crate::service::failure::Failure;
use crate::service::image_data::DataError;
use crate::store::{Change, Store, StoreError};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard};

/// The plans of images by their ids.
#[derive(Debug)]
pub struct Plans {
    /// What `uploads` goes back to.
    usual: TransitionPlan,
    pub(super) uploads: TransitionPlan,
    pub(super) courses: HashMap<String, Course>,
}

impl Plans {
    /// None yet.
    pub fn new(uploads: TransitionPlan) -> Self {
        Self {
            usual: uploads.clone(),
            uploads,
            courses: HashMap::new(),
        }
    }
}

/// How far an image has come in its plan.
#[derive(Debug)]
pub struct Course {
    pub(super) left: TransitionPlan,
    pub(super) waits: Waits,
    arrival: Option<Arrival>,
}

/// What brings the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// What stands there in the agenda.
    Clock(Entry),
    /// So many reads more.
    Reads(u32),
    /// A word.
    Hand,
}

/// What plans work on.
#[derive(Debug)]
pub struct Ground {
    /// Where the images are.
    pub store: Arc<Store>,
    /// The space's time.
    pub clock: Clock,
    /// What falls due in it.
    pub agenda: Arc<Agenda>,
    /// Images that wait for reads. Changed by whoever holds the plans.
    pub waiting_for_reads: AtomicUsize,
    /// Whether there is a plan, be it that of uploads.
    pub has_plans: AtomicBool,
}

/// All plans of a space, held: nobody else sees or changes them.
#[derive(Debug)]
pub struct Held<'t> {
    pub(super) of: &'t Ground,
    pub(super) plans: MutexGuard<'t, Plans>,
}

impl Held<'_> {
    /// What images go on by that are uploaded.
    pub fn uploads(&self) -> &TransitionPlan {
        &self.plans.uploads
    }

    /// Says what images go on by whose upload ends from now on.
    pub fn set_uploads(&mut self, uploads: TransitionPlan) {
        self.plans.uploads = uploads;
        self.note_plans();
    }

    /// What is left of an image's plan, as if it were given now.
    pub fn left(&self, id: &str) -> Vec<Transition> {
        let Some(course) = self.plans.courses.get(id) else {
            return Vec::new();
        };
        let mut steps: Vec<_> = course.left.steps().collect();
        if let Some(first) = steps.first_mut() {
            first.when = match course.waits {
                Waits::Clock(entry) => {
                    let micros = entry.at().micros() - self.of.clock.now().micros();
                    let seconds = u64::try_from(micros).unwrap_or(0).div_ceil(1_000_000);
                    Trigger::AfterSeconds(u32::try_from(seconds).unwrap_or(u32::MAX))
                }
                Waits::Reads(reads) => Trigger::AfterReads(reads),
                Waits::Hand => first.when,
            };
        }
        steps
    }

    /// Whether data of the image are there that wait for its plan.
    pub fn has_arrival(&self, id: &str) -> bool {
        let course = self.plans.courses.get(id);
        course.is_some_and(|course| course.arrival.is_some())
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
        let arrival = self.leave(id).and_then(|course| course.arrival);
        self.enter_course(id, plan, arrival, at);
        Ok(())
    }

    /// Ends an image's plan. Data that wait for it go.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget(&mut self, id: &str) -> Result<(), StoreError> {
        match self.leave(id).and_then(|course| course.arrival) {
            Some(arrival) => arrival.let_go().map(drop),
            None => Ok(()),
        }
    }

    /// Ends all plans, in a store that knows nothing of their images any more.
    pub fn reset(&mut self) {
        self.plans.uploads = self.plans.usual.clone();
        let ids: Vec<_> = self.plans.courses.keys().cloned().collect();
        for id in ids {
            self.leave(&id);
        }
        self.note_plans();
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

    /// The step that an image's plan has next.
    pub fn next(&self, id: &str) -> Option<Transition> {
        self.plans.courses.get(id)?.left.next()
    }

    /// Whether an image waits for just what stands there in the agenda.
    pub(super) fn waits_for(&self, id: &str, entry: Entry) -> bool {
        let course = self.plans.courses.get(id);
        course.is_some_and(|course| course.waits == Waits::Clock(entry))
    }

    /// The images that wait for reads.
    pub(super) fn waiting_for_reads(&self) -> Vec<String> {
        let courses = self.plans.courses.iter();
        let waiting = courses.filter(|(_, course)| matches!(course.waits, Waits::Reads(_)));
        waiting.map(|(id, _)| id.clone()).collect()
    }

    /// An answer shows an image.
    pub(super) fn count(&mut self, id: &str) {
        let Some(course) = self.plans.courses.get_mut(id) else {
            return;
        };
        match &mut course.waits {
            Waits::Reads(left @ 2..) => {
                *left -= 1;
                // The next one is to be counted, too.
                self.of.store.outdate(id);
            }
            Waits::Reads(_) => {
                let at = self.of.clock.now();
                if let Err(error) = self.take_next(id, at) {
                    // The next read tries again.
                    _ = Failure::of(&error);
                    self.of.store.outdate(id);
                }
            }
            Waits::Clock(_) | Waits::Hand => {}
        }
    }

    /// Takes the step that an image's plan has next, at a moment.
    ///
    /// # Errors
    /// When the store fails; then it is to be taken still.
    pub(super) fn take_next(&mut self, id: &str, at: Timestamp) -> Result<(), DataError> {
        let Some(step) = self.next(id) else {
            return Ok(());
        };
        let had_arrival = self.has_arrival(id);
        match self.enter(id, step.to, at, false) {
            Ok(image) => self.go_on(id, image.as_ref(), at),
            // The data are lost, and the image is queued: there is no step to take again.
            Err(error) if had_arrival => {
                _ = Failure::of(&error);
                self.leave(id);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether an upload to an image has to wait when it has come to its end.
    pub(super) fn makes_wait(&self, id: &str) -> bool {
        !self.plans.uploads.is_empty() || self.plans.courses.contains_key(id)
    }

    /// Lets data wait for an image's plan; without one, for that of uploads.
    pub(super) fn await_data(&mut self, id: &str, arrival: Arrival) {
        if let Some(course) = self.plans.courses.get_mut(id) {
            course.arrival = Some(arrival);
            return;
        }
        let (plan, at) = (self.plans.uploads.clone(), self.of.clock.now());
        self.enter_course(id, plan, Some(arrival), at);
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
        let course = self.plans.courses.get_mut(id);
        let arrival = course.and_then(|course| course.arrival.take_if(|_| !to.awaits_data()));
        if let Some(arrival) = arrival {
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

    /// Goes on in the plan of an image that has got a status.
    fn go_on(&mut self, id: &str, image: Option<&Image>, at: Timestamp) {
        let Some(mut course) = self.leave(id) else {
            return;
        };
        let Some(image) = image else {
            return;
        };
        match course.left.next() {
            Some(next) if next.to == image.status => course.left.advance(),
            _ => course.left = TransitionPlan::default(),
        }
        self.enter_course(id, course.left, course.arrival, at);
    }

    /// Begins to wait for the first step of a plan. Data without a plan wait for a word.
    fn enter_course(
        &mut self,
        id: &str,
        plan: TransitionPlan,
        arrival: Option<Arrival>,
        at: Timestamp,
    ) {
        let waits = match plan.next().map(|next| next.when) {
            None if arrival.is_none() => return,
            None | Some(Trigger::Manual) => Waits::Hand,
            Some(Trigger::AfterReads(reads @ 1..)) => Waits::Reads(reads),
            Some(Trigger::AfterReads(0)) => self.wait_until(at, id),
            Some(Trigger::AfterSeconds(seconds)) => {
                self.wait_until(at.plus_seconds(seconds.into()), id)
            }
        };
        self.put_course(id, plan, waits, arrival);
    }

    pub(super) fn wait_until(&self, at: Timestamp, id: &str) -> Waits {
        Waits::Clock(self.of.agenda.put(at, Due::Transition(id.into())))
    }

    pub(super) fn put_course(
        &mut self,
        id: &str,
        left: TransitionPlan,
        waits: Waits,
        arrival: Option<Arrival>,
    ) {
        if matches!(waits, Waits::Reads(_)) {
            self.of.waiting_for_reads.fetch_add(1, Ordering::AcqRel);
            // What was kept before does not count.
            self.of.store.outdate(id);
        }
        let course = Course {
            left,
            waits,
            arrival,
        };
        self.plans.courses.insert(id.to_owned(), course);
        self.note_plans();
    }

    pub(super) fn note_plans(&self) {
        let has_plans = !self.plans.uploads.is_empty() || !self.plans.courses.is_empty();
        self.of.has_plans.store(has_plans, Ordering::Release);
    }

    /// Takes an image out of its plan, and what it waits for back.
    pub(super) fn leave(&mut self, id: &str) -> Option<Course> {
        let course = self.plans.courses.remove(id)?;
        match course.waits {
            Waits::Clock(entry) => self.of.agenda.strike(entry),
            Waits::Reads(_) => _ = self.of.waiting_for_reads.fetch_sub(1, Ordering::AcqRel),
            Waits::Hand => {}
        }
        self.note_plans();
        Some(course)
    }
}
