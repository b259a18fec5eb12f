//! Data that come with metadata.

use super::form;
use super::headers::Meta;
use crate::api::glance::call::Call;
use crate::api::glance::fault::Fault;
use crate::api::glance::source::Source;
use crate::domain::{GlanceStatus, Image};
use crate::http::StatusCode;
use crate::service::{Content, Failure, ImageError, ImageRules, Intake, UploadError, WriteError};

/// The only type of data.
const OCTETS: &str = "application/octet-stream";

/// Refuses what is announced to be larger than is taken.
pub fn check_length(call: &Call<'_>, meta: &Meta) -> Result<(), Fault> {
    let length = call.head.header("content-length");
    let length = length.and_then(|text| text.parse::<u64>().ok());
    let told = meta
        .number("size")?
        .and_then(|size| u64::try_from(size).ok());
    let most = call.app.image_data.most_bytes();
    match length.filter(|length| *length > 0).or(told) {
        Some(size) if size > most => Err(too_large(most)),
        _ => Ok(()),
    }
}

fn too_large(most: u64) -> Fault {
    Fault::bad_request(format!(
        "Denying attempt to upload image larger than {most} bytes."
    ))
}

/// Uploads the data of a queued image. One whose data are not what was said is killed.
pub async fn upload(
    call: &Call<'_>,
    rules: &ImageRules,
    image: &Image,
    meta: &Meta,
    source: &mut Source<'_>,
) -> Result<Image, Fault> {
    let (disk, container) = form::formats(call, image)?;
    let id = image.id.as_str();
    let app = call.app;
    let edited = app.images.edit(&call.caller, rules, id, |edit| {
        let is_as_told = edit.image().disk_format.as_ref() == Some(&disk)
            && edit.image().container_format.as_ref() == Some(&container);
        match is_as_told {
            true => Ok(()),
            false => edit.write(|image| {
                image.disk_format = Some(disk.clone());
                image.container_format = Some(container.clone());
            }),
        }
    });
    edited.map_err(|error| of_write(error, id))?;
    if call.head.webob_media_type() != Some(OCTETS) {
        kill(call, rules, id)?;
        return Err(Fault::bad_request(
            "Content-Type must be application/octet-stream",
        ));
    }
    let told = meta
        .number("size")?
        .and_then(|size| u64::try_from(size).ok());
    let intake = Intake {
        caller: call.caller.clone(),
        rules: *rules,
        content: Content::Ignored,
        size: told.filter(|size| *size > 0),
        checksum: meta.text("checksum").map(str::to_owned),
        spoilt: GlanceStatus::Killed,
    };
    let uploaded = app.images.upload(&app.image_data, &intake, id, source);
    let uploaded = uploaded.await;
    uploaded.map_err(|error| of_upload(call, error, id))
}

fn kill(call: &Call<'_>, rules: &ImageRules, id: &str) -> Result<(), Fault> {
    let killed = call.app.images.edit(&call.caller, rules, id, |edit| {
        edit.write(|image| image.status = GlanceStatus::Killed)
    });
    killed.map(drop).map_err(|error| of_write(error, id))
}

/// What a write came to in the middle of an upload: an image that was there when it began, and is not any
/// more, is gone.
fn of_write(error: WriteError, id: &str) -> Fault {
    match error {
        WriteError::Image(ImageError::NotFound(_)) => gone(id).because(error.why()),
        other => super::told::of_write(other, id, "update", true),
    }
}

fn gone(id: &str) -> Fault {
    Fault::sentence(
        StatusCode::PRECONDITION_FAILED,
        format!(
            "Image {id} could not be found after upload. The image may have been deleted during the \
             upload."
        ),
    )
}

fn of_upload(call: &Call<'_>, error: UploadError, id: &str) -> Fault {
    let why = error.why();
    let differs = |what: &str, told: &str, got: &str| {
        Fault::bad_request(format!(
            "Supplied {what} ({told}) and {what} generated from uploaded image ({got}) did not \
             match. Setting image status to 'killed'."
        ))
    };
    let fault = match error {
        UploadError::Write(error) => return of_write(error, id),
        UploadError::Data(error) => Fault::internal(&Failure::of(&error)),
        UploadError::Size { expected, got } => {
            differs("size", &expected.to_string(), &got.to_string())
        }
        UploadError::Checksum { expected, got } => differs("checksum", &expected, &got),
        UploadError::TooLarge => Fault::too_large(format!(
            "Denying attempt to upload image larger than {} bytes.",
            call.app.image_data.most_bytes()
        )),
        UploadError::Status(_) => Fault::conflict_because("Cannot upload to an unqueued image"),
        UploadError::Gone => gone(id),
        UploadError::CutOff(_) => {
            Fault::bad_request("Client disconnected before sending all data to backend")
        }
        UploadError::MissingFormats(_)
        | UploadError::Misfit(_)
        | UploadError::Deactivated
        | UploadError::NoData => Fault::bad_request(why.clone()),
    };
    fault.because(why)
}
