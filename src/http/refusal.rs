//! An error that comes from outside of a service: the service words it.

use super::StatusCode;
use super::reply::Reply;

/// A status and a sentence, which a facade puts into its own form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What the client reads. Empty, it is what the facade itself says with such a status.
    pub message: String,
    /// Seconds after which the client is told to come again.
    pub retry_after: Option<u32>,
}

impl Refusal {
    /// With a status and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            retry_after: None,
        }
    }

    /// With a status, and the words that the facade itself has for it.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        Self::new(status, "")
    }

    /// Tells the client to come again after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What the client reads, where the facade says `own` with such a status.
    #[must_use]
    pub(crate) fn says<'r>(&'r self, own: &'r str) -> &'r str {
        match self.message.as_str() {
            "" => own,
            message => message,
        }
    }

    /// With the header that tells the client when to come again.
    #[must_use]
    pub(crate) fn put_retry_after(&self, reply: Reply) -> Reply {
        match self.retry_after {
            Some(seconds) => reply.with("retry-after", seconds.to_string()),
            None => reply,
        }
    }
}
