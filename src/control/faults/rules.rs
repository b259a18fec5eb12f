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
pub const MOST_FAULTS: usize = 1000;

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
        let mut rules = self.rules();
        rules.made = 0;
        rules.ids.reset();
    }

    /// A number for a fault that is none of these.
    #[must_use]
    pub fn draw(&self) -> u64 {
        u64::from_le_bytes(self.rules().ids.bytes())
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
