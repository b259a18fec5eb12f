//! Which faults fire.
#![allow(clippy::unwrap_used)]

use super::rules::{Faults, MOST_FAULTS, TooManyFaults};
use super::{Asked, Fault, FaultState, Headers};
use crate::control::{Clock, Ids};
use crate::domain::Timestamp;
use std::time::Duration;

struct Told(&'static str, &'static str);

impl Headers for Told {
    fn any(&self, name: &str, passes: &dyn Fn(&str) -> bool) -> bool {
        name.eq_ignore_ascii_case(self.0) && passes(self.1)
    }
}

const ASKED: Asked<'_> = Asked {
    operation: "nova.images.detail",
    method: "GET",
    path: "/v2/p/images/detail",
    project: Some("p"),
    image: None,
    headers: &Told("X-Test", "one"),
};

fn frozen() -> Clock {
    Clock::frozen(Timestamp::from_micros(0))
}

fn faults() -> Faults<()> {
    Faults::new(Ids::seeded(1))
}

fn hit(faults: &Faults<()>, clock: &Clock, calls: usize) -> String {
    let struck = (0..calls).map(|_| faults.is_live() && faults.strike(clock, &ASKED).is_some());
    struck
        .map(|is_hit| if is_hit { 'x' } else { '.' })
        .collect()
}

#[test]
fn a_condition_is_all_that_is_said() {
    let clock = frozen();
    for (fault, is_for) in [
        (Fault::anywhere(), true),
        (Fault::on("nova.*"), true),
        (Fault::on("nova.images.show"), false),
        (Fault::on("nova.images.show").or_on("*.detail"), true),
        (Fault::anywhere().facade("glance"), false),
        (Fault::anywhere().facade("glance").facade("nova"), true),
        (Fault::anywhere().method("get"), true),
        (Fault::anywhere().method("PUT"), false),
        (Fault::anywhere().path("/v2/*"), true),
        (Fault::anywhere().path("/v2"), false),
        (Fault::anywhere().project("p"), true),
        (Fault::anywhere().project("q"), false),
        (Fault::anywhere().image("*"), false),
        (Fault::anywhere().header("x-test", "o*"), true),
        (Fault::anywhere().header("x-test", "two"), false),
        (Fault::anywhere().header("x-other", "*"), false),
    ] {
        let faults = faults();
        let shown = format!("{fault:?}");
        faults.add(&clock, fault.status(503), None).unwrap();
        assert_eq!(faults.strike(&clock, &ASKED).is_some(), is_for, "{shown}");
    }
}

#[test]
fn the_first_that_fires_wins_and_what_is_over_fires_no_more() {
    let (clock, faults) = (frozen(), faults());
    assert!(!faults.is_live());
    let thrice = Fault::anywhere().status(503).times(3);
    let first = faults.add(&clock, thrice, None).unwrap();
    let second = faults
        .add(&clock, Fault::anywhere().status(500).nth(2), None)
        .unwrap();
    assert_eq!(hit(&faults, &clock, 6), "xxx.x.");
    // Nothing that could fire is left: nobody looks any more.
    assert!(!faults.is_live());
    let reports = faults.list(&clock);
    let told: Vec<_> = reports
        .iter()
        .map(|it| (it.id, it.calls, it.hits, it.state))
        .collect();
    assert_eq!(
        told,
        [
            (first, 3, 3, FaultState::Spent),
            (second, 2, 1, FaultState::Spent)
        ]
    );
    assert!(faults.remove(&first.to_string()) && !faults.remove(&first.to_string()));
    assert_eq!(faults.clear(), 1);
    assert_eq!(
        faults
            .add(&clock, Fault::anywhere().reset(), None)
            .unwrap()
            .number(),
        3
    );
    faults.reset();
    assert!(!faults.is_live() && faults.list(&clock).is_empty());
}

#[test]
fn a_name_takes_the_place_of_its_like() {
    let (clock, faults) = (frozen(), faults());
    let named = |status| Fault::anywhere().named("a").status(status);
    faults.add(&clock, named(500).times(1), None).unwrap();
    faults
        .add(&clock, Fault::anywhere().status(404), None)
        .unwrap();
    assert_eq!(hit(&faults, &clock, 1), "x");
    faults.add(&clock, named(503), None).unwrap();
    let struck = faults.strike(&clock, &ASKED).unwrap();
    assert_eq!((struck.label.as_str(), &*struck.fault), ("a", &named(503)));
    let order: Vec<_> = faults
        .list(&clock)
        .iter()
        .map(|it| it.id.number())
        .collect();
    assert_eq!(order, [3, 2]);
    assert_eq!(faults.find(&clock, "a").map(|it| it.hits), Some(1));
    assert!(faults.find(&clock, "1").is_none());
}

#[test]
fn chance_repeats_with_its_seed() {
    let clock = frozen();
    let run = |ids: Ids, fault: Fault| {
        let faults = Faults::<()>::new(ids);
        faults
            .add(&clock, fault.status(503).probability(0.5), None)
            .unwrap();
        hit(&faults, &clock, 64)
    };
    let seeded = run(Ids::seeded(1), Fault::anywhere());
    assert_eq!(seeded, run(Ids::seeded(1), Fault::anywhere()));
    assert_ne!(seeded, run(Ids::seeded(2), Fault::anywhere()));
    let own = Fault::anywhere().seed(9);
    assert_eq!(run(Ids::random(), own.clone()), run(Ids::seeded(2), own));
    let hits = seeded.matches('x').count();
    assert!((16..48).contains(&hits), "{hits}");
    for (chance, expected) in [(0.0, "...."), (1.0, "xxxx")] {
        let faults = faults();
        let fault = Fault::anywhere().status(503).probability(chance);
        faults.add(&clock, fault, None).unwrap();
        assert_eq!(hit(&faults, &clock, 4), expected);
    }
}

#[test]
fn time_ends_it() {
    let (clock, faults) = (frozen(), faults());
    let fault = Fault::anywhere().status(503).ttl(Duration::from_secs(10));
    faults.add(&clock, fault, None).unwrap();
    assert_eq!(hit(&faults, &clock, 2), "xx");
    clock.advance_seconds(9).unwrap();
    assert_eq!(hit(&faults, &clock, 1), "x");
    clock.advance_seconds(1).unwrap();
    assert_eq!(hit(&faults, &clock, 2), "..");
    assert_eq!(faults.list(&clock)[0].state, FaultState::Ended);
}

#[test]
fn what_is_stale_is_for_reads() {
    let (clock, faults) = (frozen(), faults());
    faults
        .add(&clock, Fault::anywhere().stale(), Some(()))
        .unwrap();
    let put = Asked {
        method: "PUT",
        ..ASKED
    };
    assert!(faults.strike(&clock, &put).is_none());
    assert!(
        faults
            .strike(&clock, &ASKED)
            .is_some_and(|it| it.beside.is_some())
    );
    assert_eq!(faults.beside().len(), 1);
}

#[test]
fn there_is_a_bound() {
    let (clock, faults) = (frozen(), faults());
    let add = || faults.add(&clock, Fault::anywhere().status(503), None);
    let added = std::iter::repeat_with(add)
        .take_while(Result::is_ok)
        .count();
    assert_eq!((added, add()), (MOST_FAULTS, Err(TooManyFaults)));
}
