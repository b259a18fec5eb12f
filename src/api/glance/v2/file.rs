//! The data of an image: `/images/{id}/file`, and `/images/{id}/stage` for imports.

use super::answer::{no_content, of_write};
use super::attributes::STORE;
use super::{intake, range};
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::api::glance::source::Source;
use crate::domain::{GlanceStatus, Image};
use crate::http::{CutOff, Reply, StatusCode};
use crate::python::number;
use crate::service::{Failure, Intake, UploadError};
use futures_util::StreamExt as _;

/// The only type of data.
const OCTETS: &str = "application/octet-stream";

/// `PUT /images/{id}/file`
pub async fn upload(call: &Call<'_>, id: &str, source: &mut Source<'_>) -> Result<Reply, Fault> {
    let intake = intake(call)?;
    check_store(call, id)?;
    let images = &call.app.images;
    let uploaded = images.upload(&call.app.image_data, &intake, id, source);
    let uploaded = uploaded.await;
    uploaded.map_err(|error| of_upload(error, id, GlanceStatus::Saving, "upload_image"))?;
    Ok(no_content())
}

/// `PUT /images/{id}/stage`
pub async fn stage(call: &Call<'_>, id: &str, source: &mut Source<'_>) -> Result<Reply, Fault> {
    let intake = intake(call)?;
    let images = &call.app.images;
    let staged = images.stage(&call.app.image_data, &intake, id, source);
    let staged = staged.await;
    staged.map_err(|error| of_upload(error, id, GlanceStatus::Uploading, "modify_image"))?;
    Ok(no_content())
}

/// What a client says of its data.
fn intake(call: &Call<'_>) -> Result<Intake, Fault> {
    match call.head.webob_media_type() {
        Some(OCTETS) => {}
        other => {
            let named = other.unwrap_or("None");
            let reason = format!("Invalid content type {named}");
            return Err(Fault::media_type(other, reason));
        }
    }
    let size = match call.head.header("x-openstack-image-size") {
        None => None,
        Some(text) => Some(number::int(text).ok_or_else(|| {
            Fault::bad_request("Invalid or missing image size in request headers.")
        })?),
    };
    Ok(Intake {
        size: size.map(|size| u64::try_from(size).unwrap_or(u64::MAX)),
        ..intake::of(call)
    })
}

/// There is one store; whoever names another is told so once the image is found.
fn check_store(call: &Call<'_>, id: &str) -> Result<(), Fault> {
    let store = call.head.header("x-image-meta-store");
    let Some(other) = store.filter(|store| *store != STORE) else {
        return Ok(());
    };
    let image = call.app.images.find(&call.caller, call.offer.v2, id);
    image.map_err(|error| Fault::of_image(error, id, "upload_image"))?;
    Err(Fault::bad_request(format!(
        "Store for identifier {other} not found"
    )))
}

/// What a failed upload is called; `to` is the status that the image was to have.
pub fn of_upload(error: UploadError, id: &str, to: GlanceStatus, action: &str) -> Fault {
    let why = error.why();
    let fault = match error {
        UploadError::Write(error) => return of_write(error, id, action),
        UploadError::Data(error) => Fault::internal(&Failure::of(&error)),
        UploadError::Status(from) => Fault::conflict(format!(
            "Image status transition from {} to {} is not allowed",
            from.as_str(),
            to.as_str()
        )),
        UploadError::MissingFormats(formats) => {
            let word = if formats.len() == 1 {
                "Property"
            } else {
                "Properties"
            };
            Fault::bad_request(format!(
                "{word} {} must be set prior to saving data.",
                formats.join(", ")
            ))
        }
        UploadError::Size { expected, got } => Fault::bad_request(format!(
            "Size mismatch: expected {expected} bytes, got {got} bytes"
        )),
        UploadError::TooLarge => {
            Fault::too_large("The incoming image is too large: The provided image is too large.")
        }
        UploadError::Misfit(misfit) => Fault::media_type(Some(OCTETS), misfit.to_string()),
        UploadError::Gone => Fault::sentence(
            StatusCode::GONE,
            format!(
                "Image {id} could not be found after upload. The image may have been deleted during \
                 the upload, cleaning up the chunks uploaded."
            ),
        ),
        UploadError::Deactivated => Fault::forbidden(
            "The requested image has been deactivated. Image data download is forbidden.",
        ),
        UploadError::Checksum { .. } | UploadError::CutOff(_) | UploadError::NoData => {
            Fault::bad_request(why.clone())
        }
    };
    fault.because(why)
}

/// `GET /images/{id}/file`
pub async fn download(call: &Call<'_>, id: &str) -> Result<Reply, Fault> {
    let app = call.app;
    let image = app.images.find(&call.caller, call.offer.v2, id);
    let image = image.map_err(|error| Fault::of_image(error, id, "download_image"))?;
    let fault = |error| of_upload(error, id, GlanceStatus::Active, "download_image");
    if image.status == GlanceStatus::Deactivated && !call.caller.is_admin {
        return Err(fault(UploadError::Deactivated));
    }
    let size = app.image_data.size(&image);
    let size = size.map_err(|error| Fault::internal(&Failure::of(&error)))?;
    let Some(size) = size else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let range = range::asked(call.head, size)?;
    let reading = app.images.download(&app.image_data, &image, range.clone());
    let reading = reading.await.map_err(fault)?;
    let status = match range {
        Some(_) => StatusCode::PARTIAL_CONTENT,
        None => StatusCode::OK,
    };
    let bytes = reading.bytes();
    let body = reading.map(|piece| piece.map_err(|error| CutOff(error.into())));
    let reply = Reply::sized(status, OCTETS, bytes, body.boxed());
    let reply = match range {
        Some(range) => {
            let last = range.end.saturating_sub(1);
            let content_range = format!("bytes {}-{last}/{size}", range.start);
            reply.with("content-range", content_range)
        }
        None => reply,
    };
    Ok(with_md5(reply, &image))
}

fn with_md5(reply: Reply, image: &Image) -> Reply {
    match &image.checksum {
        Some(checksum) => reply.with("content-md5", checksum.clone()),
        None => reply,
    }
}
