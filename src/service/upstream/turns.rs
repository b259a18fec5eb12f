//! Whose turn it is: so many requests to a service are under way at the same time, and those that wait are served in
//! turn over whom they are for.
//!
//! A project with a thousand requests waiting has one line, as has one with a single request. While
//! nobody waits there are no lines.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Whom a request is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// A project, by its id.
    Project(Arc<str>),
    /// Whoever shows a token, by its SHA-256: nobody has said yet which project that is.
    Token([u8; 32]),
    /// Whoever shows none.
    Nobody,
}

/// Requests that may be under way. Clones count together.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// How many more may be under way; none while anybody waits.
    free: usize,
    /// The line of each party that waits, by when they came.
    lines: HashMap<Party, BTreeMap<u64, oneshot::Sender<Turn>>>,
    /// Those parties, the next one first.
    order: VecDeque<Party>,
    /// Requests that wait.
    waiting: usize,
    /// The number of who comes next.
    number: u64,
}

/// Leave to be under way, which somebody else has when this is dropped.
#[derive(Debug)]
pub struct Turn(Option<Turns>);

impl Turns {
    /// For so many at the same time.
    #[must_use]
    pub fn new(most: NonZeroUsize) -> Self {
        Self(Arc::new(Mutex::new(State {
            free: most.get(),
            lines: HashMap::new(),
            order: VecDeque::new(),
            waiting: 0,
            number: 0,
        })))
    }

    /// Waits for a turn. Only who has to wait is asked whom it is for; who is dropped meanwhile leaves its
    /// line.
    pub async fn take(&self, party: impl FnOnce() -> Party) -> Turn {
        let mut place = {
            let mut state = self.state();
            if state.free > 0 {
                state.free -= 1;
                return Turn(Some(self.clone()));
            }
            state.line_up(self, party())
        };
        match (&mut place.turn).await {
            Ok(turn) => turn,
            // Nobody drops its sender: it is sent to, or the place is left.
            Err(_) => Turn(None),
        }
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().waiting
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a turn that is over to whoever is next.
    fn hand_on(&self) {
        loop {
            let next = {
                let mut state = self.state();
                let next = state.next();
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // It left this moment. What it was not given is still to be had.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

impl State {
    fn line_up(&mut self, turns: &Turns, party: Party) -> Place {
        let number = self.number;
        self.number += 1;
        self.waiting += 1;
        let (sender, turn) = oneshot::channel();
        let line = self.lines.entry(party.clone()).or_default();
        if line.is_empty() {
            self.order.push_back(party.clone());
        }
        line.insert(number, sender);
        Place {
            turns: turns.clone(),
            party,
            number,
            turn,
        }
    }

    /// The first in the line of the party that is next, which goes behind all others.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        loop {
            let party = self.order.pop_front()?;
            let Some(line) = self.lines.get_mut(&party) else {
                continue;
            };
            let first = line.pop_first();
            match line.is_empty() {
                true => _ = self.lines.remove(&party),
                false => self.order.push_back(party),
            }
            if let Some((_, sender)) = first {
                self.waiting -= 1;
                return Some(sender);
            }
        }
    }

    fn leave(&mut self, party: &Party, number: u64) {
        let Some(line) = self.lines.get_mut(party) else {
            return;
        };
        if line.remove(&number).is_none() {
            return;
        }
        self.waiting -= 1;
        if line.is_empty() {
            self.lines.remove(party);
            self.order.retain(|other| other != party);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.hand_on();
        }
    }
}

/// A place in a line, which is left when this is dropped.
struct Place {
    turns: Turns,
    party: Party,
    number: u64,
    turn: oneshot::Receiver<Turn>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turns.state().leave(&self.party, self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::{Party, Turn, Turns};
    use futures_util::FutureExt as _;
    use futures_util::future::LocalBoxFuture;
    use std::cell::Cell;
    use std::num::NonZeroUsize;

    fn project(name: &str) -> Party {
        Party::Project(name.into())
    }

    fn turns(most: usize) -> Turns {
        Turns::new(NonZeroUsize::new(most).unwrap())
    }

    /// A place in the line of a project.
    fn wait<'t>(turns: &'t Turns, name: &'static str) -> LocalBoxFuture<'t, Turn> {
        let mut place = turns.take(move || project(name)).boxed_local();
        assert!((&mut place).now_or_never().is_none(), "{name} waits");
        place
    }

    /// Ends a turn, and says who has the next one.
    fn next(turn: Turn, waiting: &mut [(&str, LocalBoxFuture<'_, Turn>)]) -> (usize, Turn) {
        drop(turn);
        let mut served = Vec::new();
        for (at, (_, place)) in waiting.iter_mut().enumerate() {
            served.extend(place.now_or_never().map(|turn| (at, turn)));
        }
        assert_eq!(served.len(), 1);
        served.remove(0)
    }

    #[test]
    fn a_project_with_a_thousand_waiting_keeps_nobody_from_its_turn() {
        let turns = turns(1);
        let turn = turns.take(|| project("a")).now_or_never().unwrap();
        let mut waiting: Vec<_> = (0..1000).map(|_| ("a", wait(&turns, "a"))).collect();
        waiting.push(("b", wait(&turns, "b")));
        assert_eq!(turns.waiting(), 1001);
        let (first, turn) = next(turn, &mut waiting);
        assert_eq!(first, 0);
        drop(waiting.remove(first));
        // Next but one, whatever came before.
        let (second, turn) = next(turn, &mut waiting);
        assert_eq!(waiting[second].0, "b");
        drop(waiting.remove(second));
        let (third, _turn) = next(turn, &mut waiting);
        assert_eq!(third, 0, "first come, first served");
        assert_eq!(turns.waiting(), 998);
    }

    #[test]
    fn who_leaves_leaves_its_line() {
        let turns = turns(1);
        let turn = turns.take(|| project("a")).now_or_never().unwrap();
        let (gone, mut stays) = (wait(&turns, "b"), wait(&turns, "b"));
        let other = wait(&turns, "c");
        drop((gone, other));
        assert_eq!(turns.waiting(), 1);
        drop(turn);
        let turn = (&mut stays).now_or_never().unwrap();
        drop(turn);
        assert_eq!(turns.waiting(), 0);
        assert!(turns.take(|| project("d")).now_or_never().is_some());
    }

    #[test]
    fn a_turn_that_comes_too_late_is_handed_on() {
        let turns = turns(1);
        let turn = turns.take(|| project("a")).now_or_never().unwrap();
        let (first, mut second) = (wait(&turns, "b"), wait(&turns, "c"));
        drop(turn);
        // It has it, and leaves before it has looked.
        drop(first);
        assert!((&mut second).now_or_never().is_some());
    }

    #[test]
    fn nobody_is_asked_whom_it_is_for_while_there_is_room() {
        let turns = turns(2);
        let asked = Cell::new(0);
        let party = || {
            asked.set(asked.get() + 1);
            Party::Nobody
        };
        let held: Vec<_> = (0..2).map(|_| turns.take(party).now_or_never()).collect();
        assert!(held.iter().all(Option::is_some));
        assert_eq!(asked.get(), 0);
        assert!(turns.take(party).now_or_never().is_none());
        assert_eq!((asked.get(), turns.waiting()), (1, 0));
    }
}
