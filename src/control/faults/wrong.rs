//! Why a fault makes no sense.

/// What is wrong with a fault: one sentence that names the key and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WrongFault(String);

impl WrongFault {
    /// A key must be something else.
    #[must_use]
    pub fn new(key: &str, must_be: impl AsRef<str>) -> Self {
        Self(format!("{key:?} must be {}", must_be.as_ref()))
    }

    /// Anything else.
    #[must_use]
    pub fn sentence(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// It does nothing.
    #[must_use]
    pub fn without_effect() -> Self {
        Self::sentence(
            "the fault does nothing: it needs one of delay, status, reply, slow, reset, cut, malformed, \
             raw, content_type and stale",
        )
    }
}
