//! How an exchange ended.

use std::fmt;

/// How an exchange ended, as far as the server can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The whole answer was handed to the connection.
    Whole,
    /// The answer broke off: the client left, or something failed in the middle of it, or it was to be
    /// cut off.
    Cut,
    /// The client left before there was an answer.
    Unanswered,
}

impl End {
    /// Its name: `whole`, `cut` or `unanswered`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Cut => "cut",
            Self::Unanswered => "unanswered",
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
