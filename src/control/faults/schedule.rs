//! At which of the calls that it is for a fault fires.

use super::wrong::WrongFault;
use std::time::Duration;

/// At which calls; what is not said is at all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// At this call alone, counted from 1.
    pub nth: Option<u64>,
    /// Not at the first so many calls. Whatever else counts calls begins behind them.
    pub after: Option<u64>,
    /// At every so-many-th.
    pub every: Option<u64>,
    /// At so many calls, then not at so many, and so on.
    pub cycle: Option<Cycle>,
    /// So often, and never again.
    pub count: Option<u64>,
    /// By chance, from 0 (never) to 1 (always).
    pub probability: Option<f64>,
    /// What chance is drawn from; when missing, the space's own.
    pub seed: Option<u64>,
    /// As long as this on the space's clock, from when it was made.
    pub ttl: Option<Duration>,
}

/// Calls at which a fault fires, and calls at which it does not, in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Calls at which it fires, first.
    pub fire: u64,
    /// Calls that pass, behind them.
    pub pass: u64,
}

impl Schedule {
    /// Whether it makes sense.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), WrongFault> {
        let from_one = |key, number: Option<u64>| match number {
            Some(0) => Err(WrongFault::new(key, "a whole number from 1 on")),
            _ => Ok(()),
        };
        from_one("nth", self.nth)?;
        from_one("every", self.every)?;
        from_one("count", self.count)?;
        from_one("cycle.fire", self.cycle.map(|cycle| cycle.fire))?;
        from_one("cycle.pass", self.cycle.map(|cycle| cycle.pass))?;
        let said = [
            self.nth.is_some(),
            self.every.is_some(),
            self.cycle.is_some(),
        ];
        if said.iter().filter(|is_said| **is_said).count() > 1 {
            return Err(WrongFault::sentence(
                "only one of nth, every and cycle can be said",
            ));
        }
        if self
            .probability
            .is_some_and(|chance| !(0.0..=1.0).contains(&chance))
        {
            return Err(WrongFault::new("probability", "a number from 0 to 1"));
        }
        if self.ttl.is_some_and(|ttl| ttl.is_zero()) {
            return Err(WrongFault::new("ttl", "longer than nothing"));
        }
        Ok(())
    }

    /// Whether it fires at a call, counted from 1, chance aside.
    #[must_use]
    pub fn is_turn(&self, call: u64) -> bool {
        let Some(call) = call.checked_sub(self.after.unwrap_or(0)) else {
            return false;
        };
        let Some(before) = call.checked_sub(1) else {
            return false;
        };
        match (self.nth, self.every, self.cycle) {
            (Some(nth), ..) => call == nth,
            (_, Some(every), _) => call.is_multiple_of(every),
            (.., Some(Cycle { fire, pass })) => before % fire.saturating_add(pass) < fire,
            (None, None, None) => true,
        }
    }

    /// Whether it never fires again, after so many calls and hits.
    #[must_use]
    pub fn is_over(&self, calls: u64, hits: u64) -> bool {
        let last = self
            .nth
            .map(|nth| nth.saturating_add(self.after.unwrap_or(0)));
        self.count.is_some_and(|count| hits >= count) || last.is_some_and(|last| calls >= last)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cycle, Schedule};

    fn turns(schedule: &Schedule) -> Vec<u64> {
        (1..=12).filter(|call| schedule.is_turn(*call)).collect()
    }

    #[test]
    fn whose_turn_it_is() {
        let all = Schedule::default();
        assert_eq!(turns(&all).len(), 12);
        let after = Schedule {
            after: Some(9),
            ..all.clone()
        };
        assert_eq!(turns(&after), [10, 11, 12]);
        let third = Schedule {
            nth: Some(3),
            ..all.clone()
        };
        assert_eq!(turns(&third), [3]);
        let later = Schedule {
            after: Some(4),
            ..third
        };
        assert_eq!(turns(&later), [7]);
        assert!(!later.is_over(6, 0) && later.is_over(7, 1));
        let every = Schedule {
            every: Some(5),
            ..all.clone()
        };
        assert_eq!(turns(&every), [5, 10]);
        let cycle = Some(Cycle { fire: 2, pass: 3 });
        let cycle = Schedule {
            cycle,
            after: Some(1),
            ..all
        };
        assert_eq!(turns(&cycle), [2, 3, 7, 8, 12]);
    }

    type Change = fn(&mut Schedule);

    const NEVER_FIRES: Cycle = Cycle { fire: 0, pass: 1 };
    const NEVER_PASSES: Cycle = Cycle { fire: 1, pass: 0 };

    #[test]
    fn what_makes_no_sense_is_said() {
        let wrong = |change: Change| {
            let mut schedule = Schedule::default();
            assert!(schedule.check().is_ok());
            change(&mut schedule);
            schedule.check().unwrap_err().to_string()
        };
        let changes: [(&str, Change); 8] = [
            ("nth", |it| it.nth = Some(0)),
            ("every", |it| it.every = Some(0)),
            ("count", |it| it.count = Some(0)),
            ("cycle.fire", |it| it.cycle = Some(NEVER_FIRES)),
            ("cycle.pass", |it| it.cycle = Some(NEVER_PASSES)),
            ("probability", |it| it.probability = Some(1.5)),
            ("probability", |it| it.probability = Some(f64::NAN)),
            ("ttl", |it| it.ttl = Some(std::time::Duration::ZERO)),
        ];
        for (key, change) in changes {
            assert!(wrong(change).contains(key), "{key}");
        }
        let both = wrong(|it| (it.nth, it.every) = (Some(1), Some(1)));
        assert!(both.contains("only one of"), "{both}");
    }
}
