//! The plans of a space, and how far its images have come in them: what is done with those alone.

use super::arrival::Arrival;
use crate::control::Clock;
use crate::control::agenda::Entry;
use crate::control::long_lock::Look;
use crate::domain::{Timestamp, Transition, TransitionPlan, Trigger};
use crate::service::due::{Agenda, Due};
use crate::store::Store;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    pub(super) arrival: Option<Arrival>,
}

/// What brings the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// What stands there in the agenda.
    Clock(Entry),
    /// So many reads more.
    Reads(u32),
    /// Nothing any more: the last read was at a moment, and the step stands there in the agenda.
    Due(Entry, Timestamp),
    /// A word.
    Hand,
}

impl Waits {
    /// Whether whoever reads has to look at it.
    fn is_of_reads(self) -> bool {
        matches!(self, Self::Reads(_) | Self::Due(..))
    }
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
    /// Images that wait for reads. Changed by whoever looks into the book.
    pub waiting_for_reads: AtomicUsize,
    /// Whether there is a plan, be it that of uploads.
    pub has_plans: AtomicBool,
    /// Whether a step could not be taken when it fell due, and is tried again.
    pub is_late: AtomicBool,
}

/// All plans of a space, looked at. Whoever has it open writes nothing to the store and waits for nobody.
#[derive(Debug)]
pub struct Book<'t> {
    pub(super) of: &'t Ground,
    pub(super) plans: Look<'t, Plans>,
}

impl Book<'_> {
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
                Waits::Due(..) => Trigger::AfterReads(0),
                Waits::Hand => first.when,
            };
        }
        steps
    }

    /// The step that an image's plan has next.
    pub fn next(&self, id: &str) -> Option<Transition> {
        self.plans.courses.get(id)?.left.next()
    }

    /// Whether data of the image are there that wait for its plan.
    pub fn has_arrival(&self, id: &str) -> bool {
        let course = self.plans.courses.get(id);
        course.is_some_and(|course| course.arrival.is_some())
    }

    /// Whether an upload to an image has to wait when it has come to its end.
    pub fn makes_wait(&self, id: &str) -> bool {
        !self.plans.uploads.is_empty() || self.plans.courses.contains_key(id)
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

    /// Since when the step is to be taken that stands there in the agenda, if an image waits for just that.
    pub(super) fn due_since(&self, id: &str, entry: Entry) -> Option<Timestamp> {
        match self.plans.courses.get(id)?.waits {
            Waits::Clock(waited) if waited == entry => Some(entry.at()),
            Waits::Due(waited, since) if waited == entry => Some(since),
            _ => None,
        }
    }

    /// The steps of an image, or of all, that reads have brought about and nobody has taken.
    pub(super) fn all_overdue(&self, id: Option<&str>) -> Vec<(Entry, String)> {
        let courses = self.plans.courses.iter();
        let wanted = courses.filter(|(of, _)| id.is_none_or(|id| id == of.as_str()));
        let overdue = wanted.filter_map(|(id, course)| match course.waits {
            Waits::Due(entry, _) => Some((entry, id.clone())),
            _ => None,
        });
        overdue.collect()
    }

    /// The images that wait for reads.
    pub(super) fn waiting_for_reads(&self) -> Vec<String> {
        let courses = self.plans.courses.iter();
        let waiting = courses.filter(|(_, course)| matches!(course.waits, Waits::Reads(_)));
        waiting.map(|(id, _)| id.clone()).collect()
    }

    /// An answer shows an image. Says what is due in the agenda when it was the last that was waited for.
    pub(super) fn count(&mut self, id: &str) -> Option<Entry> {
        let course = self.plans.courses.get_mut(id)?;
        let Waits::Reads(left) = &mut course.waits else {
            return None;
        };
        // The next one is to be counted, too, or shows something else.
        self.of.store.touch();
        if *left > 1 {
            *left -= 1;
            return None;
        }
        // Due whatever becomes of the clock: so many answers have shown the image.
        let due = Due::Transition(id.into());
        let entry = self.of.agenda.put(Timestamp::MIN, due);
        course.waits = Waits::Due(entry, self.of.clock.now());
        Some(entry)
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

    /// Begins to wait for the first step of a plan. Data without a plan wait for a word.
    pub(super) fn enter_course(
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
        if waits.is_of_reads() {
            self.of.waiting_for_reads.fetch_add(1, Ordering::AcqRel);
            // What was kept before does not count.
            self.of.store.touch();
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
            Waits::Due(entry, _) => {
                self.of.agenda.strike(entry);
                self.of.waiting_for_reads.fetch_sub(1, Ordering::AcqRel);
            }
            Waits::Reads(_) => _ = self.of.waiting_for_reads.fetch_sub(1, Ordering::AcqRel),
            Waits::Hand => {}
        }
        self.note_plans();
        Some(course)
    }
}
