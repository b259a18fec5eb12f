//! What both APIs say when it is no fault of the client's.

use crate::http::StatusCode;
use crate::service::Failure;

/// Status and message.
pub fn told(failure: &Failure) -> (StatusCode, String) {
    let (status, message) = match failure.is_unavailable() {
        true => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The service is currently unavailable. Try again later.",
        ),
        false => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "An unexpected error prevented the server from fulfilling your request.",
        ),
    };
    (status, message.to_owned())
}
