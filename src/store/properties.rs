//! The stored form of properties: one JSON object per image.
//!
//! Strings and null stand for themselves, written as Python's `json.dumps`
//! would, so that the text can be an answer as it is. Any other value is
//! wrapped as `{"json": "its text"}`.

use crate::domain::{Properties, PropertyValue};
use crate::python;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The text, and whether every value in it is a string.
pub fn encode(properties: &Properties) -> (String, bool) {
    let mut text = Vec::with_capacity(2 + properties.len() * 40);
    let mut plain = true;
    text.push(b'{');
    for (index, (key, value)) in properties.iter().enumerate() {
        if index > 0 {
            text.extend_from_slice(b", ");
        }
        python::write_json_string(key, &mut text);
        text.extend_from_slice(b": ");
        plain &= matches!(value, PropertyValue::Text(_));
        match value {
            PropertyValue::Text(value) => python::write_json_string(value, &mut text),
            PropertyValue::Null => text.extend_from_slice(b"null"),
            PropertyValue::Json(json) => {
                text.extend_from_slice(b"{\"json\": ");
                python::write_json_string(json, &mut text);
                text.push(b'}');
            }
        }
    }
    text.push(b'}');
    (String::from_utf8_lossy(&text).into_owned(), plain)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Text(String),
    Json { json: String },
    Null(()),
}

/// Reads what `encode` wrote; a text that it did not write has no properties.
pub fn decode(text: &str) -> Properties {
    let stored: indexmap::IndexMap<String, Stored> = serde_json::from_str(text).unwrap_or_default();
    stored
        .into_iter()
        .map(|(key, value)| {
            let value = match value {
                Stored::Text(text) => PropertyValue::Text(text),
                Stored::Json { json } => PropertyValue::Json(json),
                Stored::Null(()) => PropertyValue::Null,
            };
            (key, value)
        })
        .collect()
}

/// The pairs of an object of strings.
struct Texts<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Deserialize<'a> for Texts<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'a> Visitor<'a> for Pairs {
            type Value = Texts<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::with_capacity(8);
                while let Some((Text(key), Text(value))) = map.next_entry()? {
                    pairs.push((key, value));
                }
                Ok(Texts(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A string that is borrowed from the input unless it holds escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads what `encode` called plain; anything else has no pairs.
pub fn decode_texts(text: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    serde_json::from_str(text)
        .map(|Texts(pairs)| pairs)
        .unwrap_or_default()
}
