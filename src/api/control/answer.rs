//! The forms that all answers of the control API have.

use super::gate::Barred;
use crate::http::{Reply, StatusCode};
use crate::service::Failure;
use serde::de::DeserializeOwned;
use std::error::Error;

/// Done; there is nothing to tell.
pub fn done() -> Reply {
    Reply::empty(StatusCode::NO_CONTENT)
}

/// A JSON document.
pub fn json(status: StatusCode, body: &serde_json::Value) -> Reply {
    Reply::new(status, "application/json", body.to_string())
}

/// An error.
pub fn fault(status: StatusCode, message: &str) -> Reply {
    json(
        status,
        &serde_json::json!({"error": {"code": status.as_u16(), "message": message}}),
    )
}

/// To somebody whose call failed through no fault of theirs.
pub fn failed(error: &(dyn Error + 'static)) -> Reply {
    let failure = Failure::of(error);
    let status = match failure.is_unavailable() {
        true => StatusCode::SERVICE_UNAVAILABLE,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    };
    fault(status, failure.why())
}

/// To somebody whom the gate turns away.
pub fn barred(barred: Barred) -> Reply {
    fault(barred.status, &barred.why).because(barred.why)
}

/// Reads a body, or says what it must be.
///
/// # Errors
/// The answer to whoever sent another.
pub fn read<T: DeserializeOwned>(body: &[u8], must_be: &str) -> Result<T, Box<Reply>> {
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body must be {must_be}: {error}");
        Box::new(fault(StatusCode::BAD_REQUEST, &message))
    })
}
