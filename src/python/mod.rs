//! JSON as Python's `json` module reads and writes it, Python's `str` and `repr`, its `int`, `uuid`
//! and `quote`, and its `html.escape`.
//!
//! Nova's answers are `json.dumps` texts and its error messages quote values with `repr`, so a
//! client sees Python's separators, escapes, floats and quotes. This module holds those rules and
//! the value they apply to; it knows nothing of HTTP, images or of which dialect is spoken.

mod dumps;
mod float;
mod html;
pub mod number;
mod order;
mod parse;
mod quote;
mod repr;
mod text;

pub use dumps::{append_escaped, to_vec, write_json_string};
pub use html::html_escape;
pub use quote::{quote, unquote, unquote_short};
pub use text::{is_space, strip};

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

/// A value as `json.loads` builds it.
///
/// It differs from [`serde_json::Value`] where Python does: integers of any size are exact, NaN
/// and the infinities exist, and an integer is never equal to a float.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Python's `None`, JSON's `null`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of any size, as canonical decimal digits (`-12`, `0`, never `-0` or `007`).
    Int(String),
    /// A double, possibly NaN or infinite.
    Float(f64),
    /// A text; lone surrogates, which Python can hold, are U+FFFD here.
    Str(String),
    /// A list.
    List(Vec<Value>),
    /// A dictionary in the order of insertion.
    Dict(IndexMap<String, Value>),
}

impl Value {
    /// Returns the text of a [`Value::Str`].
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the items of a [`Value::Dict`].
    #[must_use]
    pub fn as_dict(&self) -> Option<&IndexMap<String, Value>> {
        match self {
            Self::Dict(items) => Some(items),
            _ => None,
        }
    }

    /// Tells whether the value is `None`.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

/// Serialises the value as JSON data; NaN and the infinities become `null`.
///
/// Only [`Value::write_json`] can write those three, because serde has no way to say them.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Int(digits) => serialize_int(digits, serializer),
            Self::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Self::None | Self::Float(_) => serializer.serialize_unit(),
            Self::Str(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Dict(items) => serializer.collect_map(items),
        }
    }
}

fn serialize_int<S: Serializer>(digits: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if let Ok(number) = digits.parse::<i64>() {
        return serializer.serialize_i64(number);
    }
    if let Ok(number) = digits.parse::<u64>() {
        return serializer.serialize_u64(number);
    }
    // serde's own integers end at 64 (or 128) bits; a raw value keeps every digit.
    serde_json::value::RawValue::from_string(digits.to_owned())
        .map_err(serde::ser::Error::custom)?
        .serialize(serializer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn helpers_look_at_the_right_variant() {
        let value = Value::parse(br#"{"a": "b", "n": null}"#).unwrap();
        let items = value.as_dict().unwrap();
        assert_eq!(items["a"].as_str(), Some("b"));
        assert!(items["n"].is_none());
        assert!(items["a"].as_dict().is_none());
        assert!(value.as_str().is_none());
        assert_eq!(Value::from("x"), Value::from("x".to_owned()));
    }

    #[test]
    fn serde_keeps_big_integers_and_drops_nan() {
        let text = r#"{"big":123456789012345678901234567890,"n":[-1,18446744073709551615,1.5]}"#;
        let value = Value::parse(text.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
        let value = Value::parse(b"[NaN, -Infinity]").unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), "[null,null]");
    }
}
