//! What failed use cases are called by API v1.

use crate::api::glance::fault::{Fault, MALFORMED};
use crate::http::StatusCode;
use crate::http::webob::{Says, plain_page};
use crate::service::{Failure, ImageError, WriteError};

/// No such image, for all that the caller may know.
pub fn no_image(id: &str) -> Fault {
    Fault::not_found_because(format!("Image with identifier {id} not found")).plain_to_head()
}

/// What the registry behind the API said, as the API quotes it.
pub fn registry(status: StatusCode, says: &Says) -> String {
    plain_page(status, says)
}

/// A refusal of the registry's, with the reason behind its generic sentence.
pub fn registry_malformed(reason: &str) -> String {
    registry(
        StatusCode::BAD_REQUEST,
        &Says::Reason(MALFORMED, reason.to_owned()),
    )
}

/// The same with a sentence of its own.
pub fn registry_says(status: StatusCode, sentence: &str) -> String {
    registry(status, &Says::Sentence(sentence.to_owned()))
}

/// The registry's refusal to write for a caller who sees an image.
fn registry_denies() -> String {
    registry_says(StatusCode::FORBIDDEN, "Access was denied to this resource.")
}

/// What a failed write is called; `what` is what was to be done.
pub fn of_write(error: WriteError, id: &str, what: &str, is_public: bool) -> Fault {
    let why = error.why();
    let fault = match error {
        WriteError::Image(error) => return of_image(error, id, what, is_public),
        WriteError::Unpublishable(_) | WriteError::OthersImage(_) => Fault::denied(),
        WriteError::Exists(id) => {
            Fault::conflict(format!("An image with identifier {id} already exists"))
        }
        WriteError::TooMany { what, attempted } => Fault::too_large(format!(
            "The limit has been exceeded on the number of allowed image {what}. Attempted: \
             {attempted}, Maximum: {}",
            crate::service::MOST_LIMITED
        )),
        WriteError::NoSuchMember(_) => Fault::not_found(registry_says(
            StatusCode::NOT_FOUND,
            "Membership could not be found.",
        )),
        WriteError::Unstorable(_)
        | WriteError::UnstorableKey
        | WriteError::OwnerFixed
        | WriteError::FormatFixed(_)
        | WriteError::WrongStatus(_)
        | WriteError::NotShared
        | WriteError::MemberExists(_)
        | WriteError::NoMemberStatus
        | WriteError::NoSuchTag(_) => Fault::bad_request(why.clone()),
    };
    fault.because(why)
}

/// What a failed use case is called.
pub fn of_image(error: ImageError, id: &str, what: &str, is_public: bool) -> Fault {
    let why = error.why();
    let fault = match error {
        ImageError::NotFound(_) => no_image(id),
        // Whose roles only read is no secret, and it does not depend on the image.
        ImageError::Forbidden(_) if error.is_of_reader() => Fault::denied(),
        // The registry tells who may not write to what all see, and pretends otherwise.
        ImageError::Forbidden(_) if is_public => {
            Fault::forbidden(format!("Forbidden to {what} image: {}", registry_denies()))
        }
        ImageError::Forbidden(_) => {
            Fault::not_found(format!("Failed to find image to {what}: Image not found"))
        }
        ImageError::Protected => Fault::forbidden("Image is protected"),
        ImageError::UnknownMarker(..) | ImageError::ForeignMarker(..) | ImageError::LongMarker => {
            Fault::bad_request(registry_says(
                StatusCode::BAD_REQUEST,
                "Invalid marker. Image could not be found.",
            ))
        }
        ImageError::Query(error) => Fault::of_query(&error),
        ImageError::ReservedProperty(_) | ImageError::MissingFormat(_) | ImageError::BeyondBmp => {
            Fault::bad_request(why.clone())
        }
        ImageError::Store(error) => Fault::internal(&Failure::of(&error)),
    };
    fault.because(why)
}
