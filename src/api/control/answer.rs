//! The forms that all answers of the control API have.

use super::gate::Barred;
use crate::http::{Reply, StatusCode};
use serde::de::DeserializeOwned;

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
