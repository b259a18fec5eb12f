//! The stored form of properties: one JSON object per image.
//!
//! Strings and null stand for themselves, any other value is wrapped as
//! `{"json": "its text"}`.

use crate::domain::{Properties, PropertyValue};
use crate::python;
use serde::Deserialize;

/// The text.
pub fn encode(properties: &Properties) -> String {
    let mut text = Vec::with_capacity(2 + properties.len() * 40);
    text.push(b'{');
    for (index, (key, value)) in properties.iter().enumerate() {
        if index > 0 {
            text.extend_from_slice(b", ");
        }
        python::write_json_string(key, &mut text);
        text.extend_from_slice(b": ");
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
    // Never damaged, since it is made of texts.
    String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Text(String),
    Json { json: String },
    Null(()),
}

/// Reads what `encode` wrote, and nothing else.
pub fn decode(text: &str) -> Result<Properties, serde_json::Error> {
    let stored: indexmap::IndexMap<String, Stored> = serde_json::from_str(text)?;
    Ok(stored
        .into_iter()
        .map(|(key, value)| {
            let value = match value {
                Stored::Text(text) => PropertyValue::Text(text),
                Stored::Json { json } => PropertyValue::Json(json),
                Stored::Null(()) => PropertyValue::Null,
            };
            (key, value)
        })
        .collect())
}
