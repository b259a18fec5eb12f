//! A moment in time, to the microsecond, in UTC.
//!
//! Glance keeps fractions of a second and orders by them, but shows whole
//! seconds: cut off, never rounded.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use std::fmt;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last moment that a date of four digits can tell: the end of the year 9999.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// Wraps microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The moment `seconds` later (earlier when negative), but none behind [`Self::MAX`].
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        let micros = self.0.saturating_add(seconds.saturating_mul(1_000_000));
        if micros > Self::MAX.0 {
            return Self::MAX;
        }
        Self(micros)
    }

    /// Reads an RFC 3339 time as fixtures and the command line use it.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
        Self::from_chrono(time.naive_utc())
    }

    /// Reads an ISO 8601 time as oslo.utils does (`parse_isotime`, the iso8601 package): what
    /// `changes-since` accepts.
    ///
    /// Date parts may be missing from the right, the basic form works as the extended one does, a
    /// time without zone is UTC. Letters are upper case: `t` and `z` are refused.
    #[must_use]
    pub fn parse_iso8601(text: &str) -> Option<Self> {
        let mut rest = text;
        let year = take_digits(&mut rest, 4)?;
        let (mut month, mut day) = (1, 1);
        let dashed = take(&mut rest, '-');
        if dashed || starts_with_digit(rest) {
            month = take_digits(&mut rest, 2)?;
            let dashed_again = take(&mut rest, '-');
            if dashed_again || (!dashed && starts_with_digit(rest)) {
                day = take_digits(&mut rest, 2)?;
            }
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        if year == 0 {
            return None;
        }
        let mut time = NaiveTime::MIN;
        let mut offset_minutes = 0;
        if take(&mut rest, 'T') || take(&mut rest, ' ') {
            time = parse_time(&mut rest)?;
            offset_minutes = parse_zone(&mut rest)?;
        }
        if !rest.is_empty() {
            return None;
        }
        let moment = NaiveDateTime::new(date, time)
            .checked_sub_signed(chrono::Duration::minutes(offset_minutes))?;
        Self::from_chrono(moment)
    }

    /// Microseconds within the second.
    #[must_use]
    pub const fn subsecond_micros(self) -> i64 {
        self.0.rem_euclid(1_000_000)
    }

    fn from_chrono(time: NaiveDateTime) -> Option<Self> {
        (1..=9999)
            .contains(&time.year())
            .then(|| Self(time.and_utc().timestamp_micros()))
    }
}

/// `YYYY-MM-DDTHH:MM:SSZ`
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        f.write_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

fn starts_with_digit(rest: &str) -> bool {
    rest.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

fn take(rest: &mut &str, wanted: char) -> bool {
    rest.strip_prefix(wanted)
        .map(|after| *rest = after)
        .is_some()
}

fn take_digits(rest: &mut &str, count: usize) -> Option<u32> {
    let digits = rest.get(..count)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = rest.get(count..)?;
    digits.parse().ok()
}

fn parse_time(rest: &mut &str) -> Option<NaiveTime> {
    let hour = take_digits(rest, 2)?;
    let (mut minute, mut second, mut micros) = (0, 0, 0);
    let colon = take(rest, ':');
    if colon || starts_with_digit(rest) {
        minute = take_digits(rest, 2)?;
        let colon = take(rest, ':');
        if colon || starts_with_digit(rest) {
            second = take_digits(rest, 2)?;
            if take(rest, '.') || take(rest, ',') {
                micros = parse_fraction(rest)?;
            }
        }
    }
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
}

fn parse_fraction(rest: &mut &str) -> Option<u32> {
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return None;
    }
    *rest = rest.get(digits.len()..)?;
    format!("{digits:0<6}").get(..6)?.parse().ok()
}

/// Minutes east of Greenwich; nothing means UTC.
fn parse_zone(rest: &mut &str) -> Option<i64> {
    if rest.is_empty() || take(rest, 'Z') {
        return Some(0);
    }
    let sign = if take(rest, '+') {
        1
    } else if take(rest, '-') {
        -1
    } else {
        return None;
    };
    let hours = i64::from(take_digits(rest, 2)?);
    let colon = take(rest, ':');
    let minutes = if colon || starts_with_digit(rest) {
        i64::from(take_digits(rest, 2)?)
    } else {
        0
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    fn shown(text: &str) -> Option<String> {
        Timestamp::parse_iso8601(text).map(|time| time.to_string())
    }

    #[test]
    fn forms_that_the_recordings_accept() {
        for text in [
            "2025-02-03T00:00:00Z",
            "2025-02-03T00:00:00",
            "2025-02-03T02:00:00+02:00",
            "2025-02-03T02:00:00+0200",
            "2025-02-03T02:00:00+02",
            "2025-02-02T19:00:00-05:00",
            "2025-02-03T00:00:00,5Z",
            "2025-02-03 00:00:00",
            "2025-02-03",
            "20250203",
            "20250203T000000Z",
            "2025-02-03T00Z",
            "2025-02-03T00:00Z",
        ] {
            assert_eq!(
                shown(text).as_deref(),
                Some("2025-02-03T00:00:00Z"),
                "{text}"
            );
        }
        assert_eq!(shown("2025-02").as_deref(), Some("2025-02-01T00:00:00Z"));
        assert_eq!(shown("2025").as_deref(), Some("2025-01-01T00:00:00Z"));
    }

    #[test]
    fn forms_that_the_recordings_refuse() {
        for text in [
            "",
            "abc",
            "1738540800",
            "2025-02-03T02:00:00 02:00",
            "2025-02-03t00:00:00z",
            "2025-W06",
            "2025-034",
            "2025-02-03T24:00:00Z",
            "2025-02-03T23:59:60Z",
            "0000-01-01T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "lt:2025-02-03T00:00:00Z",
            "2025-02-30",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let mut day = chrono::NaiveDate::from_ymd_opt(1, 1, 1);
        while let Some(date) = day.filter(|date| chrono::Datelike::year(date) <= 9999) {
            let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
            let time = Timestamp::from_micros(midnight.timestamp_micros());
            assert_eq!(time.to_string(), format!("{date}T00:00:00Z"));
            day = date.checked_add_days(chrono::Days::new(13));
        }
    }

    #[test]
    fn d13_time_ends_with_the_year_9999() {
        let last = Timestamp::parse_rfc3339("9999-12-31T23:59:59.999999Z").unwrap();
        assert_eq!(last, Timestamp::MAX);
        assert_eq!(last.plus_seconds(1), last);
        assert_eq!(last.plus_seconds(i64::MAX), last);
        assert!(last.plus_seconds(-1) < last);
        assert_eq!(Timestamp::parse_rfc3339("9999-12-31T23:59:59-01:00"), None);
    }

    #[test]
    fn fractions_are_cut_off() {
        let time = Timestamp::parse_rfc3339("2025-04-04T04:04:05.999999Z");
        assert_eq!(
            time.map(|time| time.to_string()).as_deref(),
            Some("2025-04-04T04:04:05Z")
        );
        let before = Timestamp::from_micros(-1).to_string();
        assert_eq!(before, "1969-12-31T23:59:59Z");
    }

    #[test]
    fn no_time_is_too_far_to_be_shown() {
        for micros in [i64::MIN, i64::MAX] {
            let shown = Timestamp::from_micros(micros).to_string();
            assert!(shown.ends_with('Z'), "{shown}");
        }
    }
}
