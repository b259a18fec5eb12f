//! What both APIs say when it is no fault of the client's.

use crate::http::{Refusal, StatusCode};
use crate::service::upstream::UpstreamError;
use crate::service::{Failure, why};

/// What is said of a server that has failed.
const FAILED: &str = "An unexpected error prevented the server from fulfilling your request.";

/// What is said of one that has too much to do.
const BUSY: &str = "The service is currently unavailable. Try again later.";

/// Status and message.
pub fn told(failure: &Failure) -> (StatusCode, String) {
    let (status, message) = match failure.is_unavailable() {
        true => (StatusCode::SERVICE_UNAVAILABLE, BUSY),
        false => (StatusCode::INTERNAL_SERVER_ERROR, FAILED),
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
        | UpstreamError::Away { .. }
        | UpstreamError::Circles { .. }
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

/// Status and message of what comes from outside. Without a message it is what Keystone itself says with
/// such a status.
pub fn outside(refusal: &Refusal) -> (StatusCode, String) {
    let own = match refusal.status.as_u16() {
        401 => "The request you have made requires authentication.",
        403 => "You are not authorized to perform the requested action.",
        404 => "The resource could not be found.",
        500 => FAILED,
        503 => BUSY,
        _ => refusal.status.canonical_reason().unwrap_or_default(),
    };
    (refusal.status, refusal.says(own).to_owned())
}
