//! The faults of a space, in order: who is asked whether a request goes wrong.

use super::action::Action;
use super::condition::Asked;
use super::fault::Fault;
use crate::control::{Clock, Ids};
use crate::domain::Timestamp;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most faults of a space.
const MOST_FAULTS: usize = 1000;

/// The number that a fault has in its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId(u64);

impl FaultId {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The faults of a space. While none of them can fire, a request costs an atomic load.
///
/// Each may have a `V` beside it, which is handed out when it fires.
#[derive(Debug)]
pub struct Faults<V> {
    /// Whether there is one that may fire yet.
    is_live: AtomicBool,
    rules: Mutex<Rules<V>>,
}

#[derive(Debug)]
struct Rules<V> {
    /// What chance is drawn from.
    ids: Ids,
    /// How many there were, which is the number of the latest.
    made: u64,
    list: Vec<Rule<V>>,
}

#[derive(Debug)]
struct Rule<V> {
    id: FaultId,
    fault: Arc<Fault>,
    /// The first moment at which it is no more.
    ends: Option<Timestamp>,
    calls: u64,
    hits: u64,
    draws: Ids,
    beside: Option<V>,
}

/// A fault that fires.
#[derive(Clone, Debug)]
pub struct Strike<V> {
    /// The name of the fault, or its number.
    pub label: String,
    /// How long the request waits first.
    pub delay: Duration,
    /// The fault that fires.
    pub fault: Arc<Fault>,
    /// What is beside it.
    pub beside: Option<V>,
}

impl<V> Strike<V> {
    /// What happens.
    #[must_use]
    pub fn action(&self) -> &Action {
        &self.fault.action
    }
}

/// How far a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultState {
    /// It may fire.
    Live,
    /// It has fired as often as it was to.
    Spent,
    /// Its time is over.
    Ended,
}

/// A fault of a space, and what has become of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FaultReport {
    /// Its number.
    pub id: FaultId,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it is.
    pub fault: Arc<Fault>,
    /// Requests that it was asked for, and was for.
    pub calls: u64,
    /// Those at which it fired.
    pub hits: u64,
    /// How far it is.
    pub state: FaultState,
    /// When it ends by itself.
    pub ends: Option<Timestamp>,
}

/// There are as many as a space has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are {MOST_FAULTS} faults, and no more can be had")]
pub struct TooManyFaults;

impl<V: Clone> Faults<V> {
    /// None; chance is drawn from what the ids of the space are drawn from, and takes none of them.
    #[must_use]
    pub fn new(ids: Ids) -> Self {
        Self {
            is_live: AtomicBool::new(false),
            rules: Mutex::new(Rules {
                ids,
                made: 0,
                list: Vec::new(),
            }),
        }
    }

