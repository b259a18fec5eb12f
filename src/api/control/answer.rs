//! The forms that all answers of the control API have.

use super::gate::Barred;
use crate::http::{Reply, StatusCode};
use crate::service::Failure;
use schemars::JsonSchema;
use serde::Serialize;
use std::error::Error;

/// Done; there is nothing to tell.
pub fn done() -> Reply {
    Reply::empty(StatusCode::NO_CONTENT)
}

/// A JSON document.
pub fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    match serde_json::to_vec(body) {
        Ok(body) => Reply::new(status, "application/json", body),
        Err(error) => failed(&error),
    }
}

/// What every refusal of the control API looks like.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    error: Why,
}

/// Why something is refused.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// The status, once more
    code: u16,
    /// In words
    message: String,
}

/// An error.
pub fn fault(status: StatusCode, message: &str) -> Reply {
    let refused = Refused {
        error: Why {
            code: status.as_u16(),
            message: message.to_owned(),
        },
    };
    // A number and a text: that cannot fail.
    let body = serde_json::to_vec(&refused).unwrap_or_default();
    Reply::new(status, "application/json", body)
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
