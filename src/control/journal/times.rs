//! How often something is to have happened.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// How often something is to have happened: a number, or a range of numbers such as `1..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    at_least: u64,
    at_most: u64,
}

/// No number is both at least the one and at most the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing happens at least {at_least} times and at most {at_most} times")]
pub struct TimesError {
    at_least: u64,
    at_most: u64,
}

impl Times {
    /// At least and at most so often; either may be missing.
    ///
    /// # Errors
    /// When no number is both.
    pub fn between(at_least: Option<u64>, at_most: Option<u64>) -> Result<Self, TimesError> {
        let (at_least, at_most) = (at_least.unwrap_or(0), at_most.unwrap_or(u64::MAX));
        match at_least <= at_most {
            true => Ok(Self { at_least, at_most }),
            false => Err(TimesError { at_least, at_most }),
        }
    }

    /// Whether it is so often.
    #[must_use]
    pub const fn hold(self, count: u64) -> bool {
        self.at_least <= count && count <= self.at_most
    }

    /// Whether more have to come.
    #[must_use]
    pub const fn are_more_than(self, count: u64) -> bool {
        count < self.at_least
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at_least, at_most } = self;
        match (at_least, at_most) {
            (0, &u64::MAX) => f.write_str("any number of"),
            (least, &u64::MAX) => write!(f, "at least {least}"),
            (0, most) if *most > 0 => write!(f, "at most {most}"),
            (least, most) if least == most => write!(f, "exactly {least}"),
            (least, most) => write!(f, "{least} to {most}"),
        }
    }
}

impl From<u64> for Times {
    fn from(exactly: u64) -> Self {
        Self {
            at_least: exactly,
            at_most: exactly,
        }
    }
}

impl From<RangeFrom<u64>> for Times {
    fn from(range: RangeFrom<u64>) -> Self {
        Self {
            at_least: range.start,
            at_most: u64::MAX,
        }
    }
}

impl From<RangeToInclusive<u64>> for Times {
    fn from(range: RangeToInclusive<u64>) -> Self {
        Self {
            at_least: 0,
            at_most: range.end,
        }
    }
}

impl From<RangeInclusive<u64>> for Times {
    fn from(range: RangeInclusive<u64>) -> Self {
        Self {
            at_least: *range.start(),
            at_most: *range.end(),
        }
    }
}

impl From<RangeTo<u64>> for Times {
    /// Nothing is less often than never: `..0` holds for no number.
    fn from(range: RangeTo<u64>) -> Self {
        Self::from(0..range.end)
    }
}

impl From<Range<u64>> for Times {
    fn from(range: Range<u64>) -> Self {
        match range.end.checked_sub(1) {
            Some(at_most) => Self {
                at_least: range.start,
                at_most,
            },
            None => Self {
                at_least: 1,
                at_most: 0,
            },
        }
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        Self {
            at_least: 0,
            at_most: u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Times;

    #[test]
    fn numbers_and_ranges() {
        for (times, text, held) in [
            (Times::from(2), "exactly 2", [false, false, true, false]),
            (Times::from(0), "exactly 0", [true, false, false, false]),
            (Times::from(1..), "at least 1", [false, true, true, true]),
            (Times::from(..=1), "at most 1", [true, true, false, false]),
            (Times::from(..2), "at most 1", [true, true, false, false]),
            (Times::from(1..3), "1 to 2", [false, true, true, false]),
            (Times::from(1..=2), "1 to 2", [false, true, true, false]),
            (Times::from(..), "any number of", [true; 4]),
            (Times::from(..0), "1 to 0", [false; 4]),
        ] {
            assert_eq!(times.to_string(), text);
            assert_eq!([0, 1, 2, 3].map(|count| times.hold(count)), held, "{text}");
        }
        assert!(Times::between(Some(3), Some(2)).is_err());
        assert!(Times::between(None, Some(2)).unwrap().hold(0));
        assert!(Times::from(2).are_more_than(1));
        assert!(!Times::from(2).are_more_than(2));
    }
}
