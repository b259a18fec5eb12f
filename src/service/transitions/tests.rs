//! Plans over a store, without anything around.
#![allow(clippy::unwrap_used)]

use super::Transitions;
use crate::control::Clock;
use crate::domain::{
    GlanceStatus, Image, ImageTexts, TextMaker, Timestamp, Transition, TransitionPlan,
};
use crate::service::due::{Agenda, Due};
use crate::store::{Location, Store};
use std::sync::Arc;

const NO_TEXTS: TextMaker = TextMaker {
    version: 1,
    make: |_| ImageTexts::default(),
};

struct World {
    store: Arc<Store>,
    clock: Clock,
    agenda: Arc<Agenda>,
    transitions: Transitions,
}

impl World {
    fn new(name: &str) -> Self {
        let store = Store::open(Location::Memory(name.to_owned()), NO_TEXTS).unwrap();
        let images = ["a", "b", "c"].map(|id| Image::example(id, id));
        store.load(&images).unwrap();
        let (store, agenda) = (Arc::new(store), Arc::<Agenda>::default());
        let clock = Clock::frozen(Timestamp::from_micros(0));
        let uploads = TransitionPlan::default();
        let transitions = Transitions::new(
            Arc::clone(&store),
            clock.clone(),
            Arc::clone(&agenda),
            uploads,
        );
        Self {
            store,
            clock,
            agenda,
            transitions,
        }
    }

    fn plan(&self, id: &str, steps: &[Transition]) {
        let plan = TransitionPlan::of(steps.iter().copied()).unwrap();
        let mut held = self.transitions.hold().unwrap();
        held.plan(id, plan, self.clock.now()).unwrap();
    }

    fn settle(&self) {
        let settled = self.agenda.settle(&self.clock, |entry, due| match due {
            Due::Transition(id) => self.transitions.fall_due(entry, &id),
            Due::TokensEnd => Ok(()),
        });
        settled.unwrap();
    }

    fn read(&self, id: &str) -> GlanceStatus {
        let read = self.transitions.show(id, || self.store.image(id));
        read.unwrap().unwrap().status
    }

    fn left(&self, id: &str) -> Vec<Transition> {
        self.transitions.book().left(id)
    }
}

#[test]
fn what_is_saved_is_restored() {
    let world = World::new("restored-plans");
    let by_time = [
        Transition::after_seconds(GlanceStatus::Saving, 10),
        Transition::manual(GlanceStatus::Active),
    ];
    let by_reads = [Transition::after_reads(GlanceStatus::Killed, 3)];
    world.plan("a", &by_time);
    world.plan("b", &by_reads);
    world.clock.advance_seconds(4).unwrap();
    world.read("b");
    let saved = world.transitions.book().saved();
    // Other plans, more time, and more reads.
    world.plan("c", &by_reads);
    world.read("b");
    world.clock.advance_seconds(60).unwrap();
    world.settle();
    assert_eq!(world.read("a"), GlanceStatus::Saving);
    world.clock.set(Timestamp::from_micros(4_000_000)).unwrap();
    world.transitions.book().restore(&saved);
    assert_eq!(world.transitions.book().saved().uploads, saved.uploads);
    assert_eq!(
        world.left("a")[0],
        Transition::after_seconds(GlanceStatus::Saving, 6)
    );
    assert_eq!(
        world.left("b"),
        [Transition::after_reads(GlanceStatus::Killed, 2)]
    );
    assert_eq!(world.left("c"), []);
    assert_eq!(world.read("b"), GlanceStatus::Active);
    assert_eq!(world.read("b"), GlanceStatus::Active);
    assert_eq!(world.read("b"), GlanceStatus::Killed);
    world.clock.advance_seconds(6).unwrap();
    world.settle();
    assert_eq!(world.left("a"), by_time[1..]);
}

#[test]
fn a_plan_that_ends_leaves_nothing_behind() {
    let world = World::new("ended-plans");
    for _ in 0..100 {
        world.plan("a", &[Transition::after_seconds(GlanceStatus::Killed, 9)]);
        world.plan("a", &[Transition::after_reads(GlanceStatus::Killed, 9)]);
    }
    world.plan("a", &[]);
    world.clock.advance_seconds(60).unwrap();
    assert!(!world.agenda.is_due(&world.clock));
    let before = world.store.generation();
    assert_eq!(world.read("a"), GlanceStatus::Active);
    assert_eq!(world.store.generation(), before);
}

#[test]
fn a_read_that_counts_outdates_what_was_kept() {
    let world = World::new("counted-reads");
    world.plan("a", &[Transition::after_reads(GlanceStatus::Killed, 2)]);
    for _ in 0..2 {
        let before = world.store.generation();
        assert_eq!(world.read("b"), GlanceStatus::Active);
        assert_eq!(world.store.generation(), before);
        assert_eq!(world.read("a"), GlanceStatus::Active);
        assert!(world.store.generation() > before);
    }
    assert_eq!(world.read("a"), GlanceStatus::Killed);
}
