//! Metadata in the headers of a request.

use crate::api::glance::fault::Fault;
use crate::http::{Head, HeaderMap};
use crate::python::number;
use indexmap::IndexMap;

/// What every header of metadata begins with.
const PREFIX: &str = "x-image-meta-";

/// The attributes that may be told so.
const KNOWN: [&str; 20] = [
    "location",
    "size",
    "is_public",
    "disk_format",
    "container_format",
    "name",
    "status",
    "copy_from",
    "uri",
    "checksum",
    "created_at",
    "updated_at",
    "deleted_at",
    "min_ram",
    "min_disk",
    "owner",
    "store",
    "id",
    "protected",
    "deleted",
];

/// What a client says of an image. An empty header is a null.
#[derive(Debug, Default)]
pub struct Meta {
    told: IndexMap<String, Option<String>>,
    /// Custom properties.
    pub properties: IndexMap<String, Option<String>>,
}

impl Meta {
    /// Reads the headers of a request.
    ///
    /// # Errors
    /// When one is not known, or is no text, or a number is none.
    pub fn read(head: &Head) -> Result<Self, Fault> {
        let mut meta = Self::default();
        for name in head.headers().keys() {
            let name = name.as_str();
            let Some(field) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let value = value(head.headers(), name)?;
            if let Some(key) = field.strip_prefix("property-") {
                meta.properties.insert(key.replace('-', "_"), value);
                continue;
            }
            let field = field.replace('-', "_");
            if !KNOWN.contains(&field.as_str()) {
                return Err(Fault::malformed(format!("Bad header: {name}")));
            }
            meta.told.insert(field, value);
        }
        for key in ["size", "min_disk", "min_ram"] {
            meta.number(key)?;
        }
        Ok(meta)
    }

    /// Whether an attribute is told, be it as null.
    pub fn has(&self, key: &str) -> bool {
        self.told.contains_key(key)
    }

    /// The text of an attribute.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.told.get(key)?.as_deref()
    }

    /// Tells an attribute anew.
    pub fn set(&mut self, key: &str, value: &str) {
        self.told.insert(key.to_owned(), Some(value.to_owned()));
    }

    /// A flag: Python's words for yes; all others are no.
    pub fn flag(&self, key: &str) -> Option<bool> {
        let text = self.told.get(key)?.as_deref().unwrap_or_default();
        let text = text.trim().to_lowercase();
        Some(matches!(
            text.as_str(),
            "1" | "t" | "true" | "on" | "y" | "yes"
        ))
    }

    /// A number.
    ///
    /// # Errors
    /// When it is none, negative, or more than an image can have.
    pub fn number(&self, key: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.told.get(key) else {
            return Ok(None);
        };
        let text = text.as_deref().unwrap_or("None");
        let wrong = |why: String| {
            Fault::bad_request(format!(
                "Invalid value '{text}' for parameter '{key}': {why}"
            ))
        };
        match number::int(text) {
            None => Err(wrong(format!(
                "Cannot convert image {key} '{text}' to an integer."
            ))),
            Some(number) if number < 0 => Err(wrong(format!(
                "Image {key} must be >= 0 ('{number}' specified)."
            ))),
            Some(number) if number > most(key) => Err(wrong(format!(
                "Image {key} must be <= {} ('{text}' specified).",
                most(key)
            ))),
            Some(number) => Ok(Some(number)),
        }
    }
}

/// The largest number of an attribute: what Glance's database keeps, be it of 32 bits.
fn most(key: &str) -> i64 {
    match key {
        // A number beyond all others is read as the last one.
        "size" => i64::MAX - 1,
        _ => i64::from(i32::MAX),
    }
}

/// The text of a header; several are one list.
fn value(headers: &HeaderMap, name: &str) -> Result<Option<String>, Fault> {
    let mut list = String::new();
    for (index, value) in headers.get_all(name).iter().enumerate() {
        let text = std::str::from_utf8(value.as_bytes())
            .map_err(|error| Fault::malformed(format!("Bad header: {name}: {error}")))?;
        if index > 0 {
            list.push(',');
        }
        list.push_str(text);
    }
    Ok((!list.is_empty()).then_some(list))
}

#[cfg(test)]
mod tests {
    use super::value;
    use crate::http::{HeaderMap, HeaderValue};

    const NAME: &str = "x-image-meta-name";

    fn of(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(NAME, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    #[test]
    fn values_are_text_or_refused() {
        let text = |values: &[&[u8]]| value(&of(values), NAME).ok().flatten();
        assert_eq!(text(&["größe".as_bytes()]).as_deref(), Some("größe"));
        assert_eq!(text(&[b"a", b"b"]).as_deref(), Some("a,b"));
        assert_eq!(text(&[b""]), None);
        assert!(value(&of(&[b"gr\xf6\xdfe"]), NAME).is_err());
        assert!(value(&of(&[b"a", b"\xff"]), NAME).is_err());
    }
}
