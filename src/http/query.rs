//! Query strings, as Python's web frameworks read and write them.

use super::escape::QUOTE;
use crate::python::{unquote, unquote_short};
use percent_encoding::{percent_decode_str, utf8_percent_encode};

/// A query string whose bytes, once decoded, are no UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct NotUtf8;

/// The decoded pairs of a query string, in order. `;` separates as `&` does, a plus is a blank, a
/// broken escape stands for itself, a pair without `=` has the value "".
///
/// # Errors
/// When a name or value is no UTF-8.
pub fn parse(raw: &str) -> Result<Vec<(String, String)>, NotUtf8> {
    strictly(raw, |part| unquote(part).into_owned())
}

/// As [`parse`], but an escape may have a single digit: the front end of Nova 34.
///
/// # Errors
/// When a name or value is no UTF-8.
pub fn parse_short(raw: &str) -> Result<Vec<(String, String)>, NotUtf8> {
    strictly(raw, unquote_short)
}

fn strictly(raw: &str, unquote: fn(&str) -> Vec<u8>) -> Result<Vec<(String, String)>, NotUtf8> {
    pairs(raw)
        .map(|(name, value)| {
            let text = |part: &str| String::from_utf8(unquote(&blanks(part))).map_err(|_| NotUtf8);
            Ok((text(name)?, text(value)?))
        })
        .collect()
}

/// As [`parse`], but bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn parse_lossy(raw: &str) -> Vec<(String, String)> {
    pairs(raw).map(decode_lossy).collect()
}

/// As [`parse_lossy`], but `;` separates nothing: Python since its release of 2021.
#[must_use]
pub fn parse_ampersands(raw: &str) -> Vec<(String, String)> {
    split_pairs(raw, &['&']).map(decode_lossy).collect()
}

fn decode_lossy((name, value): (&str, &str)) -> (String, String) {
    let text = |raw| {
        let raw = blanks(raw);
        percent_decode_str(&raw).decode_utf8_lossy().into_owned()
    };
    (text(name), text(value))
}

fn blanks(raw: &str) -> String {
    raw.replace('+', " ")
}

fn pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    split_pairs(raw, &['&', ';'])
}

fn split_pairs<'a>(
    raw: &'a str,
    separators: &'a [char],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    raw.split(separators)
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The last value of a name.
#[must_use]
pub fn last<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .rev()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// Escapes as Python 3's `quote_plus`: as `quote`, but a blank is a plus.
pub fn encode_into(text: &str, out: &mut String) {
    for (place, word) in text.split(' ').enumerate() {
        if place > 0 {
            out.push('+');
        }
        out.extend(utf8_percent_encode(word, QUOTE));
    }
}

/// Writes pairs as Python 3's `urlencode` does.
#[must_use]
pub fn encode<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in parameters {
        if !out.is_empty() {
            out.push('&');
        }
        encode_into(name, &mut out);
        out.push('=');
        encode_into(value, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{encode, last, parse};

    #[test]
    fn reads_as_python_does() {
        let pairs = parse("a=1;b=%C3%9C+x&c&&d=%zz&=e").unwrap_or_default();
        let shown: Vec<_> = pairs.iter().map(|(n, v)| format!("{n}|{v}")).collect();
        assert_eq!(shown, ["a|1", "b|Ü x", "c|", "d|%zz", "|e"]);
        assert!(parse("name=%FF").is_err());
        assert_eq!(last(&parse("a=1&a=2").unwrap_or_default(), "a"), Some("2"));
    }

    #[test]
    fn writes_as_python_does() {
        assert_eq!(
            encode([("a b", "x/y:z~-_.'()*!")]),
            "a+b=x%2Fy%3Az~-_.%27%28%29%2A%21"
        );
        assert_eq!(encode([(" ", "  é+"), ("", "")]), "+=++%C3%A9%2B&=");
    }
}