    /// Whether a request has to be looked at.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.is_live.load(Ordering::Acquire)
    }

    /// The first fault that fires at a request; those behind it do not count the call.
    #[must_use]
    pub fn strike(&self, clock: &Clock, asked: &Asked<'_>) -> Option<Strike<V>> {
        let mut rules = self.rules();
        let now = clock.now();
        let struck = rules.list.iter_mut().find_map(|rule| rule.ask(now, asked));
        if struck.is_some() {
            self.note(&rules);
        }
        struck
    }

    /// Adds a fault that makes sense, behind the others or in place of the one of its name.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add(
        &self,
        clock: &Clock,
        fault: Fault,
        beside: Option<V>,
    ) -> Result<FaultId, TooManyFaults> {
        let mut rules = self.rules();
        let id = FaultId(rules.made + 1);
        let draws = match fault.schedule.seed {
            Some(seed) => Ids::seeded(seed),
            None => rules.ids.of_space(&format!("fault {id}")),
        };
        let ttl = fault.schedule.ttl;
        let rule = Rule {
            id,
            ends: ttl.map(|ttl| later(clock.now(), ttl)),
            fault: Arc::new(fault),
            calls: 0,
            hits: 0,
            draws,
            beside,
        };
        let name = rule.fault.name.as_deref();
        let known = name.and_then(|name| rules.list.iter().position(|rule| rule.is(name)));
        let is_full = rules.list.len() >= MOST_FAULTS;
        match known.and_then(|at| rules.list.get_mut(at)) {
            Some(known) => *known = rule,
            None if is_full => return Err(TooManyFaults),
            None => rules.list.push(rule),
        }
        rules.made = id.0;
        self.note(&rules);
        Ok(id)
    }

    /// All faults, in order.
    #[must_use]
    pub fn list(&self, clock: &Clock) -> Vec<FaultReport> {
        let now = clock.now();
        self.rules()
            .list
            .iter()
            .map(|rule| rule.report(now))
            .collect()
    }

    /// The fault of a name or a number.
    #[must_use]
    pub fn find(&self, clock: &Clock, label: &str) -> Option<FaultReport> {
        let rules = self.rules();
        let rule = rules.list.iter().find(|rule| rule.is(label))?;
        Some(rule.report(clock.now()))
    }

    /// Removes the fault of a name or a number; says whether there was one.
    pub fn remove(&self, label: &str) -> bool {
        let mut rules = self.rules();
        let known = rules.list.iter().position(|rule| rule.is(label));
        let removed = known.map(|at| rules.list.remove(at));
        self.note(&rules);
        removed.is_some()
    }

    /// Removes all faults; says how many. Numbers go on.
    pub fn clear(&self) -> usize {
        let mut rules = self.rules();
        let removed = std::mem::take(&mut rules.list);
        self.note(&rules);
        drop(rules);
        removed.len()
    }

    /// The same, and numbers begin anew.
    pub fn reset(&self) {
        self.clear();
        self.rules().made = 0;
    }

    /// What is beside them.
    #[must_use]
    pub fn beside(&self) -> Vec<V> {
        let rules = self.rules();
        let beside = rules.list.iter().filter_map(|rule| rule.beside.clone());
        beside.collect()
    }

    fn note(&self, rules: &Rules<V>) {
        let is_live = rules.list.iter().any(|rule| !rule.is_spent());
        self.is_live.store(is_live, Ordering::Release);
    }

    fn rules(&self) -> MutexGuard<'_, Rules<V>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Clone> Rule<V> {
    fn ask(&mut self, now: Timestamp, asked: &Asked<'_>) -> Option<Strike<V>> {
        let Fault {
            condition,
            schedule,
            action,
            ..
        } = &*self.fault;
        let is_over = self.is_spent() || self.ends.is_some_and(|end| end <= now);
        if is_over || !self.fault.is_for_method(asked.method) || !condition.holds(asked) {
            return None;
        }
        self.calls += 1;
        if !schedule.is_turn(self.calls)
            || !schedule.probability.is_none_or(|chance| self.falls(chance))
        {
            return None;
        }
        self.hits += 1;
        let delay = action.delay.map(|delay| delay.pick(self.draw()));
        Some(Strike {
            label: self.label(),
            delay: delay.unwrap_or_default(),
            fault: Arc::clone(&self.fault),
            beside: self.beside.clone(),
        })
    }

    fn report(&self, now: Timestamp) -> FaultReport {
        FaultReport {
            id: self.id,
            name: self.fault.name.clone(),
            fault: Arc::clone(&self.fault),
            calls: self.calls,
            hits: self.hits,
            state: match self.ends {
                _ if self.is_spent() => FaultState::Spent,
                Some(end) if end <= now => FaultState::Ended,
                _ => FaultState::Live,
            },
            ends: self.ends,
        }
    }
}

impl<V> Rule<V> {
    fn is_spent(&self) -> bool {
        self.fault.schedule.is_over(self.calls, self.hits)
    }

    fn is(&self, label: &str) -> bool {
        self.fault.name.as_deref() == Some(label) || self.id.to_string() == label
    }

    fn label(&self) -> String {
        match &self.fault.name {
            Some(name) => name.clone(),
            None => self.id.to_string(),
        }
    }

    fn draw(&self) -> u64 {
        u64::from_le_bytes(self.draws.bytes())
    }

    /// Whether chance has it so. 53 bits are what a float of 64 holds exactly.
    fn falls(&self, chance: f64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are no more bits than it holds"
        )]
        let drawn = (self.draw() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < chance
    }
}

/// Never behind the last moment there is.
fn later(now: Timestamp, span: Duration) -> Timestamp {
    let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.micros().saturating_add(micros)).min(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Faults, Ids, TooManyFaults};
    use crate::control::Clock;
    use crate::control::faults::{Asked, Fault, FaultState, Headers};
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
        assert_eq!((added, add()), (super::MOST_FAULTS, Err(TooManyFaults)));
    }
}
