//! What v3 says no with, as v2.0 says it.

use super::super::fault::Fault;
use crate::api::keystone::failed;
use crate::http::{Refusal, StatusCode};
use crate::service::upstream::KeystoneError;

/// Where nothing else is meant by it: tokens that have ended are 404 in v3, and 401 here.
pub fn fault(error: &KeystoneError) -> Fault {
    match error {
        KeystoneError::Unauthorized | KeystoneError::Forbidden | KeystoneError::NotFound => {
            Fault::Unauthorized(format!("the real Keystone refused: {error}"))
        }
        KeystoneError::Refused { status, message } if status.is_client_error() => {
            match (*status, message.as_str()) {
                (StatusCode::BAD_REQUEST, message) if !message.is_empty() => {
                    Fault::BadRequest(message.to_owned())
                }
                (status, "") => Fault::Outside(Refusal::new(status, error.to_string())),
                (status, message) => Fault::Outside(Refusal::new(status, message)),
            }
        }
        KeystoneError::Refused { status, .. } => {
            tracing::warn!(%error, "the real Keystone failed");
            Fault::Outside(failed::behind(*status))
        }
        KeystoneError::Upstream(error) => Fault::Outside(failed::no_answer(error)),
    }
}
