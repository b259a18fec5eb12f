//! Views: an image and its members, as API v2 shows them.

use super::attributes::STORE;
use crate::domain::{Image, ImageTexts, Member, PropertyValue};
use crate::python::{self, Value};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// Grows with every change of what [`text`] writes.
pub const TEXT_VERSION: i64 = 1;

/// Properties that never show, whoever set them.
const HIDDEN: [&str; 4] = [
    "locations",
    "direct_url",
    "os_glance_stage_host",
    "os_glance_hash_op_host",
];

/// Adds to what lists show of an image what they show of it here.
#[must_use]
pub fn text(image: &Image, texts: ImageTexts) -> ImageTexts {
    ImageTexts {
        glance: json(image).ok(),
        ..texts
    }
}

/// An image, as JSON.
pub fn json(image: &Image) -> Result<Vec<u8>, serde_json::Error> {
    python::to_vec_utf8(&ImageView { image, min: None })
}

/// The same, with the least memory and disk as they were sent: `5.0` comes back as it is once.
pub fn json_as_sent(image: &Image, min: [Option<&Value>; 2]) -> Result<Vec<u8>, serde_json::Error> {
    python::to_vec_utf8(&ImageView {
        image,
        min: Some(min),
    })
}

struct ImageView<'a> {
    image: &'a Image,
    min: Option<[Option<&'a Value>; 2]>,
}

impl Serialize for ImageView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let image = self.image;
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in image.properties.iter() {
            let is_hidden = is_own(key) || (key == "stores" && image.has_data);
            if is_hidden || HIDDEN.contains(&key) {
                continue;
            }
            let value = match value {
                PropertyValue::Text(text) | PropertyValue::Json(text) => text,
                PropertyValue::Null => "",
            };
            map.serialize_entry(key, value)?;
        }
        let [min_ram, min_disk] = self.min.unwrap_or_default();
        let number = |sent: Option<&Value>, stored: i64| match sent {
            Some(sent) => sent.clone(),
            None => Value::Int(stored.to_string()),
        };
        map.serialize_entry("name", &image.name)?;
        map.serialize_entry("disk_format", &image.disk_format)?;
        map.serialize_entry("container_format", &image.container_format)?;
        map.serialize_entry("visibility", image.visibility.as_str())?;
        map.serialize_entry("size", &image.size_bytes)?;
        map.serialize_entry("virtual_size", &image.virtual_size_bytes)?;
        map.serialize_entry("status", image.status.as_str())?;
        map.serialize_entry("checksum", &image.checksum)?;
        map.serialize_entry("protected", &image.protected)?;
        map.serialize_entry("min_ram", &number(min_ram, image.min_ram_mib))?;
        map.serialize_entry("min_disk", &number(min_disk, image.min_disk_gib))?;
        map.serialize_entry("owner", &image.owner)?;
        map.serialize_entry("os_hidden", &image.hidden)?;
        map.serialize_entry("os_hash_algo", &image.os_hash_algo)?;
        map.serialize_entry("os_hash_value", &image.os_hash_value)?;
        map.serialize_entry("id", &image.id)?;
        map.serialize_entry("created_at", &image.created_at.to_string())?;
        map.serialize_entry("updated_at", &image.updated_at.to_string())?;
        map.serialize_entry("tags", &image.tags)?;
        map.serialize_entry("self", &format!("/v2/images/{}", image.id))?;
        map.serialize_entry("file", &format!("/v2/images/{}/file", image.id))?;
        map.serialize_entry("schema", "/v2/schemas/image")?;
        if image.has_data {
            map.serialize_entry("stores", STORE)?;
        }
        map.end()
    }
}

/// Whether a key is one of the image's own, which a property must not hide.
fn is_own(key: &str) -> bool {
    matches!(
        key,
        "name"
            | "disk_format"
            | "container_format"
            | "visibility"
            | "size"
            | "virtual_size"
            | "status"
            | "checksum"
            | "protected"
            | "min_ram"
            | "min_disk"
            | "owner"
            | "os_hidden"
            | "os_hash_algo"
            | "os_hash_value"
            | "id"
            | "created_at"
            | "updated_at"
            | "tags"
            | "self"
            | "file"
            | "schema"
    )
}

/// A member of an image.
#[derive(Debug, Serialize)]
pub struct MemberView<'a> {
    member_id: Value,
    image_id: &'a str,
    status: &'static str,
    created_at: String,
    updated_at: String,
    schema: &'static str,
}

impl<'a> MemberView<'a> {
    /// The view of a member.
    pub fn new(image_id: &'a str, member: &Member) -> Self {
        Self {
            member_id: Value::Str(member.project_id.clone()),
            image_id,
            status: member.status.as_str(),
            created_at: member.created_at.to_string(),
            updated_at: member.updated_at.to_string(),
            schema: "/v2/schemas/member",
        }
    }

    /// With the id as it was sent, which need not be a text.
    #[must_use]
    pub fn named(self, member_id: Value) -> Self {
        Self { member_id, ..self }
    }
}

/// The members of an image.
#[derive(Debug, Serialize)]
pub struct MembersView<'a> {
    /// Each of them.
    pub members: Vec<MemberView<'a>>,
    /// Where their schema is.
    pub schema: &'static str,
}
