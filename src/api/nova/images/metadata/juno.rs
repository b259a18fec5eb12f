//! Nova 2014.2's metadata bodies, in JSON and XML.
//!
//! The controllers trust the body's shape; what Python then raises is what a
//! client gets: `TypeError` becomes a 400 without a reason, anything else a
//! 500. For users the shape is checked first.

use super::item::{MOST_ITEMS, Shown, Write, over_quota};
use super::view;
use crate::api::nova::call::Call;
use crate::api::nova::dialect::Media;
use crate::api::nova::fault::{Fault, MALFORMED};
use crate::domain::{Image, Properties, PropertyValue};
use crate::http::xml::reader::{self, Element};
use crate::python::{Value, is_space};
use indexmap::IndexMap;

/// Longest key, in characters.
const MOST_KEY_CHARACTERS: usize = 255;

/// Content type first, then syntax; an empty body is `None`, whatever its type.
pub fn read(call: &Call<'_>, write: Write<'_>) -> Result<Value, Fault> {
    let body = call.body.bytes();
    if body.is_empty() {
        return Ok(Value::None);
    }
    let media_type = match call.dialect.exact {
        true => {
            check_bytes(call)?;
            call.head.webob_media_type()
        }
        false => call.head.media_type(),
    };
    match media_type.and_then(Media::named) {
        Some(Media::Json | Media::VendorJson) => Value::parse(body).map_err(|_| malformed()),
        Some(Media::Xml | Media::VendorXml) => read_xml(body, write),
        _ => Err(Fault::bad_request("Unsupported Content-Type")),
    }
}

/// Whether the body says that it is XML.
pub fn is_xml(call: &Call<'_>) -> bool {
    let media_type = call.head.media_type().and_then(Media::named);
    media_type.is_some_and(Media::is_xml)
}

/// The document that an XML body stands for.
pub fn read_xml(body: &[u8], write: Write<'_>) -> Result<Value, Fault> {
    let root = reader::read(body).map_err(|_| malformed())?;
    Ok(from_xml(&root, write))
}

fn malformed() -> Fault {
    Fault::bad_request("Malformed request body")
}

/// Python 2 fails on a type beyond ASCII, and on a body that is no UTF-8, unless it is XML, which has
/// encodings of its own.
fn check_bytes(call: &Call<'_>) -> Result<(), Fault> {
    let content_type = call.head.header_bytes("content-type").unwrap_or_default();
    let is_text = is_xml(call) || std::str::from_utf8(call.body.bytes()).is_ok();
    match content_type.is_ascii() && is_text {
        true => Ok(()),
        false => Err(Fault::internal("")),
    }
}

/// The document that a JSON body would be. Namespaces do not count; a root of another name is a
/// document without items.
fn from_xml(root: &Element, write: Write<'_>) -> Value {
    let wrap = |name: &str, items: IndexMap<String, Value>| {
        Value::Dict(IndexMap::from([(name.to_owned(), Value::Dict(items))]))
    };
    if let Write::One(_) = write {
        let own = std::iter::once(root).filter(|root| root.local_name == "meta");
        return wrap("meta", own.map(item).collect());
    }
    if root.local_name != "metadata" {
        return wrap("metadata", IndexMap::new());
    }
    let children = root
        .children
        .iter()
        .filter(|child| child.local_name == "meta");
    wrap("metadata", children.map(item).collect())
}

fn item(meta: &Element) -> (String, Value) {
    (
        meta.attribute("key").unwrap_or_default().to_owned(),
        Value::Str(meta.text.clone()),
    )
}

/// What the controller looks at before it looks for the image.
pub fn check(call: &Call<'_>, write: Write<'_>, body: &Value) -> Result<(), Fault> {
    if !call.dialect.exact {
        check_shape(write, body)?;
    }
    match write {
        Write::One(key) => check_one(key, body),
        Write::Merge | Write::Replace => Ok(()),
    }
}

fn check_shape(write: Write<'_>, body: &Value) -> Result<(), Fault> {
    let members = body
        .as_dict()
        .ok_or_else(|| bad_body("the body is no object"))?;
    let name = if matches!(write, Write::One(_)) {
        "meta"
    } else {
        "metadata"
    };
    match members.get(name) {
        None | Some(Value::Dict(_)) => Ok(()),
        Some(_) => Err(Fault::bad_request("Invalid image metadata")),
    }
}

fn check_one(key: &str, body: &Value) -> Result<(), Fault> {
    let type_error = || bad_body("neither the body nor \"meta\" in it may be a number or null");
    let mismatch = || Fault::bad_request("Request body and URI mismatch");
    let members = body.as_dict().ok_or_else(type_error)?;
    let meta = members
        .get("meta")
        .ok_or_else(|| Fault::bad_request("Incorrect request body format"))?;
    let (is_in, length) = match meta {
        Value::Dict(items) => (items.contains_key(key), items.len()),
        Value::List(items) => (
            items.iter().any(|item| item.as_str() == Some(key)),
            items.len(),
        ),
        Value::Str(text) => (text.contains(key), text.chars().count()),
        _ => return Err(type_error()),
    };
    if !is_in {
        return Err(mismatch());
    }
    if length > 1 {
        return Err(Fault::bad_request("Request body contains too many items"));
    }
    Ok(())
}

