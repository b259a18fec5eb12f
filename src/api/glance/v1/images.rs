//! One image: its metadata, its data, and its end.

use super::told::{no_image, of_image};
use super::view;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::domain::{GlanceStatus, Image, Visibility};
use crate::http::{CutOff, Reply, StatusCode};
use crate::service::{Failure, ImageRules, UploadError};
use futures_util::StreamExt as _;

/// What data are sent as.
const OCTETS: &str = "application/octet-stream";

/// The type of an answer that says nothing.
const HTML: &str = "text/html; charset=UTF-8";

/// An image that the caller sees, to do something with it.
pub fn seen(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Image, Fault> {
    let image = call.app.images.find(&call.caller, rules, id);
    image.map_err(|error| of_image(error, id, "find", false))
}

/// The same, to show it.
fn shown(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Image, Fault> {
    let image = call.app.images.show(&call.caller, rules, id);
    image.map_err(|error| of_image(error, id, "find", false))
}

/// `HEAD /images/{id}`
pub fn head(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Reply, Fault> {
    let image = shown(call, rules, id)?;
    Ok(view::in_headers(
        Reply::new(StatusCode::OK, HTML, ""),
        &image,
    ))
}

/// `GET /images/{id}`: the data of an active image, always all of them.
pub async fn show(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Reply, Fault> {
    let image = shown(call, rules, id)?;
    if image.status != GlanceStatus::Active {
        let reason = format!("Image {id} is not active");
        return Err(Fault::not_found_because(reason));
    }
    let app = call.app;
    let reading = match app.images.download(&app.image_data, &image, None).await {
        Ok(reading) => reading,
        Err(UploadError::NoData) if image.size_bytes.unwrap_or(0) == 0 => {
            let reply = Reply::new(StatusCode::OK, OCTETS, "");
            return Ok(view::in_headers(reply, &image));
        }
        // Images of a fixture only speak of their data.
        Err(UploadError::NoData) => return Err(Fault::not_found(format!("Image {id} not found"))),
        Err(error) => return Err(Fault::internal(&Failure::of(&error))),
    };
    let bytes = reading.bytes();
    let body = reading.map(|piece| piece.map_err(|error| CutOff(error.into())));
    let reply = Reply::sized(StatusCode::OK, OCTETS, bytes, body.boxed());
    Ok(view::in_headers(reply, &image))
}

/// `DELETE /images/{id}`
pub fn delete(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<Reply, Fault> {
    let image = seen(call, rules, id)?;
    if image.protected {
        return Err(Fault::forbidden("Image is protected"));
    }
    match image.status {
        GlanceStatus::PendingDelete => {
            return Err(Fault::forbidden(
                "Forbidden to delete a pending_delete image.",
            ));
        }
        GlanceStatus::Deleted => {
            return Err(Fault::not_found(format!("Image {id} not found.")));
        }
        _ => {}
    }
    let is_public = is_public(&image);
    let deleted = call.app.images.delete(&call.caller, rules, id);
    deleted.map_err(|error| of_image(error, id, "delete", is_public))?;
    Ok(Reply::new(StatusCode::OK, HTML, ""))
}

/// Whether all see an image, and so may know who may not write to it.
pub fn is_public(image: &Image) -> bool {
    matches!(image.visibility, Visibility::Public | Visibility::Community)
}

/// A deleted image, which an administrator sees, is none to others' eyes.
pub fn not_deleted(image: &Image) -> Result<(), Fault> {
    match image.status {
        GlanceStatus::Deleted => Err(Fault::not_found_because(format!(
            "Image with identifier {} has been deleted.",
            image.id
        ))),
        GlanceStatus::PendingDelete => Err(no_image(&image.id)),
        _ => Ok(()),
    }
}
