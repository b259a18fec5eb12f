//! Images as Glance's API v2 writes them.

use crate::domain::{GlanceStatus, Image, PropertyValue, Timestamp, Visibility};
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// A page of a list.
#[derive(Debug, Deserialize)]
pub struct PageBody {
    /// Its images, in order.
    pub images: Vec<ImageBody>,
    /// Where the next page is; nothing behind the last.
    #[serde(default)]
    pub next: Option<String>,
}

/// An image.
#[derive(Debug)]
pub struct ImageBody(pub Image);

impl<'de> Deserialize<'de> for ImageBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ImageVisitor)
    }
}

struct ImageVisitor;

impl<'de> Visitor<'de> for ImageVisitor {
    type Value = ImageBody;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ImageBody, A::Error> {
        let mut image = Image::builder(String::new()).build();
        (image.container_format, image.disk_format) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "id" => image.id = map.next_value()?,
                "name" => image.name = map.next_value()?,
                "status" => image.status = status(&map.next_value::<String>()?),
                "visibility" => image.visibility = visibility(&map.next_value::<String>()?),
                "owner" => image.owner = map.next_value()?,
                "min_ram" => image.min_ram_mib = number(&map.next_value()?)?,
                "min_disk" => image.min_disk_gib = number(&map.next_value()?)?,
                "size" => image.size_bytes = map.next_value()?,
                "virtual_size" => image.virtual_size_bytes = map.next_value()?,
                "created_at" => image.created_at = time(&map.next_value::<String>()?)?,
                "updated_at" => image.updated_at = time(&map.next_value::<String>()?)?,
                "container_format" => image.container_format = map.next_value()?,
                "disk_format" => image.disk_format = map.next_value()?,
                "protected" => image.protected = map.next_value()?,
                "os_hidden" => image.hidden = map.next_value()?,
                name if is_attribute(name) => _ = map.next_value::<IgnoredAny>()?,
                _ => {
                    let value = property(map.next_value()?);
                    image.properties.set(key, value);
                }
            }
        }
        match image.id.is_empty() {
            true => Err(A::Error::missing_field("id")),
            false => Ok(ImageBody(image)),
        }
    }
}

/// What else every image has, which Nova does not show; all other members are properties.
fn is_attribute(name: &str) -> bool {
    matches!(
        name,
        "checksum"
            | "os_hash_algo"
            | "os_hash_value"
            | "tags"
            | "self"
            | "file"
            | "schema"
            | "direct_url"
            | "locations"
            | "stores"
            | "deleted"
            | "deleted_at"
    )
}

/// A status that nobody here knows is one that Nova shows as UNKNOWN, as it does this one.
fn status(word: &str) -> GlanceStatus {
    GlanceStatus::parse(word).unwrap_or(GlanceStatus::Importing)
}

/// Nova looks at it only where a write would take an image back that others see.
fn visibility(word: &str) -> Visibility {
    Visibility::parse(word).unwrap_or(Visibility::Private)
}

/// Glance's least memory and disk come back as they were sent, `5.0` among them.
fn number<E: serde::de::Error>(value: &Value) -> Result<i64, E> {
    match value {
        Value::Null => Ok(0),
        Value::Number(number) => {
            let whole = number.as_i64();
            #[expect(clippy::cast_possible_truncation, reason = "the fraction is to go")]
            let cut = || number.as_f64().map(|number| number as i64);
            whole
                .or_else(cut)
                .ok_or_else(|| E::custom(format!("{value} is out of range")))
        }
        other => Err(E::custom(format!("{other} is no number"))),
    }
}

fn time<E: serde::de::Error>(text: &str) -> Result<Timestamp, E> {
    let time = Timestamp::parse_rfc3339(text).or_else(|| Timestamp::parse_iso8601(text));
    time.ok_or_else(|| E::custom(format!("{text:?} is no time")))
}

fn property(value: Value) -> PropertyValue {
    match value {
        Value::String(text) => PropertyValue::Text(text),
        Value::Null => PropertyValue::Null,
        other => PropertyValue::Json(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageBody, PageBody};
    use crate::domain::{GlanceStatus, PropertyValue};

    const IMAGE: &str = r#"{"id": "a", "name": null, "status": "frozen", "min_ram": 5.0,
        "min_disk": 1, "size": null, "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00", "tags": [], "checksum": null, "file": "/f",
        "colour": "red", "empty": null, "odd": [1]}"#;

    #[test]
    fn what_is_no_attribute_is_a_property() {
        let ImageBody(image) = serde_json::from_str(IMAGE).unwrap();
        assert_eq!((image.min_ram_mib, image.size_bytes), (5, None));
        assert_eq!(image.status, GlanceStatus::Importing);
        assert_eq!(image.created_at, image.updated_at);
        let properties: Vec<_> = image.properties.iter().collect();
        let odd = PropertyValue::Json("[1]".to_owned());
        assert_eq!(
            properties,
            [
                ("colour", &"red".into()),
                ("empty", &PropertyValue::Null),
                ("odd", &odd)
            ]
        );
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for text in [
            "[]",
            "{}",
            r#"{"images": {}}"#,
            r#"{"images": [{"name": "x"}]}"#,
            r#"{"images": [{"id": "x", "created_at": "yesterday"}]}"#,
            r#"{"images": [{"id": 7}]}"#,
        ] {
            assert!(serde_json::from_str::<PageBody>(text).is_err(), "{text}");
        }
    }
}
