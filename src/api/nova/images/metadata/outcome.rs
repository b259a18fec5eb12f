//! What becomes of metadata, whoever has the image: what a write makes of it, and what is answered.

use super::item::{Shown, Write};
use super::operation::{Action, Operation};
use super::view::{Metadata, meta_xml, shown};
use super::{juno, v21};
use crate::api::nova::call::Call;
use crate::api::nova::dialect::Bodies;
use crate::api::nova::fault::{Fault, GLANCE_FAILED, NO_RESOURCE};
use crate::api::nova::images::finish::finish_xml;
use crate::domain::{Image, Properties, PropertyValue};
use crate::http::json;
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode};
use crate::python::Value;

/// Nova 34's schema of these two queries lacks what its reader looks for.
pub fn check_query(call: &Call<'_>, operation: &Operation) -> Result<(), Fault> {
    let reads = matches!(operation.action, Action::Index | Action::Show(_));
    let breaks = call.dialect.exact && !call.dialect.formats.xml();
    let has_pairs = || call.query().is_ok_and(|pairs| !pairs.is_empty());
    match reads && breaks && has_pairs() {
        true => Err(Fault::internal("KeyError")),
        false => Ok(()),
    }
}

/// All of an image's metadata.
pub fn index(call: &Call<'_>, image: &Image) -> Result<Reply, Fault> {
    whole(call, &Metadata::of(&image.properties, call.dialect)?)
}

/// One key of it.
pub fn show(call: &Call<'_>, image: &Image, key: &str) -> Result<Reply, Fault> {
    // Nova gets the whole image, whichever key is asked for.
    Metadata::of(&image.properties, call.dialect)?;
    let stored = image
        .properties
        .get(key)
        .filter(|_| is_addressable(call, key));
    let stored = stored.ok_or_else(|| {
        Fault::not_found(NO_RESOURCE).because(format!("the image has no property {key:?}"))
    })?;
    single(call, key, &shown(key, stored, call.dialect)?)
}

/// What a POST answers.
pub fn created(call: &Call<'_>, image: &Image, sent: Shown) -> Result<Reply, Fault> {
    // Glance answers what it stored; the fake service of Nova 2014.2 what it was sent.
    match call.dialect.rules.lists_all {
        false => whole(call, &Metadata::of(&image.properties, call.dialect)?),
        true => whole(call, &Metadata::echo(sent)),
    }
}

/// What a PUT of all of it answers.
pub fn replaced(call: &Call<'_>, body: &Value, sent: Shown) -> Result<Reply, Fault> {
    match body.as_dict().and_then(|members| members.get("metadata")) {
        // Nova 2014.2 sends back what it was sent, even where that is no metadata.
        Some(value) if value.as_dict().is_none() => {
            if call.media.is_xml() {
                return Err(Fault::internal(""));
            }
            let mut text = Vec::new();
            value.write_json(&mut text);
            let body = json::object(64, |root| _ = root.raw("metadata", &text));
            Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
        }
        _ => whole(call, &Metadata::echo(sent)),
    }
}

/// What a DELETE of a key answers.
pub fn removed(call: &Call<'_>) -> Reply {
    Reply::new(StatusCode::NO_CONTENT, call.media.as_str(), "")
}

/// What is left of an image's properties without a key. Whether that is there comes before whether it may
/// be removed.
pub fn without(call: &Call<'_>, image: &Image, key: &str) -> Result<Properties, Fault> {
    let mut properties = seen(call, image);
    Metadata::of(&properties, call.dialect)?;
    match is_addressable(call, key) && properties.remove(key) {
        true => Ok(properties),
        false => Err(Fault::not_found("Invalid metadata key")),
    }
}

/// What a body makes of an image's properties, and the metadata as they were sent.
pub fn decide(
    call: &Call<'_>,
    write: Write<'_>,
    body: &Value,
    image: &Image,
) -> Result<(Properties, Shown), Fault> {
    let mut items = Shown::new();
    for (key, value) in seen(call, image).iter() {
        items.insert(key.to_owned(), shown(key, value, call.dialect)?);
    }
    let properties = match call.dialect.bodies {
        Bodies::Juno => {
            juno::apply(call, write, body, &mut items)?;
            juno::store(call, &items, image)
        }
        Bodies::V21 { .. } => {
            v21::apply(write, body, &mut items)?;
            let stored = v21::store(call, &items, image)?;
            check_surrogates(call)?;
            stored
        }
    };
    Ok((properties, items))
}

/// Nova 34 compares the key with the bytes of the path: a key beyond ASCII is never found.
fn is_addressable(call: &Call<'_>, key: &str) -> bool {
    key.is_ascii() || !call.dialect.ascii_keys_only
}

/// Glance 33 fails on half a character, which JSON can hold and UTF-8 cannot.
fn check_surrogates(call: &Call<'_>) -> Result<(), Fault> {
    match call.dialect.exact && Value::has_lone_surrogate(call.body.bytes()) {
        true => Err(Fault::internal(GLANCE_FAILED)),
        false => Ok(()),
    }
}

/// The properties that Nova got of one image.
fn seen(call: &Call<'_>, image: &Image) -> Properties {
    let mut properties = image.properties.clone();
    if call.dialect.rules.hides_null_properties {
        properties.retain(|_, value| *value != PropertyValue::Null);
    }
    properties
}

fn whole(call: &Call<'_>, metadata: &Metadata) -> Result<Reply, Fault> {
    let body = if call.media.is_xml() {
        let mut writer = XmlWriter::new();
        writer.declaration();
        metadata.xml(&mut writer, true);
        finish_xml(call.dialect, writer)?
    } else {
        json::object(256, |root| metadata.json("metadata", root))
    };
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// One item, as an answer.
pub fn single(call: &Call<'_>, key: &str, value: &Value) -> Result<Reply, Fault> {
    let body = if call.media.is_xml() {
        let mut writer = XmlWriter::new();
        writer.declaration();
        meta_xml(&mut writer, key, &value.str_python2(), true);
        finish_xml(call.dialect, writer)?
    } else {
        json::object(64, |root| {
            let meta = Metadata::echo([(key.to_owned(), value.clone())]);
            meta.json("meta", root);
        })
    };
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}
