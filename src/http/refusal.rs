//! An error that comes from outside of a service: the service words it.

use super::StatusCode;

/// A status and a sentence, which a facade puts into its own form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What the client reads.
    pub message: String,
}

impl Refusal {
    /// With a status and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }
}