/// What the controller does once it has the image.
pub fn apply(
    call: &Call<'_>,
    write: Write<'_>,
    body: &Value,
    shown: &mut Shown,
) -> Result<(), Fault> {
    match write {
        Write::Merge => {
            merge(body, shown)?;
            check_items(shown)
        }
        Write::Replace => {
            *shown = replacement(call, body)?;
            Ok(())
        }
        Write::One(key) => {
            let meta = body.as_dict().and_then(|members| members.get("meta"));
            let items = meta.and_then(Value::as_dict);
            let value = items.and_then(|items| items.get(key));
            let value =
                value.ok_or_else(|| bad_body(&format!("\"meta\" is no object with {key:?}")))?;
            shown.insert(key.to_owned(), value.clone());
            check_items(shown)
        }
    }
}

fn merge(body: &Value, shown: &mut Shown) -> Result<(), Fault> {
    let type_error = || bad_body("the body is no object");
    match body {
        Value::Dict(members) => match members.get("metadata") {
            None => Ok(()),
            Some(Value::Dict(items)) => {
                shown.extend(
                    items
                        .iter()
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
                Ok(())
            }
            // `AttributeError`: nothing else has `iteritems`.
            Some(_) => Err(Fault::internal("")),
        },
        // `'metadata' in body` works on them, `body['metadata']` does not.
        Value::List(items) if items.iter().any(|item| item.as_str() == Some("metadata")) => {
            Err(type_error())
        }
        Value::Str(text) if text.contains("metadata") => Err(type_error()),
        Value::List(_) | Value::Str(_) => Ok(()),
        _ => Err(type_error()),
    }
}

fn replacement(call: &Call<'_>, body: &Value) -> Result<Shown, Fault> {
    // `AttributeError`: nothing else has `get`.
    let members = body.as_dict().ok_or_else(|| Fault::internal(""))?;
    let Some(metadata) = members.get("metadata") else {
        return Ok(Shown::new());
    };
    match metadata {
        Value::Dict(items) => {
            check_items(items)?;
            Ok(items.clone())
        }
        Value::List(items) if items.len() > MOST_ITEMS => Err(over_quota()),
        Value::Str(text) if text.chars().count() > MOST_ITEMS => Err(over_quota()),
        // What is false counts as no metadata, whatever its type: until Glance is to have it.
        _ if is_false(metadata) && !call.dialect.rules.lists_all => Err(Fault::internal("")),
        _ if is_false(metadata) => Ok(Shown::new()),
        Value::List(_) | Value::Str(_) => Err(Fault::bad_request("Invalid image metadata")),
        _ => Err(bad_body(
            "\"metadata\" is neither an object nor a list nor a text",
        )),
    }
}

/// A 400 that does not say why.
fn bad_body(why: &str) -> Fault {
    Fault::bad_request(MALFORMED).because(why)
}

/// What Python takes for false.
fn is_false(value: &Value) -> bool {
    match value {
        Value::None => true,
        Value::Bool(flag) => !flag,
        Value::List(items) => items.is_empty(),
        Value::Str(text) => text.is_empty(),
        Value::Int(digits) => digits == "0",
        Value::Float(number) => *number == 0.0,
        Value::Dict(items) => items.is_empty(),
    }
}

/// The quota, then the keys (nova/api/openstack/common.py,
/// `check_img_metadata_properties_quota`).
fn check_items(items: &Shown) -> Result<(), Fault> {
    if items.len() > MOST_ITEMS {
        return Err(over_quota());
    }
    for key in items.keys() {
        if key.is_empty() {
            return Err(Fault::bad_request("Image metadata key cannot be blank"));
        }
        if key.chars().count() > MOST_KEY_CHARACTERS {
            return Err(Fault::bad_request("Image metadata key too long"));
        }
    }
    Ok(())
}

/// Glance's API v1 carries properties in HTTP headers: keys lose their case and their dashes, values
/// become Python's text of them. In 2014 they lost the blanks around them, too, and what was empty
/// then became null. The fake service keeps all.
pub fn store(call: &Call<'_>, shown: &Shown, image: &Image) -> Properties {
    let rules = &call.dialect.rules;
    let mut properties = Properties::new();
    for (key, value) in shown {
        let unchanged = image.properties.get(key).filter(|stored| {
            view::shown(key, stored, call.dialect).is_ok_and(|shown| shown == *value)
        });
        if let Some(stored) = unchanged {
            properties.set(key.clone(), stored.clone());
        } else if !rules.rewrites_properties {
            properties.set(key.clone(), typed(value));
        } else {
            let text = header_text(key, value);
            let stored = match rules.strips_values {
                true => stripped(&text),
                false => PropertyValue::Text(text),
            };
            properties.set(key.to_lowercase().replace('-', "_"), stored);
        }
    }
    properties
}

fn typed(value: &Value) -> PropertyValue {
    match value {
        Value::Str(text) => PropertyValue::Text(text.clone()),
        Value::None => PropertyValue::Null,
        other => PropertyValue::Json(json_text(other)),
    }
}

/// What a value is as a header; of two properties anything but a text is JSON.
fn header_text(key: &str, value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other if view::is_decoded(key) => json_text(other),
        other => other.str_python2(),
    }
}

/// What a header is once it has been read.
fn stripped(text: &str) -> PropertyValue {
    match text.trim_matches(|letter: char| letter.is_ascii() && is_space(letter)) {
        "" => PropertyValue::Null,
        text => PropertyValue::Text(text.to_owned()),
    }
}

fn json_text(value: &Value) -> String {
    let mut text = Vec::new();
    value.write_json(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
