//! Times, compared as lists show them: to the second, cut off.

use crate::domain::filter::TimeColumn;
use crate::domain::{Comparison, Test, Timestamp};

/// Microseconds of a second.
const MICROS: i64 = 1_000_000;

/// What must hold of a time itself where the time that is shown compares so with a moment; nothing
/// where any will do.
pub fn shown(column: TimeColumn, comparison: Comparison, moment: Timestamp) -> Option<Test> {
    let is_whole = moment.subsecond_micros() == 0;
    let second = moment.seconds().saturating_mul(MICROS);
    let begins = Timestamp::from_micros(second);
    let ends = Timestamp::from_micros(second.saturating_add(MICROS));
    // The first moment that is shown as the one that is meant, or later.
    let first = if is_whole { begins } else { ends };
    Some(match comparison {
        Comparison::Greater => Test::Time(column, Comparison::GreaterOrEqual, ends),
        Comparison::GreaterOrEqual => Test::Time(column, Comparison::GreaterOrEqual, first),
        Comparison::Less => Test::Time(column, Comparison::Less, first),
        Comparison::LessOrEqual => Test::Time(column, Comparison::Less, ends),
        // Nothing is shown with a fraction.
        Comparison::Equal if !is_whole => Test::Never,
        Comparison::NotEqual if !is_whole => return None,
        Comparison::Equal => Test::Second(column, true, begins),
        Comparison::NotEqual => Test::Second(column, false, begins),
    })
}

#[cfg(test)]
mod tests {
    use super::{TimeColumn, shown};
    use crate::domain::{Comparison, Test, Timestamp};

    fn compared(comparison: Comparison, left: i64, right: i64) -> bool {
        match comparison {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Greater => left > right,
            Comparison::GreaterOrEqual => left >= right,
        }
    }

    #[test]
    fn what_is_shown_is_compared() {
        let times = [-1_i64, 0, 1, 999_999, 1_000_000, 1_500_000, 2_000_000];
        for comparison in [
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ] {
            for (time, moment) in times
                .iter()
                .flat_map(|time| times.map(|moment| (*time, moment)))
            {
                let second = time.div_euclid(1_000_000);
                let expected = compared(comparison, second * 1_000_000, moment);
                let test = shown(
                    TimeColumn::UpdatedAt,
                    comparison,
                    Timestamp::from_micros(moment),
                );
                let holds = match test {
                    None => true,
                    Some(Test::Never) => false,
                    Some(Test::Time(_, how, bound)) => compared(how, time, bound.micros()),
                    Some(Test::Second(_, is, bound)) => is == (second == bound.seconds()),
                    Some(other) => panic!("{other:?}"),
                };
                assert_eq!(holds, expected, "{time} {comparison:?} {moment}");
            }
        }
    }
}
