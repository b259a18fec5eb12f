//! Metadata of an image: all of it, or one key.

mod item;
mod juno;
mod operation;
mod v21;
pub mod view;

pub use item::{MOST_ITEMS, Write};
pub use operation::{LAST_MINOR_VERSION, Operation};

use super::finish::finish_xml;
use super::show::find;
use crate::api::nova::call::Call;
use crate::api::nova::dialect::{Bodies, Formats};
use crate::api::nova::fault::{Fault, GLANCE_FAILED, NO_RESOURCE};
use crate::domain::{Image, Properties, PropertyValue};
use crate::http::json;
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode};
use crate::python::Value;
use crate::service::ImageError;
use item::Shown;
use operation::Action;
use view::{Metadata, meta_xml, shown};

/// Reads the body of a write: content type and syntax.
pub fn read(call: &Call<'_>, write: Write<'_>) -> Result<Value, Fault> {
    match call.dialect.bodies {
        Bodies::Juno => juno::read(call, write),
        // Where answers are XML on request, bodies may be, too.
        Bodies::V21 { .. }
            if call.dialect.formats == Formats::XmlOnRequest
                && juno::is_xml(call)
                && !call.body.bytes().is_empty() =>
        {
            juno::read_xml(call.body.bytes(), write)
        }
        Bodies::V21 { .. } => v21::read(call),
    }
}

/// Checks the body of a write before anybody looks for the image.
pub fn check(call: &Call<'_>, write: Write<'_>, body: &Value) -> Result<(), Fault> {
    match call.dialect.bodies {
        Bodies::Juno => juno::check(call, write, body),
        Bodies::V21 { others_allowed } => v21::check(call, write, body, others_allowed),
    }
}

/// Carries out an operation; `body` is what [`read`] made of the request's.
pub fn answer(call: &Call<'_>, operation: &Operation, body: &Value) -> Result<Reply, Fault> {
    check_query(call, operation)?;
    let id = operation.id.as_str();
    match &operation.action {
        Action::Index => index(call, id),
        Action::Create => create(call, id, body),
        Action::UpdateAll => update_all(call, id, body),
        Action::Show(key) => show(call, id, key),
        Action::Update(key) => update(call, id, key, body),
        Action::Delete(key) => delete(call, id, key),
    }
}

/// Nova 34's schema of these two queries lacks what its reader looks for.
fn check_query(call: &Call<'_>, operation: &Operation) -> Result<(), Fault> {
    let reads = matches!(operation.action, Action::Index | Action::Show(_));
    let breaks = call.dialect.exact && !call.dialect.formats.xml();
    let has_pairs = || call.query().is_ok_and(|pairs| !pairs.is_empty());
    match reads && breaks && has_pairs() {
        true => Err(Fault::internal("KeyError")),
        false => Ok(()),
    }
}

/// `GET /images/{id}/metadata`
fn index(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let image = find(call, id)?;
    whole(call, &Metadata::of(&image.properties, call.dialect)?)
}

/// `GET /images/{id}/metadata/{key}`
fn show(call: &Call<'_>, id: &str, key: &str) -> Result<Reply, Fault> {
    let image = find(call, id)?;
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

/// Nova 34 compares the key with the bytes of the path: a key beyond ASCII is never found.
fn is_addressable(call: &Call<'_>, key: &str) -> bool {
    key.is_ascii() || !call.dialect.ascii_keys_only
}

/// `POST /images/{id}/metadata`
fn create(call: &Call<'_>, id: &str, body: &Value) -> Result<Reply, Fault> {
    let (image, sent) = write(call, id, Write::Merge, body)?;
    // Glance answers what it stored; the fake service of Nova 2014.2 what it was sent.
    match call.dialect.rules.lists_all {
        false => whole(call, &Metadata::of(&image.properties, call.dialect)?),
        true => whole(call, &Metadata::echo(sent)),
    }
}

/// `PUT /images/{id}/metadata`
fn update_all(call: &Call<'_>, id: &str, body: &Value) -> Result<Reply, Fault> {
    let (_, sent) = write(call, id, Write::Replace, body)?;
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

/// `PUT /images/{id}/metadata/{key}`
fn update(call: &Call<'_>, id: &str, key: &str, body: &Value) -> Result<Reply, Fault> {
    let (_, sent) = write(call, id, Write::One(key), body)?;
    single(call, key, sent.get(key).unwrap_or(&Value::None))
}

/// `DELETE /images/{id}/metadata/{key}`
fn delete(call: &Call<'_>, id: &str, key: &str) -> Result<Reply, Fault> {
    // Whether the key is there comes before whether it may be removed.
    let addressable = is_addressable(call, key);
    let rules = &call.dialect.rules;
    call.app
        .images
        .write_properties(&call.caller, rules, id, |image| {
            let mut properties = seen(call, image);
            Metadata::of(&properties, call.dialect)?;
            if addressable && properties.remove(key) {
                Ok(properties)
            } else {
                Err(Failure::Fault(Fault::not_found("Invalid metadata key")))
            }
        })
        .map_err(|failure: Failure| failure.into_fault(call, id))?;
    Ok(Reply::new(StatusCode::NO_CONTENT, call.media.as_str(), ""))
}

/// Applies a body, and answers the image as it is stored and the metadata as it was sent.
fn write(
    call: &Call<'_>,
    id: &str,
    write: Write<'_>,
    body: &Value,
) -> Result<(Image, Shown), Fault> {
    let bodies = call.dialect.bodies;
    let mut sent = Shown::new();
    let rules = &call.dialect.rules;
    let image = call
        .app
        .images
        .write_properties(&call.caller, rules, id, |image| {
            let mut items = Shown::new();
            for (key, value) in seen(call, image).iter() {
                items.insert(key.to_owned(), shown(key, value, call.dialect)?);
            }
            let properties = match bodies {
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
            sent = items;
            Ok(properties)
        });
    let image = image.map_err(|failure: Failure| failure.into_fault(call, id))?;
    // The image service answers the image; showing that can fail on what was just written.
    Metadata::of(&image.properties, call.dialect)?;
    Ok((image, sent))
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

/// Why a write failed: the service's reason or Nova's own.
enum Failure {
    Image(ImageError),
    Fault(Fault),
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Failure {
    fn into_fault(self, call: &Call<'_>, id: &str) -> Fault {
        match self {
            // Nova 2014.2 takes Glance's page for the reason.
            Self::Image(ImageError::MissingFormat(reason)) if call.dialect.exact => {
                Fault::bad_request(format!(
                    "<html>\n <head>\n  <title>400 Bad Request</title>\n </head>\n <body>\n  \
                     <h1>400 Bad Request</h1>\n  {reason}<br /><br />\n\n </body>\n</html> \
                     (HTTP 400)"
                ))
            }
            Self::Image(error) => Fault::of_image(error, id),
            Self::Fault(fault) => fault,
        }
    }
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

fn single(call: &Call<'_>, key: &str, value: &Value) -> Result<Reply, Fault> {
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
