//! Nova 34's metadata bodies: JSON, checked by JSON schemas whose errors show through.

use super::item::{MOST_ITEMS, Shown, Write, over_quota};
use super::view;
use crate::api::nova::body::check_content_type;
use crate::api::nova::call::Call;
use crate::api::nova::fault::{Fault, Told};
use crate::domain::{GlanceStatus, Image, Properties, PropertyValue};
use crate::python::{Value, strip};
use crate::service::ImageError;
use indexmap::IndexMap;

/// Longest value, in characters.
const MOST_VALUE_CHARACTERS: usize = 255;

/// The pattern of keys, as the error shows it.
const KEY_PATTERN: &str = "'^[a-zA-Z0-9-_:. ]{1,255}$'";

/// Attributes of an image that Nova sends from the image itself, or that Glance passes over: a property
/// of that name is lost.
const LOST: [&str; 9] = [
    "id",
    "name",
    "owner",
    "visibility",
    "checksum",
    "min_ram",
    "min_disk",
    "container_format",
    "disk_format",
];

/// Attributes that Glance lets nobody write.
const READ_ONLY: [&str; 7] = [
    "created_at",
    "updated_at",
    "deleted_at",
    "deleted",
    "file",
    "schema",
    "direct_url",
];

/// Attributes that are no texts, on which glanceclient fails.
const OF_ANOTHER_TYPE: [&str; 6] = [
    "size",
    "virtual_size",
    "tags",
    "locations",
    "protected",
    "self",
];

/// What becomes of a key.
enum Fate {
    Stored,
    Lost,
    ReadOnly,
    Fails(&'static str),
}

fn fate(key: &str, value: &Value) -> Fate {
    let is_status = |text| GlanceStatus::parse(text).is_some();
    match key {
        "status" if !value.as_str().is_some_and(is_status) => Fate::Fails("TypeError"),
        "status" => Fate::ReadOnly,
        "stores" => Fate::Fails("glanceclient.exc.HTTPConflict"),
        _ if OF_ANOTHER_TYPE.contains(&key) => Fate::Fails("TypeError"),
        _ if READ_ONLY.contains(&key) || key.starts_with(GLANCE_PREFIX) => Fate::ReadOnly,
        "os_hidden" => Fate::Lost,
        _ if LOST.contains(&key) || key.starts_with("os_hash_") => Fate::Lost,
        _ if is_no_kernel(key, value) => Fate::Lost,
        _ => Fate::Stored,
    }
}

/// Properties that only Glance itself sets.
const GLANCE_PREFIX: &str = "os_glance_";

/// Whatever is let through is JSON; no body is `None`.
pub fn read(call: &Call<'_>) -> Result<Value, Fault> {
    check_content_type(call)?;
    let body = call.body.bytes();
    if body.is_empty() {
        return Ok(Value::None);
    }
    if call.dialect.exact && std::str::from_utf8(body).is_err() {
        // Python decodes in front of what catches errors.
        return Err(Told::Failed.into());
    }
    Value::parse(body).map_err(|_| Fault::bad_request("Malformed request body"))
}

/// The first error that jsonschema finds, in the order of the schema's keywords. v2 allows other
/// members beside the one that counts.
pub fn check(
    call: &Call<'_>,
    write: Write<'_>,
    body: &Value,
    others_allowed: bool,
) -> Result<(), Fault> {
    let name = member_of(write);
    let Some(members) = body.as_dict() else {
        let shown = body.repr_python3();
        return Err(Fault::bad_request(format!(
            "{shown} is not of type 'object'"
        )));
    };
    if let Some(items) = members.get(name) {
        check_items(name, items, others_allowed && call.dialect.exact)?;
        if matches!(write, Write::One(_)) {
            check_single(name, items)?;
        }
    } else {
        return Err(Fault::bad_request(format!(
            "'{name}' is a required property"
        )));
    }
    let mut others: Vec<_> = members.keys().filter(|key| *key != name).collect();
    if others.is_empty() || others_allowed {
        return check_match(write, body);
    }
    others.sort();
    let verb = if others.len() == 1 { "was" } else { "were" };
    let others = listed(&others);
    Err(Fault::bad_request(format!(
        "Additional properties are not allowed ({others} {verb} unexpected)"
    )))
}

fn member_of(write: Write<'_>) -> &'static str {
    match write {
        Write::One(_) => "meta",
        Write::Merge | Write::Replace => "metadata",
    }
}

fn check_items(name: &str, items: &Value, one_passes: bool) -> Result<(), Fault> {
    let Some(pairs) = items.as_dict() else {
        return Err(invalid(name, items, "is not of type 'object'"));
    };
    for (key, value) in pairs.iter().filter(|(key, _)| is_key(key)) {
        match value {
            Value::Str(text) if text.chars().count() > MOST_VALUE_CHARACTERS => {
                return Err(invalid(key, value, "is too long"));
            }
            Value::Str(_) => {}
            _ => return Err(invalid(key, value, "is not of type 'string'")),
        }
    }
    let mut bad: Vec<_> = pairs.keys().filter(|key| !is_key(key)).collect();
    if bad.is_empty() || (one_passes && bad.len() == 1) {
        // Nova 34's v2 lets a single one pass.
        return Ok(());
    }
    bad.sort();
    let verb = if bad.len() == 1 { "does" } else { "do" };
    let reason = match one_passes {
        true => "Additional properties are not allowed ('' was unexpected)".to_owned(),
        false => format!(
            "{} {verb} not match any of the regexes: {KEY_PATTERN}",
            listed(&bad)
        ),
    };
    Err(Fault::bad_request(format!(
        "Invalid input for field/attribute {name}. Value: {}. {reason}",
        items.str_python3()
    )))
}

fn check_single(name: &str, items: &Value) -> Result<(), Fault> {
    match items.as_dict().map_or(0, IndexMap::len) {
        0 => Err(invalid(name, items, "should be non-empty")),
        1 => Ok(()),
        _ => Err(invalid(name, items, "has too many properties")),
    }
}

/// The controller's own check of a single item, behind the schema's.
fn check_match(write: Write<'_>, body: &Value) -> Result<(), Fault> {
    let Write::One(key) = write else {
        return Ok(());
    };
    let meta = body
        .as_dict()
        .and_then(|members| members.get("meta"))
        .and_then(Value::as_dict);
    if meta.is_some_and(|items| items.contains_key(key)) {
        Ok(())
    } else {
        Err(Fault::bad_request("Request body and URI mismatch"))
    }
}

fn invalid(field: &str, value: &Value, reason: &str) -> Fault {
    Fault::bad_request(format!(
        "Invalid input for field/attribute {field}. Value: {}. {} {reason}",
        value.str_python3(),
        value.repr_python3()
    ))
}

fn listed(names: &[&String]) -> String {
    let shown: Vec<_> = names
        .iter()
        .map(|name| Value::from(name.as_str()).repr_python3())
        .collect();
    shown.join(", ")
}

/// `$` also matches before a line feed that ends the text.
fn is_key(key: &str) -> bool {
    let key = key.strip_suffix('\n').unwrap_or(key);
    (1..=255).contains(&key.len())
        && key.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.' | b' ')
        })
}

