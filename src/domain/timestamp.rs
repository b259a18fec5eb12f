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
    /// The first moment of the year 0001, the first that has a date.
    pub const MIN: Self = Self(-62_135_596_800_000_000);

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
    #[must_use]
    pub fn parse_iso8601(text: &str) -> Option<Self> {
        Self::read_iso8601(text, Fraction::CommaToo).ok()
    }

    /// The same, with the reason why it is no time. What counts is the package's one pattern:
    /// `YYYY[-M[-D[(T| )HH[[:]MM][[:]S[.f]][Z|(+|-)HH[:][MM]]]]]`, where dashes may be missing before
    /// two digits, but for `YYYYMM`. Letters are upper case, a time without zone is UTC, and, as with
    /// Python's `$`, a line feed may end it.
    ///
    /// # Errors
    /// When it is none.
    pub fn read_iso8601(text: &str, fraction: Fraction) -> Result<Self, NoTime> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let (date, rest) = parse_date(text).ok_or(NoTime::Form)?;
        let (time, zone) = match rest.strip_prefix(['T', ' ']) {
            _ if rest.is_empty() => (NaiveTime::MIN, 0),
            Some(time) => parse_time(time, fraction).ok_or(NoTime::Form)?,
            None => return Err(NoTime::Form),
        };
        if zone.abs() >= MINUTES_OF_DAY {
            return Err(NoTime::Zone);
        }
        NaiveDateTime::new(date, time)
            .checked_sub_signed(chrono::Duration::minutes(zone))
            .and_then(Self::from_chrono)
            .ok_or(NoTime::Range)
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

const MINUTES_OF_DAY: i64 = 24 * 60;

/// What may stand in front of a fraction of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fraction {
    /// A point, or a comma: the package of today.
    CommaToo,
    /// A point: that of 2014.
    Point,
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTime {
    /// It does not look like one, or there is no such day or hour.
    Form,
    /// Its zone is a day or more away.
    Zone,
    /// In UTC it is before the year 1 or after 9999.
    Range,
}

/// Up to `most` digits from the front, at least `least`.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text
        .bytes()
        .take_while(u8::is_ascii_digit)
        .take(most)
        .count();
    if count < least {
        return None;
    }
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

/// A part of a date: behind a dash one digit is enough.
fn date_part(text: &str) -> Option<(u32, &str)> {
    match text.strip_prefix('-') {
        Some(dashed) => digits(dashed, 1, 2),
        None => digits(text, 2, 2),
    }
}

/// The date, and what follows it.
fn parse_date(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = digits(text, 4, 4)?;
    let (month, day, rest) = match (date_part(rest), rest.strip_prefix('-')) {
        (None, _) if rest.is_empty() => (1, 1, rest),
        (None, _) => return None,
        (Some((month, after)), dashed) => match (date_part(after), dashed) {
            (Some((day, after)), _) => (month, day, after),
            // `YYYYMM` is refused, and only a whole date has a time.
            (None, Some(_)) if after.is_empty() => (month, 1, after),
            // A pattern goes back: `-123` is the 23rd of the first month.
            (None, Some(dashed)) => {
                let (month, after) = digits(dashed, 1, 1)?;
                let (day, after) = date_part(after)?;
                (month, day, after)
            }
            (None, None) => return None,
        },
    };
    let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
    Some((NaiveDate::from_ymd_opt(year, month, day)?, rest))
}

/// The time of the day, and the zone in minutes. Minutes and seconds may both be missing, and the
/// pattern takes what fits first: `00:0` is no minute, but a second.
fn parse_time(text: &str, fraction: Fraction) -> Option<(NaiveTime, i64)> {
    let (hour, rest) = digits(text, 2, 2)?;
    let part = |rest: &str, least| {
        let (number, after) = digits(rest.strip_prefix(':').unwrap_or(rest), least, 2)?;
        Some((number, rest.len() - after.len()))
    };
    for (minute, taken) in [part(rest, 2), Some((0, 0))].into_iter().flatten() {
        let rest = rest.get(taken..)?;
        for (second, taken) in [part(rest, 1), Some((0, 0))].into_iter().flatten() {
            let after = rest.get(taken..)?;
            let (micros, after) = match taken {
                0 => (0, after),
                _ => parse_fraction(after, fraction),
            };
            if let Some(zone) = parse_zone(after) {
                let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?;
                return Some((time, zone));
            }
        }
    }
    None
}

/// The microseconds of a fraction, and what follows it; without one all of the text follows.
fn parse_fraction(text: &str, fraction: Fraction) -> (u32, &str) {
    let bare = match fraction {
        Fraction::CommaToo => text.strip_prefix(['.', ',']),
        Fraction::Point => text.strip_prefix('.'),
    };
    let bare = bare.unwrap_or_default();
    let count = bare.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = bare.split_at(count);
    let six = format!("{digits:0<6}");
    match six.get(..6).and_then(|six| six.parse().ok()) {
        Some(micros) if count > 0 => (micros, rest),
        _ => (0, text),
    }
}

/// Minutes east of Greenwich, of all that is left of the text; nothing left means UTC.
fn parse_zone(text: &str) -> Option<i64> {
    let (sign, rest) = match (text, text.strip_prefix('+'), text.strip_prefix('-')) {
        ("" | "Z", ..) => return Some(0),
        (_, Some(east), _) => (1, east),
        (_, _, Some(west)) => (-1, west),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2, 2)?;
    let minutes = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = digits(minutes, 2, 2).unwrap_or((0, minutes));
    rest.is_empty()
        .then_some(sign * (i64::from(hours) * 60 + i64::from(minutes)))
}

#[cfg(test)]
mod tests {
    use super::{Fraction, NoTime, Timestamp};

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
            // What random requests added (differences 8 and 30).
            "2025-2-3",
            "2025-0203",
            "2025-203",
            "202502-3",
            "2025-02-03T00:0",
            "2025-02-03T000",
            "2025-02-03T00:00.5",
            "2025-02-03T00:00:0.5",
            "2025-02-03T00+00",
            "2025-02-03T01:39+00:99\n",
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
            "202502",
            "2025-02T00",
            "2025T00",
            "2025-02-03T0",
            "2025-02-03T00:00,",
            "2025-02-03T00.5",
            "2025-02-03\n\n",
            "2025-02-03T00:00:00+24:00",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn difference_8_and_30_there_are_reasons_why_a_text_is_no_time() {
        let reason = |text| Timestamp::read_iso8601(text, Fraction::Point).err();
        assert_eq!(reason("2014-10-16T10:12:00,5Z"), Some(NoTime::Form));
        assert_eq!(reason("2014-10-16T10:12:00+24:00"), Some(NoTime::Zone));
        assert_eq!(reason("0001-01-01T00:00:00+14:00"), Some(NoTime::Range));
        assert_eq!(reason("9999-12-31T23:59:59-14:00"), Some(NoTime::Range));
        assert_eq!(reason("2014-1-6"), None);
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
