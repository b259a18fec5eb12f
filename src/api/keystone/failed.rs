//! What both APIs say when it is no fault of the client's.

use crate::http::{Refusal, StatusCode};
use crate::service::upstream::UpstreamError;
use crate::service::{Failure, why};

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

/// What is said when the real Keystone gives no answer. Logged here, with the reason, which clients are
/// not told.
pub fn no_answer(error: &UpstreamError) -> Refusal {
    let why = why(error);
    tracing::warn!(why, "the real Keystone gave no answer");
    behind(match error {
        UpstreamError::Late { .. } => StatusCode::GATEWAY_TIMEOUT,
        UpstreamError::Unreachable { .. } | UpstreamError::Stopped => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        UpstreamError::Broken { .. }
        | UpstreamError::TooLong { .. }
        | UpstreamError::Strange { .. }
        | UpstreamError::Request(_) => StatusCode::BAD_GATEWAY,
    })
}

/// What is said of the real Keystone when it failed.
pub fn behind(status: StatusCode) -> Refusal {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => Refusal::new(
            status,
            "The identity service behind this one is currently unavailable. Try again later.",
        ),
        StatusCode::GATEWAY_TIMEOUT => Refusal::new(
            status,
            "The identity service behind this one does not answer. Try again later.",
        ),
        _ => Refusal::new(
            StatusCode::BAD_GATEWAY,
            "The identity service behind this one gave no answer that can be handed on.",
        ),
    }
}
