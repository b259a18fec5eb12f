//! Metadata as answers show it: all of it, or one key.

use super::dialect::Dialect;
use super::fault::{COMPUTE_NAMESPACE, Fault};
use crate::domain::properties::StoredProperties;
use crate::domain::{Properties, PropertyValue};
use crate::http::json::Object;
use crate::http::xml::writer::XmlWriter;
use crate::python::Value;
use std::borrow::Cow;

/// Properties that hold JSON and are shown as what it says (nova/image/glance.py,
/// `_CONVERT_PROPS`).
const DECODED: [&str; 2] = ["block_device_mapping", "mappings"];

/// The class of the exception that a text in one of them raises when it is no JSON.
const NOT_JSON: &str = "json.decoder.JSONDecodeError";

/// Metadata, ready to be written.
pub enum Metadata<'a> {
    /// Strings only, as stored: the usual case, and the quick one.
    Stored(StoredProperties<'a>),
    /// Looked into.
    Values(Vec<(Cow<'a, str>, Value)>),
}

impl<'a> Metadata<'a> {
    /// Of a row of a list. XML needs the pairs, JSON can take the stored text as it is.
    pub fn of_row(stored: StoredProperties<'a>, dialect: &Dialect) -> Result<Self, Fault> {
        let decoded = DECODED.iter().any(|key| stored.may_have(key));
        if stored.plain && !decoded {
            Ok(Self::Stored(stored))
        } else {
            Self::of(&stored.parse(), dialect)
        }
    }

    /// Of one image.
    pub fn of(properties: &Properties, dialect: &Dialect) -> Result<Self, Fault> {
        let mut values = Vec::with_capacity(properties.len());
        for (key, value) in properties.iter() {
            values.push((Cow::Owned(key.to_owned()), shown(key, value, dialect)?));
        }
        Ok(Self::Values(values))
    }

    /// Of what a request says, echoed.
    pub fn echo(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self::Values(
            values
                .into_iter()
                .map(|(key, value)| (Cow::Owned(key), value))
                .collect(),
        )
    }

    /// The text of a key, when it is there and not null.
    pub fn text(&self, key: &str) -> Option<String> {
        match self {
            Self::Stored(stored) if !stored.may_have(key) => None,
            Self::Stored(stored) => {
                let found = stored.texts().into_iter().find(|(known, _)| known == key);
                found.map(|(_, value)| value.into_owned())
            }
            Self::Values(values) => values
                .iter()
                .find(|(known, value)| known == key && !value.is_none())
                .map(|(_, value)| value.str_python2()),
        }
    }

    /// Whether the key is there, null or not.
    pub fn has(&self, key: &str) -> bool {
        match self {
            Self::Stored(_) => self.text(key).is_some(),
            Self::Values(values) => values.iter().any(|(known, _)| known == key),
        }
    }

    /// Writes it as a member of a JSON object.
    pub fn json(&self, key: &'static str, object: &mut Object<'_>) {
        match self {
            Self::Stored(stored) => _ = object.raw(key, stored.json.as_bytes()),
            Self::Values(values) => {
                object.object(key, |members| {
                    for (key, value) in values {
                        let mut text = Vec::new();
                        value.write_json(&mut text);
                        members.entry(key, &text);
                    }
                });
            }
        }
    }

    /// Writes its element; as a root it declares the namespace.
    pub fn xml(&self, writer: &mut XmlWriter, root: bool) {
        writer.element(
            "metadata",
            |attributes| {
                if root {
                    attributes.push("xmlns", COMPUTE_NAMESPACE);
                }
            },
            |metadata| match self {
                Self::Stored(stored) => {
                    for (key, value) in stored.texts() {
                        meta_xml(metadata, &key, &value, false);
                    }
                }
                Self::Values(values) => {
                    for (key, value) in values {
                        meta_xml(metadata, key, &value.str_python2(), false);
                    }
                }
            },
        );
    }
}

/// Writes the element of one key: an empty value has its end tag all the same.
pub fn meta_xml(writer: &mut XmlWriter, key: &str, value: &str, root: bool) {
    writer.text_element(
        "meta",
        |attributes| {
            if root {
                attributes.push("xmlns", COMPUTE_NAMESPACE);
            }
            attributes.push("key", key);
        },
        value,
    );
}

/// Whether a property is shown as what its JSON says.
pub fn is_decoded(key: &str) -> bool {
    DECODED.contains(&key)
}

/// What a dialect shows of a stored value.
pub fn shown(key: &str, value: &PropertyValue, dialect: &Dialect) -> Result<Value, Fault> {
    match value {
        PropertyValue::Null if dialect.null_is_empty => Ok(Value::from("")),
        PropertyValue::Null => Ok(Value::None),
        PropertyValue::Text(text) if is_decoded(key) => match Value::parse(text.as_bytes()) {
            Ok(decoded) => Ok(decoded),
            Err(_) if dialect.exact => Err(Fault::Internal(NOT_JSON)),
            Err(_) => Ok(Value::from(text.as_str())),
        },
        PropertyValue::Text(text) => Ok(Value::from(text.as_str())),
        PropertyValue::Json(json) => {
            Ok(Value::parse(json.as_bytes()).unwrap_or_else(|_| Value::from(json.as_str())))
        }
    }
}
