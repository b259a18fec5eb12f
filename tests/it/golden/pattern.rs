//! Comparison of texts that may hold placeholders and captured values.
//!
//! A placeholder is one only when the set's rules name it or the case has captured it; any other
//! `{…}` in a recorded answer is itself.

use std::collections::BTreeMap;

use super::rules::{Rules, Shape};

/// What a comparison of one answer needs beside the two values.
pub struct Context<'a> {
    pub rules: &'a Rules,
    /// The values that stand for `{name}` from now on.
    pub captures: &'a BTreeMap<String, String>,
    /// The time at which the token in our answer was issued, in seconds.
    pub issued_at: Option<i64>,
}

/// The length of a date and time to the second: `2014-04-17T00:00:00`.
const SECOND_LENGTH: usize = 19;

impl<'a> Context<'a> {
    pub fn new(rules: &'a Rules, captures: &'a BTreeMap<String, String>, body: &str) -> Self {
        Self {
            rules,
            captures,
            issued_at: issued_at(body),
        }
    }

    /// Whether our text is the recorded one.
    pub fn same_text(&self, expected: &str, actual: &str) -> bool {
        if expected == actual || self.is_free(expected) {
            return true;
        }
        self.fits(
            &self.without_free_numbers(expected),
            &self.without_free_numbers(actual),
        )
    }

    /// Whether the recorded text stands for any value whatever.
    pub fn is_free(&self, expected: &str) -> bool {
        self.rules
            .placeholders
            .contains(&(expected, Shape::Anything))
    }

    fn fits(&self, expected: &str, actual: &str) -> bool {
        let (mut expected, mut actual) = (expected, actual);
        while let Some(first) = expected.chars().next() {
            if let Some((text, shape)) = self
                .rules
                .placeholders
                .iter()
                .find(|(text, _)| expected.starts_with(text))
            {
                let Some(length) = self.shape_length(*shape, actual) else {
                    return false;
                };
                expected = &expected[text.len()..];
                actual = &actual[length..];
            } else if let Some((name_length, value)) = self.captured(expected) {
                let Some(rest) = actual.strip_prefix(value) else {
                    return false;
                };
                expected = &expected[name_length..];
                actual = rest;
            } else {
                let Some(rest) = actual.strip_prefix(first) else {
                    return false;
                };
                expected = &expected[first.len_utf8()..];
                actual = rest;
            }
        }
        actual.is_empty()
    }

    fn captured(&self, expected: &str) -> Option<(usize, &str)> {
        let (name, _) = expected.strip_prefix('{')?.split_once('}')?;
        let value = self.captures.get(name)?;
        Some((name.len() + 2, value))
    }

    /// How many bytes at the start of the text have the shape.
    fn shape_length(&self, shape: Shape, text: &str) -> Option<usize> {
        let run = |accepts: fn(u8) -> bool| text.bytes().take_while(|byte| accepts(*byte)).count();
        match shape {
            Shape::Anything => Some(text.len()),
            Shape::RequestId => is_request_id(text.get(..40)?).then_some(40),
            Shape::Hex32 => (run(is_lower_hex) == 32).then_some(32),
            Shape::AuditId => (run(is_url_safe) == 22).then_some(22),
            Shape::Token => Some(run(is_token)).filter(|length| *length > 0),
            Shape::Second => seconds(text).map(|_| SECOND_LENGTH),
            Shape::SecondOfNextDay => {
                let expires_at = seconds(text)?;
                let after = self
                    .issued_at
                    .is_none_or(|issued| expires_at - issued == 86_400);
                after.then_some(SECOND_LENGTH)
            }
            Shape::Microsecond => {
                seconds(text)?;
                let fraction = text
                    .get(SECOND_LENGTH..SECOND_LENGTH + 7)?
                    .strip_prefix('.')?;
                fraction
                    .bytes()
                    .all(|byte| byte.is_ascii_digit())
                    .then_some(SECOND_LENGTH + 7)
            }
            Shape::Timestamp => {
                seconds(text)?;
                let mut length = SECOND_LENGTH;
                if let Some(fraction) = text[length..].strip_prefix('.') {
                    length += 1 + fraction.bytes().take_while(u8::is_ascii_digit).count();
                }
                if text[length..].starts_with('Z') {
                    length += 1;
                }
                Some(length)
            }
        }
    }

    /// The text with the numbers that may be any blanked out.
    fn without_free_numbers(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (before, after) in self.rules.free_number_between {
            let mut start = 0;
            while let Some(found) = text[start..].find(before) {
                start += found + before.len();
                let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
                if digits > 0 && text[start + digits..].starts_with(after) {
                    text.replace_range(start..start + digits, "N");
                }
            }
        }
        text
    }
}

/// The text of a request with the captured values in the place of their names.
pub fn substitute(text: &str, captures: &BTreeMap<String, String>) -> String {
    captures
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_token(byte: u8) -> bool {
    is_url_safe(byte) || matches!(byte, b'=' | b'.' | b':' | b'+' | b'/')
}

fn is_request_id(text: &str) -> bool {
    let Some(uuid) = text.strip_prefix("req-") else {
        return false;
    };
    uuid.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => is_lower_hex(byte),
    })
}

/// The time that follows the first `issued_at` of a JSON or XML body.
fn issued_at(body: &str) -> Option<i64> {
    let (_, rest) = body.split_once("issued_at")?;
    seconds(rest.trim_start_matches(['"', '=', ':', ' ']))
}

/// Reads the date and time at the start of a text as seconds since some fixed point.
fn seconds(text: &str) -> Option<i64> {
    let text = text.get(..SECOND_LENGTH)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators
        .iter()
        .any(|(index, byte)| text.as_bytes()[*index] != *byte)
    {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())?
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}
