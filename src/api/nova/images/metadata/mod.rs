//! Metadata of an image: all of it, or one key.

mod item;
mod juno;
mod operation;
mod outcome;
pub mod remote;
mod v21;
pub mod view;

pub use item::{MOST_ITEMS, Write};
pub use operation::{LAST_MINOR_VERSION, Operation};

use super::show::find;
use crate::api::nova::call::Call;
use crate::api::nova::dialect::{Bodies, Formats};
use crate::api::nova::fault::Fault;
use crate::domain::Image;
use crate::http::Reply;
use crate::python::Value;
use crate::service::ImageError;
use item::Shown;
use operation::Action;
use view::Metadata;

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
    outcome::check_query(call, operation)?;
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

/// `GET /images/{id}/metadata`
fn index(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    outcome::index(call, &find(call, id)?)
}

/// `GET /images/{id}/metadata/{key}`
fn show(call: &Call<'_>, id: &str, key: &str) -> Result<Reply, Fault> {
    outcome::show(call, &find(call, id)?, key)
}

/// `POST /images/{id}/metadata`
fn create(call: &Call<'_>, id: &str, body: &Value) -> Result<Reply, Fault> {
    let (image, sent) = write(call, id, Write::Merge, body)?;
    outcome::created(call, &image, sent)
}

/// `PUT /images/{id}/metadata`
fn update_all(call: &Call<'_>, id: &str, body: &Value) -> Result<Reply, Fault> {
    let (_, sent) = write(call, id, Write::Replace, body)?;
    outcome::replaced(call, body, sent)
}

/// `PUT /images/{id}/metadata/{key}`
fn update(call: &Call<'_>, id: &str, key: &str, body: &Value) -> Result<Reply, Fault> {
    let (_, sent) = write(call, id, Write::One(key), body)?;
    outcome::single(call, key, sent.get(key).unwrap_or(&Value::None))
}

/// `DELETE /images/{id}/metadata/{key}`
fn delete(call: &Call<'_>, id: &str, key: &str) -> Result<Reply, Fault> {
    let rules = &call.dialect.rules;
    call.app
        .images
        .write_properties(&call.caller, rules, id, |image| {
            Ok(outcome::without(call, image, key)?)
        })
        .map_err(|failure: Failure| failure.into_fault(call, id))?;
    Ok(outcome::removed(call))
}

/// Applies a body, and answers the image as it is stored and the metadata as it was sent.
fn write(
    call: &Call<'_>,
    id: &str,
    write: Write<'_>,
    body: &Value,
) -> Result<(Image, Shown), Fault> {
    let mut sent = Shown::new();
    let rules = &call.dialect.rules;
    let image = call
        .app
        .images
        .write_properties(&call.caller, rules, id, |image| {
            let (properties, items) = outcome::decide(call, write, body, image)?;
            sent = items;
            Ok(properties)
        });
    let image = image.map_err(|failure: Failure| failure.into_fault(call, id))?;
    // The image service answers the image; showing that can fail on what was just written.
    Metadata::of(&image.properties, call.dialect)?;
    Ok((image, sent))
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
