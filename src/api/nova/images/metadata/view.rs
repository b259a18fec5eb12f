//! Metadata as answers show it: all of it, or one key.

use crate::api::nova::dialect::Dialect;
use crate::api::nova::fault::Fault;
use crate::api::nova::xmlns;
use crate::domain::{Properties, PropertyValue};
use crate::http::json::Object;
use crate::http::xml::writer::XmlWriter;
use crate::python::Value;

/// Properties that hold JSON and are shown as what it says (nova/image/glance.py,
/// `_CONVERT_PROPS`).
const DECODED: [&str; 2] = ["block_device_mapping", "mappings"];

/// The class of the exception that a text in one of them raises when it is no JSON.
const NOT_JSON: &str = "json.decoder.JSONDecodeError";

/// Metadata, ready to be written.
pub struct Metadata(Vec<(String, Value)>);

impl Metadata {
    /// Of an image whose metadata every dialect shows alike: strings, to be shown as they are.
    pub fn of_strings(properties: &Properties) -> Option<Self> {
        let strings = properties.iter().map(|(key, value)| match value {
            PropertyValue::Text(text) if !is_decoded(key) => {
                Some((key.to_owned(), Value::from(text.as_str())))
            }
            _ => None,
        });
        strings.collect::<Option<_>>().map(Self)
    }

    /// Of one image.
    pub fn of(properties: &Properties, dialect: &Dialect) -> Result<Self, Fault> {
        let mut values = Vec::with_capacity(properties.len());
        for (key, value) in properties.iter() {
            values.push((key.to_owned(), shown(key, value, dialect)?));
        }
        Ok(Self(values))
    }

    /// Of what a request says, echoed.
    pub fn echo(values: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self(values.into_iter().collect())
    }

    /// The value of a key, when it is there and not null.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|value| !value.is_none())
    }

    /// The text of it.
    pub fn text(&self, key: &str) -> Option<String> {
        self.value(key).map(Value::str_python2)
    }

    /// Whether the key is there, null or not.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn get(&self, key: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value)
    }

    /// Writes it as a member of a JSON object.
    pub fn json(&self, key: &'static str, object: &mut Object<'_>) {
        object.object(key, |members| {
            for (key, value) in &self.0 {
                let mut text = Vec::new();
                value.write_json(&mut text);
                members.entry(key, &text);
            }
        });
    }

    /// Writes its element; as a root it declares the namespace.
    pub fn xml(&self, writer: &mut XmlWriter, root: bool) {
        writer.element(
            "metadata",
            |attributes| {
                if root {
                    attributes.push("xmlns", xmlns::COMPUTE);
                }
            },
            |metadata| {
                for (key, value) in &self.0 {
                    meta_xml(metadata, key, &value.str_python2(), false);
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
                attributes.push("xmlns", xmlns::COMPUTE);
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
        PropertyValue::Text(text) if is_decoded(key) && !dialect.rules.plain_mappings => {
            match Value::parse(text.as_bytes()) {
                Ok(decoded) => Ok(decoded),
                Err(_) if dialect.exact => Err(Fault::internal(NOT_JSON)),
                Err(_) => Ok(Value::from(text.as_str())),
            }
        }
        PropertyValue::Text(text) => Ok(Value::from(text.as_str())),
        PropertyValue::Json(json) => {
            Ok(Value::parse(json.as_bytes()).unwrap_or_else(|_| Value::from(json.as_str())))
        }
    }
}
