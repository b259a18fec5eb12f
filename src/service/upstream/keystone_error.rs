//! What the real Keystone says no with.

use super::error::UpstreamError;
use http::StatusCode;
use serde::Deserialize;

/// Why the real Keystone did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum KeystoneError {
    /// It does not know who asks.
    #[error("Keystone does not know who asks (401)")]
    Unauthorized,
    /// Whoever asks may not.
    #[error("Keystone does not allow it (403)")]
    Forbidden,
    /// There is none, or none that lives.
    #[error("Keystone knows none (404)")]
    NotFound,
    /// It takes offence at something else.
    #[error("Keystone answered {status}: {message}")]
    Refused {
        /// Its status, from 400 on.
        status: StatusCode,
        /// What it says; empty where it says nothing that can be read.
        message: String,
    },
    /// There is no answer, or none that can be read.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

impl KeystoneError {
    /// By an answer that is not what was asked for.
    pub(super) fn told(status: StatusCode, body: &[u8]) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            status => Self::Refused {
                status,
                message: message(body),
            },
        }
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorMessage,
}

#[derive(Deserialize)]
struct ErrorMessage {
    message: String,
}

/// A page of a proxy in front has none for us.
fn message(body: &[u8]) -> String {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(body) => body.error.message,
        Err(error) => {
            tracing::debug!(%error, "an error of Keystone's says nothing that can be read");
            String::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KeystoneError;
    use http::StatusCode;

    #[test]
    fn messages_are_kept() {
        let body =
            br#"{"error": {"code": 400, "message": "Expecting more", "title": "Bad Request"}}"#;
        let error = KeystoneError::told(StatusCode::BAD_REQUEST, body);
        assert_eq!(
            error.to_string(),
            "Keystone answered 400 Bad Request: Expecting more"
        );
        let error = KeystoneError::told(StatusCode::BAD_GATEWAY, b"<html>");
        assert_eq!(error.to_string(), "Keystone answered 502 Bad Gateway: ");
        let error = KeystoneError::told(StatusCode::NOT_FOUND, b"");
        assert!(matches!(error, KeystoneError::NotFound));
    }
}
