//! Why the real image service did not do what it was asked.

use super::error::UpstreamError;
use super::sign_in::CloudError;
use crate::service::query_error::QueryError;
use http::StatusCode;
use std::sync::Arc;

/// Why the real image service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It does not take the token, or not any more.
    #[error("the image service does not take the token")]
    Unauthorized,
    /// This server cannot sign in itself.
    #[error("this server cannot sign in: {0}")]
    NotSignedIn(#[source] Arc<CloudError>),
    /// This server changes nothing for its clients.
    #[error(
        "this server only reads (--upstream-writes lets clients change images as its own account)"
    )]
    ReadOnly,
    /// It says no.
    #[error("the image service answered {status}: {said}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// What its page says, status included, as its own client reads it; not escaped.
        said: String,
        /// When to come back, in seconds, where it says so.
        retry_after_seconds: Option<u64>,
    },
    /// It gave no answer, or none that makes sense.
    #[error(transparent)]
    Failed(#[from] UpstreamError),
    /// What it cannot filter by would take too long to be found.
    #[error(
        "the image service cannot filter by what was asked for, and {images} images were looked at \
         without coming to an end: name a limit, or further filters"
    )]
    TooFar {
        /// How many images were looked at.
        images: u64,
    },
    /// The question cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl AskError {
    /// What went wrong, for whoever runs the server.
    #[must_use]
    pub fn why(&self) -> String {
        crate::service::failure::why(self)
    }
}
