//! One image: showing and deleting it.

use super::finish::finish_xml;
use super::metadata::view::Metadata;
use super::view::ImageDetail;
use crate::api::nova::call::Call;
use crate::api::nova::dialect::Dialect;
use crate::api::nova::fault::{Fault, MALFORMED};
use crate::api::nova::links::Links;
use crate::domain::{Image, PropertyValue};
use crate::http::json;
use crate::http::xml::writer::XmlWriter;
use crate::http::{Reply, StatusCode};
use crate::service::ImageError;

/// About what one image takes in an answer, in bytes.
const DETAIL_BYTES: usize = 1024;

/// `GET /images/{id}`
pub fn show(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let images = &call.app.images;
    let image = images.show(&call.caller, &call.dialect.rules, id);
    shown(call, &as_seen(call, image, id)?)
}

/// An image, shown by itself.
pub fn shown(call: &Call<'_>, image: &Image) -> Result<Reply, Fault> {
    let metadata = Metadata::of(&image.properties, call.dialect)?;
    check_server(call.dialect, &metadata)?;
    let links = Links::new(call, call.head.raw_query());
    let view = ImageDetail::new(image, metadata, &links.heads);
    let body = if call.media.is_xml() {
        let mut writer = XmlWriter::new();
        writer.declaration();
        view.xml(&mut writer, true);
        finish_xml(call.dialect, writer)?
    } else {
        json::object(DETAIL_BYTES, |root| {
            root.object("image", |object| view.json(object));
        })
    };
    Ok(Reply::new(StatusCode::OK, call.media.as_str(), body))
}

/// Nova 2014.2 makes a URL of a server's id, where Python 2 wants ASCII.
pub fn check_server(dialect: &Dialect, metadata: &Metadata) -> Result<(), Fault> {
    let joins_bytes = dialect.exact && dialect.formats.xml();
    match metadata.text("instance_uuid") {
        Some(server) if joins_bytes && !server.is_ascii() => Err(Fault::internal("")),
        _ => Ok(()),
    }
}

/// The image of an id, as one image is seen by itself.
pub fn find(call: &Call<'_>, id: &str) -> Result<Image, Fault> {
    let images = &call.app.images;
    as_seen(call, images.find(&call.caller, &call.dialect.rules, id), id)
}

fn as_seen(call: &Call<'_>, image: Result<Image, ImageError>, id: &str) -> Result<Image, Fault> {
    let rules = &call.dialect.rules;
    let mut image = image.map_err(|error| Fault::of_image(error, id))?;
    if rules.hides_null_properties {
        image
            .properties
            .retain(|_, value| *value != PropertyValue::Null);
    }
    Ok(image)
}

/// `DELETE /images/{id}`
pub fn delete(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    if id == "detail" && call.dialect.rules.uuid_markers {
        // Glance's API v1 has a list there, which cannot be deleted.
        let why = "Glance's API v1 has a list at `detail`, which cannot be deleted";
        return Err(Fault::api(StatusCode::METHOD_NOT_ALLOWED, MALFORMED).because(why));
    }
    let outcome = call
        .app
        .images
        .delete(&call.caller, &call.dialect.rules, id);
    outcome.map_err(|error| match error {
        ImageError::Forbidden(denied) => {
            Fault::forbidden("You are not allowed to delete the image.").because(denied.to_string())
        }
        other => Fault::of_image(other, id),
    })?;
    Ok(deleted(call))
}

/// There was an image.
pub fn deleted(call: &Call<'_>) -> Reply {
    Reply::new(
        StatusCode::NO_CONTENT,
        call.dialect.deleted_type.unwrap_or(call.media.as_str()),
        "",
    )
}
