//! How images, and the plans by which they change, look to whoever asks the control API.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::borrow::Cow;

/// Glance's words.
const STATUSES: [&str; 9] = [
    "queued",
    "saving",
    "active",
    "killed",
    "deleted",
    "pending_delete",
    "deactivated",
    "importing",
    "uploading",
];

/// An image as it is sent: in the form of fixtures, with its members and its plan.
pub struct ImageForm;

/// An image as it is shown.
pub struct ImageShown;

/// A merge patch of an image.
pub struct ImagePatch;

/// A step of a plan.
pub struct StepForm;

/// What brings a step about.
pub struct TriggerForm;

/// What images go on by that are uploaded.
pub struct UploadsForm;

impl JsonSchema for ImageForm {
    fn schema_name() -> Cow<'static, str> {
        "Image".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = image(generator);
        let property = serde_json::json!({"type": ["string", "null"]});
        schema.insert("additionalProperties".to_owned(), property);
        schema
    }
}

impl JsonSchema for ImageShown {
    fn schema_name() -> Cow<'static, str> {
        "ImageShown".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = image(generator);
        let always = ["id", "status", "visibility", "created_at", "updated_at"];
        schema.insert("required".to_owned(), always.as_slice().into());
        schema
    }
}

impl JsonSchema for ImagePatch {
    fn schema_name() -> Cow<'static, str> {
        "ImagePatch".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "A merge patch (RFC 7396): null takes a key away, a list is taken whole",
        })
    }
}

impl JsonSchema for StepForm {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut properties = triggers();
        properties["to"] = serde_json::json!({
            "description": "The status that the image gets",
            "enum": STATUSES,
        });
        json_schema!({
            "type": "object",
            "description": "A status, and what brings the image there: just one of the others",
            "properties": properties,
            "required": ["to"],
            "minProperties": 2,
            "additionalProperties": false,
        })
    }
}

impl JsonSchema for TriggerForm {
    fn schema_name() -> Cow<'static, str> {
        "Trigger".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": triggers(),
            "minProperties": 1,
            "additionalProperties": false,
        })
    }
}

impl JsonSchema for UploadsForm {
    fn schema_name() -> Cow<'static, str> {
        "Uploads".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let trigger = generator.subschema_for::<TriggerForm>();
        let steps = generator.subschema_for::<Vec<StepForm>>();
        json_schema!({
            "type": "object",
            "properties": {
                "uploads": {
                    "description": "At once, by hand, what makes an uploaded image active, or the steps \
                                    that it goes through",
                    "anyOf": [{"enum": ["immediate", "manual"]}, trigger, steps],
                },
            },
            "required": ["uploads"],
            "additionalProperties": false,
        })
    }
}

fn triggers() -> Value {
    let number = |what: &str| {
        serde_json::json!({
            "description": what, "type": ["integer", "null"], "minimum": 0, "maximum": u32::MAX,
        })
    };
    serde_json::json!({
        "after_seconds": number("Seconds on the space's clock, from the step before"),
        "after_reads": number("Answers that show the image as it is before"),
        "manual": {"description": "The transition by hand", "enum": [true, null]},
    })
}

fn image(generator: &mut SchemaGenerator) -> Schema {
    let steps = generator.subschema_for::<Vec<StepForm>>();
    let text = serde_json::json!({"type": ["string", "null"]});
    let time = serde_json::json!({"type": ["string", "null"], "format": "date-time"});
    let number =
        |most: i64| serde_json::json!({"type": ["integer", "null"], "minimum": 0, "maximum": most});
    let flag = serde_json::json!({"type": ["boolean", "null"]});
    let (small, large) = (number(i32::MAX.into()), number(i64::MAX));
    json_schema!({
        "type": "object",
        "description": "An image as fixtures have it; every other key is a custom property",
        "properties": {
            "id": {"type": "string", "minLength": 1, "maxLength": 255},
            "name": {"type": ["string", "null"], "maxLength": 255},
            "status": {"enum": or_null(&STATUSES)},
            "visibility": {"enum": or_null(&["public", "private", "shared", "community"])},
            "owner": text,
            "min_ram": small, "min_disk": small,
            "size": large, "virtual_size": large,
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": time, "deleted_at": time,
            "container_format": text, "disk_format": text, "checksum": text,
            "os_hash_algo": text, "os_hash_value": text,
            "protected": flag, "os_hidden": flag,
            "tags": {"type": ["array", "null"], "items": {"type": "string", "maxLength": 255}},
            "members": members(),
            "transitions": {"anyOf": [steps, text], "description": "Its plan; a text is a custom property"},
        },
    })
}

/// Null is as if nothing was said.
fn or_null(words: &[&'static str]) -> Vec<Option<&'static str>> {
    let words = words.iter().copied().map(Some);
    words.chain([None]).collect()
}

fn members() -> Value {
    serde_json::json!({
        "description": "With whom the image is shared; a text is a custom property",
        "type": ["array", "string", "null"],
        "items": {
            "type": "object",
            "properties": {
                "member_id": {"type": "string", "minLength": 1},
                "status": {"enum": or_null(&["pending", "accepted", "rejected"])},
                "can_share": {"type": ["boolean", "null"]},
                "created_at": {"type": ["string", "null"], "format": "date-time"},
                "updated_at": {"type": ["string", "null"], "format": "date-time"},
            },
            "required": ["member_id"],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::STATUSES;
    use crate::domain::GlanceStatus;

    #[test]
    fn every_status_has_a_word() {
        assert_eq!(STATUSES, GlanceStatus::ALL.map(GlanceStatus::as_str));
    }
}