/// Sets the items, and holds the result to the quota.
pub fn apply(write: Write<'_>, body: &Value, shown: &mut Shown) -> Result<(), Fault> {
    let items = body
        .as_dict()
        .and_then(|members| members.get(member_of(write)));
    let items = items.and_then(Value::as_dict).cloned().unwrap_or_default();
    if write == Write::Replace {
        *shown = items;
    } else {
        shown.extend(items);
    }
    if shown.len() > MOST_ITEMS {
        Err(over_quota())
    } else {
        Ok(())
    }
}

/// What Glance ends up with (nova/image/glance.py, `_translate_to_glance`).
pub fn store(call: &Call<'_>, shown: &Shown, image: &Image) -> Result<Properties, Fault> {
    let mut properties = Properties::new();
    for (key, value) in shown {
        let stored = image.properties.get(key);
        let unchanged = stored.filter(|stored| {
            view::shown(key, stored, call.dialect).is_ok_and(|shown| shown == *value)
        });
        if let Some(stored) = unchanged {
            properties.set(key.clone(), stored.clone());
            continue;
        }
        let exact = call.dialect.exact;
        match fate(key, value) {
            Fate::Lost => {}
            Fate::ReadOnly if exact => {
                let error = ImageError::ReservedProperty(key.clone());
                return Err(Fault::of_image(error, &image.id));
            }
            Fate::ReadOnly => {
                return Err(Fault::forbidden(format!("Attribute '{key}' is read-only.")));
            }
            Fate::Fails(class) if exact => return Err(Fault::internal(class)),
            Fate::Fails(_) => {
                return Err(Fault::bad_request(format!(
                    "'{key}' is an attribute of the image, and no property."
                )));
            }
            Fate::Stored => {
                let text = match value {
                    Value::Str(text) => text.clone(),
                    other => other.str_python3(),
                };
                // Glance strips the keys of what it is sent.
                let key = if exact { strip(key) } else { key };
                properties.set(key, PropertyValue::Text(text));
            }
        }
    }
    Ok(properties)
}

/// `kernel_id` and `ramdisk_id` that say there is none are left out.
fn is_no_kernel(key: &str, value: &Value) -> bool {
    matches!(key, "kernel_id" | "ramdisk_id")
        && value
            .as_str()
            .is_none_or(|text| matches!(text.trim().to_lowercase().as_str(), "" | "none"))
}
